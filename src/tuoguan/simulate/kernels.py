# ruff: noqa: I001 the columns stand side by side
"""The day loop: one option on one path, in int64 money, with every charge priced by the contract kernels.

Hides which days are looked at: a week in which nothing arrives, is ordered or could sell is closed in one step. Keeps
two invariants that every path checks: the components add up to what was paid and what is still owed, and every unit
ordered is sold, on hand, or on its way.

Bare pointers travel through the loop: ``c`` charges, ``k`` where each kind of them starts, ``v`` the values drawn for
this path, ``w`` everything this path writes, ``f`` its shares and means, ``h`` the hash states of its streams.
"""

from numba import njit

from tuoguan.foundation.kernels import PPM
from tuoguan.simulate.columns.kernels import (
    AT_COMPONENT, AT_DAYS, AT_DUTY, AT_LIVE, AT_OPTION, AT_SITE, AT_TALLY, A_ACCRUED, A_BACK, A_BEYOND, A_COLUMNS,
    A_ORDERED, A_SOLD, CAPITAL, COMPONENTS, DUTIES, F_COLUMNS, F_LUCK, F_MEAN, F_OVERLAP, F_WEIGHT, Floats, GOODS,
    G_CAPITAL, G_HORIZON, G_LABOR, G_LISTINGS, G_MINUTES, G_OPEN, G_OPENING, G_PLACES, G_SALVAGE, G_UNIT_COST,
    G_VOLUME, G_WAGE, Hashes, Ints, LABOR, L_COLUMNS, L_NEW, MOST_AGES, O_COLUMNS, O_LISTING, O_LISTINGS, O_MARKET,
    O_ON_HAND, O_PLACE, O_PLACES, O_PRODUCT, O_PROFILE, O_SERIES, P_COLUMNS, ROW_PEAK, ROW_WORK, Sums, TERMINAL_STOCK,
    Tables, V_COLUMNS, V_MINUTES_WEEK, V_SALVAGE, V_START, V_STOP, V_WEEK_DUTY, W_COLUMNS, W_DUE, W_NEXT, W_ON_HAND,
    W_SELLER, W_STRANDED, W_TRANSIT,
)  # fmt: skip
from tuoguan.simulate.counts.kernels import count_at, log_ratio
from tuoguan.simulate.draws.kernels import draw_terms
from tuoguan.simulate.money.kernels import (
    bare,
    book,
    divided,
    inner,
    past,
    share_of,
    to_minor_units,
    toil,
)  # fmt: skip
from tuoguan.simulate.opening.kernels import (
    clear,
    draw_days,
    head,
    open_listing,
    open_place,
    same_group,
    same_listings,
    start_listing,
)  # fmt: skip
from tuoguan.simulate.sales.kernels import serve, unpack
from tuoguan.simulate.stock.kernels import (
    arrive,
    bill_storage,
    follow_ages,
    hold,
    restock,
    rests,
    skip_reviews,
    unpack_held,
)  # fmt: skip

__all__ = ["draw_terms", "play_all"]

MARGIN = 1.0 + 1e-9  # far wider than the rounding of the comparison it guards


@inner
def _begin(t: Tables, v: Ints, w: Ints, f: Floats, h: Hashes, option: Ints, path: int) -> None:
    """Open the option on this path; opening stock is charged at what selling it off would bring."""
    b, listing, place = bare(t.term), bare(t.listing), bare(t.place)
    known, opened = same_group(w, option, path), same_listings(w, option, path)
    if not opened:
        head(v, b, bare(t.scalar), w, f, h, option, path)
        if not known:
            draw_days(w, f, h, past(bare(t.season), option[O_PROFILE] * w[G_HORIZON]))
        level = t.level[option[O_SERIES], path]
        for own in range(option[O_LISTINGS]):
            open_listing(v, b, w, f, option, past(listing, (option[O_LISTING] + own) * L_COLUMNS), own, level)
    for column in range(O_COLUMNS):
        w[AT_OPTION + column] = option[column]
    w[G_OPEN], w[G_PLACES] = 1, option[O_PLACES]
    clear(w)
    for own in range(option[O_LISTINGS]):
        row = past(listing, (option[O_LISTING] + own) * L_COLUMNS)
        if row[L_NEW] == 1:
            start_listing(bare(t.charge), bare(t.start), v, w, row, own)
    for own in range(option[O_PLACES]):
        open_place(v, b, w, bare(t.ages), option, past(place, (option[O_PLACE] + own) * P_COLUMNS), own)
    w[G_MINUTES], w[G_LABOR] = 0, 0
    w[G_OPENING] = share_of(to_minor_units(w, w[G_UNIT_COST] * option[O_ON_HAND]), w[G_SALVAGE])
    w[AT_COMPONENT + GOODS] -= w[G_OPENING]


