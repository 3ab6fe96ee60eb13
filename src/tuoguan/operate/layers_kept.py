"""Inventory at landed cost as a projection over postings of stock and bills, and what a closed period owes to it.

Hides how entries become layers. Keeps the invariant that it is a function of the entries: rebuilt, it is the same to
the minor unit, and it agrees with the balances in units.

Goods on hand, reserved and under check at a place share its layers; goods under way keep their lot. A document may be
about the goods of another: a return about those of the order that its detail ``order`` names, or of its own
number; a purchase about those of the stock order that carries them (detail ``carried_by``). A return takes back the
cost its order left with.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import msgspec

from tuoguan.operate.accounts import MoneyAccount, StockAccount, money
from tuoguan.operate.layers import Costing, Gone, Layer, Shelf, Value, add, layer_of, layer_told
from tuoguan.operate.storing import Store, TableShape, Transaction
from tuoguan.operate.words import Draft, Entry, Posting

CLOSING = "inventory.close"
SKU = "sku/"
RETURN, ORDER, PURCHASE = "return/", "order/", "purchase/"
LINKS = {RETURN: "order", PURCHASE: "carried_by"}
INVENTORY = f"{MoneyAccount.INVENTORY.value}:"
TRANSIT = StockAccount.IN_TRANSIT.value
WORTH = ("place", "component", "currency")
PLACED = (StockAccount.AT.value, StockAccount.RESERVED.value, StockAccount.QUARANTINED.value)
GONE_BY_ACCOUNT = {
    StockAccount.BUYER.value: Gone.SOLD, StockAccount.LOST.value: Gone.LOST, StockAccount.SCRAPPED.value: Gone.LOST,
}  # fmt: skip


class StockValue(NamedTuple):
    """What lies at a place, or on its way there: units, and minor units by (component, currency)."""

    sku: str
    place: str
    units: int
    value: Value


@dataclass(frozen=True)
class CostLayers:
    """The projection; one ledger may keep one of each costing."""

    costing: Costing = Costing.FIFO

    @property
    def name(self) -> str:
        """Its name and the start of its tables' names."""
        return f"layers_{self.costing.value}"

    @property
    def shapes(self) -> tuple[TableShape, ...]:
        """Shelves by SKU, what each order took of them, whose goods a document is about, and what places are worth."""
        return (
            TableShape(self.name, {"sku": "text", "shelf": "text"}, ("sku",)),
            TableShape(f"{self.name}_taken", {"stream": "text", "sku": "text", "layers": "text"}, ("stream", "sku")),
            TableShape(f"{self.name}_about", {"stream": "text", "other": "text"}, ("stream",)),
            TableShape(f"{self.name}_worth", {**dict.fromkeys(WORTH, "text"), "minor": "int"}, WORTH),
        )

    def apply(self, entries: Sequence[Entry], transaction: Transaction) -> None:
        """Fold entries into the shelves of the SKUs they name."""
        _Fold(self, transaction).fold(entries)

    def shelves(self, store: Store) -> Iterator[tuple[str, Shelf]]:
        """Every SKU with its shelf, in the order of SKUs; catch up first."""
        with store.reading() as view:
            after = None
            while rows := view.table(self.name).page({}, ["sku"], after, limit=1000):
                for sku, told in rows:
                    yield sku, Shelf.from_json(self.costing, msgspec.json.decode(told))
                after = (rows[-1][0],)

    def shelves_of(self, store: Store, skus: Sequence[str]) -> dict[str, Shelf]:
        """The shelves of these SKUs; catch up first."""
        with store.reading() as view:
            rows = view.table(self.name).get([(sku,) for sku in skus])
        return {key[0]: Shelf.from_json(self.costing, msgspec.json.decode(row[1])) for key, row in rows.items()}

    def worth(self, store: Store) -> Iterator[tuple[str, str, str, int]]:
        """(place, component, currency, minor) of all goods, as `values` adds up to; catch up first."""
        with store.reading() as view:
            rows = view.table(f"{self.name}_worth").page({}, WORTH, limit=100_000)
        for place, component, currency, minor in rows:
            if minor:
                yield place, component, currency, minor

    def values(self, store: Store) -> Iterator[StockValue]:
        """What lies where at which cost; goods under way stand at "in_transit:lane:place"."""
        for sku, shelf in self.shelves(store):
            for place, layers in shelf.layers.items():
                if layers:
                    yield StockValue(sku, place, shelf.units(place), shelf.value(place))

    def closing(self, store: Store, at: int) -> Draft:
        """What brings the accounts in line with the layers: cost of goods sold and lost, cost that moved with goods.

        Catch up first. An entry without postings says that nothing has changed since the last one.
        """
        wanted: dict[tuple[str, str], int] = {}
        for sku, shelf in self.shelves(store):
            for account, currency, minor in _wanted(sku, shelf):
                wanted[account, currency] = wanted.get((account, currency), 0) + minor
        accounts = (INVENTORY, MoneyAccount.GOODS_SOLD.value, MoneyAccount.GOODS_LOST.value)
        found = {(account, unit): held for start in accounts for account, unit, held in store.all_balances(start)}
        postings = tuple(
            Posting(*key, wanted.get(key, 0) - found.get(key, 0))
            for key in sorted({*wanted, *found})
            if wanted.get(key, 0) != found.get(key, 0)
        )
        return Draft(CLOSING, at, postings, {"costing": self.costing.value})


