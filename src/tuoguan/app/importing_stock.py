"""Counted stock and stock orders → the ledger: what a count finds more or less, and stock orders moved on.

Hides what the ledger believed at the time of a count. Keeps the invariants that a count brings the ledger's balance of
that day to what was counted, whatever happened since, that the same count changes nothing a second time, and that a
count older than the last one of its place changes nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tuoguan.app.importing_orders import BATCH, Progress, contradiction
from tuoguan.app.importing_shop import Shop
from tuoguan.app.importing_told import Place, Told, Trouble
from tuoguan.foundation.days import day_of, iso
from tuoguan.foundation.ids import content_hash, json_bytes
from tuoguan.foundation.parties import Party
from tuoguan.foundation.problems import Refused, Severity
from tuoguan.intake import Export
from tuoguan.operate import (
    Append,
    Draft,
    Line,
    Posting,
    Request,
    StockAccount,
    Transaction,
    Work,
    goods,
    load_flows,
    move_of,
    moves_between,
    owner_of,
    stock,
    stream_of,
)

COUNT = "count.find"
DAY_SECONDS = 86_400
COUNTED = {"at": StockAccount.AT, "quarantined": StockAccount.QUARANTINED}  # what a count can correct; the rest is told
FLOW = "stock_order"
OLDER = "nothing to do; the ledger has a later count of the place"


def import_counts(shop: Shop, work: Work, exports: Sequence[Export], told: Told) -> None:
    """Records the differences between what was counted and what the ledger believed at the end of that day."""
    for export in sorted(exports, key=lambda one: str(one.rows["counted_on"].min())):
        for (site, day), rows in export.rows.group_by("site", "counted_on", maintain_order=True):
            places = [(file, row) for file, row in rows.select("file", "row").unique(maintain_order=True).rows()]
            try:
                market = _market(shop, export)
                name = shop.contract_of(export.format, market)
                compiled = shop.compiled(name, day_of(_date(day)), "") if name else None
                place = shop.place_of(compiled, str(site or ""), market)
                counted = {
                    (account, sku): units for account, sku, units in rows.select("account", "sku", "quantity").rows()
                }
                _count(work, place, day_of(_date(day)), counted, places, told)
            except Refused as refused:
                one = refused.problems[0]
                told.say(places, Trouble(one.code, "", one.found, one.expected, one.fix, one.severity))


def _date(value: object) -> date:
    assert isinstance(value, date)
    return value


def _market(shop: Shop, export: Export) -> str:
    seller = shop.seller
    return export.format.market or (seller.markets[0] if seller and len(seller.markets) == 1 else "")


def _count(
    work: Work, place: str, day: int, counted: Mapping[tuple[str, str], int], places: list[Place], told: Told
) -> None:  # fmt: skip
    """One entry for one place and day: goods found came from the supplier after all, goods missing are lost."""
    stream, at = f"count/{place}", (day + 1) * DAY_SECONDS - 1
    said = [[account, sku, units] for (account, sku), units in sorted(counted.items())]
    key = content_hash(json_bytes([day, said]))
    entries = work.ledger.store.stream(stream)
    if any(entry.key == key for entry in entries):
        told.unchanged += 1
        return
    if any(entry.draft.occurred_at > at for entry in entries):
        told.say(places, Trouble("older_count", "", iso(day), "the latest count of the place", OLDER, Severity.NOTE))
        return
    postings = corrections(work, place, counted, at)
    draft = Draft(COUNT, at, tuple(postings), {"counted": said, "counted_on": iso(day), "place": place})
    work.ledger.append(Append(stream, key, (draft,), actor="import"))
    told.opened += 1


def corrections(
    work: Work, place: str, counted: Mapping[tuple[str, str], int], at: int
) -> list[Posting]:  # fmt: skip
    """What brings the ledger's balances of an instant to what was counted, by (word of `COUNTED`, SKU)."""
    wanted = {(stock(COUNTED[account], place), goods(sku)): units for (account, sku), units in counted.items()
              if account in COUNTED}  # fmt: skip
    believed = balances_at(work, list(wanted), at)
    postings = []
    for (account, unit), units in wanted.items():
        missing = believed[account, unit] - units
        other = stock(StockAccount.LOST) if missing > 0 else stock(StockAccount.SUPPLIER)
        if missing:
            postings += [Posting(account, unit, -missing), Posting(other, unit, missing)]
    return postings


def balances_at(work: Work, wanted: list[tuple[str, str]], at: int) -> dict[tuple[str, str], int]:
    """What the ledger knows today of balances at an instant: those of now, less what happened after it."""
    asked = frozenset(wanted)
    with work.ledger.store.reading() as view:
        known = view.balances(wanted)
        balances = {key: known.get(key, 0) for key in wanted}
        for row in view.rows(_first_recorded(view, at), None):
            if row.occurred_at > at:
                for account, unit, amount in json_postings(row.postings):
                    if (account, unit) in asked:
                        balances[account, unit] -= amount
    return balances


