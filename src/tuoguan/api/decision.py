"""The decision: as a whole, product by product, its limits and its frontier; what-if; and the plan's tables."""

from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, Field

from tuoguan.api.asking import Caller, asking
from tuoguan.api.etags import tag
from tuoguan.api.paging import After, Limit, Page, paged
from tuoguan.api.routing import keyed_router
from tuoguan.api.shapes import shape, told
from tuoguan.api.tables import Form, table_answer
from tuoguan.app.contracts import parse_on
from tuoguan.app.decision_fresh import freshness
from tuoguan.app.decision_groups import Group, Wanted, filtered, group_of, groups_page
from tuoguan.app.decision_limits import Limit as LimitOfChoice
from tuoguan.app.decision_limits import limits_of
from tuoguan.app.decision_product import Market, market_of
from tuoguan.app.decision_read import FOLDER, Chosen, Read, Whole, chosen_of, read_decision, whole_of
from tuoguan.app.decision_worker import ask
from tuoguan.app.plan import TABLES
from tuoguan.app.whatif_asked import Asked
from tuoguan.foundation.days import iso
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.site import Right

routes = keyed_router()
DAY_SECONDS = 86_400
Name = Annotated[str, Field(max_length=200)]


class DecisionShown(BaseModel):
    """The decision that is kept: what it earns, what was chosen, and whether it still stands for what is there."""

    seller: str
    currency: str
    decide_on: str
    seed: int
    is_fresh: bool
    changed: list[str] = Field(description="What is other than when it was made: inputs, contracts, code.")
    days_old: int
    whole: Whole
    chosen: list[Chosen]
    hashes: dict[str, str]


class FrontierPoint(BaseModel):
    """One answer of many: with more or less weight on the worst futures, or less of a limit."""

    risk_weight: float
    limit_share: float
    cash_share: float
    expected_profit_minor: int
    cvar_minor: int
    hours: float
    cash_minor: int
    sold: int


LimitShown = shape(LimitOfChoice, "LimitShown")
MarketShown = shape(Market, "ProductInMarket")


class WhatIfAsked(BaseModel):
    """What is to be other than it was; what is left out stays. Amounts are decimal text, or `x1.5`: so many times."""

    model_config = {"extra": "forbid"}

    cash: Name | None = Field(None, examples=["x1.5"])
    hours: Name | None = Field(None, examples=["40"])
    space: Name | None = Field(None, examples=["x1.2"], description="Of the room at your sites.")
    risk_weight: float | None = Field(None, ge=0, le=1, strict=True)
    risk_level: float | None = Field(None, ge=0, lt=1, strict=True)
    without: list[Name] = Field(
        [], max_length=50, description="Contracts, or their beginnings, that may not be chosen."
    )
    only: list[Name] = Field([], max_length=50, description="Contracts, or their beginnings, that alone may be chosen.")
    terms: list[Name] = Field([], max_length=50, examples=[["freight:sea=x1.5"]], description="Terms that change.")
    contracts_on: str | None = Field(None, max_length=10, examples=["2027-01-01"])


class WhatIfAnswer(BaseModel):
    """The choice again beside the decision's; money in minor units of ``currency``."""

    model_config = {"extra": "allow"}

    currency: str
    before: dict[str, Any]
    after: dict[str, Any]
    moved: list[dict[str, Any]]
    moved_count: int
    options: dict[str, int]


class PlanRow(BaseModel):
    """A row of a table of the plan, with that table's columns."""

    model_config = {"extra": "allow"}


