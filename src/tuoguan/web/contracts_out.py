"""Contracts as a table for export."""

import polars as pl
from starlette.responses import Response

from tuoguan.app.contracts_view import DUTIES, Offer
from tuoguan.app.tables_out import form_of, table_bytes


def file_response(frame: pl.DataFrame, form: str, name: str) -> Response:
    """The table as a file to keep. Refused for a form that we do not write."""
    body, media_type = table_bytes(frame, form_of(form))
    kept = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return Response(body, media_type=media_type, headers=kept)


def offers_file(found: list[Offer], form: str) -> Response:
    """One row for each contract: state, counts of values by standing, and who owns each duty."""
    rows = [
        {
            "contract": one.id, "platform": one.contract.head.platform, "model": one.contract.head.model,
            "market": one.contract.head.market, "title": one.contract.head.title, "state": one.state.value,
            **{name: one.standings.get(name, 0) for name in ("sourced", "ranged", "assumed")},
            "products": one.products, "overlays": one.overlays,
            **{duty.value: one.owners[duty].owner.value if duty in one.owners else None for duty in DUTIES},
        }
        for one in found
    ]  # fmt: skip
    return file_response(pl.DataFrame(rows, infer_schema_length=None), form, "contracts")
