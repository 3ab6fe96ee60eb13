"""Calls to other programs when something happened: subscriptions, their messages, and sending them again."""

from typing import Any

import msgspec
from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, Field

from tuoguan.api.asking import Caller, asking
from tuoguan.api.etags import IfMatch, seen_text, tag
from tuoguan.api.paging import After, Limit, Page, paged
from tuoguan.api.routing import SECRET, keyed_router
from tuoguan.site import Delivery, DeliveryState, Hook, Right, Try, events

routes = keyed_router()


class EventShown(BaseModel):
    """Something that can be subscribed to."""

    name: str
    title: str
    title_zh: str


class NewHook(BaseModel):
    """Where to call, and about what."""

    model_config = {"extra": "forbid"}

    url: str = Field(min_length=1, max_length=500, examples=["https://hooks.example.com/tuoguan"])
    events: list[str] = Field(min_length=1, max_length=100, examples=[["order.shipped", "job.done"]])


class HookShown(BaseModel):
    """A subscription; ``why_off`` says why the server switched it off."""

    id: str
    url: str
    events: list[str]
    is_active: bool
    by: str
    created_at: int
    why_off: str
    failing_since: int | None


class Switch(BaseModel):
    """On or off."""

    on: bool = Field(strict=True)


class Secret(BaseModel):
    """What messages are signed with."""

    secret: str


class Hosts(BaseModel):
    """Hosts of this network that messages may go to; all others of it are refused."""

    hosts: list[str]


class DeliveryShown(BaseModel):
    """A message on its way; ``status`` is of the last answer, 0 for none."""

    id: str
    event: str
    state: DeliveryState
    body: dict[str, Any]
    created_at: int
    tries: int
    next_at: int
    ended_at: int | None
    status: int
    said: str


class SentAgain(BaseModel):
    """How many messages are sent again."""

    count: int


@routes.get("/webhook-events", tags=["webhooks"], summary="What can be subscribed to", operation_id="webhook_events")
def all_events(caller: Caller = Depends(asking(Right.SETTINGS))) -> list[EventShown]:
    """Every event by name; `order.shipped`: an order came into the state shipped."""
    return [EventShown(name=name, title=one.title, title_zh=one.title_zh) for name, one in events().items()]


@routes.get("/webhook-hosts", tags=["webhooks"], summary="Hosts of this network", operation_id="webhook_hosts")
def hosts(caller: Caller = Depends(asking(Right.SETTINGS))) -> Hosts:
    """Those that somebody allowed, by name."""
    return Hosts(hosts=caller.site.webhooks.allowed(caller.place.name))


@routes.put("/webhook-hosts/{host}", tags=["webhooks"], summary="Allow a host", operation_id="allow_host")
def allow(host: str, caller: Caller = Depends(asking(Right.SETTINGS))) -> Hosts:
    """Lets messages go to a host of this network. A person's to say, on a server of one workspace."""
    return _allow(caller, host, True)


@routes.delete("/webhook-hosts/{host}", tags=["webhooks"], summary="Forbid a host", operation_id="forbid_host")
def forbid(host: str, caller: Caller = Depends(asking(Right.SETTINGS))) -> Hosts:
    """Lets no more messages go there."""
    return _allow(caller, host, False)


@routes.get("/webhooks", tags=["webhooks"], summary="Subscriptions", operation_id="webhooks")
def hooks(caller: Caller = Depends(asking(Right.SETTINGS))) -> list[HookShown]:
    """The oldest first."""
    return [_hook(one) for one in caller.site.webhooks.hooks(caller.place.name)]


@routes.post("/webhooks", tags=["webhooks"], summary="Subscribe", operation_id="make_webhook", status_code=201)
def make(body: NewHook, response: Response, caller: Caller = Depends(asking(Right.SETTINGS))) -> HookShown:
    """A subscription to what happens from now on."""
    found = caller.site.webhooks.make(caller.place.name, body.url, body.events, caller.signed.name)
    response.headers["Location"] = caller.url(f"webhooks/{found.id}")
    return _hook(found)


@routes.get("/webhooks/{hook}", tags=["webhooks"], summary="One subscription", operation_id="webhook")
def one(hook: str, response: Response, caller: Caller = Depends(asking(Right.SETTINGS))) -> HookShown:
    """As it is now."""
    found = caller.site.webhooks.hook(caller.place.name, hook)
    response.headers["ETag"] = tag(found.mark)
    return _hook(found)


