"""Order lines → documents of the flow "order", moved to where the file says they are.

Hides in which order rows and files come. Keeps three invariants: a document only ever moves on, so that an older file
changes nothing; each move has a natural key, so that twice is once; and what file and ledger say against each other is
told, never written over.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

import polars as pl

from tuoguan.app.importing_shop import Shop
from tuoguan.app.importing_told import Place, Told, Trouble
from tuoguan.contracts import Compiled
from tuoguan.foundation.days import Day
from tuoguan.foundation.parties import Party
from tuoguan.foundation.problems import Problem, Refused, Severity
from tuoguan.intake import Export, Format
from tuoguan.operate import Line, Request, Stream, Work, load_flows, move_of, owner_of, stream_of

FLOW = "order"
BATCH = 500  # orders of one commit
DAY_SECONDS = 86_400
Progress = Callable[[str, int, int], None]
RANK = {"": 0, "unpaid": 0, "pending": 1, "placed": 2, "partly": 3, "cancelled": 4, "shipped": 5, "delivered": 6}
# How far a document is: what a file says of an earlier step is older than the ledger.
STEP = {
    "on_hold": 0, "placed": 1, "reserved": 2, "packed": 3, "cancel_asked": 3, "shipped": 4, "delivered": 5,
    "settled": 6, "closed": 7,
}  # fmt: skip
WAY = (("reserve", 2), ("pack", 3), ("ship", 4), ("deliver", 5))
# Why an order fell through, by who called it off; where a file does not say, the buyer is assumed, and that is kept.
REASON_BY_DOER = {"seller": "seller_fault", "buyer": "change_of_mind", "user": "change_of_mind"}
GOAL = {"placed": 2, "partly": 2, "shipped": 4, "delivered": 5}
TIMES = ("ordered_at", "paid_at", "ship_by_at", "shipped_at", "delivered_at", "cancelled_at")
TEXTS = (
    "order_number", "sku", "platform_sku", "site", "tracking", "carrier", "currency", "market", "state_raw",
    "cancelled_by",
)  # fmt: skip
NUMBERS = ("quantity", "unit_price_minor", "supply_price_minor", "amount_minor")


@dataclass(frozen=True, slots=True)
class Order:
    """The lines of one document as all files together tell them; ``at_by_step`` are UTC seconds, None where untold."""

    number: str
    state: str
    format: Format
    lines: tuple[dict[str, Any], ...]
    places: tuple[Place, ...]
    at: dict[str, int | None]
    text: dict[str, str]

    def keys(self) -> list[str]:
        """What tells the lines apart."""
        return [line["part"] for line in self.lines]


def import_orders(shop: Shop, work: Work, exports: Sequence[Export], told: Told, progress: Progress) -> None:
    """Opens and moves the documents of all orders in the exports."""
    formats = {export.format.id: export.format for export in exports}
    frame, done = merged(exports), 0
    total = frame.select(pl.struct("platform", "number").n_unique()).item()
    orders = _orders(frame, formats, told)
    while batch := list(islice(orders, BATCH)):
        progress("orders", done, total)
        _import_batch(shop, work, [order for order in batch if order.state != "unpaid"], told)
        done += len(batch)
    progress("orders", total, total)


def merged(exports: Sequence[Export]) -> pl.DataFrame:
    """One row per line of an order, told by whichever file has it furthest on; the others fill what it leaves open."""
    parts = []
    for export in exports:
        frame = export.rows.with_columns(format=pl.lit(export.format.id), platform=pl.lit(export.format.platform))
        by_line = export.format.document == "line"
        number = pl.when(pl.col("line") != "").then("line").otherwise("order_number") if by_line else "order_number"
        frame = frame.with_columns(number=number)
        nth = pl.int_range(pl.len()).over("number", "line", "sku")
        parts.append(frame.with_columns(part=pl.concat_str("line", "sku", nth.cast(pl.String), separator="|")))
    rank = pl.col("state").replace_strict(RANK, default=0, return_dtype=pl.Int64)
    frame = pl.concat(parts).with_columns(rank=rank).sort("rank", descending=True, maintain_order=True)
    filled = [pl.col(name).drop_nulls().first() for name in (*TIMES, *NUMBERS)]
    filled += [pl.col(name).replace("", None).drop_nulls().first().fill_null("") for name in TEXTS]
    keys = ["platform", "number", "part"]
    first = pl.col("state", "format", "file", "row").first()
    lines = frame.group_by(keys, maintain_order=True).agg(first, *filled)
    return lines.sort(pl.col("ordered_at").min().over("platform", "number"), *keys, nulls_last=True)


def _orders(frame: pl.DataFrame, formats: dict[str, Format], told: Told) -> Iterator[Order]:
    """The documents, oldest first; lines cancelled beside others that were not are told and left out."""
    for _, group in groupby(frame.iter_rows(named=True), key=itemgetter("platform", "number")):
        lines = list(group)
        yield order_of(lines, formats[lines[0]["format"]], told)


def order_of(lines: list[dict[str, Any]], format: Format, told: Told) -> Order:
    """The document of these lines."""
    standing = [line for line in lines if line["state"] not in ("cancelled", "unpaid")]
    if not standing:
        standing = [line for line in lines if line["state"] == "cancelled"] or lines
    elif gone := [line for line in lines if line["state"] == "cancelled"]:
        told.say([(line["file"], line["row"]) for line in gone], LINE_CANCELLED, used=True)
    places = tuple((line["file"], line["row"]) for line in standing)
    state = min((line["state"] for line in standing), key=RANK.__getitem__)
    if state == "unpaid":
        told.say(list(places), UNPAID)
    at = {name: _latest(standing, name) for name in TIMES}
    at["ordered_at"] = min((line["ordered_at"] for line in standing if line["ordered_at"] is not None), default=None)
    text = {name: next((line[name] for line in standing if line[name]), "") for name in TEXTS}
    return Order(standing[0]["number"], state, format, tuple(standing), places, at, text)


def _latest(lines: Sequence[dict[str, Any]], name: str) -> int | None:
    return max((line[name] for line in lines if line[name] is not None), default=None)


LINE_CANCELLED = Trouble(
    "line_cancelled", "state", "a line cancelled beside others that were not", "orders that stand or fall as one",
    "nothing to do; the order was recorded without the line", Severity.NOTE,
)  # fmt: skip
UNPAID = Trouble(
    "unpaid_order", "state", "an order that is not paid", "orders to be shipped",
    "nothing to do; import it again later", Severity.NOTE,
)  # fmt: skip
NO_TIME = Problem("ordered_at", "nothing", "when the order was placed", "export it with that time", "missing_cell")


def _import_batch(shop: Shop, work: Work, orders: Sequence[Order], told: Told) -> None:
    """One commit's worth of orders."""
    orders = [*_with_late_lines(shop, work, orders)]
    streams = [_stream(shop, order) for order in orders]
    with work.ledger.store.reading() as view:
        known = view.streams(streams)
    requests: list[Request] = []
    owners: list[Order] = []
    for order, stream in zip(orders, streams, strict=True):
        try:
            planned = _planned(shop, order, stream, known.get(stream), told)
        except Refused as refused:
            told.say(list(order.places), _trouble(refused))
            continue
        told.unchanged += not planned
        requests += planned
        owners += [order] * len(planned)
    _answer(work, requests, owners, told)


