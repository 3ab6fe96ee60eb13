"""Where an answer turns: the value of one term at which the pick stops earning more than its runner-up, played again.

Hides how crossings are searched: every search asks for one play at a time, and those of all searches are played
together. Keeps the invariant that both options keep their policies and their luck while the term moves; a term of the
market moves in both, a contract's wherever it stands.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

from tuoguan.choose.options_terms import PPM, mean
from tuoguan.choose.reasons_moves import (
    Move,
    move_commission,
    move_cost,
    move_duty,
    move_freight,
    move_minutes,
    move_retail,
    move_returns,
    move_supply,
    move_visibility,
)
from tuoguan.demand import Demand
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.foundation.parties import Duty
from tuoguan.simulate import Listing, Option, Scenario, run

STEP = 100_000  # a tenth, in ppm: the first secant
FACTOR_MAX = 8 * PPM
TOLERANCE_PPM = 200
MARKET = "market"  # the contract of a term that no contract owns
Search = Generator[int, float, int | None]


@dataclass(frozen=True, slots=True)
class Flip:
    """One threshold. ``at`` in ``unit`` is where pick and runner-up are equal; the pick loses above or below it.

    ``factor_ppm`` is ``at`` as a multiple of today's value, or the added rate itself for ``commission``. ``at`` is
    None when no value between nought and eight times today's turns the answer.
    """

    term: str
    now: float
    at: float | None
    unit: str
    loses: str
    factor_ppm: int | None


@dataclass(frozen=True, slots=True)
class Duel:
    """Two options on one scenario's luck; ``other`` None is "do not sell", which earns nought.

    ``gap`` is the mean profit of the pick less the other's, minor, where it is known already.
    """

    scenario: Scenario
    demand: Demand
    pick: Option
    other: Option | None
    threads: int | None = None
    gap: float | None = None

    def own_listing(self) -> Listing:
        """The pick's first listing under a contract the other lacks; its first where they share them all."""
        shared = {one.contract.id for one in self.other.listings} if self.other is not None else set()
        return next((one for one in self.pick.listings if one.contract.id not in shared), self.pick.listings[0])


@dataclass(frozen=True, slots=True)
class Ask:
    """One threshold that is wanted: the term, how it is moved in which contract, its value now and its unit."""

    duel: Duel
    term: str
    move: Move
    contract: str
    now: float
    unit: str

    @property
    def start(self) -> int:
        """The move that changes nothing."""
        return 0 if self.move is move_commission else PPM

    def flip(self, at: int | None, gap: float) -> Flip:
        """The answer, from the crossing in ppm and today's difference: a pick that is ahead loses past it."""
        if at is None:
            return Flip(self.term, self.now, None, self.unit, "never", None)
        loses = "above" if (at > self.start) == (gap > 0) else "below"
        value = self.now + at / PPM if self.start == 0 else self.now * at / PPM
        return Flip(self.term, self.now, value, self.unit, loses, at)


def asks_of(duel: Duel, commission: float) -> tuple[Ask, ...]:
    """All thresholds of a pick; ``commission`` is today's as a share of the pick's revenue."""
    main = duel.own_listing()
    contract, price = main.contract.id, mean(main.retail_price)
    wanted = [
        Ask(duel, "commission", move_commission, contract, commission, "share"),
        Ask(duel, "visibility", move_visibility, contract, mean(main.visibility) / PPM, "x"),
        Ask(duel, "retail price", move_retail, contract, price, "minor"),
    ]
    if not main.contract.owns(Duty.RETAIL_PRICE):
        wanted.append(Ask(duel, "supply price", move_supply, contract, supply_minor(main), "minor"))
    return (
        *wanted, Ask(duel, "unit cost", move_cost, MARKET, cost_minor(duel.pick), "minor"),
        Ask(duel, "freight", move_freight, MARKET, 1.0, "x today"),
        Ask(duel, "duty", move_duty, MARKET, 1.0, "x today"),
        Ask(duel, "minutes per order", move_minutes, MARKET, mean(main.minutes_order) / 1_000, "minutes"),
        Ask(duel, "return rate", move_returns, MARKET, mean(duel.pick.return_rate) / PPM, "share"),
    )  # fmt: skip


def supply_minor(listing: Listing) -> float:
    """What the seller receives per unit at the middle of the ranges, minor."""
    if listing.supply_price_minor >= 0:
        return float(listing.supply_price_minor)
    return listing.retail_price.value * (PPM - listing.spread.value) / PPM