@routes.put("/webhooks/{hook}", tags=["webhooks"], summary="Change a subscription", operation_id="change_webhook")
def change(
    hook: str,
    body: NewHook,
    response: Response,
    if_match: str | None = IfMatch,
    caller: Caller = Depends(asking(Right.SETTINGS)),
) -> HookShown:
    """Another address or other events, from now on."""
    found = caller.site.webhooks.change(caller.place.name, hook, body.url, body.events, caller.signed.name,
                                        seen=seen_text(if_match))  # fmt: skip
    response.headers["ETag"] = tag(found.mark)
    return _hook(found)


@routes.post("/webhooks/{hook}/switch", tags=["webhooks"], summary="Switch on or off", operation_id="switch_webhook")
def switch(hook: str, body: Switch, caller: Caller = Depends(asking(Right.SETTINGS))) -> HookShown:
    """Switched on it goes on where it stopped."""
    return _hook(caller.site.webhooks.switch(caller.place.name, hook, body.on, caller.signed.name))


@routes.delete(
    "/webhooks/{hook}", tags=["webhooks"], summary="End a subscription", operation_id="remove_webhook", status_code=204
)
def remove(hook: str, caller: Caller = Depends(asking(Right.SETTINGS))) -> None:
    """Ends it and forgets its messages."""
    caller.site.webhooks.remove(caller.place.name, hook, caller.signed.name)


@routes.post(
    "/webhooks/{hook}/secret",
    tags=["webhooks"],
    summary="See the secret",
    operation_id="webhook_secret",
    openapi_extra=SECRET,
)
def secret(
    hook: str,
    renew: bool = Query(False, description="Make a new one; the old one signs too for a day."),
    caller: Caller = Depends(asking(Right.SETTINGS)),
) -> Secret:
    """What the other program verifies with; that it was shown stands in the audit trail."""
    kept, place, by = caller.site.webhooks, caller.place.name, caller.signed.name
    return Secret(secret=kept.renew_secret(place, hook, by) if renew else kept.secret(place, hook, by))


@routes.post("/webhooks/{hook}/test", tags=["webhooks"], summary="Send a test", operation_id="test_webhook")
def test(hook: str, caller: Caller = Depends(asking(Right.SETTINGS))) -> DeliveryShown:
    """A message that tells nothing, to see whether it arrives."""
    return _delivery(caller.site.webhooks.test(caller.place.name, hook, caller.signed.name))


@routes.get("/webhooks/{hook}/deliveries", tags=["webhooks"], summary="Messages", operation_id="deliveries")
def deliveries(
    hook: str,
    request: Request,
    response: Response,
    state: DeliveryState | None = Query(None),
    limit: int = Limit,
    after: str | None = After,
    caller: Caller = Depends(asking(Right.SETTINGS)),
) -> Page[DeliveryShown]:
    """The newest first."""
    found, mark = caller.site.webhooks.deliveries(
        caller.place.name, hook, state=state.value if state else "", after=after, limit=limit
    )
    return paged(request, response, [_delivery(one) for one in found], mark)


@routes.post(
    "/webhooks/{hook}/again", tags=["webhooks"], summary="Send what was given up", operation_id="send_all_again"
)
def again_all(hook: str, caller: Caller = Depends(asking(Right.SETTINGS))) -> SentAgain:
    """Everything that was tried for days in vain, under the same ids."""
    return SentAgain(count=caller.site.webhooks.again_all(caller.place.name, hook))


@routes.get("/deliveries/{delivery}/tries", tags=["webhooks"], summary="Tries of a message", operation_id="tries")
def tries(delivery: str, caller: Caller = Depends(asking(Right.SETTINGS))) -> list[Try]:
    """First to last: the answer's status, how long it took, and what went wrong."""
    return caller.site.webhooks.tries(caller.place.name, delivery)


@routes.post(
    "/deliveries/{delivery}/again", tags=["webhooks"], summary="Send a message again", operation_id="send_again"
)
def again(delivery: str, caller: Caller = Depends(asking(Right.SETTINGS))) -> DeliveryShown:
    """Once more, under the same id, whatever became of it."""
    return _delivery(caller.site.webhooks.again(caller.place.name, delivery))


def _allow(caller: Caller, host: str, yes: bool) -> Hosts:
    caller.require_person()
    caller.site.webhooks.allow(caller.place.name, host, yes, caller.signed.name)
    return hosts(caller)


def _hook(one: Hook) -> HookShown:
    return HookShown(id=one.id, url=one.url, events=list(one.events), is_active=one.is_active, by=one.by,
                     created_at=one.created_at, why_off=one.why_off, failing_since=one.failing_since)  # fmt: skip


def _delivery(one: Delivery) -> DeliveryShown:
    return DeliveryShown(id=one.id, event=one.event, state=one.state, body=msgspec.json.decode(one.body),
                         created_at=one.created_at, tries=one.tries, next_at=one.next_at, ended_at=one.ended_at,
                         status=one.status, said=one.said)  # fmt: skip
