"""The blocked kernel against a day loop written from the textbook, and the compiled hash against one in NumPy."""

import os
import subprocess
import sys
from collections import deque
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuoguan.foundation.kernels import mix
from tuoguan.inventory.plain import Averages, average_costs, drawn, gamma_poisson
from tuoguan.inventory.plain import kernels as kn


def day_loop(units: np.ndarray, level: int, cap: int, lead: int, warm_up: int) -> tuple[int, int, int]:
    """Units on hand after demand, lost and asked for, summed over the periods from ``warm_up`` on."""
    on_hand, coming = level, deque([0] * lead)
    held = lost = asked = 0
    for day, wanted in enumerate(int(count) for count in units):
        if lead:
            on_hand += coming.popleft()
        order = min(cap, max(0, level - on_hand - sum(coming)))
        if lead:
            coming.append(order)
        else:
            on_hand += order
        sold = min(on_hand, wanted)
        on_hand -= sold
        if day >= warm_up:
            held, lost, asked = held + on_hand, lost + wanted - sold, asked + wanted
    return held, lost, asked


def hashed(seed: int, path: int, address: int, periods: int) -> np.ndarray:
    """The 32-bit numbers of a SKU and path, one a period, in NumPy's 64-bit words."""
    state = 0
    for word in (seed, path, address):
        state = int(mix(np.uint64(state), word))
    mask = np.uint64(0xFFFFFFFF)
    x = (np.uint64(state >> 32) + np.arange(periods, dtype=np.uint64) * np.uint64(0x9E3779B9)) & mask
    x = ((x ^ (x >> np.uint64(16))) * np.uint64(0x7FEB352D)) & mask
    x = ((x ^ (x >> np.uint64(15))) + np.uint64(state & 0xFFFFFFFF)) & mask
    x = (x * np.uint64(0x846CA68B)) & mask
    return x ^ (x >> np.uint64(16))


def looked_up(words: np.ndarray, entry: np.ndarray) -> np.ndarray:
    """Units that 32-bit numbers stand for in one alias table."""
    bits = len(entry).bit_length() - 1
    column = (words >> np.uint64(32 - bits)).astype(np.int64)
    fraction = (words >> np.uint64(11 - bits)) & np.uint64((1 << 21) - 1)
    return np.where(fraction < (entry[column] & ((1 << 21) - 1)), column, entry[column] >> 21)


@st.composite
def catalogs(draw: st.DrawFn) -> dict[str, object]:
    skus, candidates, periods = draw(st.integers(1, 5)), draw(st.integers(1, 3)), draw(st.integers(6, 150))
    top = draw(st.sampled_from([0, 3, 40, 1_023, 1_024, 300_000]))
    limits = st.lists(st.integers(0, top), min_size=candidates, max_size=candidates)
    many = st.lists(limits, min_size=skus, max_size=skus)
    most = draw(st.sampled_from([1, 9, 255, 65_535]))
    return {
        "level": np.array(draw(many)), "cap": 1 + np.array(draw(many)), "warm_up": draw(st.integers(0, periods - 1)),
        "lead_periods": np.array(draw(st.lists(st.integers(0, 5), min_size=skus, max_size=skus))), "periods": periods,
        "demand": np.random.default_rng(draw(st.integers(0, 2**32))).integers(
            0, most, (periods, skus), dtype=np.uint8 if most < 256 else np.uint16, endpoint=True
        ),
    }  # fmt: skip


@settings(max_examples=120)
@given(catalogs())
def test_every_sku_and_candidate_agrees_with_the_day_loop(case: dict[str, np.ndarray]) -> None:
    found = average_costs(**case, holding=1.0, penalty=4.0, threads=1)
    counted = int(case["periods"] - case["warm_up"])
    for sku, candidate in np.ndindex(case["level"].shape):
        held, lost, asked = day_loop(
            case["demand"][:, sku], int(case["level"][sku, candidate]), int(case["cap"][sku, candidate]),
            int(case["lead_periods"][sku]), int(case["warm_up"]),
        )  # fmt: skip
        assert found.on_hand[sku, candidate] == held / counted
        assert found.lost[sku, candidate] == lost / counted
        assert found.cost[sku, candidate] == 1.0 * (held / counted) + 4.0 * (lost / counted)
        assert found.fill_rate[sku, candidate] == ((asked - lost) / asked if asked else 1.0)


