"""Groups held in memory: the caller's own arrays, read in place by threads.

Hides threads and scales. Keeps the invariants of `Blocks`: block borders follow from the number of groups alone, and
scales are multiplied into the point, so that no copy of the options is made. Numbers are multiplied by ``scale`` (a
power of two wherever an exact number matters), first for base, then one per column.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from tuoguan.choose import kernels
from tuoguan.choose.solve_blocks import Near, Shared, Smooth
from tuoguan.choose.solve_packed import Packed
from tuoguan.foundation.arrays import Floats, Ints

MOST_BLOCKS = 64
BLOCK_GROUPS = 512  # at least, where there are several blocks
WIDE_COLUMNS = 64  # from here on fewer blocks, because each keeps a curvature of its own
THREADED_CELLS = 100_000  # below, waking threads costs more than they save

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LocalBlocks:
    """Rows ``start[g]:start[g + 1]`` are the options of group g, plus nothing at all where ``skip``.

    base [row]; first [row, a], second [row, b]: the columns side by side; scale [1 + a + b]; option [row] the caller's
    row, None where rows are the caller's own; size [1 + a + b] largest absolute numbers, scaled.
    """

    start: Ints
    base: Floats
    first: Floats
    second: Floats
    scale: Floats
    skip: bool
    magnitude: Floats
    option: Ints | None = None
    threads: int | None = None
    border: Ints = field(init=False)

    def __post_init__(self) -> None:
        """Lays the blocks' borders."""
        most = MOST_BLOCKS if self.columns < WIDE_COLUMNS else MOST_BLOCKS // 8
        blocks = min(max(self.groups // BLOCK_GROUPS, 1), most)
        object.__setattr__(self, "border", np.arange(blocks + 1, dtype=np.int64) * self.groups // blocks)

    @property
    def groups(self) -> int:
        """Number of groups."""
        return len(self.start) - 1

    @property
    def columns(self) -> int:
        """Length of a point."""
        return self.first.shape[1] + self.second.shape[1]

    @property
    def longest(self) -> int:
        """The most groups in one block."""
        return int(np.diff(self.border).max())

    def price(self, point: Floats) -> tuple[Floats, Floats]:
        """Sums of the best rows' worth [block] and of their matrix rows [block, column]."""
        none, by = np.zeros(0, np.int64), self._by(point)
        found = self._each(lambda low, high: kernels.best_rows(*self._rows(by), low, high, none))
        return np.array([total for total, _ in found]), np.array([columns for _, columns in found]) * self.scale[1:]

    def smooth(self, point: Floats, width: float) -> Smooth:
        """The same with corners rounded off over ``width``, and its curvature."""
        by = self._by(point)
        found = self._each(lambda low, high: kernels.smooth_rows(*self._rows(by), low, high, width))
        exact, sums, gradient, upper = (np.array(part) for part in zip(*found, strict=True))
        curvature = upper + np.triu(upper, 1).transpose(0, 2, 1)
        return Smooth(exact, sums, gradient * self.scale[1:], curvature * np.outer(self.scale[1:], self.scale[1:]))

    def choose(self, point: Floats) -> Ints:
        """[group] the best row's option, -1 for "do not sell"."""
        return self._options(self.rows(point))

    def rows(self, point: Floats) -> Ints:
        """[group] the best row itself."""
        choice, by = np.zeros(self.groups, np.int64), self._by(point)
        self._each(lambda low, high: kernels.best_rows(*self._rows(by), low, high, choice))
        return choice

    def near(self, point: Floats, loss: float) -> Near:
        """Rows that lose at most ``loss``, of groups that have more than one of them."""
        by = self._by(point)
        found = self._each(lambda low, high: kernels.near_rows(*self._rows(by), low, high, loss))
        group, row, lost = (np.concatenate(part) for part in zip(*found, strict=True))
        real = (row >= 0)[:, None]
        matrix = np.concatenate([self.first[row], self.second[row]], axis=1) * self.scale[1:]
        base = np.where(row >= 0, self.base[row] * self.scale[0], 0.0)
        return Near(group, self._options(row), base, np.where(real, matrix, 0.0), lost)

    def sample(self, stride: int) -> "LocalBlocks":
        """Every ``stride``-th group, copied."""
        groups = np.arange(0, self.groups, stride)
        count = np.diff(self.start)[groups]
        start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        row = np.repeat(self.start[groups] - start[:-1], count) + np.arange(start[-1])
        option = row if self.option is None else self.option[row]
        return LocalBlocks(
            start, self.base[row], self.first[row], self.second[row], self.scale, self.skip, self.magnitude, option,
            self.threads,
        )  # fmt: skip

    def _rows(self, by: Floats) -> tuple[Ints, Floats, Floats, Floats, Floats, bool]:
        return self.start, self.base, self.first, self.second, by, self.skip

    def _by(self, point: Floats) -> Floats:
        return self.scale * np.concatenate([[1.0], point])

    def _options(self, row: Ints) -> Ints:
        return row if self.option is None else np.where(row >= 0, self.option[row], -1)

    def _each(self, work: Callable[[int, int], T]) -> list[T]:
        """The work of every block, in block order, on as many threads as are wanted."""
        spans = list(zip(self.border[:-1].tolist(), self.border[1:].tolist(), strict=True))
        wanted = min(self.threads or len(os.sched_getaffinity(0)), len(spans))
        if wanted == 1 or len(self.base) * (1 + self.columns) < THREADED_CELLS:
            return [work(low, high) for low, high in spans]
        with ThreadPoolExecutor(wanted) as pool:
            return list(pool.map(lambda span: work(*span), spans))


def local_blocks(problem: Packed, threads: int | None = None) -> LocalBlocks:
    """A packed problem's rows as blocks."""
    return held(problem.start, problem.base, problem.matrix, problem.option, threads)


def held(start: Ints, base: Floats, matrix: Floats, option: Ints, threads: int | None = None) -> LocalBlocks:
    """Scaled rows as blocks, "do not sell" being a row like others."""
    size, _ = kernels.largest(matrix, 0, len(matrix))
    magnitude = np.concatenate([[np.abs(base).max(initial=0.0)], size])
    none = np.zeros((len(base), 0))
    return LocalBlocks(start, base, matrix, none, np.ones(len(magnitude)), False, magnitude, option, threads)


def shared_by(problem: Packed) -> Shared:
    """What the groups of a packed problem share."""
    return Shared(problem.limit, problem.limit_scale, problem.value_scale, problem.tail)
