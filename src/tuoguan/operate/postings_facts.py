"""What a move tells the contract: its facts, line by line, and what the contract makes of each.

Hides that equal facts are priced once. Keeps the invariant that a charge is made by `contracts.assess` alone, and that
every fact stands in the flow's own list.

A line of a document is one fact with its quantity. An order of several lines is one order and one parcel: the first
line carries them, the others carry none, so what is charged per order is charged once. Amounts are rounded once per
line and term; an order of one unit is therefore priced as the simulator prices it, where every unit is an order.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from tuoguan.contracts import Charge, Compiled, SettingName, assess
from tuoguan.foundation.facts import Fact, FactKind, Reason
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate.accounts import MoneyAccount, money
from tuoguan.operate.flow_words import Document, Line
from tuoguan.operate.flows import load_flows, move_of

DAY_SECONDS = 86_400
MOST_KEPT = 1 << 16
# Facts about a listing, a quote or a store: no units, no order.
OF_PAPER = frozenset(
    {
        FactKind.LISTING_OPENED, FactKind.PRICE_REVIEWED, FactKind.STORE_OPENED, FactKind.STORE_CLOSED,
        FactKind.MONTH_STARTED,
    }
)  # fmt: skip
# Their customs value stands on the line; an order's goods are worth what the buyer pays where the line says nothing.
OF_STOCK = frozenset({FactKind.STOCK_ORDER_PLACED, FactKind.UNITS_INBOUND, FactKind.STOCK_HELD, FactKind.BULK_IMPORTED})
REASONED = frozenset({FactKind.UNITS_RETURNED, FactKind.REFUND_ISSUED, FactKind.ORDER_CANCELLED})
REGIME_BY_FACT = {FactKind.PARCEL_IMPORTED: "parcel", FactKind.BULK_IMPORTED: "bulk"}
REASON_BY_NAME = {reason.name.lower(): reason for reason in Reason if reason is not Reason.ANY}
NO_LINE = Line("", 0)


class Priced(NamedTuple):
    """What the contract makes of a fact: its charges, their sum, and their sums by the account they are for."""

    charges: tuple[Charge, ...]
    net_minor: int
    minor_by_account: tuple[tuple[str, int], ...]


_priced: dict[int, tuple[Compiled, dict[tuple[object, ...], Priced]]] = {}


def priced(compiled: Compiled, fact: Fact) -> Priced:
    """What the contract makes of the fact; its day does not matter, the terms are those of one day."""
    known = _priced.get(id(compiled))
    if known is None or known[0] is not compiled:
        if len(_priced) >= 256:
            _priced.clear()
        known = _priced[id(compiled)] = (compiled, {})
    key = (*fact.vector(), fact.deadline, fact.currency)
    found = known[1].get(key)
    if found is None:
        if len(known[1]) >= MOST_KEPT:
            known[1].clear()
        found = known[1][key] = _price(compiled, fact)
    return found


def _price(compiled: Compiled, fact: Fact) -> Priced:
    charges, by_account = assess(compiled, fact), dict[str, int]()
    for charge in charges:
        kind = MoneyAccount.INCOME if charge.minor > 0 else MoneyAccount.CHARGE
        account = money(kind, compiled.id, charge.kind)
        by_account[account] = by_account.get(account, 0) + charge.minor
    return Priced(charges, sum(by_account.values()), tuple(by_account.items()))


@cache
def _kinds(flow: str, move: str) -> tuple[tuple[FactKind, ...], str]:
    """The facts of the move and the detail that picks one of them; Refused where the flow has no such move."""
    known = load_flows().get(flow)
    found = move_of(known, move) if known else None
    if found is None:
        raise Refused([Problem(f"{flow}.{move}", "no such move", "a move of a flow", "name one", "unknown_move")])
    return tuple(FactKind[name.upper()] for name in found.facts), found.picks


def facts_of(
    flow: str, move: str, document: Document, details: Mapping[str, Any], compiled: Compiled | None, at: int,
    lines: Sequence[Line],
) -> tuple[Fact, ...]:  # fmt: skip
    """The facts of a move at ``at`` (UTC seconds) about ``lines``; none without a contract.

    Of the import facts only that of the contract's customs regime happens. Refused when a word is not known.
    """
    kinds, picks = _kinds(flow, move)
    if compiled is None or not kinds:
        return ()
    if picks:
        kinds = (_picked(kinds, details.get(picks, document.details.get(picks)), f"{document.stream}.{move}: {picks}"),)
    regime, found = compiled.settings.get(SettingName.CUSTOMS_REGIME, "none"), list[Fact]()
    for kind in kinds:
        if REGIME_BY_FACT.get(kind, regime) == regime:
            found += _facts(kind, document, details, at, lines)
    return tuple(found)


def _picked(kinds: tuple[FactKind, ...], name: object, at: str) -> FactKind:
    by_name = {kind.name.lower(): kind for kind in kinds}
    if name not in by_name:
        raise Refused([Problem(at, repr(name), f"one of {', '.join(by_name)}", "name one of them", "unknown_fact")])
    return by_name[str(name)]


def _facts(
    kind: FactKind, document: Document, details: Mapping[str, Any], at: int, lines: Sequence[Line]
) -> list[Fact]:
    """The fact of one kind about each line; about the document alone where it has no line."""
    of_paper, told = kind in OF_PAPER, (lines[:1] if kind in OF_PAPER else lines) or (NO_LINE,)
    late, parcels = details.get("minutes_late", 0), details.get("parcels", document.details.get("parcels", 1))
    held = details.get("days_held", 0)
    return [
        Fact(
            kind, at // DAY_SECONDS, document.currency,
            quantity=0 if of_paper else line.quantity,
            orders=1 if index == 0 and not of_paper else 0,
            parcels=parcels if index == 0 and not of_paper else 0,
            lines=0 if of_paper else 1,
            retail_price_minor=line.retail_price_minor, supply_price_minor=line.supply_price_minor,
            weight_g=line.weight_g, volume_cm3=line.volume_cm3, minutes_late=late,
            days_held=held if isinstance(held, int) else held[index],
            customs_value_minor=line.customs_value_minor or (0 if kind in OF_STOCK else line.retail_price_minor),
            reason=_reason(kind, document, details), deadline=details.get("deadline", ""),
        )
        for index, line in enumerate(told)
    ]  # fmt: skip


def _reason(kind: FactKind, document: Document, details: Mapping[str, Any]) -> Reason:
    """Why; a word that the contracts do not know is refused, because it would be priced as if there were none."""
    if kind is FactKind.QUALITY_INCIDENT:
        return Reason.QUALITY
    if kind not in REASONED:
        return Reason.ANY
    word = details.get("reason", document.details.get("reason"))
    if word is None:
        return Reason.ANY
    if str(word).lower() not in REASON_BY_NAME:
        known = ", ".join(REASON_BY_NAME)
        raise Refused([Problem(f"{document.stream}: reason", repr(word), known, "use one of these", "unknown_reason")])
    return REASON_BY_NAME[str(word).lower()]
