"""Bad input is refused before anything is played: one ValueError with every name, value and allowed range."""

import os
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from tuoguan.simulate import Candidates, Policy, PolicyKind, compare, run, trace
from unit.simulate import world

NAN, INFINITE = float("nan"), float("inf")


def scenario(**given):
    return world.scenario((world.option((world.listing(world.contract()),)),), **given)


def with_option(**given):
    return replace(scenario(), options=(replace(scenario().options[0], **given),))


def with_place(**given):
    return with_option(places=(world.place(**given),))


def with_policy(kind, *numbers, **given):
    return with_place(policy=Policy(kind, *numbers, **given))


def with_listing(**given):
    return with_option(listings=(world.listing(world.contract(), **given),))


SCENARIOS = [
    ("paths", "0", scenario(paths=0)),
    ("horizon_days", "-3", scenario(horizon_days=-3)),
    ("terminal_cover_days", "-1", scenario(terminal_cover_days=-1)),
    ("wage_per_hour_minor", "-900", scenario(wage_per_hour_minor=-900)),
    ("capital_rate_ppm_year", "-1", scenario(capital_rate_ppm_year=-1)),
    ("deposit_ppm", "-7", scenario(deposit_ppm=-7)),
    ("overlap", "-5", scenario(overlap=world.fixed(-5))),
    ("overlap", "1000001", scenario(overlap=world.fixed(1_000_001))),
    ("shocks_per_year", "-2", scenario(shocks_per_year=world.fixed(-2))),
    ("freight_month_sd", "-2", scenario(freight_month_sd=world.ranged(-2, 1, 3, 700))),
    ("moq", "0", with_option(moq=0)),
    ("carton", "-1", with_option(carton=-1)),
    ("on_hand", "-4", with_option(on_hand=-4)),
    ("unit_weight_g", "-20", with_option(unit_weight_g=-20)),
    ("unit_volume_cm3", "-20", with_option(unit_volume_cm3=-20)),
    ("unit_cost", "-5", with_option(unit_cost=world.fixed(-5))),
    ("return_rate", "-1", with_option(return_rate=world.fixed(-1))),
    ("salvage", "-1", with_option(salvage=world.fixed(-1))),
    ("retail_price_today_minor", "0", with_option(retail_price_today_minor=0)),
    ("on_order", "-2", with_option(on_order=((3, -2),))),
    ("on_order", "-3", with_option(on_order=((-3, 2),))),
    ("actual", "(1, 27)", scenario(actual=np.zeros((1, 27), np.int64))),
    ("actual", "float64", scenario(actual=np.zeros((1, 28)))),
    ("actual", "-3", scenario(actual=np.full((1, 28), -3))),
    ("actual", "1000001", scenario(actual=np.full((1, 28), 1_000_001))),
    ("follows_season", "3", with_policy(PolicyKind.BASE_STOCK, 5, follows_season=3)),
    ("series", "9", with_option(series=9)),
    ("handling_per_day", "-1", with_place(handling_per_day=-1)),
    ("storage_cbm_day", "-1", with_place(storage_cbm_day=world.fixed(-1))),
    ("minimum_minor", "-1", with_place(lane=world.lane(minimum_minor=-1))),
    ("lead_days", "-1", with_place(lane=world.lane(world.fixed(-1)))),
    ("review_days", "0", with_policy(PolicyKind.BASE_STOCK, 5, 0)),
    ("order_up_to", "-5", with_policy(PolicyKind.BASE_STOCK, -5)),
    ("place", "1", with_listing(place=1)),
    ("retail_price", "-1", with_listing(retail_price=world.fixed(-1))),
    ("delivery_days", "-1", with_listing(delivery_days=world.fixed(-1))),
    ("minutes_order", "-1", with_listing(minutes_order=world.fixed(-1))),
    # lead times longer than the horizon, and policies that can never order
    ("lead_days", "40", with_place(lane=world.lane(world.fixed(40)))),
    ("order_up_to", "0", with_policy(PolicyKind.BASE_STOCK, 0)),
    ("order_cap", "0", with_policy(PolicyKind.CAPPED_BASE_STOCK, 5)),
    ("fast_lane", "None", with_policy(PolicyKind.DUAL_INDEX, 5, fast_order_up_to=3)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "bad"), SCENARIOS, ids=[f"{name}={value}" for name, value, _ in SCENARIOS])