def _stream(shop: Shop, order: Order) -> str:
    return stream_of(FLOW, f"{shop.name(order.format)}/{order.number}")


def _with_late_lines(shop: Shop, work: Work, orders: Sequence[Order]) -> Iterator[Order]:
    """The orders; lines that came after their order was recorded become a document of their own beside it."""
    by_stream = {_stream(shop, order): order for order in orders}
    with work.ledger.store.reading() as view:
        there = view.streams([name for name, order in by_stream.items() if order.format.document == "order"])
    for stream, order in by_stream.items():
        known = set(work.document(stream).details.get("line_keys", order.keys())) if stream in there else None
        if known is None or known.issuperset(order.keys()):
            yield order
            continue
        split = [(line, line["part"] in known) for line in order.lines]
        for late in (False, True):
            lines = tuple(line for line, inside in split if inside is not late)
            if lines:
                number = (
                    f"{order.number}+{lines[0]['part'].partition('|')[0] or lines[0]['sku']}" if late else order.number
                )
                places = tuple((line["file"], line["row"]) for line in lines)
                yield Order(number, order.state, order.format, lines, places, order.at, order.text)


def _planned(shop: Shop, order: Order, stream: str, known: Stream | None, told: Told) -> list[Request]:
    """The requests that bring the document from where the ledger has it to where the file says it is.

    A move's key names the version it is made on: who plans the same move twice makes it once, and a document that was
    led back by hand can be led on again.
    """
    state, version = (known.state, known.version) if known is not None else (None, 0)
    moves = moves_of(state, order.state)
    if moves is None:
        told.say(list(order.places), contradiction(state or "", order.state))
        return []
    if not moves:
        return []
    at = order.at["ordered_at"]
    if at is None and state is None:
        raise Refused([NO_TIME])
    day = (at or 0) // DAY_SECONDS
    name = shop.contract_of(order.format, order.text["market"])
    compiled = shop.compiled(name, day, _currency(shop, order)) if name else None
    requests, last = [], 0
    for at_version, move in enumerate(moves, version):
        last = max(last, _when(order, move))
        requests.append(_request(shop, order, stream, move, last, f"import/{move}/{at_version}", compiled, day))
    return requests


