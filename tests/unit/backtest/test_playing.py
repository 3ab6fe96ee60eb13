"""A cell played on a small shop: who decides, what it brought, and that it does not depend on threads or on a stop."""

import json
from dataclasses import replace

import numpy as np
import pytest

from tuoguan.backtest import calibrate, play_cell, row_of, summary_of, summary_of_picks, with_last
from tuoguan.backtest.baselines import unit_margin
from tuoguan.backtest.calibration import Pick
from tuoguan.backtest.cells import FULL, SEMI, Cell, side_of
from tuoguan.backtest.playing import NOT_SOLD, brought, either
from tuoguan.contracts.schema import ChargeKind as K
from tuoguan.foundation.facts import FactKind as F
from tuoguan.simulate import Component, Policy, PolicyKind, run
from unit.backtest import shop
from unit.simulate import world

CELL = Cell(115, 15, -240, 15, 65)


@pytest.fixture(scope="module")
def setting(tmp_path_factory):
    return shop.setting(shop.write(tmp_path_factory.mktemp("shop"), shop.lines()))


@pytest.fixture(scope="module")
def played(setting):
    return play_cell(setting, CELL)


def test_what_is_replayed_is_what_was_sold(setting):
    """The lines of the six weeks and the days behind them, wholesale lines being earlier than the day."""
    real, first = setting.real, shop.day_number()
    for row in (0, 5):
        sku, market = real.groups.sku[row], real.groups.market[row]
        wanted = np.zeros(real.actual.shape[1], np.int64)
        for line in shop.lines():
            at = (line.day - shop.FIRST).days + (shop.day_number("2025-01-01") - first)
            if (line.sku, line.market) == (sku, market) and 0 <= at < len(wanted):
                wanted[at] += line.quantity
        assert np.abs(real.actual[row] - wanted).sum() <= 0.02 * wanted.sum()  # large lines are capped
    assert real.groups.horizon_days == 42 and real.actual.shape[1] == 42 + setting.cover_days


def test_who_never_sold_there_is_apart(setting, played):
    real = setting.real
    cold = [
        (sku, market)
        for sku, market, is_cold in zip(real.groups.sku, real.groups.market, real.cold, strict=True)
        if is_cold
    ]
    assert cold == [(shop.sku(7), "UK")]
    for way, profit in played.profit.items():
        assert (profit[real.cold] == 0).all(), way
    assert set(played.cold) == {"ours", "all_full", "all_semi"}


def test_every_side_keeps_to_itself_and_hindsight_is_best(setting, played):
    side = {option.key: side_of(option) for option in setting.real.groups.options}
    for way, wanted in (("all_full", FULL), ("all_semi", SEMI)):
        assert {side[key] for key in played.chosen[way] if key} <= {wanted}
    total = {way: profit.sum() for way, profit in played.profit.items()}
    assert total["clairvoyant"] >= total["our_models"] - 1
    for way in ("ours", "all_full", "all_semi", "greedy"):
        assert total[way] <= total["clairvoyant"] * 1.001, way
    assert all(total["our_models"] >= total[f"rule_{rule}"] for rule in ("lingxing", "omni", "ops"))
    assert "last_model" not in played.profit


def test_regret_adds_up_and_markets_do(setting, played):
    row = row_of(setting, played)
    assert row["regret"]["total"] == row["regret"]["model"] + row["regret"]["quantity"]
    ours = sum(market["ours"] for market in row["markets"].values())
    assert abs(ours - row["profit_minor"]["ours"]) <= len(row["markets"])
    assert json.loads(json.dumps(row)) == row
    one = summary_of([row, row])
    assert one["cells"] == 2 and one["mean_profit_minor"]["ours"] == row["profit_minor"]["ours"]


def test_threads_change_no_byte(setting, played):
    alone = play_cell(replace(setting, threads=1), CELL)
    assert json.dumps(row_of(setting, alone)) == json.dumps(row_of(setting, played))


def test_the_last_model_is_kept_where_one_was_chosen(setting, played):
    chosen = {
        (sku, market): key.split("@")[0]
        for sku, market, key in zip(
            setting.real.groups.sku, setting.real.groups.market, played.chosen["all_semi"], strict=True
        )
        if key
    }
    again = play_cell(with_last(setting, chosen), CELL)
    found = [key.split("@")[0] for key in again.chosen["last_model"] if key]
    assert found and set(found) <= set(chosen.values())
    assert again.profit["ours"].tolist() == played.profit["ours"].tolist()


