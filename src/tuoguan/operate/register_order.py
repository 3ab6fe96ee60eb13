"""The order of a list of documents, and rows of the register read in it page by page.

Hides cursors. Keeps the invariant that no row comes twice or is left out, wherever the reading goes on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate.register_rows import AT, Slot
from tuoguan.operate.storing import Row, Table

SORTS = ("opened_at", "moved_at", "amount_minor", "number")
LAST = "\U0010ffff"  # behind every character that a number begins with


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a list: a column, then the number; ``first`` is where the list begins, ``find`` what numbers begin
    with.
    """

    column: str
    falls: bool
    first: Row | None
    find: str

    @property
    def columns(self) -> tuple[str, ...]:
        names = self._names
        return tuple(f"-{name}" for name in names) if self.falls else names

    def place(self, row: Row) -> Row:
        """Where the row stands in the order."""
        return tuple(row[AT[name]] for name in self._names)

    @property
    def _names(self) -> tuple[str, ...]:
        return ("number", "stream") if self.column == "number" else (self.column, "number")

    def mark(self, row: Row) -> str:
        """The place as one text, to go on from."""
        number = str(row[AT["number"]])
        return number if self.column == "number" else f"{row[AT[self.column]]}.{number}"


def order_of(sort: str, after: str | None, find: str) -> Order:
    """The order that the sort names, from behind the mark or from where numbers begin with ``find``."""
    if find and sort.lstrip("-") != "number":
        sort = "number"
    name, falls = sort.removeprefix("-"), sort.startswith("-")
    if name not in SORTS:
        raise Refused([Problem("sort", repr(sort), f"one of {', '.join(SORTS)}", "name one of them", "unknown_sort")])
    column = "worth" if name == "amount_minor" else name
    first: Row | None = None
    if after is not None:
        value, _, number = after.partition(".")
        if column == "number":
            first = (after, "" if falls else LAST)
        elif value.lstrip("-").isdecimal() and len(value) < 19:
            first = (int(value), number)
        else:
            raise Refused([Problem("after", repr(after)[:80], "a mark that a page gave", "start again", "bad_mark")])
    return Order(column, falls, first, find)


def in_slot(table: Table, slot: int, order: Order, asked: int) -> Iterator[Row]:
    """The slot's rows in order, a few at a time; those alone whose number begins with what is to be found."""
    after = order.first
    if after is None and order.find:
        after = (order.find + LAST if order.falls else order.find, "")
    while rows := table.page({"slot": slot}, order.columns, after, asked):
        for row in rows:
            if order.find and not row[AT["number"]].startswith(order.find):
                return
            yield row
        if len(rows) < asked:
            return
        after, asked = order.place(rows[-1]), 2 * asked


def of_goods(goods: Table, table: Table, flow: str, sku: str, order: Order, slots: Mapping[int, Slot]) -> Iterator[Row]:
    """Rows of the documents with the goods on a line, in order; in the order of opening page by page, else sorted."""
    if order.column == "opened_at":
        yield from (row for row in _walked(goods, table, flow, sku, order) if row[AT["slot"]] in slots)
        return
    sign = order.falls
    rows = [
        row
        for row in _walked(goods, table, flow, sku, Order("opened_at", False, None, ""))
        if row[AT["slot"]] in slots and row[AT["number"]].startswith(order.find)
    ]
    for row in sorted(rows, key=order.place, reverse=sign):
        if order.first is None or (order.place(row) < order.first if sign else order.place(row) > order.first):
            yield row


def _walked(goods: Table, table: Table, flow: str, sku: str, order: Order) -> Iterator[Row]:
    """Rows of all documents with the goods on a line, in the order of opening."""
    after = order.first
    while marks := goods.page({"sku": sku, "flow": flow}, order.columns, after, 500):
        streams = [(f"{flow}/{number}",) for *_, number in marks]
        found = table.get(streams)
        yield from (found[stream] for stream in streams if stream in found)
        after = marks[-1][2:]
