"""Pages: what differs between contracts and statements, as a list and one by one."""

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tuoguan.app.tables_out import form_of, table_bytes
from tuoguan.site import Right
from tuoguan.web.asking import Asking, reading
from tuoguan.web.contracts_say import Say
from tuoguan.web.listing import as_file, last_instant, move_title
from tuoguan.web.verdict_words import matched_by_words, verdict_words

pages = APIRouter()
FILTERS = ("kind", "contract_id", "statement", "currency")


def _filters(ask: Asking) -> dict[str, str]:
    """What the URL asks for; without a verdict what somebody should look at, "all" for everything."""
    query = ask.request.query_params
    verdict = query.get("verdict", "")
    told = {"": "open", "all": ""}.get(verdict, verdict)
    return {name: query.get(name, "") for name in FILTERS} | {"verdict": told}


@pages.get("/w/{workspace}/statements/differences")
def differences(ask: Asking = Depends(reading(Right.VIEW))) -> Response:
    """What differs, the largest first."""
    from tuoguan.app import statements_view
    from tuoguan.reconcile import kind_word

    query, folder, filters = ask.request.query_params, ask.place.folder, _filters(ask)
    sort = query.get("sort", "-size")
    sort = sort if sort in statements_view.SORTS else "-size"
    find = query.get("find", "").strip()[:80]
    page = statements_view.difference_page(folder, filters, find=find, sort=sort, after=query.get("after") or None)
    verdict = query.get("verdict", "")
    kept = {name: value for name, value in {**filters, "verdict": verdict, "find": find, "sort": sort}.items() if value}
    return ask.page(
        "statements/differences.html", page=page, filters=filters | {"verdict": verdict}, sort=sort, find=find,
        run=statements_view.run_of(folder),
        choices=statements_view.choices(folder), words=verdict_words(ask), query=kept, last_instant=last_instant,
        kind_word=lambda kind: kind_word(kind, ask.language), market_of=market_of, say=Say(ask.language),
    )  # fmt: skip


@pages.get("/w/{workspace}/statements/differences.{form}")
def differences_file(form: str, ask: Asking = Depends(reading(Right.VIEW))) -> Response:
    """The same list, all of it, as a file."""
    from tuoguan.app import statements_view

    query = ask.request.query_params
    key, falls = statements_view.SORTS.get(query.get("sort", "-size"), statements_view.SORTS["-size"])
    rows = statements_view.differences_of(
        ask.place.folder, find=query.get("find", "").strip()[:80], **_filters(ask)
    ).sort(key, "match", descending=[falls, False])  # fmt: skip
    return as_file(*table_bytes(rows.collect(), form_of(form)), f"differences.{form}")


@pages.get("/w/{workspace}/statements/differences/{name}")
def one_difference(name: str, ask: Asking = Depends(reading(Right.VIEW))) -> Response:
    """Both sides of one difference, step by step, with what proves them."""
    from tuoguan.app import difference_view, statements_view
    from tuoguan.reconcile import kind_word

    found = difference_view.difference(ask.work, ask.place.folder, name)
    name, line = found.row["statement"], found.lines[0]["line_key"] if found.lines else ""
    statement = statements_view.statement_of(ask.work, name, line) if name else None
    return ask.page(
        "statements/difference.html", found=found, row=found.row, words=verdict_words(ask), by=matched_by_words(ask),
        statement=statement, last_instant=last_instant, market_of=market_of, move_title=move_title(ask),
        kind_word=lambda kind: kind_word(kind, ask.language), say=Say(ask.language),
        run=statements_view.run_of(ask.place.folder),
    )  # fmt: skip


def market_of(contract_id: str) -> str:
    """The market that a contract's id ends with."""
    return contract_id.rpartition("/")[2]
