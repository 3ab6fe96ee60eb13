"""Demand of very many SKUs: laws as tables that a draw reads in one step, and where the luck of each SKU lives.

Hides the alias tables. Keeps the invariant that a SKU's demand depends on its law, its address, the path and the seed
alone, so that every policy meets the same demand, in whatever company it is evaluated.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tuoguan.foundation.arrays import Floats, Ints
from tuoguan.inventory.instances import Discrete
from tuoguan.inventory.plain import kernels

UNITS_MAX = 2_047  # of a drawn period: what an entry of the table has room for
TAIL = 2.0**-32  # what may be cut off a law, as a share
PATHS_MAX = 1_000_000
_EXPONENT_MAX = 600.0  # beyond it the chance of no demand is not a normal double


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Demand drawn while it is played. Make it with `drawn`.

    entry    uint32 [law, column]  alias tables; the number of columns is a power of two
    law      int64 [sku]           which row of ``entry``
    address  int64 [sku]           where the luck of the SKU lives
    """

    entry: npt.NDArray[np.uint32]
    law: Ints
    address: Ints
    seed: int
    paths: int


def drawn(
    laws: Sequence[Discrete] | Floats, *, seed: int, law: Ints | None = None, address: Ints | None = None,
    paths: int = 1,
) -> Drawn:  # fmt: skip
    """Demand of SKUs from ``laws``, a list or probabilities [law, unit], on ``paths`` independent paths each.

    ``law`` [sku] says whose law each SKU has (left out: one SKU a law), ``address`` [sku] where its luck lives (left
    out: 0, 1, 2, …). Probabilities are kept to about 2**-27. ValueError for what is no law and for numbers off range.
    """
    probability = laws if isinstance(laws, np.ndarray) else _table(laws)
    _require_laws(probability)
    bits = max(1, int(probability.shape[1] - 1).bit_length())
    entry = np.zeros((len(probability), 1 << bits), np.uint32)
    kernels.alias_tables(np.ascontiguousarray(probability, np.float64), entry)
    chosen = np.arange(len(entry)) if law is None else np.asarray(law, np.int64)
    if len(chosen) == 0 or chosen.min() < 0 or chosen.max() >= len(entry):
        raise ValueError(f"law holds {chosen.tolist()[:5]}…: expected rows of the laws, 0 to {len(entry) - 1}")
    places = np.arange(len(chosen)) if address is None else np.asarray(address, np.int64)
    if len(places) != len(chosen):
        raise ValueError(f"address has {len(places)} rows: expected one a SKU, {len(chosen)}")
    if not 1 <= paths <= PATHS_MAX:
        raise ValueError(f"paths is {paths}: expected 1 to {PATHS_MAX}")
    if not -(2**63) <= seed < 2**63:
        raise ValueError(f"seed is {seed}: expected a whole number of 64 bits")
    return Drawn(entry, chosen, places, seed, paths)


def gamma_poisson(mean: npt.ArrayLike, variance_to_mean: npt.ArrayLike) -> Floats:
    """Probabilities [law, unit] of negative binomial demand, of Poisson demand where the variance is the mean.

    p[0] = exp(-mean ln(w) / (w - 1)) with w = variance to mean, p[k + 1] = p[k] (mean / w + k (1 - 1 / w)) / (k + 1)
    (Panjer 1981). ValueError where mean <= 0, w < 1 or a period could ask for more than 2,047 units.
    """
    means, ratio = np.broadcast_arrays(np.atleast_1d(np.asarray(mean, float)), np.asarray(variance_to_mean, float))
    if means.size == 0 or not np.all(np.isfinite(means) & (means > 0.0)):
        raise ValueError(f"mean holds {means[:5]}: expected finite numbers above 0")
    if not np.all(np.isfinite(ratio) & (ratio >= 1.0)):
        raise ValueError(f"variance_to_mean holds {ratio[:5]}: expected finite numbers from 1 on")
    excess = ratio - 1.0
    per_unit = np.where(excess > 1e-9, np.log1p(excess) / np.maximum(excess, 1e-9), 1.0)
    if (means * per_unit).max() > _EXPONENT_MAX:
        raise ValueError(f"mean is up to {means.max():g}: expected demand that is 0 with a chance above exp(-600)")
    rows = [np.exp(-means * per_unit)]
    left = 1.0 - rows[0]
    while left.max() > TAIL and len(rows) <= UNITS_MAX:
        k = len(rows) - 1
        rows.append(rows[k] * (means / ratio + k * (1.0 - 1.0 / ratio)) / (k + 1))
        left = left - rows[-1]
    if left.max() > TAIL:
        raise ValueError(
            f"a period may ask for more than {UNITS_MAX} units (mean up to {means.max():g}): expected less"
        )
    table = np.stack(rows, axis=1)
    return np.asarray(table / table.sum(axis=1, keepdims=True))


def _table(laws: Sequence[Discrete]) -> Floats:
    if not laws:
        raise ValueError("laws is empty: expected at least one")
    table = np.zeros((len(laws), max(len(law.probability) for law in laws)))
    for row, law in zip(table, laws, strict=True):
        row[: len(law.probability)] = law.probability
    return table


def _require_laws(probability: Floats) -> None:
    if probability.ndim != 2 or 0 in probability.shape or probability.shape[1] > UNITS_MAX + 1:
        raise ValueError(
            f"laws have the shape {probability.shape}: expected [law, unit] with 1 to {UNITS_MAX + 1} units"
        )
    totals = probability.sum(axis=1)
    if not np.all(np.isfinite(totals)) or probability.min() < 0.0 or np.abs(totals - 1.0).max() > 1e-9:
        raise ValueError(f"laws add up to {totals[:5]}: expected probabilities from 0 on that add up to 1")
