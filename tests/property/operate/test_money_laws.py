"""Laws of goods and money over random moves under every contract: nothing is made, nothing is lost, to the cent."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

import pytest

from money_moves import open_contracts, play
from tuoguan.contracts import load
from tuoguan.contracts.reference import assess_reference
from tuoguan.foundation.facts import Fact, FactKind, Field, Reason
from tuoguan.operate import Costing, CostLayers, Entry, Ledger, MoneyStates, Work, is_floored, ledger_projecting
from tuoguan.operate.layers import Gone, Value, add
from tuoguan.operate.money_states import KEPT, OWED, state_word, total
from tuoguan.operate.postings_goods import RULES as GOODS_RULES
from tuoguan.operate.postings_money import RULES as MONEY_RULES
from tuoguan.operate.words import Append

ROUNDS = 260
# Moves that need luck and order which random moves seldom have; their own tests are in tests/unit/operate.
SELDOM = {"order.grant_cancel", "order.expire", "stock_order.send_back_part", "stock_order.lose", "order.lose"}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Work, Counter[str]]:
    return play(tmp_path_factory.mktemp("money"), seed=20261123, rounds=ROUNDS)


@pytest.fixture
def ledger(played: tuple[Work, Counter[str]]) -> Ledger:
    return played[0].ledger


@pytest.fixture
def entries(ledger: Ledger) -> list[Entry]:
    return list(ledger.store.entries())


def test_every_rule_was_played(played: tuple[Work, Counter[str]]) -> None:
    ruled = {f"{flow}.{move}" for flow, move in (*GOODS_RULES, *MONEY_RULES)}
    assert ruled - SELDOM <= set(played[1])
    refused = {name.removeprefix("refused ") for name in played[1] if name.startswith("refused")}
    assert {name for name in refused if name.endswith("below_nought")} == {"order.reserve below_nought"}
    codes = {name.rsplit(" ", maxsplit=1)[-1] for name in refused}
    assert codes <= {"below_nought", "not_visible", "too_early", "not_here", "sorted"}, codes


def test_the_ledger_is_sound_and_floors_hold(ledger: Ledger) -> None:
    assert ledger.verify() == []
    assert all(held >= 0 for account, _, held in ledger.store.all_balances("stock:") if is_floored(account))


def test_charges_are_what_the_second_opinion_makes_of_the_facts(entries: list[Entry]) -> None:
    library, id_by_hash = load(), {one.hash: one for one in open_contracts()}
    priced = Counter[str]()
    for entry in entries:
        compiled = id_by_hash.get(entry.draft.contract)
        if compiled is None or entry.draft.kind == "contract.keep":
            continue
        expected: Counter[tuple[str, int]] = Counter()
        for told in entry.draft.details.get("facts", ()):
            contract = library.contract(compiled.id)
            expected.update(assess_reference(contract, _fact(told), compiled.on, compiled.currency))
        found: Counter[tuple[str, int]] = Counter()
        for term, step, _, minor in entry.draft.details.get("charges", ()):
            found[term, step] += minor
        assert found == expected, entry
        priced[compiled.id] += len(found)
    assert all(priced[one.id] > 0 for one in open_contracts())


def _fact(told: list[object]) -> Fact:
    """The fact as an entry keeps it: day, currency, clock, and the numbers in `Field` order."""
    day, currency, deadline, *numbers = told
    kind, reason = FactKind(numbers[Field.KIND]), Reason(numbers[Field.REASON])
    return Fact(kind, day, currency, *numbers[Field.QUANTITY :], reason=reason, deadline=deadline)  # type: ignore[arg-type]


def test_income_and_charges_add_up_to_the_charges_of_all_facts(entries: list[Entry], ledger: Ledger) -> None:
    """What is expected, pending, kept back, in suspense or paid came from somewhere: a charge, or what was cleared."""
    named = {one.hash: one.id for one in open_contracts()}
    expected = Counter[str]()
    for entry in entries:
        contract = named.get(entry.draft.contract, "")
        expected[contract] += sum(minor for *_, minor in entry.draft.details.get("charges", ()))
        expected[contract] += sum(entry.draft.details.get("cleared", {}).values())
    found = Counter[str]()
    for start in ("money:income:", "money:charge:"):
        for account, _, held in ledger.store.all_balances(start):
            found[account.removeprefix(start).rsplit(":", maxsplit=1)[0]] -= held
    assert {name: minor for name, minor in expected.items() if minor} == {k: v for k, v in found.items() if v}


def test_an_order_that_is_closed_owes_nothing_more(entries: list[Entry]) -> None:
    """Its entries leave expected, pending and reserve at nought; what it earned is in the bank, on a statement or in
    suspense. Fines and cancellations of the order are paid apart.
    """
    by_stream = defaultdict(list)
    for entry in entries:
        by_stream[entry.stream].append(entry)
    closed = 0
    for stream, own in by_stream.items():
        moves = [entry.draft.kind for entry in own]
        if not stream.startswith("order/") or "order.release" not in moves:
            continue
        sums, fines = Counter[str](), 0
        for entry in own:
            for account, unit, amount in entry.draft.postings:
                sums[account.split(":")[1]] += amount if not unit.startswith("sku/") else 0
            if entry.draft.kind == "order.miss" and entry.draft.details.get("how") != "paid":
                fines += sum(minor for *_, minor in entry.draft.details.get("charges", ()))
        assert (sums["expected"], sums["pending"], sums["reserve"]) == (fines, 0, 0), stream
        closed += 1
    assert closed > 20


@pytest.mark.parametrize("costing", list(Costing))
def test_layers_hold_the_units_of_the_balances_and_the_money_of_the_bills(
    costing: Costing, ledger: Ledger, entries: list[Entry]
) -> None:
    layers = CostLayers(costing)
    ledger.catch_up(layers)
    held: Counter[tuple[str, str]] = Counter()
    for account, unit, units in ledger.store.all_balances("stock:"):
        if is_floored(account):
            place = account.split(":", maxsplit=2)[2] if ":in_transit:" not in account else account[len("stock:") :]
            held[unit.removeprefix("sku/"), place] += units
    assert {(one.sku, one.place): one.units for one in layers.values(ledger.store)} == {
        k: v for k, v in held.items() if v
    }
    billed, found = Value(), Value()
    for account, unit, amount in _bills(entries):
        add(billed, {(account.rsplit(":", maxsplit=1)[-1], unit): amount})
    gone = Counter[Gone]()
    for _, shelf in layers.shelves(ledger.store):
        add(found, shelf.value())
        for word in Gone:
            add(found, shelf.gone[word].value)
            gone[word] += sum(shelf.gone[word].value.values())
        for lot in shelf.lots.values():
            add(found, lot.waiting)
        assert all(layer.units > 0 for layers_here in shelf.layers.values() for layer in layers_here)
    assert found == billed
    assert gone[Gone.SOLD] > 0 and gone[Gone.LOST] > 0


def _bills(entries: list[Entry]) -> Iterator[tuple[str, str, int]]:
    for entry in entries:
        if entry.draft.kind != "inventory.close":
            yield from (one for one in entry.draft.postings if one.account.startswith("money:inventory:"))


def test_layers_folded_one_by_one_are_those_folded_together(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    layers = CostLayers(Costing.FIFO)
    ledger.catch_up(layers)
    together = list(layers.shelves(ledger.store))
    monkeypatch.setattr(ledger_projecting, "CHUNK", 211)
    ledger.rebuild(layers)
    assert list(layers.shelves(ledger.store)) == together


def test_closing_brings_the_accounts_in_line_and_then_has_nothing_to_say(ledger: Ledger) -> None:
    layers = CostLayers(Costing.FIFO)
    ledger.catch_up(layers)
    at = max(entry.draft.occurred_at for entry in ledger.store.entries())
    draft = layers.closing(ledger.store, at)
    assert draft.postings
    ledger.append(Append("inventory/fifo", f"close/{at}", (draft,), actor="seller"))
    ledger.catch_up(layers)
    assert layers.closing(ledger.store, at).postings == ()
    worth: Counter[str] = Counter()
    for _, shelf in layers.shelves(ledger.store):
        for (_, currency), minor in shelf.value().items():
            worth[currency] += minor
        for lot in shelf.lots.values():
            for (_, currency), minor in lot.waiting.items():
                worth[currency] += minor
    booked: Counter[str] = Counter()
    for _, unit, held in ledger.store.all_balances("money:inventory:"):
        booked[unit] += held
    assert booked == worth
    assert ledger.verify() == []


def test_states_of_money_are_the_balances_and_the_calendar_adds_up_to_them(
    played: tuple[Work, Counter[str]], ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = MoneyStates(played[0].terms)
    monkeypatch.setattr(ledger_projecting, "CHUNK", 211)
    ledger.catch_up(states)
    found = states.balances(ledger.store, 1 << 30)
    held: dict[tuple[str, str, str], int] = {}
    for kind in KEPT:
        for account, unit, minor in ledger.store.all_balances(kind.value):
            if minor and (account == kind.value or account.startswith(f"{kind.value}:")):
                held[account.removeprefix(kind.value).removeprefix(":"), unit, state_word(kind)] = minor
    assert found == held
    owed = {key: minor for key, minor in held.items() if key[2] in {state_word(kind) for kind in OWED}}
    assert total(states.expected(ledger.store)) == owed
    assert len({key[2] for key in owed}) == len(OWED)


def test_the_forecast_ends_where_everything_owed_has_come(
    played: tuple[Work, Counter[str]], ledger: Ledger, entries: list[Entry]
) -> None:
    states, last = MoneyStates(played[0].terms), max(entry.draft.occurred_at for entry in entries) // 86_400
    ledger.catch_up(states)
    owed = sum(one.minor for one in states.expected(ledger.store) if one.currency == "USD")
    days = states.forecast(ledger.store, "USD", last, 400, {last + 1: 77})
    bank = states.balances(ledger.store, last)["", "USD", "bank"]
    assert days[-1].bank_minor == bank + owed
    assert [day.bank_minor - before.bank_minor for before, day in pairwise(days)] == [
        day.expected_minor for day in days[1:]
    ]
    assert days[1].planned_minor == 77 and days[2].planned_minor is None
