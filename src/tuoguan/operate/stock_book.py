"""Stock by SKU and place, ready to be listed, sorted and followed: rows made from the postings of goods.

Hides how entries become rows. Keeps the invariant that units are the sums of the postings, so that what is listed is
what the accounts hold, and that a page of a list costs the same whatever the number of SKUs and orders.

A row with place "" is a SKU everywhere. Sales are smoothed: what was sold a day, half of it forgotten in
`HALF_LIFE_DAYS`, corrected for a short past at the last sale. Since all rates fade alike, the order by days of cover
does not change while nothing happens, and can be kept in an index.
"""

from collections.abc import Iterator, Sequence
from math import log
from typing import NamedTuple

from tuoguan.foundation.days import Day
from tuoguan.operate.accounts import StockAccount
from tuoguan.operate.postings_facts import DAY_SECONDS
from tuoguan.operate.storing import Row, Store, TableShape, Transaction
from tuoguan.operate.words import Entry

HALF_LIFE_DAYS, FEWEST_DAYS = 14, 7
FADE = log(2) / HALF_LIFE_DAYS
MICRO = 1_000_000
NO_SALES = 2**60  # behind all that have a cover
NONE_LEFT = -(2**60)  # before them
EVERYWHERE = ""
SKU = "sku/"
COLUMN_BY_KIND = {
    StockAccount.AT.value: "on_hand", StockAccount.RESERVED.value: "reserved",
    StockAccount.QUARANTINED.value: "quarantined", StockAccount.IN_TRANSIT.value: "in_transit",
    StockAccount.BUYER.value: "with_buyers", StockAccount.LOST.value: "lost", StockAccount.SCRAPPED.value: "scrapped",
}  # fmt: skip
UNITS = tuple(COLUMN_BY_KIND.values())
SOLD_FROM = (StockAccount.RESERVED.value, StockAccount.AT.value)

LINES = TableShape(
    "stock_line",
    {
        "place": "text", "sku": "text", **dict.fromkeys(UNITS, "int"), "raw_micro": "int", "rate_micro": "int",
        "first_on": "int", "rated_on": "int", "cover_rank": "int", "moved_on": "int",
    },
    ("place", "sku"),
    (("place", "cover_rank", "sku"), ("place", "-on_hand", "sku"), ("place", "-in_transit", "sku")),
)  # fmt: skip
PLACES = TableShape(
    "stock_place",
    {"place": "text", **dict.fromkeys(UNITS, "int"), "skus": "int", "short": "int", "arriving": "int",
     "waiting": "int"},
    ("place",),
)  # fmt: skip
LANES = TableShape("stock_lane", {"lane": "text", "place": "text", "units": "int"}, ("lane", "place"))
INBOUND = TableShape(
    "stock_inbound",
    {"stream": "text", "sku": "text", "lane": "text", "place": "text", "units": "int", "sent_on": "int"},
    ("stream", "sku", "lane", "place"),
    (("sku", "sent_on", "stream"),),
)
MOVES = TableShape("stock_move", {"sku": "text", "position": "int"}, ("sku", "position"))


class StockLine(NamedTuple):
    """A SKU at a place ("": everywhere), in the order of the table's columns.

    in_transit  goes to the place;  with_buyers, lost, scrapped  known for everywhere alone
    rate_micro  millionths of a unit sold a day as smoothed on ``rated_on``, the day of the last sale
    """

    place: str
    sku: str
    on_hand: int
    reserved: int
    quarantined: int
    in_transit: int
    with_buyers: int
    lost: int
    scrapped: int
    raw_micro: int
    rate_micro: int
    first_on: int
    rated_on: int
    cover_rank: int
    moved_on: int

    def sold_a_day(self, today: Day) -> float:
        """Units sold a day as seen today: smoothed, fading since the last sale."""
        return float(self.rate_micro / MICRO * 2 ** (-max(0, today - self.rated_on) / HALF_LIFE_DAYS))

    def cover_days(self, today: Day) -> float | None:
        """Days that what is on hand lasts at that rate; None where nothing was sold."""
        rate = self.sold_a_day(today)
        return self.on_hand / rate if rate > 0 else None


class StockPlace(NamedTuple):
    """All SKUs of a place together; ``short`` have sold and none is on hand, ``waiting`` are quarantined."""

    place: str
    on_hand: int
    reserved: int
    quarantined: int
    in_transit: int
    with_buyers: int
    lost: int
    scrapped: int
    skus: int
    short: int
    arriving: int
    waiting: int


class Inbound(NamedTuple):
    """Units of a SKU that a document has on its way to a place."""

    stream: str
    sku: str
    lane: str
    place: str
    units: int
    sent_on: Day


