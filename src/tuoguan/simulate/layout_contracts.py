"""Contracts as rows of the engine's tables: charges by fact, storage ages, clocks, and what listings have in common.

Hides that a contract is laid out once, however many listings are under it. Keeps the invariant that a charge stands
under the component that `component_of` names, except where a fact has a component of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tuoguan.contracts import (
    ChargeEntry,
    ChargeKind,
    Compiled,
    DeadlineTerm,
    QuantityName,
    SettingName,
    Uncertain,
)
from tuoguan.foundation.facts import FactKind
from tuoguan.foundation.parties import Duty
from tuoguan.simulate.columns import kernels as col
from tuoguan.simulate.layout_terms import Terms, address, drawn_charge, fixed
from tuoguan.simulate.scenario import Component

Ints = npt.NDArray[np.int64]

COMPONENT_BY_KIND = {
    ChargeKind.REVENUE: Component.REVENUE, ChargeKind.COMMISSION: Component.COMMISSION,
    ChargeKind.SERVICE: Component.PLATFORM_FEES, ChargeKind.PROMOTION: Component.PLATFORM_FEES,
    ChargeKind.TAX: Component.PLATFORM_FEES, ChargeKind.ENVIRONMENT: Component.PLATFORM_FEES,
    ChargeKind.PAYOUT: Component.PLATFORM_FEES, ChargeKind.FULFILLMENT: Component.LAST_MILE,
    ChargeKind.LOGISTICS: Component.LAST_MILE, ChargeKind.STORAGE: Component.STORAGE,
    ChargeKind.SUBSIDY: Component.SUBSIDY, ChargeKind.RETURN: Component.RETURNS, ChargeKind.REFUND: Component.RETURNS,
    ChargeKind.PENALTY: Component.PENALTIES, ChargeKind.DUTY: Component.DUTY,
}  # fmt: skip
COMPONENT_INDEX = {component: index for index, component in enumerate(Component)}
# Facts that have a component of their own, whatever is charged on them.
COMPONENT_BY_FACT = {
    FactKind.UNITS_RETURNED: Component.RETURNS, FactKind.REFUND_ISSUED: Component.RETURNS,
    FactKind.DEADLINE_MISSED: Component.PENALTIES, FactKind.QUALITY_INCIDENT: Component.PENALTIES,
    FactKind.STOCK_OUT: Component.PENALTIES, FactKind.LISTING_OPENED: Component.SET_UP,
}  # fmt: skip
# What a quantity is when the contract does not state it; -1 means "use the option's own".
DEFAULT_BY_COLUMN = {
    col.L_LATE_T: (QuantityName.LATE_RATE, 0), col.L_WINDOW_T: (QuantityName.RETURN_WINDOW_DAYS, 30),
    col.L_RESALE_T: (QuantityName.RESALE_SHARE, 0), col.L_QUALITY_T: (QuantityName.QUALITY_INCIDENT_RATE, 0),
    col.L_PENALTY_DELAY_T: (QuantityName.PENALTY_DELAY_DAYS, 0), col.L_LAG_T: (QuantityName.SETTLEMENT_LAG_DAYS, 0),
    col.L_FALLBACK_T: (QuantityName.SETTLEMENT_FALLBACK_DAYS, 0), col.L_TRANSFER_T: (QuantityName.TRANSFER_DAYS, 0),
    col.L_RESERVE_T: (QuantityName.RESERVE_SHARE, 0), col.L_RESERVE_DAYS_T: (QuantityName.RESERVE_DAYS, 0),
    col.L_FREEZE_T: (QuantityName.FREEZE_DAYS, 0), col.L_DEPOSIT_T: (QuantityName.DEPOSIT, 0),
    col.L_REGIME_T: (QuantityName.REGIME_CHANGES_PER_YEAR, 0), col.L_SALVAGE_T: (QuantityName.SALVAGE_SHARE, -1),
    col.L_GRID_T: (QuantityName.SETTLEMENTS_PER_MONTH, 0),
}  # fmt: skip
_TRIGGERS = {
    "inbound": col.TRIGGER_INBOUND, "shipped": col.TRIGGER_SHIPPED, "received": col.TRIGGER_RECEIVED,
}  # fmt: skip
_DUTIES = list(Duty)
_ORDER_DUTIES = (Duty.LAST_MILE, Duty.CUSTOMER_SERVICE, Duty.RETURNS, Duty.FIRST_MILE)
_STOCK_DUTIES = (Duty.FIRST_MILE, Duty.LINE_HAUL, Duty.CUSTOMS, Duty.STORAGE)
_WEEK_DUTIES = (Duty.LISTING, Duty.PROMOTION, Duty.CUSTOMER_SERVICE, Duty.SUPPLY_PRICE)


@dataclass(slots=True)
class Contracts:
    """Contracts met so far: their charges sorted by contract and fact kind, their storage ages and clocks."""

    terms: Terms
    row_by_hash: dict[tuple[str, int, str], list[int]] = field(default_factory=dict)
    charges: list[Ints] = field(default_factory=list)
    starts: list[list[int]] = field(default_factory=list)
    ages: list[list[int]] = field(default_factory=list)
    clocks: list[list[int]] = field(default_factory=list)
    currencies: set[str] = field(default_factory=set)
    count: int = 0

    def row(self, contract: Compiled) -> list[int]:
        """The listing row's part that the contract decides; its charges are laid out when it is first met."""
        key = (contract.id, contract.on, contract.hash)
        if key not in self.row_by_hash:
            self.row_by_hash[key] = _contract_row(contract, len(self.row_by_hash), self.terms)
            self._add(contract)
        return self.row_by_hash[key]

    def _add(self, contract: Compiled) -> None:
        home, kinds = self.terms.home(address(contract.id)), contract.charges["fact"].astype(np.int64)
        columns = [
            (component_at(entry, int(kind)), self.terms.row(f"{contract.id} {entry.name}", drawn_charge(record), home))
            for record, entry, kind in zip(contract.charges, contract.terms, kinds, strict=True)
        ]
        matrix = np.hstack([contract.charge_matrix(), table(columns, 2)])
        self.charges.append(matrix[np.argsort(kinds, kind="stable")])
        self.starts.append((self.count + np.searchsorted(np.sort(kinds), np.arange(col.KINDS + 1))).tolist())
        self.count += len(kinds)
        self.ages.append(_ages(contract))
        self.clocks.append(_clocks(contract, self.terms))
        self.currencies.add(contract.currency)


