"""The facts: one closed list of things that happen, shared by simulator, ledger and statement checker.

A fact is what happened, never what it costs; `contracts.assess` prices it. Quantities and prices travel as one
int64 vector (`Field` gives the order), so that kernels and people read the same thing.
"""

from dataclasses import dataclass, field
from enum import IntEnum

from tuoguan.foundation.days import Day


class FactKind(IntEnum):
    """What happened. Numbers are stored in ledgers: append, never renumber."""

    LISTING_OPENED = 1
    PRICE_REVIEWED = 2
    STOCK_ORDER_PLACED = 3
    UNITS_INBOUND = 4
    STOCK_HELD = 5
    ORDER_PLACED = 6
    UNITS_SHIPPED = 7
    UNITS_DELIVERED = 8
    UNITS_RETURNED = 9
    REFUND_ISSUED = 10
    ORDER_CANCELLED = 11
    DEADLINE_MISSED = 12
    STOCK_OUT = 13
    QUALITY_INCIDENT = 14
    SAFETY_INCIDENT = 15
    WEIGHT_MISDECLARED = 16
    FALSE_TRANSACTION = 17
    FAKE_TRACKING = 18
    CUSTOMER_CONTACTED = 19
    PARCEL_IMPORTED = 20
    BULK_IMPORTED = 21
    PAYOUT_SENT = 22
    STORE_OPENED = 23
    STORE_CLOSED = 24
    MONTH_STARTED = 25
    CONDUCT_BREACHED = 26


class Reason(IntEnum):
    """Why goods came back or an order fell through; ANY only in terms, never in a fact."""

    ANY = 0
    CHANGE_OF_MIND = 1
    QUALITY = 2
    NOT_RECEIVED = 3
    WRONG_GOODS = 4
    SELLER_FAULT = 5


class Field(IntEnum):
    """Position of each number in a fact's vector. Money is minor units of the currency the terms were compiled in."""

    KIND = 0
    REASON = 1
    QUANTITY = 2  # units
    ORDERS = 3  # consumer orders or stock orders
    PARCELS = 4
    LINES = 5  # distinct HS6 lines over all parcels
    RETAIL_PRICE = 6  # what the buyer pays per unit, tax excluded, minor
    SUPPLY_PRICE = 7  # supply or base price per unit, minor
    WEIGHT_G = 8  # per unit
    VOLUME_CM3 = 9  # per unit
    MINUTES_LATE = 10  # after the deadline
    DAYS_HELD = 11  # days a unit had lain there before today
    CUSTOMS_VALUE = 12  # per unit, minor


FIELD_COUNT = len(Field)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened on ``day`` (contract time zone); amounts in minor units of ``currency``."""

    kind: FactKind
    day: Day
    currency: str
    quantity: int = 0
    orders: int = 0
    parcels: int = 0
    lines: int = 0
    retail_price_minor: int = 0
    supply_price_minor: int = 0
    weight_g: int = 0
    volume_cm3: int = 0
    minutes_late: int = 0
    days_held: int = 0
    customs_value_minor: int = 0
    reason: Reason = Reason.ANY
    deadline: str = ""
    note: str = field(default="", compare=False)

    def vector(self) -> tuple[int, ...]:
        """The fact's numbers in `Field` order."""
        return (
            int(self.kind), int(self.reason), self.quantity, self.orders, self.parcels, self.lines,
            self.retail_price_minor, self.supply_price_minor, self.weight_g, self.volume_cm3,
            self.minutes_late, self.days_held, self.customs_value_minor,
        )  # fmt: skip
