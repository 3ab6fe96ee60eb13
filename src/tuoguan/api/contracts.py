"""Contracts: list, show with the source of every figure, compare, what changed; and the seller's own overlays."""

from pathlib import PurePosixPath

from fastapi import Depends, Query, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from tuoguan.api.asking import Caller, asking
from tuoguan.api.etags import IfMatch, required, tag
from tuoguan.api.routing import keyed_router
from tuoguan.api.shapes import shape, told
from tuoguan.api.tables import Form, table_answer
from tuoguan.app.contracts import compare_contracts, differences, list_contracts, parse_on
from tuoguan.app.contracts_view import offers, offers_table
from tuoguan.app.decision_fresh import library_of
from tuoguan.app.overlays import files, remove, review, save, text_of, version_of
from tuoguan.contracts import Changed, Comparison, Explained, Summary, compile, compile_card, explain
from tuoguan.foundation.days import Day, iso
from tuoguan.foundation.fx import load_fx
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.site import Right

routes = keyed_router()
On = Query(None, alias="on", max_length=10, description="As of this day; today without it.", examples=["2026-11-22"])


class ProblemShown(BaseModel):
    """One thing that is wrong: where, what was found, what was expected, and how to mend it."""

    at: str
    found: str
    expected: str
    fix: str
    code: str
    severity: str
    row_count: int


class ContractShown(BaseModel):
    """Every term of a contract that holds on the day, each with its source, date and evidence."""

    id: str
    on: str
    terms: list[Explained]


class StoryLine(BaseModel):
    """A term and what it moves under each contract, minor units; null when it moves nothing."""

    story: str
    term: str
    first_minor: int | None
    second_minor: int | None


ComparisonShown = shape(Comparison, "ComparisonShown", but=["on", "stories"], on=str, stories=list[StoryLine])


class OverlayShown(BaseModel):
    """A file of the seller's own terms; ``etag`` is its version."""

    name: str
    etag: str
    is_learned: bool = Field(description="Written by calibration, and written anew by the next one.")
    problems: list[ProblemShown]


class OverlayText(BaseModel):
    """The file's text, TOML."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_./-]{0,160}$")
    text: str = Field(max_length=262_144)


class OverlayReview(BaseModel):
    """What a text would change, and what is wrong with it."""

    can_be_saved: bool
    problems: list[ProblemShown]
    changed: list[dict[str, object]] = Field(description="Terms that differ from the published ones.")


@routes.get("/contracts", tags=["contracts"], summary="All contracts", operation_id="contracts")
def contracts(on: str | None = On, caller: Caller = Depends(asking())) -> list[Summary]:
    """One row per contract: how many of its values have a source, a range, or are assumed."""
    return list(list_contracts(_day(on)))


@routes.get(
    "/contracts.{form}", tags=["contracts"], summary="Contracts as a file", operation_id="export_contracts",
    response_class=Response,
)  # fmt: skip
def export(form: Form, on: str | None = On, caller: Caller = Depends(asking())) -> Response:
    """Every contract that can be signed, with who owns each duty."""
    return table_answer(offers_table(offers(caller.place.folder, _day(on))), form, "contracts")


@routes.get(
    "/contracts/changes", tags=["contracts"], summary="What changed between two days", operation_id="contract_changes"
)
def changes(
    since: str = Query(max_length=10, examples=["2025-11-22"]),
    until: str = Query(max_length=10, examples=["2026-11-22"]),
    caller: Caller = Depends(asking()),
) -> list[Changed]:
    """Every term of every contract and card that is not the same on both days, with its source."""
    return list(differences(parse_on(since, "query.since"), parse_on(until, "query.until")))


@routes.get(
    "/contracts/compare", tags=["contracts"], summary="Two contracts side by side", operation_id="compare_contracts"
)
def compare(
    first: str = Query(max_length=100),
    second: str = Query(max_length=100),
    on: str | None = On,
    caller: Caller = Depends(asking()),
) -> ComparisonShown:  # type: ignore[valid-type]
    """Duties, settings, quantities and deadlines of both, and what one reference parcel moves under each."""
    found = compare_contracts(first, second, _day(on))
    return ComparisonShown(**told(found, on=iso(found.on), stories=[StoryLine(**told(one)) for one in found.stories]))


@routes.get("/contracts/show/{contract:path}", tags=["contracts"], summary="One contract", operation_id="contract")
def show(contract: str, on: str | None = On, caller: Caller = Depends(asking())) -> ContractShown:
    """Its terms as the workspace has them, the seller's own overlays included; also a card such as `duty/EU`."""
    day, library = _day(on), library_of(caller.place.folder)
    fx = load_fx(day)
    if contract in library.cards:
        compiled = compile_card(library.card(*contract.split("/", 1)), on=day, fx=fx)
        return ContractShown(id=contract, on=iso(day), terms=list(explain(compiled)))
    found = compile(library.contract(contract), on=day, fx=fx, overlays=library.overlays)
    return ContractShown(id=contract, on=iso(day), terms=list(explain(found)))


