"""Rows of paths as estimates with their standard errors, and one path as facts.

Hides how paths are batched. Keeps the invariant that every sum is of whole numbers and every quotient is taken batch by
batch, so that no estimate or error depends on blocks or threads.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tuoguan.foundation.facts import Fact, FactKind, Reason
from tuoguan.simulate.columns import kernels as col
from tuoguan.simulate.happened import Happened, happened
from tuoguan.simulate.scenario import Daily, Outcomes, Record, Scenario

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
MOST_BATCHES = 32
TALLY = col.COMPONENTS + col.DUTIES
WORKS = 3  # minutes are asked for by an order, by a stock order and by a week
# Estimates that are one count over another, with what they are where the other is nought.
RATIOS = {
    "fill_rate": (col.A_SOLD, col.A_DEMANDED, 1.0), "late_rate": (col.A_LATE, col.A_SOLD, 0.0),
    "delivery_days": (col.A_DELIVERY_DAYS, col.A_SOLD, 0.0), "return_rate": (col.A_RETURNED, col.A_SOLD, 0.0),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trace:
    """One option on one path: what happened and what it left behind every day.

    facts        in the order they became certain; ``listing`` and ``charge_minor`` run parallel to them
    cash_minor   int64 [day]         net cash of the day
    on_hand      int64 [place, day]  at the end of the day
    minutes      int64 [day]         staff time, thousandths of a minute
    component    int64 [Component]
    happened     what came from outside, from which all of the above follows
    """

    facts: tuple[Fact, ...]
    listing: tuple[int, ...]
    charge_minor: tuple[int, ...]
    cash_minor: Ints
    on_hand: Ints
    minutes: Ints
    component: Ints
    profit_minor: int
    happened: Happened


@dataclass(slots=True)
class Totals:
    """Sums by option and batch of paths, filled block by block."""

    scenario: Scenario
    starts: Ints  # first path of each batch
    profit: Ints  # [option, path]
    total: Ints  # [option, batch, component, duty and count]
    work: Ints  # [option, batch, week]
    volume: Ints  # [option, week]
    cash: Ints  # [option, week]
    low: Ints  # [option, week]
    bought: Ints  # [option, week]
    sent: Ints  # [option, 2 x place, week]
    daily: Daily | None

    @classmethod
    def of(cls, scenario: Scenario, places: int, record: Record) -> "Totals":
        """Nought for every option; ``places`` is the most that an option has."""
        options, paths, weeks = len(scenario.options), scenario.paths, -(-scenario.horizon_days // 7)
        starts = batches(paths, scenario.antithetic)
        daily = None
        if record is Record.DAILY:
            days = (options, paths, scenario.horizon_days)
            stock = np.zeros((options, paths, places, scenario.horizon_days), np.int64)
            daily = Daily(stock, np.zeros(days, np.int64), np.zeros(days, np.int64))
        return cls(
            scenario, starts, np.zeros((options, paths), np.int64),
            np.zeros((options, len(starts), TALLY + col.A_COLUMNS), np.int64),
            np.zeros((options, len(starts), weeks), np.int64),
            np.zeros((options, weeks), np.int64), np.zeros((options, weeks), np.int64),
            np.zeros((options, weeks), np.int64), np.zeros((options, weeks), np.int64),
            np.zeros((options, 2 * places, weeks), np.int64), daily,
        )  # fmt: skip

    def rows(self, count: int) -> col.Rows:
        """Room for what the paths of ``count`` options leave behind."""
        paths, weeks = self.scenario.paths, self.work.shape[2]
        kept = count if self.daily is not None else 0
        days = (kept, paths, self.scenario.horizon_days)
        places = self.daily.on_hand.shape[2] if self.daily is not None else 0
        return col.Rows(
            profit=np.zeros((count, paths), np.int64),
            total=np.zeros((count, paths, TALLY + col.A_COLUMNS), np.int64),
            week=np.zeros((count, paths, col.WEEK_SENT + self.sent.shape[1], weeks), np.int64),
            stock=np.zeros((kept, paths, places, self.scenario.horizon_days), np.int64),
            cash=np.zeros(days, np.int64), minutes=np.zeros(days, np.int64),
        )  # fmt: skip

    def add(self, first: int, last: int, rows: col.Rows) -> None:
        """Enter a block's rows."""
        tenth = (self.scenario.paths - 1) // 10
        self.profit[first:last] = rows.profit
        self.total[first:last] = np.add.reduceat(rows.total, self.starts, axis=1)
        self.work[first:last] = np.add.reduceat(rows.week[:, :, col.WEEK_WORK], self.starts, axis=1)
        self.volume[first:last] = rows.week[:, :, col.WEEK_PEAK].sum(axis=1)
        self.bought[first:last] = rows.week[:, :, col.WEEK_BOUGHT].sum(axis=1)
        self.sent[first:last] = rows.week[:, :, col.WEEK_SENT :].sum(axis=1)
        low = rows.week[:, :, col.WEEK_LOW]
        self.cash[first:last] = low.sum(axis=1)
        self.low[first:last] = np.partition(low, tenth, axis=1)[:, tenth]
        if self.daily is not None:
            self.daily.on_hand[first:last] = rows.stock
            self.daily.cash_minor[first:last] = rows.cash
            self.daily.minutes[first:last] = rows.minutes

    def outcomes(self) -> Outcomes:
        """The estimates and their standard errors."""
        paths = self.scenario.paths
        total = self.total.sum(axis=1)
        count = total[:, TALLY:].astype(np.float64)
        through = _mean(np.cumsum(total[:, : col.COMPONENTS], axis=1), paths)
        ratio = {name: _ratio(count[:, top], count[:, bottom], empty) for name, (top, bottom, empty) in RATIOS.items()}
        return Outcomes(
            profit=self.profit,
            component=np.diff(through, axis=1, prepend=0),
            cash_mean=_mean(self.cash, paths), cash_low=self.low,
            hours=self.work.sum(axis=1) / (60_000.0 * paths),
            hours_by_duty=self._by_duty(total),
            volume_cm3=_mean(self.volume, paths), units_sold=count[:, col.A_SOLD] / paths,
            units_ordered=count[:, col.A_ORDERED] / paths, units_bought=self.bought / paths,
            units_sent=self.sent / paths, **ratio, error=self._errors(ratio), daily=self.daily,
        )  # fmt: skip

    def _by_duty(self, total: Ints) -> Floats:
        """Hours by duty: those of all days, split as the listings say what each sale, stock order and week asks for."""
        told = total[:, col.COMPONENTS : TALLY] / (60_000.0 * self.scenario.paths)
        times = np.full((len(told), WORKS), float(self.work.shape[2]))
        times[:, :2] = total[:, [TALLY + col.A_SOLD, TALLY + col.A_ORDERS]] / self.scenario.paths
        splits: dict[tuple[tuple[int, ...], ...], Floats] = {}
        for row, option in enumerate(self.scenario.options):
            asked = np.zeros(col.DUTIES)
            for one in option.listings:
                if one.minutes_by_duty not in splits:
                    splits[one.minutes_by_duty] = np.array(one.minutes_by_duty, float).reshape(-1, col.DUTIES)
                split = splits[one.minutes_by_duty]
                asked += times[row, : len(split)] @ split
            if asked.sum() > 0.0:
                told[row] = asked * (told[row].sum() / asked.sum())
        return np.asarray(told)

    def _errors(self, ratio: dict[str, Floats]) -> dict[str, Floats]:
        sizes = np.diff(self.starts, append=self.scenario.paths)
        count = self.total[:, :, TALLY:]
        found = {
            "profit": _error(np.add.reduceat(self.profit, self.starts, axis=1), sizes),
            "component": _error(self.total[:, :, : col.COMPONENTS], sizes),
            "units_sold": _error(count[:, :, col.A_SOLD], sizes),
            "units_ordered": _error(count[:, :, col.A_ORDERED], sizes),
            "hours": _error(self.work, sizes) / 60_000.0,
        }
        for name, (top, bottom, _) in RATIOS.items():
            found[name] = _error_of_ratio(count[:, :, top], count[:, :, bottom], ratio[name])
        return found


