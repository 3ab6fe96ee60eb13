"""Contracts as a workspace sees them: duties side by side, history, words in both languages, an order in money."""

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tuoguan.app.contracts_example import example, parcel_texts, read_parcel
from tuoguan.app.contracts_pair import changes_between, compared
from tuoguan.app.contracts_said import amount, name_of, percent, sentence
from tuoguan.app.contracts_view import DUTIES, as_of, lines, models, offers, show, terms_of
from tuoguan.app.contracts_words import CHARGES, CLOCKS, FACTS, MODELS
from tuoguan.app.contracts_words import DUTIES as DUTY_WORDS
from tuoguan.contracts import ChargeEntry, DeadlineEntry, Parcel, assess, diff, load, reference_parcel
from tuoguan.foundation.days import parse_day
from tuoguan.foundation.facts import FactKind
from tuoguan.foundation.fx import load_fx
from tuoguan.foundation.parties import Duty, Party
from tuoguan.foundation.problems import Refused

ON = parse_day("2026-11-22")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
FULL, SEMI = "temu/full/US", "temu/semi/US"


def test_the_stages_hold_every_duty_once() -> None:
    assert sorted(DUTIES) == sorted(Duty)


def test_the_matrix_says_what_the_contracts_say(tmp_path: Path) -> None:
    found = offers(tmp_path, ON)
    library, fx = terms_of(tmp_path), load_fx(ON)
    assert [one.id for one in found] == list(library.ids())
    for line in lines(found):
        for offer in line.offers:
            owners = as_of(library, offer.id, ON).owner
            assert {duty: entry.owner for duty, entry in line.first.owners.items()} == owners
    assert sum(len(line.offers) for line in lines(found)) == len(found)
    assert fx.on == ON


def test_the_two_most_offered_models_are_shown_first_and_differ_in_the_sellers_share(tmp_path: Path) -> None:
    first, second = models(offers(tmp_path, ON))[:2]
    assert len(first.platforms) >= len(second.platforms) > 1
    assert first.own_share < second.own_share
    assert all(sum(count for _, count in first.owners(duty)) == len(first.offers) for duty in Duty)
    assert dict(first.owners(Duty.STORAGE)) == {Party.PLATFORM: len(first.offers)}


def test_a_contract_names_every_source_of_its_terms_once(tmp_path: Path) -> None:
    shown = show(tmp_path, FULL, ON)
    named = [source for item in shown.compiled.in_force for source in item.entry.source]
    assert list(shown.sources) == list(dict.fromkeys(named))
    assert all(source is not None for source in shown.sources.values())


def test_history_joins_on_to_what_holds(tmp_path: Path) -> None:
    """Every version that begins is told on its day with what held the day before."""
    shown = show(tmp_path, FULL, ON)
    assert [event.day for event in shown.history] == sorted((event.day for event in shown.history), reverse=True)
    for event in shown.history:
        on_day = {item.key: item.entry for item in shown.contract.on(event.day)}
        before = {item.key: item.entry for item in shown.contract.on(event.day - 1)}
        assert (before.get(event.key), on_day.get(event.key)) == (event.before, event.after)


def test_an_unknown_contract_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        show(tmp_path, "no/such/US", ON)


def test_the_example_is_what_assess_says_of_the_parcel(tmp_path: Path) -> None:
    compiled = as_of(terms_of(tmp_path), FULL, ON)
    parcel = read_parcel({"units": "3", "retail_price": "12.50", "weight_g": "700"})
    made = example(compiled, parcel)
    assert (made.fact.quantity, made.fact.weight_g) == (3, 700)
    for moved in made.stories[0].moved:
        charges = assess(compiled, replace(made.fact, kind=moved.fact))
        assert moved.charge in charges
    delivered = assess(compiled, replace(made.fact, kind=FactKind.UNITS_DELIVERED))
    told = [one.charge for one in made.stories[0].moved if one.fact is FactKind.UNITS_DELIVERED]
    assert told == list(delivered)