@routes.get("/decision", tags=["decision"], summary="The decision as a whole", operation_id="decision")
def decision(response: Response, caller: Caller = Depends(asking())) -> DecisionShown:
    """What was chosen, what it earns in the mean and in the worst futures, and its proven gap.

    Its ETag is what a job of the kind `accept` takes as If-Match.
    """
    read = _read(caller)
    response.headers["ETag"] = tag(read.stamp)
    fresh = freshness(caller.place.folder, read.hashes, read.on, caller.now // DAY_SECONDS)
    return DecisionShown(
        seller=read.head["seller"], currency=read.currency, decide_on=iso(read.on), seed=read.head["seed"],
        is_fresh=fresh.is_fresh, changed=list(fresh.changed), days_old=fresh.days, whole=whole_of(read),
        chosen=list(chosen_of(read)), hashes=dict(read.hashes),
    )  # fmt: skip


def wanted(
    market: str = Query("", max_length=20),
    way: str = Query("", max_length=200, description="platform/model, or none"),
    find: str = Query("", max_length=200, description="Part of a SKU or name."),
    state: Literal["", "sold", "left", "undecided", "moves"] = Query(""),
    sort: Annotated[str, Query(max_length=20, pattern=r"^-?[a-z_]+$")] = "-gain",
) -> Wanted:
    """Which products x markets to show, in which order."""
    return Wanted(market, way, find, state, sort)


@routes.get("/decision/groups", tags=["decision"], summary="Products by market", operation_id="decision_groups")
def groups(
    request: Request,
    response: Response,
    limit: int = Limit,
    after: str | None = After,
    asked: Wanted = Depends(wanted),
    caller: Caller = Depends(asking()),
) -> Page[Group]:
    """The pick for each product in each market, what it earns, and how sure that is."""
    page = Wanted(asked.market, asked.way, asked.find, asked.state, asked.sort, after or "", limit)
    found, mark, _ = groups_page(_read(caller), page)
    return paged(request, response, list(found), mark)


@routes.get(
    "/decision/groups.{form}",
    tags=["decision"],
    summary="The same rows as a file",
    operation_id="export_groups",
    response_class=Response,
)
def export_groups(form: Form, asked: Wanted = Depends(wanted), caller: Caller = Depends(asking())) -> Response:
    """All rows of the same query."""
    import polars as pl

    read = _read(caller)
    rows = [told(group_of(read, n)) for n in filtered(read, asked).get_column("n")]
    return table_answer(pl.DataFrame(rows, infer_schema_length=None), form, "decision")


@routes.get(
    "/decision/limits", tags=["decision"], summary="Limits and what one more is worth", operation_id="decision_limits"
)
def limits(caller: Caller = Depends(asking())) -> list[LimitShown]:  # type: ignore[valid-type]
    """Cash, hours, room and numbers by week: used, allowed, and the worth of one unit more."""
    return [LimitShown(**told(one)) for one in limits_of(_read(caller))]


@routes.get("/decision/frontier", tags=["decision"], summary="Profit against risk and hours", operation_id="frontier")
def frontier(caller: Caller = Depends(asking())) -> list[FrontierPoint]:
    """What other weights on risk and tighter limits would have given."""
    return [FrontierPoint(**one) for one in _read(caller).head["frontier"]]


@routes.get(
    "/decision/products/{market}/{sku:path}",
    tags=["decision"],
    summary="The options of one product",
    operation_id="decision_product",
)
def product(market: str, sku: str, caller: Caller = Depends(asking())) -> MarketShown:  # type: ignore[valid-type]
    """Its options side by side, the terms at which the answer turns, and what to quote."""
    found = market_of(_read(caller), sku, market)
    if not found.options:
        fix = "take one of …/decision/groups"
        raise Refused(
            [Problem("product", f"{sku[:60]!r} in {market[:20]!r}", "one of the decision", fix, "no_product")]
        )
    return MarketShown(**told(found))


@routes.post("/decision/what-if", tags=["decision"], summary="What if?", operation_id="what_if")
def what_if(body: WhatIfAsked, caller: Caller = Depends(asking(Right.DECIDE))) -> WhatIfAnswer:
    """The choice again under other limits, risk, terms or contracts, within seconds; nothing is kept."""
    day = parse_on(body.contracts_on, "body.contracts_on") if body.contracts_on is not None else None
    asked = Asked(
        body.cash, body.hours, body.space, body.risk_weight, body.risk_level, tuple(body.without), tuple(body.only),
        tuple(body.terms), day,
    )  # fmt: skip
    read = _read(caller)
    return WhatIfAnswer(**ask(caller.place.folder, read.folder, "what_if", asked))


@routes.get(
    "/plan/{table}.{form}",
    tags=["plan"],
    summary="A table of the plan as a file",
    operation_id="export_plan",
    response_class=Response,
)
def export_plan(
    table: Literal["purchases", "shipments", "quotes", "cash", "hours"], form: Form, caller: Caller = Depends(asking())
) -> Response:
    """The whole table."""
    return table_answer(_plan(caller, table), form, table)


@routes.get("/plan/{table}", tags=["plan"], summary="A table of the plan", operation_id="plan_table")
def plan_table(
    request: Request,
    response: Response,
    table: Literal["purchases", "shipments", "quotes", "cash", "hours"],
    limit: int = Limit,
    after: str | None = After,
    caller: Caller = Depends(asking()),
) -> Page[PlanRow]:
    """Dated purchases, shipments and quotes, or cash and hours by week."""
    start = _number(after)
    frame = _plan(caller, table)
    rows = [PlanRow(**row) for row in frame.slice(start, limit).to_dicts()]
    return paged(request, response, rows, str(start + limit) if start + limit < frame.height else None)


def _read(caller: Caller) -> Read:
    return read_decision(caller.place.folder, caller.site.keep / "decisions")


def _plan(caller: Caller, table: str) -> Any:
    import polars as pl

    assert table in TABLES
    path = Path(caller.place.folder) / FOLDER / "plan" / f"{table}.csv"
    if not path.is_file():
        fix = "start a job of the kind decide"
        raise Refused([Problem("plan", "none yet", "a decision of this workspace", fix, "no_plan")])
    return pl.read_csv(path, infer_schema_length=None, schema_overrides={"sku": pl.String})


def _number(after: str | None) -> int:
    if after is None:
        return 0
    if not after.isdigit() or len(after) > 9:
        fix = "begin at the first page"
        raise Refused([Problem("query.after", repr(after)[:40], "a mark of this list", fix, "bad_mark")])
    return int(after)