@inner
def _weigh(w: Ints, f: Floats, day: int) -> tuple[float, int]:
    """The option's mean at season 1 from ``day`` on, and the next day on which a listing opens or stops.

    The strongest listing keeps its full mean; of every other a drawn share would have bought there anyway.
    """
    following, best, strongest = w[G_HORIZON], 0.0, -1
    for own in range(w[G_LISTINGS]):
        live, at = AT_LIVE + own * V_COLUMNS, own * F_COLUMNS
        start, stop = w[live + V_START], w[live + V_STOP]
        if start > day:
            following = min(following, start)
        if stop > day:
            following = min(following, stop)
        f[at + F_WEIGHT] = f[at + F_MEAN] if start <= day < stop else 0.0
        if f[at + F_WEIGHT] > best:
            best, strongest = f[at + F_WEIGHT], own
    total = 0.0
    for own in range(w[G_LISTINGS]):
        if own != strongest:
            f[own * F_COLUMNS + F_WEIGHT] *= 1.0 - f[F_OVERLAP]
        total += f[own * F_COLUMNS + F_WEIGHT]
    return total, following


@inner
def _morning(c: Ints, k: Ints, v: Ints, w: Ints, h: Hashes, day: int) -> None:
    """Receipts, then orders of places whose review day it is."""
    for own in range(w[G_PLACES]):
        site = AT_SITE + own * W_COLUMNS
        follow_ages(w, own, day, day)
        if day == w[site + W_DUE]:
            arrive(w, own, day)
        if day == w[site + W_NEXT]:
            restock(c, k, v, w, h, own, day)
    _note_peak(w, day)


@inner
def _note_peak(w: Ints, day: int) -> None:
    """The week's peak volume at the seller's places, seen in the morning."""
    held, peak = 0, AT_DAYS + ROW_PEAK * w[G_HORIZON] + day // 7
    for own in range(w[G_PLACES]):
        if w[AT_SITE + own * W_COLUMNS + W_SELLER] == 1:
            held += w[AT_SITE + own * W_COLUMNS + W_ON_HAND]
    w[peak] = max(w[peak], held * w[G_VOLUME])


@inner
def _rest(c: Ints, k: Ints, v: Ints, w: Ints, first: int, end: int) -> None:
    """Days on which nothing happens but holding."""
    _note_peak(w, first)
    for own in range(w[G_PLACES]):
        skip_reviews(w, own, end)
        follow_ages(w, own, first, end - 1)
        hold(c, k, v, w, own, first, end - 1)


