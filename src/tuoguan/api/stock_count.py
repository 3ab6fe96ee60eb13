"""Counts of stock: looked at beside what the ledger believes, then recorded.

Keeps the invariant that what is recorded is what was looked at: the look's ETag comes back as If-Match.
"""

from typing import Literal

from fastapi import Depends, Query, Response
from pydantic import BaseModel, Field

from tuoguan.api.asking import Caller, asking
from tuoguan.api.etags import IfMatch, required, tag
from tuoguan.api.routing import keyed_router
from tuoguan.app.counting import UNITS_MAX, Count, prepare, record
from tuoguan.foundation.days import Day, iso, parse_day
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.site import Right

routes = keyed_router()
MOST_LINES = 10_000
DAY_SECONDS = 86_400


class CountedLine(BaseModel):
    """Units of a SKU as they were counted."""

    model_config = {"extra": "forbid"}

    sku: str = Field(min_length=1, max_length=160)
    units: int = Field(ge=0, le=UNITS_MAX, strict=True, examples=[48])
    account: Literal["at", "quarantined"] = Field("at", description="Fit for sale at the place, or set aside there.")


class NewCount(BaseModel):
    """What was counted at a place at the end of a day."""

    model_config = {"extra": "forbid"}

    place: str = Field(min_length=1, max_length=160, examples=["ny"])
    counted_on: str = Field(max_length=10, examples=["2026-11-22"])
    lines: list[CountedLine] = Field(min_length=1, max_length=MOST_LINES)


class CountLineShown(BaseModel):
    """A SKU as the ledger had it at the end of the day, and as it was counted."""

    sku: str
    account: str
    believed: int
    counted: int
    difference: int = Field(description="Units found (above nought) or missing.")


class CountShown(BaseModel):
    """A count; ``position`` is where it stands in the ledger, null for one that was looked at."""

    place: str
    counted_on: str
    lines: list[CountLineShown]
    position: int | None


@routes.post("/stock/counts", tags=["stock"], summary="Count stock", operation_id="count_stock")
def count(
    body: NewCount,
    response: Response,
    preview: bool = Query(False, description="Look at the differences; nothing is recorded."),
    if_match: str | None = IfMatch,
    caller: Caller = Depends(asking(Right.HANDLE)),
) -> CountShown:
    """The count, durable: the ledger then has what was counted. Looked at first (`preview=true`): the look's ETag comes
    back as If-Match, so that it is refused with 412 when stock moved meanwhile; `*` records it whatever it differs by.
    """
    found = prepare(caller.work, body.place, _day(body.counted_on), _counted(body.lines), caller.now // DAY_SECONDS)
    response.headers["ETag"] = tag(found.seen)
    if preview:
        return _shown(found, None)
    seen = required(if_match, found.seen)
    return _shown(found, record(caller.work, found, actor=caller.signed.name, seen=seen))


def _counted(lines: list[CountedLine]) -> dict[tuple[str, str], int]:
    """Units by (account's word, SKU). Refused for a SKU that stands there twice."""
    found: dict[tuple[str, str], int] = {(line.account, line.sku): line.units for line in lines}
    if len(found) < len(lines):
        fix = "add its units up, and send it once"
        raise Refused([Problem("lines", "a SKU that was counted twice", "each SKU once", fix, "bad_quantity")])
    return found


def _day(text: str) -> Day:
    try:
        return parse_day(text)
    except ValueError:
        raise Refused([Problem("counted_on", repr(text), "a day", "write it as 2026-11-22", "bad_date")]) from None


def _shown(count: Count, position: int | None) -> CountShown:
    lines = [
        CountLineShown(sku=one.sku, account=one.account, believed=one.believed, counted=one.counted,
                       difference=one.difference)
        for one in count.lines
    ]  # fmt: skip
    return CountShown(place=count.place, counted_on=iso(count.day), lines=lines, position=position)