def moves_of(state: str | None, goal: str) -> list[str] | None:
    """The moves from the ledger's state to the file's; none where the file is older, None where they contradict.

    >>> moves_of(None, "shipped"), moves_of("delivered", "placed"), moves_of("shipped", "cancelled")
    (['open', 'reserve', 'pack', 'ship'], [], None)
    """
    found = ["open"] if state is None else []
    here = STEP.get(state or "placed")
    if goal == "cancelled":
        if state == "cancelled":
            return []
        return [*found, "cancel"] if here is not None and here <= 3 else None
    if here is None:  # an end: cancelled, refused, lost
        return None if GOAL.get(goal, 0) >= 4 else []
    if goal == "pending":
        return [*found, "hold"] if state is None else []
    target = GOAL.get(goal, 1)
    if here >= target:
        return found
    if state == "on_hold":
        found.append("resume")
    if state == "cancel_asked":
        found.append("keep")
        here = 2
    return found + [move for move, step in WAY if here < step <= target]


def contradiction(state: str, goal: str) -> Trouble:
    """What the ledger and the file say against each other."""
    found = f"{goal} in the file, {state} in the ledger"
    return Trouble(
        "contradiction", "state", found, "a file that goes on from the ledger", "look at the order; move it by hand"
    )


def _when(order: Order, move: str) -> int:
    """When the move happened, as far as the file tells: else when the step before it did."""
    ordered = order.at["ordered_at"] or order.at["shipped_at"] or order.at["delivered_at"] or 0
    shipped = order.at["shipped_at"] or ordered
    by_move = {"pack": shipped, "ship": shipped, "deliver": order.at["delivered_at"] or shipped}
    return by_move.get(move, (order.at["cancelled_at"] or ordered) if move == "cancel" else ordered)


def _request(
    shop: Shop, order: Order, stream: str, move: str, at: int, key: str, compiled: Compiled | None, day: Day
) -> Request:  # fmt: skip
    """One move of the document, done by whom the contract gives it to."""
    rule = move_of(load_flows()[FLOW], move)
    by = (owner_of(rule, compiled) if rule is not None else None) or Party.SELLER
    if move != "open":
        return Request(stream, move, at, by, _details(order, move), key)
    currency = compiled.currency if compiled is not None else _currency(shop, order)
    place = shop.place_of(compiled, order.text["site"], order.text["market"])
    lines = tuple(part for line in order.lines for part in _lines(shop, line, compiled, day))
    terms = compiled.hash if compiled else ""
    return Request(
        stream, move, at, by, _details(order, move), key, None, terms, currency, place, lines
    )  # fmt: skip


def _currency(shop: Shop, order: Order) -> str:
    """The currency of the order's prices: the file's, else the seller's, whose catalogue gives them then."""
    return order.text["currency"] or (shop.seller.currency if shop.seller else "")


