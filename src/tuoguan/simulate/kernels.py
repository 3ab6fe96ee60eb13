# ruff: noqa: I001 the columns stand side by side
"""Blocks of options and policies, played path by path: the tape once, then every policy over it.

Hides which numbers are shared by what stands side by side. Keeps the invariant that a row depends on its option, its
policies, the demand and the seed alone.

Bare pointers travel through the loop: ``c`` charges, ``k`` where each kind of them starts, ``v`` the values drawn for
this path, ``w`` everything a path writes, ``f`` its shares and means, ``h`` the hash states of its streams, ``e`` its
tape, ``a`` the sums of its season.
"""

from numba import njit

from tuoguan.simulate.columns.kernels import (
    AT_COMPONENT, AT_DAYS, AT_FACT, AT_SITE, CAPPED_PROJECTED, E_DAY, F_COLUMNS, F_DISPERSION, F_EXPECTED, F_LEVEL,
    Floats, G_COVER, G_FORECAST, G_FULL, G_HORIZON, G_LOGGED, G_LUCKY, G_OPTION, G_PLACES, G_REPLAY, G_VOLUME, Hashes,
    Ints, L_COLUMNS, NUMBERS, N_KIND, O_COLUMNS, O_LISTING, O_LISTINGS, O_PROFILE, O_SERIES, PROJECTED, P_COLUMNS,
    ROW_BOUGHT, ROW_PEAK, ROW_STOCK, ROW_WORK, Rows, Tables, USE_COLUMNS, USE_OPTION, USE_PLACE, USE_PLACES,
    WEEK_BOUGHT, WEEK_LOW, WEEK_PEAK, WEEK_WORK, W_COLUMNS, W_DUE, W_ENTRY, W_NEXT,
)  # fmt: skip
from tuoguan.simulate.closing.kernels import (
    adds_up,
    bill_work,
    close_place,
    enter_sales,
    finish,
    start_play,
)  # fmt: skip
from tuoguan.simulate.draws.kernels import draw_terms
from tuoguan.simulate.money.kernels import bare, inner, past, row_of, within
from tuoguan.simulate.opening.kernels import (
    begin_group,
    draw_days,
    open_clocks,
    open_listing,
    open_option,
    open_shares,
    response,
    same_group,
)  # fmt: skip
from tuoguan.simulate.places.kernels import arrive, open_place, restock, start_place
from tuoguan.simulate.prices.kernels import price_listing
from tuoguan.simulate.sales.kernels import serve
from tuoguan.simulate.tape.kernels import expect_sales, write_tape

__all__ = ["draw_terms", "play_rows"]

NO_ROOM = -1


@within
def _open(t: Tables, w: Ints, f: Floats, h: Hashes, e: Ints, room: int, o: int, path: int) -> bool:
    """Write the tape of option ``o`` on the path; False when there is no room for it."""
    option, v = past(bare(t.option), o * O_COLUMNS), past(bare(t.value), path * t.value.shape[1])
    b, s, c, k = bare(t.term), bare(t.scalar), bare(t.charge), bare(t.start)
    season = past(bare(t.season), option[O_PROFILE] * t.season.shape[1])
    if not same_group(w, option):
        begin_group(s, w, h, option, path)
        draw_days(w, f, h, season)
        w[G_LUCKY] = 1
    open_option(v, b, s, w, f, h, option)
    f[F_LEVEL], f[F_DISPERSION] = t.level[option[O_SERIES], path], t.dispersion[option[O_SERIES]]
    for own in range(option[O_LISTINGS]):
        listing = past(bare(t.listing), (option[O_LISTING] + own) * L_COLUMNS)
        open_listing(v, b, w, option, listing, own)
        open_shares(v, f, option, listing, own)
        open_clocks(v, w, bare(t.clock), own)
        price_listing(c, k, v, w, own)
    w[G_OPTION] = o
    actual = past(bare(t.actual), option[O_SERIES] * t.actual.shape[1])
    return bool(write_tape(c, k, v, w, f, h, e, room, season, f[F_DISPERSION], actual))


