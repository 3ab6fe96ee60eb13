"""The plan's tables. Money is minor units of the seller's currency, quantities are whole units, days are dates."""

from dataclasses import dataclass

import polars as pl

from tuoguan.foundation.days import Day

PURCHASES = {
    "purchase": pl.Int64, "sku": pl.String, "market": pl.String, "option": pl.String, "supplier": pl.String,
    "place": pl.String, "why": pl.String,  # first_order | review | jit
    "order_on": pl.Date, "ready_on": pl.Date, "units": pl.Int64, "cartons": pl.Int64, "cost_minor": pl.Int64,
}  # fmt: skip
SHIPMENTS = {
    "purchase": pl.Int64, "sku": pl.String, "market": pl.String, "place": pl.String, "lane": pl.String,
    "mode": pl.String, "dispatch_on": pl.Date, "arrive_on": pl.Date, "arrive_early_on": pl.Date,
    "arrive_late_on": pl.Date, "units": pl.Int64, "weight_g": pl.Int64, "volume_cm3": pl.Int64,
    "freight_minor": pl.Int64,
}  # fmt: skip
QUOTES = {
    "sku": pl.String, "market": pl.String, "contract": pl.String, "supply_price_minor": pl.Int64,
    "floor_minor": pl.Int64, "floor_from": pl.String,  # simulated | break_even
    "assumed": pl.Boolean,
}  # fmt: skip
# cash_* are cumulative at the lowest day of the week, all chosen options together; room is limit + low.
CASH = {
    "week": pl.Int64, "starts_on": pl.Date, "cash_mean_minor": pl.Int64, "cash_low_minor": pl.Int64,
    "limit_minor": pl.Int64, "room_minor": pl.Int64,
}  # fmt: skip
HOURS = {"week": pl.Int64, "starts_on": pl.Date, "duty": pl.String, "hours": pl.Float64}


@dataclass(frozen=True, slots=True)
class Plan:
    """What follows from the choice: tables as the schemas above, and how they were made, in words."""

    on: Day
    currency: str
    purchases: pl.DataFrame
    shipments: pl.DataFrame
    quotes: pl.DataFrame
    cash: pl.DataFrame
    hours: pl.DataFrame
    notes: tuple[str, ...]
