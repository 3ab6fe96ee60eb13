"""Wholesale lines, families and moving means, against numbers told by hand."""

import numpy as np
import polars as pl
import pytest

from tuoguan.backtest.history import capped, family_of, line_cap, rolling_mean
from tuoguan.intake import PANEL


def panel(*rows):
    return pl.DataFrame(
        [("a", "US", None, units, orders, gross) for units, orders, gross in rows], schema=dict(PANEL), orient="row"
    )


@pytest.mark.parametrize(("percentile", "cap"), [(50.0, 2.0), (90.0, 3.0), (99.0, 50.0), (None, float("inf"))])
def test_the_cap_is_a_percentile_of_units_per_order_weighted_by_orders(percentile, cap):
    """Sixty orders of 2 units, thirty of 3, ten of 50."""
    assert line_cap(panel((120, 60, 1), (90, 30, 1), (500, 10, 1), (0, 0, 0)), percentile) == cap


def test_a_day_above_its_cap_keeps_its_price():
    found = capped(panel((120, 60, 1_200), (500, 10, 5_000), (0, 0, 0)), 3.0)
    assert found["units"].to_list() == [120, 30, 0] and found["gross_minor"].to_list() == [1_200, 300, 0]
    assert capped(found, float("inf")).equals(found)


@pytest.mark.parametrize(
    ("sku", "family"), [("85123A", "85123"), ("22423", "22423"), ("gift_0001_20", "gift"), ("LAMP", "LAMP")]
)
def test_a_family_is_the_stem_of_the_code(sku, family):
    assert family_of(sku) == family


def test_a_moving_mean_of_a_day_knows_the_days_before_it_only():
    past, actual = np.arange(1, 11)[None], np.array([[100, 200, 300]])
    assert rolling_mean(past, actual, 3).tolist() == [[9.0, 119 / 3, 310 / 3]]
    changed = actual.copy()
    changed[0, 1:] = 0
    assert rolling_mean(past, changed, 3)[0, :2].tolist() == rolling_mean(past, actual, 3)[0, :2].tolist()
