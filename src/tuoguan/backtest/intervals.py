"""How sure a difference of two ways to sell is: a paired bootstrap over families of products.

Hides the resampling. Keeps the invariant that the same seed gives the same interval, whatever the order of products.
"""

from dataclasses import dataclass

import numpy as np

from tuoguan.foundation.arrays import Floats
from tuoguan.foundation.ids import address

RESAMPLES = 2_000


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with the 2.5th and 97.5th percentile of its bootstrap distribution."""

    value: float
    low: float
    high: float

    def as_json(self) -> dict[str, float]:
        """Rounded to whole minor units, or to a millionth for ratios below a hundred."""
        digits = 0 if max(abs(self.value), abs(self.low), abs(self.high)) >= 100 else 6  # noqa: PLR2004
        return {"value": round(self.value, digits), "low": round(self.low, digits), "high": round(self.high, digits)}


def of_sum(gain: Floats, family: tuple[str, ...], seed: int) -> Interval:
    """The sum of ``gain`` [series] with its interval: families are drawn anew, whole."""
    drawn = _drawn(family, seed)
    by_family = _by_family(gain[:, None], family)[:, 0]
    return _interval(float(gain.sum()), drawn @ by_family)


def of_market_mean(
    gain: Floats, value: Floats, market: tuple[str, ...], family: tuple[str, ...], seed: int
) -> Interval:
    """Gain per value of each market, markets counted equally; a market that a resample lost is left out of it."""
    names = sorted(set(market))
    column = np.array([names.index(one) for one in market])
    spread = np.zeros((len(gain), len(names)))
    spread[np.arange(len(gain)), column] = 1.0
    over, under = _by_family(gain[:, None] * spread, family), _by_family(value[:, None] * spread, family)
    drawn = _drawn(family, seed)
    return _interval(
        _mean_ratio(over.sum(axis=0)[None], under.sum(axis=0)[None])[0], _mean_ratio(drawn @ over, drawn @ under)
    )


def _mean_ratio(over: Floats, under: Floats) -> Floats:
    there = under > 0
    ratio = np.divide(over, under, out=np.zeros_like(over), where=there)
    return np.asarray(ratio.sum(axis=1) / np.maximum(there.sum(axis=1), 1))


def _by_family(table: Floats, family: tuple[str, ...]) -> Floats:
    """[family, column] sums, families in order of names."""
    names = sorted(set(family))
    position = {name: at for at, name in enumerate(names)}
    found = np.zeros((len(names), table.shape[1]))
    np.add.at(found, [position[name] for name in family], table)
    return found


def _drawn(family: tuple[str, ...], seed: int) -> Floats:
    """[resample, family] how often each family is drawn."""
    count = len(set(family))
    random = np.random.Generator(np.random.PCG64(address(f"bootstrap of {seed}")))
    return random.multinomial(count, np.full(count, 1.0 / count), RESAMPLES).astype(np.float64)


def _interval(value: float, resampled: Floats) -> Interval:
    low, high = np.percentile(resampled, [2.5, 97.5])
    return Interval(float(value), float(low), float(high))
