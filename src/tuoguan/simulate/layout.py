"""A scenario as flat tables that the kernels read, refused with everything that is wrong with it before any is drawn.

Hides the calendar behind the horizon: arrivals, settlements and seasons that policies look ahead to. Keeps the
invariant that rows of policies follow the scenario's options, or the candidates where these are given.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tuoguan.demand import Demand
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.foundation.random import Stream
from tuoguan.simulate.columns import kernels as col
from tuoguan.simulate.counts.kernels import level_by_path
from tuoguan.simulate.draws import kernels as draws
from tuoguan.simulate.layout_contracts import Contracts, component_of, table
from tuoguan.simulate.layout_options import Rows, numbers_of
from tuoguan.simulate.layout_terms import Terms, address
from tuoguan.simulate.refusals import OF_SCENARIO, Laid, refuse
from tuoguan.simulate.scenario import Candidates, Scenario

__all__ = ["Span", "component_of", "tables"]

Ints = npt.NDArray[np.int64]
BLOCK = 4_096  # options that are laid out at a time: their identities stay in the processor's cache


@dataclass(frozen=True, slots=True)
class Span:
    """Which paths are drawn: ``count`` of them from path ``first`` on."""

    first: int
    count: int


def tables(
    scenario: Scenario, demand: Demand, span: Span | None = None, candidates: Candidates | None = None
) -> col.Tables:
    """The kernels' tables of a scenario; ValueError with every problem of the scenario, the demand or the policies."""
    span = span or Span(0, scenario.paths)
    laid = _lay_out(scenario, demand, candidates)
    refuse(laid, scenario, demand, span.count)
    calendar = _calendar(laid, scenario.horizon_days)
    season = _season(demand, scenario, calendar)
    value, central = _values(laid, scenario, span, calendar)
    series, contracts = laid.series, laid.rows.contracts
    actual = np.zeros((len(series), 0)) if scenario.actual is None else scenario.actual[series]
    laid.option[:, col.O_PROFILE] = demand.profile[series][laid.option[:, col.O_SERIES]]
    return col.Tables(
        option=laid.option, listing=laid.listing, place=laid.place, due=laid.due,
        term=np.ascontiguousarray(laid.term[:, : col.T_COLUMNS]), value=value, central=central,
        charge=np.concatenate(contracts.charges), start=table(contracts.starts, col.KINDS + 1),
        ages=table(contracts.ages, col.MOST_AGES + 1), clock=table(contracts.clocks, 2 * col.MOST_CLOCKS),
        level=_levels(demand, series, scenario, span), mean=np.asarray(demand.level_mean[series], np.float64),
        dispersion=np.asarray(demand.dispersion[series], np.float64), season=season,
        ahead=np.concatenate([np.zeros((len(season), 1)), season.cumsum(axis=1)], axis=1),
        actual=np.ascontiguousarray(actual, np.int64), use=laid.use, number=laid.number,
        scalar=_scalar(laid, scenario, span, calendar),
    )  # fmt: skip


def _lay_out(scenario: Scenario, demand: Demand, candidates: Candidates | None) -> Laid:
    """The rows of the scenario as integers; nothing is drawn yet."""
    terms = Terms()
    rows = Rows(scenario, terms, Contracts(terms))
    once = {name: terms.row(name, getattr(scenario, name)) for name in OF_SCENARIO}
    for first in range(0, len(scenario.options), BLOCK):
        rows.add(scenario.options[first : first + BLOCK])
    option, listing = stacked(rows.option, col.O_COLUMNS), stacked(rows.listing, col.L_COLUMNS)
    uses, term = stacked(rows.use, col.USE_COLUMNS), terms.table()
    listing[:, col.L_NEW] = term[listing[:, col.L_LIVE_T], col.T_HIGH] > 0
    series, option[:, col.O_SERIES] = np.unique(option[:, col.O_SERIES], return_inverse=True)
    return Laid(
        rows=rows, once=once, series=series, option=option, listing=listing,
        place=table(rows.places, col.P_COLUMNS), due=table(rows.dues, 2), term=term, uses=uses,
        use=uses if candidates is None else uses[candidates.option],
        number=_numbers(rows, uses) if candidates is None else np.ascontiguousarray(candidates.number, np.int64),
    )  # fmt: skip


def stacked(blocks: list[Ints], width: int) -> Ints:
    """Blocks of rows as one; [0, width] where there are none."""
    return np.concatenate([np.empty((0, width), np.int64), *blocks])


def _numbers(rows: Rows, uses: Ints) -> Ints:
    """Policies [option, place, NUMBERS] of the options; nought where an option has fewer places."""
    options, counts = rows.scenario.options, uses[:, col.USE_PLACES]
    number = np.zeros((len(uses), counts.max(initial=1), col.NUMBERS), np.int64)
    for first in range(0, len(options), BLOCK):
        own = number[first : first + BLOCK]
        there = np.arange(own.shape[1]) < counts[first : first + BLOCK, None]
        own[there] = numbers_of([place.policy for option in options[first : first + BLOCK] for place in option.places])
    return number


