"""The limits of a kept decision as a seller reads them: each over its weeks, with what one more unit is worth.

Hides that a season's limit is one limit per week. Keeps the invariant that units and names are those of the report.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tuoguan.app.decision_read import Read
from tuoguan.app.phrases import Language, phrase
from tuoguan.app.report_limits import BINDS_MIN
from tuoguan.choose import Capacity, Family, family_of, limit_name, limit_unit


@dataclass(frozen=True, slots=True)
class Week:
    """One week of a limit, in the unit a person buys; ``worth_minor`` of one unit more. Week 0: the whole horizon."""

    week: int
    used: float
    limit: float
    worth_minor: int


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit over all its weeks.

    worth_all_minor, worth_week_minor  of one unit more in every week, and in the week where it is worth most
    without_minor                      what the whole choice would earn more without the limit; None: not known
    binding                            weeks in which one more unit is worth something
    """

    kind: str
    subject: str
    at_least: bool
    weeks: tuple[Week, ...]
    worth_all_minor: int
    worth_week_minor: int
    without_minor: int | None
    binding: tuple[int, ...]

    @property
    def family(self) -> Family:
        """What it is a limit of."""
        return Family(self.kind, self.subject)

    @property
    def used_most(self) -> float:
        """The most that any week takes; of a least number the least."""
        used = [week.used for week in self.weeks]
        return min(used) if self.at_least else max(used)

    def name(self, language: Language) -> str:
        """Such as "room at 3PL-US"."""
        name = limit_name(self.family, language)
        return f"{phrase('at_least', language)} · {name}" if self.at_least else name

    def unit(self, currency: str, language: Language) -> str:
        """What one more of it is: an hour, a cubic meter, 1,000 of the currency."""
        return limit_unit(self.family, currency, language)[1]


def limits_of(read: Read) -> tuple[Limit, ...]:
    """All limits in the order of the decision."""
    told = {one["limit"]: one for one in read.head["worth"]}
    return tuple(
        _limit(family, found, told.get(" ".join(family).strip(), {}), read.currency)
        for family, found in _by_family(read.head["capacities"]).items()
    )


def limits_told(read: Read, capacities: Sequence[Mapping[str, Any]]) -> tuple[Limit, ...]:
    """The limits of another answer about the same decision (a what-if's); what lifting one would earn is not known."""
    known = {one["name"]: one for one in read.head["capacities"]}
    full = [{**known[one["name"]], **one} for one in capacities if one["name"] in known]
    return tuple(_limit(family, found, {}, read.currency) for family, found in _by_family(full).items())


Rows = list[tuple[int, Mapping[str, Any]]]


def _by_family(capacities: Sequence[Mapping[str, Any]]) -> dict[Family, Rows]:
    rows: dict[Family, Rows] = {}
    for one in capacities:
        capacity = Capacity(one["name"], one["kind"], one["limit"], one["unit"], one["at_least"])
        family, week = family_of(capacity)
        rows.setdefault(family, []).append((int(week or 0), one))
    return rows


def _limit(family: Family, rows: Rows, told: Mapping[str, Any], currency: str) -> Limit:
    scale = limit_unit(family, currency)[0]
    weeks = tuple(
        Week(week, one["used"] / scale, one["limit"] / scale, round(one["shadow_price"] * scale)) for week, one in rows
    )
    worth = [one["shadow_price"] * scale for _, one in rows]
    binding = tuple(week for (week, _), value in zip(rows, worth, strict=True) if value >= BINDS_MIN)
    return Limit(
        family.kind, family.subject, bool(rows[0][1]["at_least"]), weeks, round(sum(worth)), round(max(worth)),
        told.get("without_minor"), binding,
    )  # fmt: skip
