"""What a scenario may not ask for: every problem is found before anything is drawn, and told in one ValueError.

Hides that a hundred thousand options are looked at as columns. Keeps the invariant that a message has the name, the
value and the allowed range.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from tuoguan.demand import Demand
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.simulate.columns import kernels as col
from tuoguan.simulate.layout_options import Rows
from tuoguan.simulate.scenario import PolicyKind, Scenario

Ints = npt.NDArray[np.int64]
Number = TypeVar("Number", np.int64, np.float64)
MOST_MINOR = 10**12  # money of one option that integers are made for
MOST_TOLD = 200
LONGEST_DAYS = 3_650
MOST_A_DAY = 10**6  # units of one series that were really sold on a day
PPM = 1_000_000
# Terms of the scenario as a whole, drawn at no address.
OF_SCENARIO = (
    "overlap", "quality_returns", "lateness_minutes", "shocks_per_year", "freight_month_sd", "fx_month_sd",
)  # fmt: skip
# The least and most of the numbers of a policy, in the order of their columns.
RANGE_BY_NUMBER = {
    "kind": (0, len(PolicyKind) - 1), "order_up_to": (0, MOST_MINOR), "review_days": (1, LONGEST_DAYS),
    "reorder_point": (-MOST_MINOR, MOST_MINOR), "order_cap": (0, MOST_MINOR), "fast_order_up_to": (0, MOST_MINOR),
    "follows_season": (0, col.OF_THE_DAY),
}  # fmt: skip
CAPPED = [at for at, kind in enumerate(PolicyKind) if kind.startswith("capped")]
FILLED = [at for at, kind in enumerate(PolicyKind) if at not in (col.JIT, col.TAILORED_BASE_SURGE)]
TWO_LANES = range(col.SINGLE_INDEX, col.TAILORED_BASE_SURGE + 1)


@dataclass(frozen=True, slots=True)
class Laid:
    """A scenario as integer rows, before anything is drawn."""

    rows: Rows
    once: dict[str, int]  # row of each term of the scenario
    series: Ints  # row of Demand of each row of the level table
    option: Ints
    listing: Ints
    place: Ints
    due: Ints
    term: Ints  # [term, 7] low, central, high, distribution, two addresses, stream
    uses: Ints  # of the scenario's options
    use: Ints  # of the rows that are played: the options, or the candidates
    number: Ints


def refuse(laid: Laid, scenario: Scenario, demand: Demand, paths: int) -> None:
    """Nothing, where all is well; ValueError with every problem, a line each, where it is not."""
    problems = [*_scenario(laid, scenario, paths), *_demand(laid, demand)]
    if len(laid.option):
        problems += [*laid.rows.terms.problems, *_options(laid), *_policies(laid, scenario)]
        if not problems:
            problems += [*_replay(scenario, demand)]
        if not problems:
            problems += _amounts(laid, scenario, demand)
    if problems:
        more = f"\nand {len(problems) - MOST_TOLD} more" if len(problems) > MOST_TOLD else ""
        raise ValueError("\n".join(problems[:MOST_TOLD]) + more)


def _scenario(laid: Laid, scenario: Scenario, paths: int) -> Iterator[str]:
    paths = min(paths, scenario.paths)
    if not scenario.options or paths < 1 or scenario.horizon_days < 1:
        counts = f"{len(scenario.options)}, {paths} and {scenario.horizon_days}"
        yield f"options, paths, horizon_days: {counts}; a scenario needs at least one option, one path and one day"
    if scenario.horizon_days > LONGEST_DAYS:
        yield f"horizon_days: {scenario.horizon_days}, allowed 1 to {LONGEST_DAYS}"
    for name in ("wage_per_hour_minor", "capital_rate_ppm_year", "deposit_ppm", "terminal_cover_days"):
        value = getattr(scenario, name)
        if not 0 <= value <= 10**9:
            yield f"{name}: {value}, allowed 0 to {10**9}"
    currencies = laid.rows.contracts.currencies
    if len(currencies) > 1:
        yield f"currency: a scenario needs contracts compiled in one currency, found {sorted(currencies)}"


def _demand(laid: Laid, demand: Demand) -> Iterator[str]:
    """Problems of the series that options use."""
    if not len(demand.sku) or not demand.season.size:
        yield f"demand: {len(demand.sku)} series and a season of {demand.season.size} days, allowed 1 or more of each"
        return
    rows = laid.series
    for row in rows[(rows < 0) | (rows >= len(demand.sku))]:
        yield f"series: {row}, allowed 0 to {len(demand.sku) - 1}"
    rows = rows[(rows >= 0) & (rows < len(demand.sku))]
    for name, values, low in (
        ("level_mean", demand.level_mean, 0.0), ("level_shape", demand.level_shape, 0.0),
        ("dispersion", demand.dispersion, 1.0),
    ):  # fmt: skip
        least = values[rows] > low if name == "level_shape" else values[rows] >= low
        word = "above" if name == "level_shape" else "from"
        for row in rows[~(least & np.isfinite(values[rows]))]:
            yield f"{name} of {demand.sku[row]} in {demand.market[row]}: {values[row]}, allowed {word} {low:g}, finite"
    if not (np.isfinite(demand.season) & (demand.season >= 0.0)).all():
        wrong = demand.season[~(np.isfinite(demand.season) & (demand.season >= 0.0))][0]
        yield f"season: {wrong}, allowed from 0, finite"
    profiles = demand.profile[rows]
    for profile in np.unique(profiles[(profiles < 0) | (profiles >= len(demand.season))]):
        yield f"profile: {profile}, allowed 0 to {len(demand.season) - 1}"


def _replay(scenario: Scenario, demand: Demand) -> Iterator[str]:
    """Problems of the real days that are replayed."""
    actual = scenario.actual
    if actual is None:
        return
    shape = (len(demand.sku), scenario.horizon_days + scenario.terminal_cover_days)
    if actual.shape != shape or not np.issubdtype(actual.dtype, np.integer):
        found = f"{actual.dtype} {actual.shape}"
        yield f"actual: {found}, needs whole numbers {shape}: each series, horizon and terminal cover"
    elif actual.size and not 0 <= (wrong := _furthest(actual)) <= MOST_A_DAY:
        yield f"actual: {wrong} units on a day, allowed 0 to {MOST_A_DAY}"


def _furthest(actual: Ints) -> int:
    """The least of the numbers where it is below nought, else the most."""
    return int(actual.min() if actual.min() < 0 else actual.max())


def _options(laid: Laid) -> Iterator[str]:
    """Problems of distinct options, told under the key of the first that has them."""
    for name, column, low in (
        ("on_hand", col.O_ON_HAND, 0), ("moq", col.O_MOQ, 1), ("carton", col.O_CARTON, 0),
        ("unit_weight_g", col.O_WEIGHT, 0), ("unit_volume_cm3", col.O_VOLUME, 0),
        ("delivery_days_today", col.O_DAYS_TODAY, 0), ("retail_price_today_minor", col.O_PRICE_TODAY, 1),
    ):  # fmt: skip
        for at in np.flatnonzero((laid.option[:, column] < low) | (laid.option[:, column] > MOST_MINOR)):
            yield f"{name} of {laid.rows.first[at].key}: {laid.option[at, column]}, allowed {low} to {MOST_MINOR}"
    yield from _counts(laid)
    for due in np.flatnonzero((laid.due < 0).any(axis=1)):
        at = np.searchsorted(laid.option[:, col.O_DUE] + laid.option[:, col.O_DUES], due, "right")
        day, units = laid.due[due]
        yield f"on_order of {laid.rows.first[at].key}: {units} units on day {day}, both at least 0"
    slow, fast = col.P_LANES, col.P_LANES + col.K_COLUMNS
    for name, column in (
        ("handling_per_day", col.P_HANDLING), ("minimum_minor", slow + col.K_MINIMUM),
        ("minimum_minor", fast + col.K_MINIMUM), ("divisor_cm3_per_kg", slow + col.K_DIVISOR),
        ("divisor_cm3_per_kg", fast + col.K_DIVISOR),
    ):  # fmt: skip
        for at in np.flatnonzero(laid.place[:, column] < 0):
            yield f"{name}: {laid.place[at, column]}, at least 0"


def _counts(laid: Laid) -> Iterator[str]:
    """Options with too few or too many listings or places, and listings that draw on no place of theirs."""
    row, places = laid.uses[:, col.USE_OPTION], laid.uses[:, col.USE_PLACES]
    listings, options = laid.option[row, col.O_LISTINGS], laid.rows.scenario.options
    for at in np.flatnonzero((np.minimum(listings, places) < 1) | (np.maximum(listings, places) > col.SLOTS)):
        count = f"{listings[at]} listings and {places[at]} places"
        yield f"{options[at].key}: {count}, allowed 1 to {col.SLOTS} of each"
    place = laid.listing[:, col.L_PLACE]
    low, high = -_most(laid, -place)[row], _most(laid, place)[row]
    for at in np.flatnonzero((places > 0) & ((low < 0) | (high >= places))):
        found = low[at] if low[at] < 0 else high[at]
        yield f"place of a listing of {options[at].key}: {found}, allowed 0 to {places[at] - 1}"


def _policies(laid: Laid, scenario: Scenario) -> Iterator[str]:
    """Problems of policies, told by the row they stand in."""
    number = laid.number
    there = np.arange(number.shape[1]) < laid.use[:, col.USE_PLACES, None]
    low, high = (np.array(bounds, np.int64) for bounds in zip(*RANGE_BY_NUMBER.values(), strict=True))
    for row, place, column in np.argwhere(there[:, :, None] & ((number < low) | (number > high))).tolist():
        name, value = list(RANGE_BY_NUMBER)[column], number[row, place, column]
        yield f"{name} of {_name(laid, (row, place))}: {value}, allowed {low[column]} to {high[column]}"
    kind, stocks = number[:, :, col.N_KIND], there & _has_listing(laid, number.shape[1])
    stocks &= kind != col.JIT
    for at in _where(stocks & np.isin(kind, CAPPED) & (number[:, :, col.N_CAP] == 0)):
        yield f"order_cap of {_name(laid, at)}: 0 never orders, at least 1"
    yield from _never(laid, scenario, stocks)
    yield from _lanes(laid, there & np.isin(kind, TWO_LANES))


def _never(laid: Laid, scenario: Scenario, stocks: npt.NDArray[np.bool_]) -> Iterator[str]:
    """Places that hold stock and can never get any: no level, or leads that are longer than the horizon."""
    kind, number = laid.number[:, :, col.N_KIND], laid.number
    most = np.maximum(
        np.where(np.isin(kind, FILLED), number[:, :, col.N_LEVEL], number[:, :, col.N_CAP]),
        np.where(np.isin(kind, TWO_LANES), number[:, :, col.N_FAST_LEVEL], 0),
    )
    opening = laid.option[:, col.O_ON_HAND] + laid.option[:, col.O_DUES]
    stocked = (opening[laid.use[:, col.USE_OPTION]] > 0)[:, None] & (np.arange(number.shape[1]) == 0)
    for at in _where(stocks & (most == 0) & ~stocked):
        yield f"order_up_to of {_name(laid, at)}: 0 with nothing on hand never sells, at least 1"
    lead = _leads(laid, number.shape[1])
    for at in _where(stocks & (lead > scenario.horizon_days) & ~stocked):
        yield f"lead_days of {_name(laid, at)}: {lead[at]}, allowed 0 to the horizon of {scenario.horizon_days}"


def _leads(laid: Laid, places: int) -> Ints:
    """Central lead days of supplier and slow lane [row, place]."""
    central = laid.term[:, 1]
    supplier = central[laid.option[laid.use[:, col.USE_OPTION], col.O_SUPPLIER_T]]
    row = np.minimum(laid.use[:, col.USE_PLACE, None] + np.arange(places), len(laid.place) - 1)
    return np.asarray(supplier[:, None] + central[laid.place[row, col.P_LANES + col.K_LEAD_T]], np.int64)


def _lanes(laid: Laid, two: npt.NDArray[np.bool_]) -> Iterator[str]:
    """Policies for two lanes at places that have one."""
    row = np.minimum(laid.use[:, col.USE_PLACE, None] + np.arange(two.shape[1]), len(laid.place) - 1)
    for at in _where(two & (laid.place[row, col.P_FAST] == 0)):
        yield f"fast_lane of {_name(laid, at)}: None, but the policy needs two lanes"


def _has_listing(laid: Laid, places: int) -> npt.NDArray[np.bool_]:
    """True [row, place] where a listing draws on the place."""
    found, place = np.zeros((len(laid.option), places), np.bool_), laid.listing[:, col.L_PLACE]
    there = (place >= 0) & (place < places)
    found[_owner(laid)[there], place[there]] = True
    return np.asarray(found[laid.use[:, col.USE_OPTION]], np.bool_)


def _owner(laid: Laid) -> Ints:
    """The option row of every listing."""
    return np.repeat(np.arange(len(laid.option)), laid.option[:, col.O_LISTINGS])


def _most(laid: Laid, values: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """The most of values [listing] by option row, at least nought."""
    most = np.zeros(len(laid.option), values.dtype)
    np.maximum.at(most, _owner(laid), values)
    return most


def _amounts(laid: Laid, scenario: Scenario, demand: Demand) -> Iterator[str]:
    """Options whose sales or stock could pass what integers are made for."""
    high = laid.term[:, 2].astype(np.float64)
    days = scenario.horizon_days * float(demand.season.max())
    micro = 10.0 ** (6 - EXPONENT_BY_CURRENCY[next(iter(laid.rows.contracts.currencies))])
    worth = high[laid.listing[:, col.L_RETAIL_T]]
    pull = high[laid.listing[:, col.L_REACH_T]] * high[laid.listing[:, col.L_VISIBILITY_T]] / PPM**2
    total = demand.level_mean * days if scenario.actual is None else scenario.actual.sum(axis=1)
    units = total[laid.series][laid.option[:, col.O_SERIES]] * _most(laid, pull)
    worth = _most(laid, worth)
    for at in np.flatnonzero(units * worth > MOST_MINOR):
        total = f"{units[at]:.0f} units at {worth[at]:.0f}"
        yield f"sales of {laid.rows.first[at].key}: {total}, allowed up to {MOST_MINOR} minor units"
    option = laid.option[laid.use[:, col.USE_OPTION]]
    most = laid.number[:, :, [col.N_LEVEL, col.N_CAP, col.N_FAST_LEVEL]].max(axis=(1, 2)).astype(np.float64)
    most = np.maximum(most, option[:, col.O_ON_HAND]) + option[:, col.O_MOQ] + option[:, col.O_CARTON]
    stock = most * high[option[:, col.O_UNIT_COST_T]] / micro
    for row_at in np.flatnonzero(stock > MOST_MINOR):
        value, name = stock[row_at], _name(laid, (int(row_at), 0))
        yield f"stock of {name}: worth {value:.0f}, allowed up to {MOST_MINOR} minor units"


def _where(wrong: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    return [(int(row), int(place)) for row, place in np.argwhere(wrong)]


def _name(laid: Laid, at: tuple[int, int]) -> str:
    """What a row and place are called: the key of the option's first row, the number of the row, the place."""
    return f"{laid.rows.first[laid.use[at[0], col.USE_OPTION]].key} (row {at[0]}, place {at[1]})"