def _details(order: Order, move: str) -> dict[str, Any]:
    text = order.text
    if move == "open":
        told: dict[str, Any] = {
            "order_number": text["order_number"], "line_keys": order.keys(),
            "platform_status": text["state_raw"],
        }  # fmt: skip
        if order.at["ship_by_at"] is not None:
            told["due_at"] = order.at["ship_by_at"]
        return told
    if move == "cancel":
        by = text["cancelled_by"].strip().lower()
        return {"reason": REASON_BY_DOER.get(by, "change_of_mind"), "reason_assumed": by not in REASON_BY_DOER}
    if move == "ship" and text["tracking"]:
        return {"tracking_number": text["tracking"], "carrier": text["carrier"]}
    return {}


def _lines(shop: Shop, line: dict[str, Any], compiled: Compiled | None, day: Day) -> Iterator[Line]:
    """The line as the ledger keeps it; an amount that its units do not divide stands on two, to the cent."""
    sku, units = line["sku"], line["quantity"]
    weight, volume, _ = shop.size_of(sku)
    retail, supply = line["unit_price_minor"] or 0, line["supply_price_minor"] or 0
    rest = 0
    if line["amount_minor"] is not None:
        retail, rest = divmod(line["amount_minor"], units)
    if not line["currency"] and shop.seller is not None:
        retail, supply = shop.price_of(sku, line["market"], compiled.id if compiled else "", day)
    if units - rest:
        yield Line(sku, units - rest, retail, supply, weight, volume)
    if rest:
        yield Line(sku, rest, retail + 1, supply, weight, volume)


def _answer(work: Work, requests: Sequence[Request], owners: Sequence[Order], told: Told) -> None:
    """Does the moves in one commit; the first refusal of a document is told, those that follow from it are not."""
    failed: set[str] = set()
    for request, order, answer in zip(requests, owners, work.do_all(requests), strict=True):
        if not isinstance(answer, Refused):
            told.opened += request.move == "open"
            told.moved += request.move != "open"
        elif request.stream not in failed:
            failed.add(request.stream)
            told.say(list(order.places), _trouble(answer, request.move), used=request.move not in ("open", "track"))


def _trouble(refused: Refused, move: str = "") -> Trouble:
    """The first reason of a refusal, as a row's trouble."""
    one = refused.problems[0]
    return Trouble(one.code, move, one.found, one.expected, one.fix, one.severity)


def import_tracking(shop: Shop, work: Work, exports: Sequence[Export], told: Told, progress: Progress) -> None:
    """Tells the tracking numbers of orders that the ledger knows; an unknown order is listed."""
    for export in exports:
        rows = export.rows.with_columns(
            number=pl.when(pl.col("line") != "").then("line").otherwise("order_number")
            if export.format.document == "line"
            else pl.col("order_number")
        )
        lines = rows.unique("number", maintain_order=True).to_dicts()
        for first in range(0, len(lines), BATCH):
            progress("tracking", first, len(lines))
            _track(shop, work, export, lines[first : first + BATCH], told)


def _track(shop: Shop, work: Work, export: Export, lines: Sequence[dict[str, Any]], told: Told) -> None:
    by_stream = {stream_of(FLOW, f"{shop.name(export.format)}/{line['number']}"): line for line in lines}
    with work.ledger.store.reading() as view:
        there = view.streams(list(by_stream))
    requests, owners = [], []
    for stream, line in by_stream.items():
        place = [(line["file"], line["row"])]
        if stream not in there:
            told.say(place, UNKNOWN_ORDER)
            continue
        document = work.document(stream)
        if document.details.get("tracking_number") == line["tracking"]:
            told.unchanged += 1
            continue
        compiled = work.terms.find(document.contract)
        rule = move_of(load_flows()[FLOW], "track")
        by = (owner_of(rule, compiled) if rule is not None else None) or Party.SELLER
        details = {"tracking_number": line["tracking"], "carrier": line["carrier"]}
        at = max(document.at_by_state.values(), default=document.opened_at)
        requests.append(Request(stream, "track", at, by, details, f"import/track/{line['tracking']}"))
        owners.append(Order(line["number"], "", export.format, (line,), tuple(place), {}, {}))
    _answer(work, requests, owners, told)


UNKNOWN_ORDER = Trouble(
    "unknown_order", "order_number", "an order that the ledger does not know", "orders imported before",
    "import the orders first",
)  # fmt: skip
