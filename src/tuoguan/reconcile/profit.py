"""Planned against realized profit of a decision, split by why they differ.

Hides where plan and ledger keep their numbers. Keeps the invariant that planned profit plus all parts is realized
profit, to the minor unit.

The plan is taken as far as it should have come: days gone of its horizon. ``demand`` is what the plan's own profit
would have been at the units really sold, less the plan; every other part is what was realized less the plan at those
units.
``delay`` is interest on money that came later than the contract's usual lag.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tuoguan.contracts import ChargeKind, Compiled
from tuoguan.foundation.days import Day
from tuoguan.foundation.money import to_minor
from tuoguan.operate import Entry, MoneyAccount
from tuoguan.reconcile.expected import DAY_SECONDS, skus_of
from tuoguan.reconcile.words import RateOn
from tuoguan.simulate import Component

THOUSANDTHS = 1_000
DAYS_OF_A_YEAR_PPM = 365 * 1_000_000


class Part(StrEnum):
    """Why realized profit is not the planned one."""

    DEMAND = "demand"
    PRICE = "price"
    FEE = "fee"
    PENALTY = "penalty"
    DELAY = "delay"
    COST = "cost"


PART_BY_COMPONENT = {
    Component.REVENUE: Part.PRICE, Component.SUBSIDY: Part.PRICE, Component.COMMISSION: Part.FEE,
    Component.PLATFORM_FEES: Part.FEE, Component.RETURNS: Part.FEE, Component.PENALTIES: Part.PENALTY,
    Component.CAPITAL: Part.DELAY,
}  # fmt: skip
PART_BY_KIND = {
    ChargeKind.REVENUE.value: Part.PRICE, ChargeKind.SUBSIDY.value: Part.PRICE, ChargeKind.PENALTY.value: Part.PENALTY,
    ChargeKind.FULFILLMENT.value: Part.COST, ChargeKind.LOGISTICS.value: Part.COST,
    ChargeKind.STORAGE.value: Part.COST, ChargeKind.DUTY.value: Part.COST,
}  # fmt: skip
INVENTORY = f"{MoneyAccount.INVENTORY.value}:"
OWN_COST = f"{MoneyAccount.COST.value}:"
REALIZED_PARTS = (Part.PRICE, Part.FEE, Part.PENALTY, Part.COST)


@dataclass(slots=True)
class Realized:
    """What one product brought in one market so far; ``sku`` "" gathers what belongs to no single one.

    late_minor is interest on money that came late, nought or more.
    """

    sku: str
    market: str
    units: int = 0
    minor_by_part: dict[Part, int] = field(default_factory=lambda: dict.fromkeys(REALIZED_PARTS, 0))
    late_minor: int = 0


@dataclass(frozen=True, slots=True)
class Bridge:
    """From planned to realized: ``planned_minor`` plus all of ``minor_by_part`` is ``realized_minor``."""

    sku: str
    market: str
    planned_minor: int
    minor_by_part: dict[Part, int]
    realized_minor: int

    def as_json(self) -> dict[str, Any]:
        """The bridge as plain values."""
        parts = {f"{part.value}_minor": minor for part, minor in self.minor_by_part.items()}
        told = {"sku": self.sku, "market": self.market, "planned_minor": self.planned_minor}
        return told | parts | {"realized_minor": self.realized_minor}


def bridge(
    sku: str, market: str, planned: dict[Component, float], planned_units: float, realized: Realized, gone: float
) -> Bridge:  # fmt: skip
    """The bridge of one product; ``gone`` is the share of the plan's horizon that has passed."""
    parts = dict.fromkeys(Part, 0)
    for component, value in planned.items():
        parts[PART_BY_COMPONENT.get(component, Part.COST)] += to_minor(value * gone)
    units = round(planned_units * gone * THOUSANDTHS)
    at_sold = {
        part: minor * realized.units * THOUSANDTHS // units if units else 0 for part, minor in parts.items()
    }  # fmt: skip
    found = {part: realized.minor_by_part[part] - at_sold[part] for part in REALIZED_PARTS}
    found[Part.DELAY] = -realized.late_minor
    found[Part.DEMAND] = sum(at_sold.values()) - sum(parts.values())
    total = sum(realized.minor_by_part.values()) + at_sold[Part.DELAY] - realized.late_minor
    return Bridge(sku, market, sum(parts.values()), {part: found[part] for part in Part}, total)


