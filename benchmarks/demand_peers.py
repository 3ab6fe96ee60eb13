"""Peers' predictive distributions of window totals, from `statsforecast` and two bootstraps.

Every peer that gives a mean gets two distributions: a negative binomial with that mean and the variance of its own
one-step errors times the steps, and its own in-sample errors of window totals (AutoETS: 200 simulated paths).
"""

import warnings
from collections.abc import Callable

import numpy as np
from scipy import stats

LEVELS = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
PATHS = 200

Forecast = dict[str, np.ndarray]


def peers(y: np.ndarray, season: int, spans: list[tuple[int, int]], seed: int) -> Forecast:
    """Quantiles [span, level] of the totals over steps ``spans`` after ``y``, by "peer / distribution"."""
    found: Forecast = {}
    ahead = max(high for _, high in spans)
    for name, model in _models(season).items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                fitted = model().forecast(y=y, h=ahead, fitted=True)
            except Exception:  # a peer that cannot fit a series forecasts its mean
                fitted = {"mean": np.full(ahead, y.mean()), "fitted": np.full(len(y), y.mean())}
        mean, past = np.maximum(np.asarray(fitted["mean"]), 0.0), np.asarray(fitted["fitted"])
        known = np.isfinite(past)
        error = float(((y - past)[known] ** 2).mean()) if known.any() else float(y.var())
        found[f"{name} / counts"] = np.stack([_counts(mean[a:b].sum(), error * (b - a)) for a, b in spans])
        if name == "AutoETS":
            found[f"{name} / own"] = _simulated(model(), y, ahead, spans, mean, seed)
        else:
            cycle = season if name == "seasonal naive" else 0
            found[f"{name} / own"] = np.stack([_own(y, past, mean[a:b].sum(), b - a, cycle) for a, b in spans])
    found["window bootstrap"] = np.stack([_windows(y, b - a) for a, b in spans])
    found["Markov bootstrap"] = _markov(y, ahead, spans, seed)
    return found


def _models(season: int) -> dict[str, Callable[[], object]]:
    from statsforecast import models as m  # noqa: PLC0415  optional: only where the peers are installed

    return {
        "seasonal naive": lambda: m.SeasonalNaive(season_length=season),
        "SES": m.SimpleExponentialSmoothingOptimized,
        "Croston-SBA": m.CrostonSBA,
        "TSB": lambda: m.TSB(alpha_d=0.1, alpha_p=0.1),
        "iMAPA": m.IMAPA,
        "AutoETS": lambda: m.AutoETS(season_length=season),
    }


def _counts(mean: float, variance: float) -> np.ndarray:
    mean = max(mean, 1e-6)
    variance = max(variance, mean * 1.001)
    shape = mean**2 / (variance - mean)
    return np.asarray(stats.nbinom.ppf(LEVELS, shape, shape / (shape + mean)))


def _own(y: np.ndarray, past: np.ndarray, total: float, steps: int, cycle: int) -> np.ndarray:
    """Errors that the forecast made at each step would have had over the next ``steps``: level, or the last cycle."""
    sums = np.convolve(y, np.ones(steps), "valid") if len(y) >= steps else np.zeros(0)
    errors = sums - steps * past[: len(sums)]
    if cycle and len(sums) > cycle:
        at = np.arange(cycle, len(sums))
        errors = sums[cycle:] - y[at[:, None] - cycle + np.arange(steps) % cycle].sum(1)
    errors = errors[np.isfinite(errors)]
    if not len(errors):
        return np.full(len(LEVELS), total)
    return np.maximum(np.round(total + np.quantile(errors, LEVELS)), 0.0)


def _simulated(
    model: object, y: np.ndarray, ahead: int, spans: list[tuple[int, int]], mean: np.ndarray, seed: int
) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            paths = np.asarray(model.simulate(h=ahead, n_paths=PATHS, y=y, seed=seed))  # type: ignore[attr-defined]
        except Exception:
            paths = np.tile(mean, (PATHS, 1))
    sums = np.stack([paths[:, a:b].sum(1) for a, b in spans])
    return np.maximum(np.round(np.quantile(sums, LEVELS, axis=1).T), 0.0)


def _windows(y: np.ndarray, steps: int) -> np.ndarray:
    """Quantiles of all overlapping windows of the history's last half, the simple empirical bootstrap."""
    recent = y[-max(len(y) // 2, 2 * steps, 12) :]
    return np.quantile(np.convolve(recent, np.ones(steps), "valid"), LEVELS, method="inverted_cdf")


def _markov(y: np.ndarray, ahead: int, spans: list[tuple[int, int]], seed: int) -> np.ndarray:
    """Willemain, Smart & Schwarz (2004): two-state chain of zero and non-zero steps, sizes resampled with jitter."""
    random, sizes = np.random.default_rng(seed), y[y > 0]
    if not len(sizes):
        return np.zeros((len(spans), len(LEVELS)))
    busy = y > 0
    stay = [(busy[1:][busy[:-1] == state].sum() + 0.5) / ((busy[:-1] == state).sum() + 1.0) for state in (False, True)]
    state, paths = np.full(PATHS, busy[-1]), np.zeros((PATHS, ahead))
    for step in range(ahead):
        state = random.random(PATHS) < np.where(state, stay[1], stay[0])
        size = random.choice(sizes, PATHS)
        jittered = 1.0 + np.floor(size + random.standard_normal(PATHS) * np.sqrt(size))
        paths[:, step] = np.where(state, np.where(jittered <= 0.0, size, jittered), 0.0)
    return np.stack([np.quantile(paths[:, a:b].sum(1), LEVELS, method="inverted_cdf") for a, b in spans])