def json_postings(text: str) -> list[tuple[str, str, int]]:
    """The postings of an entry's row."""
    import msgspec

    return msgspec.json.decode(text, type=list[tuple[str, str, int]])


def _first_recorded(view: Transaction, at: int) -> int:
    """The last position that was recorded before the instant: nothing up to there happened after it."""
    low, high = 0, view.head().position
    while low < high:
        middle = (low + high + 1) // 2
        row = next(iter(view.rows(middle - 1, middle)))
        if row.recorded_at < at:
            low = middle
        else:
            high = middle - 1
    return low


def import_stock_orders(shop: Shop, work: Work, exports: Sequence[Export], told: Told, progress: Progress) -> None:
    """Opens stock orders and moves them to where the file says they are."""
    for export in exports:
        groups = export.rows.partition_by("order_number", maintain_order=True)
        for first in range(0, len(groups), BATCH):
            progress("stock orders", first, len(groups))
            for group in groups[first : first + BATCH]:
                _stock_order(shop, work, export, group.to_dicts(), told)


def _stock_order(shop: Shop, work: Work, export: Export, lines: list[dict[str, Any]], told: Told) -> None:
    """One stock order: its requests in one commit."""
    places = [(line["file"], line["row"]) for line in lines]
    stream = stream_of(FLOW, f"{shop.name(export.format)}/{lines[0]['order_number']}")
    with work.ledger.store.reading() as view:
        known = view.streams([stream]).get(stream)
    goal = lines[0]["state"] or "asked"
    start = known.state if known else "asked"
    moves = moves_between(FLOW, start, goal)
    if moves is None:
        behind = moves_between(FLOW, goal, start) is not None
        told.unchanged += behind
        if not behind:
            told.say(places, contradiction(start, goal))
        return
    if known and not moves:
        told.unchanged += 1
        return
    try:
        requests = _stock_requests(shop, export, stream, lines, [] if known else ["open"], list(moves))
    except Refused as refused:
        one = refused.problems[0]
        told.say(places, Trouble(one.code, "", one.found, one.expected, one.fix, one.severity))
        return
    for request, answer in zip(requests, work.do_all(requests), strict=True):
        if isinstance(answer, Refused):
            one = answer.problems[0]
            trouble = Trouble(one.code, request.move, one.found, one.expected, one.fix, one.severity)
            told.say(places, trouble, used=request.move != "open")
            return
        told.opened += request.move == "open"
        told.moved += request.move != "open"


def _stock_requests(
    shop: Shop, export: Export, stream: str, lines: list[dict[str, Any]], opening: list[str], moves: list[str]
) -> list[Request]:  # fmt: skip
    first = lines[0]
    ordered = first["ordered_at"] or 0
    market = _market(shop, export)
    name = shop.contract_of(export.format, market)
    compiled = shop.compiled(name, ordered // DAY_SECONDS, "") if name else None
    place = shop.place_of(compiled, "", market)
    requests, last = [], 0
    for move in opening + moves:
        told_at = {"send": first["shipped_at"], "receive": first["received_at"]}.get(move)
        last = max(last, told_at or ordered)
        rule = move_of(load_flows()[FLOW], move)
        by = (owner_of(rule, compiled) if rule is not None else None) or Party.SELLER
        details = _stock_details(first, lines, move)
        if move != "open":
            requests.append(Request(stream, move, last, by, details, f"import/{move}"))
            continue
        goods_lines = tuple(_stock_line(shop, line, market, name, ordered) for line in lines)
        currency = shop.seller.currency if shop.seller else ""
        hash_ = compiled.hash if compiled else ""
        requests.append(
            Request(stream, move, last, by, details, "import/open", None, hash_, currency, place, goods_lines)
        )
    return requests


def _stock_line(shop: Shop, line: dict[str, Any], market: str, contract: str, ordered: int) -> Line:
    """A stock order has no price of its own: it is valued at the supply price of its day."""
    weight, volume, _ = shop.size_of(line["sku"])
    retail, supply = shop.price_of(line["sku"], market, contract, ordered // DAY_SECONDS)
    return Line(line["sku"], line["quantity"], retail, supply, weight, volume)


def _stock_details(first: dict[str, Any], lines: list[dict[str, Any]], move: str) -> dict[str, Any]:
    if move == "open":
        told: dict[str, Any] = {
            "kind": first["kind"],
            "platform_status": first["state_raw"],
            "warehouse": first["site"],
        }
        return told | ({"due_at": first["ship_by_at"]} if first["ship_by_at"] is not None else {})
    units = {"send": "shipped_quantity", "receive": "received_quantity"}.get(move)
    if units and all(line[units] is not None for line in lines):
        return {"sent" if move == "send" else "received": {line["sku"]: line[units] for line in lines}}
    return {"reason": "told by the platform"} if move in ("void", "decline") else {}
