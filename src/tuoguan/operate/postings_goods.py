"""Where goods go at each move.

Hides which accounts a move touches. Keeps the invariant that goods leave an account only for another one: what is short
on arrival is lost, what is over came from the supplier after all.

Details read here: ``source`` (place that a stock order is sent from; absent: the supplier), ``lane``, ``sent``,
``received``, ``refused`` (units by SKU), ``outcome`` of an inspection (a word, or units by SKU for each word),
``carried_by`` (a stock order that carries the goods of this purchase, which then moves none itself).
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from tuoguan.operate.accounts import StockAccount, goods, stock
from tuoguan.operate.flow_words import Line
from tuoguan.operate.postings_sheet import Sheet

RESERVED_STATES = frozenset({"reserved", "packed", "cancel_asked"})
DIRECT = "direct"  # the lane of goods whose lane nobody named
TARGET_BY_OUTCOME = {
    "resale": StockAccount.AT, "scrap": StockAccount.SCRAPPED, "refused": StockAccount.BUYER,
}  # fmt: skip
Rule = Callable[[Sheet], None]


def accepted_lines(sheet: Sheet) -> tuple[Line, ...]:
    """The lines with the units that were received and not refused; what came too much is on a SKU's last line."""
    left, lines = _accepted(sheet), sheet.document.lines
    last, found = {line.sku: index for index, line in enumerate(lines)}, []
    for index, line in enumerate(lines):
        units = left[line.sku] if last[line.sku] == index else min(left[line.sku], line.quantity)
        left[line.sku] -= units
        if units:
            found.append(_of(line, units))
    return tuple(found)


def _of(line: Line, units: int) -> Line:
    """The line with another quantity."""
    if units == line.quantity:
        return line
    return Line(
        line.sku, units, line.retail_price_minor, line.supply_price_minor, line.weight_g, line.volume_cm3,
        line.customs_value_minor,
    )  # fmt: skip


def _shift(source: StockAccount, target: StockAccount) -> Rule:
    """All the document's goods from one account at its place to another."""

    def rule(sheet: Sheet) -> None:
        place = sheet.document.place
        origin, goal = _at(source, place), _at(target, place)
        for line in sheet.document.lines:
            sheet.transfer(goods(line.sku), origin, goal, line.quantity)

    return rule


@lru_cache(maxsize=4096)
def _at(kind: StockAccount, place: str) -> str:
    """The account of a place; goods with buyers, lost or scrapped lie at none."""
    placed = kind in (StockAccount.AT, StockAccount.RESERVED, StockAccount.QUARANTINED)
    return stock(kind, place) if placed else stock(kind)


def _cancel(sheet: Sheet) -> None:
    """What was reserved is free again."""
    if sheet.document.state in RESERVED_STATES:
        _shift(StockAccount.RESERVED, StockAccount.AT)(sheet)


def _source(sheet: Sheet) -> str:
    place = sheet.said("source", "")
    return stock(StockAccount.AT, place) if place else stock(StockAccount.SUPPLIER)


def _lane(sheet: Sheet) -> str:
    return stock(StockAccount.IN_TRANSIT, sheet.said("lane", DIRECT) or DIRECT, sheet.document.place)


def _move_all(sheet: Sheet, source: str, target: str, units: Mapping[str, int]) -> None:
    for sku, count in units.items():
        sheet.transfer(goods(sku), source, target, count)


def _send(sheet: Sheet) -> None:
    if not sheet.said("carried_by"):
        _move_all(sheet, _source(sheet), _lane(sheet), sheet.units("sent"))


def _receive(sheet: Sheet) -> None:
    """What was counted waits to be sorted; what is short is lost, what is over came from the supplier."""
    if sheet.said("carried_by"):
        return
    sent, received = sheet.units("sent"), _received(sheet)
    lane, waiting = _lane(sheet), stock(StockAccount.QUARANTINED, sheet.document.place)
    for sku, units in sent.items():
        came = received[sku]
        sheet.transfer(goods(sku), lane, waiting, min(units, came))
        sheet.transfer(goods(sku), lane, stock(StockAccount.LOST), max(0, units - came))
        sheet.transfer(goods(sku), stock(StockAccount.SUPPLIER), waiting, max(0, came - units))


def _received(sheet: Sheet) -> dict[str, int]:
    return sheet.units("sent") if sheet.said("received") is None else sheet.units("received")


