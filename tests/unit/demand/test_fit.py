"""What `fit` returns on histories whose truth is known."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from tuoguan.demand import Demand, fit
from tuoguan.demand.history import read_history, until
from tuoguan.foundation.days import date_of, parse_day

FIRST = parse_day("2024-01-01")
NO_STOCK_OUTS = pl.DataFrame(schema={"sku": pl.String, "market": pl.String, "day": pl.Date})


def goods(count: int, category: str = "mug") -> pl.DataFrame:
    return pl.DataFrame(
        {
            "sku": [f"s{k:04d}" for k in range(count)],
            "category": [category] * count,
            "retail_price_minor": [1000] * count,
        }
    )


def panel_of(units: np.ndarray, market: str = "US") -> pl.DataFrame:
    sku, day = np.nonzero(units)
    return pl.DataFrame(
        {
            "sku": [f"s{k:04d}" for k in sku],
            "market": [market] * len(sku),
            "day": [date_of(FIRST) + timedelta(days=int(d)) for d in day],
            "units": units[sku, day].astype(np.int64),
        }
    )


def fitted(panel: pl.DataFrame, products: pl.DataFrame, days: int, **more: object) -> Demand:
    outs = more.pop("stock_outs", NO_STOCK_OUTS)
    horizon = int(more.pop("horizon_days", 365))  # type: ignore[call-overload]
    return fit(
        panel, products, outs, start_on=FIRST + days, horizon_days=horizon,  # type: ignore[arg-type]
        first_day=FIRST, last_day=FIRST + days - 1, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def simulated(count: int, days: int, dispersion: float, season: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Levels from Gamma(2) with mean 0.8, then negative binomial days with this variance-to-mean ratio."""
    luck = np.random.default_rng(seed)
    level = luck.gamma(2.0, 0.4, count)
    mean = level[:, None] * season[None, :days]
    if dispersion == 1.0:
        return level, luck.poisson(mean)
    return level, luck.negative_binomial(mean / (dispersion - 1.0) + 1e-12, 1.0 / dispersion)


@pytest.mark.parametrize("dispersion", [1.0, 3.0])
def test_known_levels_are_recovered_with_honest_spread(dispersion: float) -> None:
    level, units = simulated(400, 365, dispersion, np.ones(365), seed=11)
    demand = fitted(panel_of(units), goods(400), 365)
    assert demand.level_mean.sum() == pytest.approx(level.sum(), rel=0.05)
    assert np.corrcoef(demand.level_mean, level)[0, 1] > 0.9
    width = 1.645 / np.sqrt(demand.level_shape)
    inside = np.abs(demand.level_mean / level - 1.0) < width * np.maximum(demand.level_mean / level, 1.0)
    assert 0.75 < inside.mean() <= 1.0
    assert np.median(demand.dispersion) == pytest.approx(dispersion, rel=0.15)


def test_a_yearly_peak_is_recovered_from_two_years() -> None:
    days = np.arange(730)
    season = 1.0 + 0.8 * np.cos(2 * np.pi * (days - 320) / 365.25)
    level, units = simulated(300, 730, 1.0, season, seed=5)
    demand = fitted(panel_of(units), goods(300), 730)
    truth = 1.0 + 0.8 * np.cos(2 * np.pi * (days[:365] + 730 - 320) / 365.25)
    assert np.abs(demand.season[demand.profile[0]] - truth).max() < 0.25
    assert demand.season.mean() == pytest.approx(1.0, abs=0.02)
    assert demand.level_mean.sum() == pytest.approx(level.sum(), rel=0.06)


def test_ten_weeks_of_history_say_nothing_about_the_year() -> None:
    """Below 13 weeks the yearly profile is flat: what is left varies by weekday only."""
    _, units = simulated(200, 70, 1.0, np.linspace(0.3, 1.7, 70), seed=3)
    demand = fitted(panel_of(units), goods(200), 70)
    season = demand.season[demand.profile[0]]
    assert np.allclose(season[:-7], season[7:])
    assert any("70 days of history" in note for note in demand.notes)


def test_a_weekday_without_trade_is_learned() -> None:
    open_days = np.where((np.arange(364) + 0) % 7 == 5, 0.0, 7.0 / 6.0)  # 2024-01-01 is a Monday
    _, units = simulated(200, 364, 1.0, open_days, seed=4)
    season = fitted(panel_of(units), goods(200), 364).season[0]
    start = FIRST + 364
    saturday = (start + 3 + np.arange(365)) % 7 == 5
    assert season[saturday].max() < 0.1
    assert season[~saturday].min() > 0.9


