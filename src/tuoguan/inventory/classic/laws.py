"""Demand as textbooks write it, and how much of it is missing or left at a level.

Hides the integrals. Keeps one rule for every continuous law: it is a rising map of a base variable with a smooth
density, so that one Gauss-Legendre rule of 24 panels is exact to about twelve digits for all of them.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from tuoguan.foundation.arrays import Floats
from tuoguan.inventory.instances import Discrete

PANELS, NODES = 24, 20
HALVINGS = 200


@dataclass(frozen=True, slots=True, eq=False)
class Continuous:
    """``value`` of a base variable z from ``low`` to ``high`` with ``density``; ``base`` is its inverse."""

    value: Callable[[Floats], Floats]
    base: Callable[[float], float]
    density: Callable[[Floats], Floats]
    low: float
    high: float


Law = Continuous | Discrete


@dataclass(frozen=True, slots=True)
class Losses:
    """At a level x: P(D > x), E[(D - x)^+], E[(x - D)^+], and half the second moments of both.

    Snyder & Shen (2019), *Fundamentals of Supply Chain Theory*, 2nd ed., appendix C.
    """

    above: float
    missing: float
    left: float
    missing_second: float
    left_second: float


def losses(law: Law, level: float) -> Losses:
    """What is missing and left at ``level``. Normal demand, mean 8, sd 3, level 11: 0.249946 and 3.249946."""
    if isinstance(law, Discrete):
        gap, share = np.arange(len(law.probability)) - level, law.probability
    else:
        gap, share = _split(law, level)
    over, under = np.maximum(gap, 0.0), np.maximum(-gap, 0.0)
    return Losses(
        float(share @ (gap > 0.0)), float(share @ over), float(share @ under), float(share @ over**2) / 2.0,
        float(share @ under**2) / 2.0,
    )  # fmt: skip


def mean_of(law: Law) -> float:
    """Expected demand."""
    return law.mean if isinstance(law, Discrete) else losses(law, 0.0).missing - losses(law, 0.0).left


def quantile(law: Law, share: float) -> float:
    """The least level that covers demand with probability ``share``."""
    if isinstance(law, Discrete):
        return float(np.searchsorted(np.cumsum(law.probability)[:-1], share))
    low, high = law.value(np.array([law.low, law.high]))
    return root(lambda level: 1.0 - losses(law, level).above - share, float(low), float(high))


def root(rising: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function crosses 0 between low and high, to the last digit."""
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        if middle in (low, high):
            break
        low, high = (middle, high) if rising(middle) < 0.0 else (low, middle)
    return (low + high) / 2.0


def require_positive(**given: float) -> None:
    """Raises ValueError for the first number that is not above 0 and finite."""
    for name, value in given.items():
        if not 0.0 < value < math.inf:
            raise ValueError(f"{name} is {value}: expected a finite number above 0")


def normal(mean: float, deviation: float) -> Continuous:
    """Normal demand."""
    require_positive(deviation=deviation)
    return Continuous(lambda z: mean + deviation * z, lambda x: (x - mean) / deviation, _bell, -12.0, 12.0)


def lognormal(log_mean: float, log_deviation: float) -> Continuous:
    """Demand whose logarithm is normal."""
    require_positive(log_deviation=log_deviation)
    return Continuous(
        lambda z: np.exp(log_mean + log_deviation * z),
        lambda x: (math.log(x) - log_mean) / log_deviation if x > 0.0 else -math.inf,
        _bell, -12.0, 12.0 + 2.0 * log_deviation,
    )  # fmt: skip


def gamma(shape: float, scale: float) -> Continuous:
    """Gamma demand of mean shape * scale; shape 1 is exponential. Over its root, so that shapes from 1/2 are smooth."""
    require_positive(shape=shape, scale=scale)
    front = math.log(2.0) - math.lgamma(shape)

    def density(z: Floats) -> Floats:
        return np.exp(front - z**2) * z ** (2.0 * shape - 1.0)

    high = math.sqrt(shape + 12.0 * math.sqrt(shape) + 50.0)
    return Continuous(lambda z: scale * z**2, lambda x: math.sqrt(max(x, 0.0) / scale), density, 0.0, high)


def uniform(low: float, high: float) -> Continuous:
    """Demand as likely anywhere from low to high."""
    require_positive(width=high - low)
    return Continuous(lambda z: low + (high - low) * z, lambda x: (x - low) / (high - low), np.ones_like, 0.0, 1.0)


def poisson(mean: float) -> Discrete:
    """Poisson demand, summed from its mode."""
    require_positive(mean=mean)
    top = math.ceil(mean + 10.0 * math.sqrt(mean)) + 50
    logs = np.cumsum(np.log(mean / np.maximum(np.arange(top), 1.0))) - math.log(mean)
    share = np.exp(logs - logs.max())
    return Discrete(f"poisson {mean:g}", share / share.sum())


def _bell(z: Floats) -> Floats:
    return np.exp(-0.5 * z**2) / math.sqrt(2.0 * math.pi)


def _split(law: Continuous, level: float) -> tuple[Floats, Floats]:
    """D - level and its weights; panels end at the level, where the losses have their corner."""
    cut = min(max(law.base(level), law.low), law.high)
    parts = [_panels(start, end) for start, end in ((law.low, cut), (cut, law.high)) if end > start]
    z = np.concatenate([points for points, _ in parts])
    weight = np.concatenate([weights for _, weights in parts])
    return law.value(z) - level, weight * law.density(z)


def _panels(start: float, end: float) -> tuple[Floats, Floats]:
    """Points and weights of the rule over [start, end]."""
    nodes, weights = _rule()
    half = (end - start) / PANELS / 2.0
    middles = start + half * (2.0 * np.arange(PANELS) + 1.0)
    return (middles[:, None] + half * nodes).ravel(), np.tile(weights * half, PANELS)


@cache
def _rule() -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    return nodes, weights
