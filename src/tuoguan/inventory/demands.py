"""Demand of a period: from its name and numbers, or from how the tables of the literature write it.

Hides the grammar and the tails. Keeps the invariant that a distribution is cut on the right only where less than 1e-12
is left, and then rescaled; "geometric" counts from 0, so mean 5 means success 1/6.
"""

import math
import re

import numpy as np

from tuoguan.foundation.arrays import Floats
from tuoguan.inventory.instances import Discrete

TAIL = 1e-12
MEAN_MAX = 10_000.0
UNITS_MAX = 100_000
_NUMBER = r"(\d+(?:\.\d*)?|\.\d+)"
_FORMS = (
    "poisson 3 · geometric mean 5 · negbin mean 2.5 v/m 2 · U{0..4} · 0 w.p. .5 else U{1..6} · 0: .5, 1: .3, 4: .2"
    " · the mean and v/m may stand beside the name, in columns of their own"
)


def poisson(mean: float) -> Discrete:
    """Poisson demand with this mean."""
    _require("mean", mean, 0.0, MEAN_MAX)
    units = np.arange(_reach(mean, mean))
    logs = -mean + np.cumsum(np.concatenate([[0.0], np.log(mean / units[1:])]))
    return Discrete(f"poisson {mean:g}", _cut(np.exp(logs)))


def geometric(mean: float) -> Discrete:
    """Geometric demand on 0, 1, 2, …: P(k) = (1 - r) r^k with r = mean / (1 + mean)."""
    _require("mean", mean, 0.0, MEAN_MAX)
    ratio = mean / (1.0 + mean)
    reach = math.ceil(math.log(TAIL) / math.log(ratio)) + 2
    return Discrete(
        f"geometric mean {mean:g}", _cut((1.0 - ratio) * np.power(ratio, np.arange(reach, dtype=np.float64)))
    )


def negative_binomial(mean: float, variance_to_mean: float) -> Discrete:
    """Negative binomial demand on 0, 1, 2, … with this mean and variance to mean above 1."""
    _require("mean", mean, 0.0, MEAN_MAX)
    _require("variance to mean (v/m)", variance_to_mean, 1.0, 1_000.0)
    failures, fail = mean / (variance_to_mean - 1.0), 1.0 - 1.0 / variance_to_mean
    units = np.arange(_reach(mean, mean * variance_to_mean, 40.0 * variance_to_mean))
    steps = np.log(fail * (failures + units[1:] - 1.0) / units[1:])
    logs = -failures * math.log(variance_to_mean) + np.cumsum(np.concatenate([[0.0], steps]))
    return Discrete(f"negbin mean {mean:g} v/m {variance_to_mean:g}", _cut(np.exp(logs)))


def uniform(low: int, high: int) -> Discrete:
    """Demand equally likely ``low``, ``low`` + 1, …, ``high``."""
    if not 0 <= low <= high <= UNITS_MAX:
        raise ValueError(f"U{{{low}..{high}}}: expected whole numbers 0 <= low <= high <= {UNITS_MAX}")
    share = np.zeros(high + 1)
    share[low:] = 1.0 / (high + 1 - low)
    return Discrete(f"U{{{low}..{high}}}", share)


def demand_of(text: str, mean: float | None = None, variance_to_mean: float | None = None) -> Discrete:
    """The distribution that ``text`` says; ``mean`` and ``variance_to_mean`` where they stand beside it.

    Raises ValueError, with the forms understood, for anything else.
    """
    said = " ".join(text.strip().lower().split())
    for form, read in _READERS:
        found = re.fullmatch(form, said)
        if found:
            share = read(found, mean, variance_to_mean).probability
            return Discrete(_written(text, mean, variance_to_mean), share)
    raise ValueError(f"demand {text!r} is not understood; forms: {_FORMS}")


def _written(text: str, mean: float | None, variance_to_mean: float | None) -> str:
    """The text with the numbers that stood beside it, where it says none itself."""
    said = text.strip()
    if re.search(r"\d", said):
        return said
    ratio = "" if variance_to_mean is None else f" v/m {variance_to_mean:g}"
    return f"{said} mean {mean:g}{ratio}"


def _named(found: re.Match[str], mean: float | None, variance_to_mean: float | None) -> Discrete:
    name = found["name"]
    own_mean, own_ratio = (None if found[key] is None else float(found[key]) for key in ("mean", "ratio"))
    mean = own_mean if own_mean is not None else mean
    ratio = own_ratio if own_ratio is not None else variance_to_mean
    if mean is None:
        raise ValueError(f"demand {name!r} has no mean; write it as in: {_FORMS}")
    if name == "poisson":
        return poisson(mean)
    if name == "geometric":
        return geometric(mean)
    if ratio is None:
        raise ValueError(f"demand {name!r} has no variance to mean; write it as in: {_FORMS}")
    return negative_binomial(mean, ratio)


def _uniform(found: re.Match[str], _mean: float | None, _ratio: float | None) -> Discrete:
    return uniform(int(found[1]), int(found[2]))


def _mixed(found: re.Match[str], mean: float | None, ratio: float | None) -> Discrete:
    weight = float(found[2])
    if not 0.0 <= weight <= 1.0:
        raise ValueError(f"demand {found[0]!r}: w.p. {weight:g}, expected a share from 0 to 1")
    parts = [demand_of(part, mean, ratio).probability for part in (found[1], found[3])]
    share = np.zeros(max(len(part) for part in parts))
    for part, part_weight in zip(parts, (weight, 1.0 - weight), strict=True):
        share[: len(part)] += part_weight * part
    return Discrete(found[0], share)


def _always(found: re.Match[str], _mean: float | None, _ratio: float | None) -> Discrete:
    return uniform(int(found[1]), int(found[1]))


def _listed(found: re.Match[str], _mean: float | None, _ratio: float | None) -> Discrete:
    pairs = [(int(unit), float(share)) for unit, share in re.findall(rf"(\d+) ?: ?{_NUMBER}", found[0])]
    if max(unit for unit, _ in pairs) > UNITS_MAX:
        raise ValueError(f"demand {found[0]!r}: expected at most {UNITS_MAX} units")
    share = np.zeros(max(unit for unit, _ in pairs) + 1)
    for unit, part in pairs:
        share[unit] += part
    return Discrete(found[0], share)


_READERS = (
    (
        rf"(?P<name>poisson|geometric|negbin)(?: (?:mean )?(?P<mean>{_NUMBER}))?(?: v/m (?P<ratio>{_NUMBER}))?",
        _named,
    ),
    (r"u ?\{ ?(\d+) ?\.\. ?(\d+) ?\}", _uniform),
    (rf"(.+?) w\.?p\.? {_NUMBER} else (.+)", _mixed),
    (r"(\d+)", _always),
    (rf"\d+ ?: ?{_NUMBER}(?: ?, ?\d+ ?: ?{_NUMBER})*", _listed),
)


def _require(name: str, value: float, above: float, most: float) -> None:
    if not above < value <= most:
        raise ValueError(f"demand: {name} is {value}, expected above {above:g} and at most {most:g}")


def _reach(mean: float, variance: float, extra: float = 40.0) -> int:
    """Units past which less than the tail is left: 10 standard deviations and an exponential tail's worth."""
    return int(mean + 10.0 * math.sqrt(variance) + extra)


def _cut(share: Floats) -> Floats:
    """The probabilities up to where less than the tail is left, rescaled."""
    left = share[::-1].cumsum()[::-1]
    kept = share[: max(1, int(np.count_nonzero(left >= TAIL)))]
    return np.asarray(kept / kept.sum(), dtype=np.float64)
