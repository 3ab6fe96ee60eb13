"""Documents as lists: by state, contract, place and goods, in the orders that people read them in.

Hides the tables. Keeps the invariants that the rows are a function of the entries, whatever they were folded in, and
that a page costs what it shows: each document lies in one *slot* (its flow, state, contract and place), every slot is
read in order, and a list is the merge of the slots that it asks for.

What a desk sees is the rule of the queue (`sees`). Money is ordered by its worth in the home currency.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from heapq import merge
from itertools import islice
from operator import attrgetter

from tuoguan.operate.flow_words import Desk, Document, Flow
from tuoguan.operate.flows import load_flows
from tuoguan.operate.register_order import in_slot, of_goods, order_of
from tuoguan.operate.register_rows import AT, GOODS, LISTED, REGISTER, SLOTS, Listed, Slot, id_of, slot_of
from tuoguan.operate.storing import Row, Store, Table, Transaction
from tuoguan.operate.terms import Terms
from tuoguan.operate.words import Draft, Entry
from tuoguan.operate.work_documents import fold
from tuoguan.operate.work_rules import sees

MILLION = 1_000_000
NEWEST = "-opened_at"
LEAST = 3  # rows of a slot read at first while slots are merged; then twice as many each time
_values = attrgetter(*(field.name for field in fields(Listed)))


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
        order = order_of(sort, after, find)
        with store.reading() as view:
            slots = {
                id_of(slot): slot
                for slot, _ in self._slots(view, flow, desk, contract=contract, market=market, place=place)
                if not states or slot.state in states
            }
            table = view.table(REGISTER.name)
            if sku:
                rows = of_goods(view.table(GOODS.name), table, flow, sku, order, slots)
            else:
                first = max(LEAST, 2 * limit // max(1, len(slots)))
                parts = (in_slot(table, slot, order, first) for slot in slots)
                rows = merge(*parts, key=order.place, reverse=order.falls)
            found = list(islice(rows, limit + 1))
        marked = order.mark(found[limit - 1]) if len(found) > limit else None
        return [Listed(*row[:LISTED]) for row in found[:limit]], marked

    def find(self, store: Store, streams: Sequence[str], *, desk: Desk) -> dict[str, Listed]:
        """These documents as they stand in lists; those that are not there, or hidden from the desk, are left out."""
        with store.reading() as view:
            rows = view.table(REGISTER.name).get([(stream,) for stream in streams])
        return {
            key[0]: Listed(*row[:LISTED])
            for key, row in rows.items()
            if desk is not Desk.SELLER or not row[AT["hidden"]]
        }

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
        listed, hidden, priced = Listed(*row[:LISTED]), row[AT["hidden"]], row[AT["priced"]]
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
        return (*_values(listed), hidden, priced, worth, id_of(slot))


def _amounts(flow: Flow) -> dict[str, None]:
    """Details that tell a document's amount, by its moves' needs and stakes."""
    names = (name for move in flow.moves for name in (*move.needs, move.stake))
    return dict.fromkeys(name for name in names if name.endswith("_minor"))


def _count(table: Table, before: Iterable[Row], after: Iterable[Row]) -> None:
    """Carries into the slots' counts what came into them and what left; an empty slot has no row."""
    change = Counter(map(slot_of, after))
    change.subtract(map(slot_of, before))
    keys = [key for key, count in change.items() if count]
    known = table.get(keys)
    counts = {key: (known[key][-1] if key in known else 0) + change[key] for key in keys}
    table.drop(key for key, count in counts.items() if not count)
    table.put((*key, count) for key, count in counts.items() if count)