def realized_of(
    entries: Iterable[Entry], terms: Callable[[str], Compiled], since: Day, currency: str, rate_on: RateOn
) -> dict[tuple[str, str], Realized]:
    """What each (SKU, market) brought since the day, in ``currency`` at the rate of each entry's day.

    Goods cost what all bills since the day made the average unit bought cost; goods bought earlier at nothing known.
    """
    found: dict[tuple[str, str], Realized] = {}
    goods: dict[str, list[int]] = {}  # SKU: minor units billed, units bought
    documents: dict[str, tuple[str, tuple[tuple[str, int], ...]]] = {}
    for entry in entries:
        draft = entry.draft
        own, day = draft.details.get("document"), draft.occurred_at // DAY_SECONDS
        if own is not None:
            documents[entry.stream] = (own[0], tuple((line[0], line[1]) for line in own[3]))
        if day < since or entry.stream not in documents:
            continue

        def worth(minor: int, code: str, day: Day = day) -> int:
            return minor if code == currency else round(minor * rate_on(code, currency, day))

        contract_id, lines = documents[entry.stream]
        _add_goods(goods, entry, lines, worth)
        if draft.contract and not draft.reverses:
            _add_charges(found, entry, contract_id, lines, terms(draft.contract), worth)
    for one in found.values():
        billed, bought = goods.get(one.sku, (0, 0))
        one.minor_by_part[Part.COST] -= billed * one.units // bought if bought else 0
    return found


def _add_goods(
    goods: dict[str, list[int]], entry: Entry, lines: tuple[tuple[str, int], ...], worth: Callable[[int, str], int]
) -> None:
    """Units bought, and what bills put onto their account."""
    if entry.draft.kind == "purchase.open":
        for sku, units in lines:
            goods.setdefault(sku, [0, 0])[1] += units
    for account, unit, amount in entry.draft.postings:
        if account.startswith(INVENTORY) and entry.draft.kind.startswith("purchase."):
            sku = account.rsplit(":", 2)[-2]
            goods.setdefault(sku, [0, 0])[0] += worth(amount, unit)


def _add_charges(
    found: dict[tuple[str, str], Realized], entry: Entry, contract_id: str, lines: tuple[tuple[str, int], ...],
    compiled: Compiled, worth: Callable[[int, str], int],
) -> None:  # fmt: skip
    """Charges by part, units shipped, and the seller's own work."""
    market, skus = contract_id.rsplit("/", 1)[-1], tuple(dict.fromkeys(sku for sku, _ in lines))

    def of(sku: str) -> Realized:
        return found.setdefault((sku, market), Realized(sku, market))

    said = entry.draft.details.get("charges", ())
    for (_, _, kind, minor), sku in zip(said, skus_of(entry, skus, compiled), strict=True):
        of(sku).minor_by_part[PART_BY_KIND.get(kind, Part.FEE)] += worth(minor, compiled.currency)
    if entry.draft.kind == "order.ship":
        for sku, units in lines:
            of(sku).units += units
    for account, unit, amount in entry.draft.postings:
        if account.startswith(OWN_COST):
            of(skus[0] if len(skus) == 1 else "").minor_by_part[Part.COST] -= worth(amount, unit)


def interest_minor(amount_minor: int, days: int, yearly_ppm: int) -> int:
    """What an amount that came so many days late costs at a yearly rate, rounded down; nothing when it came early."""
    return max(0, amount_minor) * max(0, days) * yearly_ppm // DAYS_OF_A_YEAR_PPM
