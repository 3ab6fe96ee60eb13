"""The ways in which statement lines and expectations find each other, each one pass over whole-number columns.

Hides sorting. Keeps the invariants that a row is matched at most once and that the rows' own order (canonical before
the first pass) decides between equals, so that the order of a file never does. One pass is a sort: n log n.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from tuoguan.reconcile.words import MatchedBy

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
OPEN = -1
WORD = 2**62
SAMPLE = 1_000  # keys that the lag of bills is learned from


@dataclass(slots=True, eq=False)
class Side:
    """One side's rows as codes: ``order`` and ``sku`` are 0 for none; ``match`` is OPEN until a pass finds one."""

    order: Ints
    sku: Ints
    kind: Ints
    currency: Ints
    amount: Ints
    day: Ints
    match: Ints = field(init=False)

    def __post_init__(self) -> None:
        self.match = np.full(len(self.amount), OPEN, dtype=np.int64)

    def key(self, columns: str, rows: Ints) -> tuple[Ints, ...]:
        """The named columns of the rows; the currency always belongs to the key."""
        return tuple(getattr(self, name)[rows] for name in (*columns.split(), "currency"))


@dataclass(slots=True, eq=False)
class Work:
    """Both sides while they are being matched; ``by`` says of every match how it came about."""

    lines: Side
    due: Side
    by: list[npt.NDArray[np.object_]] = field(default_factory=list)
    count: int = 0
    lag_by_key: dict[str, int] = field(default_factory=dict)  # days from due to settled, of bills without orders

    def keep(self, lines: Ints, due: Ints, line_match: Ints, due_match: Ints, by: MatchedBy) -> None:
        """Matches numbered from nought become matches of the whole."""
        if not len(lines) and not len(due):
            return
        self.lines.match[lines] = line_match + self.count
        self.due.match[due] = due_match + self.count
        made = int(max(line_match.max(initial=OPEN), due_match.max(initial=OPEN))) + 1
        self.by.append(np.full(made, by.value, dtype=object))
        self.count += made

    def close(self) -> None:
        """Every open row becomes a match of its own."""
        for side in (self.lines, self.due):
            rows = np.flatnonzero(side.match == OPEN)
            side.match[rows] = self.count + np.arange(len(rows))
            self.by.append(np.full(len(rows), MatchedBy.NOTHING.value, dtype=object))
            self.count += len(rows)

    def names(self) -> pl.Series:
        """How each match came about, by its number."""
        return pl.Series(np.concatenate(self.by), dtype=pl.String) if self.by else pl.Series([], dtype=pl.String)


