"""What to answer in a price review: the lowest price worth taking, and the counter-offer of the highest expected worth.

Hides the platform's ceiling, the highest supply price it would take. Nobody publishes it, so it is assumed: triangular
over the range of the listing's platform spread, or, where the seller has quoted, 10 to 50 % below the quote (domain,
part E, row 2: cuts of 10 to 50 %, one case of 51 %). Keeps the invariants that no answer lies below the floor and that
an answer is never worth less than walking away.

On a fixed policy the gain over the next best way is slope x (price - floor). A quote p is taken with the chance S(p)
that the ceiling R is at least p. A quote that is refused is answered by an ask for R, which stands with the chance
`STANDS` = r: the seller may "accept, re-quote (with reason and up to 5 links) or lose the listing" (T07, T49), and
how often it is lost is not known. So p is worth slope x V(p),

    V(p) = (1 - r) S(p) (p - floor) + r x (integral of S from floor to p),

which has one peak because S is log-concave. After an ask c the ceiling is known to be at least c, and c itself is what
stands.
"""

from dataclasses import dataclass

import numpy as np

from tuoguan.choose.options_terms import PPM
from tuoguan.foundation.arrays import Floats
from tuoguan.foundation.parties import Duty
from tuoguan.simulate import Listing

CUT_LOW, CUT_MODE, CUT_HIGH = 0.10, 0.30, 0.50
STANDS = 0.5
STEPS = 60  # of the golden section: past the resolution of a double
SHRINK = (np.sqrt(5.0) - 1.0) / 2.0
ASKS = (0.9, 0.7, 0.5, 0.3, 0.1)  # where in the ceiling's range the platform's ask may lie, highest first


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The highest supply price a platform would take, minor: triangular [group] from ``low`` to ``high``."""

    low: Floats
    mode: Floats
    high: Floats

    def chance(self, price: Floats) -> Floats:
        """S(p): the chance that the ceiling is at least the price."""
        low, mode, high = self.low, self.mode, self.high
        left = (price - low) ** 2 / np.maximum((high - low) * (mode - low), 1e-12)
        right = (high - price) ** 2 / np.maximum((high - low) * (high - mode), 1e-12)
        inside = np.where(price < mode, 1.0 - left, right)
        return np.asarray(np.where(price <= low, 1.0, np.where(price >= high, 0.0, inside)))

    def area(self, price: Floats) -> Floats:
        """The integral of S from ``low`` to the price; negative below ``low``."""
        low, mode, high = self.low, self.mode, self.high
        at, later = np.minimum(price, mode), np.clip(price, mode, high)
        left = (at - low) - np.maximum(at - low, 0.0) ** 3 / np.maximum(3.0 * (high - low) * (mode - low), 1e-12)
        right = ((high - mode) ** 3 - (high - later) ** 3) / np.maximum(3.0 * (high - low) * (high - mode), 1e-12)
        return np.asarray(left + right)

    def leaning(self, share: float) -> "Ceiling":
        """The same range with its mode at a share of it: 0 for a hard reviewer, 1 for an easy one."""
        return Ceiling(self.low, self.low + share * (self.high - self.low), self.high)


def ceiling_of(listing: Listing) -> tuple[float, float, float]:
    """(low, mode, high) of the assumed ceiling of one platform-priced listing, minor."""
    if listing.supply_price_minor >= 0:
        quote = float(listing.supply_price_minor)
        return quote * (1.0 - CUT_HIGH), quote * (1.0 - CUT_MODE), quote * (1.0 - CUT_LOW)
    price, spread = listing.retail_price.value, listing.spread
    low, mode, high = (price * (PPM - share) / PPM for share in (spread.high, spread.value, spread.low))
    return low, mode, high


@dataclass(frozen=True, slots=True)
class Offers:
    """The counter-offer of every group, NaN where there is none to make; money is minor units.

    floor        the lowest supply price worth taking: there the next best way earns as much
    counter      what to quote; chance: that it is taken; worth: expected gain over the next best way
    counter_low, counter_high   the same for a hard and for an easy reviewer (mode at either end of the range)
    slope        what one minor unit more of the price earns over the horizon
    """

    floor: Floats
    counter: Floats
    chance: Floats
    worth: Floats
    counter_low: Floats
    counter_high: Floats
    slope: Floats


def offers(floor: Floats, slope: Floats, ceiling: Ceiling) -> Offers:
    """The best quotes; ``slope`` is what one minor unit more of the price earns over the horizon."""
    open_ = np.isfinite(floor) & (slope > 0) & (floor < ceiling.high)
    counter = best_price(floor, ceiling)
    hard, easy = (best_price(floor, ceiling.leaning(share)) for share in (0.0, 1.0))
    told = (counter, ceiling.chance(counter), slope * worth_of(counter, floor, ceiling), hard, easy, slope)
    return Offers(floor, *(np.where(open_, values, np.nan) for values in told))


def worth_of(price: Floats, floor: Floats, ceiling: Ceiling) -> Floats:
    """V(p), per unit of slope."""
    least = np.nan_to_num(floor)
    stands = ceiling.area(price) - ceiling.area(least)
    return np.asarray((1.0 - STANDS) * ceiling.chance(price) * (price - least) + STANDS * stands)


def best_price(floor: Floats, ceiling: Ceiling) -> Floats:
    """argmax V over [max(floor, low), high], by golden section in every group at once."""
    left, right = np.maximum(np.nan_to_num(floor), ceiling.low), np.asarray(ceiling.high, np.float64).copy()
    for _ in range(STEPS):
        width = SHRINK * (right - left)
        one, two = right - width, left + width
        up = worth_of(one, floor, ceiling) < worth_of(two, floor, ceiling)
        left, right = np.where(up, one, left), np.where(up, right, two)
    return np.asarray((left + right) / 2.0)


@dataclass(frozen=True, slots=True)
class Answer:
    """What to say when the platform asks for ``ask_minor``: accept it, counter with ``offer_minor``, or leave.

    chance  that the counter is taken; worth_minor: expected gain over the next best way; ``accept_minor`` that of
    accepting at once
    """

    ask_minor: int
    answer: str
    offer_minor: int
    chance: float
    worth_minor: int
    accept_minor: int


def answers(listing: Listing, floor: float, slope: float) -> tuple[Answer, ...]:
    """The seller's best answers to asks over the ceiling's range, highest ask first; empty where there is no review."""
    if listing.contract.owns(Duty.RETAIL_PRICE) or slope <= 0:
        return ()
    low, _, high = ceiling_of(listing)
    return tuple(answer_to(low + share * (high - low), listing, floor, slope) for share in ASKS)


def answer_to(ask: float, listing: Listing, floor: float, slope: float, stands: float = STANDS) -> Answer:
    """The best answer to one ask, minor: with q = S(p) / S(ask), p is worth q (p - floor) + (1 - q) ``stands``
    max(0, ask - floor) per unit of slope."""
    bounds = ceiling_of(listing)
    ceiling = Ceiling(*(np.array([bound]) for bound in bounds))
    prices = np.linspace(ask, bounds[2], 2_001)
    known = float(ceiling.chance(np.array([ask]))[0])
    taken = np.divide(ceiling.chance(prices), known) if known > 0 else (prices <= ask).astype(np.float64)
    worth = taken * (prices - floor) + (1.0 - taken) * stands * max(0.0, ask - floor)
    best = int(np.argmax(worth))
    accept = ask - floor
    if worth[best] <= 0:
        kind, offer, chance, value = "leave", 0.0, 0.0, 0.0
    elif best == 0:
        kind, offer, chance, value = "accept", ask, 1.0, accept
    else:
        kind, offer, chance, value = "counter", float(prices[best]), float(taken[best]), float(worth[best])
    return Answer(round(ask), kind, round(offer), chance, round(slope * value), round(slope * accept))
