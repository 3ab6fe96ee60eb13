"""What was known before a day: nothing after it can change a byte of what is decided."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from tuoguan.backtest import counters_only, known_before, undated
from tuoguan.backtest.cells import Cell, pinned
from tuoguan.backtest.known import counters
from tuoguan.backtest.playing import LEAN, decisions
from tuoguan.choose import evaluate
from tuoguan.foundation.days import date_of
from tuoguan.intake import read
from unit.backtest import shop

LIMIT = date_of(shop.day_number())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return shop.write(tmp_path_factory.mktemp("shop"), shop.lines())


def decided(folder):
    """Everything that is decided in one cell: options, policies, expectations, choices, and what was looked at."""
    setting = shop.setting(folder)
    groups = pinned(setting.real.groups, Cell(115, 15, -240, 30, 65))
    evaluated = evaluate(groups, setting.real.demand, paths=8, seed=1, threads=2, effort=LEAN)
    policies = [place.policy for option in evaluated.groups.options for place in option.places]
    ways = {way: rows.tolist() for way, rows in decisions(setting, evaluated).items()}
    return (
        evaluated.groups.sku, evaluated.groups.market, policies, evaluated.outcomes.profit.tolist(), ways,
        setting.real.known_value_minor.tolist(), setting.real.past.tolist(), setting.real.demand.season.tolist(),
    )  # fmt: skip


@pytest.fixture(scope="module")
def plain(folder):
    return decided(folder)


@pytest.mark.parametrize("seed", range(4))
def test_changing_anything_on_or_after_the_day_changes_nothing_that_is_decided(folder, plain, tmp_path, seed):
    random = np.random.default_rng(seed)
    before = [line for line in shop.lines() if line.day < LIMIT]
    after = [line for line in shop.lines() if line.day >= LIMIT]
    changed = [
        replace(line, quantity=int(random.integers(1, 90)), price=f"{random.integers(1, 99)}.00")
        for line in after
        if random.random() < 0.7
    ]
    last = replace(after[-1], day=date(2025, 10, 27))  # the test knows how long the history is, the decision does not
    assert decided(shop.write(tmp_path, [*before, *changed, last])) == plain


def test_a_change_on_the_day_before_is_seen(folder, plain, tmp_path):
    extra = shop.Line(LIMIT - timedelta(days=1), shop.sku(3), "US", 60, "30.00")
    assert decided(shop.write(tmp_path, [*shop.lines(), extra])) != plain


def test_returns_count_on_their_own_day_and_undated_rows_stay(folder):
    batch, day = read(folder), shop.day_number()
    days = [LIMIT - timedelta(days=1), LIMIT]
    returns = pl.DataFrame({"sku": ["1000A"] * 2, "market": ["US"] * 2, "day": days, "units": [1, 1]})
    stock = pl.DataFrame({"sku": ["1000A"] * 3, "site": ["s"] * 3, "day": [*days, None], "on_hand": [1, 2, 3]})
    known = known_before(replace(batch, returns=returns, stock=stock), day)
    assert known.returns["day"].to_list() == days[:1]
    assert known.stock["on_hand"].to_list() == [1, 3]
    assert known.panel["day"].max() < LIMIT and known.last_day == day - 1
    assert known.panel.height == batch.panel.filter(pl.col("day") < LIMIT).height


def test_what_has_no_day_is_counted_and_what_was_assumed_is_not(folder):
    told = undated(read(folder))
    assert told["unit_cost_minor"] == 8 and told["weight_g"] == 8
    assert "moq" not in told and "brand" not in told


def test_counters_are_the_running_totals_of_orders_and_windows_their_differences(folder):
    known = known_before(read(folder), shop.day_number())
    table = counters(known, shop.day_number(), 7)
    row = table.filter((pl.col("sku") == "1002B") & (pl.col("market") == "US")).sort("captured_on").row(12, named=True)
    own = known.panel.filter((pl.col("sku") == "1002B") & (pl.col("market") == "US"))
    for name, days in (("total", 10_000), ("last7", 7), ("last30", 30)):
        since = row["captured_on"] - timedelta(days=days)
        window = own.filter(pl.col("day").is_between(since, row["captured_on"], closed="right"))
        assert row[name] == window["units"].sum()


def test_a_seller_of_counters_knows_the_same_totals_on_other_days(folder):
    known = known_before(read(folder), shop.day_number())
    seen = counters_only(known, shop.day_number())
    assert seen.history == "snapshots" and seen.returns.is_empty()
    last = date_of(known.first_day) - timedelta(days=1)
    while last + timedelta(days=7) < LIMIT:
        last += timedelta(days=7)
    there = known.panel.filter(pl.col("day") <= last).group_by("sku", "market").agg(pl.col("units").sum())
    here = seen.panel.group_by("sku", "market").agg(pl.col("units").sum())
    assert sorted(here.rows()) == sorted(there.rows())
    assert seen.panel.height != known.panel.height