def test_nobody_earns_with_money_that_is_not_there(setting, played):
    from tuoguan.backtest.cells import pinned
    from tuoguan.backtest.playing import LEAN, replay_scenario
    from tuoguan.choose import evaluate

    groups = pinned(setting.real.groups, CELL)
    evaluated = evaluate(groups, setting.real.demand, paths=8, seed=1, effort=LEAN)
    outcomes = run(replay_scenario(setting, evaluated), setting.real.demand)
    rows = np.array([max(groups.rows(g), key=lambda row: -outcomes.cash_low[row].min()) for g in range(groups.count)])
    need = -outcomes.cash_low[rows].sum(axis=0).min() / 100
    import msgspec

    def with_cash(amount):
        limits = msgspec.structs.replace(setting.seller.limits, cash=f"{amount:.0f}")
        return brought(outcomes, rows, msgspec.structs.replace(setting.seller, limits=limits))

    rich, poor = with_cash(need + 1), with_cash(need / 2)
    assert rich.share == 1.0 and poor.share == pytest.approx(0.5, rel=1e-3)
    assert poor.profit.sum() == pytest.approx(rich.profit.sum() / 2, rel=1e-3)
    none = brought(outcomes, np.full(groups.count, NOT_SOLD), setting.seller)
    assert none.share == 1.0 and not none.profit.any()


def test_either_takes_each_option_from_one_run_or_the_other():
    options = tuple(world.option((world.listing(world.contract()),), key=name, on_hand=9) for name in "ab")
    one = run(world.scenario(options), world.demand(1.0))
    two = run(world.scenario(options, seed=99), world.demand(3.0))
    mixed = either(one, two, np.array([False, True]))
    assert mixed.profit.tolist() == [one.profit[0].tolist(), two.profit[1].tolist()]
    assert mixed.hours.shape == one.hours.shape and mixed.units_sold[1] == two.units_sold[1]


def test_the_unit_margin_is_what_a_unit_brings_in_the_simulator():
    """Without doubt, penalties, storage and wages a replayed unit earns its margin, to the rounding of a cent."""
    charges = (
        world.REVENUE, world.charge(K.COMMISSION, F.ORDER_PLACED, basis=1, value=83_331),
        world.charge(K.FULFILLMENT, F.UNITS_SHIPPED, per=1, value=1_230_000),
        world.charge(K.SERVICE, F.UNITS_DELIVERED, per=1, value=450_000),
    )  # fmt: skip
    listing = world.listing(
        world.contract(charges), spread=world.fixed(250_000), pick_order=world.fixed(700_000),
        label_parcel=world.fixed(2_100_000),
    )  # fmt: skip
    lane = world.lane(per_kg=world.fixed(3_000_000), divisor_cm3_per_kg=5_000)
    site = world.place(lane=lane, policy=Policy(PolicyKind.JIT))
    option = world.option((listing,), (site,), duty_ad_valorem=world.fixed(100_000))
    out = run(world.scenario((option,), actual=np.full((1, 28), 3), paths=1), world.demand(1.0))
    assert out.component[0, list(Component).index(Component.TERMINAL_STOCK)] == 0
    brought_ = out.profit[0, 0] / out.units_sold[0]
    assert unit_margin(option, world.START, "USD") == pytest.approx(brought_, abs=1.0)


def test_picks_of_the_small_shop_are_judged(setting):
    picks = calibrate(setting, 15, 65)
    assert len(picks) == int((~setting.real.cold).sum())
    assert all(0.0 <= pick.called <= 1.0 and 0.0 <= pick.right <= 1.0 for pick in picks)
    found = summary_of_picks(picks)
    assert found.picks == len(picks) and found.sure_count == sum(pick.called >= 0.9 for pick in picks)


def test_shares_of_picks_are_told_by_hand():
    def pick(called, right, undecided=False, flips=False):
        return Pick("a", "US", "full", called, right, undecided, flips)

    found = summary_of_picks((pick(0.9, 0.8), pick(1.0, 1.0, flips=True), pick(0.5, 0.6, undecided=True, flips=True)))
    assert (found.sure_count, found.sure_called, found.sure_right) == (2, 0.95, 0.9)
    assert (found.band_count, found.band_right) == (1, 0.8)
    assert (found.flipped, found.flipped_undecided, found.undecided) == (2, 0.5, 0.333333)
    assert summary_of_picks(()).sure_right == -1.0
