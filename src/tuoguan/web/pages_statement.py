"""Pages: one statement, what differs on it, and its own way: checked, objected to, settled."""

from collections.abc import Mapping

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import load_flows, stream_of
from tuoguan.site import Right
from tuoguan.web.asking import Asking, reading, writing
from tuoguan.web.listing import form_of_request, move_title
from tuoguan.web.verdict_words import verdict_words

pages = APIRouter()
FLOW = "statement"


@pages.get("/w/{workspace}/statements/received/{number:path}")
def statement(number: str, ask: Asking = Depends(reading(Right.VIEW))) -> Response:
    """The statement; with ``?do=`` a step of its flow as it would be recorded."""
    from tuoguan.app import disputes, statements_view
    from tuoguan.app.statements_run import pack_name
    from tuoguan.contracts import ChargeKind
    from tuoguan.reconcile import kind_word

    stream, folder, query = stream_of(FLOW, number), ask.place.folder, ask.request.query_params
    document = ask.work.document(stream)
    name, run = statements_view.name_of(document), statements_view.run_of(folder)
    page = statements_view.difference_page(folder, {"statement": name}, limit=20) if run else None
    prepared = None
    if query.get("do") and ask.may(Right.MONEY):
        prepared = disputes.prepare(
            ask.work, folder, stream, query["do"], at=ask.now, cleared_as=query.get("cleared", "")
        )
    flow, chinese = load_flows()[FLOW], ask.language == "zh"
    titles = {state.name: state.title_zh if chinese else state.title for state in flow.states}
    titles |= {move.name: move.title_zh if chinese else move.title for move in flow.moves}
    return ask.page(
        "statements/statement.html", document=document, name=name, run=run, page=page, prepared=prepared,
        moves=disputes.moves_of(document), titles=titles, words=verdict_words(ask), pack=pack_name(name),
        has_pack=(folder / "reconcile" / "packs" / pack_name(name) / "claims.en.xlsx").is_file(),
        entries=ask.work.ledger.store.stream(stream), move_title=move_title(ask), number=number,
        kinds=[(kind.value, kind_word(kind.value, ask.language)) for kind in ChargeKind],
        kind_word=lambda kind: kind_word(kind, ask.language),
    )  # fmt: skip


@pages.post("/w/{workspace}/statements/received/{number:path}")
def step(
    number: str, ask: Asking = Depends(writing(Right.MONEY)), form: Mapping[str, str] = Depends(form_of_request)
) -> Response:  # fmt: skip
    """Records the step that was shown, if the statement is still the one that was shown."""
    from tuoguan.app import disputes

    stream = stream_of(FLOW, number)
    prepared = disputes.prepare(
        ask.work, ask.place.folder, stream, form.get("do", ""), at=ask.now, cleared_as=form.get("cleared", ""),
        evidence=form.get("evidence", "")[:200],
    )  # fmt: skip
    shown = _whole(form.get("difference_minor", "0"))
    if shown != prepared.difference_minor:
        fix = "look at the statement again"
        raise Refused([Problem(stream, "another sum since it was shown", "what was shown", fix, "stale")])
    disputes.record(ask.work, prepared, at=ask.now, expected_version=_whole(form.get("version", "")))
    return ask.go(ask.url(f"statements/received/{number}"))


def _whole(text: str) -> int:
    try:
        return int(text[:20])
    except ValueError:
        raise Refused([Problem("form", repr(text)[:40], "a whole number", "open the page again", "bad_form")]) from None
