"""Calls to other programs: signed, tried again, given up, sent again, and never twice for one thing."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tuoguan.app.ledgers import open_work
from tuoguan.foundation.problems import Refused
from tuoguan.operate import Append, Desk, Draft, Ledger, Work
from tuoguan.site import Job, JobState, Site, Webhooks, Workspaces
from tuoguan.site.webhooks_carrying import PATIENCE_SECONDS
from tuoguan.site.webhooks_events import events, of_jobs
from tuoguan.site.webhooks_words import Delivery, DeliveryState
from webhook_receiver import Receiver, receiving, verified

DAY = 86_400
BOUGHT = ("make_ready", "dispatch", "arrive")


class Clock:
    now = int(time.time())

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def target() -> Iterator[Receiver]:
    with receiving() as told:
        yield told


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Work]:
    with open_work(tmp_path / "shop") as work:
        yield work


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hooks(tmp_path: Path, shop: Work, clock: Clock) -> Iterator[Webhooks]:
    made = opened(tmp_path, shop.ledger, clock)
    yield made
    made.close()


def opened(folder: Path, ledger: Ledger, clock: Clock) -> Webhooks:
    (folder / "keep").mkdir(exist_ok=True)
    hooks = Webhooks(
        folder / "keep", Workspaces(folder / "shop"), ledger_of=lambda _name: ledger, clock=clock, carries=False
    )
    hooks.allow("shop", "127.0.0.1", True, "owner")
    return hooks


def buy(work: Work, number: str, moves: tuple[str, ...] = BOUGHT) -> None:
    at = Clock.now - DAY
    work.open("purchase", number, currency="CNY", place="la", lines=[], at=at, by=Desk.SELLER)
    for move in moves:
        work.record(f"purchase/{number}", move, at=at, by=Desk.SELLER)


def carry(hooks: Webhooks, hook_id: str) -> list[Delivery]:
    """Makes messages and sends every one that is due, once, as the thread would."""
    hooks.carrier.collect()
    sent = []
    while due := [one for one in hooks._rows.due(hooks._clock(), ()) if one.hook == hook_id]:
        hooks.carrier.carry(due[0])
        sent.append(hooks.delivery("shop", due[0].id))
    return sent


def codes(caught: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {problem.code for problem in caught.value.problems}


def test_what_happens_is_told_once_and_signed(hooks: Webhooks, shop: Work, target: Receiver) -> None:
    buy(shop, "before")
    hook = hooks.make("shop", target.url, ["document.opened", "purchase.arrived"], "owner")
    buy(shop, "P1")
    shop.ledger.append(Append("audit/x", "k", (Draft("audit.seen", 0),)))  # no document's move: nobody hears of it
    carry(hooks, hook.id)
    told = [json.loads(call.body) for call in target.calls]
    assert [(one["type"], one["data"]["number"], one["data"]["move"]) for one in told] == [
        ("document.opened", "P1", "open"), ("purchase.arrived", "P1", "arrive")
    ]  # fmt: skip
    secret = hooks.secret("shop", hook.id, "owner")
    assert all(verified(call, secret) for call in target.calls)
    assert target.calls[0].path == "/in?x=1" and target.calls[0].headers["Content-Type"] == "application/json"
    assert carry(hooks, hook.id) == []
    assert len({call.headers["webhook-id"] for call in target.calls}) == 2


def test_a_changed_body_or_another_secret_does_not_verify(hooks: Webhooks, target: Receiver) -> None:
    hook = hooks.make("shop", target.url, ["job.done"], "owner")
    other = hooks.make("shop", target.url, ["job.done"], "owner")
    hooks.test("shop", hook.id, "owner")
    carry(hooks, hook.id)
    call = target.calls[0]
    assert verified(call, hooks.secret("shop", hook.id, "owner"))
    assert not verified(call, hooks.secret("shop", other.id, "owner"))
    call.body += b" "
    assert not verified(call, hooks.secret("shop", hook.id, "owner"))


def test_a_renewed_secret_signs_beside_the_old_one_for_a_day(hooks: Webhooks, target: Receiver, clock: Clock) -> None:
    hook = hooks.make("shop", target.url, ["job.done"], "owner")
    old = hooks.secret("shop", hook.id, "owner")
    new = hooks.renew_secret("shop", hook.id, "owner")
    hooks.test("shop", hook.id, "owner")
    carry(hooks, hook.id)
    assert old != new and verified(target.calls[0], old) and verified(target.calls[0], new)
    clock.now += DAY + 1
    hooks.test("shop", hook.id, "owner")
    carry(hooks, hook.id)
    assert not verified(target.calls[1], old) and verified(target.calls[1], new)


def test_a_failed_call_is_tried_again_later_and_later_under_the_same_id(
    hooks: Webhooks, target: Receiver, clock: Clock
) -> None:
    hook = hooks.make("shop", target.url, ["job.done"], "owner")
    target.statuses = [500, 503, 200]
    made = hooks.test("shop", hook.id, "owner")
    waits = []
    for _ in range(3):
        [sent] = carry(hooks, hook.id)
        waits.append(sent.next_at - clock.now)
        assert carry(hooks, hook.id) == []  # not before its time
        clock.now = max(clock.now, sent.next_at)
    assert sent.state is DeliveryState.SENT and sent.tries == 3
    assert 4 <= waits[0] <= 6 and 16 <= waits[1] <= 24
    assert {call.headers["webhook-id"] for call in target.calls} == {made.id}
    assert [one.status for one in hooks.tries("shop", made.id)] == [500, 503, 200]
    assert hooks.hook("shop", hook.id).failing_since is None


def test_who_never_answers_is_switched_off_after_days_and_everything_can_be_sent_again(
    hooks: Webhooks, target: Receiver, clock: Clock
) -> None:
    hook = hooks.make("shop", target.url, ["job.done"], "owner")
    target.statuses = [500]
    made = hooks.test("shop", hook.id, "owner")
    begun = clock.now
    while hooks.hook("shop", hook.id).is_active:
        assert carry(hooks, hook.id)
        clock.now = hooks.delivery("shop", made.id).next_at
    given_up = hooks.delivery("shop", made.id)
    assert given_up.state is DeliveryState.GIVEN_UP and given_up.tries == len(target.calls) < 20
    assert clock.now - begun >= PATIENCE_SECONDS and hooks.hook("shop", hook.id).why_off == "failing"
    target.statuses = [204]
    assert hooks.again_all("shop", hook.id) == 1
    assert carry(hooks, hook.id) == []  # it is off
    assert hooks.switch("shop", hook.id, True, "owner").why_off == ""
    [sent] = carry(hooks, hook.id)
    assert (sent.id, sent.state) == (made.id, DeliveryState.SENT)
    hooks.again("shop", made.id)
    carry(hooks, hook.id)
    assert [call.headers["webhook-id"] for call in target.calls[-2:]] == [made.id, made.id]


def test_gone_means_gone(hooks: Webhooks, target: Receiver) -> None:
    hook = hooks.make("shop", target.url, ["job.done"], "owner")
    target.statuses = [410]
    hooks.test("shop", hook.id, "owner")
    carry(hooks, hook.id)
    assert not hooks.hook("shop", hook.id).is_active and hooks.hook("shop", hook.id).why_off == "gone"


def test_no_redirect_is_followed(hooks: Webhooks, target: Receiver) -> None:
    with receiving() as other:
        hook = hooks.make("shop", target.url, ["job.done"], "owner")
        target.statuses, target.headers = [307], {"Location": other.url}
        made = hooks.test("shop", hook.id, "owner")
        carry(hooks, hook.id)
        [tried] = hooks.tries("shop", made.id)
        assert (tried.status, tried.said) == (307, "a redirect, which is not followed")
        assert other.calls == [] and hooks.delivery("shop", made.id).state is DeliveryState.WAITING


def test_answers_are_hardly_read_and_slow_ones_cut(
    hooks: Webhooks, target: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tuoguan.site.webhooks_sending.CALL_SECONDS", 0.5)
    hook = hooks.make("shop", target.url, ["job.done"], "owner")
    target.answer = b"x" * 50_000_000
    made = hooks.test("shop", hook.id, "owner")
    carry(hooks, hook.id)
    assert hooks.delivery("shop", made.id).state is DeliveryState.SENT and target.sent_bytes < 20_000_000
    target.drip = 0.02
    made = hooks.test("shop", hook.id, "owner")
    begun = time.monotonic()
    carry(hooks, hook.id)
    assert time.monotonic() - begun < 3
    [tried] = hooks.tries("shop", made.id)
    assert tried.status in (0, 200)


def test_nobody_listening_is_a_failed_try(hooks: Webhooks) -> None:
    with receiving() as gone:
        url = gone.url
    hook = hooks.make("shop", url, ["job.done"], "owner")
    made = hooks.test("shop", hook.id, "owner")
    carry(hooks, hook.id)
    [tried] = hooks.tries("shop", made.id)
    assert tried.status == 0 and "refused" in tried.said


@pytest.mark.parametrize("url", [
    "http://localhost/", "http://127.1/", "http://[::1]/", "http://10.0.0.5/", "http://192.168.1.1:8080/x",
    "http://169.254.169.254/latest/meta-data", "http://[::ffff:10.0.0.1]/", "http://[64:ff9b::a00:1]/",
    "http://[2002:a00:1::]/", "http://0.0.0.0/", "http://100.64.0.1/", "http://[fe80::1]/", "http://224.0.0.1/",
    "http://printer.local/", "http://db.internal/",
])  # fmt: skip
def test_near_addresses_are_refused(hooks: Webhooks, url: str) -> None:
    """Some when the subscription is made, those that only the resolver knows when it is called."""
    try:
        hook = hooks.make("shop", url, ["job.done"], "owner")
    except Refused as refused:
        assert {problem.code for problem in refused.problems} == {"near_host"}
        return
    made = hooks.test("shop", hook.id, "owner")
    carry(hooks, hook.id)
    [tried] = hooks.tries("shop", made.id)
    assert tried.status == 0 and "leads to this machine or its network" in tried.said


@pytest.mark.parametrize("url", [
    "", "ftp://example.com/", "file:///etc/passwd", "http://", "http://user:pass@example.com/", "http://exa mple.com/",
    "http://example.com/\r\nX: y", "http://example.com:99999/", "http://example.com:0/", "https://example.com/#x",
    "http://" + "a" * 600 + ".com", "javascript:alert(1)", "http://exa_mple.com/", "http://例子.com/",
])  # fmt: skip
def test_what_is_no_address_is_refused(hooks: Webhooks, url: str) -> None:
    with pytest.raises(Refused) as caught:
        hooks.make("shop", url, ["job.done"], "owner")
    assert codes(caught) == {"bad_url"}


def test_a_forbidden_host_is_called_no_longer(hooks: Webhooks, target: Receiver) -> None:
    hook = hooks.make("shop", target.url, ["job.done"], "owner")
    hooks.allow("shop", "127.0.0.1", False, "owner")
    made = hooks.test("shop", hook.id, "owner")
    carry(hooks, hook.id)
    assert target.calls == [] and hooks.tries("shop", made.id)[0].status == 0


def test_a_tenant_allows_itself_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "root" / "one").mkdir(parents=True)
    hooks = Webhooks(tmp_path, Workspaces(tmp_path / "root", many=True), carries=False)
    with pytest.raises(Refused) as caught:
        hooks.allow("one", "127.0.0.1", True, "owner")
    assert codes(caught) == {"not_allowed"}
    monkeypatch.setenv("TUOGUAN_WEBHOOK_HOSTS", "erp.internal, 127.0.0.1")
    assert hooks.make("one", "http://erp.internal/x", ["job.done"], "owner").url == "http://erp.internal/x"
    hooks.close()


def test_events_must_be_known(hooks: Webhooks, target: Receiver) -> None:
    for wanted in ([], ["order.flown"]):
        with pytest.raises(Refused) as caught:
            hooks.make("shop", target.url, wanted, "owner")
        assert codes(caught) == {"unknown_event"}
    assert {"order.shipped", "statement.disputed", "document.moved", "job.done", "difference.found"} <= set(events())


def test_jobs_that_ended_are_told_by_how_they_ended(hooks: Webhooks, target: Receiver) -> None:
    hook = hooks.make("shop", target.url, ["job.failed", "difference.found"], "owner")
    done = Job("1", "shop", "reconcile", {}, JobState.DONE, "li", 0, 0, 5)
    differing = replace(done, result={"until": "2026-11-23", "differing": 3, "by_verdict": []})
    dead, stopped = replace(done, state=JobState.INTERRUPTED), replace(done, state=JobState.CANCELLED)
    assert [one.event for one in of_jobs(hook, [done, differing, dead, stopped])] == ["difference.found", "job.failed"]
    again = list(of_jobs(hook, [dead, dead, replace(dead, attempt=2)]))
    assert again[0] == again[1] and again[0].id != again[2].id


def test_subscriptions_are_shown_in_their_own_workspace_only(hooks: Webhooks, target: Receiver) -> None:
    hook = hooks.make("shop", target.url, ["job.done"], "owner")
    made = hooks.test("shop", hook.id, "owner")
    for call in (
        lambda: hooks.hook("other", hook.id), lambda: hooks.secret("other", hook.id, "x"),
        lambda: hooks.delivery("other", made.id), lambda: hooks.again("other", made.id),
        lambda: hooks.remove("other", hook.id, "x"), lambda: hooks.deliveries("other", hook.id),
    ):  # fmt: skip
        with pytest.raises(Refused) as caught:
            call()
        assert codes(caught) == {"no_page"}


def test_the_secret_is_not_readable_at_rest(hooks: Webhooks, target: Receiver, tmp_path: Path) -> None:
    hook = hooks.make("shop", target.url, ["job.done"], "owner")
    secret = hooks.secret("shop", hook.id, "owner").removeprefix("whsec_").encode()
    kept = b"".join(path.read_bytes() for path in (tmp_path / "keep").glob("webhooks.db*"))
    assert hook.id.encode() in kept and secret not in kept


def test_a_server_that_ends_between_making_and_sending_loses_and_doubles_nothing(
    tmp_path: Path, hooks: Webhooks, shop: Work, target: Receiver, clock: Clock
) -> None:
    hook = hooks.make("shop", target.url, ["document.opened"], "owner")
    buy(shop, "P1", ())
    hooks.carrier.collect()
    later = opened(tmp_path, shop.ledger, clock)  # as after a crash: the first one never sent anything
    buy(shop, "P2", ())
    carry(later, hook.id)
    hooks.carrier.collect()  # as if the first had only been slow
    assert carry(hooks, hook.id) == []
    later.close()
    assert [json.loads(call.body)["data"]["number"] for call in target.calls] == ["P1", "P2"]


def test_pages_of_messages_go_on_where_the_last_ended(hooks: Webhooks, target: Receiver) -> None:
    hook = hooks.make("shop", target.url, ["job.done"], "owner")
    made = [hooks.test("shop", hook.id, "owner").id for _ in range(5)]
    first, mark = hooks.deliveries("shop", hook.id, limit=3)
    rest, end = hooks.deliveries("shop", hook.id, limit=3, after=mark)
    assert [one.id for one in (*first, *rest)] == made[::-1] and end is None
    assert hooks.counts("shop", hook.id) == {DeliveryState.WAITING: 5}


def test_the_running_server_tells_of_a_move_and_of_a_job(tmp_path: Path, target: Receiver) -> None:
    (tmp_path / "shop").mkdir()
    site = Site(tmp_path / "shop")
    try:
        work = site.work(site.workspaces.find("shop"), make=True)
        site.webhooks.allow("shop", "127.0.0.1", True, "owner")
        site.webhooks.make("shop", target.url, ["purchase.ordered", "job.done"], "owner")
        buy(work, "P1")
        site.jobs.start("shop", "verify", {}, "owner")
        told = {json.loads(call.body)["type"] for call in target.wait(2)}
        assert told == {"purchase.ordered", "job.done"}
    finally:
        site.close()


def test_a_slow_program_holds_up_nobody_else(tmp_path: Path, target: Receiver) -> None:
    (tmp_path / "shop").mkdir()
    site = Site(tmp_path / "shop")
    try:
        with receiving() as slow:
            slow.drip = 0.05
            site.webhooks.allow("shop", "127.0.0.1", True, "owner")
            late = site.webhooks.make("shop", slow.url, ["job.done"], "owner")
            quick = site.webhooks.make("shop", target.url, ["job.done"], "owner")
            site.webhooks.test("shop", late.id, "owner")
            slow.wait(1)
            for _ in range(3):
                site.webhooks.test("shop", quick.id, "owner")
            assert len(target.wait(3, seconds=5)) == 3
    finally:
        site.close()
