"""What the pages of the decision and of products share: the kept decision, the question in the URL, colors, files."""

from collections.abc import Sequence

import polars as pl
from starlette.responses import Response

from tuoguan.app.decision_groups import SORTS, Wanted, keys_of
from tuoguan.app.decision_index import TABLE
from tuoguan.app.decision_read import Read, read_decision
from tuoguan.app.tables_out import form_of, table_bytes
from tuoguan.web.asking import Asking

COLORS = 12  # of ways that have a color of their own in the sheet


def read_for(ask: Asking) -> Read:
    """The workspace's decision. Refused where there is none."""
    return read_decision(ask.place.folder, ask.site.keep / "decisions")


def query_of(ask: Asking, limit: int) -> Wanted:
    """The question that the URL asks; a sort that is none is the usual one."""
    said = {name: value.strip()[:100] for name, value in ask.request.query_params.items()}
    sort = said.get("sort", "")
    return Wanted(
        market=said.get("market", ""), way=said.get("way", ""), find=said.get("find", ""), state=said.get("state", ""),
        sort=sort if sort.removeprefix("-") in SORTS else "-gain", after=said.get("after", ""), limit=limit,
    )  # fmt: skip


def color_of(order: Sequence[str], way: str) -> str:
    """The class of a way's color in this decision; not selling has its own."""
    return f"way-{order.index(way) % COLORS}" if way in order and way else "way-none"


def exported(read: Read, wanted: Wanted, form: str, name: str) -> Response:
    """Rows of the decision's own table, a row a listing, for the products and markets asked for."""
    known = form_of(form)
    rows = pl.scan_parquet(read.folder / TABLE)
    if wanted.market or wanted.way or wanted.find or wanted.state:
        rows = rows.join(keys_of(read, wanted).lazy(), on=["sku", "market"], how="semi")
    body, media = table_bytes(rows.collect(), known)
    disposition = f'attachment; filename="{name}-{read.head["decide_on"]}.{known}"'
    return Response(body, media_type=media, headers={"Content-Disposition": disposition})
