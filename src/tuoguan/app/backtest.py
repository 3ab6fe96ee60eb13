"""The test on real history: for each day and each cell of the grid, what our choice and the others' would have brought.

Straight line: read, check the days, play the cells, judge the picks, add up. Keeps the invariant that the same inputs,
seed and grid give the same answer on any number of threads, whether cells are played now or were kept.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from tuoguan.app.workspace import code_hash
from tuoguan.backtest import (
    LEAST_COVER_DAYS,
    LEAST_KNOWN_DAYS,
    MOST_COVER_DAYS,
    Cell,
    Row,
    Setting,
    calibrate,
    counters_only,
    cover_days,
    full_grid,
    kept,
    known_before,
    play_cell,
    prepare,
    row_of,
    small_grid,
    span_of,
    summary_of,
    summary_of_picks,
    undated,
    with_last,
    without_wholesale,
)
from tuoguan.contracts import Library, load, load_overlays
from tuoguan.foundation.days import Day, day_of, iso, parse_day
from tuoguan.foundation.fx import FxTable, load_fx
from tuoguan.foundation.ids import content_hash, json_bytes
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.foundation.problems import Problem, Refused, has_errors
from tuoguan.foundation.tables import write_all
from tuoguan.intake import Batch, read

Progress = Callable[[str, int, int], None]
MOST_PAIRS = 120
WEEKS, MOST_WEEKS = 13, 52
PERCENTILE = 99.5  # of units per order, above which a line is wholesale
SENSITIVITY = (None, 99.0, 99.9)
MIDDLE = Cell(115, 15, -240, 30, 55)
SLICES = {"small": ((30, 55),), "full": tuple((cost, supply) for cost in (15, 30, 60) for supply in (45, 55, 65))}
GRIDS = {"small": small_grid, "full": full_grid}


@dataclass(frozen=True, slots=True)
class Backtest:
    """The answer. ``cells`` are rows of `backtest.row_of` with their ``day``; ``answer`` is all as plain values."""

    cells: tuple[Row, ...]
    answer: Mapping[str, Any]


@dataclass(frozen=True)
class Ground:
    """A workspace with its whole history and what does not change from day to day."""

    folder: Path
    truth: Batch
    library: Library
    fx: FxTable
    terms_on: Day
    weeks: int
    most: int
    seed: int
    threads: int | None
    keep: Path | None

    @cached_property
    def key(self) -> dict[str, Any]:
        """What every kept answer was made from."""
        overlays = content_hash(*(repr(item).encode() for item in self.library.overlays))
        return {
            "inputs": self.truth.hash, "contracts": [self.library.hash, overlays], "code": code_hash(),
            "terms_on": self.terms_on, "weeks": self.weeks, "most": self.most, "seed": self.seed,
        }  # fmt: skip


@dataclass(frozen=True)
class View:
    """One day seen in one way: all orders or counters only, wholesale lines capped at a percentile or not."""

    ground: Ground
    day: Day
    percentile: float | None = PERCENTILE
    counters: bool = False

    @cached_property
    def setting(self) -> Setting:
        """Made when the first cell is played; kept cells need none."""
        ground = self.ground
        before = known_before(read(ground.folder, on=self.day), self.day)
        truth, known = without_wholesale(ground.truth, before, self.percentile)
        if self.counters:
            known = counters_only(known, self.day)
        try:
            return prepare(
                truth, known, ground.library, ground.fx, terms_on=ground.terms_on, day=self.day,
                weeks=ground.weeks, most=ground.most, seed=ground.seed, threads=ground.threads,
            )  # fmt: skip
        except ValueError as wrong:
            fix = "look at markets and contracts in seller.toml, and at the products' data"
            raise Refused(
                [Problem(f"backtest {iso(self.day)}", str(wrong), "an option of either side", fix, "no_option")]
            ) from wrong

    def key(self, what: str, *more: Any) -> dict[str, Any]:
        """The name of an answer of this view."""
        view = {"day": self.day, "percentile": self.percentile, "counters": self.counters}
        return {**self.ground.key, **view, "what": what, "more": more}

    def facts(self) -> Row:
        """What the view looks at, and what it takes as known that has no day."""

        def told() -> Row:
            real = self.setting.real
            return {
                "products_x_markets": int((~real.cold).sum()), "never_sold_before": int(real.cold.sum()),
                "share_of_value": round(real.share, 6), "options": len(real.groups.options),
                "replayed_value_minor": int(real.value_minor[~real.cold].sum()), "cover_days": self.setting.cover_days,
                "families": len(set(real.family)),
            }  # fmt: skip

        return dict(kept(self.ground.keep, self.key("facts"), told))

    def play(self, cell: Cell, last: dict[tuple[str, str], str]) -> Row:
        """One cell after a day on which these contracts were chosen."""

        def played() -> Row:
            setting = with_last(self.setting, last)
            return row_of(setting, play_cell(setting, cell))

        row = kept(
            self.ground.keep, self.key("cell", asdict(cell), sorted([*pair, one] for pair, one in last.items())), played
        )
        return {"day": iso(self.day), **row}

    def judge(self, cost_share: int, supply_share: int) -> Row:
        """The picks of a seller who knows its cost and supply price, in shares."""

        def judged() -> Row:
            picks = calibrate(self.setting, cost_share, supply_share)
            return asdict(summary_of_picks(picks))

        row = kept(self.ground.keep, self.key("picks", cost_share, supply_share), judged)
        return {"day": iso(self.day), "cost_share": cost_share, "supply_share": supply_share, **row}


def backtest(
    folder: Path, *, decide_on: Sequence[str] = (), weeks: int = WEEKS, grid: str = "small", most: int = MOST_PAIRS,
    seed: int = 1, threads: int | None = None, progress: Progress | None = None, keep: Path | None = None,
    step: int = 1,
) -> Backtest:  # fmt: skip
    """The choice of the workspace tested on its own history, decided on each day and replayed for ``weeks`` weeks.

    Without a day the latest one is taken that leaves the weeks and what is needed behind them. ``most`` products x
    markets are looked at, dearest first, in every ``step``-th cell of the grid. ``keep`` is a folder in which played
    cells stay, for a stopped test to go on from. Refused with every problem of the workspace, or of days that the
    history does not hold.
    """
    tell = progress or (lambda stage, done, total: None)
    tell("read", 0, 1)
    _require(weeks, grid)
    truth = read(Path(folder))
    days = _days(truth, decide_on, weeks)
    ground = _ground(Path(folder), truth, weeks, most, seed, threads, keep)
    views = [View(ground, day) for day in days]
    cells = GRIDS[grid]()[::step]
    rows = _cells(views, cells, tell)
    tell("picks", 0, 1)
    picks = [view.judge(cost, supply) for view in views for cost, supply in SLICES[grid]]
    tell("other views", 0, 1)
    other = [_other(view) for view in views]
    return Backtest(tuple(rows), _answer(ground, views, rows, picks, other, grid))


def _cells(views: Sequence[View], cells: Sequence[Cell], tell: Progress) -> list[Row]:
    """Every cell of every day; the model of the day before goes on to the next."""
    rows: list[Row] = []
    for at, cell in enumerate(cells):
        last: dict[tuple[str, str], str] = {}
        for view in views:
            row = view.play(cell, last)
            last = {(sku, market): contract for sku, market, contract in row["last"]}
            rows.append(row)
        tell("cells", at + 1, len(cells))
    return sorted(rows, key=lambda row: row["day"])


def _other(view: View) -> Row:
    """The middle cell again: wholesale lines capped elsewhere, and known from counters only."""
    found = {"orders": view.play(MIDDLE, {})}
    for percentile in SENSITIVITY:
        name = "not capped" if percentile is None else f"capped at {percentile:g} %"
        found[name] = View(view.ground, view.day, percentile).play(MIDDLE, {})
    if view.ground.truth.history == "orders":
        found["counters only"] = View(view.ground, view.day, counters=True).play(MIDDLE, {})
    return {"day": iso(view.day), "views": {name: _short(row) for name, row in found.items()}}


def _short(row: Row) -> Row:
    return {name: row[name] for name in ("profit_minor", "gain", "regret", "better_side")}


def _ground(
    folder: Path, truth: Batch, weeks: int, most: int, seed: int, threads: int | None, keep: Path | None
) -> Ground:  # fmt: skip
    overlays = load_overlays(folder / "contracts")
    library = load(overlays=overlays)
    broken = [*library.problems, *overlays.problems]
    if has_errors(broken):
        raise Refused([*broken, *truth.problems])
    terms_on = parse_day(truth.seller.decide_on) if truth.seller.decide_on else _today()
    return Ground(
        folder, truth, library, load_fx(terms_on, truth.seller.fx), terms_on, weeks, most, seed, threads, keep
    )


def _today() -> Day:
    from datetime import date

    return day_of(date.today())


def _require(weeks: int, grid: str) -> None:
    """Refused where the weeks or the grid are none that can be played."""
    problems = []
    if not 1 <= weeks <= MOST_WEEKS:
        problems.append(
            Problem("backtest --weeks", str(weeks), f"1 to {MOST_WEEKS}", "give fewer or more weeks", "bad_weeks")
        )
    if grid not in GRIDS:
        names = " or ".join(GRIDS)
        problems.append(Problem("backtest --grid", f'"{grid}"', names, f"give {names}", "bad_grid"))
    if problems:
        raise Refused(problems)


def _days(truth: Batch, decide_on: Sequence[str], weeks: int) -> tuple[Day, ...]:
    """The days to decide on, in order; Refused with every one that the history does not hold."""
    first, last = span_of(truth.panel)
    newest = last + 1 - weeks * 7
    latest, oldest = newest - LEAST_COVER_DAYS, first + LEAST_KNOWN_DAYS
    if latest < oldest:
        needs = LEAST_KNOWN_DAYS + weeks * 7 + LEAST_COVER_DAYS
        problem = Problem(
            "backtest: history", f"{last + 1 - first} days of sales", f"at least {needs} days for {weeks} weeks",
            "give fewer --weeks or a longer history", "short_history",
        )  # fmt: skip
        raise Refused([problem])
    if not decide_on:
        return (max(oldest, newest - MOST_COVER_DAYS),)
    problems, days = [], []
    for text in decide_on:
        expected = f"a day from {iso(oldest)} to {iso(latest)}"
        fix = f"the history is {iso(first)} to {iso(last)}; {weeks} weeks and {LEAST_COVER_DAYS} days must follow"
        try:
            day = parse_day(text)
        except ValueError:
            problems.append(Problem("backtest --decide-on", f'"{text}"', "a date such as 2026-11-23", fix, "bad_day"))
            continue
        days.append(day)
        if not oldest <= day <= latest or cover_days(last, day, weeks) < LEAST_COVER_DAYS:
            problems.append(Problem("backtest --decide-on", iso(day), expected, fix, "day_outside"))
    if problems:
        raise Refused(problems)
    return tuple(sorted(set(days)))


def _answer(
    ground: Ground, views: Sequence[View], rows: Sequence[Row], picks: Sequence[Row], other: Sequence[Row], grid: str
) -> dict[str, Any]:
    seller = ground.truth.seller
    return {
        "schema": 1, "seller": seller.name, "currency": seller.currency,
        "currency_decimals": EXPONENT_BY_CURRENCY[seller.currency], "terms_on": iso(ground.terms_on),
        "weeks": ground.weeks, "grid": grid, "seed": ground.seed,
        "hashes": {"inputs": ground.truth.hash, "contracts": ground.library.hash, "code": ground.key["code"]},
        "undated": undated(ground.truth),
        "days": [{"day": iso(view.day), **view.facts()} for view in views],
        "summary": summary_of(rows), "picks": list(picks), "other": list(other),
        "cells": [{name: value for name, value in row.items() if name != "last"} for row in rows],
    }  # fmt: skip


def cells_table(result: Backtest) -> pl.DataFrame:
    """One row per day, cell and way: what it brought, and the share of it that cash and hours had room for."""
    names = ("day", "cell", "traffic", "price_cut", "elasticity", "cost_share", "supply_share")
    return pl.DataFrame([
        {**{name: row[name] for name in names}, "way": way, "profit_minor": minor, "share": row["share"][way]}
        for row in result.cells for way, minor in sorted(row["profit_minor"].items())
    ])  # fmt: skip


def write_backtest(result: Backtest, folder: Path) -> tuple[Path, ...]:
    """The paths of the two files written: backtest.json holds everything, backtest.parquet the cells by way."""
    answer, frame = json_bytes(result.answer), cells_table(result)
    writers: dict[Path, Callable[[Path], object]] = {
        folder / "backtest.json": lambda path: path.write_bytes(answer),
        folder / "backtest.parquet": frame.write_parquet,
    }
    write_all(writers)
    return tuple(writers)
