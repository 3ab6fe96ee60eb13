"""What moves mean: worked examples by hand, differences on arrival, what is refused."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from money_moves import ON, open_contracts
from tuoguan.contracts import Compiled, SettingName, assess, compile, load
from tuoguan.foundation.days import parse_day
from tuoguan.foundation.facts import Fact, FactKind, Reason
from tuoguan.foundation.fx import FxTable
from tuoguan.foundation.problems import Refused
from tuoguan.operate import Accounting, Document, Draft, Line, facts_in, load_flows, postings_of

CUP, LAMP = Line("cup", 2, 1500, 1250, 300, 1200), Line("lamp", 1, 4000, 3100, 900, 9000)
MALL = "temu/semi/US"


def terms(name: str = MALL) -> Compiled:
    """A contract as of the day of its worked examples."""
    return compile(load().contract(name), on=parse_day("2026-01-15"), fx=FxTable.fixed({"USDCNY": "7.1"}))


def document(flow: str, *lines: Line, compiled: Compiled | None = None, **given: Any) -> Document:
    """A document at the seller's site."""
    fields: dict[str, Any] = {
        "stream": f"{flow}/1", "flow": flow, "number": "1", "state": "", "version": 1,
        "contract": "", "contract_id": "",
        "currency": "USD", "place": "site", "lines": lines, "opened_at": 0,
        "at_by_state": {}, "details": {},
    }  # fmt: skip
    if compiled is not None:
        fields |= {"contract": compiled.hash, "contract_id": compiled.id, "currency": compiled.currency}
    return Document(**(fields | given))


def facts(made: Accounting) -> tuple[Fact, ...]:
    """The facts as the entry gives them back."""
    return facts_in(Draft("", 0, details={"facts": made.facts}))


def sums(made: Accounting) -> dict[str, int]:
    """Amounts by account without their first word."""
    return {posting.account.partition(":")[2]: posting.amount for posting in made.postings}


def test_one_order_of_two_units_earns_what_the_platforms_own_example_says() -> None:
    """The worked example beside the contract: 2 x 12.50, a part of the shipping fee 0.90, discounts -0.75."""
    compiled = terms()
    made = postings_of("order", "deliver", document("order", CUP, compiled=compiled, state="shipped"), {}, compiled)
    assert sums(made) == {
        f"income:{MALL}:revenue": -2590, f"charge:{MALL}:promotion": 75, f"pending:{MALL}": 2515,
    }  # fmt: skip
    assert [fact.kind for fact in facts(made)] == [FactKind.UNITS_DELIVERED]


def test_a_return_reverses_the_base_price_and_costs_a_label() -> None:
    """The second worked example: -12.50 and -4.50."""
    compiled, back = terms(), replace(CUP, quantity=1)
    shown = document("return", back, compiled=compiled, details={"reason": "change_of_mind"})
    made = postings_of("return", "receive", shown, {}, compiled)
    assert sums(made) == {
        "buyer": -1, "quarantined:site": 1, f"charge:{MALL}:refund": 1250, f"charge:{MALL}:return": 450,
        f"expected:{MALL}": -1700,
    }  # fmt: skip


def test_an_order_handed_over_late_costs_two_dollars_fifty_once_for_all_its_lines() -> None:
    """The third worked example, of an order with two lines."""
    compiled, late = terms(), {"deadline": "handling", "minutes_late": 60, "how": "paid"}
    made = postings_of("order", "miss", document("order", CUP, LAMP, compiled=compiled), late, compiled)
    assert sums(made) == {f"charge:{MALL}:penalty": 250, "bank": -250}


@pytest.mark.parametrize(
    ("paid", "kept", "bank", "suspense"), [(None, 126, 2374, 0), (2000, 126, 2000, 374), (2500, 126, 2500, -126)]
)
def test_settling_leaves_what_came_differently_in_suspense(
    paid: int | None, kept: int, bank: int, suspense: int
) -> None:
    """25.15 earned, 5 % kept back half up, 0.15 for the payout (0.6 % of 25.00)."""
    compiled = terms()
    shown = document("order", CUP, compiled=compiled, state="delivered")
    found = sums(postings_of("order", "settle", shown, {} if paid is None else {"paid_minor": paid}, compiled))
    expected = {
        f"charge:{MALL}:payout": 15, f"pending:{MALL}": -2515, f"reserve:{MALL}": kept, "bank": bank,
        f"suspense:{MALL}": suspense,
    }  # fmt: skip
    assert found == {account: minor for account, minor in expected.items() if minor}
    assert sums(postings_of("order", "release", shown, {}, compiled)) == {f"reserve:{MALL}": -kept, "bank": kept}


