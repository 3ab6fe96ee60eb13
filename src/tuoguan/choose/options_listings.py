"""One listing under one contract: its price, reach, service and what the seller's own duties cost in money and minutes.

Hides which duty pays for which number. Keeps the invariant that a cost or minute of a duty the seller does not own is
nought, and that every number nobody states is listed by name in ``assumed``.
"""

from dataclasses import dataclass

from tuoguan.choose.options_excluded import Product
from tuoguan.choose.options_market import MarketTerms, assumed_or, label_cost
from tuoguan.choose.options_places import Spot
from tuoguan.choose.options_terms import NOUGHT, ONE, PPM, fixed, is_unknown, ranged, scaled, total
from tuoguan.contracts import Compiled, Evidence, QuantityName, SettingName, Uncertain
from tuoguan.foundation.parties import Duty
from tuoguan.foundation.random import Stream
from tuoguan.foundation.rates import parse_ppm
from tuoguan.intake import Seller
from tuoguan.simulate import Listing

DELIVERY_UNKNOWN = ranged(3, 8, 20, int(Stream.DELIVERY))
SPREAD_UNKNOWN = ranged(200_000, 450_000, 700_000, int(Stream.SPREAD))  # domain, part E, row 1
DAYS_PER_WEEK = 7


@dataclass(frozen=True, slots=True)
class Quote:
    """Prices the seller already has under one contract, minor; -1 where there is none."""

    supply_price_minor: int = -1
    retail_price_minor: int = -1


@dataclass(frozen=True, slots=True)
class Today:
    """How the product is sold now: reference for reach, visibility and delivery; ``contract`` None when unknown."""

    contract: Compiled | None
    delivery_days: int
    retail_price_minor: int


def listing(
    contract: Compiled, product: Product, spot: Spot, terms: MarketTerms, seller: Seller, today: Today, quote: Quote,
    horizon_days: int,
) -> tuple[Listing, tuple[str, ...]] | None:  # fmt: skip
    """The listing and what is assumed in it; None when no carrier takes the parcel."""
    is_today = today.contract is not None and today.contract.id == contract.id
    label = parcel_cost(contract, product, spot, terms)
    if label is None:
        return None
    price, spread = _price(contract, today, quote), contract.quantities.get(QuantityName.PLATFORM_SPREAD)
    platform_priced = not contract.owns(Duty.RETAIL_PRICE)
    reach = ONE if is_today else _reach(contract, seller, today.contract)
    visibility = ONE if is_today else _relative(contract, today.contract, QuantityName.VISIBILITY)
    packs = contract.owns(Duty.STORAGE)
    made = Listing(
        contract=contract, place=0, retail_price=price,
        spread=(spread or SPREAD_UNKNOWN) if platform_priced else NOUGHT,
        supply_price_minor=quote.supply_price_minor, reach=reach, visibility=visibility,
        delivery_days=contract.quantities.get(QuantityName.DELIVERY_DAYS, DELIVERY_UNKNOWN),
        pick_order=spot.pick_order if packs else NOUGHT, pick_unit=spot.pick_unit if packs else NOUGHT,
        label_parcel=label, return_unit=spot.return_unit if contract.owns(Duty.RETURNS) else NOUGHT,
        minutes_order=minutes(contract, terms, "order"), minutes_stock_order=minutes(contract, terms, "stock_order"),
        minutes_week=_minutes_week(contract, terms, is_today, horizon_days),
        live_after_days=NOUGHT
        if is_today
        else terms.once(("live", contract.hash), lambda: live_after(contract, seller)) or NOUGHT,
        opens_store=not has_store(contract, seller), answer_days=answer_days(contract),
        minutes_by_duty=minutes_by_duty(contract, terms, is_today, horizon_days),
    )  # fmt: skip
    return made, _assumed(made, platform_priced)


def parcel_cost(contract: Compiled, product: Product, spot: Spot, terms: MarketTerms) -> Uncertain | None:
    """Micro per parcel that the seller pays a carrier; nought where the platform owns that leg, None if too heavy.

    From stock in the market it is the last mile. From origin a seller that owns the line-haul buys a postal line to the
    buyer's door, so the last mile is inside it.
    """
    from_origin = contract.settings.get(SettingName.STOCK_AT) == "seller_origin"
    if from_origin and contract.owns(Duty.LINE_HAUL):
        return line_parcel(product, terms)
    if not contract.owns(Duty.LAST_MILE):
        return NOUGHT
    size = product.weight_g, product.volume_cm3
    return spot.label_quoted or terms.once(("label", *map(str, size)), lambda: label_cost(terms.last_mile, *size))


def line_parcel(product: Product, terms: MarketTerms) -> Uncertain:
    """Micro per parcel of a postal line from origin to the buyer's door: so much per parcel and per kilogram."""
    per_kg, per_parcel = terms.number("line_parcel.per_kg"), terms.number("line_parcel.per_parcel")
    by_weight = scaled(per_kg, product.weight_g, 1000) if per_kg else NOUGHT
    return total((per_parcel or NOUGHT, by_weight))


def minutes(contract: Compiled, terms: MarketTerms, per: str) -> Uncertain:
    """Thousandths of a minute per order, stock order, week or listing, over the duties the seller owns."""

    def summed() -> Uncertain:
        parts = (terms.number(f"minutes.{duty.value}.{per}") for duty in Duty if contract.owns(duty))
        return total(part for part in parts if part is not None)

    return terms.once(("minutes", contract.hash, per), summed) or NOUGHT


