"""What is drawn once before the paths are played: terms of contracts, and the uniform numbers of the levels.

Hides the order of the address words. Keeps the invariant that a draw depends on its address alone.
"""

import numpy as np
from numba import njit

from tuoguan.contracts.kernels import draw_value
from tuoguan.foundation.kernels import u01
from tuoguan.simulate.columns.kernels import Floats, Ints


@njit(cache=True, nogil=True)
def draw_terms(source: Ints, seed: int, paths: int) -> Ints:
    """Values [term, path] of terms (low, mode, high, distribution, first address, second address, stream)."""
    value = np.empty((source.shape[0], paths), np.int64)
    for term in range(source.shape[0]):
        row = source[term]
        for path in range(paths):
            if row[0] == row[2]:
                value[term, path] = row[1]
            else:
                u = u01(seed, path, row[4], row[5], row[6], 0)
                value[term, path] = draw_value(row[0], row[1], row[2], row[3], u)
    return value


@njit(cache=True, nogil=True)
def draw_levels(product: Ints, market: Ints, stream: int, seed: int, paths: int) -> Floats:
    """Uniform numbers [series, path] at the addresses of the series."""
    uniform = np.empty((product.shape[0], paths))
    for series in range(product.shape[0]):
        for path in range(paths):
            uniform[series, path] = u01(seed, path, product[series], market[series], stream, 0)
    return uniform
