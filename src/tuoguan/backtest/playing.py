"""One cell of the grid played: what everybody decides with what was known, and what it really brought.

Hides the order of decision, replay and hindsight. Keeps three invariants: all ways to decide see the same options, the
same forecast and the same limits; nothing that was decided has seen a replayed day, but for the clairvoyant's; and all
profits are means over the same replayed paths.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import msgspec
import numpy as np

from tuoguan.backtest.baselines import greedy
from tuoguan.backtest.cells import FULL, OTHER, SEMI, Cell, pinned, side_of
from tuoguan.backtest.history import PAST_DAYS, Real, narrow, rolling_mean
from tuoguan.backtest.rules import RULES, restocked
from tuoguan.choose import Effort, Evaluated, choose, evaluate, study_of
from tuoguan.demand import Demand
from tuoguan.foundation.arrays import Flags, Floats, Ints
from tuoguan.foundation.ids import address
from tuoguan.foundation.money import parse_minor
from tuoguan.intake import Seller
from tuoguan.simulate import Candidates, Option, Outcomes, Scenario, compare, run

LEAN = Effort(tune=((8, 3, 0.25), (16, 2, 0.15), (32, 1, 0.0)), looks=(32,), pairs=0, whole=True)
REPLAYS = 10  # seeds of leads, returns and terms that stay open
PATHS = 64
SOLVER_SECONDS = 600.0  # it ends after a number of nodes long before; a clock would change answers
SMOOTH_DAYS = 28
NOT_SOLD = -1
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Setting:
    """What all cells of one day share. ``last_by_group`` is the contract chosen on the day before, "" where none."""

    real: Real
    seller: Seller
    cover_days: int
    seed: int
    threads: int | None
    last_by_group: tuple[str, ...]
    replays: int = REPLAYS
    paths: int = PATHS


@dataclass(frozen=True, slots=True)
class Played:
    """What every way to decide brought in one cell.

    profit   by way: [group] as in `Brought`; ways without an answer are absent
    share    by way: as in `Brought`
    side     [group] of our choice, "" for not selling
    chosen   by way that chooses: [group] key of the option, "" for not selling
    cold     by way: the same for products that had never sold in their market, decided apart under the same limits
    """

    cell: Cell
    profit: Mapping[str, Floats]
    share: Mapping[str, float]
    chosen: Mapping[str, tuple[str, ...]]
    side: tuple[str, ...]
    cold: Mapping[str, float]


def play_cell(setting: Setting, cell: Cell) -> Played:
    """Everybody's decision in the cell, replayed on what really happened."""
    groups = pinned(setting.real.groups, cell)
    evaluated = evaluate(
        groups, setting.real.demand, paths=setting.paths, seed=setting.seed, threads=setting.threads, effort=LEAN
    )
    here = replay_scenario(setting, evaluated)
    outcomes = run(here, setting.real.demand, threads=setting.threads)
    mean = np.asarray(outcomes.profit.mean(axis=1))
    picks = decisions(setting, evaluated)
    best = hindsight(setting, evaluated, here, mean)
    found = {way: brought(outcomes, rows, setting.seller) for way, rows in picks.items()}
    found |= _rules(setting, here, picks["ours"])
    seen = _clairvoyant(setting, best, picks["ours"])
    found |= {way: brought(best.outcomes, rows, setting.seller) for way, rows in seen.items()}
    keys = np.array([*(option.key for option in evaluated.groups.options), ""], dtype=object)
    sides = np.array([*(str(side_of(option)) for option in evaluated.groups.options), ""], dtype=object)
    return Played(
        cell, {way: one.profit for way, one in found.items()}, {way: one.share for way, one in found.items()},
        {way: tuple(keys[rows].tolist()) for way, rows in picks.items()}, tuple(sides[picks["ours"]].tolist()),
        _cold(setting, evaluated, outcomes),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Brought:
    """profit [group], minor, mean over the replayed paths; ``share`` of it that cash and hours really had room for."""

    profit: Floats
    share: float


def brought(outcomes: Outcomes, rows: Ints, seller: Seller) -> Brought:
    """What the chosen rows really bring, nought where nothing is sold.

    What needs more cash or hours in some week than the seller has runs at the share that fits, all of it alike: nobody
    earns with money that is not there, whatever was planned.
    """
    sold = rows[rows >= 0]
    profit = np.append(outcomes.profit.mean(axis=1), 0.0)[rows]
    if not len(sold):
        return Brought(profit, 1.0)
    cash = float(-outcomes.cash_low[sold].sum(axis=0).min())
    hours = float(outcomes.hours[sold].sum(axis=0).max())
    limit = float(parse_minor(seller.limits.cash, seller.currency))
    share = min(1.0, limit / max(cash, 1.0), seller.limits.hours_per_week / max(hours, 1e-9))
    return Brought(profit * share, share)


def replay_scenario(setting: Setting, evaluated: Evaluated) -> Scenario:
    """The same options on real days, on luck that neither search nor decision has seen."""
    return replace(
        evaluated.scenario, paths=setting.replays, seed=address(f"replay of {setting.seed}"), antithetic=False,
        actual=setting.real.actual,
    )  # fmt: skip


def decisions(setting: Setting, evaluated: Evaluated) -> dict[str, Ints]:
    """[group] rows that each way chooses; products that never sold are left to `_cold`."""
    warm = ~setting.real.cold[evaluated.groups.group_of()]
    side = np.array([side_of(option) for option in evaluated.groups.options], dtype=object)
    full, semi = side == FULL, side == SEMI
    found = {
        "ours": _choose(setting, evaluated, warm & (full | semi)),
        "all_full": _choose(setting, evaluated, warm & full),
        "all_semi": _choose(setting, evaluated, warm & semi),
    }
    found["rule_of_thumb"] = found["all_semi" if setting.seller.sites else "all_full"]
    daily = rolling_mean(setting.real.past, setting.real.actual[:, :1], PAST_DAYS)[:, 0]
    spent = greedy(evaluated, setting.seller, daily)
    found["greedy"] = np.where(setting.real.cold, NOT_SOLD, spent)
    same = _same_model(setting, evaluated)
    if same.any():
        found["last_model"] = _choose(setting, evaluated, warm & same)
    return found


def _choose(setting: Setting, evaluated: Evaluated, allowed: Flags) -> Ints:
    """[group] the best portfolio of the allowed options under the seller's limits; no option, no sale."""
    if not (allowed & (evaluated.mean() > 0)).any():
        return np.full(evaluated.groups.count, NOT_SOLD, np.int64)
    return choose(study_of(evaluated), setting.seller, allowed=allowed, time_limit=SOLVER_SECONDS).chosen


def _same_model(setting: Setting, evaluated: Evaluated) -> Flags:
    """[option] True where it is under the contract that was chosen last, or under today's where nothing was."""
    groups, owner = evaluated.groups, evaluated.groups.group_of()
    last = [before or today for before, today in zip(setting.last_by_group, groups.today, strict=True)]
    ids = [option.listings[0].contract.id for option in groups.options]
    return np.array([one == last[group] for one, group in zip(ids, owner, strict=True)], dtype=np.bool_)


def _rules(setting: Setting, here: Scenario, rows: Ints) -> dict[str, Brought]:
    """Our models restocked by each rule in use."""
    groups = np.flatnonzero(rows >= 0)
    found = {f"rule_{rule.name}": Brought(np.zeros(len(rows)), 1.0) for rule in RULES}
    if not len(groups):
        return found
    options = tuple(replace(here.options[row], series=at) for at, row in enumerate(rows[groups]))
    ours = replace(here, options=options, actual=setting.real.actual[groups])
    demand, past = narrow(setting.real.demand, groups), setting.real.past[groups]
    for rule in RULES:
        outcomes = restocked(rule, ours, demand, past, setting.threads)
        own = np.full(len(rows), NOT_SOLD, np.int64)
        own[groups] = np.arange(len(groups))
        found[f"rule_{rule.name}"] = brought(outcomes, own, setting.seller)
    return found


def hindsight(setting: Setting, evaluated: Evaluated, here: Scenario, mean: Floats) -> Evaluated:
    """The options with the best policy found on the real days, or our own where that is better, on the real days.

    The search is ours, told the real days: it tunes on other seeds of leads than those it is judged on.
    """
    real = setting.real

    def on_real_days(
        scenario: Scenario, demand: Demand, candidates: Candidates, *, first_path: int = 0, paths: int,
        threads: int | None = None,
    ) -> Ints:  # fmt: skip
        known = replace(scenario, actual=real.actual)
        return compare(known, demand, candidates, first_path=first_path, paths=paths, threads=threads)

    seer = _seen(real.demand, real.actual)
    found = evaluate(
        evaluated.groups, seer, paths=1, seed=setting.seed, threads=setting.threads, effort=LEAN, compare=on_real_days
    )
    other = run(replace(here, options=found.groups.options), seer, threads=setting.threads)
    ours = run(here, real.demand, threads=setting.threads)
    better = np.asarray(other.profit.mean(axis=1) > mean)
    pairs = zip(here.options, found.groups.options, better, strict=True)
    options = tuple(two if wins else one for one, two, wins in pairs)
    return Evaluated(
        replace(evaluated.groups, options=options), replace(here, options=options), either(ours, other, better),
        evaluated.search,
    )  # fmt: skip


def either(one: Outcomes, two: Outcomes, second: Flags) -> Outcomes:
    """Outcomes option by option from ``two`` where ``second`` [option], else from ``one``; errors are dropped."""
    mixed: dict[str, Any] = {
        name.name: np.where(second.reshape(-1, *[1] * (value.ndim - 1)), getattr(two, name.name), value)
        for name in fields(Outcomes)
        if isinstance(value := getattr(one, name.name), np.ndarray)
    }
    return Outcomes(**mixed)


def _seen(demand: Demand, actual: Ints) -> Demand:
    """The demand as it will be: its level, and its course over weeks as every series' own season."""
    width = min(SMOOTH_DAYS, actual.shape[1])
    level = actual.mean(axis=1)
    kernel = np.ones(width)
    days = np.convolve(np.ones(actual.shape[1]), kernel, "same")
    smooth = np.array([np.convolve(row, kernel, "same") / days for row in actual])
    season = np.clip(smooth / np.maximum(level, 1e-9)[:, None], 0.05, None)
    return replace(
        demand, level_mean=np.asarray(level), level_shape=np.full(len(level), 1e9), season=season,
        profile=np.arange(len(level)),
    )  # fmt: skip


def _clairvoyant(setting: Setting, best: Evaluated, ours: Ints) -> dict[str, Ints]:
    """[group] rows of the best portfolio in hindsight, and of the best one that keeps to our models."""
    risk_free = _without_risk(setting)
    warm = ~setting.real.cold[best.groups.group_of()]
    picked = np.array([*(option.key for option in best.groups.options), ""], dtype=object)[ours]
    key = np.array([option.key for option in best.groups.options], dtype=object)
    same = key == picked[best.groups.group_of()]
    kept = _choose(risk_free, best, warm & same)
    return {"clairvoyant": _choose(risk_free, best, warm & _of_the_sides(best.groups.options)), "our_models": kept}


def _of_the_sides(options: tuple[Option, ...]) -> Flags:
    return np.array([side_of(option) != OTHER for option in options], dtype=np.bool_)


def _without_risk(setting: Setting) -> Setting:
    """Who knows the demand has no use for caution."""
    risk = msgspec.structs.replace(setting.seller.risk, weight=0.0)
    return replace(setting, seller=msgspec.structs.replace(setting.seller, risk=risk))


def _cold(setting: Setting, evaluated: Evaluated, outcomes: Outcomes) -> dict[str, float]:
    """What products that never sold in their market brought, chosen apart under the same limits."""
    cold = setting.real.cold[evaluated.groups.group_of()]
    side = np.array([side_of(option) for option in evaluated.groups.options], dtype=object)
    allowed = {"ours": side != OTHER, "all_full": side == FULL, "all_semi": side == SEMI}
    return {
        way: float(brought(outcomes, _choose(setting, evaluated, cold & flags), setting.seller).profit.sum())
        for way, flags in allowed.items()
    }