@within
def _open_places(t: Tables, w: Ints, h: Hashes, use: Ints, path: int) -> None:
    """Open the places of a row of policies on this path."""
    v, b = past(bare(t.value), path * t.value.shape[1]), bare(t.term)
    w[G_PLACES] = use[USE_PLACES]
    for own in range(use[USE_PLACES]):
        open_place(v, b, w, h, bare(t.ages), past(bare(t.place), (use[USE_PLACE] + own) * P_COLUMNS), own)


@within
def _play_place(
    c: Ints, k: Ints, v: Ints, w: Ints, f: Floats, h: Hashes, e: Ints, a: Floats, policy: Ints, own: int
) -> None:
    """All days of one place, from event to event: arrivals, reviews, buyers."""
    site, horizon = AT_SITE + own * W_COLUMNS, w[G_HORIZON]
    day = min(w[site + W_DUE], w[site + W_NEXT])
    while True:
        if e[w[site + W_ENTRY] + E_DAY] < day:
            serve(c, k, v, w, h, e, own)
        elif day == horizon:
            return
        else:
            if day == w[site + W_DUE]:
                arrive(w, own, day)
            if day == w[site + W_NEXT]:
                restock(c, k, v, w, f, h, a, policy, own, day)
        day = min(w[site + W_DUE], w[site + W_NEXT])


@inner
def _expect(t: Tables, w: Ints, f: Floats, option: Ints, own: int) -> None:
    """What a place is expected to sell, once for all policies that project their stock."""
    for other in range(option[O_LISTINGS]):
        listing = past(bare(t.listing), (option[O_LISTING] + other) * L_COLUMNS)
        f[other * F_COLUMNS + F_EXPECTED] = response(bare(t.central), option, listing)
    season = past(bare(t.season), option[O_PROFILE] * t.season.shape[1])
    expect_sales(w, f, own, season, t.mean[option[O_SERIES]])
    w[G_FORECAST] += 1 << own


@within
def _play(t: Tables, w: Ints, f: Floats, h: Hashes, e: Ints, row: int, path: int) -> int:
    """Play the policies of ``row`` over the tape; the profit."""
    use = past(bare(t.use), row * USE_COLUMNS)
    option, v = past(bare(t.option), use[USE_OPTION] * O_COLUMNS), past(bare(t.value), path * t.value.shape[1])
    c, k, due = bare(t.charge), bare(t.start), bare(t.due)
    season = past(bare(t.season), option[O_PROFILE] * t.season.shape[1])
    a = past(bare(t.ahead), option[O_PROFILE] * t.ahead.shape[1])
    start_play(w, due)
    for own in range(w[G_PLACES]):
        policy = past(bare(t.number), (row * t.number.shape[1] + own) * NUMBERS)
        if policy[N_KIND] in (PROJECTED, CAPPED_PROJECTED) and (w[G_FORECAST] >> own) % 2 == 0:
            _expect(t, w, f, option, own)
        start_place(w, policy, due, own)
        _play_place(c, k, v, w, f, h, e, a, policy, own)
        close_place(c, k, v, w, own)
    bill_work(w)
    if w[G_REPLAY] == 0:
        return int(finish(w, f, season[w[G_HORIZON] - 1], w[G_COVER]))
    actual, following = past(bare(t.actual), option[O_SERIES] * t.actual.shape[1]), 0
    for day in range(w[G_HORIZON], w[G_HORIZON] + w[G_COVER]):
        following += actual[day]
    return int(finish(w, f, float(following), 1))