STOCK_ORDERS = {
    "sku": ("sku",), "cover": ("cover_rank", "sku"), "-on_hand": ("-on_hand", "sku"),
    "-in_transit": ("-in_transit", "sku"), "-quarantined": ("-quarantined", "sku"), "-reserved": ("-reserved", "sku"),
    "-moved": ("-moved_on", "sku"), "-cover": ("-cover_rank", "sku"), "-lost": ("-lost", "sku"), "-sku": ("-sku",),
    "on_hand": ("on_hand", "sku"), "in_transit": ("in_transit", "sku"), "reserved": ("reserved", "sku"),
    "quarantined": ("quarantined", "sku"), "moved": ("moved_on", "sku"), "lost": ("lost", "sku"),
}  # fmt: skip


class StockBook:
    """The projection; ``catch_up`` before reading."""

    name = "stock_book"
    shapes = (LINES, PLACES, LANES, INBOUND, MOVES)

    def apply(self, entries: Sequence[Entry], transaction: Transaction) -> None:
        """Fold entries into the rows of the SKUs they name."""
        fold = _Fold(transaction, entries)
        for entry, moved in fold.told:
            fold.take(entry, moved)
        fold.write()

    def page(
        self, store: Store, *, place: str = EVERYWHERE, sort: str = "cover", after: Row | None = None, limit: int = 50
    ) -> tuple[list[StockLine], Row | None]:
        """Rows of a place in an order of `STOCK_ORDERS`, and the mark of the next page."""
        order = STOCK_ORDERS[sort]
        with store.reading() as view:
            rows = view.table(LINES.name).page({"place": place}, order, after, limit + 1)
        lines = [StockLine(*row) for row in rows]
        return lines[:limit], mark(lines[limit - 1], sort) if len(lines) > limit else None

    def of_sku(self, store: Store, sku: str) -> list[StockLine]:
        """The SKU everywhere first, then at each place that ever had any."""
        with store.reading() as view:
            names = [row[0] for row in view.table(PLACES.name).page({}, ["place"], limit=10_000)]
            found = view.table(LINES.name).get([(name, sku) for name in names])
        return sorted(StockLine(*row) for row in found.values())

    def found(self, store: Store, place: str, text: str, limit: int) -> list[StockLine]:
        """SKUs of a place that begin with the text."""
        with store.reading() as view:
            table = view.table(LINES.name)
            exact = list(table.get([(place, text)]).values())
            rows = [*exact, *table.page({"place": place}, ["sku"], (text,), limit)]
        return [StockLine(*row) for row in rows if row[1].startswith(text)][:limit]

    def places(self, store: Store) -> list[StockPlace]:
        """Everywhere first, then each place, by name."""
        with store.reading() as view:
            return [StockPlace(*row) for row in view.table(PLACES.name).page({}, ["place"], limit=10_000)]

    def lanes(self, store: Store) -> list[tuple[str, str, int]]:
        """(lane, place it leads to, units under way)."""
        with store.reading() as view:
            rows = view.table(LANES.name).page({}, ["lane", "place"], limit=10_000)
        return [(lane, place, units) for lane, place, units in rows if units]

    def inbound(self, store: Store, sku: str, limit: int = 200) -> list[Inbound]:
        """What is on its way of a SKU, sent first first."""
        with store.reading() as view:
            rows = view.table(INBOUND.name).page({"sku": sku}, ["sent_on", "stream"], limit=limit)
        return [Inbound(*row) for row in rows]

    def moves(self, store: Store, sku: str, before: int | None = None, limit: int = 50) -> list[int]:
        """Positions of the entries that moved a SKU, the latest first, behind ``before``."""
        after = None if before is None else (before,)
        with store.reading() as view:
            return [row[1] for row in view.table(MOVES.name).page({"sku": sku}, ["-position"], after, limit)]


def mark(line: StockLine, sort: str) -> Row:
    """Where a row stands in an order."""
    return tuple(getattr(line, column.removeprefix("-")) for column in STOCK_ORDERS[sort])


