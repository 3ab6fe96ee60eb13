"""Addressed randomness: against whole-number Python, and as luck (uniform, and independent of its neighbors)."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tuoguan.foundation.ids import address
from tuoguan.foundation.kernels import u01
from tuoguan.foundation.random import Stream

WORDS = 2**64
int64 = st.integers(-(2**63), 2**63 - 1)
addresses = st.tuples(int64, int64, int64, int64, int64, int64)
# The suite runs every test below on fixed seeds, so a p-value is the same on each run; a fair generator gives one
# below this limit once in 10,000 tests, an unfair one practically nought.
P_MIN = 1e-4


def _splitmix64(state: int) -> int:
    """splitmix64 in whole-number Python: Steele, Lea and Flood 2014, constants of Stafford's mix 13."""
    z = (state + 0x9E3779B97F4A7C15) % WORDS
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % WORDS
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % WORDS
    return z ^ (z >> 31)


def _u01(*words: int) -> float:
    state = 0
    for word in words:
        state = _splitmix64(state ^ (word % WORDS))
    return ((state >> 12) + 0.5) / 2**52


@given(addresses)
def test_every_address_gives_what_whole_number_python_gives(words: tuple[int, ...]) -> None:
    value = u01(*words)
    assert value == _u01(*words)
    assert 0.0 < value < 1.0


@given(addresses, st.integers(0, 5), st.integers(1, 2**62))
def test_another_address_is_another_number(words: tuple[int, ...], position: int, step: int) -> None:
    other = list(words)
    other[position] = (other[position] + 2**63 + step) % WORDS - 2**63
    assert u01(*words) != u01(*other)


def _draws(position: int, count: int, start: int = 0) -> npt.NDArray[np.float64]:
    """Numbers at neighboring addresses along one position; products and markets are hashed names, as in use."""
    base = [20_261_122, 3, address("SKU-1"), address("US"), int(Stream.DEMAND), 20_000]
    values = np.empty(count)
    for step in range(count):
        base[position] = start + step
        values[step] = u01(*base)
    return values


@pytest.mark.parametrize("position", range(6))
def test_neighboring_addresses_fill_the_interval_evenly(position: int) -> None:
    values = _draws(position, 50_000)
    counts = np.bincount((values * 250).astype(np.int64), minlength=250)
    assert stats.chisquare(counts).pvalue > P_MIN
    assert stats.kstest(values, "uniform").pvalue > P_MIN


@pytest.mark.parametrize("position", range(6))
@pytest.mark.parametrize("lag", [1, 2, 7])
def test_a_number_says_nothing_about_its_neighbor(position: int, lag: int) -> None:
    values = _draws(position, 50_000)
    cells = (values * 16).astype(np.int64)
    table = np.zeros((16, 16))
    np.add.at(table, (cells[:-lag], cells[lag:]), 1)
    assert stats.chi2_contingency(table).pvalue > P_MIN


@pytest.mark.parametrize("position", range(6))
def test_each_bit_of_an_address_flips_half_of_the_result(position: int) -> None:
    """Avalanche: over 64 flipped bits x 256 addresses, 26 of the 52 drawn bits change, give or take a few tenths."""
    flips = []
    for start in range(256):
        words = [1, start, 3 * start, 5, int(Stream.RETURNS), 20_000 + start]
        before = int(_bits(words))
        for bit in range(64):
            other = list(words)
            other[position] = (other[position] ^ (1 << bit)) if bit < 63 else other[position] - 2**63
            flips.append((before ^ int(_bits(other))).bit_count())
    assert abs(np.mean(flips) - 26) < 0.2
    assert min(flips) >= 5


def _bits(words: list[int]) -> int:
    return int(u01(*words) * 2**52)


def test_paths_of_two_options_share_their_luck_and_streams_do_not() -> None:
    sku, market = address("SKU-9"), address("UK")
    demand = np.array([u01(7, path, sku, market, Stream.DEMAND, 20_000) for path in range(5_000)])
    again = np.array([u01(7, path, sku, market, Stream.DEMAND, 20_000) for path in reversed(range(5_000))])
    returns = np.array([u01(7, path, sku, market, Stream.RETURNS, 20_000) for path in range(5_000)])
    assert np.array_equal(demand, again[::-1])
    assert stats.pearsonr(demand, returns).pvalue > P_MIN
