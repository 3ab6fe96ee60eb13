"""The library as one market sees it on one day: contracts compiled, cards merged, units brought to the simulator's.

Hides card files, fall-backs and overlays. Keeps the invariant that the market's own card wins over the origin's and
that over the card for all markets, number by number.
"""

from collections.abc import Callable, Iterable
from fractions import Fraction

import numpy as np

from tuoguan.choose.options_market import AT_ORIGIN, Charges, MarketTerms
from tuoguan.choose.options_terms import scaled
from tuoguan.contracts import CardKind, Compiled, CompiledCard, Contract, Library, Uncertain, compile_card
from tuoguan.contracts import compile as compile_contract
from tuoguan.foundation.days import Day
from tuoguan.foundation.fx import FxTable

MILLIONTHS = 1_000_000
ANYWHERE = "ALL"
FROM_ORIGIN = (CardKind.FREIGHT, CardKind.OPERATIONS, CardKind.DEMAND)
OF_THE_MARKET = (CardKind.LAST_MILE, CardKind.WAREHOUSE, CardKind.DUTY)
# Numbers whose file unit is whole days or cm3 per kg, and minutes that the simulator counts in thousandths.
WHOLE = ("lead_days", "divisor_cm3_per_kg")
EXCLUDED_CATEGORIES = "excluded_categories"


def seller_converter(fx: FxTable, currency: str) -> Callable[[str, str], int]:
    """Micro of ``currency`` for a decimal text in another currency, half-even."""

    def convert(text: str, code: str) -> int:
        rate = Fraction(1) if code == currency else fx.rate(code, currency)
        return round(Fraction(text.strip().replace(",", "")) * rate * MILLIONTHS)

    return convert


def read_market(library: Library, market: str, origin: str, on: Day, currency: str, fx: FxTable) -> MarketTerms:
    """Contracts of the market, whatever their state, and the numbers and charges of its cards."""
    contracts = [library.contracts[name] for name in library.ids() if library.contracts[name].head.market == market]
    usable = [contract for contract in contracts if not contract.broken]

    def compiled(contract: Contract, sku: str | None, category: str | None) -> Compiled:
        return compile_contract(
            contract, on=on, currency=currency, fx=fx, overlays=library.overlays, sku=sku, category=category
        )

    cards = _cards(library, market, origin, on, currency, fx)
    home = library.cards.get(f"{CardKind.WAREHOUSE.value}/{origin}")
    home_cards = [home] if home and not home.broken else []
    at_origin = _numbers(
        compile_card(card, on=on, currency=currency, fx=fx, overlays=library.overlays) for card in home_cards
    )
    return MarketTerms(
        market=market, contracts=tuple(compiled(contract, None, None) for contract in usable),
        numbers=_numbers(cards) | {AT_ORIGIN + name: number for name, number in at_origin.items()},
        last_mile=_charges(cards, CardKind.LAST_MILE), duty=_charges(cards, CardKind.DUTY),
        excluded_categories=_excluded(usable, on), currency=currency,
        overlaid=_overlaid(library, usable, compiled),
    )  # fmt: skip


def _cards(library: Library, market: str, origin: str, on: Day, currency: str, fx: FxTable) -> list[CompiledCard]:
    """Cards that say something here, weakest first."""
    found = []
    for place in (ANYWHERE, origin, market):
        kinds = FROM_ORIGIN if place == origin and place != market else (*FROM_ORIGIN, *OF_THE_MARKET)
        names = [f"{kind.value}/{place}" for kind in kinds]
        cards = [library.cards[name] for name in names if name in library.cards and not library.cards[name].broken]
        found += [compile_card(card, on=on, currency=currency, fx=fx, overlays=library.overlays) for card in cards]
    return found


def _numbers(cards: Iterable[CompiledCard]) -> dict[str, Uncertain]:
    return {name: _in_units(name, number) for card in cards for name, number in card.numbers.items()}


def _in_units(name: str, number: Uncertain) -> Uncertain:
    """Whole days and divisors, thousandths of a minute; money stays micro and shares stay ppm."""
    if name.endswith(WHOLE):
        return scaled(number, 1, MILLIONTHS)
    return scaled(number, 1, 1000) if name.startswith("minutes.") else number


def _charges(cards: Iterable[CompiledCard], kind: CardKind) -> Charges | None:
    """Charges of the strongest card of the kind that has any."""
    found = [card for card in cards if card.id.startswith(f"{kind.value}/") and len(card.charges)]
    return Charges(np.asarray(found[-1].charges), found[-1].terms) if found else None


def _excluded(contracts: Iterable[Contract], on: Day) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for contract in contracts:
        for item in contract.on(on):
            if getattr(item.entry, "name", "") == EXCLUDED_CATEGORIES:
                value = getattr(item.entry, "value", None)
                found[contract.id] = tuple(map(str, value)) if isinstance(value, (list, tuple)) else ()
    return found


def _overlaid(
    library: Library, contracts: Iterable[Contract], compiled: Callable[[Contract, str | None, str | None], Compiled]
) -> Callable[[str, str, str], Compiled | None]:
    """The contract under terms negotiated for one product or category; None where nothing is special."""
    by_id = {contract.id: contract for contract in contracts}
    special = {
        name: [item.head for item in library.overlays if item.head.overlays == name and _is_special(item.head)]
        for name in by_id
    }
    known: dict[tuple[str, str | None, str | None], Compiled] = {}

    def find(contract_id: str, sku: str, category: str) -> Compiled | None:
        heads = special[contract_id]
        named = sku if any(sku in head.products for head in heads) else None
        kind = category if any(not head.products and head.category == category for head in heads) else None
        if named is None and kind is None:
            return None
        key = (contract_id, named, category if named else kind)
        if key not in known:
            known[key] = compiled(by_id[contract_id], key[1], key[2])
        return known[key]

    return find


def _is_special(head: object) -> bool:
    return bool(getattr(head, "products", ())) or getattr(head, "category", None) is not None