class _Fold:
    """One chunk of entries over the tables."""

    def __init__(self, transaction: Transaction, entries: Sequence[Entry]) -> None:
        self.tables = {shape.name: transaction.table(shape.name) for shape in StockBook.shapes}
        self.told = [(entry, moved) for entry in entries if (moved := _moved(entry))]
        keys = {(place, sku) for _, moved in self.told for sku, _, place, _ in moved}
        keys |= {(EVERYWHERE, sku) for _, sku in keys}
        known = self.tables[LINES.name].get(sorted(keys))
        self.before = {key: StockLine(*row) for key, row in known.items()}
        self.lines = {key: list(known.get(key, (*key, *[0] * (len(LINES.columns) - 2)))) for key in keys}
        self.lanes: dict[Row, int] = {}
        self.inbound: dict[Row, tuple[int, Day]] = {}
        self.moves: set[Row] = set()
        self._load_inbound()

    def _load_inbound(self) -> None:
        keys = {
            (entry.stream, sku, *_lane(account))
            for entry, moved in self.told for sku, kind, _, (account, _) in moved
            if kind == StockAccount.IN_TRANSIT.value
        }  # fmt: skip
        for key, row in self.tables[INBOUND.name].get(sorted(keys)).items():
            self.inbound[key] = (row[-2], row[-1])
        known = self.tables[LANES.name].get(sorted({key[2:] for key in keys}))
        self.lanes = {key: row[-1] for key, row in known.items()}

    def take(self, entry: Entry, moved: list["Moved"]) -> None:
        """One entry into the rows."""
        day = entry.draft.occurred_at // DAY_SECONDS
        sold = {sku: amount for sku, kind, _, (_, amount) in moved if kind == StockAccount.BUYER.value and amount > 0}
        for sku, kind, place, (account, amount) in moved:
            self.moves.add((sku, entry.position))
            column = 2 + UNITS.index(COLUMN_BY_KIND[kind])
            for key in {(place, sku), (EVERYWHERE, sku)}:
                line = self.lines[key]
                line[column] += amount
                line[-1] = max(line[-1], day)
                if kind in SOLD_FROM and amount < 0 and sku in sold:
                    _sell(line, -amount, day)
            if kind == StockAccount.IN_TRANSIT.value:
                self._under_way((entry.stream, sku, *_lane(account)), amount, day)

    def _under_way(self, key: Row, amount: int, day: Day) -> None:
        units, sent_on = self.inbound.get(key, (0, day))
        self.inbound[key] = (units + amount, sent_on)
        self.lanes[key[2:]] = self.lanes.get(key[2:], 0) + amount

    def write(self) -> None:
        """Write what has changed."""
        after = {}
        for key, line in self.lines.items():
            line[-2] = _rank(StockLine(*line))
            after[key] = StockLine(*line)
        self.tables[LINES.name].put(after.values())
        self._write_places(after)
        self.tables[LANES.name].put((*key, units) for key, units in self.lanes.items())
        held = {key: value for key, value in self.inbound.items() if value[0]}
        self.tables[INBOUND.name].put((*key, *value) for key, value in held.items())
        self.tables[INBOUND.name].drop(key for key in self.inbound if key not in held)
        self.tables[MOVES.name].put(self.moves)

    def _write_places(self, after: dict[tuple[str, str], StockLine]) -> None:
        """The sums of the places that changed."""
        change: dict[str, list[int]] = {}
        for key, line in after.items():
            sums = change.setdefault(key[0], [0] * (len(PLACES.columns) - 1))
            for index, units in enumerate(_counted(line)):
                sums[index] += units
            for index, units in enumerate(_counted(self.before.get(key))):
                sums[index] -= units
        known = self.tables[PLACES.name].get([(place,) for place in sorted(change)])
        self.tables[PLACES.name].put(
            (place, *map(sum, zip(known.get((place,), (place, *[0] * len(sums)))[1:], sums, strict=True)))
            for place, sums in change.items()
        )


Moved = tuple[str, str, str, tuple[str, int]]  # SKU, kind of account, place, (account, units)


def _moved(entry: Entry) -> list[Moved]:
    """The entry's postings of goods that are listed here; what comes from suppliers is seen where it arrives."""
    found = []
    for account, unit, amount in entry.draft.postings:
        if unit.startswith(SKU):
            kind = ":".join(account.split(":", 2)[:2])
            if kind in COLUMN_BY_KIND:
                found.append((unit.removeprefix(SKU), kind, _place(kind, account), (account, amount)))
    return found


def _place(kind: str, account: str) -> str:
    """Where the units are or go to; everywhere for goods that lie at no place."""
    rest = account.removeprefix(kind).removeprefix(":")
    return rest.partition(":")[2] if kind == StockAccount.IN_TRANSIT.value else rest


def _lane(account: str) -> tuple[str, str]:
    """The lane and the place it leads to."""
    lane, _, place = account.removeprefix(f"{StockAccount.IN_TRANSIT.value}:").partition(":")
    return lane, place


def _sell(line: list[int], units: int, day: Day) -> None:
    """The smoothed rate behind one more sale; a sale told late counts on the day of the last one."""
    raw, first_on, rated_on = line[9], line[11], line[12]
    if not rated_on:
        first_on = rated_on = day
    day = max(day, rated_on)
    raw = round(raw * 2 ** (-(day - rated_on) / HALF_LIFE_DAYS) + units * MICRO * FADE)
    days = max(FEWEST_DAYS, day - first_on + 1)
    line[9:13] = [raw, round(raw / (1 - 2 ** (-days / HALF_LIFE_DAYS))), first_on, day]


def _rank(line: StockLine) -> int:
    """The order by days of cover, which is the same on every day."""
    if line.rate_micro <= 0:
        return NO_SALES
    if line.on_hand <= 0:
        return NONE_LEFT - min(line.rate_micro, 2**60)
    return round(MICRO * (log(line.on_hand) - log(line.rate_micro) - FADE * line.rated_on))


def _counted(line: StockLine | None) -> Iterator[int]:
    """What a row adds to its place's sums."""
    if line is None:
        return
    units = (
        line.on_hand, line.reserved, line.quarantined, line.in_transit, line.with_buyers, line.lost, line.scrapped,
    )  # fmt: skip
    yield from units
    yield int(any(units))
    yield int(line.on_hand <= 0 and line.rate_micro > 0)
    yield int(line.in_transit > 0)
    yield int(line.quarantined > 0)
