"""Small studies written out by hand, and every choice from them tried one by one."""

from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from tuoguan.choose import Study
from tuoguan.foundation.parties import Duty
from tuoguan.intake import Limits, Seller
from tuoguan.simulate import Component

DUTIES, PARTS = len(Duty), len(Component)
LISTING, STORAGE = list(Duty).index(Duty.LISTING), list(Duty).index(Duty.STORAGE)


def study(rows: list[dict[str, Any]], *, weeks: int = 2, wage: int = 0) -> Study:
    """A study of options: ``group`` and ``contract`` of each, and what else is not nought.

    profit (list by path or one number), cash, hours, volume, bought, sent (slow lane), storage (share of hours), site,
    lane, supplier, today (of the group), market.
    """
    rows = sorted(rows, key=lambda row: row["group"])
    groups = 1 + max(row["group"] for row in rows)
    of_group: dict[int, dict[str, Any]] = {}
    for row in rows:
        of_group[row["group"]] = row | of_group.get(row["group"], {})

    def weekly(name: str) -> npt.NDArray[np.float64]:
        return np.array([np.broadcast_to(row.get(name, 0.0), weeks) for row in rows], float)

    profit = np.array([np.broadcast_to(row.get("profit", 0), 4) for row in rows], np.int64)
    component = np.zeros((len(rows), PARTS), np.int64)
    component[:, 0] = profit.mean(axis=1)
    by_duty, hours = np.zeros((len(rows), DUTIES)), weekly("hours")
    share = np.array([row.get("storage", 0.0) for row in rows])
    by_duty[:, STORAGE], by_duty[:, LISTING] = hours.sum(1) * share, hours.sum(1) * (1 - share)
    sent = np.zeros((len(rows), 2, weeks))
    sent[:, 0] = weekly("sent")
    return Study(
        sku=tuple(f"P{g}" for g in range(groups)),
        market=tuple(of_group[g].get("market", "US") for g in range(groups)),
        today=tuple(of_group[g].get("today", "") for g in range(groups)),
        first=np.searchsorted([row["group"] for row in rows], range(groups + 1)).astype(np.int64),
        key=tuple(f"{row['contract']}@{number}" for number, row in enumerate(rows)),
        contracts=tuple(row["contract"] for row in rows), sites=tuple(row.get("site", "") for row in rows),
        handed_over=np.zeros(len(rows), np.bool_), profit=profit, component=component,
        cash_low=-weekly("cash").astype(np.int64), hours=hours, hours_by_duty=by_duty,
        volume_cm3=weekly("volume").astype(np.int64), lanes=tuple(f"{row.get('lane', 'x')} + -" for row in rows),
        supplier=tuple(of_group[g].get("supplier", "") for g in range(groups)), bought=weekly("bought"),
        bought_minor=(weekly("bought") * 100).astype(np.int64), sent_cm3=sent,
        switch_minor=np.zeros(len(rows), np.int64), switch_hours=np.zeros(len(rows)), wage_per_hour_minor=wage,
        currency="USD", start_on=20_000, horizon_days=7 * weeks,
    )  # fmt: skip


def seller(cash: str = "1000000", hours: float = 1e4, **given: Any) -> Seller:
    """A seller in USD without limits but those that are given; of `Limits` or of `Seller`."""
    named = {name: given.pop(name) for name in ("hours_by_duty", "profit_share", "products") if name in given}
    limits = Limits(cash=cash, hours_per_week=hours, **named)
    return Seller(schema=1, name="t", currency="USD", markets=("US",), limits=limits, **given)


def choices(one: Study) -> list[list[int]]:
    """The options of every choice there is."""
    rows = [[*range(one.first[g], one.first[g + 1]), -1] for g in range(len(one.sku))]
    return [[row for row in choice if row >= 0] for choice in product(*rows)]