def _refused(sheet: Sheet) -> dict[str, int]:
    """Units that the check refused; never more than were received."""
    received, told = _received(sheet), sheet.said("refused")
    refused = dict.fromkeys(received, 0) if told is None else sheet.units_told("refused", told, received)
    if any(refused[sku] > units for sku, units in received.items()):
        sheet.refuse("refused", repr(refused), f"at most what was received: {received}", "mend it", "refused_too_many")
    return refused


def _accepted(sheet: Sheet) -> dict[str, int]:
    refused = _refused(sheet)
    return {sku: units - refused[sku] for sku, units in _received(sheet).items()}


def _check(sheet: Sheet) -> None:
    """Nothing moves: refused goods stay where they wait; what is said is looked at before it is kept."""
    _refused(sheet)


def _put_away(sheet: Sheet) -> None:
    if not sheet.said("carried_by"):
        place = sheet.document.place
        waiting = stock(StockAccount.QUARANTINED, place)
        _move_all(sheet, waiting, stock(StockAccount.AT, place), _accepted(sheet))


def _send_back(units: Callable[[Sheet], Mapping[str, int]]) -> Rule:
    """Goods that waited at the platform go back where they came from."""

    def rule(sheet: Sheet) -> None:
        waiting = stock(StockAccount.QUARANTINED, sheet.document.place)
        _move_all(sheet, waiting, _source(sheet), units(sheet))

    return rule


def _lose(sheet: Sheet) -> None:
    if not sheet.said("carried_by"):
        _move_all(sheet, _lane(sheet), stock(StockAccount.LOST), sheet.units("sent"))


def _inspect(sheet: Sheet) -> None:
    """Returned goods to be sold again, to be scrapped, or back to the buyer; what no word names waits on."""
    if "received" not in sheet.document.at_by_state:
        sheet.refuse("outcome", "goods that never came back", "goods that were received", "receive them", "not_here")
    if "outcome" in sheet.document.details:
        told = repr(sheet.document.details["outcome"])
        sheet.refuse("outcome", f"goods sorted before: {told}", "goods to be sorted once", "reverse that", "sorted")
    place, outcome = sheet.document.place, sheet.said("outcome")
    if isinstance(outcome, str):
        outcome = {outcome: sheet.own_units()}
    if not isinstance(outcome, Mapping) or not outcome.keys() <= TARGET_BY_OUTCOME.keys():
        known = ", ".join(TARGET_BY_OUTCOME)
        sheet.refuse("outcome", repr(outcome), known, "use one of these words", "unknown_outcome")
    _fits(sheet, outcome)
    for word, told in outcome.items():
        target = _at(TARGET_BY_OUTCOME[word], place)
        units = sheet.units_told("outcome", told, sheet.own_units())
        _move_all(sheet, stock(StockAccount.QUARANTINED, place), target, units)


def _fits(sheet: Sheet, outcome: Mapping[str, Any]) -> None:
    """Refused when more units were sorted than came back."""
    own = sheet.own_units()
    sorted_units = [sheet.units_told("outcome", told, own) for told in outcome.values()]
    if any(sum(units[sku] for units in sorted_units) > count for sku, count in own.items()):
        sheet.refuse("outcome", repr(dict(outcome)), f"at most {own}", "mend the units", "sorted_too_many")


RULES: Mapping[tuple[str, str], Rule] = {
    ("order", "reserve"): _shift(StockAccount.AT, StockAccount.RESERVED),
    ("order", "expire"): _shift(StockAccount.RESERVED, StockAccount.AT),
    ("order", "cancel"): _cancel,
    ("order", "grant_cancel"): _cancel,
    ("order", "ship"): _shift(StockAccount.RESERVED, StockAccount.BUYER),
    ("order", "lose"): _shift(StockAccount.BUYER, StockAccount.LOST),
    ("stock_order", "send"): _send,
    ("stock_order", "receive"): _receive,
    ("stock_order", "check"): _check,
    ("stock_order", "put_away"): _put_away,
    ("stock_order", "send_back_part"): _send_back(_refused),
    ("stock_order", "send_back"): _send_back(_received),
    ("stock_order", "lose"): _lose,
    ("purchase", "dispatch"): _send,
    ("purchase", "arrive"): _receive,
    ("purchase", "put_away"): _put_away,
    ("purchase", "lose"): _lose,
    ("return", "receive"): _shift(StockAccount.BUYER, StockAccount.QUARANTINED),
    ("return", "inspect"): _inspect,
    ("return", "sort"): _inspect,
}