def _minutes_week(contract: Compiled, terms: MarketTerms, is_today: bool, horizon_days: int) -> Uncertain:
    """Weekly minutes; the once-only work of a new listing is spread over the weeks of the horizon."""
    weekly = minutes(contract, terms, "week")
    if is_today:
        return weekly

    def with_listing() -> Uncertain:
        once = minutes(contract, terms, "listing")
        return total((weekly, scaled(once, DAYS_PER_WEEK, max(DAYS_PER_WEEK, horizon_days))))

    return terms.once(("new listing", contract.hash), with_listing) or NOUGHT


def minutes_by_duty(
    contract: Compiled, terms: MarketTerms, is_today: bool, horizon_days: int
) -> tuple[tuple[int, ...], ...]:
    """Central minutes of each duty, thousandths, per order, stock order and week: how the hours split among duties."""

    def split() -> tuple[tuple[int, ...], ...]:
        def asked(duty: Duty, per: str) -> int:
            number = terms.number(f"minutes.{duty.value}.{per}") if contract.owns(duty) else None
            return number.value if number is not None else 0

        order, stock, week, once = (
            [asked(duty, per) for duty in Duty] for per in ("order", "stock_order", "week", "listing")
        )
        if not is_today:
            week = [a + b * DAYS_PER_WEEK // max(DAYS_PER_WEEK, horizon_days) for a, b in zip(week, once, strict=True)]
        return tuple(order), tuple(stock), tuple(week)

    return terms.once(("minutes by duty", contract.hash, str(is_today)), split)


def has_store(contract: Compiled, seller: Seller) -> bool:
    """True when the seller already sells on the contract's platform under its model."""
    return "/".join(contract.id.split("/")[:2]) in seller.stores


def live_after(contract: Compiled, seller: Seller) -> Uncertain:
    """Days until a new listing sells: onboarding unless a store of that platform and model exists, review, listing."""
    names = [QuantityName.PRICE_REVIEW_DAYS, QuantityName.LISTING_DAYS]
    if not has_store(contract, seller):
        names.append(QuantityName.ONBOARDING_DAYS)
    return total(contract.quantities[name] for name in names if name in contract.quantities)


def answer_days(contract: Compiled) -> Uncertain:
    """Days from a change of demand until stock under the contract follows it.

    Who owns the retail price and the stock answers at the next review. Where the platform owns either, it must look at
    the product again: one price review.
    """
    if contract.owns(Duty.RETAIL_PRICE) and contract.owns(Duty.STORAGE):
        return NOUGHT
    return contract.quantities.get(QuantityName.PRICE_REVIEW_DAYS, NOUGHT)


def _price(contract: Compiled, today: Today, quote: Quote) -> Uncertain:
    if quote.retail_price_minor >= 0:
        return fixed(quote.retail_price_minor, Evidence.NEGOTIATED)
    if contract.owns(Duty.RETAIL_PRICE):
        return fixed(today.retail_price_minor)
    factor = contract.quantities.get(QuantityName.PRICE_FACTOR, ONE)
    return scaled(factor, today.retail_price_minor, PPM)


def _reach(contract: Compiled, seller: Seller, today: Compiled | None) -> Uncertain:
    """The seller's own word for the contract, its platform and model, its market or "*", else the contract's range."""
    platform, model, market = contract.id.split("/")
    own = next(
        (seller.reach[key] for key in (contract.id, f"{platform}/{model}", market, "*") if key in seller.reach), None
    )
    stated = _relative(contract, today, QuantityName.REACH)
    if own is None:
        return stated
    low, mode, high = map(parse_ppm, own)
    return ranged(low, mode, high, stated.stream)


def _relative(contract: Compiled, today: Compiled | None, name: QuantityName) -> Uncertain:
    """The quantity as a share of what today's contract has, since the history was sold there."""
    stated = contract.quantities.get(name, ONE)
    base = today.quantities.get(name) if today is not None else None
    return scaled(stated, PPM, base.value) if base is not None and base.value > 0 else stated


def _assumed(made: Listing, platform_priced: bool) -> tuple[str, ...]:
    named = {
        "reach": made.reach, "visibility": made.visibility, "retail price": made.retail_price,
        "delivery days": made.delivery_days, "staff minutes": made.minutes_order, "parcel cost": made.label_parcel,
        "time to go live": made.live_after_days,
    }  # fmt: skip
    words = [word for word, term in named.items() if is_unknown(term) and term.evidence is Evidence.ASSUMED]
    if platform_priced and made.supply_price_minor < 0:
        words.append("platform spread")
    return tuple(words)


def return_rate(contract: Compiled, product: Product, terms: MarketTerms) -> Uncertain:
    """Ppm of delivered units that come back: the product's own history, else the contract, else the category's card."""
    if product.return_rate_ppm is not None and "return_rate_ppm" not in product.assumed:
        return fixed(product.return_rate_ppm)
    stated = contract.quantities.get(QuantityName.RETURN_RATE)
    by_category = terms.number(f"return_rate.{product.category.casefold()}")
    return stated or by_category or assumed_or(terms.number("return_rate.general"), product.return_rate_ppm or 0)
