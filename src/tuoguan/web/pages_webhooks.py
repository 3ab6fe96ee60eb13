"""Pages: calls to other programs, a part of the settings: subscriptions, their messages, every try, hosts allowed.

Keeps the invariants that a secret is shown only to somebody who asks for it on purpose, never in a URL, and that
nobody changes a subscription that somebody else changed meanwhile.
"""

from itertools import groupby
from typing import Any

from fastapi import APIRouter, Depends, Form
from starlette.responses import HTMLResponse, Response

from tuoguan.operate import load_flows
from tuoguan.site import DeliveryState, Right, events
from tuoguan.web.asking import Asking, reading, writing

pages = APIRouter()
PAGE = 50
AREA = "/w/{workspace}/settings/webhooks"


def _(text: str) -> str:
    """Marks a text for the translators; translated where it is shown."""
    return text


STATES: dict[str, tuple[str, str]] = {
    DeliveryState.WAITING: (_("waiting"), "info"), DeliveryState.SENT: (_("sent"), "good"),
    DeliveryState.GIVEN_UP: (_("given up"), "bad"),
}  # fmt: skip
WHY_OFF = {
    "failing": _("Switched off: no call went well for five days."),
    "gone": _("Switched off: the other program said that it is gone (410)."),
}


@pages.get(AREA)
def webhooks(ask: Asking = Depends(reading(Right.SETTINGS))) -> Response:
    """All subscriptions of the workspace, and the form for another."""
    return _list(ask)


@pages.post(AREA)
def make(
    url: str = Form(""), event: list[str] = Form([]), ask: Asking = Depends(writing(Right.SETTINGS))
) -> Response:  # fmt: skip
    """A new subscription."""
    hook = ask.site.webhooks.make(ask.place.name, url.strip(), event, ask.signed.name)
    return ask.go(ask.url(f"settings/webhooks/{hook.id}"))


@pages.post(f"{AREA}/hosts")
def hosts(
    host: str = Form(""), allow: str = Form("yes"), ask: Asking = Depends(writing(Right.SETTINGS))
) -> Response:  # fmt: skip
    """Allows a host of this network, or no longer."""
    ask.site.webhooks.allow(ask.place.name, host, allow == "yes", ask.signed.name)
    return ask.go(ask.url("settings/webhooks"))


@pages.get(f"{AREA}/{{hook_id}}")
def webhook(hook_id: str, ask: Asking = Depends(reading(Right.SETTINGS))) -> Response:
    """One subscription with its messages."""
    return _one(ask, hook_id)


@pages.post(f"{AREA}/{{hook_id}}")
def change(
    hook_id: str, url: str = Form(""), event: list[str] = Form([]), seen: str = Form(""),
    ask: Asking = Depends(writing(Right.SETTINGS)),
) -> Response:  # fmt: skip
    """Another URL or other events."""
    ask.site.webhooks.change(ask.place.name, hook_id, url.strip(), event, ask.signed.name, seen=seen)
    return ask.go(ask.url(f"settings/webhooks/{hook_id}"))


@pages.post(f"{AREA}/{{hook_id}}/secret")
def secret(hook_id: str, what: str = Form(""), ask: Asking = Depends(writing(Right.SETTINGS))) -> Response:
    """Shows the secret on this one answer, the same or a new one."""
    show = ask.site.webhooks.renew_secret if what == "renew" else ask.site.webhooks.secret
    return _one(ask, hook_id, shown=show(ask.place.name, hook_id, ask.signed.name))


@pages.get(f"{AREA}/{{hook_id}}/secret")
def without_secret(hook_id: str, ask: Asking = Depends(reading(Right.SETTINGS))) -> Response:
    """Reached by a link of the page that showed it: the subscription without it."""
    return ask.go(ask.url(f"settings/webhooks/{hook_id}", **dict(ask.request.query_params)))


@pages.post(f"{AREA}/{{hook_id}}/do")
def do(hook_id: str, what: str = Form(""), ask: Asking = Depends(writing(Right.SETTINGS))) -> Response:
    """Tests it, switches it on or off, sends everything again that was given up, or removes it."""
    hooks, name, who = ask.site.webhooks, ask.place.name, ask.signed.name
    if what == "remove":
        hooks.remove(name, hook_id, who)
        return ask.go(ask.url("settings/webhooks"))
    if what == "test":
        hooks.test(name, hook_id, who)
    elif what in ("on", "off"):
        hooks.switch(name, hook_id, what == "on", who)
    elif what == "again":
        hooks.again_all(name, hook_id)
    return ask.go(ask.url(f"settings/webhooks/{hook_id}"))


@pages.get(f"{AREA}/{{hook_id}}/messages/{{delivery_id}}")
def message(hook_id: str, delivery_id: str, ask: Asking = Depends(reading(Right.SETTINGS))) -> Response:
    """One message with every try."""
    hooks, name = ask.site.webhooks, ask.place.name
    found = hooks.delivery(name, delivery_id)
    return _page(
        ask, "webhooks/message.html", hook=hooks.hook(name, hook_id), delivery=found,
        tries=hooks.tries(name, delivery_id), body=found.body.decode(),
    )  # fmt: skip


@pages.post(f"{AREA}/{{hook_id}}/messages/{{delivery_id}}/again")
def again(hook_id: str, delivery_id: str, ask: Asking = Depends(writing(Right.SETTINGS))) -> Response:
    """Sends the message once more under the same id."""
    ask.site.webhooks.again(ask.place.name, delivery_id)
    return ask.go(ask.url(f"settings/webhooks/{hook_id}/messages/{delivery_id}"))


def _list(ask: Asking) -> HTMLResponse:
    hooks, name = ask.site.webhooks, ask.place.name
    found = [(hook, hooks.counts(name, hook.id)) for hook in hooks.hooks(name)]
    return _page(
        ask, "webhooks/webhooks.html", found=found, allowed=hooks.allowed(name), may_allow=not ask.site.workspaces.many,
        groups_of_events=_groups(),
    )  # fmt: skip


def _one(ask: Asking, hook_id: str, shown: str = "") -> HTMLResponse:
    hooks, name, query = ask.site.webhooks, ask.place.name, ask.request.query_params
    hook, state = hooks.hook(name, hook_id), query.get("state", "")
    deliveries, after = hooks.deliveries(
        name, hook_id, state=state if state in STATES else "", after=query.get("after") or None, limit=PAGE
    )
    counts = hooks.counts(name, hook_id)
    return _page(
        ask, "webhooks/webhook.html", hook=hook, deliveries=deliveries, after=after, state=state, counts=counts,
        total=sum(counts.values()), shown=shown, groups_of_events=_groups(), why_off=WHY_OFF,
    )  # fmt: skip


def _groups() -> list[tuple[str, list[tuple[str, Any]]]]:
    """Events by the kind of document they are of, those of none first."""
    every = list(events().items())
    return [(flow, list(group)) for flow, group in groupby(every, key=lambda item: item[1].flow)]


def _page(ask: Asking, template: str, **values: Any) -> HTMLResponse:
    return ask.page(template, events=events(), flows=load_flows(), states=STATES, **values)