def test_a_number_out_of_range_is_refused_with_its_name_value_and_range(name, value, bad):
    for refuse in (lambda: run(bad, world.demand()), lambda: trace(bad, world.demand(), 0, 0)):
        with pytest.raises(ValueError) as told:
            refuse()
        text = str(told.value)
        assert name in text and value in text
        assert any(word in text for word in ("from", "at least", "at most", "between", "below", "needs", " to "))


DEMANDS = [
    ("level_mean", "nan", world.demand(NAN)),
    ("level_mean", "inf", world.demand(INFINITE)),
    ("level_mean", "-1", world.demand(-1.0)),
    ("level_shape", "nan", world.demand(shape=NAN)),
    ("dispersion", "0.5", world.demand(dispersion=0.5)),
    ("dispersion", "nan", world.demand(dispersion=NAN)),
    ("season", "-0", world.demand(wave=1.5)),
    ("season", "nan", world.demand(wave=NAN)),
    ("season", "0", world.demand(days=0)),
]


@pytest.mark.parametrize(("name", "value", "demand"), DEMANDS, ids=[f"{name}={value}" for name, value, _ in DEMANDS])
def test_demand_that_is_empty_or_not_a_number_is_refused(name, value, demand):
    with pytest.raises(ValueError) as told:
        run(scenario(), demand)
    assert name in str(told.value) and value in str(told.value)


def test_all_faults_are_told_at_once():
    bad = replace(with_option(moq=0, carton=-1), paths=0)
    with pytest.raises(ValueError) as told:
        run(bad, world.demand(NAN))
    assert all(name in str(told.value) for name in ("paths", "moq", "carton", "level_mean"))


def test_money_past_ten_to_the_twelve_is_refused():
    bad = with_listing(retail_price=world.fixed(10**10))
    with pytest.raises(ValueError, match=r"(?s)10\^12|1000000000000|1_000_000_000_000|1,000,000,000,000"):
        run(bad, world.demand(500.0))


@pytest.mark.parametrize(
    ("name", "change"),
    [("paths", {"paths": 0}), ("first_path", {"first_path": -1})],
)
def test_a_comparison_refuses_no_paths_and_paths_before_the_first(name, change):
    rows = Candidates(np.zeros(1, np.int64), np.array([[[2, 5, 1, 0, 0, 0, 0]]], np.int64))
    with pytest.raises(ValueError, match=name):
        compare(scenario(), world.demand(), rows, **{"paths": 2} | change)


@pytest.mark.parametrize(
    ("option", "row"),
    [(1, [2, 5, 1, 0, 0, 0, 0]), (-1, [2, 5, 1, 0, 0, 0, 0]), (0, [99, 5, 1, 0, 0, 0, 0]), (0, [2, 5, 0, 0, 0, 0, 0]),
     (0, [2, -5, 1, 0, 0, 0, 0]), (0, [9, 5, 1, 0, 0, 3, 0])],
)  # fmt: skip
def test_a_candidate_that_names_no_option_or_no_policy_is_refused(option, row):
    with pytest.raises(ValueError):
        compare(scenario(), world.demand(), Candidates(np.array([option]), np.array([[row]], np.int64)), paths=2)


@pytest.mark.parametrize(("option", "path"), [(1, 0), (-1, 0), (0, -1)])
def test_a_trace_of_no_option_or_no_path_is_refused(option, path):
    with pytest.raises(ValueError):
        trace(scenario(), world.demand(), option, path)


def test_an_interrupt_stops_a_run_that_would_take_minutes():
    """The child tells when a block is done; after the signal it ends by itself, long before its work is done."""
    code = (
        "import sys; sys.path.insert(0, 'tests'); from unit.simulate.test_bad_input import *;"
        "many = replace(scenario(horizon_days=365, paths=20_000), options=scenario().options * 2_000);"
        "run(many, world.demand(20.0), progress=lambda done, total: print('begun', flush=True))"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": "src"}, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert child.stdout.readline() == "begun\n"
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=10)
    finally:
        child.kill()
    assert child.returncode != 0 and "KeyboardInterrupt" in errors
