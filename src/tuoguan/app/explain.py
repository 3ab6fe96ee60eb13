"""One product in one market: every option side by side, why the best is best, and where the answer turns."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tuoguan.app.decide import NOT_SOLD, Progress, cash_peak, evaluate_workspace
from tuoguan.app.workspace import Opened, open_workspace
from tuoguan.choose import Evaluated, Explanation, explain_group
from tuoguan.foundation.problems import Problem, Refused


@dataclass(frozen=True, slots=True)
class Side:
    """One option: row of ``Evaluated``, its money in minor units, its work and its service.

    ``mean_error_minor`` is the standard error of the mean profit.
    """

    row: int
    key: str
    mean_minor: int
    mean_error_minor: int
    p05_minor: int
    p95_minor: int
    hours_per_week: float
    cash_peak_minor: int
    units_sold: float
    fill_rate: float
    delivery_days: float
    late_rate: float
    return_rate: float
    assumed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """The options best first, and the reason for the first of them taken alone (no shared limits)."""

    opened: Opened
    evaluated: Evaluated
    sides: tuple[Side, ...]
    why: Explanation
    excluded: tuple[tuple[str, str, str], ...]  # contract, English, Chinese

    def as_json(self) -> dict[str, Any]:
        """The explanation as plain values."""
        why = asdict(self.why)
        why["bridge"] = {component.value: minor for component, minor in self.why.bridge}
        return {
            "currency": self.evaluated.groups.currency, "options": [asdict(side) for side in self.sides], "why": why,
            "excluded": [{"contract": contract, "why": en} for contract, en, _ in self.excluded],
        }  # fmt: skip


def explain(
    folder: Path, sku: str, market: str, *, seed: int = 1, paths: int | None = None, threads: int | None = None,
    progress: Progress | None = None,
) -> Explained:  # fmt: skip
    """The options of one product in one market. Refused when the product or the market is not in the workspace."""
    opened = open_workspace(folder)
    _known(opened, sku, market)
    evaluated = evaluate_workspace(
        opened, seed=seed, paths=paths, threads=threads, progress=progress, sku=sku, market=market
    )
    unsorted = (_side(evaluated, row) for row in evaluated.groups.rows(0))
    sides = tuple(sorted(unsorted, key=lambda side: (-side.mean_minor, side.row)))
    pick = sides[0].row if sides[0].mean_minor > 0 else NOT_SOLD
    why = explain_group(
        evaluated, opened.demand, 0, pick, deep=True, has_capacity=bool(opened.batch.seller.sites), threads=threads
    )
    excluded = tuple((item.contract, item.en, item.zh) for item in evaluated.groups.excluded)
    return Explained(opened, evaluated, sides, why, excluded)


def _known(opened: Opened, sku: str, market: str) -> None:
    problems = []
    skus = opened.batch.products.get_column("sku").to_list()
    if sku not in skus:
        near = [name for name in skus if name.casefold() == sku.casefold()] or skus[:3]
        fix = f"write a SKU of products, such as {', '.join(near[:3])}"
        problems.append(Problem("SKU", repr(sku), "a SKU of the workspace", fix, "unknown_sku"))
    if market not in opened.batch.seller.markets:
        fix = f"write one of {', '.join(opened.batch.seller.markets)}"
        problems.append(Problem("MARKET", repr(market), "a market of seller.toml", fix, "unknown_market"))
    if problems:
        raise Refused(problems)


def _side(evaluated: Evaluated, row: int) -> Side:
    outcomes, option = evaluated.outcomes, evaluated.groups.options[row]
    profit = outcomes.profit[row]
    p05, p95 = np.percentile(profit, [5, 95])
    return Side(
        row=row, key=option.key, mean_minor=round(float(profit.mean())),
        mean_error_minor=round(float(evaluated.error()[row])), p05_minor=round(float(p05)),
        p95_minor=round(float(p95)), hours_per_week=float(outcomes.hours[row].mean()),
        cash_peak_minor=cash_peak(evaluated, row), units_sold=float(outcomes.units_sold[row]),
        fill_rate=float(outcomes.fill_rate[row]), delivery_days=float(outcomes.delivery_days[row]),
        late_rate=float(outcomes.late_rate[row]), return_rate=float(outcomes.return_rate[row]), assumed=option.assumed,
    )  # fmt: skip
