"""Beta and gamma distributions: probability below a value, and the value below which a probability lies.

Hides the series. Statistics alone: everything is a float. Keeps the invariant that a quantile never falls as the
probability rises.
"""

import math
from collections.abc import Callable

STEPS = 500
TINY = 1e-300
CLOSE = 1e-14


def beta_below(x: float, a: float, b: float) -> float:
    """P(X <= x) for X ~ Beta(a, b): the regularized incomplete beta function by its continued fraction.

    Press et al., Numerical Recipes, 6.4 (modified Lentz).

    >>> round(beta_below(0.5, 2, 3), 4)
    0.6875
    """
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _fraction(x, a, b) / a
    return 1.0 - front * _fraction(1.0 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1.0 / _away(1.0 - (a + b) * x / (a + 1.0))
    h = d
    for m in range(1, STEPS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d, c = 1.0 / _away(1.0 + term * d), _away(1.0 + term / c)
            h *= d * c
        if abs(d * c - 1.0) < CLOSE:
            break
    return h


def _away(x: float) -> float:
    """The number, kept from nought."""
    return x if abs(x) > TINY else TINY


def gamma_below(x: float, shape: float, rate: float) -> float:
    """P(X <= x) for X ~ Gamma(shape, rate): the regularized incomplete gamma function.

    Press et al., Numerical Recipes, 6.2: a series for small x, a continued fraction for large.

    >>> round(gamma_below(1.0, 1.0, 1.0), 6)
    0.632121
    """
    x *= rate
    if x <= 0.0:
        return 0.0
    front = math.exp(-x + shape * math.log(x) - math.lgamma(shape))
    if x < shape + 1.0:
        term = total = 1.0 / shape
        for n in range(1, STEPS * 20):
            term *= x / (shape + n)
            total += term
            if term < total * CLOSE:
                break
        return min(1.0, front * total)
    b = x + 1.0 - shape
    c, d = 1.0 / TINY, 1.0 / b
    h = d
    for n in range(1, STEPS * 20):
        b += 2.0
        d = 1.0 / _away(-n * (n - shape) * d + b)
        c = _away(b - n * (n - shape) / c)
        h *= d * c
        if abs(d * c - 1.0) < CLOSE:
            break
    return max(0.0, 1.0 - front * h)


def beta_quantile(p: float, a: float, b: float) -> float:
    """The share below which a Beta(a, b) lies with probability ``p``."""
    return _found(lambda x: beta_below(x, a, b), p, 0.0, 1.0)


def gamma_quantile(p: float, shape: float, rate: float) -> float:
    """The value below which a Gamma(shape, rate) lies with probability ``p``."""
    high = (shape + 1.0) / rate
    while gamma_below(high, shape, rate) < p:
        high *= 2.0
    return _found(lambda x: gamma_below(x, shape, rate), p, 0.0, high)


def _found(below: Callable[[float], float], p: float, low: float, high: float) -> float:
    """Where ``below`` reaches ``p``, by halving."""
    for _ in range(80):
        middle = (low + high) / 2.0
        low, high = (middle, high) if below(middle) < p else (low, middle)
    return (low + high) / 2.0