def component_of(entry: ChargeEntry) -> int:
    """The position in the bridge of a charge; platform logistics on the way in belong to the first leg."""
    component = COMPONENT_BY_KIND[entry.kind]
    if entry.kind is ChargeKind.LOGISTICS and entry.on in ("stock_order_placed", "units_inbound"):
        component = Component.FIRST_LEG
    return COMPONENT_INDEX[component]


def component_at(entry: ChargeEntry, kind: int) -> int:
    """The position in the bridge of a charge on a fact: the fact's own component, else the charge's."""
    own = COMPONENT_BY_FACT.get(FactKind(kind))
    return component_of(entry) if own is None else COMPONENT_INDEX[own]


def table(rows: Sequence[Sequence[int]], width: int) -> Ints:
    """Rows of equal width as int64 [row, column]; [0, column] where there are none."""
    return np.array(rows, np.int64).reshape(-1, width)


def _ages(contract: Compiled) -> list[int]:
    """First days of the age classes that storage charges tell apart, filled up with -1; ValueError past the room."""
    held = contract.charges[contract.charges["fact"] == FactKind.STOCK_HELD]
    ages = sorted({0, *(int(record["free_days"]) for record in held)}) if len(held) else []
    if len(ages) > col.MOST_AGES:
        raise ValueError(f"{contract.id}: storage charges tell {len(ages)} ages apart, at most {col.MOST_AGES} fit")
    return ages + [-1] * (col.MOST_AGES + 1 - len(ages))


def _clocks(contract: Compiled, terms: Terms) -> list[int]:
    """(row of the minutes, position) of every clock that an order can miss, filled up with -1."""
    home, found = terms.home(address(contract.id)), []
    for at, term in enumerate(contract.deadlines):
        if counts(contract, term):
            found += [terms.row(f"{contract.id} {term.name}", minutes_of(term), home), at]
    if len(found) > 2 * col.MOST_CLOCKS:
        raise ValueError(f"{contract.id}: {len(found) // 2} clocks of the seller, at most {col.MOST_CLOCKS} fit")
    return found + [-1] * (2 * col.MOST_CLOCKS - len(found))


def counts(contract: Compiled, term: DeadlineTerm) -> bool:
    """True when the clock is the seller's and runs once a buyer has ordered, in the contract's way of inbound."""
    if not contract.owns(term.duty):
        return False
    if term.starts == FactKind.ORDER_PLACED:
        return True
    way = contract.settings.get(SettingName.INBOUND, "")
    return term.starts == FactKind.STOCK_ORDER_PLACED and (not term.inbound or way in term.inbound)


def order_clocks(contract: Compiled) -> tuple[tuple[str, int], ...]:
    """(name, minutes) of every clock that a consumer's order can miss under a pinned contract."""
    return tuple((term.name, minutes_of(term).value) for term in contract.deadlines if counts(contract, term))


def minutes_of(term: DeadlineTerm) -> Uncertain:
    """The clock in minutes; business days count 7/5 calendar days."""
    return fixed(-(-term.business_days * 7 // 5) * 1440) if term.business_days >= 0 else term.minutes


def _contract_row(contract: Compiled, index: int, terms: Terms) -> list[int]:
    """What every listing under the contract has in common."""
    home, row = terms.home(address(contract.id)), [0] * col.L_COLUMNS
    row[col.L_CONTRACT], row[col.L_ADDRESS] = index, address(contract.id)
    row[col.L_TRIGGER] = _TRIGGERS.get(contract.settings.get(SettingName.SETTLEMENT_TRIGGER, ""), col.TRIGGER_DELIVERED)
    regime = contract.settings.get(SettingName.CUSTOMS_REGIME, "none")
    row[col.L_PARCEL], row[col.L_BULK] = int(regime == "parcel"), int(regime == "bulk")
    row[col.L_ORDER_DUTY] = _duty(contract, _ORDER_DUTIES)
    row[col.L_STOCK_DUTY] = _duty(contract, _STOCK_DUTIES)
    row[col.L_WEEK_DUTY] = _duty(contract, _WEEK_DUTIES)
    for column, (name, default) in DEFAULT_BY_COLUMN.items():
        row[column] = terms.row(f"{contract.id} {name}", contract.quantities.get(name) or fixed(default), home)
    return row


def _duty(contract: Compiled, wanted: Iterable[Duty]) -> int:
    """The position of the first of these duties that is the seller's; the listing duty where none is."""
    return _DUTIES.index(next((duty for duty in wanted if contract.owns(duty)), Duty.LISTING))
