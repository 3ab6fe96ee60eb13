"""One product in one market: every option side by side, why the best is best, and where the answer turns."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tuoguan.app.decide import NOT_SOLD, Progress, cash_peak, evaluate_workspace
from tuoguan.app.phrases import Language, phrase
from tuoguan.app.workspace import Opened, open_workspace
from tuoguan.choose import (
    Answer,
    Comparisons,
    Evaluated,
    Explanation,
    Quantity,
    answers_of,
    comparisons,
    explain_group,
    pros_of,
    sentence,
    titles,
)
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
    """The options best first, and the reason for the first of them taken alone (no shared limits).

    ``beside`` compares it with every other way; ``answers`` are what to say in a price review.
    """

    opened: Opened
    evaluated: Evaluated
    sides: tuple[Side, ...]
    why: Explanation
    beside: Comparisons
    answers: tuple[Answer, ...]
    excluded: tuple[tuple[str, str, str], ...]  # contract, English, Chinese

    def as_json(self) -> dict[str, Any]:
        """The explanation as plain values."""
        why = asdict(self.why)
        why["bridge"] = {component.value: minor for component, minor in self.why.bridge}
        return {
            "currency": self.evaluated.groups.currency, "options": [asdict(side) for side in self.sides], "why": why,
            "beside": [self._beside(row) for row in range(len(self.beside.other))],
            "price_review": [asdict(answer) for answer in self.answers],
            "excluded": [{"contract": contract, "why": en} for contract, en, _ in self.excluded],
        }  # fmt: skip

    def _beside(self, row: int) -> dict[str, Any]:
        """One alternative: its values and the pick's, None where they have no meaning, and which differences matter."""
        found, other = self.beside, int(self.beside.other[row])
        values = zip(
            Quantity, found.pick_values[row].tolist(), found.other_values[row].tolist(), found.error[row].tolist(),
            found.verdict_of(row).tolist(), strict=True,
        )  # fmt: skip
        key = self.evaluated.groups.options[other].key if other != NOT_SOLD else "do_not_sell"
        return {"alternative": key, "en": self.sentence(row, "en"), "zh": self.sentence(row, "zh")} | {
            quantity.value: {
                name: value if np.isfinite(value) else None
                for name, value in (("pick", pick), ("other", rival), ("error", error), ("verdict", verdict))
            }
            for quantity, pick, rival, error, verdict in values
        }

    def sentence(self, row: int, lang: Language) -> str:
        """What speaks for the pick and against it beside one alternative."""
        other = int(self.beside.other[row])
        option = self.evaluated.groups.options[other] if other != NOT_SOLD else None
        name = titles(option, lang) or phrase("not_selling", lang)
        return sentence(pros_of(self.evaluated, self.beside, row, lang), name, lang)


def price_review(evaluated: Evaluated, why: Explanation) -> tuple[Answer, ...]:
    """What to answer in a price review, from the supply price at which the answer turns; empty where there is none."""
    flip = next((one for one in why.flips if one.term == "supply price" and one.at is not None), None)
    if flip is None or flip.at is None or why.lowest_supply_minor is None or flip.now == flip.at:
        return ()
    return answers_of(evaluated, why, float(why.lowest_supply_minor), why.gain / (flip.now - flip.at))


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
    beside = comparisons(evaluated, np.array([pick], np.int64))
    return Explained(opened, evaluated, sides, why, beside, price_review(evaluated, why), excluded)


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
