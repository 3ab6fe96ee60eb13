"""The grid, and options with its terms pinned."""

import numpy as np
import pytest

import choose_workspace as work
from tuoguan.backtest.cells import FULL, SEMI, Cell, compact, full_grid, pinned, ranging, side_of, small_grid, truths


@pytest.fixture(scope="module")
def groups():
    return compact(work.groups(work.batch(work.product("A1"), work.product("B2", retail_price_minor=1_999))))


def test_the_grid_has_189_distinct_cells_and_the_small_one_is_part_of_it():
    cells = full_grid()
    assert len(cells) == len(set(cells)) == len({cell.name for cell in cells}) == 189
    assert len(small_grid()) == 12 and set(small_grid()) < set(cells)
    assert {cell.traffic for cell in small_grid()} == {100, 115, 130}
    assert {cell.supply_share for cell in small_grid()} == {45, 55, 65}
    assert {cell.cost_share for cell in small_grid()} == {15, 30, 60}
    assert len(truths(30, 55)) == 21


def test_sides_are_told_apart_by_duties(groups):
    side = {option.listings[0].contract.id: side_of(option) for option in groups.options}
    assert side["temu/full/US"] is side["shein/full/US"] == FULL
    assert side["temu/semi/US"] is side["aliexpress/semi/US"] == SEMI
    assert set(side.values()) == {FULL, SEMI}
    assert not any("self" in name or "fbt" in name or "marketplace" in name for name in side)


def test_a_cell_pins_the_full_side_and_leaves_the_other_as_today(groups):
    found = pinned(groups, Cell(115, 15, -240, 30, 55))
    for option in found.options:
        one, price = option.listings[0], option.retail_price_today_minor
        assert option.unit_cost.low == option.unit_cost.high == price * 10_000 * 30 // 100
        assert one.reach.low == one.reach.high and one.visibility.low == one.visibility.high == 1_000_000
        assert option.elasticity.value == option.elasticity.low == -2_400_000
        if side_of(option) == FULL:
            assert one.reach.value == 1_150_000 and one.retail_price.value == price * 85 // 100
            assert one.supply_price_minor == price * 55 // 100
        else:
            assert one.reach.value == 1_000_000 and one.retail_price.value == price


def test_the_sellers_ranges_hold_every_truth_and_nothing_else(groups):
    wide = ranging(groups, 30, 55)
    for cell in truths(30, 55):
        for option, true in zip(wide.options, pinned(groups, cell).options, strict=True):
            for name in ("reach", "retail_price"):
                have, is_so = getattr(option.listings[0], name), getattr(true.listings[0], name)
                assert have.low <= is_so.value <= have.high
            if cell.price_cut:
                assert option.elasticity.low <= true.elasticity.value <= option.elasticity.high
            assert option.unit_cost == true.unit_cost
    full = [option for option in wide.options if side_of(option) == FULL]
    assert all(one.listings[0].reach.high == 1_300_000 and one.listings[0].reach.low == 1_000_000 for one in full)


def test_compact_keeps_one_listing_and_one_lane(groups):
    assert all(len(option.listings) == 1 and option.places[0].fast_lane is None for option in groups.options)
    assert np.diff(groups.first).min() > 0