def open_rows(side: Side, where: Bools | None = None) -> Ints:
    """Rows without a match, of those ``where`` allows."""
    free = side.match == OPEN
    return np.flatnonzero(free if where is None else free & where)


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Rows of both sides sorted by a key: ``row`` (lines first in a run, each side in its own order) and its run."""

    row: Ints
    is_line: Bools
    run: npt.NDArray[np.int64]
    line_count: Ints  # by run
    due_count: Ints  # by run

    def both(self) -> Bools:
        """Runs in which both sides stand."""
        return (self.line_count > 0) & (self.due_count > 0)


def runs_of(lines: tuple[Ints, ...], due: tuple[Ints, ...]) -> Runs:
    """Rows with equal keys side by side."""
    size = len(lines[0])
    words = _packed([np.concatenate(pair) for pair in zip(lines, due, strict=True)])
    at = np.argsort(words[0], kind="stable") if len(words) == 1 else np.lexsort(words[::-1])
    changes = np.zeros(len(at), dtype=np.bool_)
    for word in words:
        ordered = word[at]
        changes[1:] |= ordered[1:] != ordered[:-1]
    run: Ints = np.cumsum(changes, dtype=np.int64)
    is_line: Bools = at < size
    count = int(run[-1]) + 1 if len(run) else 0
    row = np.where(is_line, at, at - size)
    return Runs(
        row, is_line, run, np.bincount(run[is_line], minlength=count), np.bincount(run[~is_line], minlength=count)
    )


def _packed(columns: list[Ints]) -> list[Ints]:
    """As few whole numbers per row as hold all columns in their order: fewer to sort by."""
    words: list[Ints] = []
    room = 1
    for column in columns:
        low = int(column.min(initial=0))
        span = int(column.max(initial=0)) - low + 1
        if words and room * span < WORD:
            words[-1] = words[-1] * span + (column - low)
            room *= span
        else:
            words.append(column)
            room = span if low == 0 else WORD
    return words


def sums(runs: Runs, amounts: Ints, of_lines: bool) -> Ints:
    """The sum of one side's amounts (in the rows' own numbering) by run, exact."""
    here = runs.is_line == of_lines
    total = np.zeros(len(runs.line_count), dtype=np.int64)
    np.add.at(total, runs.run[here], amounts[runs.row[here]])
    return total


def _open_sides(work: Work, columns: str, line_where: Bools | None, due_where: Bools | None) -> tuple[Ints, Ints]:
    """Open rows of both sides; under a key with the order only those of orders that stand on both."""
    lines, due = open_rows(work.lines, line_where), open_rows(work.due, due_where)
    if not columns.startswith("order"):
        return lines, due
    size = 1 + int(max(work.lines.order.max(initial=0), work.due.order.max(initial=0)))
    here, there = np.zeros(size, dtype=np.bool_), np.zeros(size, dtype=np.bool_)
    here[work.lines.order[lines]] = True
    there[work.due.order[due]] = True
    both = here & there
    return lines[both[work.lines.order[lines]]], due[both[work.due.order[due]]]


def pair(work: Work, columns: str, line_where: Bools | None = None, due_where: Bools | None = None) -> None:
    """One line with one expectation wherever the columns and the amount agree; equals in their order."""
    lines, due = _open_sides(work, columns, line_where, due_where)
    runs = runs_of(work.lines.key(f"{columns} amount", lines), work.due.key(f"{columns} amount", due))
    left, right = _paired(runs)
    number = np.arange(len(left))
    work.keep(lines[left], due[right], number, number, MatchedBy.KEY)


def _paired(runs: Runs) -> tuple[Ints, Ints]:
    """In every run the first of one side with the first of the other, the second with the second, and so on."""
    ordinal = np.arange(len(runs.run)) - np.searchsorted(runs.run, runs.run)
    ordinal = np.where(runs.is_line, ordinal, ordinal - runs.line_count[runs.run])
    taken = ordinal < np.minimum(runs.line_count, runs.due_count)[runs.run]
    # Both halves of a run stand in the order of their ordinals, so the n-th here belongs to the n-th there.
    return runs.row[taken & runs.is_line], runs.row[taken & ~runs.is_line]


def totals(
    work: Work,
    columns: str,
    by: MatchedBy,
    line_where: Bools | None = None,
    due_where: Bools | None = None,
    *,
    must_agree: bool = True,
) -> None:
    """All lines with all expectations of a key: where both sides stand and, unless told otherwise, the sums agree."""
    lines, due = _open_sides(work, columns, line_where, due_where)
    runs = runs_of(work.lines.key(columns, lines), work.due.key(columns, due))
    good = _agreeing(work, runs, lines, due) if must_agree else runs.both()
    _keep_runs(work, runs, good, lines, due, by)


def _agreeing(work: Work, runs: Runs, lines: Ints, due: Ints) -> Bools:
    """Runs in which both sides stand and come to the same sum."""
    agree: Bools = sums(runs, work.lines.amount[lines], True) == sums(runs, work.due.amount[due], False)
    return runs.both() & agree


def _keep_runs(work: Work, runs: Runs, good: Bools, lines: Ints, due: Ints, by: MatchedBy) -> None:
    number = np.cumsum(good) - 1
    taken = good[runs.run]
    left, right = taken & runs.is_line, taken & ~runs.is_line
    work.keep(lines[runs.row[left]], due[runs.row[right]], number[runs.run[left]], number[runs.run[right]], by)


def gather(work: Work, columns: str, due_where: Bools) -> None:
    """Open expectations of a key without any line: all that lacks of one order is one match."""
    due = open_rows(work.due, due_where & (work.due.order > 0))
    nobody = due[:0]
    runs = runs_of(work.lines.key(columns, nobody), work.due.key(columns, due))
    work.keep(nobody, due[runs.row], nobody, runs.run, MatchedBy.NOTHING)


def offset(work: Work, where: Bools) -> None:
    """Lines of an order that take back what another line of it kept: equal amounts of opposite sign, in their order."""
    lines, amount = work.lines, work.lines.amount
    kept, given = open_rows(lines, where & (amount < 0)), open_rows(lines, where & (amount > 0))
    runs = runs_of(
        (lines.order[kept], lines.currency[kept], -amount[kept]),
        (lines.order[given], lines.currency[given], amount[given]),
    )
    one, other = _paired(runs)
    number = np.arange(len(one))
    rows = np.concatenate((kept[one], given[other]))
    work.keep(rows, rows[:0], np.concatenate((number, number)), number[:0], MatchedBy.KEY)


def periods(work: Work, columns: str, line_where: Bools, window_days: int) -> None:
    """A statement's lines of a key with what fell due since the statement before, where the sums agree.

    An expectation belongs to the first settlement day of its key that is not before its due day plus the bills' lag.
    The lag, from ``-window_days`` to ``window_days``, is the one under which most totals of a sample of keys agree.
    """
    lines, due = open_rows(work.lines, line_where), open_rows(work.due)
    if not len(lines) or not len(due):
        return
    some = [_sample(work, columns, rows, side) for rows, side in ((lines, work.lines), (due, work.due))]
    lags = sorted(range(-window_days, window_days + 1), key=lambda lag: (abs(lag), lag))
    agreeing = [_count_agreeing(work, columns, some[0], some[1], lag) for lag in lags]
    work.lag_by_key[columns] = lags[int(np.argmax(agreeing))]
    due, runs = _of_period(work, columns, lines, due, work.lag_by_key[columns])
    _keep_runs(work, runs, _agreeing(work, runs, lines, due), lines, due, MatchedBy.STATEMENT)


def _count_agreeing(work: Work, columns: str, lines: Ints, due: Ints, lag_days: int) -> int:
    due, runs = _of_period(work, columns, lines, due, lag_days)
    return int(_agreeing(work, runs, lines, due).sum())


def rest_of_periods(work: Work, columns: str, line_where: Bools) -> None:
    """The same with the lag learned before, whether the sums agree or not."""
    lines = open_rows(work.lines, line_where)
    due, runs = _of_period(work, columns, lines, open_rows(work.due), work.lag_by_key.get(columns, 0))
    _keep_runs(work, runs, runs.both(), lines, due, MatchedBy.STATEMENT)


def _sample(work: Work, columns: str, rows: Ints, side: Side) -> Ints:
    """Rows of about `SAMPLE` keys, the same keys on either side and in any order of rows: those that hash lowest."""
    key = side.key(columns, rows)
    mixed = np.zeros(len(rows), dtype=np.uint64)
    for column in key:
        mixed = (mixed ^ column.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
    one_in = max(1, int(work.lines.sku.max(initial=0)) // SAMPLE)
    return np.asarray(rows[(mixed >> np.uint64(40)) % np.uint64(one_in) == 0])


def _of_period(work: Work, columns: str, lines: Ints, due: Ints, lag_days: int) -> tuple[Ints, Runs]:
    """Expectations that belong to some settlement day, and their runs with its lines."""
    first = _first_after(work, columns, lines, due, lag_days)
    known = first >= 0
    due, first = due[known], first[known]
    # Instead of its own day each expectation takes the settlement day it belongs to.
    left = (*work.lines.key(columns, lines), work.lines.day[lines])
    return due, runs_of(left, (*work.due.key(columns, due), first))


def _first_after(work: Work, columns: str, lines: Ints, due: Ints, lag_days: int) -> Ints:
    """For each expectation the first day, from due day plus lag on, on which a line of its key settled; -1: none."""
    keys = (*work.lines.key(columns, lines), work.lines.day[lines])
    wanted = (*work.due.key(columns, due), work.due.day[due] + lag_days)
    size = len(due)
    # Expectations before lines among equals, so that a line on the very day counts.
    stacked = [np.concatenate(parts) for parts in zip(wanted, keys, strict=True)]
    at = np.lexsort(stacked[::-1])
    is_line = at >= size
    following = np.where(is_line, np.arange(len(at)), len(at))
    following = np.minimum.accumulate(following[::-1])[::-1]
    found = np.full(size, OPEN, dtype=np.int64)
    asking = np.flatnonzero(~is_line)
    there = following[asking] < len(at)
    asking, answer = at[asking[there]], at[following[asking[there]]] - size
    same = np.ones(len(asking), dtype=np.bool_)
    for one, other in zip(wanted[:-1], keys[:-1], strict=True):
        same &= one[asking] == other[answer]
    found[asking[same]] = work.lines.day[lines[answer[same]]]
    return found


def cumulated(work: Work, columns: str, line_where: Bools) -> None:
    """Stretches of a key between days on which all that was paid equals all that fell due, whatever the days say.

    Only keys whose amounts have one sign, so that sums rise and a stretch is told by its ends.
    """
    lines, due = open_rows(work.lines, line_where), open_rows(work.due)
    lines = lines[np.argsort(work.lines.day[lines], kind="stable")]
    due = due[np.argsort(work.due.day[due], kind="stable")]
    runs = runs_of(work.lines.key(columns, lines), work.due.key(columns, due))
    amount = np.where(
        runs.is_line,
        work.lines.amount[lines][np.where(runs.is_line, runs.row, 0)] if len(lines) else 0,
        work.due.amount[due][np.where(runs.is_line, 0, runs.row)] if len(due) else 0,
    )
    size = len(runs.line_count)
    lowest, highest = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    np.minimum.at(lowest, runs.run, amount)
    np.maximum.at(highest, runs.run, amount)
    usable = (runs.both() & ((lowest == 0) | (highest == 0)))[runs.run] & (amount != 0)
    # Every run has a range of numbers of its own, so that (run, sum so far) is one rising number.
    weight = np.zeros(size, dtype=np.int64)
    np.add.at(weight, runs.run, np.abs(amount))
    base = np.concatenate(([0], np.cumsum(weight + 1)))
    sides = [usable & runs.is_line, usable & ~runs.is_line]
    reached = [_reached(runs.run[here], np.abs(amount[here]), base) for here in sides]
    cuts = np.intersect1d(reached[0], reached[1], assume_unique=True)
    kept = [
        _stretches(runs.run[here], sums_so_far, cuts, base) for here, sums_so_far in zip(sides, reached, strict=True)
    ]
    (in_left, left_match), (in_right, right_match) = kept
    left, right = (runs.row[np.flatnonzero(here)] for here in sides)
    work.keep(lines[left[in_left]], due[right[in_right]], left_match, right_match, MatchedBy.STATEMENT)


def _reached(run: Ints, size: Ints, base: Ints) -> Ints:
    """How far each row's sum has come within its run, in the run's own range of numbers."""
    total = np.cumsum(size)
    before = np.concatenate(([0], total))[np.searchsorted(run, run)]
    return base[run] + total - before


def _stretches(run: Ints, reached: Ints, cuts: Ints, base: Ints) -> tuple[Bools, Ints]:
    """Which rows end in a stretch that both sides close, and the number of the stretch."""
    stretch = np.searchsorted(cuts, reached)
    inside = stretch < len(cuts)
    inside[inside] &= cuts[stretch[inside]] < base[run[inside] + 1]
    return inside, stretch[inside]


def near(work: Work, columns: str, line_where: Bools, window_days: int) -> None:
    """Rows of equal amount whose days lie within the window, earliest first: what only amount and time can tell."""
    lines, due = open_rows(work.lines, line_where), open_rows(work.due)
    lines = lines[np.argsort(work.lines.day[lines], kind="stable")]
    due = due[np.argsort(work.due.day[due], kind="stable")]
    runs = runs_of(work.lines.key(f"{columns} amount", lines), work.due.key(f"{columns} amount", due))
    pairs = list(_nearest(work, runs, lines, due, window_days))
    left = np.array([one for one, _ in pairs], dtype=np.int64)
    right = np.array([one for _, one in pairs], dtype=np.int64)
    number = np.arange(len(pairs))
    work.keep(left, right, number, number, MatchedBy.AMOUNT)


def _nearest(work: Work, runs: Runs, lines: Ints, due: Ints, window_days: int) -> Iterator[tuple[int, int]]:
    """Within each run two sorted rows of days, walked together: as many pairs as there can be."""
    starts = np.concatenate(([0], np.cumsum(runs.line_count + runs.due_count)))
    for run in np.flatnonzero(runs.both()):
        begin, middle = int(starts[run]), int(starts[run] + runs.line_count[run])
        left = lines[runs.row[begin:middle]].tolist()
        right = due[runs.row[middle : int(starts[run + 1])]].tolist()
        one = other = 0
        while one < len(left) and other < len(right):
            apart = int(work.lines.day[left[one]] - work.due.day[right[other]])
            if abs(apart) <= window_days:
                yield left[one], right[other]
                one, other = one + 1, other + 1
            elif apart > 0:
                other += 1
            else:
                one += 1