def test_snapshot_histories_have_no_weekday() -> None:
    open_days = np.where(np.arange(70) % 7 == 5, 0.0, 7.0 / 6.0)
    _, units = simulated(100, 70, 1.0, open_days, seed=4)
    season = fitted(panel_of(units), goods(100), 70, history="snapshots").season
    assert np.allclose(season, 1.0)


def test_stock_out_days_are_not_zero_demand() -> None:
    level, units = simulated(150, 300, 1.0, np.ones(300), seed=8)
    dark = np.random.default_rng(9).random(units.shape) < 0.5
    censored = np.where(dark, 0, units)
    sku, day = np.nonzero(dark)
    outs = pl.DataFrame(
        {
            "sku": [f"s{k:04d}" for k in sku],
            "market": ["US"] * len(sku),
            "day": [date_of(FIRST) + timedelta(days=int(d)) for d in day],
        }
    )
    told = fitted(panel_of(censored), goods(150), 300, stock_outs=outs)
    untold = fitted(panel_of(censored), goods(150), 300)
    assert told.level_mean.sum() == pytest.approx(level.sum(), rel=0.07)
    assert untold.level_mean.sum() == pytest.approx(level.sum() / 2, rel=0.1)
    often = level > 0.4  # the others may sell their first unit after four weeks and pass for launches
    assert told.observed_days[often].tolist() == (300 - dark.sum(1))[often].tolist()


def test_days_before_the_launch_are_not_zero_demand() -> None:
    level, units = simulated(100, 300, 1.0, np.full(300, 3.0), seed=2)
    units[:, :200] = np.where(np.arange(100)[:, None] < 50, 0, units[:, :200])
    demand = fitted(panel_of(units), goods(100), 300)
    late = demand.level_mean[:50].sum()
    assert late == pytest.approx(3.0 * level[:50].sum(), rel=0.15)
    assert demand.observed_days[:50].max() < 100


def test_a_product_that_stopped_selling_is_given_up() -> None:
    _, units = simulated(60, 360, 1.0, np.full(360, 5.0), seed=6)
    units[0, 150:] = 0
    demand = fitted(panel_of(units), goods(60), 360)
    assert demand.level_mean[0] < 0.2 * units[0, :150].mean()
    assert demand.level_shape[0] < 1.0 < demand.level_shape[1]


def test_a_new_market_is_a_cold_start_at_the_category_level() -> None:
    """Half the products sell in the second market at a fifth of the first; the others get about that, and say so."""
    level, units = simulated(200, 365, 1.0, np.full(365, 2.0), seed=12)
    luck = np.random.default_rng(1)
    second = luck.poisson(0.4 * level[:100, None], (100, 365))
    panel = pl.concat([panel_of(units), panel_of(second, "DE")]).sort("sku", "market", "day")
    demand = fitted(panel, goods(200), 365)
    german = np.array([m == "DE" for m in demand.market])
    cold = german & np.array([m == "cold_start" for m in demand.method])
    assert cold.sum() == 100
    assert demand.level_mean[cold].mean() == pytest.approx(0.4 * level[100:].mean(), rel=0.35)
    assert np.corrcoef(demand.level_mean[cold], level[100:])[0, 1] > 0.5
    assert demand.level_shape[cold].max() < demand.level_shape[german & ~cold].min()


def test_a_market_nobody_has_sold_in_gets_the_widest_guess() -> None:
    _, units = simulated(50, 200, 1.0, np.ones(200), seed=13)
    demand = fitted(panel_of(units), goods(50), 200, markets=("UK",))
    uk = np.array([m == "UK" for m in demand.market])
    assert (demand.level_mean[uk] > 0).all()
    assert demand.level_shape[uk].max() < demand.level_shape[~uk].min()
    assert set(np.array(demand.method)[uk]) == {"cold_start"}


def test_a_wholesale_line_does_not_carry_the_level() -> None:
    _, units = simulated(50, 365, 1.0, np.ones(365), seed=14)
    with_line = units.copy()
    with_line[7, 100] = 80_995
    plain, odd = fitted(panel_of(units), goods(50), 365), fitted(panel_of(with_line), goods(50), 365)
    assert odd.level_mean[7] < 2.0 * plain.level_mean[7]
    assert any("wholesale" in note for note in odd.notes)


