"""Arithmetic on numbers with ranges: fixed values, sums, multiples, shares.

Hides how a range travels through a sum. Keeps the invariant low <= value <= high, and that a derived number draws on
the stream of its widest part, so that two options that use the same unknown share its luck.
"""

import math
from collections.abc import Iterable

from tuoguan.contracts import Distribution, Evidence, Uncertain

PPM = 1_000_000
CODE_BY_DISTRIBUTION = {kind: number for number, kind in enumerate(Distribution)}
FIXED = CODE_BY_DISTRIBUTION[Distribution.FIXED]
_RANK = {evidence: number for number, evidence in enumerate(Evidence)}


def fixed(value: int, evidence: Evidence = Evidence.DERIVED, source: tuple[str, ...] = ()) -> Uncertain:
    """A number without a range."""
    return Uncertain(value, value, value, FIXED, 0, evidence, source)


NOUGHT = fixed(0)
ONE = fixed(PPM)


def ranged(low: int, value: int, high: int, stream: int, source: tuple[str, ...] = ()) -> Uncertain:
    """An assumed number with a triangular range; ValueError unless low <= value <= high."""
    if not low <= value <= high:
        raise ValueError(f"{low} <= {value} <= {high} does not hold")
    code = FIXED if low == high else CODE_BY_DISTRIBUTION[Distribution.TRIANGULAR]
    return Uncertain(value, low, high, code, stream, Evidence.ASSUMED, source)


def is_unknown(term: Uncertain) -> bool:
    """True when the number has a range at all."""
    return term.low != term.high


def total(parts: Iterable[Uncertain]) -> Uncertain:
    """The sum: bounds add up; stream and distribution are those of the part with the widest range."""
    listed = [part for part in parts if part.low or part.value or part.high]
    if not listed:
        return NOUGHT
    widest = max(listed, key=lambda part: part.high - part.low)
    weakest = max(listed, key=lambda part: _RANK[part.evidence])
    source = tuple(dict.fromkeys(name for part in listed for name in part.source))
    return Uncertain(
        sum(part.value for part in listed), sum(part.low for part in listed), sum(part.high for part in listed),
        widest.distribution, widest.stream, weakest.evidence, source,
    )  # fmt: skip


def scaled(term: Uncertain, numerator: int, denominator: int = 1) -> Uncertain:
    """The number times a whole fraction, floored; ``numerator`` >= 0, ``denominator`` > 0."""
    value, low, high = (bound * numerator // denominator for bound in (term.value, term.low, term.high))
    return Uncertain(value, low, high, term.distribution, term.stream, term.evidence, term.source)


def mean(term: Uncertain) -> float:
    """The expected value of one draw (triangular: (low + mode + high) / 3; log-uniform by its integral)."""
    if term.low == term.high or term.distribution == FIXED:
        return float(term.value)
    if term.distribution == CODE_BY_DISTRIBUTION[Distribution.UNIFORM]:
        return (term.low + term.high) / 2
    if term.distribution == CODE_BY_DISTRIBUTION[Distribution.LOGUNIFORM] and term.low > 0:
        return (term.high - term.low) / math.log(term.high / term.low)
    return (term.low + term.value + term.high) / 3
