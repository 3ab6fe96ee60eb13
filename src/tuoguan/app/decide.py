"""The main job: a workspace in, one way of selling per product and market out, with its proof and its reasons.

Straight line: open, list options, find their policies, choose under the shared limits, explain. Keeps the invariant
that the same inputs and the same seed give the same decision on any number of threads.
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tuoguan.app.clashes import choose_by_rule, choose_or_refuse, require_known
from tuoguan.app.workspace import Opened, open_workspace
from tuoguan.choose import (
    Evaluated,
    Explanation,
    LimitCost,
    Point,
    Portfolio,
    Reasons,
    Study,
    cost_of_limits,
    enumerate_options,
    evaluate,
    explain_group,
    frontier,
    reasons_of,
    retune,
    study_of,
    switched,
)
from tuoguan.foundation.ids import content_hash, json_bytes
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.intake import Seller

Progress = Callable[[str, int, int], None]
NOT_SOLD = -1
FRONTIER_OPTIONS_MAX = 5_000
FRONTIER_SECONDS = 10.0  # of a point; most end long before, by their number of nodes
OTHER_SHARES = (0.5, 1.5, 2.0)  # of today's hours, and of today's cash


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer. ``explanations[g]`` and ``portfolio.chosen[g]`` speak of group ``g`` of ``evaluated.groups``.

    ``today[g]`` is the row of today's way of selling (its best policy), -1 where it is unknown or no longer open.
    ``rule`` is the best portfolio that follows the rule of thumb under the same limits. ``frontier`` holds other
    attitudes to risk, those that another beats in both mean and tail left out, and other hours and cash; empty for a
    large catalogue. ``costs``: what lifting each limit would earn.
    """

    opened: Opened
    evaluated: Evaluated
    study: Study
    portfolio: Portfolio
    explanations: tuple[Explanation, ...]
    reasons: Reasons
    today: npt.NDArray[np.int64]
    rule: Portfolio
    rule_is_handed_over: bool
    frontier: tuple[Point, ...]
    costs: tuple[LimitCost, ...]
    seed: int
    hashes: Mapping[str, str]

    def profit(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Profit by path of a set of chosen rows together, minor units; nought where nothing is sold."""
        return np.asarray(self.evaluated.outcomes.profit[rows[rows >= 0]].sum(axis=0))

    def gain(self, group: int) -> npt.NDArray[np.int64]:
        """Profit by path of the pick less today's way (or less not selling, where today is unknown)."""
        pick, today = int(self.portfolio.chosen[group]), int(self.today[group])
        nought = np.zeros(self.evaluated.scenario.paths, dtype=np.int64)
        profit = self.evaluated.outcomes.profit
        return np.asarray((profit[pick] if pick >= 0 else nought) - (profit[today] if today >= 0 else nought))


def decide(
    folder: Path,
    *,
    seed: int = 1,
    paths: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    keep: Path | None = None,
) -> Decision:
    """The decision for a workspace; ``paths`` None takes as many futures as the catalogue's size leaves time for.

    ``keep`` is a folder where a search that is stopped leaves what it has found, for the next run with the same inputs,
    contracts, code and seed to go on from; `forget` removes it. Refused with every problem when the workspace's files
    cannot be used.
    """
    tell = progress or _silent
    tell("read", 0, 1)
    opened = open_workspace(Path(folder))
    seller = opened.batch.seller
    first = evaluate_workspace(opened, seed=seed, paths=paths, threads=threads, progress=tell, keep=keep)
    tell("choose", 0, 1)
    again = retune(
        first, opened.demand, seller, portfolio=choose_or_refuse(study_of(first), seller), threads=threads,
        progress=tell, keep=kept_at(opened, keep),
    )  # fmt: skip
    evaluated, portfolio, study = again.evaluated, again.portfolio, study_of(again.evaluated)
    has_capacity = bool(seller.sites)
    tell("reasons", 0, 1)
    explanations = tuple(
        explain_group(evaluated, opened.demand, group, int(pick), has_capacity=has_capacity)
        for group, pick in enumerate(portfolio.chosen)
    )
    reasons = reasons_of(evaluated, opened.demand, explanations, threads=threads)
    tell("limits", 0, 1)
    return Decision(
        opened=opened, evaluated=evaluated, study=study, portfolio=portfolio, explanations=explanations,
        reasons=reasons, today=today_rows(evaluated),
        rule=choose_by_rule(study, seller, study.handed_over == (not has_capacity)),
        rule_is_handed_over=not has_capacity,
        frontier=attitudes(study, seller, portfolio) if len(first.groups.options) <= FRONTIER_OPTIONS_MAX else (),
        costs=cost_of_limits(study, seller, portfolio), seed=seed, hashes=opened.hashes(),
    )  # fmt: skip


def evaluate_workspace(
    opened: Opened, *, seed: int, paths: int | None, threads: int | None, progress: Progress | None,
    sku: str | None = None, market: str | None = None, keep: Path | None = None,
) -> Evaluated:  # fmt: skip
    """Every option of the workspace (or of one product and market) with its best policy."""
    demand = opened.demand
    require_known(opened.batch.seller, opened.library.ids())
    groups = enumerate_options(opened.batch, opened.library, demand, on=opened.on, fx=opened.fx)
    if sku is not None and market is not None:
        groups = groups.only(sku, market)
    if not groups.options:
        raise Refused(_nothing_left(groups.excluded))
    paths = paths or paths_for(len(groups.options))
    found = evaluate(
        groups, demand, paths=paths, seed=seed, threads=threads, progress=progress, keep=kept_at(opened, keep)
    )  # fmt: skip
    return switched(found, opened.batch.seller)


def kept_at(opened: Opened, keep: Path | None) -> Path | None:
    """The folder in ``keep`` for what searches of this workspace find, named after all that could change it."""
    return None if keep is None else keep / content_hash(json_bytes(dict(opened.hashes())))


def forget(keep: Path) -> None:
    """Removes what a search left in the folder, once its answer is written."""
    shutil.rmtree(keep, ignore_errors=True)


def attitudes(study: Study, seller: Seller, start: Portfolio) -> tuple[Point, ...]:
    """Portfolios from "mean only" to "worst outcomes only", undominated ones, then with other hours and other cash."""
    points = frontier(
        study, seller, hours_shares=OTHER_SHARES, cash_shares=OTHER_SHARES, start=start, time_limit=FRONTIER_SECONDS
    )  # fmt: skip
    today = [one for one in points if one.limit_share == one.cash_share == 1.0]
    return tuple(
        one for one in points
        if one not in today or not any(other.mean >= one.mean and other.cvar > one.cvar for other in today)
    )  # fmt: skip


def paths_for(options: int) -> int:
    """Futures to play: 200 put twenty in the worst tenth; a large catalogue spreads its risk over products instead."""
    return 200 if options <= 5_000 else 100 if options <= 20_000 else 64


def cash_peak(evaluated: Evaluated, row: int) -> int:
    """The most cash an option ties up in any week (its low path), minor units, never negative; 0 for not selling."""
    return max(0, -int(evaluated.outcomes.cash_low[row].min())) if row != NOT_SOLD else 0


def today_rows(evaluated: Evaluated) -> npt.NDArray[np.int64]:
    """For every group the best single listing under today's contract, -1 when there is none."""
    groups, mean = evaluated.groups, evaluated.mean()
    found = np.full(groups.count, NOT_SOLD, dtype=np.int64)
    for group in range(groups.count):
        same = [
            row for row in groups.rows(group)
            if [listing.contract.id for listing in groups.options[row].listings] == [groups.today[group]]
        ]  # fmt: skip
        if same:
            found[group] = max(same, key=lambda row: (mean[row], -row))
    return found


def _nothing_left(excluded: tuple[object, ...]) -> list[Problem]:
    """Why there is no option at all, one problem per distinct reason."""
    by_reason: dict[tuple[str, str], int] = {}
    for item in excluded:
        key = (str(getattr(item, "contract", "")), str(getattr(item, "en", "")))
        by_reason[key] = by_reason.get(key, 0) + 1
    fix = "look at markets, contracts, keep and decide_on in seller.toml, or at the product's data"
    expected = "at least one way to sell at least one product"
    return [
        Problem(f"decide: {contract or 'workspace'}", reason or "no product in a known market", expected, fix,
                "no_option", row_count=count)
        for (contract, reason), count in sorted(by_reason.items())
    ] or [Problem("decide", "no product with a market", expected, fix, "no_option")]  # fmt: skip


def _silent(stage: str, done: int, total: int) -> None:
    """Says nothing."""


__all__ = ["Decision", "Opened", "decide", "evaluate_workspace", "forget", "today_rows"]