@routes.get("/overlays", tags=["contracts"], summary="Your own terms", operation_id="overlays")
def overlays(caller: Caller = Depends(asking())) -> list[OverlayShown]:
    """Every overlay file with what is wrong with it."""
    folder = caller.place.folder
    return [
        OverlayShown(name=one.name, etag=tag(one.version), is_learned=one.is_learned, problems=_shown(one.problems))
        for one in files(folder, _day(None))
    ]


@routes.post("/overlays/check", tags=["contracts"], summary="Look at a draft", operation_id="check_overlay")
def check(draft: OverlayText, caller: Caller = Depends(asking(Right.DECIDE))) -> OverlayReview:
    """Everything that is wrong with the draft and every term it would change; nothing is saved."""
    _own_name(draft.name)
    found = review(caller.place.folder, draft.name, draft.text, _day(None))
    return OverlayReview(
        can_be_saved=found.can_be_saved, problems=_shown(found.problems), changed=[told(one) for one in found.changed]
    )


@routes.get(
    "/overlays/{name:path}", tags=["contracts"], summary="The text of an overlay", operation_id="overlay",
    response_class=PlainTextResponse,
)  # fmt: skip
def overlay(name: str, caller: Caller = Depends(asking())) -> Response:
    """The file as TOML; its ETag is what a change must bring as If-Match."""
    _own_name(name)
    text, version = text_of(caller.place.folder, name)
    return PlainTextResponse(text, headers={"ETag": tag(version)})


@routes.put("/overlays/{name:path}", tags=["contracts"], summary="Save an overlay", operation_id="save_overlay")
def save_overlay(
    name: str,
    draft: OverlayText,
    response: Response,
    if_match: str | None = IfMatch,
    caller: Caller = Depends(asking(Right.DECIDE)),
) -> OverlayReview:
    """Saves it as active where nothing is wrong with it. If-Match is the ETag that you saw, `"none"` for a new file."""
    _own_name(name)
    folder = caller.place.folder
    seen = required(if_match, version_of(folder, name))
    found = save(folder, name, draft.text, seen, _day(None))
    response.headers["ETag"] = tag(version_of(folder, name))
    return OverlayReview(
        can_be_saved=True, problems=_shown(found.problems), changed=[told(one) for one in found.changed]
    )


@routes.delete(
    "/overlays/{name:path}",
    tags=["contracts"],
    summary="Take an overlay away",
    operation_id="remove_overlay",
    status_code=204,
)
def remove_overlay(name: str, if_match: str | None = IfMatch, caller: Caller = Depends(asking(Right.DECIDE))) -> None:
    """Takes the file away, unless somebody changed it since."""
    _own_name(name)
    folder = caller.place.folder
    remove(folder, name, required(if_match, version_of(folder, name)))


def _own_name(name: str) -> None:
    """Refused for what is no plain name of a file below the folder."""
    parts = PurePosixPath(name).parts
    if not name.isascii() or not name.isprintable() or ".." in parts or name.startswith("/") or len(name) > 160:
        fix = "take one of the list, or a new one such as my-terms.toml"
        raise Refused([Problem("name", repr(name)[:80], "a file's name", fix, "bad_name")])


def _day(text: str | None) -> Day:
    return parse_on(text, "query.on")


def _shown(problems: tuple[Problem, ...]) -> list[ProblemShown]:
    return [ProblemShown(**one.as_json()) for one in problems]  # type: ignore[arg-type]
