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
NAME_ZH = {
    "retail price": "零售价", "spread": "平台价差", "reach": "平台覆盖", "visibility": "曝光",
    "delivery days": "配送天数", "live after days": "上线时间", "pick order": "拣货费", "label parcel": "尾程运费",
    "return unit": "退货处理费", "minutes order": "每单工时", "minutes stock order": "备货工时",
    "minutes week": "每周工时", "elasticity": "价格弹性", "speed response": "时效响应", "duty ad valorem": "关税",
    "salvage": "残值", "unit cost": "进货成本", "return rate": "退货率", "freight": "运费", "storage": "仓储费",
}  # fmt: skip


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
        return self._drawn(seed, paths)[0]

    def ranks(self, seed: int, paths: int) -> Floats:
        """The centered ranks of the values."""
        return self._drawn(seed, paths)[1]

    def _drawn(self, seed: int, paths: int) -> tuple[Floats, Floats]:
        term = self.term
        address_ = (term.low, term.value, term.high, term.distribution, self.first, self.second, term.stream)
        return _draw(address_, seed, paths)


@lru_cache(maxsize=20_000)
def _draw(address_: tuple[int, ...], seed: int, paths: int) -> tuple[Floats, Floats]:
    """Values and centered ranks by path; terms of contracts and markets are met in every group, so they are kept."""
    values = draw_terms(np.array([address_], np.int64), seed, paths)[0].astype(np.float64)
    order = ranks(values)
    return values, order - order.mean()


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
        found += _of_charges(listing.contract, home)
    for place in option.places:
        lane = address(f"{place.lane.mode}:{option.market}")
        owner = place.lane.mode
        found += [Unknown("freight", owner, term, lane, 0) for term in (place.lane.per_kg, place.lane.per_cbm)]
        found.append(Unknown("storage", option.market, place.storage_cbm_day, 0, market))
    return [item for item in found if is_unknown(item.term)]


def _of_charges(contract: Compiled, home: int) -> list[Unknown]:
    return [
        Unknown(
            term.name.replace("_", " "), contract.id,
            Uncertain(
                int(row["value"]), int(row["low"]), int(row["high"]), int(row["distribution"]), int(row["stream"]),
                term.evidence, term.source,
            ), home, 0,
        )
        for row, term in zip(contract.charges, contract.terms, strict=True)
    ]  # fmt: skip


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


def correlation(left: Floats, right: Floats) -> float:
    """Correlation of two centered vectors, Spearman's rho for centered ranks; 0 when either side does not vary."""
    scale = float(np.sqrt((left * left).sum() * (right * right).sum()))
    return float((left * right).sum() / scale) if scale > 0 else 0.0


def _swing(values: Floats, difference: Floats) -> float:
    """What the values' 80 % range does to the difference by the least-squares slope, minor."""
    spread = values - values.mean()
    slope = float((spread * difference).sum() / max((spread * spread).sum(), 1e-12))
    ordered = np.sort(values)
    last = len(ordered) - 1
    return slope * float(ordered[round(0.9 * last)] - ordered[round(0.1 * last)])


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
    order, middle = ranks(difference), difference - difference.mean()
    order = order - order.mean()
    found: dict[tuple[str, str, int], Driver] = {}
    for item in unknowns(pick) + (unknowns(other) if other is not None else []):
        key = (item.name, item.owner, item.term.stream)
        if key not in found:
            rho = correlation(item.ranks(seed, paths), order)
            found[key] = Driver(item.name, item.owner, rho, _swing(item.draws(seed, paths), middle))
    strong = [driver for driver in found.values() if abs(driver.rho) > 2.0 / np.sqrt(paths)]
    strong.sort(key=lambda driver: (-abs(driver.rho), driver.name, driver.owner))
    return tuple(strong[:most])