def test_a_payout_in_another_currency_keeps_both_legs() -> None:
    compiled = terms()
    shown, fx = document("order", CUP, compiled=compiled, state="delivered"), {"currency": "CNY", "minor": 16_855}
    made = postings_of("order", "settle", shown, {"fx": fx}, compiled)
    by_unit = {(posting.account, posting.unit): posting.amount for posting in made.postings}
    assert by_unit["money:bank", "CNY"] == 16_855 and by_unit["money:exchange", "CNY"] == -16_855
    assert by_unit["money:exchange", "USD"] == 2374 and ("money:bank", "USD") not in by_unit


def test_what_is_short_is_lost_and_what_is_over_came_from_the_supplier() -> None:
    shown = document("stock_order", CUP, LAMP, details={"lane": "sea"})
    made = postings_of("stock_order", "receive", shown, {"received": {"cup": 1, "lamp": 3}}, None)
    assert Counter((one.account, one.unit, one.amount) for one in made.postings) == Counter(
        [
            ("stock:in_transit:sea:site", "sku/cup", -2), ("stock:quarantined:site", "sku/cup", 1),
            ("stock:lost", "sku/cup", 1), ("stock:in_transit:sea:site", "sku/lamp", -1),
            ("stock:quarantined:site", "sku/lamp", 3), ("stock:supplier", "sku/lamp", -2),
        ]
    )  # fmt: skip


def test_what_was_refused_is_not_put_away_and_not_charged() -> None:
    compiled = terms("temu/full/US")
    shown = document(
        "stock_order", replace(CUP, quantity=10), compiled=compiled, details={"received": 9, "refused": {"cup": 2}}
    )
    made = postings_of("stock_order", "put_away", shown, {}, compiled)
    assert [fact.quantity for fact in facts(made)] == [7]
    assert sums(made)["at:site"] == 7
    back = postings_of("stock_order", "send_back_part", shown, {}, compiled)
    assert sums(back) == {"quarantined:site": -2, "supplier": 2}
    assert sums(postings_of("stock_order", "send_back", shown, {}, compiled)) == {"quarantined:site": -9, "supplier": 9}


def test_goods_sent_from_a_site_of_the_seller_leave_it() -> None:
    shown = document("stock_order", CUP, place="platform", details={"source": "site"})
    assert sums(postings_of("stock_order", "send", shown, {}, None)) == {
        "at:site": -2, "in_transit:direct:platform": 2,
    }  # fmt: skip


def test_bills_split_over_skus_to_the_cent() -> None:
    shown = document("purchase", CUP, LAMP)
    made = postings_of("purchase", "bill_freight", shown, {"amount_minor": 1000}, None)
    assert sums(made) == {"inventory:site:cup:first_leg": 400, "inventory:site:lamp:first_leg": 600, "bank": -1000}
    owed = postings_of("purchase", "pay", shown, {"amount_minor": 7, "how": "billed", "party": "factory"}, None)
    assert sums(owed) == {"inventory:site:cup:goods": 3, "inventory:site:lamp:goods": 4, "payable:factory": -7}
    told = {"amount_minor": 7, "how": "settled", "party": "factory", "by_sku": {"cup": 7}}
    assert sums(postings_of("purchase", "pay", shown, told, None)) == {"payable:factory": 7, "bank": -7}


def test_a_cancelled_order_gives_back_only_what_was_reserved() -> None:
    compiled, why = terms(), {"reason": "change_of_mind"}
    for state, free in (("placed", {}), ("on_hold", {}), ("reserved", {"cup": 2}), ("packed", {"cup": 2})):
        shown = document("order", CUP, compiled=compiled, state=state)
        made = postings_of("order", "cancel", shown, why, compiled)
        at = {one.unit[4:]: one.amount for one in made.postings if one.account == "stock:at:site"}
        assert at == free, state


def test_a_fine_that_the_contract_does_not_make_is_a_claim() -> None:
    compiled = terms()
    shown = document("violation", replace(CUP, quantity=1), compiled=compiled, details={"fact": "fake_tracking"})
    contract = -sum(charge.minor for charge in postings_of("violation", "charge", shown, {}, compiled).charges)
    made = sums(postings_of("violation", "charge", shown, {"amount_minor": contract + 300}, compiled))
    assert contract > 0 and made[f"suspense:{MALL}"] == 300 and made[f"expected:{MALL}"] == -contract - 300


