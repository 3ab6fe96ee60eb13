"""The catalogue in blocks of groups: each searched alone, on as many threads as there are, kept as soon as it is found.

Hides threads, files and the numbering of rows. Keeps the invariant that a block's answer depends on its own groups, the
demand, the seed and the effort alone.
"""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np

from tuoguan.choose.options import Groups
from tuoguan.choose.options_pairs import pair, pairs_of_group
from tuoguan.choose.policies_facts import Facts
from tuoguan.choose.policies_kept import Found, keep_found, load_found
from tuoguan.choose.policies_numbers import POINT, UP_TO, policies_of, unique_rows, with_policies
from tuoguan.choose.policies_search import Best, Compare, Effort, Field, Player, Stopped, joined, settle, tune
from tuoguan.choose.policies_start import starts
from tuoguan.demand import Demand
from tuoguan.foundation.arrays import Ints
from tuoguan.foundation.ids import content_hash
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.simulate import Option, Scenario

BLOCK_OPTIONS = 400  # some tenths of a second of play between two looks at whether to stop
PAIR_MULTIPLES = (0.7, 1.0, 1.3)
PLACES = 2  # at most: one for each of two listings
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Block:
    """Groups ``first`` to ``last`` - 1 of the catalogue and the rows of their options."""

    first: int
    last: int
    rows: range


def blocks_of(groups: Groups) -> list[Block]:
    """Consecutive groups with about `BLOCK_OPTIONS` options each."""
    made: list[Block] = []
    first = 0
    for group in range(groups.count):
        here = range(int(groups.first[first]), int(groups.first[group + 1]))
        if len(here) >= BLOCK_OPTIONS or group == groups.count - 1:
            made.append(Block(first, group + 1, here))
            first = group + 1
    return [block for block in made if len(block.rows)]


@dataclass(frozen=True, slots=True)
class Task:
    """What every block needs; ``scenario`` has the luck of the search and no options of its own yet."""

    groups: Groups
    facts: Facts
    demand: Demand
    scenario: Scenario
    effort: Effort
    compare: Compare
    keep: Path | None

    def name(self, block: Block) -> str:
        """A hash of what the block is made from: columns and contracts of its options, its demand, luck and effort."""
        options = [self.groups.options[row] for row in block.rows]
        words = "\n".join(f"{one.sku} {one.market} {one.key} {one.listings[0].contract.hash}" for one in options)
        series = np.unique([one.series for one in options])
        known = (self.demand.level_mean, self.demand.level_shape, self.demand.dispersion, self.demand.profile)
        rows = np.arange(block.rows.start, block.rows.stop)
        columns = [getattr(self.facts, one.name)[rows].tobytes() for one in fields(Facts)]
        ground = repr((replace(self.scenario, options=()), self.effort)).encode()
        return content_hash(
            words.encode(), ground, *columns, *(array[series].tobytes() for array in known),
            self.demand.season.tobytes(),
        )  # fmt: skip


def search_blocks(task: Task, threads: int | None, told: Told | None) -> Iterator[tuple[Block, Found]]:
    """Every block with what was found, in order of groups; blocks kept by an earlier run are read, not searched.

    An interrupt ends it within the time of one play; what was found until then is kept.
    """
    blocks, stop = blocks_of(task.groups), threading.Event()
    answers: dict[int, Found] = {}
    with ThreadPoolExecutor(max(1, threads or len(os.sched_getaffinity(0)))) as pool:
        try:
            running = {pool.submit(_one_block, task, block, stop): at for at, block in enumerate(blocks)}
            for done, future in enumerate(as_completed(running), 1):
                answers[running[future]] = future.result()
                if told is not None:
                    told(done, len(blocks))
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return ((block, answers[at]) for at, block in enumerate(blocks))


def _one_block(task: Task, block: Block, stop: threading.Event) -> Found:
    if stop.is_set():
        raise Stopped
    name = task.name(block) if task.keep is not None else ""
    known = load_found(task.keep, name) if task.keep is not None else None
    if known is not None:
        return known
    found = search_block(task, block, stop.is_set)
    if task.keep is not None:
        keep_found(task.keep, name, found)
    return found


def search_block(task: Task, block: Block, stopped: Callable[[], bool] = lambda: False) -> Found:
    """Policies of all options of the block, its pairs, and how sure the pick of every group is."""
    rows, groups = np.arange(block.rows.start, block.rows.stop), block.last - block.first
    options = task.groups.options[block.rows.start : block.rows.stop]
    owner = task.groups.group_of()[rows] - block.first
    scenario = replace(task.scenario, options=options)
    player, best = Player(scenario, task.demand, task.compare, stopped), _unfound(options)
    option, number = starts(task.facts.take(rows), scenario.horizon_days)
    field = tune(player, option, _widened(number), owner, task.effort, best)
    parts = _pairs(options, owner, field, task.effort.pairs)
    if len(parts):
        doubles = tuple(made_pair(options, best.number, both) for both in parts)
        player.add(doubles)
        best.add(_unfound(doubles))
        owner = np.concatenate([owner, owner[parts[:, 0]]])
        option, number = _around(best.number, len(options))
        field = joined(field, tune(player, option, number, owner, task.effort, best))
    unit = 10 ** EXPONENT_BY_CURRENCY[task.groups.currency]
    answer = settle(player, field, owner, groups, task.effort, unit)
    best.mean[field.option] = answer.mean
    tried = np.bincount(owner, player.tried, groups).astype(np.int64)
    size = len(options)
    return Found(
        best.number[:size], best.mean[:size], parts, best.number[size:], best.mean[size:], tried, answer.paths,
        answer.decided,
    )  # fmt: skip


def _unfound(options: tuple[Option, ...]) -> Best:
    return Best(np.stack([policies_of(one, PLACES) for one in options]), np.full(len(options), -np.inf))


def _widened(number: Ints) -> Ints:
    """The numbers with room for `PLACES` places."""
    return np.pad(number, ((0, 0), (0, PLACES - number.shape[1]), (0, 0)))


def _pairs(options: tuple[Option, ...], owner: Ints, singles: Field, most: int) -> Ints:
    """[pair, 2] rows of the options of each group that are worth offering together."""
    mean = singles.profit.mean(axis=1)
    found: list[tuple[int, int]] = []
    starts_at = np.flatnonzero(np.diff(owner[singles.option], prepend=-1))
    for rows in np.split(np.arange(len(mean)), starts_at[1:]):
        at = singles.option[rows]
        made = pairs_of_group([options[row] for row in at], mean[rows], most)
        found += [(int(at[one]), int(at[two])) for one, two in made]
    return np.array(found, np.int64).reshape(-1, 2)


def made_pair(options: tuple[Option, ...], number: Ints, parts: Ints) -> Option:
    """The pair of two options, each with the policies found for it."""
    one, two = (with_policies(options[row], number[row]) for row in parts)
    return pair(one, two)


def _around(number: Ints, first: int) -> tuple[Ints, Ints]:
    """(option, numbers) of the options from ``first`` on with all levels scaled by `PAIR_MULTIPLES`."""
    scaled = []
    for multiple in PAIR_MULTIPLES:
        rows = number[first:].copy()
        levels = rows[:, :, UP_TO]
        rows[:, :, UP_TO] = np.where(levels > 0, np.maximum(np.rint(levels * multiple), 1), 0)
        rows[:, :, POINT] = np.minimum(rows[:, :, POINT], rows[:, :, UP_TO] - 1).clip(0)
        scaled.append(rows)
    option = np.tile(np.arange(first, len(number)), len(PAIR_MULTIPLES))
    return unique_rows(option, np.concatenate(scaled))