@inner
def _keep(r: Rows, w: Ints, row: int, path: int) -> None:
    """Keep what the path left behind."""
    horizon, balance = w[G_HORIZON], 0
    work, peak = row_of(w, ROW_WORK), row_of(w, ROW_PEAK)
    for index in range(AT_FACT - AT_COMPONENT):
        r.total[row, path, index] = w[AT_COMPONENT + index]
    for first in range(0, horizon, 7):
        low, minutes, most = balance + w[AT_DAYS + first], 0, 0
        for day in range(first, min(first + 7, horizon)):
            balance += w[AT_DAYS + day]
            low = min(low, balance)
            minutes += work[day]
            most = max(most, peak[day])
        r.week[row, path, WEEK_LOW, first // 7] = low
        r.week[row, path, WEEK_WORK, first // 7] = minutes
        r.week[row, path, WEEK_PEAK, first // 7] = most * w[G_VOLUME]
        for index in range(1 + 2 * w[G_PLACES]):
            r.week[row, path, WEEK_BOUGHT + index, first // 7] = row_of(w, ROW_BOUGHT + index)[first // 7]


@inner
def _keep_days(r: Rows, w: Ints, row: int, path: int) -> None:
    """Keep every day of the path."""
    work = row_of(w, ROW_WORK)
    for day in range(w[G_HORIZON]):
        r.cash[row, path, day], r.minutes[row, path, day] = w[AT_DAYS + day], work[day]
    for own in range(w[G_PLACES]):
        stock = row_of(w, ROW_STOCK + own)
        for day in range(w[G_HORIZON]):
            r.stock[row, path, own, day] = stock[day]


@inner
def _group_end(t: Tables, start: int, last: int) -> int:
    """The first row behind ``start`` whose option has another product or market."""
    end, first = start + 1, t.option[t.use[start, USE_OPTION]]
    while end < last:
        other = t.option[t.use[end, USE_OPTION]]
        if other[2] != first[2] or other[3] != first[3]:
            break
        end += 1
    return end


@within
def _play_path(
    t: Tables, r: Rows, w: Ints, f: Floats, h: Hashes, e: Ints, room: int, start: int, end: int, first: int, path: int
) -> int:
    """Play rows ``start`` to ``end`` of one product and market on one path; how many do not add up, or `NO_ROOM`."""
    wrong, opened, placed = 0, -1, -1
    w[G_LUCKY] = 0
    for row in range(start, end):
        use = past(bare(t.use), row * USE_COLUMNS)
        if use[USE_OPTION] != opened:
            opened, placed = use[USE_OPTION], -1
            if not _open(t, w, f, h, e, room, opened, path):
                return NO_ROOM
        if use[USE_PLACE] != placed:
            placed = use[USE_PLACE]
            _open_places(t, w, h, use, path)
        w[G_LOGGED] = 0
        profit = _play(t, w, f, h, e, row, path)
        r.profit[row - first, path] = profit
        if w[G_FULL] == 1:
            enter_sales(w)
            if not adds_up(w, bare(t.due), profit):
                wrong += 1
            _keep(r, w, row - first, path)
            if r.cash.shape[0] > 0:
                _keep_days(r, w, row - first, path)
    return wrong


@njit(cache=True, nogil=True, error_model="numpy")
def play_rows(
    t: Tables, r: Rows, work: Ints, shares: Floats, states: Hashes, tape: Ints, first: int, last: int, begin: int,
    end_path: int, full: int,
) -> int:  # fmt: skip
    """Play rows ``first`` to ``last`` on paths ``begin`` to ``end_path`` into ``r``.

    The number of plays that do not add up (always 0), or `NO_ROOM`.

    Rows of one product and market are played side by side on each path, because they share its luck. With ``full`` 0
    only the profit is kept. `NO_ROOM` says that ``tape`` is too short for a path: call again with a longer one.
    """
    w, f, h, e, wrong, start = bare(work), bare(shares), bare(states), bare(tape), 0, first
    w[G_FULL] = full
    while start < last:
        end = _group_end(t, start, last)
        for path in range(begin, end_path):
            found = _play_path(t, r, w, f, h, e, tape.shape[0], start, end, first, path)
            if found == NO_ROOM:
                return NO_ROOM
            wrong += found
        start = end
    return wrong
