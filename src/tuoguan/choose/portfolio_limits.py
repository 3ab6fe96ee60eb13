"""The seller's shared limits as capacities, and what every option uses of each.

Hides how a calendar becomes limits: cash, hours, hours of a duty, volume of a site, space on a lane and what a supplier
can deliver, in every week; shares of profit and numbers of products over all of it. Keeps the invariant that all uses
and limits are in the units that the words name, and that a capacity's name tells its kind, subject and week.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from tuoguan.choose.problem import Capacity
from tuoguan.choose.problem_family import Family, family_of
from tuoguan.foundation.arrays import Flags, Floats
from tuoguan.foundation.money import parse_minor
from tuoguan.foundation.parties import Duty
from tuoguan.foundation.rates import PPM, parse_ppm
from tuoguan.intake import Lane, ProductCount, Seller

if TYPE_CHECKING:
    from tuoguan.choose.study import Study

CM3_PER_CBM = 1_000_000
WEEK_DAYS = 7
ANY = "*"
BASIC = ("cash", "hours", "volume")  # listed in every week, even where they cannot bind
Rows = Iterator[tuple[Capacity, Floats]]


@dataclass(frozen=True, slots=True)
class Store:
    """Where products are sold only if at least so many are: ``capacity`` at least, ``sold`` [option] there."""

    capacity: Capacity
    sold: Flags


def build_limits(
    study: "Study", seller: Seller, lifted: Family | None = None, *, whole: bool = False
) -> tuple[tuple[Capacity, ...], Floats]:
    """(capacities, uses [option, capacity]) of all limits that hold whatever is sold; ``lifted`` is left out.

    Cash is the low path's, hours, volumes and units are means. Limits of a supplier, a lane or a duty in a week in
    which all products' largest uses together stay below it are left out, because they cannot bind; ``whole`` keeps
    them, for a study that is but a part of what is chosen from.
    """
    named, columns = [], []
    for build in (_cash, _hours, _duty_hours, _volumes, _space, _suppliers, _shares, _counts):
        for capacity, use in build(study, seller):
            listed = whole or capacity.kind in BASIC or can_bind(capacity, use, study)
            if listed and family_of(capacity)[0] != lifted:
                named.append(capacity)
                columns.append(use.astype(np.float64))
    return tuple(named), np.stack(columns, axis=1) if columns else np.zeros((len(study.key), 0))


def stores(study: "Study", seller: Seller, lifted: Family | None = None) -> tuple[Store, ...]:
    """Where the seller sells nothing or at least so many products."""
    found = []
    for key, count in sorted(seller.limits.products.items()):
        capacity = _count(f"products_if_any {key}", "products_if_any", count.at_least_if_any, least=True)
        if count.at_least_if_any > max(1, count.at_least) and family_of(capacity)[0] != lifted:
            found.append(Store(capacity, sold_under(study, key)))
    return tuple(found)


def wanted_rows(study: "Study", seller: Seller) -> Flags:
    """[option] True where it helps a least number of products, so that it may be sold though it loses money."""
    wanted = np.zeros(len(study.key), np.bool_)
    for key, count in seller.limits.products.items():
        if max(count.at_least, count.at_least_if_any) > 0:
            wanted |= sold_under(study, key)
    return wanted


def can_bind(capacity: Capacity, use: Floats, study: "Study") -> bool:
    """False when no choice at all can break the limit."""
    group, sums = study.group_of, np.zeros(len(study.sku))
    if capacity.at_least:
        return capacity.limit > 0.0
    np.maximum.at(sums, group, use)
    return bool(sums.sum() > capacity.limit)


def sold_under(study: "Study", key: str) -> Flags:
    """[option] True where a listing is under the contract, platform and model, or platform of this name."""
    known: dict[str, bool] = {}
    for contracts in study.contracts:
        if contracts not in known:
            known[contracts] = any(one == key or one.startswith(key + "/") for one in contracts.split(" + "))
    return np.array([known[contracts] for contracts in study.contracts], np.bool_)


def weeks_of(study: "Study") -> range:
    """Week numbers, from 1."""
    return range(1, study.hours.shape[1] + 1)


def _cash(study: "Study", seller: Seller) -> Rows:
    limit = float(parse_minor(seller.limits.cash, seller.currency))
    for week in weeks_of(study):
        use = -study.cash_low[:, week - 1].astype(np.float64)
        yield Capacity(f"cash week {week}", "cash", limit, seller.currency), use


def _hours(study: "Study", seller: Seller) -> Rows:
    for week in weeks_of(study):
        yield Capacity(f"hours week {week}", "hours", seller.limits.hours_per_week, "hour"), study.hours[:, week - 1]


def _duty_hours(study: "Study", seller: Seller) -> Rows:
    """A week's hours are split among duties as those of the horizon are; what switching takes is listing's."""
    own = study.hours_by_duty.copy()
    listing = list(Duty).index(Duty.LISTING)
    own[:, listing] -= study.switch_hours
    total = own.sum(axis=1)
    for duty in Duty:
        if duty not in seller.limits.hours_by_duty:
            continue
        share = np.divide(own[:, list(Duty).index(duty)], total, out=np.zeros(len(total)), where=total > 0.0)
        for week in weeks_of(study):
            moved = study.switch_hours if week == 1 else 0.0
            use = (study.hours[:, week - 1] - moved) * share + (moved if duty is Duty.LISTING else 0.0)
            limit = seller.limits.hours_by_duty[duty]
            yield Capacity(f"duty_hours {duty.value} week {week}", "duty_hours", limit, "hour"), use


def _volumes(study: "Study", seller: Seller) -> Rows:
    for site in seller.sites:
        here = np.array([site.id in sites.split(" + ") for sites in study.sites], np.bool_)
        if site.volume_cbm is None or not here.any():
            continue
        for week in weeks_of(study):
            name, limit = f"volume {site.id} week {week}", site.volume_cbm * CM3_PER_CBM
            yield Capacity(name, "volume", limit, "cm3"), np.where(here, study.volume_cm3[:, week - 1], 0)


def _space(study: "Study", seller: Seller) -> Rows:
    """Space of the sailings of a few weeks: what misses one sailing goes with the next, so they share their space."""
    market = np.array(study.market)[study.group_of]
    for lane in seller.lanes:
        if lane.space_cbm is None:
            continue
        sent = _sent_by(study, lane) * (market == lane.market)[:, None]
        weeks = max(1, -(-lane.sailing_days // WEEK_DAYS))
        limit = lane.space_cbm * CM3_PER_CBM * weeks * WEEK_DAYS / lane.sailing_days
        for first in range(0, sent.shape[1], weeks):
            last = min(first + weeks, sent.shape[1])
            week = f"{first + 1}" if weeks == 1 else f"{first + 1}-{last}"
            yield Capacity(f"space {lane.id} week {week}", "space", limit, "cm3"), sent[:, first:last].sum(axis=1)


def _sent_by(study: "Study", lane: Lane) -> Floats:
    """[option, week] cm3 that set out by the lane."""
    sent = np.zeros(study.hours.shape)
    for row, lanes in enumerate(study.lanes):
        for slot, name in enumerate(lanes.split(" + ")):
            if name == lane.id:
                sent[row] += study.sent_cm3[row, slot]
    return sent


def _suppliers(study: "Study", seller: Seller) -> Rows:
    names = np.array(study.supplier)
    for one in seller.suppliers:
        theirs = (names == one.name)[study.group_of]
        if one.units_per_week is not None:
            yield from _supplied(study, theirs, f"supplier_units {one.name}", one.units_per_week, "unit")
        if one.amount_per_week is not None:
            limit = float(parse_minor(one.amount_per_week, seller.currency))
            yield from _supplied(study, theirs, f"supplier_amount {one.name}", limit, seller.currency)


def _supplied(study: "Study", theirs: Flags, name: str, limit: float, unit: str) -> Rows:
    kind = name.split(" ", 1)[0]
    bought = study.bought if kind == "supplier_units" else study.bought_minor
    for week in weeks_of(study):
        yield Capacity(f"{name} week {week}", kind, limit, unit), np.where(theirs, bought[:, week - 1], 0)


def _shares(study: "Study", seller: Seller) -> Rows:
    """profit x (1 on the platform, else 0, less the share) <= 0; a pair counts wholly for both of its platforms."""
    mean = study.mean()
    for platform, share in sorted(seller.limits.profit_share.items()):
        use = mean * (sold_under(study, platform) - parse_ppm(share) / PPM)
        yield Capacity(f"profit_share {platform}", "profit_share", 0.0, seller.currency), use


def _counts(study: "Study", seller: Seller) -> Rows:
    for key, count in sorted(seller.limits.products.items()):
        sold = sold_under(study, key).astype(np.float64)
        if count.at_most is not None:
            yield _count(f"products_most {key}", "products_most", count.at_most, least=False), sold
        if count.at_least > 0:
            yield _count(f"products_least {key}", "products_least", count.at_least, least=True), sold


def _count(name: str, kind: str, number: int, *, least: bool) -> Capacity:
    return Capacity(name, kind, float(number), "product", at_least=least)


def families(study: "Study", seller: Seller) -> tuple[Family, ...]:
    """Every family of limits that the seller named and that some choice could break, in the order they are built."""
    capacities, uses = build_limits(study, seller)
    able = [capacity for k, capacity in enumerate(capacities) if can_bind(capacity, uses[:, k], study)]
    listed = [*able, *(store.capacity for store in stores(study, seller))]
    return tuple(dict.fromkeys(family_of(capacity)[0] for capacity in listed))


def without_minimums(seller: Seller) -> Seller:
    """The same seller without any least number of products: limits that selling nothing always respects."""
    counts = {
        key: ProductCount(at_most=count.at_most)
        for key, count in seller.limits.products.items()
        if count.at_most is not None
    }
    return replace(seller, limits=replace(seller.limits, products=counts))


def unknown_names(seller: Seller, contracts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """(setting, name) of limits and switching costs that name no contract, model or platform there is.

    A limit under a misspelled name would silently hold nothing.
    """
    known = {"/".join(parts[:count]) for parts in (one.split("/") for one in contracts) for count in range(1, 4)}
    named = (
        ("limits.profit_share", sorted(seller.limits.profit_share)),
        ("limits.products", sorted(seller.limits.products)),
        ("switching", sorted({*seller.switching} - {ANY})),
    )
    return tuple((setting, key) for setting, keys in named for key in keys if key not in known)
