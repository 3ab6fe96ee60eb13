"""Quantiles of the distributions the simulator draws from, each monotone in the uniform number and in its mean.

Hides series and expansions. Keeps the invariant that the same uniform number gives at least as many units when the
mean is higher, so two options that share luck differ only by what the options change.
"""

import math

import numpy as np
from numba import njit

LARGE_MEAN = 100.0  # above it, and with a gamma shape above LARGE_SHAPE, counts come from the expansion
LARGE_SHAPE = 50.0
LEAST_EXCESS = 1e-9  # below it counts are Poisson
TINY = 1e-17


@njit(cache=True, nogil=True)
def normal_quantile(u: float) -> float:
    """The standard normal quantile, relative error below 1e-13 (Acklam's start, one Halley step on erfc)."""
    mirrored = u > 0.5
    if mirrored:
        u = 1.0 - u
    if u < 0.02425:
        q = math.sqrt(-2.0 * math.log(u))
        top = ((((-7.784894002430293e-3 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q
               + 4.374664141464968) * q + 2.938163982698783  # fmt: skip
        low = (((7.784695709041462e-3 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q
        z = top / (low + 1.0)
    else:
        q = u - 0.5
        r = q * q
        top = ((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.3577518672690) * r
               - 30.66479806614716) * r + 2.506628277459239  # fmt: skip
        low = ((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r
               - 13.28068155288572) * r + 1.0  # fmt: skip
        z = q * top / low
    error = 0.5 * math.erfc(-z / math.sqrt(2.0)) - u
    step = error * math.sqrt(2.0 * math.pi) * math.exp(0.5 * z * z)
    z -= step / (1.0 + 0.5 * z * step)
    return -z if mirrored else z


@njit(cache=True, nogil=True)
def _expansion(u: float, mean: float, deviation: float, skew: float, excess: float) -> int:
    """The count nearest to a Cornish-Fisher quantile of third order, never negative."""
    z = normal_quantile(u)
    bend = skew * (z * z - 1.0) / 6.0 + excess * z * (z * z - 3.0) / 24.0 - skew * skew * z * (2.0 * z * z - 5.0) / 36.0
    return max(0, math.ceil(mean + deviation * (z + bend) - 0.5))


@njit(cache=True, nogil=True)
def log_ratio(dispersion: float) -> float:
    """log(dispersion) / (dispersion - 1), the probability of no unit being exp(-mean x this); 1 for Poisson."""
    excess = dispersion - 1.0
    return 1.0 if excess < LEAST_EXCESS else math.log(dispersion) / excess


@njit(cache=True, nogil=True)
def count_quantile(u: float, mean: float, dispersion: float) -> int:
    """The quantile of a count with this mean and variance-to-mean ratio; Poisson when ``dispersion`` is 1.

    Exact recurrence; where mean > 100 and mean / (dispersion - 1) > 50 an expansion that is off by at most one unit
    between the 1e-4 and 1 - 1e-4 quantiles. Sums of such counts with one dispersion are again such counts.
    """
    return int(count_above(u, mean, dispersion, math.exp(-mean * log_ratio(dispersion))))


@njit(cache=True, nogil=True)
def count_above(u: float, mean: float, dispersion: float, probability: float) -> int:
    """`count_quantile` with the ``probability`` of no unit known."""
    excess = dispersion - 1.0
    if mean > LARGE_MEAN and mean > LARGE_SHAPE * excess:
        variance = mean * dispersion
        skew = (2.0 * dispersion - 1.0) / math.sqrt(variance)
        return _expansion(u, mean, math.sqrt(variance), skew, (6.0 * dispersion * excess + 1.0) / variance)
    if mean <= 0.0 or u <= probability:
        return 0
    growth = excess / dispersion if excess >= LEAST_EXCESS else 0.0
    first = mean / dispersion if excess >= LEAST_EXCESS else mean  # shape x growth
    cumulative, count = probability, 0
    while cumulative < u:
        probability *= (first + growth * count) / (count + 1)
        count += 1
        cumulative += probability
        if probability < TINY and count > mean:
            break
    return count


@njit(cache=True, nogil=True)
def _gamma_share(shape: float, x: float) -> float:
    """The regularised lower incomplete gamma function: series below shape + 1, continued fraction above."""
    front = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1.0:
        term = 1.0 / shape
        total, index = term, shape
        while term > total * 1e-16:
            index += 1.0
            term *= x / index
            total += term
        return front * total
    b = x + 1.0 - shape
    c = 1e300
    d = 1.0 / b
    h = d
    for i in range(1, 100_000):
        a = -i * (i - shape)
        b += 2.0
        d = 1.0 / max(a * d + b, 1e-300)
        c = max(b + a / c, 1e-300)
        h *= d * c
        if abs(d * c - 1.0) < 1e-15:
            break
    return 1.0 - front * h


@njit(cache=True, nogil=True)
def gamma_quantile(u: float, shape: float) -> float:
    """The quantile of a gamma variable with this shape and mean 1 (Halley steps from Wilson and Hilferty's start).

    Shapes of 1e6 and more count as certain and give 1.
    """
    if shape >= 1e6:
        return 1.0
    z = normal_quantile(u)
    if shape > 1.0:
        root = 1.0 - 1.0 / (9.0 * shape) + z / (3.0 * math.sqrt(shape))
        if root > 0.3:
            x = shape * root * root * root
        else:  # far below the mean the distribution function is x ** shape / gamma(shape + 1)
            x = math.exp((math.log(u) + math.lgamma(shape + 1.0)) / shape)
    else:
        edge = 1.0 - shape * (0.253 + shape * 0.12)
        x = (u / edge) ** (1.0 / shape) if u < edge else 1.0 - math.log(1.0 - (u - edge) / (1.0 - edge))
        x = max(x, 1e-300)
    for _ in range(20):
        error = _gamma_share(shape, x) - u
        density = math.exp((shape - 1.0) * math.log(x) - x - math.lgamma(shape))
        if density <= 0.0:
            break
        newton = error / density
        step = newton / (1.0 - 0.5 * min(1.0, newton * ((shape - 1.0) / x - 1.0)))
        following = x - step
        if following <= 0.0:
            following = 0.5 * x
        done = abs(following - x) < 1e-12 * x
        x = following
        if done:
            break
    return x / shape


@njit(cache=True, nogil=True)
def level_by_path(uniform: np.ndarray, mean: np.ndarray, shape: np.ndarray) -> np.ndarray:
    """Levels [series, path]: gamma quantiles of ``uniform`` [series, path] scaled to the series' means."""
    levels = np.empty_like(uniform)
    for series in range(uniform.shape[0]):
        for path in range(uniform.shape[1]):
            levels[series, path] = mean[series] * gamma_quantile(uniform[series, path], shape[series])
    return levels
