"""Balances by state on any day, and the day on which what is owed can be expected, along one order's life."""

from pathlib import Path

import pytest

from money_moves import ON
from small_ledger import ledger_in
from tuoguan.contracts import Compiled, QuantityName, compile, load
from tuoguan.foundation.parties import Party
from tuoguan.operate import Line, MoneyStates, Request, StateDay, Work, load_flows, move_of, payout_of
from tuoguan.operate.work_rules import owner_of

NAME = "temu/semi/US"


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    return compile(load().contract(NAME), on=ON)


@pytest.fixture
def work(compiled: Compiled, tmp_path: Path) -> Work:
    """A ledger with a cup on the shelf."""
    made = Work(ledger_in(tmp_path))
    made.terms.add(compiled)
    line = Line("cup", 5, 2000, 900, 300, 1200)
    do(made, compiled, "purchase/1", "open", ON, place="site", lines=(line,))
    for move in ("make_ready", "dispatch", "arrive", "put_away"):
        do(made, compiled, "purchase/1", move, ON)
    return made


def do(work: Work, compiled: Compiled, stream: str, move: str, day: int, **given: object) -> None:
    """One move by its owner."""
    details = given.pop("details", {})
    by = owner_of(move_of(load_flows()[stream.split("/", maxsplit=1)[0]], move), compiled) or Party.SELLER  # type: ignore[arg-type]
    opening = {"contract": compiled.hash, **given} if given else {}
    answer = work.do_all([Request(stream, move, day * 86_400, by, details, **opening)])[0]  # type: ignore[arg-type]
    assert not isinstance(answer, Exception), answer


def days_of(states: MoneyStates, work: Work) -> list[StateDay]:
    """The calendar as it is now."""
    work.ledger.catch_up(states)
    return list(states.expected(work.ledger.store))


def test_an_orders_money_stands_on_the_days_of_its_contract(work: Work, compiled: Compiled) -> None:
    states = MoneyStates(work.terms)
    do(work, compiled, "order/1", "open", ON, place="site", lines=(Line("cup", 2, 2000, 900, 300, 1200),))
    for move, day in (("reserve", ON), ("ship", ON + 1)):
        do(work, compiled, "order/1", move, day)
    assert days_of(states, work) == []  # shipping costs nothing here, and nothing is earned before delivery
    do(work, compiled, "order/1", "deliver", ON + 5)
    payout = payout_of(compiled, ON + 5, None, 1836)
    assert days_of(states, work) == [StateDay(NAME, "USD", "pending", payout.paid_on, 1836)]
    do(work, compiled, "order/1", "settle", payout.paid_on)
    kept = compiled.quantities[QuantityName.RESERVE_DAYS].value
    assert days_of(states, work) == [StateDay(NAME, "USD", "reserve", payout.paid_on + kept, 92)]
    assert payout.released_on == payout.paid_on + kept
    store = work.ledger.store
    assert states.balances(store, ON + 4) == {}
    assert states.balances(store, ON + 5) == {(NAME, "USD", "pending"): 1836}
    assert states.balances(store, payout.paid_on) == {("", "USD", "bank"): 1733, (NAME, "USD", "reserve"): 92}
    do(work, compiled, "order/1", "release", payout.released_on)
    assert days_of(states, work) == []
    assert states.balances(store, payout.released_on) == {("", "USD", "bank"): 1825}


def test_what_waits_on_a_statement_comes_with_its_payout_and_may_freeze(work: Work, compiled: Compiled) -> None:
    states = MoneyStates(work.terms)
    do(work, compiled, "order/1", "open", ON, place="site", lines=(Line("cup", 2, 2000, 900, 300, 1200),))
    for move, day in (("reserve", ON), ("ship", ON), ("deliver", ON + 3)):
        do(work, compiled, "order/1", move, day)
    do(work, compiled, "order/1", "settle", ON + 4, details={"statement": True})
    transfer = compiled.quantities[QuantityName.TRANSFER_DAYS].value
    assert days_of(states, work)[0] == StateDay(NAME, "USD", "in_settlement", ON + 4 + transfer, 1733)
    do(work, compiled, "payout/1", "open", ON + 5, place="bank", details={"amount_minor": 1733})
    do(work, compiled, "payout/1", "freeze", ON + 5, details={"reason": "check"})
    found = {one.state: one.minor for one in days_of(states, work)}
    freeze = compiled.quantities[QuantityName.FREEZE_DAYS].value
    assert StateDay(NAME, "USD", "frozen", ON + 5 + freeze, 1733) in days_of(states, work)
    assert sum(found.values()) == 1733 + 92
    do(work, compiled, "payout/1", "thaw", ON + 5 + freeze)
    do(work, compiled, "payout/1", "pay", ON + 5 + freeze)
    assert [one.state for one in days_of(states, work)] == ["reserve"]
    assert states.balances(work.ledger.store, ON + 60)["", "USD", "bank"] == 1733


def test_the_forecast_stands_beside_the_plan(work: Work, compiled: Compiled) -> None:
    states = MoneyStates(work.terms)
    do(work, compiled, "purchase/1", "pay", ON, details={"amount_minor": 700})
    do(work, compiled, "order/1", "open", ON, place="site", lines=(Line("cup", 2, 2000, 900, 300, 1200),))
    for move in ("reserve", "ship", "deliver"):
        do(work, compiled, "order/1", move, ON)
    paid_on = payout_of(compiled, ON, None, 0).paid_on
    work.ledger.catch_up(states)
    found = states.forecast(work.ledger.store, "USD", ON, paid_on - ON + 1, {ON: -500, paid_on: 1000})
    assert [day.bank_minor for day in found] == [-700] * (paid_on - ON) + [1136]
    assert (found[0].planned_minor, found[-1].planned_minor, found[-1].expected_minor) == (-500, 1000, 1836)
