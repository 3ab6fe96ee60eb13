"""Key facts of the Temu, SHEIN and card data against the published figures they cite (ids of terms/sources.toml)."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from tuoguan.contracts import (
    Contract,
    Distribution,
    Evidence,
    PlacedCard,
    QuantityName,
    SettingName,
    State,
    assess,
    check,
    compile,
    compile_card,
    load,
)
from tuoguan.foundation.days import parse_day
from tuoguan.foundation.facts import Fact, FactKind, Reason
from tuoguan.foundation.parties import Duty, Party
from tuoguan.foundation.problems import Severity

LIBRARY = load()
MINE = tuple(name for name in LIBRARY.ids() if name.startswith(("temu/", "shein/")))
TODAY = parse_day("2026-11-22")
# Part B.9 of the research: what changed on the day, and where that must show. FULL is any market of the model.
CHANGES = (
    ("2022-12", "temu/full/EU", "T12"),
    ("2023-10-09", "temu/full/EU", "T10"),
    ("2024-03-15", "temu/semi/US", "T44"),
    ("2024-04", "temu/full/EU", "T17"),
    ("2024-08-11", "temu/semi/US", "T01"),
    ("2025-02-17", "temu/semi/US", "T22"),
    ("2025-04", "temu/full/US", "T38"),
    ("2025-04-27", "temu/semi_y2/US", "T39"),
    ("2025-05-02", "temu/full/US", "D17"),
    ("2025-05-02", "temu/semi/MX", "T09"),
    ("2025-05-02", "cards/duty/US", "D17"),
    ("2025-05-14", "cards/duty/US", "D08"),
    ("2025-07", "temu/full/US", "T45"),
    ("2025-07-01", "temu/full/EU", "T19"),
    ("2025-08-14", "temu/semi/EU", "T03"),
    ("2025-08-29", "cards/duty/US", "D08"),
    ("2026-01-01", "cards/duty/EU", "D10"),
    ("2026-02-20", "cards/duty/US", "D01"),
    ("2026-02-24", "cards/duty/US", "D04"),
    ("2026-03-01", "cards/duty/EU", "D10"),
    ("2026-07-01", "cards/duty/EU", "D09"),
    ("2026-07-24", "cards/duty/US", "D04"),
    ("2026-11-01", "cards/duty/EU", "D10"),
    ("2027", "cards/duty/US", "D07"),
    ("2028-07", "cards/duty/EU", "D09"),
    ("2029-03", "cards/duty/UK", "D12"),
)


def terms_of(name: str) -> Contract | PlacedCard:
    """The contract or card of this id."""
    return LIBRARY.cards[name.removeprefix("cards/")] if name.startswith("cards/") else LIBRARY.contract(name)


def charged(name: str, day: str, fact: FactKind, **numbers: object) -> dict[str, int]:
    """Minor units by term that the contract or card makes of the fact, in its own currency."""
    terms, on = terms_of(name), parse_day(day)
    compiled = compile(terms, on=on) if isinstance(terms, Contract) else compile_card(terms, on=on)
    charges = assess(compiled, Fact(fact, on, compiled.currency, **numbers))  # type: ignore[arg-type]
    return {charge.term: charge.minor for charge in charges}


def test_all_files_of_both_platforms_and_all_cards_are_without_errors() -> None:
    found = [problem for problem in check(LIBRARY) if problem.at.startswith(("temu", "shein", "cards", "sources"))]
    assert [problem for problem in found if problem.severity is not Severity.NOTE] == []


def test_every_block_of_the_research_has_its_file() -> None:
    blocks = {LIBRARY.contracts[name].head.block for name in LIBRARY.ids(base=True) if name in LIBRARY.contracts}
    markets = {f"temu.full.{market}" for market in ("US", "EU", "UK")}
    markets |= {f"temu.semi.{market}" for market in ("US", "EU", "UK", "JP", "MX")}
    shein = {"shein.marketplace.EU", "shein.semi", "shein.full"}
    assert {"temu.full", "temu.semi", "temu.semi_y2.US"} | markets | shein <= blocks


@pytest.mark.parametrize(("day", "name", "source"), CHANGES, ids=[f"{name} {day}" for day, name, _ in CHANGES])
def test_each_dated_change_shows_on_its_day_and_names_its_source(day: str, name: str, source: str) -> None:
    terms, on = terms_of(name), parse_day(day)
    before = {item.at for item in terms.on(on - 1)}
    begun = [item for item in terms.on(on) if item.at not in before]
    assert any(source in item.entry.source for item in begun), [item.at for item in begun]


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2022-08-31", State.PLANNED),
        ("2025-05-01", State.OPEN),
        ("2025-05-02", State.SUSPENDED),  # D17
        ("2025-06-01", State.SUSPENDED),
        ("2025-07-01", State.OPEN),  # T45
    ],
)
def test_full_us_stopped_for_two_months(day: str, state: State) -> None:
    assert LIBRARY.contract("temu/full/US").state_on(parse_day(day)) is state


def test_semi_us_was_launched_in_march_2024_and_y2_in_april_2025() -> None:  # T44, T39
    semi, y2 = LIBRARY.contract("temu/semi/US"), LIBRARY.contract("temu/semi_y2/US")
    assert [semi.state_on(parse_day(day)) for day in ("2024-03-14", "2024-03-15")] == [State.PLANNED, State.OPEN]
    assert [y2.state_on(parse_day(day)) for day in ("2025-04-26", "2025-04-27")] == [State.PLANNED, State.OPEN]


def test_half_a_percent_of_the_buyers_price_from_october_2023() -> None:  # T10
    sale = {"quantity": 1, "orders": 1, "parcels": 1, "retail_price_minor": 10_000, "supply_price_minor": 4_000}
    before = charged("temu/full/EU", "2023-10-08", FactKind.UNITS_DELIVERED, **sale)
    after = charged("temu/full/EU", "2023-10-09", FactKind.UNITS_DELIVERED, **sale)
    assert "service_clause" not in before
    assert after["service_clause"] == -50
    assert before["revenue"] == after["revenue"] == 4_000  # T07: supply price times accepted units


@pytest.mark.parametrize(("hours", "times"), [(24, 0), (25, 1), (48, 1), (49, 5), (500, 5)])
def test_late_jit_goods_cost_one_and_then_five_times_their_value(hours: int, times: int) -> None:  # T12, T16
    fine = charged(
        "temu/full/US", "2024-01-01", FactKind.DEADLINE_MISSED,
        deadline="jit_arrival", quantity=7, orders=1, supply_price_minor=1_250, minutes_late=60 * hours,
    ).get("late_jit", 0)  # fmt: skip
    assert fine == -times * 7 * 1_250


def test_misdeclared_weight_costs_ten_and_ten_per_begun_fifty_grams() -> None:  # T19
    found = charged("temu/full/UK", "2025-07-01", FactKind.WEIGHT_MISDECLARED, quantity=1, orders=1, weight_g=101)
    assert found == {"weight_misdeclared": -1_000, "weight_misdeclared_extra": -3_000}
    assert not charged("temu/full/UK", "2025-06-30", FactKind.WEIGHT_MISDECLARED, quantity=1, orders=1, weight_g=101)


def test_quality_faults_are_the_sellers_and_a_change_of_mind_is_not() -> None:  # T18
    back = {"quantity": 1, "orders": 1, "parcels": 1, "supply_price_minor": 3_000}
    quality = charged("temu/full/US", "2026-01-01", FactKind.UNITS_RETURNED, reason=Reason.QUALITY, **back)
    mind = charged("temu/full/US", "2026-01-01", FactKind.UNITS_RETURNED, reason=Reason.CHANGE_OF_MIND, **back)
    assert sum(quality.values()) == -3_000
    assert mind == {}


def test_mexico_holds_back_a_tenth_up_to_two_hundred_thousand_pesos() -> None:  # T09
    compiled = compile(LIBRARY.contract("temu/semi/MX"), on=parse_day("2025-05-02"))
    share, cap = (compiled.quantities[name] for name in (QuantityName.RESERVE_SHARE, QuantityName.RESERVE_CAP))
    assert (share.value, share.low, share.high) == (100_000, 100_000, 100_000)
    assert compiled.currency == "MXN"
    assert cap.value == 20_000_000
    assert share.source == ("T09",)


def test_semi_us_hands_over_in_one_business_day_and_y2_in_nine() -> None:  # T01, T39
    for name, clocks in (
        ("temu/semi/US", {"handling": 1, "transit": 2}),
        ("temu/semi_y2/US", {"handling": 9, "delivery": 14}),
    ):
        compiled = compile(LIBRARY.contract(name), on=TODAY)
        days = {clock.name: clock.business_days for clock in compiled.deadlines}
        assert clocks.items() <= days.items()


@pytest.mark.parametrize(
    ("name", "owned"),  # table B.1; T07 and T36 for full, T08 and T44 for semi
    [
        ("temu/full/US", {Duty.SUPPLY_PRICE, Duty.LISTING, Duty.FIRST_MILE}),
        (
            "temu/semi/US",
            {
                Duty.SUPPLY_PRICE, Duty.LISTING, Duty.STORAGE, Duty.FIRST_MILE, Duty.LINE_HAUL, Duty.CUSTOMS,
                Duty.LAST_MILE, Duty.RETURNS,
            },
        ),
    ],
)  # fmt: skip
def test_the_seller_owns_what_the_matrix_says(name: str, owned: set[Duty]) -> None:
    compiled = compile(LIBRARY.contract(name), on=TODAY)
    assert {duty for duty, party in compiled.owner.items() if party is Party.SELLER} == owned
    assert set(compiled.owner) == set(Duty)


def test_stock_lies_where_the_model_says() -> None:  # T44, T39
    places = {
        name: compile(LIBRARY.contract(name), on=TODAY).settings[SettingName.STOCK_AT]
        for name in ("temu/full/US", "temu/semi/US", "temu/semi_y2/US")
    }
    assert list(places.values()) == ["platform_origin", "seller_market", "seller_origin"]


def test_shein_takes_ten_percent_and_three_times_for_a_breach() -> None:  # H01, H04
    sale = {"quantity": 1, "orders": 1, "parcels": 1, "retail_price_minor": 2_000}
    assert charged("shein/marketplace/EU", "2026-06-01", FactKind.UNITS_DELIVERED, **sale)["commission"] == -200
    breach = {"quantity": 10, "supply_price_minor": 500}
    assert charged("shein/full/US", "2026-06-01", FactKind.CONDUCT_BREACHED, **breach) == {"conduct_damages": -15_000}
    light = compile(LIBRARY.contract("shein/semi/US"), on=TODAY).quantities[QuantityName.MIN_WEIGHT_G]
    assert light.value == 400  # A12


PARCEL = {"quantity": 3, "orders": 1, "parcels": 1, "lines": 2, "customs_value_minor": 2_000}


def test_eu_parcels_pay_three_euro_per_line_from_july_2026() -> None:  # D09
    duty = {
        day: charged("cards/duty/EU", day, FactKind.PARCEL_IMPORTED, **PARCEL).get("flat_duty", 0)
        for day in ("2026-06-30", "2026-07-01", "2028-06-30")
    }
    assert duty == {"2026-06-30": 0, "2026-07-01": -600, "2028-06-30": -600}


def test_goods_from_150_euro_pay_no_flat_duty() -> None:  # D09
    dear = {**PARCEL, "customs_value_minor": 15_000}
    assert "flat_duty" not in charged("cards/duty/EU", "2026-08-01", FactKind.PARCEL_IMPORTED, **dear)


@pytest.mark.parametrize(
    ("day", "ppm"),
    [
        ("2025-05-01", 0),  # below USD 800, D03
        ("2025-05-02", 1_200_000),  # D17
        ("2025-05-14", 540_000),  # D08
        ("2026-02-24", 100_000),  # D01, D04
        ("2026-07-23", 100_000),
    ],
)
def test_us_parcel_duty_went_through_its_states(day: str, ppm: int) -> None:
    found = charged("cards/duty/US", day, FactKind.PARCEL_IMPORTED, **PARCEL).get("parcel_duty", 0)
    assert found == -3 * 2_000 * ppm // 1_000_000


def test_what_followed_section_122_is_a_range_and_not_a_figure() -> None:  # D04
    card = compile_card(LIBRARY.cards["duty/US"], on=parse_day("2026-07-24"))
    rows = {term.name: index for index, term in enumerate(card.terms)}
    for name in ("parcel_duty", "section_122"):
        row = card.charges[rows[name]]
        assert (row["low"], row["high"]) == (0, 150_000)
        assert card.terms[rows[name]].evidence is Evidence.ASSUMED


def test_uk_parcels_are_free_to_135_pounds_until_march_2029() -> None:  # D12
    low, high = ({**PARCEL, "customs_value_minor": minor} for minor in (13_499, 13_500))
    assert charged("cards/duty/UK", "2029-02-28", FactKind.PARCEL_IMPORTED, **low) == {}
    assert charged("cards/duty/UK", "2029-02-28", FactKind.PARCEL_IMPORTED, **high)
    assert charged("cards/duty/UK", "2029-03-01", FactKind.PARCEL_IMPORTED, **low)


@pytest.mark.parametrize(
    ("day", "usd_per_feu"), [("2025-08-20", 1_910), ("2026-01-08", 2_835), ("2026-06-15", 6_178), ("2026-06-25", 8_500)]
)
def test_the_container_rate_is_the_spot_rate_over_68_cubic_meters(day: str, usd_per_feu: int) -> None:  # L01 to L04
    card = compile_card(LIBRARY.cards["freight/US"], on=parse_day(day))
    assert card.numbers["sea_fcl.per_cbm"].value == round(Decimal(usd_per_feu) / 68, 1) * 1_000_000


def test_staff_minutes_add_up_to_the_starting_ranges() -> None:
    card = compile_card(LIBRARY.cards["operations/ALL"], on=TODAY)
    for name, low, high in (("temu/full/US", 0.1, 1), ("temu/semi/US", 1, 6), ("shein/marketplace/EU", 3, 12)):
        owner = compile(LIBRARY.contract(name), on=TODAY).owner
        owned = [duty for duty, party in owner.items() if party is Party.SELLER]
        parts = [card.numbers[f"minutes.{duty}.order"] for duty in owned if f"minutes.{duty}.order" in card.numbers]
        assert sum(part.low for part in parts) >= low * 1_000_000
        assert sum(part.high for part in parts) <= high * 1_000_000


def test_demand_answers_with_the_published_means() -> None:  # E05, E03
    numbers = compile_card(LIBRARY.cards["demand/ALL"], on=TODAY).numbers
    elasticity, speed = numbers["price_elasticity"], numbers["speed_response"]
    assert (elasticity.value, elasticity.low, elasticity.high) == (-2_620_000, -4_500_000, -1_000_000)
    assert (speed.value, speed.low, speed.high) == (15_000, 5_000, 20_000)


@pytest.mark.parametrize("name", MINE)
def test_nothing_is_silently_nought(name: str) -> None:
    """A value of nought has a source, or a range that says how far it may be off."""
    for item in LIBRARY.contract(name).placed:
        entry = item.entry
        value = getattr(entry, "rate", None) or getattr(entry, "amount", None) or getattr(entry, "value", None)
        is_number = isinstance(value, str) and re.fullmatch(r"0(\.0+)?", value)
        if is_number and getattr(entry, "distribution", None) is Distribution.FIXED:
            assert entry.source, item.at
            assert entry.evidence is not Evidence.ASSUMED, item.at


def test_every_source_that_the_research_cites_for_these_blocks_is_cited_here(shared: Path) -> None:
    path = shared / "reference" / "domain.md"
    if not path.is_file():
        pytest.skip("the research register is not beside the repository")
    blocks = re.findall(r"```yaml\n(id: (?:temu|shein|shared)\b.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
    cited = {
        name for block in blocks for names in re.findall(r"source: \[([^\]]+)\]", block) for name in names.split(", ")
    }
    terms = [*(LIBRARY.contracts[name] for name in MINE), *LIBRARY.cards.values()]
    used = {name for item in terms for placed in item.placed for name in placed.entry.source}
    assert len(blocks) == 15
    assert cited - used == set()


def test_the_register_holds_all_180_sources() -> None:
    assert len(LIBRARY.sources) == 180
