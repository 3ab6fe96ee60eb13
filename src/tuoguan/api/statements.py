"""Statements: what was paid against what the contracts say, differences, claim packs, and what is learned from them."""

from typing import Annotated, Any, Literal

from fastapi import Depends, Path, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from tuoguan.api.asking import Caller, asking
from tuoguan.api.document_shapes import DocumentShown
from tuoguan.api.documents import document_shown
from tuoguan.api.etags import IfMatch, seen_version, tag
from tuoguan.api.paging import After, Limit, Page, paged
from tuoguan.api.routing import keyed_router
from tuoguan.api.tables import Form, table_answer
from tuoguan.app.difference_view import difference
from tuoguan.app.disputes import prepare, record
from tuoguan.app.reconciling import FOLDER
from tuoguan.app.statements_view import (
    SORTS,
    Run,
    difference_page,
    differences_of,
    learned_of,
    profit_of,
    profit_table,
    run_of,
    statement_page,
)
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Listed
from tuoguan.reconcile import Verdict
from tuoguan.site import Right

routes = keyed_router()
Text = Annotated[str, Query(max_length=200)]


class StatementShown(BaseModel):
    """A statement with what the last run found on it."""

    listed: Listed
    name: str
    differing: int
    lacking_minor: int
    deadline_on: str | None


class DifferenceRow(BaseModel):
    """A match that differs, with its numbers in minor units of its currency."""

    model_config = {"extra": "allow"}

    id: str
    verdict: str
    currency: str
    difference_minor: int


class DifferenceShown(BaseModel):
    """A difference with both sides: what the contract says term by term with its sources, and the statement's lines."""

    row: DifferenceRow
    said: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    documents: list[str]
    more_due: int
    more_lines: int


class StatementMove(BaseModel):
    """A step on a statement; the amounts that it tells come from the last run."""

    model_config = {"extra": "forbid"}

    move: str = Field(max_length=40, examples=["match"])
    cleared_as: str = Field("", max_length=40, description="What becomes of money nobody understands.")
    evidence: str = Field("", max_length=200)


class Kept(BaseModel):
    """A kept result as plain values."""

    model_config = {"extra": "allow"}


@routes.get("/statements", tags=["statements"], summary="Statements", operation_id="statements")
def statements(
    request: Request,
    response: Response,
    state: Text = "",
    find: Text = "",
    sort: str = Query("-opened_at", max_length=20),
    limit: int = Limit,
    after: str | None = After,
    caller: Caller = Depends(asking()),
) -> Page[StatementShown]:
    """Every statement that was imported, with what differs on it."""
    found, mark = statement_page(caller.work, caller.place.folder, state=state, sort=sort, find=find, after=after,
                                 limit=limit)  # fmt: skip
    items = [
        StatementShown(
            listed=one.listed,
            name=one.name,
            differing=one.differing,
            lacking_minor=one.lacking_minor,
            deadline_on=str(one.deadline_on) if one.deadline_on else None,
        )  # fmt: skip
        for one in found
    ]
    return paged(request, response, items, mark)


@routes.get("/reconciliation", tags=["statements"], summary="The last reconciliation", operation_id="reconciliation")
def last_run(caller: Caller = Depends(asking())) -> Run:
    """As known on which day, how many lines and expectations, and sums by verdict. A new one is a job."""
    found = run_of(caller.place.folder)
    if found is None:
        raise Refused([_none("reconciliation", "start a job of the kind reconcile")])
    return found


class Filters:
    """Which differences."""

    def __init__(
        self,
        verdict: Verdict | None = Query(None),
        kind: Text = "",
        contract_id: Text = "",
        statement: Text = "",
        currency: Text = "",
        find: Annotated[str, Query(max_length=200, description="Orders, SKUs or statements that begin so.")] = "",
    ) -> None:
        self.find = find
        self.values = {"verdict": verdict.value if verdict else "", "kind": kind, "contract_id": contract_id,
                       "statement": statement, "currency": currency}  # fmt: skip


@routes.get(
    "/differences.{form}",
    tags=["statements"],
    summary="Differences as a file",
    operation_id="export_differences",
    response_class=Response,
)
def export(form: Form, filters: Filters = Depends(Filters), caller: Caller = Depends(asking())) -> Response:
    """All rows of the same query."""
    frame = differences_of(caller.place.folder, find=filters.find, **filters.values).collect()
    return table_answer(frame, form, "differences")


