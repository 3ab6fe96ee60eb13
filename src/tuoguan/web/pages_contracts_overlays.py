"""Pages: the seller's own terms. A draft is previewed with its checks and its effect, then saved or taken away."""

from datetime import date

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from tuoguan.app import overlays, overlays_text
from tuoguan.app.contracts_pair import gathered
from tuoguan.app.contracts_view import terms_of
from tuoguan.app.contracts_words import DISTRIBUTIONS, EVIDENCE
from tuoguan.app.overlays import NEW
from tuoguan.contracts import Key
from tuoguan.foundation.days import Day, day_of
from tuoguan.foundation.parties import Party
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.site import Right
from tuoguan.web.asking import Asking, form_values, reading, writing
from tuoguan.web.contracts_say import Say

pages = APIRouter()


def _today() -> Day:
    return day_of(date.today())


@pages.get("/w/{workspace}/contracts/overlays")
def all_overlays(ask: Asking = Depends(reading())) -> Response:
    """The seller's own terms, file by file, with what is wrong at its place."""
    found = overlays.files(ask.place.folder, _today())
    return ask.page(
        "contracts/overlays.html", say=Say(ask.language), files=found, names=terms_of(ask.place.folder).ids(),
        may_edit=ask.may(Right.DECIDE),
    )  # fmt: skip


@pages.get("/w/{workspace}/contracts/overlays/edit")
def edit(ask: Asking = Depends(reading(Right.DECIDE))) -> Response:
    """One overlay as a form and as text; ``contract`` begins a new one, ``term`` opens the form of a term."""
    query, folder = ask.request.query_params, ask.place.folder
    name, contract = query.get("file", ""), query.get("contract", "")
    if name:
        text, version = overlays.text_of(folder, name)
    else:
        if contract not in terms_of(folder).ids():
            fix = "choose it from the list"
            raise Refused([Problem("contract", repr(contract)[:80], "a contract", fix, "no_page")])
        taken = [one.name for one in overlays.files(folder, _today())]
        name, text, version = overlays.name_for(contract, taken), overlays_text.new_text(contract), NEW
    return _editor(ask, name, text, version, key_of(query.get("term", "")))


def key_of(text: str) -> Key:
    """The key that a form or URL names."""
    return tuple(text.split("/")) if text else ()


def _editor(
    ask: Asking, name: str, text: str, version: str, key: Key, fields: overlays_text.Edit | None = None,
    problems: tuple[Problem, ...] = (), status: int = 200,
) -> Response:  # fmt: skip
    """The page with the draft in its fields, what is wrong with it, and what it would change."""
    folder, on = ask.place.folder, _today()
    learned = name.startswith("calibrated/")
    found = overlays.review(folder, name, text, on) if not learned else None
    own = found.overlay if found else None
    contract = own.head.overlays if own else ask.request.query_params.get("contract", "")
    base = terms_of(folder).contracts.get(contract)
    terms = overlays_text.editable(base.placed, on) if base else []
    stated = {item.key: item.entry for item in own.placed} if own else {}
    return ask.page(
        "contracts/overlay.html", status=status, say=Say(ask.language), name=name, text=text, version=version,
        contract=contract, base=base, terms=terms, key=key, key_text=overlays_text.key_text, stated=stated,
        edit=fields or _edit(terms, stated, key, on), review=found, refused=problems, learned=learned,
        changed=gathered(found.changed) if found else [], evidence=list(EVIDENCE), distributions=list(DISTRIBUTIONS),
        parties=list(Party),
    )  # fmt: skip


def _edit(
    terms: list[overlays_text.Term], stated: overlays_text.Stated, key: Key, on: Day
) -> overlays_text.Edit | None:
    """The form of a term: as the file states it, else as the seller begins it from the published one."""
    if key in stated:
        return overlays_text.edit_of(stated[key], key)
    found = [item for item in terms if item.key == key]
    return overlays_text.negotiated(overlays_text.edit_of(found[0].entry, key), on) if found else None


async def fields_of(request: Request) -> dict[str, str]:
    """The fields of the form, read before the handler's thread begins."""
    return form_values(await request.form())


@pages.post("/w/{workspace}/contracts/overlays/preview")
def preview(ask: Asking = Depends(writing(Right.DECIDE)), form: dict[str, str] = Depends(fields_of)) -> Response:
    """The draft with the edited or removed term in it, its checks and its effect; nothing is saved."""
    name, text, version = form.get("file", ""), _plain(form.get("text", "")), form.get("version", NEW)
    key = key_of(form.get("term", ""))
    if "drop" in form:
        return _editor(ask, name, overlays_text.without(text, key_of(form["drop"])), version, ())
    if not key:
        return _editor(ask, name, text, version, ())
    asked = overlays_text.Edit(key, {field: form.get(field, "") for field in overlays_text.FIELDS})
    changed = overlays_text.with_edit(text, terms_of(ask.place.folder), asked)
    return _editor(ask, name, changed, version, key, asked)


@pages.post("/w/{workspace}/contracts/overlays")
def save(
    ask: Asking = Depends(writing(Right.DECIDE)), file: str = Form(), text: str = Form(), version: str = Form("")
) -> Response:
    """Saves the draft as active; what stands in the way is told beside it, and the draft is kept in the page."""
    text = _plain(text)
    try:
        overlays.save(ask.place.folder, file.strip(), text, version, _today())
    except Refused as refused:
        if {one.code for one in refused.problems} & {"bad_name", "not_yours"}:
            raise
        changed = any(one.code == "changed_meanwhile" for one in refused.problems)
        problems = tuple(refused.problems)
        return _editor(ask, file.strip(), text, version, (), None, problems, 409 if changed else 422)
    return ask.go(ask.url("contracts/overlays", saved=file.strip()))


@pages.get("/w/{workspace}/contracts/overlays/remove")
def ask_remove(ask: Asking = Depends(reading(Right.DECIDE))) -> Response:
    """What would no longer hold, before a file is taken away."""
    name = ask.request.query_params.get("file", "")
    text, version = overlays.text_of(ask.place.folder, name)
    return ask.page("contracts/overlay_remove.html", say=Say(ask.language), name=name, text=text, version=version)


@pages.post("/w/{workspace}/contracts/overlays/remove")
def remove(ask: Asking = Depends(writing(Right.DECIDE)), file: str = Form(), version: str = Form("")) -> Response:
    """Takes the file away."""
    overlays.remove(ask.place.folder, file, version)
    return ask.go(ask.url("contracts/overlays", removed=file))


def _plain(text: str) -> str:
    """A browser's line ends as files have them."""
    return text.replace("\r\n", "\n").strip("\n") + "\n"
