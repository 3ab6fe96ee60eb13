"""What files of seller centers become: one declared table per kind of content; and what a format says of its columns.

Computes nothing. Money is minor units of the row's own currency, positive to the seller; instants are seconds since
1970 in UTC (`*_at`), days `pl.Date` in the file's own zone (`*_on`). No column can hold anything about a buyer.
"""

from dataclasses import dataclass, field
from enum import StrEnum

import msgspec
import polars as pl

from tuoguan.foundation.problems import Problem
from tuoguan.foundation.tables import Schema
from tuoguan.intake.schema import FileCount

UNCLASSIFIED = "unclassified"  # kind of a charge that no mapping names; never dropped
BY_TYPE = "by_type"  # the kind stands in the row's type

# One row per SKU of an order. ``order_amount_minor`` stands on every row of its order: never add it up.
ORDER_LINES: Schema = {
    "file": pl.String, "row": pl.Int64, "order_number": pl.String, "line": pl.String, "sku": pl.String,
    "platform_sku": pl.String, "quantity": pl.Int64, "returned_quantity": pl.Int64,
    "state": pl.String,  # unpaid, pending, placed, partly, shipped, delivered, cancelled; "": nobody knows the code
    "state_raw": pl.String, "cancelled_by": pl.String, "market": pl.String, "site": pl.String, "tracking": pl.String,
    "carrier": pl.String,
    "ordered_at": pl.Int64, "paid_at": pl.Int64, "ship_by_at": pl.Int64, "shipped_at": pl.Int64,
    "delivered_at": pl.Int64, "cancelled_at": pl.Int64, "zone": pl.String, "currency": pl.String,
    "unit_price_minor": pl.Int64, "supply_price_minor": pl.Int64,
    "amount_minor": pl.Int64,  # of the line, after the seller's discounts
    "order_amount_minor": pl.Int64,
}  # fmt: skip

# One row per SKU and state of goods (at, reserved, quarantined, in_transit: the words of the stock accounts).
STOCK_COUNTS: Schema = {
    "file": pl.String, "row": pl.Int64, "sku": pl.String, "platform_sku": pl.String, "site": pl.String,
    "counted_on": pl.Date, "account": pl.String, "quantity": pl.Int64,
}  # fmt: skip

STOCK_ORDERS: Schema = {
    "file": pl.String, "row": pl.Int64, "order_number": pl.String, "sku": pl.String, "platform_sku": pl.String,
    "quantity": pl.Int64, "shipped_quantity": pl.Int64, "received_quantity": pl.Int64,
    "kind": pl.String,  # normal, urgent, jit, vmi, custom
    "state": pl.String, "state_raw": pl.String, "site": pl.String, "ordered_at": pl.Int64, "ship_by_at": pl.Int64,
    "arrive_by_at": pl.Int64, "shipped_at": pl.Int64, "received_at": pl.Int64, "zone": pl.String,
}  # fmt: skip

# One row per amount: statements, account flows, payouts, estimates and bills. A row of a file with thirty columns of
# fees becomes one line per fee; together they are the row's total, what nobody explains as ``unclassified``.
MONEY_LINES: Schema = {
    "file": pl.String, "row": pl.Int64,
    "line_key": pl.String,  # the line's natural key; the same line in another file has the same
    "statement_id": pl.String, "flow_id": pl.String, "order_number": pl.String, "line": pl.String, "sku": pl.String,
    "platform_sku": pl.String, "quantity": pl.Int64, "type": pl.String,
    "component": pl.String,  # the column or remark that the amount stands under
    "kind": pl.String,  # kind of charge, or "unclassified"
    "amount_minor": pl.Int64, "currency": pl.String, "settled_on": pl.Date, "occurred_at": pl.Int64,
    "state": pl.String, "tracking": pl.String, "weight_g": pl.Int64,
    "reserve": pl.Boolean,  # kept back for a time, or given back
}  # fmt: skip
STATEMENT_LINES = ACCOUNT_LINES = UNSETTLED_LINES = PAYOUT_LINES = BILL_LINES = MONEY_LINES


class Table(StrEnum):
    """What a file is about."""

    ORDER_LINES = "order_lines"
    TRACKING = "tracking"
    STOCK = "stock"
    STOCK_ORDERS = "stock_orders"
    STATEMENT = "statement"
    ACCOUNT = "account"
    UNSETTLED = "unsettled"
    PAYOUT = "payout"
    BILL = "bill"


SCHEMA_BY_TABLE: dict[Table, Schema] = {
    Table.ORDER_LINES: ORDER_LINES, Table.TRACKING: ORDER_LINES, Table.STOCK: STOCK_COUNTS,
    Table.STOCK_ORDERS: STOCK_ORDERS, Table.STATEMENT: STATEMENT_LINES, Table.ACCOUNT: ACCOUNT_LINES,
    Table.UNSETTLED: UNSETTLED_LINES, Table.PAYOUT: PAYOUT_LINES, Table.BILL: BILL_LINES,
}  # fmt: skip


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A column with an amount (or units): its spellings, what it is for, and the part it is a part of."""

    columns: tuple[str, ...]
    kind: str
    name: str = ""
    of: str = ""


class Format(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of file, recognized by its headers.

    required       fields of which one spelling must be there; ``marks``: headers that must be there as well
    name_marks     texts of which the file's or sheet's name must hold one, unless all headers of ``sure`` are there
    document       "order" or "line": what the seller center gives a state and a parcel of its own
    states, types  tables in states.toml and kinds.toml; ``type_with_remark``: kind by type and remark together
    kind           kind of charge of every row, where the file is about one thing
    paid_out       amounts are written as positive and taken from the seller
    zone, dates, number, currency, market   how the file is written where it does not say itself
    fill_down      fields left blank on continuation rows, within ``fill_by`` where given
    several        "lines": a cell may hold several goods, one per line
    total_row      field that only the row with the statement's total fills
    order_from_flow  the flow's id is the order's number where the row is about an order
    """

    id: str
    title: str
    table: Table
    title_zh: str = ""
    evidence: str = "saved"
    base: str = ""
    platform: str = ""
    models: tuple[str, ...] = ()
    market: str = ""
    required: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    sure: tuple[str, ...] = ()
    name_marks: tuple[str, ...] = ()
    columns: dict[str, tuple[str, ...]] = {}
    part: tuple[Part, ...] = ()
    document: str = "order"
    states: str = ""
    types: str = ""
    type_with_remark: bool = False
    kind: str = ""
    paid_out: bool = False
    zone: str = ""
    dates: str = ""
    number: str = ""
    currency: str = ""
    fill_down: tuple[str, ...] = ()
    fill_by: str = ""
    several: str = ""
    total_row: str = ""
    order_from_flow: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """How a person's files are to be read where they do not say themselves.

    currency  of amounts without one; ``zone`` of times without one ("" : the format's); ``counted_on`` day of a count
    """

    currency: str = ""
    zone: str = ""
    counted_on: int | None = None
    format: str = ""
    market_by_country: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Export:
    """One recognized sheet, read: ``rows`` follow ``SCHEMA_BY_TABLE[format.table]``.

    listed    rows of the input that were not used, or used with a doubt (`intake.LISTED`)
    counts    rows in, used, listed
    digest    SHA-256 of the file's bytes, hexadecimal
    """

    file: str
    format: Format
    rows: pl.DataFrame
    listed: pl.DataFrame
    counts: FileCount
    problems: tuple[Problem, ...]
    digest: str
    zone: str = ""
