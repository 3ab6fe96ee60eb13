"""Documents as lists: by state, contract, place and goods, in the orders that people read them in.

Hides the tables. Keeps the invariants that the rows are a function of the entries, whatever they were folded in, and
that a page costs what it shows: each document lies in one *slot* (its flow, state, contract and place), every slot is
read in order, and a list is the merge of the slots that it asks for.

What a desk sees is the rule of the queue (`sees`). Money is ordered by its worth in the home currency.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from hashlib import blake2b
from heapq import merge
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate.flow_words import Desk, Document, Flow
from tuoguan.operate.flows import load_flows
from tuoguan.operate.storing import Row, Store, Table, TableShape, Transaction
from tuoguan.operate.terms import Terms
from tuoguan.operate.words import Draft, Entry
from tuoguan.operate.work_documents import fold
from tuoguan.operate.work_rules import sees

MILLION = 1_000_000
SORTS = ("opened_at", "moved_at", "amount_minor", "number")
NEWEST = "-opened_at"
CHUNK = 16  # rows of a slot read at once while slots are merged
LAST = "\U0010ffff"  # behind every character that a number begins with


@dataclass(frozen=True, slots=True)
class Listed:
    """One document in a list.

    sku           the first line's; ``lines`` says how many there are
    amount_minor  what its lines are worth at the price that the seller is paid, at retail where that is unknown; of a
                  document without priced lines the last amount that was told (a quote, a fine, a payout)
    moved_at      when the last thing happened to it
    version       how many entries it has
    """

    stream: str
    flow: str
    number: str
    state: str
    contract_id: str
    market: str
    place: str
    sku: str
    lines: int
    units: int
    amount_minor: int
    currency: str
    opened_at: int
    moved_at: int
    version: int


class Slot(NamedTuple):
    """Documents that stand at the same point under the same contract and place."""

    flow: str
    hidden: int
    state: str
    contract_id: str
    market: str
    place: str


_TYPES = {"str": "text", "int": "int"}
REGISTER = TableShape(
    "register",
    {field.name: _TYPES[str(getattr(field.type, "__name__", field.type))] for field in fields(Listed)}
    | {"hidden": "int", "priced": "int", "worth": "int", "slot": "int"},
    key=("stream",),
    indexes=(
        ("slot", "opened_at", "number"), ("slot", "moved_at", "number"), ("slot", "worth", "number"),
        ("slot", "number"),
    ),
)  # fmt: skip
SLOTS = TableShape(
    "register_slot",
    {"flow": "text", "hidden": "int", "state": "text", "contract_id": "text", "market": "text", "place": "text",
     "documents": "int"},
    key=Slot._fields,
)  # fmt: skip
GOODS = TableShape(
    "register_sku",
    {"sku": "text", "flow": "text", "opened_at": "int", "number": "text"},
    key=("sku", "flow", "opened_at", "number"),
)
_LISTED = len(fields(Listed))
_AT = {name: number for number, name in enumerate(REGISTER.columns)}


@dataclass(frozen=True, slots=True)
class _Order:
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
        return tuple(row[_AT[name]] for name in self._names)

    @property
    def _names(self) -> tuple[str, ...]:
        return ("number", "stream") if self.column == "number" else (self.column, "number")

    def mark(self, row: Row) -> str:
        """The place as one text, to go on from."""
        number = str(row[_AT["number"]])
        return number if self.column == "number" else f"{row[_AT[self.column]]}.{number}"


class Register:
    """The projection behind lists of documents; `Ledger.catch_up` keeps it up to date."""

    name = "register"
    shapes = (REGISTER, SLOTS, GOODS)

    def __init__(self, terms: Terms, rates: Mapping[str, int] | None = None) -> None:
        self._terms, self._rates = terms, dict(rates or {})
        self._flows = load_flows()
        self._told = {name: tuple(_amounts(flow)) for name, flow in self._flows.items()}

    def apply(self, entries: Sequence[Entry], transaction: Transaction) -> None:
        """Carries the entries into the tables; each document that they touch is written once."""
        table = transaction.table(REGISTER.name)
        streams = {entry.stream for entry in entries if entry.stream.partition("/")[0] in self._flows}
        before = {stream: row for (stream,), row in table.get([(stream,) for stream in streams]).items()}
        after: dict[str, Row] = dict(before)
        goods: list[Row] = []
        for entry in entries:
            row = after.get(entry.stream)
            if row is not None:
                after[entry.stream] = self._moved(row, entry)
            elif entry.stream in streams and "document" in entry.draft.details:
                document = fold(None, entry.stream, entry.draft, entry.state)
                assert document is not None
                after[entry.stream] = self._opened(document, entry)
                skus = dict.fromkeys(line.sku for line in document.lines)
                goods += [(sku, document.flow, document.opened_at, document.number) for sku in skus]
        table.put(after.values())
        transaction.table(GOODS.name).put(goods)
        _count(transaction.table(SLOTS.name), before.values(), after.values())

    def page(
        self, store: Store, flow: str, *, desk: Desk, states: Sequence[str] = (), find: str = "", contract: str = "",
        place: str = "", sku: str = "", market: str = "", sort: str = NEWEST, after: str | None = None, limit: int = 50,
    ) -> tuple[list[Listed], str | None]:  # fmt: skip
        """A page of the flow's documents that the desk sees, and the mark of the next page (None: this is the last).

        states  some states alone; ``find``: numbers that begin so, which are then in the order of their numbers
        sku     goods on any of their lines
        sort    one of `SORTS`, "-" before it for falling
        Raises Refused for an unknown sort or a mark that no page gave.
        """
        order = _order(sort, after, find)
        with store.reading() as view:
            slots = {
                _id(slot): slot
                for slot, _ in self._slots(view, flow, desk, contract=contract, market=market, place=place)
                if not states or slot.state in states
            }
            table = view.table(REGISTER.name)
            if sku:
                rows = _of_goods(view.table(GOODS.name), table, flow, sku, order, slots)
            else:
                rows = merge(*(_in_slot(table, slot, order, limit) for slot in slots), key=order.place,
                             reverse=order.falls)  # fmt: skip
            found = list(islice(rows, limit + 1))
        marked = order.mark(found[limit - 1]) if len(found) > limit else None
        return [Listed(*row[:_LISTED]) for row in found[:limit]], marked

    def counts(
        self, store: Store, flow: str, *, desk: Desk, contract: str = "", place: str = "", market: str = ""
    ) -> dict[str, int]:
        """Documents of the flow that the desk sees, by state; states without any are left out."""
        found: Counter[str] = Counter()
        with store.reading() as view:
            for slot, count in self._slots(view, flow, desk, contract=contract, market=market, place=place):
                found[slot.state] += count
        return dict(found)

    def choices(self, store: Store, flow: str, *, desk: Desk) -> dict[str, tuple[str, ...]]:
        """What a list of the flow can be narrowed to: its contracts, markets and places, each in order."""
        with store.reading() as view:
            slots = [slot for slot, _ in self._slots(view, flow, desk)]
        return {
            name: tuple(sorted({text for slot in slots if (text := getattr(slot, name))}))
            for name in ("contract_id", "market", "place")
        }

    def _slots(
        self, view: Transaction, flow: str, desk: Desk, *, contract: str = "", market: str = "", place: str = ""
    ) -> Iterator[tuple[Slot, int]]:
        equal = {"flow": flow} | ({"hidden": 0} if desk is Desk.SELLER else {})
        for row in view.table(SLOTS.name).page(equal, SLOTS.key, None, MILLION):
            slot = Slot(*row[:-1])
            if contract in ("", slot.contract_id) and market in ("", slot.market) and place in ("", slot.place):
                yield slot, row[-1]

    def _opened(self, document: Document, entry: Entry) -> Row:
        lines = document.lines
        priced = sum(line.quantity * (line.supply_price_minor or line.retail_price_minor) for line in lines)
        listed = Listed(
            document.stream, document.flow, document.number, document.state, document.contract_id,
            document.contract_id.rpartition("/")[2], document.place, lines[0].sku if lines else "", len(lines),
            sum(line.quantity for line in lines), priced or self._amount(document.flow, entry.draft, 0),
            document.currency, document.opened_at, entry.draft.occurred_at, document.version,
        )  # fmt: skip
        compiled = self._terms.find(document.contract)
        return self._row(listed, int(not sees(Desk.SELLER, self._flows[document.flow], compiled)), int(priced > 0))

    def _moved(self, row: Row, entry: Entry) -> Row:
        listed, hidden, priced = Listed(*row[:_LISTED]), row[_AT["hidden"]], row[_AT["priced"]]
        amount = listed.amount_minor
        if not priced and not entry.draft.reverses:
            amount = self._amount(listed.flow, entry.draft, amount)
        moved_at, version = entry.draft.occurred_at, listed.version + 1
        changed = replace(listed, state=entry.state, version=version, moved_at=moved_at, amount_minor=amount)
        return self._row(changed, hidden, priced)

    def _amount(self, flow: str, draft: Draft, otherwise: int) -> int:
        """The amount that the entry tells, of those that moves of the flow are told with."""
        told = [value for name in self._told[flow] if type(value := draft.details.get(name)) is int]
        return abs(told[0]) if told else otherwise

    def _row(self, listed: Listed, hidden: int, priced: int) -> Row:
        worth = listed.amount_minor * self._rates.get(listed.currency, MILLION) // MILLION
        slot = Slot(listed.flow, hidden, listed.state, listed.contract_id, listed.market, listed.place)
        return (*_values(listed), hidden, priced, worth, _id(slot))


_values = attrgetter(*(field.name for field in fields(Listed)))


def _amounts(flow: Flow) -> dict[str, None]:
    """Details that tell a document's amount, by its moves' needs and stakes."""
    names = (name for move in flow.moves for name in (*move.needs, move.stake))
    return dict.fromkeys(name for name in names if name.endswith("_minor"))


def _id(slot: Slot) -> int:
    """A number for the slot that is the same however the ledger was folded."""
    return int.from_bytes(blake2b(repr(tuple(slot)).encode(), digest_size=8).digest()) >> 1


def _slot_of(row: Row) -> Row:
    return (
        row[_AT["flow"]],
        row[_AT["hidden"]],
        *(row[_AT[name]] for name in ("state", "contract_id", "market", "place")),
    )


def _count(table: Table, before: Iterable[Row], after: Iterable[Row]) -> None:
    """Carries into the slots' counts what came into them and what left; an empty slot has no row."""
    change = Counter(map(_slot_of, after))
    change.subtract(map(_slot_of, before))
    keys = [key for key, count in change.items() if count]
    known = table.get(keys)
    counts = {key: (known[key][-1] if key in known else 0) + change[key] for key in keys}
    table.drop(key for key, count in counts.items() if not count)
    table.put((*key, count) for key, count in counts.items() if count)


