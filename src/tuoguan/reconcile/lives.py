"""The life of every consumer order as the ledger tells it: when it left, came, was paid, came back, was faulty or late.

Hides which moves of which flows say so. Keeps the invariant that an order is one row, whatever else was recorded of it.
Returns, fines and cases bear their order's number, or name it in the detail ``order_number``.
"""

from collections.abc import Iterable
from typing import Any

import polars as pl

from tuoguan.operate import Entry

DAY_SECONDS = 86_400
LIVES = {
    "order_number": pl.String, "contract": pl.String, "contract_id": pl.String, "sku": pl.String, "units": pl.Int64,
    "placed_on": pl.Int64, "shipped_on": pl.Int64, "delivered_on": pl.Int64, "settled_on": pl.Int64,
    "returned_on": pl.Int64, "faulty_on": pl.Int64, "contacted_on": pl.Int64, "late": pl.Boolean, "ended": pl.Boolean,
}  # fmt: skip
# The column in which a move's day is kept.
DAY_BY_MOVE = {
    "order.open": "placed_on", "order.ship": "shipped_on", "order.deliver": "delivered_on",
    "order.settle": "settled_on", "return.receive": "returned_on", "violation.charge": "faulty_on",
    "case.open": "contacted_on",
}  # fmt: skip
ENDS = ("order.cancel", "order.grant_cancel", "order.refuse", "order.lose")
LIFE_KINDS = (*DAY_BY_MOVE, *ENDS, "order.miss", "violation.open")  # all that `lives_of` reads
PURCHASES = ("open", "make_ready", "dispatch", "arrive", "bill_freight")
FREIGHT_KINDS = tuple(f"purchase.{move}" for move in PURCHASES)  # all that `freight_of` reads
FAULT = "quality_incident"
# Freight bills: what a lane cost, for how much it carried.
FREIGHT = {"lane": pl.String, "place": pl.String, "currency": pl.String, "amount_minor": pl.Int64,
           "weight_g": pl.Int64, "volume_cm3": pl.Int64, "billed_on": pl.Int64}  # fmt: skip


def lives_of(entries: Iterable[Entry]) -> pl.DataFrame:
    """The rows of `LIVES`, one for each order that was opened."""
    lives: dict[str, dict[str, Any]] = {}
    orders: list[dict[str, Any]] = []
    faults: set[str] = set()
    for entry in entries:
        draft, kind = entry.draft, entry.draft.kind
        tail = entry.stream.partition("/")[2]
        number = str(draft.details.get("order_number") or tail)
        if kind == "order.open":
            orders.append(_opened(number.rsplit("/", 1)[-1], entry))
            lives[tail] = orders[-1]
            lives.setdefault(number, orders[-1])
        if kind == "violation.open" and draft.details.get("fact") == FAULT:
            faults.add(entry.stream)
        life, column = lives.get(tail) or lives.get(number), DAY_BY_MOVE.get(kind)
        if life is None or (column == "faulty_on" and entry.stream not in faults):
            continue
        if column is not None and life[column] is None:
            life[column] = draft.occurred_at // DAY_SECONDS
        life["late"] = life["late"] or kind == "order.miss"
        life["ended"] = life["ended"] or kind in ENDS
    return pl.DataFrame(orders, schema=LIVES, orient="row")


def _opened(number: str, entry: Entry) -> dict[str, Any]:
    contract_id, _, _, lines = entry.draft.details["document"]
    skus = {line[0] for line in lines}
    life: dict[str, Any] = dict.fromkeys(LIVES)
    return life | {
        "order_number": number, "contract": entry.draft.contract, "contract_id": contract_id,
        "sku": next(iter(skus)) if len(skus) == 1 else "", "units": sum(line[1] for line in lines),
        "late": False, "ended": False,
    }  # fmt: skip


def freight_of(entries: Iterable[Entry]) -> pl.DataFrame:
    """The rows of `FREIGHT`: every freight bill of a purchase, with what the purchase weighed and took up."""
    loads: dict[str, dict[str, Any]] = {}
    rows = []
    for entry in entries:
        draft = entry.draft
        if draft.kind == "purchase.open":
            _, currency, place, lines = draft.details["document"]
            loads[entry.stream] = {
                "currency": currency, "place": place, "lane": "",
                "weight_g": sum(line[1] * line[4] for line in lines),
                "volume_cm3": sum(line[1] * line[5] for line in lines),
            }  # fmt: skip
        load = loads.get(entry.stream)
        if load is not None and "lane" in draft.details:
            load["lane"] = str(draft.details["lane"])
        if load is not None and draft.kind == "purchase.bill_freight":
            amount, day = draft.details["amount_minor"], draft.occurred_at // DAY_SECONDS
            rows.append(load | {"amount_minor": amount, "billed_on": day})
    return pl.DataFrame(rows, schema=FREIGHT, orient="row")
