"""The products of one block in one market as columns, and how they fall into classes that share their terms.

Hides objects. Keeps the invariant that two products of one class differ in numbers only: every rule that looks at a
product's name, brand or category gives the same for both, so it is asked once, of the first of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tuoguan.choose.options import Ground, _missing, _supplier_lead, _today, _unit_cost
from tuoguan.choose.options_excluded import Product, kept_duties
from tuoguan.choose.options_listings import Today
from tuoguan.choose.options_market import NONE, Charges, _takes_parcel
from tuoguan.choose.options_terms import mean
from tuoguan.contracts import Library
from tuoguan.foundation.arrays import Floats, Ints

Class = tuple[str, tuple[str, ...], str, str]


@dataclass(frozen=True)
class Sheet:
    """Products [product] of one market that have a price, a cost and a weight; ``group`` and ``series`` name their rows
    elsewhere. Money in minor units of the book currency, ``cost`` in micro."""

    ground: Ground
    products: tuple[Product, ...]
    todays: tuple[Today, ...]
    group: Ints
    series: Ints

    def column(self, of: Callable[[Product], float]) -> Floats:
        """One number of each product."""
        return np.fromiter(map(of, self.products), np.float64, len(self.products))

    @cached_property
    def weight(self) -> Ints:
        """Grams."""
        return self.column(lambda one: one.weight_g).astype(np.int64)

    @cached_property
    def volume(self) -> Ints:
        """Cubic centimeters."""
        return self.column(lambda one: one.volume_cm3).astype(np.int64)

    @cached_property
    def price(self) -> Ints:
        """What buyers pay today."""
        return np.array([one.retail_price_minor for one in self.todays], np.int64)

    @cached_property
    def cost(self) -> Floats:
        """Mean unit cost."""
        pairs = zip(self.products, self.todays, strict=True)
        return np.array([mean(_unit_cost(one, self.ground, today)) for one, today in pairs], np.float64)

    @cached_property
    def supplier(self) -> Floats:
        """Mean days of the supplier."""
        return self.column(lambda one: mean(_supplier_lead(one)))

    @cached_property
    def supplier_days(self) -> Ints:
        """Its most likely days."""
        return self.column(lambda one: one.supplier_lead_days).astype(np.int64)

    @cached_property
    def batch(self) -> Floats:
        """Least order."""
        return self.column(lambda one: max(one.moq, one.carton))

    @cached_property
    def tiers(self) -> tuple[Ints, Ints]:
        """(first product, class [product]) of products that the same tiers of the same carriers take."""
        return _alike(tier_flags(self.ground.terms.last_mile, self.weight, self.volume))

    @cached_property
    def weights(self) -> tuple[Ints, Ints]:
        """(first product, class [product]) of products of one weight."""
        return _alike(self.weight[:, None])

    def take(self, rows: Sequence[int]) -> "Sheet":
        """The same for some products."""
        at = np.asarray(rows, np.int64)
        return Sheet(
            self.ground, tuple(self.products[row] for row in rows), tuple(self.todays[row] for row in rows),
            self.group[at], self.series[at],
        )  # fmt: skip


def _alike(table: Ints) -> tuple[Ints, Ints]:
    _, first, inverse = np.unique(table, axis=0, return_index=True, return_inverse=True)
    return first, inverse.reshape(-1)


def tier_flags(charges: Charges | None, weight_g: Ints, volume_cm3: Ints) -> Ints:
    """[product, record] 1 where the carrier's tier takes the parcel; a record that prices no parcel is 0 throughout."""
    if charges is None:
        return np.zeros((len(weight_g), 1), np.int64)
    flags = np.zeros((len(weight_g), len(charges.records)), np.int64)
    for at, record in enumerate(charges.records):
        lower, upper, divisor = (int(record[name]) for name in ("weight_from_g", "weight_to_g", "divisor_cm3_per_kg"))
        if not _takes_parcel(record, lower, 0):
            continue
        grams = np.maximum(weight_g, -(-volume_cm3 * 1000 // divisor)) if divisor > 0 else weight_g
        flags[:, at] = (grams >= lower) & ((upper == NONE) | (grams < upper))
    return flags


def sheet_of(ground: Ground, products: Sequence[Product], group: Sequence[int], series: Sequence[int]) -> Sheet:
    """The products that can be sold at all."""
    todays = [_today(one, ground) for one in products]
    fine = [row for row, one in enumerate(products) if _missing(one, todays[row]) is None]
    whole = Sheet(ground, tuple(products), tuple(todays), np.asarray(group, np.int64), np.asarray(series, np.int64))
    return whole.take(fine)


@dataclass(frozen=True, slots=True)
class Named:
    """What rules know by name: products and categories of negotiated terms, categories that some contract refuses."""

    products: frozenset[str]
    categories: frozenset[str]


def named_by(library: Library, grounds: Sequence[Ground]) -> Named:
    """Everything that overlays and contracts name."""
    heads = [item.head for item in library.overlays]
    refused = {name.casefold() for one in grounds for names in one.terms.excluded_categories.values() for name in names}
    wanted = {str(head.category).casefold() for head in heads if head.category is not None}
    return Named(frozenset(sku for head in heads for sku in head.products), frozenset(refused | wanted))


def classes(sheet: Sheet, named: Named) -> list[Sheet]:
    """The sheet cut into classes, in the order in which they first appear."""
    rows: dict[Class, list[int]] = {}
    for row, (product, today) in enumerate(zip(sheet.products, sheet.todays, strict=True)):
        rows.setdefault(_class(product, today, sheet.ground, named), []).append(row)
    return [sheet if len(rows) == 1 else sheet.take(own) for own in rows.values()]


def _class(product: Product, today: Today, ground: Ground, named: Named) -> Class:
    return (
        today.contract.id if today.contract else "",
        tuple(duty.value for duty in kept_duties(product, ground.seller)),
        product.category if product.category.casefold() in named.categories else "",
        product.sku if product.sku in named.products else "",
    )
