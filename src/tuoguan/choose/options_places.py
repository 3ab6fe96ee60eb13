"""Where an option's stock can lie and how it gets there: sites and lanes, at the price of whoever runs them.

Hides the fall-back from the seller's own quotes to the market's cards. Keeps the invariant that a cost the platform
carries is nought here (its charges stand in the contract) and that what the seller did not quote is named as assumed.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from tuoguan.choose.options_market import AT_ORIGIN, MarketTerms, assumed_or
from tuoguan.choose.options_terms import NOUGHT, fixed, ranged
from tuoguan.contracts import Compiled, Evidence, QuantityName, SettingName, Uncertain
from tuoguan.foundation.facts import FactKind
from tuoguan.foundation.parties import Duty
from tuoguan.foundation.random import Stream
from tuoguan.intake import Lane as SellerLane
from tuoguan.intake import Seller, Site
from tuoguan.simulate import Lane, Place, Policy, PolicyKind

Convert = Callable[[str, str], int]  # micro of the book currency for a decimal text in a currency


JIT = Policy(PolicyKind.JIT)
MINUTES_PER_DAY = 1440
STOCKED = Policy(PolicyKind.BASE_STOCK)
ASSUMED_SITE = "assumed-3pl"
BULK_MODES = ("sea", "air", "rail")
SLOW_MODE, FAST_MODE = "sea", "air"  # the two lanes of policies that use two
DIVISORS = {"air": 6000, "express": 5000}  # cm3 per kg, source L09


@dataclass(frozen=True, slots=True)
class Way:
    """A lane to a place, perhaps with a second, faster one beside it; ``assumed`` names what was not quoted."""

    lane: Lane
    assumed: tuple[str, ...]
    fast: Lane | None = None

    @property
    def name(self) -> str:
        """The lanes' ids: "sea", "sea+air"."""
        return self.lane.id + (f"+{self.fast.id}" if self.fast else "")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place with what handling there costs the seller; ``assumed`` names what was not quoted."""

    place: Place
    pick_order: Uncertain
    pick_unit: Uncertain
    return_unit: Uncertain
    label_quoted: Uncertain | None
    assumed: tuple[str, ...]


def spots(contract: Compiled, seller: Seller, terms: MarketTerms, convert: Convert) -> tuple[Spot, ...]:
    """Every place this contract lets the seller stock, each with each lane that leads there, in a stable order."""
    at = contract.settings.get(SettingName.STOCK_AT, "seller_origin")
    if at == "platform_origin":
        return (_platform_spot(contract, domestic_lane(terms, contract), "platform-origin"),)
    if at == "platform_market":
        ways = market_ways(seller, terms, convert)
        return tuple(_platform_spot(contract, way.lane, "platform-market", way.assumed, way.fast) for way in ways)
    if at == "seller_market":
        return _own_spots(seller, terms, convert)
    return _origin_spots(contract, seller, terms, convert)


def in_time(place: Place, contract: Compiled, supplier_lead_days: int) -> Place:
    """The place, stocked where the supplier takes longer than the contract's clock for an order lets a seller wait.

    Selling first and buying then is only a policy where it can be kept: past that clock platforms cancel the order.
    """
    clocks = [clock.minutes.value for clock in contract.deadlines if clock.starts == int(FactKind.ORDER_PLACED)]
    late = bool(clocks) and supplier_lead_days * MINUTES_PER_DAY > min(clocks)
    return replace(place, policy=STOCKED) if late and place.policy.kind is PolicyKind.JIT else place


def _platform_spot(
    contract: Compiled, lane: Lane, name: str, assumed: tuple[str, ...] = (), fast: Lane | None = None
) -> Spot:  # fmt: skip
    jit = contract.settings.get(SettingName.INBOUND, "stock_order") == "jit"
    # The platform's warehouses are one place per platform, so two of its contracts can share the stock.
    place_id = f"{contract.id.split('/')[0]}-{name}/{lane.mode}" + (f"+{fast.mode}" if fast else "")
    place = Place(place_id, False, lane, NOUGHT, NOUGHT, JIT if jit else STOCKED, fast)
    return Spot(place, NOUGHT, NOUGHT, NOUGHT, None, assumed)


def _own_spots(seller: Seller, terms: MarketTerms, convert: Convert) -> tuple[Spot, ...]:
    own = [site for site in seller.sites if site.market == terms.market]
    sites: list[Site | None] = [*own] or [None]
    ways = market_ways(seller, terms, convert)
    abroad = () if sites[0] else ("warehouse abroad",)
    return tuple(
        _site_spot(site, replace(way, assumed=(*way.assumed, *abroad)), terms, convert, STOCKED)
        for site in sites for way in ways
    )  # fmt: skip


def _origin_spots(contract: Compiled, seller: Seller, terms: MarketTerms, convert: Convert) -> tuple[Spot, ...]:
    own = [site for site in seller.sites if site.market == seller.origin]
    sites: list[Site | None] = [*own] or [None]
    lane = domestic_lane(terms, contract)
    words = () if own else ("warehouse at origin",)
    return tuple(_site_spot(site, Way(lane, words), terms, convert, JIT, AT_ORIGIN) for site in sites)


def _site_spot(
    site: Site | None, way: Way, terms: MarketTerms, convert: Convert, policy: Policy, prefix: str = ""
) -> Spot:  # fmt: skip
    """The site at its own quotes, the card's numbers (by ``prefix``) where it has none; None is the card's own."""

    def quoted(field: str) -> Uncertain | None:
        text = getattr(site, field, None)
        code = site.currency if site else None
        return fixed(convert(text, code), Evidence.NEGOTIATED) if text is not None and code else None

    def price(field: str, name: str) -> Uncertain:
        return quoted(field) or assumed_or(terms.number(prefix + name), 0)

    name = site.id if site else prefix + ASSUMED_SITE
    storage, receive = price("storage_per_cbm_day", "storage.cbm_day"), price("receive_per_cbm", "receive.cbm")
    handling = (site.handling_orders_per_day if site else None) or 0
    place = Place(f"{name}/{way.name}", True, way.lane, storage, receive, policy, way.fast, handling)
    return Spot(
        place, price("pick_per_order", "pick.order"), price("pick_next_unit", "pick.unit"),
        price("return_per_unit", "return.unit"), quoted("label_per_parcel"), way.assumed,
    )  # fmt: skip


def domestic_lane(terms: MarketTerms, contract: Compiled) -> Lane:
    """From the supplier to the first warehouse at origin; free of charge where the first mile is not the seller's."""
    rate = assumed_or(terms.number("domestic.per_kg"), 0) if contract.owns(Duty.FIRST_MILE) else NOUGHT
    lead = terms.number("domestic.lead_days") or ranged(1, 2, 4, Stream.LANE_LEAD)
    divisor = terms.number("domestic.divisor_cm3_per_kg")
    return Lane("domestic", "domestic", rate, NOUGHT, 0, lead, divisor.value if divisor else 0)