def _wanted(sku: str, shelf: Shelf) -> Iterator[tuple[str, str, int]]:
    """(account, currency, balance) that the shelf asks for."""
    by_place: dict[str, Value] = {}
    for place, layers in shelf.layers.items():
        for layer in layers:
            add(by_place.setdefault(place.rsplit(":", maxsplit=1)[-1], {}), layer.value)
    for lot in shelf.lots.values():
        add(by_place.setdefault(lot.place, {}), lot.waiting)
    for place, value in by_place.items():
        for (component, currency), minor in value.items():
            yield money(MoneyAccount.INVENTORY, place, sku, component), currency, minor
    for word, kind in ((Gone.SOLD, MoneyAccount.GOODS_SOLD), (Gone.LOST, MoneyAccount.GOODS_LOST)):
        for (_, currency), minor in shelf.gone[word].value.items():
            yield money(kind), currency, minor


class _Told(NamedTuple):
    """What an entry says of layers: units by SKU and account, and bills as (SKU, component, currency, minor, place)."""

    entry: Entry
    moved: dict[str, dict[str, int]]
    bills: list[tuple[str, str, str, int, str]]

    def skus(self) -> set[str]:
        """SKUs whose shelf it touches."""
        return {*self.moved, *(bill[0] for bill in self.bills)}