def test_drawn_demand_is_what_numpy_draws_at_the_same_address() -> None:
    laws = gamma_poisson([0.3, 4.0, 11.0], [1.0, 3.0, 1.5])
    demand = drawn(laws, seed=2**40 + 5, law=np.array([2, 0, 1, 1]), address=np.array([9, 2**61, 0, -4]), paths=3)
    lead, periods, level = np.array([2, 1, 2, 4]), 200, np.array([30, 2, 14, 25])
    found = average_costs(
        level, demand, lead_periods=lead, holding=1.0, penalty=9.0, periods=periods, warm_up=20, cap=np.array([9])
    )
    for sku, law in enumerate(demand.law):
        sums = [
            day_loop(looked_up(hashed(demand.seed, path, int(demand.address[sku]), periods), demand.entry[law]),
                     int(level[sku]), 9, int(lead[sku]), 20)
            for path in range(3)
        ]  # fmt: skip
        costs = [held / 180 + 9.0 * (lost / 180) for held, lost, _ in sums]
        assert found.cost[sku, 0] == pytest.approx(np.mean(costs), rel=1e-14)
        assert found.standard_error[sku, 0] == pytest.approx(np.std(costs, ddof=1) / 3**0.5, rel=1e-12)
        assert found.lost[sku, 0] == pytest.approx(sum(row[1] for row in sums) / 540, rel=1e-14)


def play_many(threads: int) -> Averages:
    skus = np.arange(900)
    demand = drawn(gamma_poisson(0.2 + skus % 7, 1.0 + skus % 3), seed=11, address=skus * 7 + 1, paths=2)
    return average_costs(
        np.stack([4 + skus % 40, 6 + skus % 30], axis=1), demand, lead_periods=1 + skus % 4, holding=1.0, penalty=9.0,
        periods=300, warm_up=30, cap=3 + skus[:, None] % 9, threads=threads,
    )  # fmt: skip


def test_the_number_of_threads_and_the_size_of_jobs_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = play_many(1)
    monkeypatch.setattr("tuoguan.inventory.plain.costs.JOB_UNITS", 1)
    for other in (play_many(2), play_many(5)):
        for field in ("cost", "standard_error", "on_hand", "lost", "fill_rate"):
            assert np.array_equal(getattr(alone, field), getattr(other, field)), field


PLAIN = """
from tuoguan.inventory.plain import average_costs, drawn, gamma_poisson
found = average_costs(
    [[9, 5], [2000, 7]], drawn(gamma_poisson([2.0, 1.5], [1.0, 2.0]), seed=-3, paths=2), lead_periods=[1, 2],
    holding=1.0, penalty=4.0, periods=12, warm_up=2, cap=[[3], [2]],
)
print([getattr(found, name).tolist() for name in ("cost", "standard_error", "on_hand", "lost", "fill_rate")])
"""


def test_plain_python_gives_the_same_numbers(root: Path) -> None:
    told = []
    for disabled in ("0", "1"):
        environment = os.environ | {"PYTHONPATH": str(root / "src"), "NUMBA_DISABLE_JIT": disabled}
        done = subprocess.run(
            [sys.executable, "-W", "error::RuntimeWarning", "-c", PLAIN], env=environment, capture_output=True,
            text=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        told.append(done.stdout)
    assert told[0] == told[1] != ""


def words(lanes: int, days: int) -> np.ndarray:
    """Drawn units of ``lanes`` SKUs with neighboring addresses, uniform on 0 to 255."""
    key = np.zeros((lanes // kn.BLOCK, 3, kn.BLOCK), np.uint32)
    kn.keys(1, np.zeros(lanes, np.int64), np.arange(lanes), np.zeros(lanes, np.int64), 8, key)
    entry = np.zeros((1, 256), np.uint32)
    kn.alias_tables(np.full((1, 256), 1 / 256), entry)
    units = np.zeros((lanes // kn.BLOCK, days, kn.BLOCK), np.uint16)
    for block, own in zip(units, key, strict=True):
        kn.draw_days(block, entry.ravel(), 8, own, np.zeros((3, kn.BLOCK), np.uint32), 0, days)
    return units.swapaxes(0, 1).reshape(days, lanes)


def test_draws_are_uniform_and_strangers_to_their_neighbors_in_time_and_address() -> None:
    units = words(1_024, 1_000)
    assert abs(_chi_square(np.bincount(units.ravel(), minlength=256))) < 4.0
    by_lane = [_chi_square(np.bincount(row // 16, minlength=16)) for row in units.T]
    assert abs(np.mean(by_lane)) < 4.0 / 1_024**0.5 and np.std(by_lane) == pytest.approx(1.0, abs=0.15)
    for pairs in (
        (units[1:], units[:-1]), (units[2:], units[:-2]), (units[7:], units[:-7]), (units[:, 1:], units[:, :-1]),
        (units[:, 256:], units[:, :-256]), (units[1:, 1:], units[:-1, :-1]),
    ):  # fmt: skip
        joint = np.bincount((pairs[0] // 16 * 16 + pairs[1] // 16).ravel(), minlength=256)
        assert abs(_chi_square(joint)) < 4.5


def _chi_square(count: np.ndarray) -> float:
    """Chi-square of equal shares, as standard deviations from its mean."""
    expected = count.sum() / len(count)
    free = len(count) - 1
    return float((((count - expected) ** 2).sum() / expected - free) / (2 * free) ** 0.5)