@inner
def _end_week(w: Ints, day: int) -> None:
    """Bill a week's storage and staff time on its last day, rounded once each."""
    for own in range(w[G_PLACES]):
        bill_storage(w, own, day)
    for own in range(w[G_LISTINGS]):
        live = AT_LIVE + own * V_COLUMNS
        if w[live + V_START] <= day and w[live + V_STOP] > day // 7 * 7:
            toil(w, day, w[live + V_WEEK_DUTY], w[live + V_MINUTES_WEEK])
    minutes = w[AT_DAYS + ROW_WORK * w[G_HORIZON] + day // 7]
    if minutes != w[G_MINUTES]:
        w[G_MINUTES], w[G_LABOR] = minutes, -divided(minutes * w[G_WAGE], 60_000)
    book(w, LABOR, day, w[G_LABOR])


@inner
def _quiet(w: Ints, end: int) -> bool:
    """True when no place receives or orders before ``end``, as long as nobody buys."""
    busy = 0
    for own in range(w[G_PLACES]):
        if not rests(w, own, end):
            busy += 1
    return busy == 0


@inner
def _days(c: Ints, k: Ints, v: Ints, w: Ints, f: Floats, h: Hashes, season: Floats, dispersion: float) -> None:
    """All days of the horizon in order, week by week."""
    total, following, ratio, horizon = 0.0, 0, log_ratio(dispersion), w[G_HORIZON]
    for first in range(0, horizon, 7):
        end = min(first + 7, horizon)
        if following == first:
            total, following = _weigh(w, f, first)
        reach = total * ratio * MARGIN
        if following >= end and reach <= f[F_LUCK + 2 * horizon + first // 7] and _quiet(w, end):
            _rest(c, k, v, w, first, end)
        else:
            for day in range(first, end):
                _morning(c, k, v, w, h, day)
                if day == following:
                    total, following = _weigh(w, f, day)
                    reach = total * ratio * MARGIN
                if reach > f[F_LUCK + horizon + day]:
                    units = count_at(f[F_LUCK + day], total * season[day], dispersion, ratio)
                    if units > 0:
                        serve(c, k, v, w, f, h, day, units, total)
                for own in range(w[G_PLACES]):
                    hold(c, k, v, w, own, day, day)
        _end_week(w, end - 1)


@inner
def _finish(w: Ints, on_hand: int) -> bool:
    """Value what is left, charge the capital tied up, and check that money and units add up; False when they do not."""
    for own in range(w[G_LISTINGS]):
        unpack(w, own)
    left, held = 0, 0
    for own in range(w[G_PLACES]):
        for index in range(MOST_AGES):
            unpack_held(w, own, index)
        site, share = AT_SITE + own * W_COLUMNS, w[G_SALVAGE]
        units = w[site + W_ON_HAND] + w[site + W_TRANSIT]
        if w[site + W_STRANDED] >= 0 and w[AT_LIVE + w[site + W_STRANDED] * V_COLUMNS + V_SALVAGE] >= 0:
            share = w[AT_LIVE + w[site + W_STRANDED] * V_COLUMNS + V_SALVAGE]
        held += units
        left += share_of(to_minor_units(w, w[G_UNIT_COST] * units), share)
    capital, balance = _capital(w)
    w[AT_COMPONENT + TERMINAL_STOCK] += left
    w[AT_COMPONENT + CAPITAL] -= capital
    tally = AT_TALLY
    w[tally + A_ACCRUED] = left - w[G_OPENING] - capital
    money = _profit(w) == balance + w[tally + A_BEYOND] + w[tally + A_ACCRUED]
    return bool(money and on_hand + w[tally + A_ORDERED] + w[tally + A_BACK] == w[tally + A_SOLD] + held)


@inner
def _profit(w: Ints) -> int:
    """The sum of the components."""
    total = 0
    for part in range(COMPONENTS):
        total += w[AT_COMPONENT + part]
    return total


@inner
def _capital(w: Ints) -> tuple[int, int]:
    """(the cost of the cash tied up at the end of each day at the yearly rate, rounded once; the last balance)."""
    tied, balance = 0, 0
    for day in range(w[G_HORIZON]):
        balance += w[AT_DAYS + day]
        tied -= min(balance, 0)
    return divided(divided(tied, 365) * w[G_CAPITAL], PPM), balance


@inner
def _play(t: Tables, w: Ints, f: Floats, h: Hashes, o: int, path: int) -> bool:
    """Play option ``o`` on ``path`` into the scratch; False when money or units do not add up."""
    option, v = past(bare(t.option), o * O_COLUMNS), past(bare(t.value), path * t.value.shape[1])
    _begin(t, v, w, f, h, option, path)
    season = past(bare(t.season), option[O_PROFILE] * w[G_HORIZON])
    _days(bare(t.charge), bare(t.start), v, w, f, h, season, t.dispersion[option[O_SERIES]])
    return _finish(w, option[O_ON_HAND])


@inner
def _keep(s: Sums, w: Ints, o: int, path: int) -> None:
    """Add what the path left behind to the option's sums."""
    s.profit[o, path] = _profit(w)
    for index in range(COMPONENTS):
        s.component[o, index] += w[AT_COMPONENT + index]
    for index in range(DUTIES):
        s.duty[o, index] += w[AT_DUTY + index]
    for index in range(A_COLUMNS):
        s.tally[o, index] += w[AT_TALLY + index]
    for week in range(s.work.shape[1]):
        s.work[o, week] += w[AT_DAYS + ROW_WORK * w[G_HORIZON] + week]
        s.volume[o, week] += w[AT_DAYS + ROW_PEAK * w[G_HORIZON] + week]


@inner
def _keep_lows(w: Ints, lows: Ints) -> None:
    """The lowest end-of-day balance of each week."""
    balance, horizon = 0, w[G_HORIZON]
    for first in range(0, horizon, 7):
        low = balance + w[AT_DAYS + first]
        for day in range(first, min(first + 7, horizon)):
            balance += w[AT_DAYS + day]
            low = min(low, balance)
        lows[first // 7] = low


@inner
def _group_end(t: Tables, start: int, last: int) -> int:
    """The first option behind ``start`` with another product or market."""
    end, first = start + 1, t.option[start]
    while end < last and t.option[end, O_PRODUCT] == first[O_PRODUCT] and t.option[end, O_MARKET] == first[O_MARKET]:
        end += 1
    return end


@njit(cache=True, nogil=True, error_model="numpy")
def play_all(
    t: Tables, s: Sums, work: Ints, shares: Floats, states: Hashes, lows: Ints, first: int, last: int, from_path: int
) -> int:
    """Play options ``first`` to ``last`` on all paths from ``from_path`` on; the number that do not add up (always 0).

    Options of one product and market are played side by side on each path, because they share its luck. ``lows``
    [option from first, path, week] takes the lowest balances.
    """
    w, f, h, wrong, start = bare(work), bare(shares), bare(states), 0, first
    while start < last:
        end = _group_end(t, start, last)
        for path in range(from_path, s.profit.shape[1]):
            for o in range(start, end):
                if not _play(t, w, f, h, o, path):
                    wrong += 1
                _keep(s, w, o, path)
                _keep_lows(w, past(bare(lows), ((o - first) * lows.shape[1] + path) * lows.shape[2]))
        start = end
    return wrong
