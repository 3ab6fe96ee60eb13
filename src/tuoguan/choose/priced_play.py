"""Stock policies played to the full on luck of their own, so that what they use of every limit can be charged.

Hides blocks, files and how uses are counted. Keeps the invariant that neither the luck on which policies were first
searched nor that on which they are reported is played here.
"""

import os
import zipfile
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tuoguan.choose.options import with_options
from tuoguan.choose.policies import Evaluated, scenario_of
from tuoguan.choose.policies_numbers import with_policies
from tuoguan.choose.portfolio_limits import build_limits
from tuoguan.choose.portfolio_switching import switched
from tuoguan.choose.problem import Capacity
from tuoguan.choose.study import Study, study_of
from tuoguan.demand import Demand
from tuoguan.foundation.arrays import Flags, Floats, Ints
from tuoguan.foundation.ids import address, content_hash
from tuoguan.intake import Seller
from tuoguan.simulate import Option, run

BLOCK_ROWS = 2_000  # played at a time and kept in a file: a few seconds


@dataclass(frozen=True, slots=True)
class Columns:
    """Policies of options, sorted by ``row``, and what they did on the luck of the priced search.

    row [column] of the evaluated options; number [column, place, NUMBERS]; profit f8 [column, path], minor; use f8
    [column, capacity] in the capacity's unit
    """

    row: Ints
    number: Ints
    profit: Floats
    use: Floats

    def take(self, which: Ints | Flags) -> "Columns":
        """Some of them."""
        return Columns(self.row[which], self.number[which], self.profit[which], self.use[which])

    def names(self) -> set[tuple[int, bytes]]:
        """What tells one policy of one option from another."""
        return {(row, number.tobytes()) for row, number in zip(self.row.tolist(), self.number, strict=True)}


def joined(*parts: Columns) -> Columns:
    """All of them, those of a row together and in the order they came."""
    both = Columns(
        np.concatenate([one.row for one in parts]), np.concatenate([one.number for one in parts]),
        np.concatenate([one.profit for one in parts]), np.concatenate([one.use for one in parts]),
    )  # fmt: skip
    return both.take(np.argsort(both.row, kind="stable"))


@dataclass(frozen=True, slots=True)
class Stage:
    """Where policies of the options of ``evaluated`` are played; ``capacities`` are the seller's limits on them.

    ``keep`` is a folder for what was played, named after the inputs, contracts and code.
    """

    evaluated: Evaluated
    demand: Demand
    seller: Seller
    capacities: tuple[Capacity, ...]
    paths: int
    threads: int | None
    keep: Path | None

    def play(self, row: Ints, number: Ints) -> Columns:
        """Policies of options in ascending order of their rows, on the luck of the priced search."""
        starts = range(0, max(len(row), 1), BLOCK_ROWS)
        return joined(*(self._block(row[at : at + BLOCK_ROWS], number[at : at + BLOCK_ROWS]) for at in starts))

    def _block(self, row: Ints, number: Ints) -> Columns:
        if not len(row):
            return Columns(row, number, np.zeros((0, self.paths)), np.zeros((0, len(self.capacities))))
        if self.keep is None:
            return self._played(row, number)
        path = self.keep / f"priced-{self._name(row, number)}.npz"
        known = _load(path)
        if known is not None:
            return Columns(row, number, *known)
        columns = self._played(row, number)
        _keep(path, columns)
        return columns

    def _name(self, row: Ints, number: Ints) -> str:
        """A hash of the policies, of the luck, and of the limits that are counted."""
        options = [self.evaluated.groups.options[at] for at in row.tolist()]
        words = "\n".join(f"{one.sku} {one.market} {one.key}" for one in options)
        limits = " ".join(one.name for one in self.capacities)
        ground = f"{self.evaluated.scenario.seed} {self.paths} {limits}\n{words}"
        return content_hash(ground.encode(), np.ascontiguousarray(number).tobytes())

    def _played(self, row: Ints, number: Ints) -> Columns:
        made: list[list[Option]] = [[] for _ in range(self.evaluated.groups.count)]
        own, group_of = self.evaluated.groups.options, self.evaluated.groups.group_of()
        for at, numbers in zip(row.tolist(), number, strict=True):
            made[group_of[at]].append(with_policies(own[at], numbers))
        groups = with_options(self.evaluated.groups, made)
        scenario = replace(scenario_of(groups, self.paths, priced_seed(self.evaluated.scenario.seed)), antithetic=True)
        outcomes = run(scenario, self.demand, threads=self.threads)
        bare = replace(self.evaluated, switch_minor=np.zeros(0, np.int64), switch_hours=np.zeros(0))
        book = replace(bare, groups=groups, scenario=scenario, outcomes=outcomes)
        played = study_of(switched(book, self.seller))
        return Columns(row, number, played.profit.astype(np.float64), self._uses(played))

    def _uses(self, played: Study) -> Floats:
        """[row, capacity] by the capacities' names; a limit that none of these rows touches is not used."""
        named, uses = build_limits(played, self.seller, whole=True)
        at = {capacity.name: column for column, capacity in enumerate(named)}
        found = np.zeros((len(played.key), len(self.capacities)))
        for column, capacity in enumerate(self.capacities):
            if capacity.name in at:
                found[:, column] = uses[:, at[capacity.name]]
        return found


def priced_seed(seed: int) -> int:
    """The seed of the stream on which policies are priced: not the report's, nor that of the first search."""
    return address(f"priced search of {seed}")


def _load(path: Path) -> tuple[Floats, Floats] | None:
    """(profit, use) that were kept; None when there is nothing or it cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            return kept["profit"], kept["use"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None


def _keep(path: Path, columns: Columns) -> None:
    """Writes the file at once or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.part")
    try:
        with partial.open("wb") as file:
            np.savez(file, profit=columns.profit, use=columns.use)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
