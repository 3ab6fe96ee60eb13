"""Limits as a seller reads them: how far each is used, what one more unit is worth, what other limits would earn.

Hides that a limit of a season is one limit per week. Keeps the invariant that a worth is said in units a person buys:
an hour, a thousand of cash, a cubic meter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuoguan.app.phrases import Language, phrase
from tuoguan.app.report import Grid, Part
from tuoguan.app.wording import money
from tuoguan.choose import Family, family_of, limit_name, limit_unit
from tuoguan.foundation.money import to_minor

if TYPE_CHECKING:
    from tuoguan.app.decide import Decision

BINDS_MIN = 0.5  # minor units: a worth that rounds to nought is none


@dataclass(frozen=True, slots=True)
class Series:
    """One limit over all its weeks, in the unit a person buys: ``scale`` limit units make one of it.

    freed  minor units: what the whole choice would earn more without the limit
    worth_all, worth_most  minor units: of one unit more in every week, and in the week where it is worth most
    weeks    those in which one more unit is worth something, from 1; nought stands for a limit without weeks
    """

    family: Family
    at_least: bool
    scale: float
    used: float
    limit: float
    worth_all: int
    worth_most: int
    weeks: tuple[int, ...]
    freed: int


def series_of(decision: "Decision") -> tuple[Series, ...]:
    """The limits of the portfolio, weeks taken together, in the order of the capacities."""
    rows_by_family: dict[Family, list[int]] = {}
    for index, limit in enumerate(decision.portfolio.capacities):
        rows_by_family.setdefault(family_of(limit)[0], []).append(index)
    freed = {cost.family: to_minor(cost.gain) for cost in decision.costs}
    return tuple(_series(decision, family, rows, freed.get(family, 0)) for family, rows in rows_by_family.items())


def _series(decision: "Decision", family: Family, rows: Sequence[int], freed: int) -> Series:
    portfolio = decision.portfolio
    limits = [portfolio.capacities[row] for row in rows]
    scale, _ = limit_unit(family, decision.evaluated.groups.currency)
    worth = [float(portfolio.shadow_price[row]) * scale for row in rows]
    weeks = tuple(_week(limit.name) for limit, value in zip(limits, worth, strict=True) if value >= BINDS_MIN)
    used = [float(portfolio.used[row]) for row in rows]
    return Series(
        family, limits[0].at_least, scale, (min if limits[0].at_least else max)(used) / scale,
        float(limits[0].limit) / scale, to_minor(sum(worth)), to_minor(max(worth)), weeks, freed,
    )  # fmt: skip


def _week(name: str) -> int:
    parts = name.rsplit(" week ", 1)
    return int(parts[1]) if len(parts) > 1 else 0


def limits_part(decision: "Decision", lang: Language) -> Part:
    """Use, limit and worth of every limit, and what lifting it altogether would earn."""
    found, currency = series_of(decision), decision.evaluated.groups.currency
    keys = ["limit", "used_peak", "limit_value", "unit_word", "worth_all", "worth_week", "binding_weeks", "freed"]
    rows = [
        (
            limit_words(one, lang), f"{one.used:,.1f}", f"{one.limit:,.1f}", unit_words(one, currency, lang),
            _worth(one.worth_all, currency), _worth(one.worth_most, currency), spans(one.weeks),
            _worth(one.freed, currency),
        )
        for one in found
    ]  # fmt: skip
    head = [phrase(key, lang) for key in keys]
    lead = phrase("shadow_lead" if any(one.worth_all for one in found) else "no_shadow", lang)
    return Part(phrase("shadow_prices", lang), Grid(head, rows, frozenset({1, 2, 4, 5, 7})), lead)


def _worth(minor: int, currency: str) -> str:
    return money(minor, currency) if minor else "–"


def limit_words(one: Series, lang: Language) -> str:
    """The limit's name, such as ``room at 3PL-US``, "at least" said where it is one."""
    name = limit_name(one.family, lang)
    return f"{phrase('at_least', lang)} · {name}" if one.at_least else name


def unit_words(one: Series, currency: str, lang: Language) -> str:
    """The unit of its worth, such as ``1,000 USD``."""
    return limit_unit(one.family, currency, lang)[1]


def spans(weeks: Sequence[int]) -> str:
    """Weeks as spans.

    >>> spans((1, 2, 3, 7, 9, 10))
    '1–3, 7, 9–10'
    """
    found: list[list[int]] = []
    for week in weeks:
        if found and week == found[-1][1] + 1:
            found[-1][1] = week
        else:
            found.append([week, week])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in found)


def frontier_part(decision: "Decision", lang: Language) -> Part:
    """Profit, risk, hours and cash of other attitudes and other hours; nothing where none were computed."""
    seller, currency = decision.opened.batch.seller, decision.evaluated.groups.currency
    rows = [
        (
            f"{point.risk_weight:g}" + (
                f" · {phrase('yours', lang)}"
                if (point.risk_weight, point.limit_share, point.cash_share) == (seller.risk.weight, 1.0, 1.0)
                else ""
            ),
            f"{point.limit_share:g}", f"{point.cash_share:g}", money(point.mean, currency),
            money(point.cvar, currency), f"{point.hours:,.1f}",
            money(point.cash, currency), str(point.sold),
        )
        for point in decision.frontier
    ]  # fmt: skip
    keys = (
        "risk_weight",
        "limit_share",
        "cash_share",
        "expected_profit",
        "worst_mark",
        "hours_peak",
        "cash_peak",
        "count",
    )
    grid = Grid([phrase(key, lang) for key in keys], rows, frozenset({1, 2, 3, 4, 5, 6, 7}))
    return Part(phrase("frontier_part", lang), grid, phrase("frontier_lead", lang) if rows else "")
