"""Bridges add up and name the right cause; freight bills change the card that the next decision reads."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from operate_world import DAY
from reconcile_shop import at
from tuoguan.app.calibrating import calibrate_workspace
from tuoguan.app.ledgers import open_work
from tuoguan.choose.options_library import read_market
from tuoguan.contracts import Evidence, compile_card, load, load_overlays
from tuoguan.foundation.fx import load_fx
from tuoguan.operate import Desk, Line
from tuoguan.reconcile import Part, Realized, bridge, interest_minor, lives_of, realized_of
from tuoguan.simulate import Component

PLAN = {Component.REVENUE: 100_000.0, Component.COMMISSION: -8_000.0, Component.PENALTIES: -1_000.0,
        Component.GOODS: -50_000.0, Component.CAPITAL: -500.0}  # fmt: skip


def of(units: int, price: int, fee: int, penalty: int, cost: int, late: int = 0) -> Realized:
    parts = {Part.PRICE: price, Part.FEE: fee, Part.PENALTY: penalty, Part.COST: cost}
    return Realized("A", "US", units, parts, late)


def test_each_cause_stands_alone() -> None:
    as_planned = bridge("A", "US", PLAN, 100.0, of(100, 100_000, -8_000, -1_000, -50_000), 1.0)
    assert as_planned.realized_minor == as_planned.planned_minor == 40_500
    assert not any(as_planned.minor_by_part.values())
    fewer = bridge("A", "US", PLAN, 100.0, of(80, 80_000, -6_400, -800, -40_000), 1.0)
    assert {part for part, minor in fewer.minor_by_part.items() if minor} == {Part.DEMAND}
    assert fewer.minor_by_part[Part.DEMAND] == -8_100
    dearer = bridge("A", "US", PLAN, 100.0, of(100, 95_000, -9_000, -1_500, -52_000, 70), 1.0)
    assert dearer.minor_by_part == {
        Part.DEMAND: 0, Part.PRICE: -5_000, Part.FEE: -1_000, Part.PENALTY: -500, Part.DELAY: -70, Part.COST: -2_000,
    }  # fmt: skip


_minor = st.integers(-(10**9), 10**9)


@given(
    st.dictionaries(st.sampled_from(list(Component)), st.floats(-1e9, 1e9)), st.floats(0, 1e5), st.integers(0, 10**5),
    _minor, _minor, _minor, _minor, st.integers(0, 10**6), st.floats(0.001, 1.0),
)  # fmt: skip
def test_parts_add_up_to_the_minor_unit(
    planned: dict[Component, float], units: float, sold: int, price: int, fee: int, penalty: int, cost: int, late: int,
    gone: float,
) -> None:  # fmt: skip
    found = bridge("A", "US", planned, units, of(sold, price, fee, penalty, cost, late), gone)
    assert found.planned_minor + sum(found.minor_by_part.values()) == found.realized_minor


def test_interest_by_hand() -> None:
    assert interest_minor(365_000, 10, 100_000) == 1_000  # 10 % a year of 3,650.00 for ten days
    assert interest_minor(365_000, -10, 100_000) == 0


def test_what_a_product_brought_is_read_from_the_ledger(tmp_path: Path) -> None:
    from reconcile_shop import sell

    with open_work(tmp_path) as work:
        sell(work, 20)
        entries = list(work.ledger.store.entries())
        found = realized_of(entries, work.terms.get, DAY - 60, "USD", lambda code, other, day: 1 / 7)  # type: ignore[arg-type, return-value]
    one = found["CUP", "US"]
    said = [charge for entry in entries for charge in entry.draft.details.get("charges", ())]
    assert one.units == 20
    assert one.minor_by_part[Part.PRICE] == sum(minor for _, _, kind, minor in said if kind == "revenue")
    assert one.minor_by_part[Part.PENALTY] == sum(minor for _, _, kind, minor in said if kind == "penalty") < 0
    # 500 cups for 21,000.00 yuan at 7: 6.00 dollars each.
    assert one.minor_by_part[Part.COST] == -20 * 600
    lives = lives_of(entries)
    assert lives.height == 20 and lives.get_column("returned_on").count() == 2
    assert lives.filter("late").get_column("order_number").to_list() == ["O7", "O19"]


def test_freight_bills_restate_the_card(tmp_path: Path) -> None:
    card = load().cards["freight/US"]
    base = compile_card(card, on=DAY + 200)
    name = next(one for one in ("sea.per_cbm", "sea.per_kg") if one in base.numbers)
    told = base.numbers[name]
    (tmp_path / "seller.toml").write_text(
        'schema = 1\nname = "S"\ncurrency = "USD"\norigin = "CN"\nmarkets = ["US"]\n[limits]\ncash = "1000"\n'
        'hours_per_week = 10\nwage_per_hour = "5"\n', encoding="utf-8",
    )  # fmt: skip
    with open_work(tmp_path) as work:
        for number in range(6):
            box = Line("CUP", 1_000, weight_g=1_000, volume_cm3=1_000)  # a cubic meter, a ton
            measure = 1 if name.endswith("cbm") else 1_000
            minor = told.value * measure // 10_000 * (80 + number) // 100
            work.open("purchase", f"P{number}", currency="USD", place="us-3pl/sea", lines=[box], at=at(number),
                      by=Desk.SELLER, details={"lane": "sea"})  # fmt: skip
            for move in ("make_ready", "dispatch", "arrive"):
                work.record(f"purchase/P{number}", move, at=at(number + 30), by=Desk.SELLER)
            work.record(f"purchase/P{number}", "bill_freight", at=at(number + 31), by=Desk.SELLER,
                        details={"amount_minor": minor})  # fmt: skip
    found = calibrate_workspace(tmp_path, on=DAY + 200)
    assert [(one.contract_id, one.name) for one in found.learned] == [("freight/US", name)]
    library = load(overlays=load_overlays(tmp_path / "contracts"))
    after = compile_card(library.cards["freight/US"], on=DAY + 200, overlays=library.overlays).numbers[name]
    assert after.evidence is Evidence.DERIVED
    assert abs(after.value / told.value - 0.825) < 0.01
    assert after.high - after.low < told.high - told.low
    assert after.low < told.value * 0.825 < after.high
    market = read_market(library, "US", "CN", DAY + 200, "USD", load_fx(DAY + 200))
    assert market.numbers[name].value == after.value, "the next decision prices freight by it"