def cost_minor(option: Option) -> float:
    """The mean unit cost, minor."""
    return mean(option.unit_cost) / 10.0 ** (6 - EXPONENT_BY_CURRENCY[option.listings[0].contract.currency])


def flips_of(asks: Sequence[Ask], tolerance_ppm: int = TOLERANCE_PPM) -> tuple[Flip, ...]:
    """The thresholds by re-simulation on the same luck, in the order asked; all on one scenario's luck and demand."""
    found: list[int | None] = [None] * len(asks)
    gaps = _gaps(asks)
    searches = {
        at: _search(ask.start, gap, tolerance_ppm) for at, (ask, gap) in enumerate(zip(asks, gaps, strict=True))
    }
    wanted: dict[int, int] = {}
    answers: dict[int, float] = {}
    while searches:
        for at in list(searches):
            try:
                wanted[at] = searches[at].send(answers[at]) if at in answers else next(searches[at])
            except StopIteration as done:
                found[at] = done.value
                del searches[at]
                wanted.pop(at, None)
        answers = dict(zip(wanted, _played([(asks[at], wanted[at]) for at in wanted]), strict=True))
    return tuple(ask.flip(at, gap) for ask, at, gap in zip(asks, found, gaps, strict=True))


def _gaps(asks: Sequence[Ask]) -> list[float]:
    """Today's difference of every ask, played where it is not known."""
    missing = [ask for ask in asks if ask.duel.gap is None]
    played = iter(_played([(ask, ask.start) for ask in missing]))
    return [next(played) if ask.duel.gap is None else ask.duel.gap for ask in asks]


def _played(moves: Sequence[tuple[Ask, int]]) -> list[float]:
    """Mean profit of pick less other after each move, minor; all in one run."""
    if not moves:
        return []
    duel = moves[0][0].duel
    sides = [
        (ask.move(option, ask.contract, at) if option is not None else None)
        for ask, at in moves for option in (ask.duel.pick, ask.duel.other)
    ]  # fmt: skip
    options = tuple(option for option in sides if option is not None)
    means = iter(run(replace(duel.scenario, options=options), duel.demand, threads=duel.threads).profit.mean(axis=1))
    worth = [0.0 if option is None else float(next(means)) for option in sides]
    return [one - two for one, two in zip(worth[::2], worth[1::2], strict=True)]


def _search(start: int, here: float, tolerance_ppm: int) -> Search:
    """Asks for differences at moves, and returns where they change sign nearest to ``start``; None where nowhere.

    Both sides are widened in turn by growing steps; the bracket is closed by regula falsi with bisection as a guard.
    """
    low, high = (0, FACTOR_MAX) if start else (-PPM, PPM)
    ends, near, step = {1: high, -1: low}, {1: (start, here), -1: (start, here)}, STEP
    while any(near[side][0] != ends[side] for side in ends):
        for side, end in ends.items():
            if near[side][0] == end:
                continue
            far = min(near[side][0] + step, end) if side > 0 else max(near[side][0] - step, end)
            value = yield far
            if (value > 0) != (here > 0):
                return (yield from _close(near[side], (far, value), tolerance_ppm))
            near[side] = (far, value)
        step *= 2
    return None


def _close(left: tuple[int, float], right: tuple[int, float], tolerance_ppm: int) -> Generator[int, float, int]:
    for turn in range(24):
        if abs(right[0] - left[0]) <= tolerance_ppm:
            break
        middle = (left[0] + right[0]) // 2
        if turn % 3 < 2 and left[1] != right[1]:
            middle = round(left[0] + (right[0] - left[0]) * left[1] / (left[1] - right[1]))
            inside, margin = sorted((left[0], right[0])), tolerance_ppm // 2
            middle = min(max(middle, inside[0] + margin), inside[1] - margin)
        value = yield middle
        if (value > 0) == (left[1] > 0):
            left = (middle, value)
        else:
            right = (middle, value)
    return (left[0] + right[0]) // 2


def floor_minor(flip: Flip) -> int | None:
    """The threshold of the supply price as the price to defend in a review, rounded up; None where there is none.

    Revenue is linear in the supply price on a fixed policy, so there the pick earns just what the other does.
    """
    if flip.at is None or flip.loses != "below":
        return None
    return int(-(-flip.at // 1))