@routes.get("/differences", tags=["statements"], summary="What differs", operation_id="differences")
def differences(
    request: Request,
    response: Response,
    filters: Filters = Depends(Filters),
    sort: Literal[
        "-size",
        "size",
        "difference",
        "-difference",
        "deadline_on",
        "-deadline_on",
        "due_on",
        "-due_on",
        "settled_on",
        "-settled_on",
    ] = "-size",
    limit: int = Limit,
    after: str | None = After,
    caller: Caller = Depends(asking()),
) -> Page[DifferenceRow]:
    """Every match that is not as expected, the largest first."""
    assert sort in SORTS
    found = difference_page(caller.place.folder, filters.values, find=filters.find, sort=sort, after=after, limit=limit)
    return paged(request, response, [DifferenceRow(**row) for row in found.rows], found.after)


@routes.get("/differences/{difference_id}", tags=["statements"], summary="One difference", operation_id="difference")
def one(difference_id: str, caller: Caller = Depends(asking())) -> DifferenceShown:
    """Both sides, with the source of every term."""
    found = difference(caller.work, caller.place.folder, difference_id)
    said = [dict(one.due) | {"sources": list(one.sources), "tracking": one.tracking} for one in found.said]
    return DifferenceShown(
        row=DifferenceRow(**found.row), said=said, lines=[dict(line) for line in found.lines],
        documents=list(found.documents), more_due=found.more_due, more_lines=found.more_lines,
    )  # fmt: skip


@routes.post(
    "/statements/{number:path}/moves", tags=["statements"], summary="Move a statement", operation_id="move_statement"
)
def move(
    body: StatementMove,
    response: Response,
    number: str = Path(max_length=180),
    preview: bool = Query(False, description="Look at what it would say; nothing is recorded."),
    if_match: str | None = IfMatch,
    caller: Caller = Depends(asking(Right.MONEY)),
) -> DocumentShown:
    """Matched, settled or disputed, with the amounts that the last run found on it."""
    told = {"cleared_as": body.cleared_as} if body.cleared_as else {}
    prepared = prepare(caller.work, caller.place.folder, f"statement/{number}", body.move, at=caller.now,
                       evidence=body.evidence, **told)  # fmt: skip
    if preview:
        return document_shown(prepared.after)
    version = seen_version(if_match)
    found = record(caller.work, prepared, at=caller.now,
                   expected_version=prepared.before.version if version is None else version)  # fmt: skip
    response.headers["ETag"] = tag(found.version)
    return document_shown(found)


@routes.get(
    "/claims/{language}.{form}",
    tags=["statements"],
    summary="The claim pack",
    operation_id="claims",
    response_class=Response,
)
def claims(
    language: Literal["en", "zh"], form: Literal["xlsx", "html"], caller: Caller = Depends(asking(Right.MONEY))
) -> Response:
    """What can be claimed, with its evidence, as the last run wrote it."""
    path = caller.place.folder / FOLDER / f"claims.{language}.{form}"
    if not path.is_file():
        raise Refused([_none("claims", "start a job of the kind reconcile")])
    return FileResponse(path, filename=path.name, media_type="application/octet-stream")


@routes.get(
    "/realized-profit", tags=["statements"], summary="Planned against realized profit", operation_id="realized_profit"
)
def profit(caller: Caller = Depends(asking())) -> Kept:
    """The bridge from the decision's profit to what was realized, as the last run found it."""
    return Kept(**_profit(caller))


@routes.get(
    "/realized-profit.{form}", tags=["statements"], summary="Planned against realized profit as a file",
    operation_id="export_profit", response_class=Response,
)  # fmt: skip
def export_profit(form: Form, caller: Caller = Depends(asking())) -> Response:
    """Every product of the bridge."""
    return table_answer(profit_table(_profit(caller)), form, "profit")


@routes.get("/calibrations", tags=["statements"], summary="What own data taught", operation_id="calibrations")
def learned(caller: Caller = Depends(asking())) -> Kept:
    """Numbers learned from own orders and statements, with how sure they are. Learning anew is a job."""
    found = learned_of(caller.place.folder)
    if found is None:
        raise Refused([_none("calibrations", "start a job of the kind calibrate")])
    return Kept(**found)


def _profit(caller: Caller) -> dict[str, Any]:
    found = profit_of(caller.place.folder)
    if found is None:
        raise Refused([_none("profit", "decide and reconcile first")])
    return found


def _none(at: str, fix: str) -> Problem:
    return Problem(at, "none yet", "a result that was kept", fix, "no_file")
