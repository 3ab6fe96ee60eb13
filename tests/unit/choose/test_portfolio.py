"""The seller's portfolio on really evaluated options."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from choose_workspace import batch, demand, groups, product
from tuoguan.choose import Evaluated, choose, evaluate, frontier, peak_use, price_words, solve, study_of
from tuoguan.choose.portfolio import build_limits
from tuoguan.choose.problem import Capacity
from tuoguan.foundation.parties import Duty
from tuoguan.intake.schema import Limits, Seller


@pytest.fixture(scope="module")
def evaluated() -> Evaluated:
    work = batch(*(product(name) for name in "ABCD"))
    known = demand(work, level=3.0)
    return evaluate(groups(work, known), known, paths=16, seed=3)


def seller(evaluated: Evaluated, cash: str = "1000000", hours: float = 1000.0) -> Seller:
    base = batch(product("A")).seller
    return msgspec.structs.replace(base, limits=Limits(cash=cash, hours_per_week=hours))


def test_without_scarcity_every_group_takes_its_best(evaluated: Evaluated) -> None:
    answer = choose(study_of(evaluated), seller(evaluated, "100000000", 1e6), weight=0.0)
    mean = evaluated.mean()
    for group, row in enumerate(answer.chosen.tolist()):
        best = max((mean[k] for k in evaluated.groups.rows(group)), default=0.0)
        assert (mean[row] if row >= 0 else 0.0) == pytest.approx(max(best, 0.0))
    assert answer.gap == pytest.approx(0.0, abs=1e-9)
    assert price_words(answer, "USD") == ()


def test_limits_bind_and_are_priced(evaluated: Evaluated) -> None:
    free = choose(study_of(evaluated), seller(evaluated, "100000000", 1e6), weight=0.0)
    hours = peak_use(free, "hours")
    cash = peak_use(free, "cash")
    for few in (
        choose(study_of(evaluated), seller(evaluated, "100000000", hours / 2), weight=0.0),
        choose(study_of(evaluated), seller(evaluated, f"{cash / 200:.2f}", 1e6), weight=0.0),
    ):
        limit = np.array([capacity.limit for capacity in few.capacities])
        assert (few.used <= limit + 1e-6 * np.abs(limit)).all()
        assert few.objective <= free.objective + 1e-6
        assert few.objective <= few.bound <= free.bound + 1e-6
        assert few.shadow_price.max() > 0.0
        assert len(price_words(few, "USD")) == (few.shadow_price > 0).sum() == len(price_words(few, "USD", "zh"))


def test_uses_are_the_outcomes(evaluated: Evaluated) -> None:
    capacities, uses = build_limits(study_of(evaluated), seller(evaluated))
    weeks = evaluated.outcomes.hours.shape[1]
    assert uses.shape == (len(evaluated.scenario.options), len(capacities))
    assert (uses[:, :weeks] == -evaluated.outcomes.cash_low).all()
    assert (uses[:, weeks : 2 * weeks] == evaluated.outcomes.hours).all()
    assert [capacity.kind for capacity in capacities[:weeks]] == ["cash"] * weeks


def test_a_mask_leaves_options_out(evaluated: Evaluated) -> None:
    mask = np.zeros(len(evaluated.scenario.options), bool)
    mask[list(evaluated.groups.rows(0))[:1]] = True
    answer = choose(study_of(evaluated), seller(evaluated), weight=0.0, allowed=mask)
    assert set(answer.chosen.tolist()) <= {-1, int(np.flatnonzero(mask)[0])}


def test_the_frontier_trades_mean_for_tail(evaluated: Evaluated) -> None:
    points = frontier(study_of(evaluated), seller(evaluated), weights=(0.0, 1.0), hours_shares=(0.5, 2.0))
    safe, bold = points[1], points[0]
    assert bold.mean >= safe.mean - 1e-6 * abs(safe.mean)
    assert safe.cvar >= bold.cvar - 1e-6 * abs(bold.cvar)
    assert points[3].bound >= points[2].objective


def test_prices_are_said_per_hour_hundred_and_cubic_meter() -> None:
    capacities = (
        Capacity("cash week 2", "cash", 100.0, "USD"), Capacity("hours week 7", "hours", 4.0, "hour"),
        Capacity("volume main week 3", "volume", 2e6, "cm3"),
    )  # fmt: skip
    answer = solve(np.ones(3), np.diag([100.0, 4.0, 2e6]), capacities, groups=np.arange(3))
    priced = replace(answer, shadow_price=np.array([0.02, 1234.0, 0.001]))
    assert set(price_words(priced, "USD")) == {
        "100 USD more cash in week 2 are worth 2.00 USD",
        "one more hour in week 7 is worth 12.34 USD",
        "one more cubic meter at main in week 3 is worth 10.00 USD",
    }


def test_what_a_study_knows_of_weeks_adds_up(evaluated: Evaluated) -> None:
    """Units ordered by week are those ordered; what sets out by lanes is what was ordered early enough."""
    study, outcomes = study_of(evaluated), evaluated.outcomes
    assert study.bought.sum(axis=1) == pytest.approx(outcomes.units_ordered)
    volume = np.array([option.unit_volume_cm3 for option in evaluated.scenario.options])
    sent = study.sent_cm3.sum(axis=(1, 2))
    assert (sent <= outcomes.units_ordered * volume * (1 + 1e-9)).all()
    assert (sent > 0).sum() >= 0.9 * (outcomes.units_ordered > 0).sum()
    cost = np.array([option.unit_cost.value / 10_000 for option in evaluated.scenario.options])
    assert np.abs(study.bought_minor - study.bought * cost[:, None]).max() <= 0.5
    names = [lanes.split(" + ") for lanes in study.lanes]
    assert [len(name) for name in names] == [2 * len(option.places) for option in evaluated.scenario.options]
    for row, name in enumerate(names):
        unused = [slot for slot, lane in enumerate(name) if lane == "-"]
        assert (study.sent_cm3[row, unused] == 0).all()


def test_hours_are_split_among_the_duties_that_ask_for_them(evaluated: Evaluated) -> None:
    """Every hour is some duty's, only what the seller owns takes any, and more than one duty does."""
    study = study_of(evaluated)
    assert study.hours_by_duty.sum(axis=1) == pytest.approx(study.hours.sum(axis=1))
    for row, option in enumerate(evaluated.scenario.options):
        owned = [any(one.contract.owns(duty) for one in option.listings) for duty in Duty]
        assert (study.hours_by_duty[row][~np.array(owned)] == 0).all()
    assert ((study.hours_by_duty > 0).sum(axis=1) > 3).any()


def test_a_switch_waits_until_the_new_listing_is_live(evaluated: Evaluated) -> None:
    """Ramp-up is counted: only today's own listing sells from the first day; the study has no history of a contract."""
    known = groups(batch(product("A", today="temu/semi/US")))
    own = {option.listings[0].contract.id for option in known.options if option.listings[0].live_after_days.high == 0}
    assert own == {"temu/semi/US"}
    assert all(option.listings[0].live_after_days.high > 0 for option in evaluated.groups.options)
