"""What an answer is worth: bounds that always hold, closed forms, and nested Monte Carlo over the engine itself."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from choose_workspace import batch, demand, groups, product
from tuoguan.choose import evaluate, explain_group
from tuoguan.choose.policies import THOROUGH
from tuoguan.choose.reasons_moves import PPM, move_visibility
from tuoguan.choose.reasons_pilots import evpi, information, pilots, resolved, slopes
from tuoguan.choose.reasons_terms import unknowns
from tuoguan.simulate import run

PATHS = 256


@pytest.fixture(scope="module")
def played():
    """Two products with all their options, evaluated."""
    work = batch(product("A", unit_cost_minor=500), product("B", unit_cost_minor=650))
    known = demand(work, level=3.0)
    return evaluate(groups(work, known), known, paths=PATHS, seed=5, threads=2, effort=THOROUGH), known


@given(st.integers(0, 2**32 - 1), st.floats(-3.0, 3.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_more_of_the_variance_resolved_is_never_worth_less_and_never_negative(seed, middle, one, two):
    random = np.random.default_rng(seed)
    effect = random.gamma(2.0, 1.0, (1, 60))
    effect -= effect.mean()
    less, more = (information(np.array([middle]), effect, share)[0] for share in sorted((one, two)))
    assert 0.0 <= less <= more + 1e-12


@pytest.mark.parametrize("middle", [-1.5, 0.0, 0.4, 3.0])
@pytest.mark.parametrize("share", [0.2, 0.7, 1.0])
def test_a_normal_unknown_is_worth_the_unit_normal_loss(middle, share):
    """Raiffa & Schlaifer 1961: the preposterior mean is normal with sd sqrt(share) x sd, so its loss is closed."""
    sd = 2.0
    effect = sd * stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)[None]
    found = information(np.array([middle]), effect, share)[0]
    spread = sd * np.sqrt(share)
    distance = abs(middle) / spread
    assert found == pytest.approx(spread * (stats.norm.pdf(distance) - distance * stats.norm.sf(distance)), abs=2e-3)


def test_conjugate_shares():
    """A normal mean with prior variance 4 after 10 samples of variance 20 has lost 4 / (4 + 2) of it."""
    assert resolved(4.0, 20.0 / 10) == pytest.approx(4.0 / 6.0)
    assert resolved(4.0, 0.0) == 1.0 and resolved(0.0, 1.0) == 0.0 and resolved(4.0, np.inf) == 0.0


def test_chance_alone_is_worth_little_after_shrinking():
    random = np.random.default_rng(3)
    values = random.normal(size=100)
    gaps = random.normal(size=(400, 100))
    plain = np.abs((gaps - gaps.mean(axis=1, keepdims=True)) @ (values - values.mean())) / (values.var() * 100)
    assert np.abs(slopes(gaps, values)).mean() < 0.65 * plain.mean()
    true = gaps + 2.0 * values
    assert slopes(true, values).mean() == pytest.approx(2.0, abs=0.03)
    assert (slopes(gaps, np.ones(100)) == 0.0).all()


def test_a_pilot_of_sales_is_worth_what_nested_monte_carlo_over_the_engine_says(played):
    """Visibility is fixed at 15 values and both options are played again; a Poisson count of the pilot's sales updates
    the prior of the paths' own draws by Bayes; the better option after each count is what the pilot earns."""
    evaluated, known = played
    # As many paths as tell the slope of one unknown apart from all others.
    options, scenario = evaluated.groups.options, replace(evaluated.scenario, paths=8_192)
    mean = evaluated.mean()
    rows = list(evaluated.groups.rows(0))
    row = max(rows, key=lambda at: mean[at] if len(options[at].listings) == 1 else -np.inf)
    option = options[row]
    contract = option.listings[0].contract.id
    term = next(one for one in unknowns(option) if (one.name, one.owner) == ("visibility", contract))
    draws = term.draws(scenario.seed, scenario.paths)
    grid = np.quantile(draws, (np.arange(15) + 0.5) / 15)
    base = option.listings[0].visibility
    fixed = replace(base, low=base.value, high=base.value, distribution=0)
    plain = replace(option, listings=(replace(option.listings[0], visibility=fixed),))
    moved = tuple(move_visibility(plain, contract, round(value / base.value * PPM)) for value in grid)
    profit = run(replace(scenario, options=moved, paths=1_024), known, threads=2).profit.mean(axis=1)
    curve = np.interp(draws, grid, profit)
    # The other way earns the mean for certain, so that the answer is a coin's toss before the pilot.
    gap = run(replace(scenario, options=(option,)), known, threads=2).profit[0] - curve.mean()
    random = np.random.default_rng(8)
    units = 40
    truth = random.choice(draws, 2_000)
    counts = random.poisson(units * truth / draws.mean())
    likely = stats.poisson.pmf(counts[:, None], units * draws / draws.mean())
    posterior = (likely / likely.sum(axis=1, keepdims=True)) @ (curve - curve.mean())
    wanted = np.maximum(posterior, 0.0).mean()
    effect = slopes(gap[None], draws) * (draws - draws.mean())
    share = resolved(float(draws.var()), draws.mean() ** 2 / units)
    found = information(np.zeros(1), effect[None], share)[0]
    assert 0.05 < share < 0.95
    assert found == pytest.approx(wanted, rel=0.15)
    perfect = np.maximum(curve - curve.mean(), 0.0).mean()
    assert information(np.zeros(1), effect[None], 1.0)[0] == pytest.approx(perfect, rel=0.15)


def test_pilots_of_a_real_group_keep_their_bounds_and_are_ranked(played):
    evaluated, known = played
    mean = evaluated.mean()
    duels = []
    for group in range(evaluated.groups.count):
        pick = max(evaluated.groups.rows(group), key=lambda at: mean[at])
        why = explain_group(evaluated, known, group, pick)
        duels.append((group, why.pick, why.runner_up, why.drivers))
    found = pilots(evaluated, known, duels)
    assert found and [one.net for one in found] == sorted((one.net for one in found), reverse=True)
    gaps = {
        group: (evaluated.outcomes.profit[pick] - (evaluated.outcomes.profit[other] if other >= 0 else 0)).astype(float)
        for group, pick, other, _ in duels
    }
    most = sum(float(evpi(gap[None])[0]) for gap in gaps.values())
    for one in found:
        assert 0 <= one.own_evsi <= one.evsi <= one.evpi <= most + 1
        assert one.net == pytest.approx(one.evsi - one.forgone, abs=1) and one.net > 0
        assert 0.0 < one.resolved <= 1.0
        assert (one.units == 0) == (one.weeks == 0) == (one.stock == 0)
    assert found == pilots(evaluated, known, list(reversed(duels)))