@pytest.mark.parametrize(
    ("flow", "move", "details", "words"),
    [
        ("order", "cancel", {"reason": "mood"}, "order/1: reason: found 'mood'; expected change_of_mind"),
        ("stock_order", "receive", {"received": {"rug": 1}}, "received: found rug; expected SKUs of the document: cup"),
        ("stock_order", "receive", {"received": -1}, "received: found {'cup': -1}"),
        ("stock_order", "check", {"refused": 3}, "at most what was received"),
        ("purchase", "pay", {}, "amount_minor: found None; expected a whole number"),
        ("purchase", "pay", {"amount_minor": -5}, "found -5; expected nought or more"),
        ("purchase", "pay", {"amount_minor": 5, "how": "later"}, "found 'later'; expected paid, billed or settled"),
        ("purchase", "pay", {"amount_minor": 5, "by_sku": {"cup": 4}}, "by_sku: found 4; expected a sum of 5"),
        ("purchase", "pay", {"amount_minor": 5, "fx": 7}, "fx: found 7"),
        ("violation", "charge", {"fact": "mood"}, "found 'mood'; expected one of quality_incident"),
        ("payout", "open", {"source": "mattress", "amount_minor": 1}, "found 'mattress'; expected expected, pending"),
        ("return", "inspect", {"outcome": "resale"}, "goods that never came back"),
        ("order", "fly", {}, "order.fly: found no such move"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    flow: str, move: str, details: Mapping[str, Any], words: str
) -> None:
    compiled = terms()
    with pytest.raises(Refused, match="error") as refused:
        postings_of(flow, move, document(flow, CUP, compiled=compiled), details, compiled)
    assert words in str(refused.value)
    assert len(refused.value.problems) == 1


def test_prices_in_another_currency_are_refused() -> None:
    compiled = terms()
    with pytest.raises(Refused, match="prices in EUR"):
        postings_of("order", "open", document("order", CUP, compiled=compiled, currency="EUR"), {}, compiled)


@pytest.mark.parametrize("compiled", open_contracts(), ids=lambda one: one.id)
def test_an_order_of_one_unit_is_priced_as_the_simulator_prices_it(compiled: Compiled) -> None:
    """One unit is one order, one parcel, one customs line; to customs it is worth what the buyer pays."""
    line = Line("cup", 1, 2599, 1300, 450, 2500)
    for move in ("open", "ship", "deliver", "settle", "miss"):
        details = {"deadline": compiled.deadlines[0].name, "minutes_late": 2000} if compiled.deadlines else {}
        made = postings_of("order", move, document("order", line, compiled=compiled), details, compiled)
        for fact in facts(made):
            assert fact == Fact(
                fact.kind, 0, compiled.currency, 1, 1, 1, 1, 2599, 1300, 450, 2500, details.get("minutes_late", 0), 0,
                2599, Reason.ANY, details.get("deadline", ""),
            )  # fmt: skip
        assert made.charges == tuple(charge for fact in facts(made) for charge in assess(compiled, fact))
    parcel = compiled.settings.get(SettingName.CUSTOMS_REGIME) == "parcel"
    shipped = postings_of("order", "ship", document("order", line, compiled=compiled), {}, compiled)
    kinds = [fact.kind for fact in facts(shipped)]
    assert (FactKind.PARCEL_IMPORTED in kinds) == parcel


def test_what_is_equal_but_told_in_other_words_is_kept_in_its_own() -> None:
    """True is 1 to a price book, and another word in an entry, whose bytes are hashed."""
    compiled = terms()
    for parcels, written in ((1, "1"), (True, "True"), (1, "1")):
        made = postings_of("order", "open", document("order", CUP, compiled=compiled), {"parcels": parcels}, compiled)
        assert [str(kept[7]) for kept in made.facts] == [written]
        shipped = document("order", CUP, compiled=compiled, state="packed", details={"parcels": parcels})
        made = postings_of("order", "ship", shipped, {}, compiled)
        assert {str(kept[7]) for kept in made.facts} == {written}


MOVES = [(flow.name, move.name) for flow in load_flows().values() for move in flow.moves]


@given(st.sampled_from(MOVES), st.sampled_from(open_contracts()), st.integers(0, 10**6), st.integers(0, 3))
def test_every_move_adds_up_to_nought(move: tuple[str, str], compiled: Compiled, amount: int, units: int) -> None:
    details = {
        "amount_minor": amount, "reason": "quality", "fact": "quality_incident", "outcome": {"resale": 1},
        "work_minor": amount % 97, "unknown_minor": amount - 500, "cleared": {"service": -amount}, "received": units,
    }  # fmt: skip
    shown = document(*move[:1], CUP, compiled=compiled, state="reserved", at_by_state={"received": 0})
    made = postings_of(*move, shown, details, compiled, ON * 86_400)
    by_unit: Counter[str] = Counter()
    for posting in made.postings:
        by_unit[posting.unit] += posting.amount
        assert posting.amount
    assert not any(by_unit.values())
    assert all(fact.day == ON for fact in facts(made))