class _Fold:
    """Entries of one chunk over the shelves they touch."""

    def __init__(self, kept: CostLayers, transaction: Transaction) -> None:
        self.costing = kept.costing
        self.tables = [transaction.table(shape.name) for shape in kept.shapes]
        self.shelves: dict[str, Shelf] = {}
        self.taken: dict[tuple[str, str], list[Layer]] = {}
        self.other_by_stream: dict[str, str] = {}

    def fold(self, entries: Sequence[Entry]) -> None:
        """Fold and write back what has changed."""
        told = [found for entry in entries if (found := _told(entry)) is not None]
        self._load(entries, told)
        worth: dict[tuple[str, str, str], int] = {}
        self._weigh(worth, -1)
        for one in told:
            for sku, by_account in one.moved.items():
                self._move(one.entry, sku, by_account)
            for sku, component, currency, minor, place in one.bills:
                self._shelf(sku).bill(self._about(one.entry.stream), (component, currency), minor, place)
        self._weigh(worth, 1)
        shelves, taken, about, places = self.tables
        known = places.get([key for key, minor in worth.items() if minor])
        places.put((*key, (known[key][-1] if key in known else 0) + minor) for key, minor in worth.items() if minor)
        shelves.put((sku, _text(shelf.as_json())) for sku, shelf in self.shelves.items())
        taken.put((*key, _text([layer_told(layer) for layer in layers])) for key, layers in self.taken.items())
        about.put(self.other_by_stream.items())

    def _load(self, entries: Sequence[Entry], told: Sequence[_Told]) -> None:
        """Read all that these entries may need, at once."""
        shelves, taken, about, _ = self.tables
        skus = sorted({sku for one in told for sku in one.skus()})
        for (sku,), row in shelves.get([(sku,) for sku in skus]).items():
            self.shelves[sku] = Shelf.from_json(self.costing, msgspec.json.decode(row[1]))
        streams = sorted({entry.stream for entry in entries if entry.stream.startswith(tuple(LINKS))})
        self.other_by_stream = {key[0]: row[1] for key, row in about.get([(name,) for name in streams]).items()}
        for entry in entries:
            if other := _named(entry):
                self.other_by_stream[entry.stream] = other
        buyer = StockAccount.BUYER.value
        wanted = {
            (self._about(one.entry.stream), sku)
            for one in told for sku, by_account in one.moved.items() if buyer in by_account
        }  # fmt: skip
        for key, row in taken.get(sorted(wanted)).items():
            self.taken[key[0], key[1]] = [layer_of(item) for item in msgspec.json.decode(row[2])]

    def _weigh(self, worth: dict[tuple[str, str, str], int], sign: int) -> None:
        """Adds what the shelves in hand are worth by place, or takes it off."""
        for shelf in self.shelves.values():
            for place, layers in shelf.layers.items():
                for layer in layers:
                    for (component, currency), minor in layer.value.items():
                        key = (place, component, currency)
                        worth[key] = worth.get(key, 0) + sign * minor

    def _about(self, stream: str) -> str:
        """The document whose goods an entry of this stream is about: most often its own."""
        other = self.other_by_stream.get(stream)
        if other is None and stream.startswith(RETURN):
            return ORDER + stream.removeprefix(RETURN)
        return other or stream

    def _shelf(self, sku: str) -> Shelf:
        return self.shelves.setdefault(sku, Shelf(self.costing))

    def _move(self, entry: Entry, sku: str, by_account: Mapping[str, int]) -> None:
        """Units leave accounts and come into others, each with its cost."""
        shelf, lot, given = self._shelf(sku), self._about(entry.stream), list[Layer]()
        for account, units in by_account.items():
            if units < 0:
                given += self._out(shelf, (lot, sku), account, -units)
        origin = next((account for account, units in by_account.items() if units < 0), "")
        for account, units in by_account.items():
            if units > 0:
                self._into(shelf, (lot, sku), account, _cut(given, units), origin)

    def _out(self, shelf: Shelf, about: tuple[str, str], account: str, units: int) -> list[Layer]:
        if account == StockAccount.SUPPLIER.value:
            return shelf.come(about[0], units)
        word = GONE_BY_ACCOUNT.get(account)
        if word is None:
            return shelf.take(_place(account), units, about[0])
        taken = self.taken.get(about, []) if word is Gone.SOLD else []
        return shelf.come_back(word, units, _cut(taken, min(units, sum(layer.units for layer in taken))))

    def _into(self, shelf: Shelf, about: tuple[str, str], account: str, given: list[Layer], origin: str) -> None:
        if account == StockAccount.SUPPLIER.value:
            shelf.go_back(about[0], given, origin.rsplit(":", maxsplit=1)[-1])
        elif account in GONE_BY_ACCOUNT:
            shelf.leave(GONE_BY_ACCOUNT[account], given)
            if account == StockAccount.BUYER.value:
                self.taken.setdefault(about, []).extend(given)
        else:
            shelf.put(_place(account), given, pooled=not account.startswith(TRANSIT))


def _named(entry: Entry) -> str:
    """The document that an entry says it is about; "" where it says none."""
    for start, name in LINKS.items():
        if entry.stream.startswith(start):
            return str(entry.draft.details.get(name) or "")
    return ""


def _told(entry: Entry) -> _Told | None:
    """What the entry says of layers; None when it says nothing: goods within a place take no cost along."""
    if entry.draft.kind == CLOSING:
        return None
    found = _Told(entry, {}, [])
    for account, unit, amount in entry.draft.postings:
        if unit.startswith(SKU):
            by_account, joint = found.moved.setdefault(unit.removeprefix(SKU), {}), _joint(account)
            by_account[joint] = by_account.get(joint, 0) + amount
        elif account.startswith(INVENTORY):
            place, rest = account.removeprefix(INVENTORY).split(":", maxsplit=1)
            sku, component = rest.rsplit(":", maxsplit=1)
            found.bills.append((sku, component, unit, amount, place))
    for sku in [sku for sku, by_account in found.moved.items() if not any(by_account.values())]:
        del found.moved[sku]
    return found if found.moved or found.bills else None


@lru_cache(maxsize=65_536)
def _joint(account: str) -> str:
    """The account whose layers it shares: those of a place are one."""
    start = next((start for start in PLACED if account.startswith(f"{start}:")), "")
    return f"{StockAccount.AT.value}{account.removeprefix(start)}" if start else account


def _place(account: str) -> str:
    """The place of the layers: a place's name, or "in_transit:lane:place"."""
    return account.removeprefix("stock:").removeprefix("at:")


def _cut(given: list[Layer], units: int) -> list[Layer]:
    """The first ``units`` of what is given, which is left with the rest."""
    found = []
    while units:
        part = given.pop(0) if given[0].units <= units else given[0].take(units)
        units -= part.units
        found.append(part)
    return found


def _text(told: object) -> str:
    return msgspec.json.encode(told).decode()
