"""Statistics against scipy, and intervals against known truth: nine in ten must hold it."""

import numpy as np
import polars as pl
import pytest
from scipy import stats

from tuoguan.contracts import QuantityName, load
from tuoguan.contracts import compile as compile_contract
from tuoguan.foundation.days import parse_day
from tuoguan.reconcile.calibrate import calibrate
from tuoguan.reconcile.distributions import beta_below, beta_quantile, gamma_below, gamma_quantile
from tuoguan.reconcile.learning import fitted_days, ratio_posterior, scale_posterior, share_posterior
from tuoguan.reconcile.lives import LIVES
from tuoguan.reconcile.survival import kaplan_meier

ON = parse_day("2026-11-23")
CONTRACT = next(
    compile_contract(load().contracts[name], on=ON) for name in load().ids() if name.endswith("/semi/US")
    and load().contracts[name].state_on(ON) == "open"
)  # fmt: skip
ROUNDS = 200


@pytest.mark.parametrize(("a", "b"), [(0.5, 0.5), (1, 1), (2, 30), (55.5, 800.25), (4000, 120000)])
def test_beta_agrees_with_scipy(a: float, b: float) -> None:
    for p in (0.007, 0.05, 0.5, 0.95, 0.993):
        x = stats.beta.ppf(p, a, b)
        assert beta_below(x, a, b) == pytest.approx(p, abs=1e-9)
        assert beta_quantile(p, a, b) == pytest.approx(x, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(("shape", "rate"), [(0.5, 2), (1, 1), (9.5, 0.01), (700, 3.5), (40_000, 41_000)])
def test_gamma_agrees_with_scipy(shape: float, rate: float) -> None:
    for p in (0.007, 0.05, 0.5, 0.95, 0.993):
        x = stats.gamma.ppf(p, shape, scale=1 / rate)
        assert gamma_below(x, shape, rate) == pytest.approx(p, abs=1e-9)
        assert gamma_quantile(p, shape, rate) == pytest.approx(x, rel=1e-6)


def test_survival_agrees_with_scipy_on_censored_days() -> None:
    draw = np.random.default_rng(7)
    days, watch = draw.geometric(0.05, 400), draw.integers(1, 60, 400)
    happened, seen = days <= watch, np.minimum(days, watch)
    ours = kaplan_meier(seen, happened)
    theirs = stats.ecdf(stats.CensoredData(uncensored=seen[happened], right=seen[~happened])).sf
    for day in range(60):
        assert 1 - ours.happened_by(day)[0] == pytest.approx(theirs.evaluate(day), abs=1e-12)
    # Greenwood by hand at the first event: 1 / (n (n - 1)) times the square of what is left.
    count, first = (seen >= ours.day[0]).sum(), (seen[happened] == ours.day[0]).sum()
    assert ours.variance[0] == pytest.approx(ours.left[0] ** 2 * first / (count * (count - first)))


def covers(low: float, truth: float, high: float) -> bool:
    return low <= truth <= high


def test_intervals_of_shares_rates_and_amounts_hold_the_truth_nine_times_in_ten() -> None:
    """Truth drawn from the prior, data from the truth: a 90 % interval then holds it in 90 % of rounds."""
    draw = np.random.default_rng(11)
    shares, rates, amounts = [], [], []
    for _ in range(ROUNDS):
        truth = draw.beta(8, 92)
        found = share_posterior(0.08, 0.08 * 0.92 / 101, draw.binomial(150, truth), 150)
        shares.append(covers(found.p05, truth, found.p95))
        truth = draw.gamma(50, 1.15 / 50)
        found = ratio_posterior(1.15, 1.15**2 / 50, draw.poisson(80 * truth), 80)
        rates.append(covers(found.p05, truth, found.p95))
        truth = draw.normal(2.5, 0.6)
        seen = draw.normal(truth, 0.9, 12)
        found = scale_posterior(2.5, 0.36, seen.mean(), 0.81 / 12)
        amounts.append(covers(found.p05, truth, found.p95))
    for name, hits in (("share", shares), ("rate", rates), ("amount", amounts)):
        assert 0.85 <= np.mean(hits) <= 0.95, name


def lives(draw: np.random.Generator, share: float, window: int, count: int = 500, age: int = 200) -> pl.DataFrame:
    """Orders delivered evenly over the last ``age`` days, of which a share comes back as the simulator spreads it."""
    delivered = ON - draw.integers(1, age, count)
    back = delivered + 1 + np.floor(draw.random(count) ** 2 * window).astype(int)
    seen = (draw.random(count) < share) & (back <= ON)
    rows = {
        "order_number": [f"o{n}" for n in range(count)], "contract": CONTRACT.hash, "contract_id": CONTRACT.id,
        "sku": "A", "units": 1, "placed_on": delivered - 5, "shipped_on": delivered - 4, "delivered_on": delivered,
        "settled_on": None, "returned_on": pl.Series([int(b) if s else None for b, s in zip(back, seen, strict=True)]),
        "faulty_on": None, "contacted_on": None, "late": False, "ended": False,
    }  # fmt: skip
    return pl.DataFrame(rows, schema_overrides=LIVES).cast(LIVES)  # type: ignore[arg-type]


NOBODY = pl.DataFrame(schema={"order_number": pl.String, "paid_on": pl.Int64})
NO_RATIOS = pl.DataFrame(
    schema={"term": pl.String, "step": pl.Int64, "paid_minor": pl.Int64, "expected_minor": pl.Int64}
)


@pytest.mark.parametrize("age", [200, 45])
def test_a_return_rate_is_learned_although_many_orders_can_still_come_back(age: int) -> None:
    term = CONTRACT.quantities[QuantityName.RETURN_RATE]
    window = CONTRACT.quantities[QuantityName.RETURN_WINDOW_DAYS].high
    draw, hits, naive = np.random.default_rng(3), [], []
    for _ in range(ROUNDS // 2):
        truth = draw.triangular(term.low, term.value, term.high) / 1e6
        rows = lives(draw, truth, window, age=age)
        found = next(one for one in calibrate(CONTRACT, rows, NOBODY, NO_RATIOS, ON) if one.name == "return_rate")
        hits.append(covers(found.p05, truth * 1e6, found.p95))
        naive.append(rows.get_column("returned_on").count() / rows.height < truth)
    assert 0.85 <= np.mean(hits) <= 0.95
    assert np.mean(naive) > 0.7, "the plain share is too low, which is why open orders are censored"


def test_a_lag_is_learned_with_open_orders_as_censored() -> None:
    draw = np.random.default_rng(5)
    rows = lives(draw, 0.0, 90, count=600, age=100)
    lag = np.round(np.exp(draw.uniform(np.log(3), np.log(40), 600))).astype(int)
    paid_on = rows.get_column("delivered_on").to_numpy() + lag
    seen = paid_on <= ON
    paid = pl.DataFrame(
        {"order_number": rows.get_column("order_number").filter(pl.Series(seen)), "paid_on": paid_on[seen]}
    )
    found = next(
        one for one in calibrate(CONTRACT, rows, paid, NO_RATIOS, ON) if one.name == "settlement_lag_days"
    )  # fmt: skip
    assert found.distribution == "loguniform"
    assert (found.low, found.high) == (3, 40) or (abs(found.low - 3) <= 1 and abs(found.high - 40) <= 2)
    assert found.p05 <= np.sqrt(3 * 40) <= found.p95
    assert fitted_days(kaplan_meier(np.array([4]), np.array([False])), 45) is None