def _calendar(laid: Laid, horizon: int) -> int:
    """Days that rows of the calendar hold: the horizon, and as far behind it as any order arrives or policy looks."""
    high = laid.term[:, col.T_HIGH]
    lead = high[laid.option[:, col.O_SUPPLIER_T]].max(initial=0)
    lanes = [laid.place[:, col.P_LANES + at * col.K_COLUMNS + col.K_LEAD_T] for at in range(2)]
    longest = int(lead + max(high[lane].max(initial=0) for lane in lanes))
    looking = laid.number[:, :, col.N_REVIEW][laid.number[:, :, col.N_SEASON] == 1].max(initial=0)
    return horizon + longest + int(looking) + 2


def _values(laid: Laid, scenario: Scenario, span: Span, calendar: int) -> tuple[Ints, Ints]:
    """(values [path, term] with the walks behind the terms, central values); places and options learn their walks."""
    seed, mirrored = scenario.seed, scenario.antithetic
    value = draws.draw_terms(laid.term, seed, span.count, span.first, mirrored)
    walks = table(list(laid.rows.walks), 2)
    months = calendar // col.MONTH_DAYS + 1
    sd = {Stream.FX: laid.once["fx_month_sd"], Stream.FREIGHT: laid.once["freight_month_sd"]}
    rows = np.array([sd[Stream(stream)] for stream in walks[:, 1]], np.int64)
    address_, stream = np.ascontiguousarray(walks[:, 0]), np.ascontiguousarray(walks[:, 1])
    walk = draws.draw_walks(address_, stream, value[rows], months, seed, span.count, span.first, mirrored)
    for rows_, column in _walk_columns(laid):
        there = rows_[:, column] >= 0
        rows_[there, column] = len(laid.term) + rows_[there, column] * months
    every = np.concatenate([value.T, walk.transpose(1, 0, 2).reshape(span.count, -1)], axis=1)
    return np.ascontiguousarray(every), np.ascontiguousarray(laid.term[:, col.T_MODE])


def _walk_columns(laid: Laid) -> list[tuple[Ints, int]]:
    lanes = [(laid.place, col.P_LANES + at * col.K_COLUMNS + col.K_WALK) for at in range(2)]
    return [(laid.option, col.O_FX), *lanes]


def _scalar(laid: Laid, scenario: Scenario, span: Span, calendar: int) -> Ints:
    row = np.zeros(col.S_COLUMNS, np.int64)
    row[col.S_SEED], row[col.S_HORIZON], row[col.S_CALENDAR] = scenario.seed, scenario.horizon_days, calendar
    row[col.S_WAGE], row[col.S_CAPITAL] = scenario.wage_per_hour_minor, scenario.capital_rate_ppm_year
    row[col.S_MICRO] = 10 ** (6 - EXPONENT_BY_CURRENCY[next(iter(laid.rows.contracts.currencies))])
    row[col.S_OVERLAP_T], row[col.S_SPLIT_T] = laid.once["overlap"], laid.once["quality_returns"]
    row[col.S_LATENESS_T], row[col.S_SHOCKS_T] = laid.once["lateness_minutes"], laid.once["shocks_per_year"]
    row[col.S_DEPOSIT], row[col.S_COVER] = scenario.deposit_ppm, scenario.terminal_cover_days
    row[col.S_MIRROR], row[col.S_FIRST_PATH] = int(scenario.antithetic), span.first
    row[col.S_REPLAY] = int(scenario.actual is not None)
    return row


def _levels(demand: Demand, series: Ints, scenario: Scenario, span: Span) -> npt.NDArray[np.float64]:
    """Levels [series, path] drawn from the posterior of each of these series; 1 where real days are replayed."""
    if scenario.actual is not None:
        return np.ones((len(series), span.count))
    product = np.array([address(demand.sku[row]) for row in series], np.int64)
    market = np.array([address(demand.market[row]) for row in series], np.int64)
    uniform = draws.draw_levels(
        product, market, int(Stream.LEVEL), scenario.seed, span.count, span.first, scenario.antithetic
    )
    return np.asarray(level_by_path(uniform, demand.level_mean[series], demand.level_shape[series]))


def _season(demand: Demand, scenario: Scenario, calendar: int) -> npt.NDArray[np.float64]:
    """Multipliers [profile, day]; a day past the fitted season is read one or more years earlier."""
    days = np.arange(calendar) + scenario.start_on - demand.start_on
    width = demand.season.shape[1]
    if width > 1:
        past = np.maximum(0, -(-(days - width + 1) // 365))
        days = np.clip(days - 365 * past, 0, width - 1)
    return np.ascontiguousarray(demand.season[:, np.minimum(days, width - 1)], np.float64)
