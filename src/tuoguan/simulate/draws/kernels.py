"""What is drawn once before the paths are played: terms of contracts, levels, and walks of freight and currencies.

Hides the order of the address words and the mirrored paths. Keeps the invariant that a draw depends on its address.
"""

import math

import numpy as np
from numba import njit

from tuoguan.contracts.kernels import draw_value
from tuoguan.foundation.kernels import PPM, u01
from tuoguan.simulate.columns.kernels import Floats, Ints
from tuoguan.simulate.counts.kernels import normal_quantile


@njit(cache=True, nogil=True)
def unit_of_path(seed: int, path: int, mirrored: bool, first: int, second: int, stream: int, word: int) -> float:
    """The uniform number of an address; an odd path takes one less that of the path before where paths are mirrored."""
    if mirrored and path % 2 == 1:
        return 1.0 - u01(seed, path - 1, first, second, stream, word)
    return u01(seed, path, first, second, stream, word)


@njit(cache=True, nogil=True)
def draw_terms(source: Ints, seed: int, paths: int, first: int = 0, mirrored: bool = False) -> Ints:
    """Values [term, path] of terms (low, mode, high, distribution, first address, second address, stream)."""
    value = np.empty((source.shape[0], paths), np.int64)
    for term in range(source.shape[0]):
        row = source[term]
        for path in range(paths):
            if row[0] == row[2]:
                value[term, path] = row[1]
            else:
                u = unit_of_path(seed, first + path, mirrored, row[4], row[5], row[6], 0)
                value[term, path] = draw_value(row[0], row[1], row[2], row[3], u)
    return value


@njit(cache=True, nogil=True)
def draw_levels(product: Ints, market: Ints, stream: int, seed: int, paths: int, first: int, mirrored: bool) -> Floats:
    """Uniform numbers [series, path] at the addresses of the series."""
    uniform = np.empty((product.shape[0], paths))
    for series in range(product.shape[0]):
        for path in range(paths):
            uniform[series, path] = unit_of_path(
                seed, first + path, mirrored, product[series], market[series], stream, 0
            )
    return uniform


@njit(cache=True, nogil=True)
def draw_walks(
    address: Ints, stream: Ints, deviation: Ints, months: int, seed: int, paths: int, first: int, mirrored: bool
) -> Ints:
    """Multipliers [walk, path, month] in ppm; ``deviation`` [walk, path] is the ppm of the log's monthly change."""
    walk = np.full((address.shape[0], paths, months), PPM, np.int64)
    for row in range(address.shape[0]):
        for path in range(paths):
            sd, log = deviation[row, path] / PPM, 0.0
            if sd > 0.0:
                for month in range(1, months):
                    u = unit_of_path(seed, first + path, mirrored, address[row], 0, stream[row], month)
                    log += sd * normal_quantile(u) - sd * sd / 2.0
                    walk[row, path, month] = math.floor(math.exp(log) * PPM + 0.5)
    return walk