def batches(paths: int, mirrored: bool) -> Ints:
    """First paths of at most `MOST_BATCHES` batches of nearly one size; a path and its mirror stand together."""
    step = 2 if mirrored else 1
    units = -(-paths // step)
    count = min(units, MOST_BATCHES)
    return np.arange(count, dtype=np.int64) * units // count * step


def _error(total: Ints, sizes: Ints) -> Floats:
    """Standard errors over batches (axis 1) of the mean of sums ``total``; nought where there is one batch."""
    count, paths = len(sizes), int(sizes.sum())
    mean = total.sum(axis=1) / paths
    spread = np.zeros(mean.shape)
    for batch, size in enumerate(sizes):
        spread += size * (total[:, batch] / size - mean) ** 2
    return np.asarray(np.sqrt(spread / (max(1, count - 1) * paths)))


def _error_of_ratio(top: Ints, bottom: Ints, ratio: Floats) -> Floats:
    """Standard errors of a quotient of sums, linearised at its value (the delta method), over batches (axis 1)."""
    count, whole = top.shape[1], bottom.sum(axis=1)
    spread = np.zeros(ratio.shape)
    for batch in range(count):
        spread += (top[:, batch] - ratio * bottom[:, batch]) ** 2
    return _ratio(np.sqrt(spread * count / max(1, count - 1)), whole.astype(np.float64), 0.0)


def _mean(total: Ints, paths: int) -> Ints:
    """Sums over paths as means, rounded half up."""
    return (2 * total + paths) // (2 * paths)


def _ratio(top: Floats, bottom: Floats, otherwise: float) -> Floats:
    filled = np.full(len(top), otherwise)
    np.divide(top, bottom, out=filled, where=bottom > 0)
    return filled


def told(work: Ints, rows: col.Rows, alone: Scenario) -> Trace:
    """The scratch of one recorded path as facts and daily figures."""
    option, calendar = alone.options[0], int(work[col.G_CALENDAR])
    at = col.AT_DAYS + col.ROWS * calendar
    log = work[at : at + int(work[col.G_LOGGED]) * col.LOG_COLUMNS].reshape(-1, col.LOG_COLUMNS)
    told = happened(log, work, alone)
    log = log[log[:, col.LOG_KIND] < col.KINDS]
    log = log[np.argsort(log[:, col.LOG_DAY], kind="stable")]
    component = rows.total[0, 0, : col.COMPONENTS]
    return Trace(
        facts=tuple(_fact(row, work, alone) for row in log), listing=tuple(int(row[col.LOG_LISTING]) for row in log),
        charge_minor=tuple(int(row[col.LOG_MINOR]) for row in log), cash_minor=rows.cash[0, 0],
        on_hand=rows.stock[0, 0, : len(option.places)], minutes=rows.minutes[0, 0], component=component,
        profit_minor=int(rows.profit[0, 0]), happened=told,
    )  # fmt: skip


def _fact(row: Ints, work: Ints, alone: Scenario) -> Fact:
    option = alone.options[0]
    contract = option.listings[int(row[col.LOG_LISTING])].contract
    live = col.AT_LIVE + int(row[col.LOG_LISTING]) * col.V_COLUMNS
    deadline, orders = int(row[col.LOG_DEADLINE]), int(row[col.LOG_ORDERS])
    return Fact(
        kind=FactKind(int(row[col.LOG_KIND])), day=alone.start_on + int(row[col.LOG_DAY]), currency=contract.currency,
        quantity=int(row[col.LOG_QUANTITY]), orders=orders, parcels=orders, lines=orders,
        retail_price_minor=int(work[live + col.V_RETAIL]), supply_price_minor=int(work[live + col.V_SUPPLY]),
        weight_g=option.unit_weight_g, volume_cm3=option.unit_volume_cm3, minutes_late=int(row[col.LOG_MINUTES]),
        days_held=int(row[col.LOG_HELD]), customs_value_minor=int(row[col.LOG_CUSTOMS]),
        reason=Reason(int(row[col.LOG_REASON])), deadline=contract.deadlines[deadline].name if deadline >= 0 else "",
    )  # fmt: skip