def test_the_order_of_rows_changes_nothing() -> None:
    _, units = simulated(40, 150, 2.0, np.ones(150), seed=15)
    panel = panel_of(units)
    one, two = fitted(panel, goods(40), 150), fitted(panel.sample(fraction=1.0, shuffle=True, seed=1), goods(40), 150)
    assert one.level_mean.tobytes() == two.level_mean.tobytes()
    assert one.season.tobytes() == two.season.tobytes()
    assert one.sku == two.sku == tuple(sorted(one.sku))


def test_no_sale_at_all_still_answers() -> None:
    """Rows of no units are how a known stock-out day without a sale reaches the panel."""
    silent = panel_of(np.ones((3, 50), np.int64)).with_columns(units=pl.lit(0, pl.Int64))
    demand = fitted(silent, goods(3), 50)
    assert demand.method == ("cold_start",) * 3
    assert np.isfinite(demand.level_mean).all() and np.isfinite(demand.level_shape).all()
    assert len(fitted(silent, goods(0), 50).sku) == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"units": -3}, "units hold -3.0: expected whole numbers from 0"),
        ({"units": None}, "units hold None"),
        ({"price": float("inf")}, "retail_price_minor is inf: expected 0 or more"),
        ({"price": -1.0}, "retail_price_minor is -1.0"),
        ({"days": 0}, "last_day is 19722: expected first_day .19723. or later"),
        ({"horizon_days": 0}, "horizon_days is 0: expected 1 or more"),
        ({"history": "guesses"}, "history is 'guesses': expected one of orders, snapshots"),
        ({"rows": 0}, "panel has 0 rows: expected 1 or more"),
    ],
)
def test_bad_input_is_refused_with_name_value_and_range(change: dict[str, object], words: str) -> None:
    panel = panel_of(np.ones((2, 20), np.int64)).head(change.pop("rows", 40))  # type: ignore[arg-type]
    if "units" in change:
        panel = panel.with_columns(units=pl.when(pl.col("sku") == "s0001").then(change.pop("units")).otherwise(1))
    products = goods(2)
    if "price" in change:
        products = products.with_columns(retail_price_minor=pl.lit(change.pop("price"), pl.Float64))
    with pytest.raises(ValueError, match=words):
        fitted(panel, products, change.pop("days", 20), **change)  # type: ignore[arg-type]


def test_frequent_sellers_have_weekdays_of_their_own() -> None:
    """One product sells at weekends, the other nine on working days; the market's pattern is neither."""
    weekend = (np.arange(364) % 7 >= 5).astype(float)  # 2024-01-01 is a Monday
    mean = np.where(np.arange(10)[:, None] == 0, 40.0 * weekend, 15.0 * (1.0 - weekend))
    demand = fitted(panel_of(np.random.default_rng(3).poisson(mean)), goods(10), 364)
    ahead = (FIRST + 364 + 3 + np.arange(365)) % 7 >= 5
    own, other = demand.season[demand.profile[0]], demand.season[demand.profile[1]]
    assert own[~ahead].sum() < 0.15 * own.sum()  # the market, seven of eight units, holds it back a little
    assert other[ahead].sum() < 0.1 * other.sum()
    assert (demand.level_mean[0] * own).sum() / 365 == pytest.approx(40.0 * 2 / 7, rel=0.1)


def test_a_level_that_wanders_is_told_with_more_doubt_than_one_that_stays() -> None:
    """Weekly drift of 15 % against none: the held-out weeks must show in the shape and in the memory."""
    luck = np.random.default_rng(21)
    walk = np.exp(np.repeat(np.cumsum(luck.normal(0.0, 0.15, (20, 52)), axis=1), 7, axis=1))
    calm = fitted(panel_of(luck.poisson(np.full((20, 364), 10.0))), goods(20), 364)
    wild = fitted(panel_of(luck.poisson(10.0 * walk)), goods(20), 364)
    assert np.median(wild.level_shape) < np.median(calm.level_shape) / 3.0
    assert wild.half_life_days < calm.half_life_days


def test_a_forecast_is_what_the_history_before_it_said() -> None:
    """Days after the cut change nothing: a cut history is the same as one that ended there."""
    _, units = simulated(30, 300, 2.0, np.ones(300), seed=16)
    goods_30, panel = goods(30), panel_of(units)
    whole = read_history(panel, goods_30, NO_STOCK_OUTS, FIRST, FIRST + 299, ())
    ended = read_history(panel_of(units[:, :200]), goods_30, NO_STOCK_OUTS, FIRST, FIRST + 199, ())
    one, two = until(whole, 200), ended
    assert one.days == two.days == 200
    assert np.array_equal(one.row_day, two.row_day) and np.array_equal(one.row_start, two.row_start)
    assert np.array_equal(one.sold, two.sold)