def test_money_comes_when_delivery_lag_and_transfer_are_over(tmp_path: Path) -> None:
    """8 days of delivery, 1 of settlement, 5 of transfer: the contract's central figures."""
    compiled = as_of(terms_of(tmp_path), FULL, ON)
    made = example(compiled, Parcel())
    days = [compiled.quantities[name].value for name in ("delivery_days", "settlement_lag_days", "transfer_days")]
    assert made.payout.paid_on - ON == sum(days) == 14
    assert made.earliest.paid_on <= made.payout.paid_on <= made.latest.paid_on
    assert made.payout.paid_minor + made.payout.reserve_minor == made.stories[0].total_minor


def test_a_supply_price_counts_only_where_the_platform_sets_the_retail_price(tmp_path: Path) -> None:
    library, fx = terms_of(tmp_path), load_fx(ON)
    parcel = Parcel(supply_price_minor=700)
    managed, own = (as_of(library, name, ON, "USD") for name in (FULL, "aliexpress/overseas/US"))
    assert reference_parcel(managed, fx, parcel).supply_price_minor == 700
    assert reference_parcel(own, fx, parcel).supply_price_minor == 2_000


@pytest.mark.parametrize("said", [{"units": "0"}, {"units": "x"}, {"retail_price": "-1"}, {"weight_g": "9" * 30},
                                  {"units": "１"}, {"supply_price": "1.005"}])  # fmt: skip
def test_a_parcel_that_cannot_be_meant_is_refused(said: dict[str, str]) -> None:
    with pytest.raises(Refused):
        read_parcel(said)


def test_a_parcel_read_from_its_own_texts_is_the_same() -> None:
    parcel = read_parcel({"units": "4", "supply_price": "9.99", "unit_cost": "3.10"})
    assert read_parcel(parcel_texts(parcel)) == parcel


def test_two_contracts_are_paired_term_by_term(tmp_path: Path) -> None:
    both = compared(tmp_path, FULL, SEMI, ON, Parcel())
    assert [pair.key[1] for pair in both.duties] == [duty.value for duty in DUTIES]
    same = compared(tmp_path, FULL, FULL, ON, Parcel())
    assert all(pair.is_same for pairs in (same.duties, *same.terms.values()) for pair in pairs)
    assert all(first == second for rows in same.stories.values() for _, first, second in rows)
    assert any(not pair.is_same for pair in both.duties)


def test_a_change_that_many_contracts_inherit_is_told_once(tmp_path: Path) -> None:
    before, after = parse_day("2025-11-23"), parse_day("2026-11-23")
    found = changes_between(tmp_path, before, after)
    rows = diff(load(), before, after)
    assert sum(len(one.ids) for one in found) == len(rows)
    assert any(len(one.ids) > 1 for one in found)
    assert changes_between(tmp_path, after, after) == []


def test_every_word_of_the_contracts_has_its_chinese() -> None:
    library = load()
    for contract in library.contracts.values():
        for item in contract.placed:
            if isinstance(item.entry, ChargeEntry):
                assert item.entry.name in CHARGES, item.at
            elif isinstance(item.entry, DeadlineEntry):
                assert item.entry.name in CLOCKS, item.at
        assert contract.head.model in MODELS
    assert set(FACTS) == {kind.name.lower() for kind in FactKind}
    assert set(DUTY_WORDS) == set(Duty)


@pytest.mark.parametrize("name", load().ids())
def test_every_term_is_said_in_both_languages(name: str) -> None:
    for item in load().contract(name).placed:
        english, chinese = (sentence(item.entry, language) for language in ("en", "zh"))
        if item.key[0] in ("duty", "deadline", "charge", "setting", "status"):
            assert english and not CHINESE.search(english)
            assert CHINESE.search(chinese), (item.at, chinese)
        assert name_of(item.key, "en")


def test_a_rate_is_said_as_it_is_written() -> None:
    entry = ChargeEntry(name="commission", kind="commission", on="order_placed", basis="RETAIL_VALUE", rate="0.085",
                        range=("0.05", "0.1"))  # type: ignore[arg-type]  # fmt: skip
    assert amount(entry, "en") == "8.5% (5% to 10%) of retail value"
    assert amount(entry, "zh") == "零售额的 8.5%（5% 至 10%）"
    assert percent("0.000001") == f"{Decimal('0.0001')}%"
