"""The six outputs of a decision: three Parquet tables, JSON, a workbook and the report. All appear, or none.

Keeps the invariant that equal decisions give equal bytes: no clock, no random names, no order of a set.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from tuoguan.app.decide import NOT_SOLD, Decision
from tuoguan.app.phrases import Language
from tuoguan.app.report import render_report
from tuoguan.app.report_limits import series_of
from tuoguan.app.report_view import report_view
from tuoguan.app.tables import alternatives_table, chosen_table, options_table
from tuoguan.app.wording import exclusions
from tuoguan.choose import Pilot, further
from tuoguan.foundation.days import iso
from tuoguan.foundation.ids import json_bytes
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.foundation.tables import write_all

SHEET_OPTIONS_PER_GROUP = 3
PILOTS_IN_JSON = 100
ROWS_TOGETHER = 8_192  # of a Parquet file, so that one product of a large catalogue is read without all the others


def write_decision(decision: Decision, folder: Path, language: Language = "en") -> tuple[Path, ...]:
    """The paths of the six files written into ``folder``."""
    chosen, options, beside = chosen_table(decision), options_table(decision), alternatives_table(decision)
    report = render_report(report_view(decision, chosen, options, language), language)
    answer = json_bytes(decision_json(decision))
    writers: dict[Path, Callable[[Path], object]] = {
        folder / "decision.parquet": partial(chosen.write_parquet, row_group_size=ROWS_TOGETHER),
        folder / "options.parquet": partial(options.write_parquet, row_group_size=ROWS_TOGETHER),
        folder / "reasons.parquet": partial(beside.write_parquet, row_group_size=ROWS_TOGETHER),
        folder / "decision.json": lambda path: path.write_bytes(answer),
        folder / "decision.xlsx": lambda path: write_workbook(decision, chosen, options, path),
        folder / "report.html": lambda path: path.write_text(report, encoding="utf-8"),
    }
    write_all(writers)
    return tuple(writers)


def decision_json(decision: Decision) -> dict[str, Any]:
    """The decision in numbers: objective, bound, gap, limits with their shadow prices, and what made it."""
    portfolio, groups = decision.portfolio, decision.evaluated.groups
    seller = decision.opened.batch.seller
    return {
        "schema": 1, "seller": seller.name, "currency": groups.currency,
        "currency_decimals": EXPONENT_BY_CURRENCY[groups.currency],
        "decide_on": iso(decision.opened.on), "horizon_days": groups.horizon_days,
        "seed": decision.seed, "paths": decision.evaluated.scenario.paths, "hashes": dict(decision.hashes),
        "objective_minor": round(portfolio.objective), "bound_minor": round(portfolio.bound),
        "gap": round(portfolio.gap, 9), "method": portfolio.method,
        "expected_profit_minor": round(portfolio.mean), "cvar_minor": round(portfolio.cvar),
        "risk": {"weight": seller.risk.weight, "level": seller.risk.level},
        "today_profit_minor": round(float(decision.profit(decision.today).mean())),
        "rule_of_thumb": {
            "says": "handed over" if decision.rule_is_handed_over else "kept",
            "expected_profit_minor": round(decision.rule.mean),
            "difference_minor": round(portfolio.mean - decision.rule.mean),
        },
        "counts": {
            "groups": groups.count, "options": int((~further(groups)).sum()),
            "policies_at_prices": int(further(groups).sum()), "policies_tried": decision.evaluated.searched,
            "settled": int(decision.evaluated.search.settled.sum()),
            "sold": int((portfolio.chosen != NOT_SOLD).sum()),
            "undecided": sum(why.undecided for why in decision.explanations),
            "turns_played": decision.reasons.played, "pilots": len(decision.reasons.pilots),
        },
        "chosen_by_way": dict(sorted(ways(decision).items())),
        "capacities": [
            {
                "name": limit.name, "kind": limit.kind, "unit": limit.unit, "limit": limit.limit,
                "at_least": limit.at_least,
                "used": round(float(portfolio.used[index]), 6),
                "shadow_price": round(float(portfolio.shadow_price[index]), 6),
            }
            for index, limit in enumerate(portfolio.capacities)
        ],
        "frontier": [
            {
                "risk_weight": point.risk_weight, "limit_share": point.limit_share, "cash_share": point.cash_share,
                "expected_profit_minor": round(point.mean), "cvar_minor": round(point.cvar),
                "hours": round(point.hours, 6), "cash_minor": round(point.cash), "sold": point.sold,
            }
            for point in decision.frontier
        ],
        "worth": [
            {
                "limit": " ".join(one.family).strip(), "kind": one.family.kind, "one_more": one.scale,
                "every_week_minor": one.worth_all, "dearest_week_minor": one.worth_most, "weeks": list(one.weeks),
                "without_minor": one.freed,
            }
            for one in series_of(decision)
        ],
        "pilots": [pilot_json(decision, pilot) for pilot in decision.reasons.pilots[:PILOTS_IN_JSON]],
        "exclusions": [
            {"contract": contract, "why": why, "products": count}
            for (contract, why), count in sorted(exclusions(decision).items())
        ],
        "rows": [
            {"file": count.file, "in": count.rows_in, "used": count.rows_used, "listed": count.rows_listed}
            for count in decision.opened.batch.counts
        ],
        "problems": [problem.as_json() for problem in decision.opened.batch.problems],
    }  # fmt: skip


def pilot_json(decision: Decision, pilot: Pilot) -> dict[str, Any]:
    """A pilot as plain values; money is minor units."""
    values = asdict(pilot)
    minor = {name: values.pop(name) for name in ("evpi", "evsi", "own_evsi", "stock", "forgone", "net")}
    values["option"] = decision.evaluated.groups.options[pilot.option].key
    return values | {f"{name}_minor": value for name, value in minor.items()}


def ways(decision: Decision) -> Counter[str]:
    """How many product x market pairs go each way, by platform/model of their listings."""
    options = decision.evaluated.groups.options
    return Counter(
        " + ".join(listing.contract.id.rsplit("/", 1)[0] for listing in options[int(row)].listings)
        if row != NOT_SOLD
        else "do_not_sell"
        for row in decision.portfolio.chosen
    )


def write_workbook(decision: Decision, chosen: pl.DataFrame, options: pl.DataFrame, path: Path) -> None:
    """A workbook with the choice, the best options of each product, the limits and what was read."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True})
    # A fixed date, so that equal decisions are equal files.
    book.set_properties({"title": "tuoguan", "created": datetime(2000, 1, 1)})
    decimals = EXPONENT_BY_CURRENCY[decision.evaluated.groups.currency]
    summary = [(name, _cell(value)) for name, value in decision_json(decision).items() if not isinstance(value, list)]
    _sheet(book, "summary", pl.DataFrame(summary, schema=["name", "value"], orient="row"), decimals)
    _sheet(book, "decision", chosen, decimals)
    best = options.sort("sku", "market", "mean_minor", descending=[False, False, True])
    top = best.group_by("sku", "market", maintain_order=True).head(SHEET_OPTIONS_PER_GROUP)
    _sheet(book, "best options", top.select(options.columns), decimals)
    _sheet(book, "limits", pl.DataFrame(decision_json(decision)["capacities"]), decimals)
    found = [pilot_json(decision, pilot) for pilot in decision.reasons.pilots]
    _sheet(book, "pilots", pl.DataFrame(found), decimals)
    _sheet(book, "problems", pl.DataFrame(decision_json(decision)["problems"]), decimals)
    book.close()


def _sheet(book: Any, name: str, frame: pl.DataFrame, decimals: int) -> None:
    """One sheet; columns of minor units are shown in major units, so that a person reads money."""
    sheet = book.add_worksheet(name)
    digits = "." + "0" * decimals if decimals else ""
    bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0" + digits})
    factor = 10**decimals
    for column, title in enumerate(frame.columns):
        is_money = title.endswith("_minor")
        sheet.write_string(0, column, title.removesuffix("_minor"), bold)
        for row, value in enumerate(frame.get_column(title), start=1):
            if value is None:
                continue
            if is_money:
                sheet.write_number(row, column, value / factor, money)
            elif isinstance(value, bool):
                sheet.write_boolean(row, column, value)
            elif isinstance(value, int | float):
                sheet.write_number(row, column, value)
            else:
                sheet.write_string(row, column, str(value))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(frame.height, 1), max(frame.width - 1, 0))


def _cell(value: object) -> str:
    return value if isinstance(value, str) else json_bytes(value).decode()
