"""Groups that live in files: shards of the kept options, priced wherever an executor works.

Hides files, workers and the numbering of rows across shards. Keeps two invariants: a shard is a fixed range of groups
of the whole catalog, whatever files they lie in and whoever works on them, so that no machine and no size of block
changes a byte; and only sums, samples and open groups ever leave a shard, never its columns.
"""

import pickle
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from tuoguan.choose import kernels
from tuoguan.choose.solve_blocks import Blocks, Near, Smooth
from tuoguan.choose.solve_local import LocalBlocks
from tuoguan.foundation.arrays import Floats, Ints
from tuoguan.foundation.executor import Executor, Work, in_order
from tuoguan.foundation.ids import content_hash

SHARD_GROUPS = 65_536
CACHE_BYTES = 1 << 30  # of shards that one process keeps in memory between two rounds
GROUP = ["sku", "market"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Groups ``first`` to ``last`` - 1 of one file of kept options; ``hash`` is of its bytes."""

    path: str
    hash: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Shape:
    """What columns mean: limits are cash, hours and the volume of each of ``sites``, then one factor per model."""

    sites: tuple[int, ...]
    models: tuple[str, ...]

    @property
    def limits(self) -> int:
        """Number of limits."""
        return 2 + len(self.sites)


@dataclass(frozen=True, slots=True)
class Shard:
    """A range of groups of the catalog; ``scale`` [1 + column] is multiplied into base and columns."""

    pieces: tuple[Piece, ...]
    shape: Shape
    scale: tuple[float, ...]
    magnitude: tuple[float, ...]

    @property
    def name(self) -> str:
        """A hash of all that it is made from."""
        return content_hash(repr((self.pieces, self.shape)).encode())


def shards_of(files: Sequence[tuple[Path, str, int]], shape: Shape, groups: int = SHARD_GROUPS) -> list[Shard]:
    """Shards of so many groups over files (path, hash, groups) in the order of the catalog."""
    found: list[list[Piece]] = []
    at = 0
    for path, digest, size in files:
        first = 0
        while first < size:
            room = groups - at % groups
            if at % groups == 0:
                found.append([])
            last = min(size, first + room)
            found[-1].append(Piece(str(path), digest, first, last))
            at, first = at + last - first, last
    none = (1.0,) * (1 + shape.limits + len(shape.models))
    return [Shard(tuple(pieces), shape, none, none) for pieces in found]


def shard_table(shard: Shard) -> pl.DataFrame:
    """The kept options of the shard with their ``group``, counted from its first."""
    parts, before = [], 0
    for piece in shard.pieces:
        table = pl.read_parquet(piece.path)
        group = table.select(pl.struct(GROUP).rle_id())[GROUP[0]].cast(pl.Int64)
        inside = table.with_columns(group=group).filter(pl.col("group").is_between(piece.first, piece.last - 1))
        parts.append(inside.with_columns(pl.col("group") - piece.first + before))
        before += piece.last - piece.first
    return pl.concat(parts)


def _columns(shard: Shard) -> LocalBlocks:
    """The shard as the dual wants it."""
    table, shape = shard_table(shard), shard.shape
    start = np.searchsorted(table["group"].to_numpy(), np.arange(sum(p.last - p.first for p in shard.pieces) + 1))
    volume, site = table["volume_cm3"].to_numpy(), table["site"].to_numpy()
    parts = [table["cash_minor"].to_numpy(), table["minutes_thousandth"].to_numpy()]
    uses = np.stack([*parts, *(np.where(site == one, volume, 0) for one in shape.sites)], axis=1)
    model = table["model"].fill_null("").to_numpy()
    moved = table["loading_minor"].to_numpy()
    loading = np.zeros((len(table), len(shape.models)))
    for at, name in enumerate(shape.models):
        loading[:, at] = np.where(model == name, moved, 0)
    none = np.ones(1 + uses.shape[1] + loading.shape[1])
    base = table["profit_minor"].to_numpy().astype(np.float64)
    return LocalBlocks(start.astype(np.int64), base, uses.astype(np.float64), loading, none, True, none, threads=1)


class Cache:
    """Shards in memory, the least lately used given up past `CACHE_BYTES`; one loads while others wait for it."""

    def __init__(self, most: int = CACHE_BYTES) -> None:
        self._most, self._lock = most, threading.Lock()
        self._known: OrderedDict[str, LocalBlocks] = OrderedDict()

    def get(self, shard: Shard) -> LocalBlocks:
        """The shard's columns, from its files where they are not here."""
        name = shard.name
        with self._lock:
            found = self._known.get(name)
            if found is None:
                found = self._known[name] = _columns(shard)
                while len(self._known) > 1 and sum(map(_bytes, self._known.values())) > self._most:
                    self._known.popitem(last=False)
            self._known.move_to_end(name)
        return replace(found, scale=np.array(shard.scale), magnitude=np.array(shard.magnitude))


def _bytes(blocks: LocalBlocks) -> int:
    return blocks.start.nbytes + blocks.base.nbytes + blocks.first.nbytes + blocks.second.nbytes


CACHE = Cache()


def answer(_shared: None, item: tuple[Shard, str, tuple[Any, ...]]) -> bytes:
    """What a shard says to one of the questions below; run by an executor."""
    shard, question, given = item
    return pickle.dumps(QUESTIONS[question](CACHE.get(shard), *given), pickle.HIGHEST_PROTOCOL)


def _size(blocks: LocalBlocks) -> tuple[Floats, int, int]:
    """Largest absolute numbers of base and columns, rows, and the most groups that are added up at once."""
    tables = (blocks.base[:, None], blocks.first, blocks.second)
    sizes = [kernels.largest(table, 0, len(table))[0] for table in tables]
    return np.concatenate(sizes), len(blocks.base), blocks.longest


def _sample(blocks: LocalBlocks, first: int, stride: int) -> tuple[Ints, Floats, Floats, Floats]:
    """(options of each group, base, uses, loadings) of every ``stride``-th group from ``first`` on."""
    groups = np.arange(first, blocks.groups, stride)
    sizes = np.diff(blocks.start)[groups]
    before = np.concatenate([[0], np.cumsum(sizes)])
    rows = np.repeat(blocks.start[groups] - before[:-1], sizes) + np.arange(before[-1])
    return sizes, blocks.base[rows], blocks.first[rows], blocks.second[rows]


QUESTIONS: dict[str, Any] = {
    "size": _size, "sample": _sample, "price": LocalBlocks.price, "smooth": LocalBlocks.smooth,
    "near": LocalBlocks.near, "choose": LocalBlocks.choose,
}  # fmt: skip


@dataclass(frozen=True)
class Spread:
    """`Blocks` over shards: each question goes to all of them, answers are laid side by side in their order."""

    executor: Executor
    shards: tuple[Shard, ...]
    rows: tuple[int, ...]
    longest: int
    asked: "count[int]" = field(default_factory=count, repr=False)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Groups of each shard."""
        return tuple(sum(piece.last - piece.first for piece in shard.pieces) for shard in self.shards)

    @property
    def groups(self) -> int:
        """Number of groups."""
        return sum(self.sizes)

    @property
    def columns(self) -> int:
        """Length of a point."""
        return len(self.magnitude) - 1

    @property
    def magnitude(self) -> Floats:
        """[1 + column] largest absolute numbers, scaled."""
        return np.array(self.shards[0].magnitude)

    def price(self, point: Floats) -> tuple[Floats, Floats]:
        """Sums of the best rows' worth [block] and of their matrix rows [block, column]."""
        found = self.ask("price", point)
        return np.concatenate([sums for sums, _ in found]), np.concatenate([columns for _, columns in found])

    def smooth(self, point: Floats, width: float) -> Smooth:
        """The same with corners rounded off over ``width``, and its curvature."""
        found: list[Smooth] = self.ask("smooth", point, width)
        names = ("exact", "sums", "gradient", "curvature")
        return Smooth(*(np.concatenate([getattr(one, name) for one in found]) for name in names))

    def choose(self, point: Floats) -> Ints:
        """[group] the best row's option, -1 for "do not sell"."""
        found: list[Ints] = self.ask("choose", point)
        return np.concatenate([_shifted(one, by) for one, by in zip(found, _before(self.rows), strict=True)])

    def near(self, point: Floats, loss: float) -> Near:
        """Rows that lose at most ``loss``, of groups that have more than one of them."""
        found: list[Near] = self.ask("near", point, loss)
        groups = zip(found, _before(self.sizes), strict=True)
        options = zip(found, _before(self.rows), strict=True)
        return Near(
            np.concatenate([one.group + by for one, by in groups]),
            np.concatenate([_shifted(one.option, by) for one, by in options]),
            *(np.concatenate([getattr(one, name) for one in found]) for name in ("base", "matrix", "loss")),
        )  # fmt: skip

    def sample(self, stride: int) -> Blocks:
        """Every ``stride``-th group, brought here."""
        firsts = [-before % stride for before in _before(self.sizes)]
        parts = self._ask("sample", [(first, stride) for first in firsts])
        sizes, base, first, second = (np.concatenate(part) for part in zip(*parts, strict=True))
        start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        shard = self.shards[0]
        return LocalBlocks(
            start, base, first, second, np.array(shard.scale), True, self.magnitude, threads=self.executor.workers
        )

    def ask(self, question: str, *given: Any) -> list[Any]:
        """Every shard's answer, in order."""
        return self._ask(question, [given] * len(self.shards))

    def _ask(self, question: str, given: Sequence[tuple[Any, ...]]) -> list[Any]:
        number = next(self.asked)
        pairs = enumerate(zip(self.shards, given, strict=True))
        work = [Work(f"{question}-{number}-{at}", (shard, question, one), at) for at, (shard, one) in pairs]
        return [pickle.loads(found) for found in in_order(self.executor.run(answer, work), work).values()]


def _before(sizes: Sequence[int]) -> list[int]:
    return [sum(sizes[:at]) for at in range(len(sizes))]


def _shifted(option: Ints, by: int) -> Ints:
    return np.where(option >= 0, option + by, -1)


def spread_out(executor: Executor, shards: Sequence[Shard]) -> Spread:
    """Shards as they lie in their files, unscaled, with the largest numbers of all of them."""
    plain = Spread(executor, tuple(shards), (0,) * len(shards), 0)
    sizes, rows, longest = zip(*plain.ask("size"), strict=True)
    largest = tuple(np.max(np.stack(sizes), axis=0).tolist())
    return Spread(executor, tuple(replace(one, magnitude=largest) for one in shards), rows, max(longest))


def scaled(blocks: Spread, scale: Floats) -> Spread:
    """The same with base and columns multiplied by ``scale`` [1 + column]."""
    size = tuple((blocks.magnitude * np.abs(scale)).tolist())
    shards = tuple(replace(one, scale=tuple(scale.tolist()), magnitude=size) for one in blocks.shards)
    return Spread(blocks.executor, shards, blocks.rows, blocks.longest)
