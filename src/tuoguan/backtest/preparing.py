"""A history and a day made ready to be decided on: what was known, its forecast, the options of that day.

Hides the order of the rooms. Keeps the invariant that the terms are those of one day (contracts did not exist when old
histories were sold) while demand, prices and stock are those known before the day that is tested.
"""

from dataclasses import replace

import msgspec
import polars as pl

from tuoguan.backtest.cells import compact
from tuoguan.backtest.history import capped, dearest, line_cap, real_days
from tuoguan.backtest.playing import Setting
from tuoguan.choose import Groups, enumerate_options
from tuoguan.contracts import Library
from tuoguan.demand import Demand, fit
from tuoguan.foundation.days import Day
from tuoguan.foundation.fx import FxTable
from tuoguan.intake import Batch

WEEK = 7
BEHIND_DAYS = 60  # of season behind the horizon that policies look ahead to
MOST_COVER_DAYS = 60  # stock left at the end counts as far as it really sold in so many days more
LEAST_COVER_DAYS = 28
LEAST_KNOWN_DAYS = 90


def cover_days(last_day: Day, day: Day, weeks: int) -> int:
    """Days of history behind the replayed weeks that say what is left then; at most `MOST_COVER_DAYS`."""
    return min(MOST_COVER_DAYS, last_day + 1 - (day + weeks * WEEK))


def prepare(
    truth: Batch, known: Batch, library: Library, fx: FxTable, *, terms_on: Day, day: Day, weeks: int, most: int,
    seed: int, threads: int | None,
) -> Setting:  # fmt: skip
    """The setting of all cells of ``day``; ``known`` is the batch before the day, ``truth`` the whole one.

    ``most`` series are looked at. ValueError where no option is left.
    """
    cover = cover_days(truth.last_day, day, weeks)
    seller = msgspec.structs.replace(known.seller, horizon_days=weeks * WEEK, cold_start=True)
    seen = replace(known, seller=seller)
    demand = dearest(_forecast(seen, day, weeks * WEEK + cover + BEHIND_DAYS), seen, most)
    groups = _options(seen, library, demand, fx, terms_on, day, cover)
    real = real_days(groups, demand, seen, truth.panel, cover)
    return Setting(real, seller, cover, seed, threads, ("",) * groups.count)


def without_wholesale(truth: Batch, known: Batch, percentile: float | None) -> tuple[Batch, Batch]:
    """(truth, known) with a day's units at most its orders x a percentile of the units per order known before the day.

    None caps nothing.
    """
    cap = line_cap(known.panel, percentile)
    return replace(truth, panel=capped(truth.panel, cap)), replace(known, panel=capped(known.panel, cap))


def _forecast(known: Batch, day: Day, days: int) -> Demand:
    return fit(
        known.panel, known.products, known.stock_outs, start_on=day, horizon_days=days, first_day=known.first_day,
        last_day=known.last_day, history=known.history, markets=known.seller.markets,
    )  # fmt: skip


def _options(
    known: Batch, library: Library, demand: Demand, fx: FxTable, terms_on: Day, day: Day, cover: int
) -> Groups:  # fmt: skip
    """The compact options under the terms of one day, played from the other on."""
    groups = compact(enumerate_options(known, library, demand, on=terms_on, fx=fx))
    if not groups.options:
        raise ValueError("no option of either side is open to any product: nothing to compare")
    return replace(groups, start_on=day, world=replace(groups.world, terminal_cover_days=cover))


def with_last(setting: Setting, contract_by_pair: dict[tuple[str, str], str]) -> Setting:
    """The setting after an earlier day, on which these contracts were chosen."""
    groups = setting.real.groups
    pairs = zip(groups.sku, groups.market, strict=True)
    return replace(setting, last_by_group=tuple(contract_by_pair.get(pair, "") for pair in pairs))


def span_of(panel: pl.DataFrame) -> tuple[Day, Day]:
    """First and last day with a sale; (0, -1) where there is none."""
    days = panel.filter(pl.col("units") > 0)["day"].to_physical()
    return (int(days.min()), int(days.max())) if len(days) else (0, -1)  # type: ignore[arg-type]
