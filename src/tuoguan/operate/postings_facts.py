"""What a move tells the contract: its facts, line by line, and what the contract makes of each.

Hides that what is told twice is priced once, whatever its day. Keeps the invariant that a charge is made by
`contracts.assess` alone, and that every fact stands in the flow's own list.

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
from tuoguan.operate.postings_kept import KeptFact, Said, charge_said, fact_kept

DAY_SECONDS = 86_400
MOST_KEPT = 1 << 14
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
# Details that make a fact another one.
CIRCUMSTANCES = frozenset({"parcels", "reason", "fact", "minutes_late", "days_held", "deadline"})
NO_LINE = Line("", 0)


class Telling(NamedTuple):
    """One fact but for its day. ``first``: it carries the order and its parcels."""

    kind: FactKind
    line: Line
    first: bool
    reason: Reason
    parcels: int
    minutes_late: int
    days_held: int
    deadline: str


class Priced(NamedTuple):
    """What the contract makes of a fact: its charges, their sum, and their sums by the account they are for."""

    charges: tuple[Charge, ...] = ()
    net_minor: int = 0
    minor_by_account: tuple[tuple[str, int], ...] = ()


class Told(NamedTuple):
    """What the contract makes of each fact that a move tells, and of all together."""

    charged: tuple[Priced, ...] = ()
    net_minor: int = 0
    charges: tuple[Charge, ...] = ()
    said: tuple[Said, ...] = ()  # the charges as an entry keeps them
    facts: tuple[KeptFact, ...] = ()  # the facts as an entry keeps them, but for their day


NOTHING, UNTOLD = Priced(), Told()


class Prices(dict[Telling, Priced]):
    """What one contract makes of what it has been told; its terms are those of one day, so days do not matter."""

    __slots__ = ("compiled", "kinds", "told")

    def __init__(self, compiled: Compiled) -> None:
        super().__init__()
        self.compiled = compiled
        self.kinds = frozenset(compiled.charges["fact"].tolist())  # those that the contract prices at all
        self.told: dict[tuple[object, ...], Told] = {}  # moves without circumstances of their own

    def __missing__(self, telling: Telling) -> Priced:
        if len(self) >= MOST_KEPT:
            self.clear()
        if telling.kind not in self.kinds:
            self[telling] = NOTHING
            return NOTHING
        charges, by_account = assess(self.compiled, _fact_of(telling, self.compiled.currency)), dict[str, int]()
        for charge in charges:
            kind = MoneyAccount.INCOME if charge.minor > 0 else MoneyAccount.CHARGE
            account = money(kind, self.compiled.id, charge.kind)
            by_account[account] = by_account.get(account, 0) + charge.minor
        found = self[telling] = Priced(charges, sum(by_account.values()), tuple(by_account.items()))
        return found


_prices: dict[int, Prices] = {}


def prices_of(compiled: Compiled) -> Prices:
    """The prices known under these very terms: two that share a hash may have been given other values."""
    found = _prices.get(id(compiled))
    if found is None or found.compiled is not compiled:
        if len(_prices) >= 256:
            _prices.clear()
        found = _prices[id(compiled)] = Prices(compiled)
    return found


def _fact_of(telling: Telling, currency: str) -> Fact:
    """The fact that is told, on day 0: its day comes when it is kept."""
    kind, line, of_paper = telling.kind, telling.line, telling.kind in OF_PAPER
    first = telling.first and not of_paper
    return Fact(
        kind,
        0,
        currency,
        quantity=0 if of_paper else line.quantity,
        orders=int(first),
        parcels=telling.parcels if first else 0,
        lines=0 if of_paper else 1,
        retail_price_minor=line.retail_price_minor,
        supply_price_minor=line.supply_price_minor,
        weight_g=line.weight_g,
        volume_cm3=line.volume_cm3,
        minutes_late=telling.minutes_late,
        days_held=telling.days_held,
        customs_value_minor=line.customs_value_minor or (0 if kind in OF_STOCK else line.retail_price_minor),
        reason=telling.reason,
        deadline=telling.deadline,
    )


def told_by(
    flow: str,
    move: str,
    document: Document,
    details: Mapping[str, Any],
    compiled: Compiled | None,
    lines: Sequence[Line],
) -> Told:
    """What a move tells the contract about ``lines``; nothing without a contract. Refused when a word is not known.

    Of the import facts only that of the contract's customs regime happens.
    """
    if compiled is None or not _kinds(flow, move)[0]:
        return UNTOLD
    if document.currency != compiled.currency:
        found, fix = f"prices in {document.currency}", f"give them in {compiled.currency}, as {compiled.id} is compiled"
        raise Refused([Problem(document.stream, found, "the contract's currency", fix, "currency_differs")])
    prices, earlier = prices_of(compiled), document.details
    parcels = earlier.get("parcels", 1)
    if type(parcels) is not int or not details.keys().isdisjoint(CIRCUMSTANCES):  # True is no 1, though it equals it
        return _told(flow, move, document, details, prices, lines)
    key = (flow, move, tuple(lines), parcels, earlier.get("reason"), earlier.get("fact"))
    known = prices.told.get(key)
    if known is None:
        if len(prices.told) >= MOST_KEPT:
            prices.told.clear()
        known = prices.told[key] = _told(flow, move, document, details, prices, lines)
    return known


def _told(
    flow: str, move: str, document: Document, details: Mapping[str, Any], prices: Prices, lines: Sequence[Line]
) -> Told:
    kinds, picks = _kinds(flow, move)
    if picks:
        kinds = (_picked(kinds, details.get(picks, document.details.get(picks)), f"{document.stream}.{move}: {picks}"),)
    regime, tellings = prices.compiled.settings.get(SettingName.CUSTOMS_REGIME, "none"), list[Telling]()
    for kind in kinds:
        if REGIME_BY_FACT.get(kind, regime) == regime:
            tellings += _tell(kind, document, details, lines)
    charged = tuple(prices[telling] for telling in tellings)
    charges = tuple(charge for one in charged for charge in one.charges)
    net_minor, said = sum(one.net_minor for one in charged), tuple(map(charge_said, charges))
    # Facts are kept as they were told: of equal tellings (true is 1) each keeps its own words.
    facts = tuple(fact_kept(_fact_of(telling, prices.compiled.currency)) for telling in tellings)
    return Told(charged, net_minor, charges, said, facts)


@cache
def _kinds(flow: str, move: str) -> tuple[tuple[FactKind, ...], str]:
    """The facts of the move and the detail that picks one of them; Refused where the flow has no such move."""
    known = load_flows().get(flow)
    found = move_of(known, move) if known else None
    if found is None:
        raise Refused([Problem(f"{flow}.{move}", "no such move", "a move of a flow", "name one", "unknown_move")])
    return tuple(FactKind[name.upper()] for name in found.facts), found.picks


def _picked(kinds: tuple[FactKind, ...], name: object, at: str) -> FactKind:
    by_name = {kind.name.lower(): kind for kind in kinds}
    if name not in by_name:
        raise Refused([Problem(at, repr(name), f"one of {', '.join(by_name)}", "name one of them", "unknown_fact")])
    return by_name[str(name)]


def _tell(kind: FactKind, document: Document, details: Mapping[str, Any], lines: Sequence[Line]) -> list[Telling]:
    """The fact of one kind about each line; about the document alone where it has no line."""
    told = (lines[:1] if kind in OF_PAPER else lines) or (NO_LINE,)
    parcels = details.get("parcels", document.details.get("parcels", 1))
    reason = _reason(kind, document, details) if kind in REASONED else Reason.ANY
    if kind is FactKind.QUALITY_INCIDENT:
        reason = Reason.QUALITY
    late, held, deadline = details.get("minutes_late", 0), details.get("days_held", 0), details.get("deadline", "")
    return [
        Telling(kind, line, index == 0, reason, parcels, late, held if isinstance(held, int) else held[index], deadline)
        for index, line in enumerate(told)
    ]


def _reason(kind: FactKind, document: Document, details: Mapping[str, Any]) -> Reason:
    """Why; a word that the contracts do not know is refused, because it would be priced as if there were none."""
    word = details.get("reason", document.details.get("reason"))
    if word is None:
        return Reason.ANY
    if str(word).lower() not in REASON_BY_NAME:
        known = ", ".join(REASON_BY_NAME)
        raise Refused([Problem(f"{document.stream}: reason", repr(word), known, "use one of these", "unknown_reason")])
    return REASON_BY_NAME[str(word).lower()]