def market_ways(seller: Seller, terms: MarketTerms, convert: Convert) -> tuple[Way, ...]:
    """Every lane to the market alone, and the first sea lane with the first air lane for what is urgent."""
    lanes = market_lanes(seller, terms, convert)
    slow = next(((lane, words) for lane, words in lanes if lane.mode == SLOW_MODE), None)
    fast = next(((lane, words) for lane, words in lanes if lane.mode == FAST_MODE), None)
    alone = tuple(Way(lane, words) for lane, words in lanes)
    if slow is None or fast is None or fast[0].lead_days.value >= slow[0].lead_days.value:
        return alone
    return (*alone, Way(slow[0], (*slow[1], *fast[1]), fast[0]))


def market_lanes(seller: Seller, terms: MarketTerms, convert: Convert) -> tuple[tuple[Lane, tuple[str, ...]], ...]:
    """Lanes to the market, each with what is assumed: the seller's own, then the card's for modes it did not quote."""
    own = [lane for lane in seller.lanes if lane.market == terms.market]
    found: list[tuple[Lane, tuple[str, ...]]] = [(_own_lane(lane, terms, convert), ()) for lane in own]
    quoted = {lane.mode for lane in own}
    for mode in BULK_MODES:
        lane = None if mode in quoted else _card_lane(mode, terms)
        if lane is not None:
            found.append((lane, (f"{mode} freight",)))
    return tuple(found)


def _own_lane(lane: SellerLane, terms: MarketTerms, convert: Convert) -> Lane:
    low, high = lane.lead_days
    card = terms.number(f"{lane.mode}.lead_days")
    lead = ranged(low, (low + high) // 2, high, Stream.LANE_LEAD) if high > 0 else card or fixed(0)
    minimum = terms.minor(convert(lane.minimum, lane.currency)) if lane.minimum else 0

    def rate(text: str | None) -> Uncertain:
        return fixed(convert(text, lane.currency), Evidence.NEGOTIATED) if text else NOUGHT

    divisor = lane.divisor_cm3_per_kg or DIVISORS.get(lane.mode, 0)
    return Lane(lane.id, lane.mode, rate(lane.per_kg), rate(lane.per_cbm), minimum, lead, divisor)


def _card_lane(mode: str, terms: MarketTerms) -> Lane | None:
    per_kg, per_cbm = terms.number(f"{mode}.per_kg"), terms.number(f"{mode}.per_cbm")
    lead = terms.number(f"{mode}.lead_days")
    if lead is None or (per_kg is None and per_cbm is None):
        return None
    stated = terms.number(f"{mode}.divisor_cm3_per_kg")
    divisor = stated.value if stated else DIVISORS.get(mode, 0)
    return Lane(mode, mode, per_kg or NOUGHT, per_cbm or NOUGHT, 0, lead, divisor)


def salvage(contract: Compiled) -> Uncertain:
    """Ppm of unit cost that stock left at the end brings; 0 to 50 % where nobody says (domain, part E, row 23)."""
    stated = contract.quantities.get(QuantityName.SALVAGE_SHARE)
    return stated or ranged(0, 250_000, 500_000, int(Stream.TERM) + 7)
