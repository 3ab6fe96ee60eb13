"""What nobody knows about two options, drawn as the simulator draws it, and how much it moves their difference.

Hides addresses of draws. Keeps the invariant that a term's values here are those the simulator used on the same path.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tuoguan.choose.options_terms import is_unknown
from tuoguan.contracts import Compiled, Uncertain
from tuoguan.foundation.arrays import Floats
from tuoguan.foundation.ids import address
from tuoguan.simulate import Option
from tuoguan.simulate.kernels import draw_terms

# Listing fields whose draw belongs to the contract, and those that belong to the market.
OF_CONTRACT = ("retail_price", "spread", "reach", "visibility", "delivery_days", "live_after_days")
OF_MARKET = ("pick_order", "label_parcel", "return_unit", "minutes_order", "minutes_stock_order", "minutes_week")
OF_OPTION_MARKET = ("elasticity", "speed_response", "duty_ad_valorem", "salvage")


@dataclass(frozen=True, slots=True)
class Unknown:
    """One term with a range: its name for people, whose it is, and the address of its draw."""

    name: str
    owner: str
    term: Uncertain
    first: int
    second: int

    def draws(self, seed: int, paths: int) -> Floats:
        """The value on each path."""
        return self.drawn(seed, paths).values

    def drawn(self, seed: int, paths: int) -> "Drawn":
        """The values and what follows from them alone."""
        term = self.term
        address_ = (term.low, term.value, term.high, term.distribution, self.first, self.second, term.stream)
        return _draw(address_, seed, paths)


@dataclass(frozen=True, slots=True)
class Drawn:
    """An unknown's values by path; centered ranks of length 1 and least-squares weights (nought where nothing varies);
    and the width of the values' 80 % range."""

    values: Floats
    ranks: Floats
    weights: Floats
    width: float


@lru_cache(maxsize=20_000)
def _draw(address_: tuple[int, ...], seed: int, paths: int) -> Drawn:
    """Terms of contracts and markets are met in every group, so they are kept."""
    values = draw_terms(np.array([address_], np.int64), seed, paths)[0].astype(np.float64)
    spread, ordered, last = values - values.mean(), np.sort(values), paths - 1
    weights = spread / max(float(spread @ spread), 1e-12)
    width = float(ordered[round(0.9 * last)] - ordered[round(0.1 * last)])
    return Drawn(values, unit(ranks(values)), weights, width)


def unit(values: Floats) -> Floats:
    """The values less their mean, scaled to length 1; nought where they do not vary."""
    centered = values - values.mean()
    length = float(np.sqrt(centered @ centered))
    return np.asarray(centered / length) if length > 0 else np.zeros(values.size)


def unknowns(option: Option) -> list[Unknown]:
    """The terms of the option that are drawn once per path, in a stable order."""
    market, product = address(option.market), address(option.sku)
    found = [
        Unknown("unit cost", option.sku, option.unit_cost, product, 0),
        Unknown("return rate", option.sku, option.return_rate, product, market),
    ]
    found += [Unknown(_words(name), option.market, getattr(option, name), 0, market) for name in OF_OPTION_MARKET]
    for listing in option.listings:
        home, owner = address(listing.contract.id), listing.contract.id
        found += [Unknown(_words(name), owner, getattr(listing, name), home, 0) for name in OF_CONTRACT]
        found += [Unknown(_words(name), option.market, getattr(listing, name), 0, market) for name in OF_MARKET]
        found += _of_charges(listing.contract)
    for place in option.places:
        lane = address(f"{place.lane.mode}:{option.market}")
        owner = place.lane.mode
        found += [Unknown("freight", owner, term, lane, 0) for term in (place.lane.per_kg, place.lane.per_cbm)]
        found.append(Unknown("storage", option.market, place.storage_cbm_day, 0, market))
    return [item for item in found if is_unknown(item.term)]


@lru_cache(maxsize=2_000)
def _of_charges(contract: Compiled) -> tuple[Unknown, ...]:
    """The contract's charges that have a range; it is met in many groups, so they are kept."""
    home = address(contract.id)
    found = (
        Unknown(
            term.name.replace("_", " "), contract.id,
            Uncertain(
                int(row["value"]), int(row["low"]), int(row["high"]), int(row["distribution"]), int(row["stream"]),
                term.evidence, term.source,
            ), home, 0,
        )
        for row, term in zip(contract.charges, contract.terms, strict=True)
    )  # fmt: skip
    return tuple(item for item in found if is_unknown(item.term))


def _words(name: str) -> str:
    return name.replace("_", " ")


def ranks(values: Floats) -> Floats:
    """Ranks from 0, ties share their mean rank."""
    order = np.argsort(values, kind="stable")
    _, inverse, counts = np.unique(values[order], return_inverse=True, return_counts=True)
    starts = np.cumsum(counts) - counts
    found = np.empty(values.size)
    found[order] = (starts + (counts - 1) / 2.0)[inverse]
    return found


@dataclass(frozen=True, slots=True)
class Driver:
    """How strongly one unknown moves the difference: Spearman's rho, and its linear effect over its 80 % range."""

    name: str
    owner: str
    rho: float
    swing: float


def drivers(pick: Option, other: Option | None, difference: Floats, seed: int, most: int = 3) -> tuple[Driver, ...]:
    """The unknowns that move pick minus other most, strongest first; weaker than chance (2 / sqrt(paths)) left out."""
    paths = difference.size
    known: dict[tuple[str, str, int], Unknown] = {}
    for item in unknowns(pick) + (unknowns(other) if other is not None else []):
        known.setdefault((item.name, item.owner, item.term.stream), item)
    if not known:
        return ()
    drawn = [item.drawn(seed, paths) for item in known.values()]
    rho = np.stack([one.ranks for one in drawn]) @ unit(ranks(difference))
    found = [
        Driver(item.name, item.owner, float(value), float(one.weights @ difference) * one.width)
        for item, one, value in zip(known.values(), drawn, rho, strict=True)
        if abs(value) > 2.0 / np.sqrt(paths)
    ]  # fmt: skip
    found.sort(key=lambda driver: (-abs(driver.rho), driver.name, driver.owner))
    return tuple(found[:most])
