"""Integer arithmetic and addressed randomness that every hot loop shares.

Hides the bit tricks. Keeps two invariants: a rounded product is exact before it is rounded, and a random
number depends on nothing but its address, so any path can be replayed alone, on any number of threads.
"""

import functools
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numba import config, njit

from tuoguan.foundation.ids import hash_files

_PACKAGE = Path(__file__).resolve().parent.parent


def _cache_folder() -> Path:
    """The folder for compiled kernels: one for each state of all kernels.py files together.

    numba looks only at the file that holds a function, never at what is inlined into it: an edited rounding rule
    would live on inside its cached callers. The folder is private to the user, because what lies in it is run.
    """
    state = f"tuoguan-{hash_files(_PACKAGE.rglob('kernels.py'), _PACKAGE)}"
    named = os.environ.get("NUMBA_CACHE_DIR")
    if named:
        given = Path(named)
        return (given.parent if given.name.startswith("tuoguan-") else given) / state
    if os.access(_PACKAGE, os.W_OK):
        return _PACKAGE / "__pycache__" / state
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tuoguan"
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="tuoguan-"))
    return home / state if os.access(home, os.W_OK) else Path(tempfile.mkdtemp(prefix="tuoguan-"))


CACHE_FOLDER = _cache_folder()
# Both: the variable for worker processes and numba's own reloading, the attribute for decorators met from here on.
os.environ["NUMBA_CACHE_DIR"] = config.CACHE_DIR = str(CACHE_FOLDER)  # type: ignore[attr-defined]

PPM = 1_000_000
HALF_UP, HALF_EVEN, DOWN, UP = 0, 1, 2, 3

# Odd 64-bit multipliers of Stafford's mix 13 (the splitmix64 finaliser) and the golden-ratio step.
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_A = np.uint64(0xBF58476D1CE4E5B9)
_MIX_B = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S12 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(12)
_TWO_POW_MINUS_52 = 1.0 / 4503599627370496.0


def _wraps_around(kernel: Callable[..., np.uint64]) -> Callable[..., np.uint64]:
    """The kernel as compiled; where it runs as plain Python (NUMBA_DISABLE_JIT=1), silent about 64-bit overflow."""
    if not config.DISABLE_JIT:  # type: ignore[attr-defined]
        return kernel

    @functools.wraps(kernel)
    def silent(state: np.uint64, word: int) -> np.uint64:
        with np.errstate(over="ignore"):
            return kernel(state, word)

    return silent


@njit(cache=True, nogil=True, inline="always")
def div_round(numerator: int, denominator: int, mode: int) -> int:
    """Quotient rounded by ``mode``; ``denominator`` > 0. HALF_UP rounds a tie away from zero, UP always away."""
    sign = 1
    if numerator < 0:
        sign = -1
        numerator = -numerator
    quotient = numerator // denominator
    remainder = numerator - quotient * denominator
    if remainder != 0:
        twice = 2 * remainder
        if mode == UP:
            quotient += 1
        elif mode == HALF_UP:
            if twice >= denominator:
                quotient += 1
        elif mode == HALF_EVEN:
            if twice > denominator or (twice == denominator and quotient % 2 == 1):
                quotient += 1
    return sign * quotient


@njit(cache=True, nogil=True, inline="always")
def mul_ppm(minor: int, ppm: int, mode: int) -> int:
    """``minor`` times a rate in parts per million, rounded once. Exact while |minor * ppm| < 2**63."""
    return div_round(minor * ppm, 1_000_000, mode)


@_wraps_around
@njit(cache=True, nogil=True, inline="always")
def mix(state: np.uint64, word: int) -> np.uint64:
    """The state after one address word has been folded in (splitmix64 step on state XOR word)."""
    z = (state ^ np.uint64(np.int64(word))) + _GOLDEN
    z = (z ^ (z >> _S30)) * _MIX_A
    z = (z ^ (z >> _S27)) * _MIX_B
    return z ^ (z >> _S31)


@njit(cache=True, nogil=True, inline="always")
def to_unit(state: np.uint64) -> float:
    """A double in (0, 1) from the top 52 bits; never 0 and never 1, so inverses stay finite.

    52 and not 53: the half that keeps 0 out would round the largest of 53 bits up to exactly 1.
    """
    return (np.float64(state >> _S12) + 0.5) * _TWO_POW_MINUS_52


@njit(cache=True, nogil=True)
def u01(seed: int, path: int, product: int, market: int, stream: int, day: int) -> float:
    """The uniform number that lives at this address; the same on every thread, machine and call order."""
    state = mix(mix(mix(mix(mix(mix(np.uint64(0), seed), path), product), market), stream), day)
    return to_unit(state)
