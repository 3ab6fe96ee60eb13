"""Column generation: policies of all ways of selling, priced, and more of those that the prices favor.

Hides starts and rounds. Keeps the invariant that every way keeps the policy it came with: rounds only add.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from tuoguan.choose.options_places import in_time
from tuoguan.choose.policies_numbers import NUMBERS, POINT, UP_TO, neighbors, policies_of, unique_rows
from tuoguan.choose.policies_settle import ranks
from tuoguan.choose.priced_play import Columns, Stage, joined
from tuoguan.choose.priced_prices import LEVELS, Board, Prices, priced
from tuoguan.contracts import SettingName
from tuoguan.foundation.arrays import Ints
from tuoguan.simulate import Option, Policy, PolicyKind

PLACES = 2  # at most, of an option
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Thrift:
    """How hard policies are searched at prices.

    paths     of luck on which all of them are played; even, because they are mirrored in pairs
    ladder    shares of the levels in use that every way is tried with first
    steps     of the neighbors of the best, round by round
    ways      of a group that are tried, at most
    most      policies of a group whose neighbors are tried, from lean to fat; more where there are few groups:
              ``most_all`` of all
    keep      policies of a group that are reported at most, and ``keep_all`` likewise
    room      share of the bound: who is further behind in price is in no set that is good enough
    """

    paths: int = 64
    ladder: tuple[float, ...] = (0.15, 0.25, 0.35, 0.5, 0.7, 0.85)
    steps: tuple[float, ...] = (0.25, 0.12)
    ways: int = 8
    most: int = 3
    most_all: int = 100
    keep: int = 8
    keep_all: int = 300
    room: float = 0.02


@dataclass(frozen=True, slots=True)
class Round:
    """One round: policies tried, the bound of the relaxed choice with them, and what they could add at most at the
    prices before, minor units on the luck of the search. Once that is little, no policy tried was missed."""

    tried: int
    bound: float
    added: float


@dataclass(frozen=True, slots=True)
class Pool:
    """Further policies worth a report, [column] sorted by row; tried [option] policies played; and the rounds."""

    row: Ints
    number: Ints
    tried: Ints
    rounds: tuple[Round, ...]


def search_priced(stage: Stage, thrift: Thrift, told: Told) -> Pool:
    """Policies other than those in use that could be part of a good set of the ways that earn."""
    groups = stage.evaluated.groups
    board, tried = Board(groups.group_of(), groups.count), np.zeros(len(groups.options), np.int64)
    book = base = _in_use(stage)
    prices, rounds = priced(stage, board, base), list[Round]()
    # Where no limit has a price and risk does not count, nothing is better than what earns most.
    matters = bool(prices.limit.any()) or stage.seller.risk.weight > 0.0
    able = base.take(_able(base, prices, board, thrift) if matters else np.zeros(0, np.int64))
    rungs, jit = ladder(able, thrift.ladder), _waiting(stage, able.row)
    row, number = np.concatenate([rungs[0], jit[0]]), np.concatenate([rungs[1], jit[1]])
    earning, steps = len(np.unique(board.group_of[base.row])), (*thrift.steps, 0.0)
    most, keep = max(thrift.most, thrift.most_all // earning), max(thrift.keep, thrift.keep_all // earning)
    for step in steps:
        told(len(rounds), len(steps))
        row, number = _unknown(book, row, number)
        if not len(row):
            break
        more = stage.play(row, number)
        tried += np.bincount(row, minlength=len(tried))
        added, book = board.missed(book, more, prices), joined(book, more)
        prices = priced(stage, board, book)
        rounds.append(Round(len(row), prices.bound, added))
        near = book.take(board.spread(book, prices, most, prices.room(thrift.room)))
        source, number = neighbors(near.number, step)
        row = near.row[source]
    told(len(steps), len(steps))
    pool = book.take(board.spread(book, prices, keep, prices.room(thrift.room)))
    return Pool(*_unknown(base, pool.row, pool.number), tried, tuple(rounds))


def _in_use(stage: Stage) -> Columns:
    """The policies of the ways that earn on average."""
    row = np.flatnonzero(stage.evaluated.mean() > 0.0)
    options = stage.evaluated.groups.options
    return stage.play(row, np.stack([policies_of(options[at], PLACES) for at in row.tolist()]))


def _able(base: Columns, prices: Prices, board: Board, thrift: Thrift) -> Ints:
    """Columns of the ways that would be their group's best if they used nothing: no leaner policy of another can be.

    A leaner policy earns no more than the one in use, which was searched for what it earns.
    """
    worth, value = prices.worth(base), prices.value(base)
    group = board.group_of[base.row]
    could = np.flatnonzero(worth >= board.best(base, value)[group])
    order = ranks(group[could], value[could], base.number[could].sum(axis=(1, 2)))
    return np.asarray(could[order < thrift.ways])


def _unknown(book: Columns, row: Ints, number: Ints) -> tuple[Ints, Ints]:
    """The distinct policies that are not in the book, sorted."""
    row, number = unique_rows(row, number)
    known = book.names()
    fresh = [(at, numbers.tobytes()) not in known for at, numbers in zip(row.tolist(), number, strict=True)]
    return row[np.array(fresh, np.bool_)], number[np.array(fresh, np.bool_)]


def ladder(columns: Columns, shares: tuple[float, ...]) -> tuple[Ints, Ints]:
    """(row, numbers) of the policies with all levels at these shares; what counts stays at least one unit."""
    found = []
    for share in shares:
        scaled = columns.number.copy()
        for column in LEVELS:
            levels = scaled[:, :, column]
            least = 0 if column == POINT else 1
            scaled[:, :, column] = np.where(levels > 0, np.maximum(np.rint(levels * share), least), 0)
        scaled[:, :, POINT] = np.minimum(scaled[:, :, POINT], scaled[:, :, UP_TO] - 1).clip(0)
        found.append(scaled)
    return np.tile(columns.row, len(shares)), np.concatenate(found)


def _waiting(stage: Stage, rows: Ints) -> tuple[Ints, Ints]:
    """(row, numbers) of "sell first, buy then" for the single listings that allow it: nothing is leaner."""
    options = stage.evaluated.groups.options
    found = [(row, waiting(options[row])) for row in rows.tolist() if len(options[row].listings) == 1]
    able = [(row, option) for row, option in found if option.places[0].policy.kind is PolicyKind.JIT]
    number = [policies_of(option, PLACES) for _, option in able]
    return np.array([row for row, _ in able], np.int64), np.array(number, np.int64).reshape(-1, PLACES, NUMBERS)


def waiting(option: Option) -> Option:
    """The option with "sell first, buy then" at its first place, where the contract and the supplier allow that."""
    place, contract = option.places[0], option.listings[0].contract
    at_origin = place.lane.mode == "domestic"
    offered = at_origin and (
        place.owner_is_seller or contract.settings.get(SettingName.INBOUND, "stock_order") == "jit"
    )
    policy = Policy(PolicyKind.JIT if offered else PolicyKind.BASE_STOCK, review_days=place.policy.review_days)
    timely = in_time(replace(place, policy=policy), contract, option.supplier_lead_days.value)
    return replace(option, places=(timely, *option.places[1:]))