def _order(sort: str, after: str | None, find: str) -> _Order:
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
    return _Order(column, falls, first, find)


def _in_slot(table: Table, slot: int, order: _Order, limit: int) -> Iterator[Row]:
    """The slot's rows in order, a few at a time; those alone whose number begins with what is to be found."""
    after, asked = order.first, min(CHUNK, limit + 1)
    if after is None and order.find:
        after = (order.find + LAST if order.falls else order.find, "")
    while rows := table.page({"slot": slot}, order.columns, after, asked):
        for row in rows:
            if order.find and not row[_AT["number"]].startswith(order.find):
                return
            yield row
        if len(rows) < asked:
            return
        after, asked = order.place(rows[-1]), limit + 1


def _of_goods(
    goods: Table, table: Table, flow: str, sku: str, order: _Order, slots: Mapping[int, Slot]
) -> Iterator[Row]:
    """Rows of the documents with the goods on a line, in order; in the order of opening page by page, else sorted."""
    if order.column == "opened_at":
        yield from (row for row in _walked(goods, table, flow, sku, order) if row[_AT["slot"]] in slots)
        return
    sign = order.falls
    rows = [
        row
        for row in _walked(goods, table, flow, sku, _Order("opened_at", False, None, ""))
        if row[_AT["slot"]] in slots and row[_AT["number"]].startswith(order.find)
    ]
    for row in sorted(rows, key=order.place, reverse=sign):
        if order.first is None or (order.place(row) < order.first if sign else order.place(row) > order.first):
            yield row


def _walked(goods: Table, table: Table, flow: str, sku: str, order: _Order) -> Iterator[Row]:
    """Rows of all documents with the goods on a line, in the order of opening."""
    after = order.first
    while marks := goods.page({"sku": sku, "flow": flow}, order.columns, after, 500):
        streams = [(f"{flow}/{number}",) for *_, number in marks]
        found = table.get(streams)
        yield from (found[stream] for stream in streams if stream in found)
        after = marks[-1][2:]
