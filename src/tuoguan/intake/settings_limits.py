"""What is wrong with the limits of seller.toml that several products share: one (place, found, expected) each.

Hides which numbers belong together. Keeps the invariant that a limit which leaves here is finite, not negative and,
where it names a supplier, names one of the products table.
"""

import math
from collections.abc import Callable, Iterable, Iterator

from tuoguan.foundation.money import EXPONENT_BY_CURRENCY, parse_minor
from tuoguan.foundation.rates import PPM, parse_ppm
from tuoguan.intake.schema import ProductCount, Seller

Finding = tuple[str, str, str]
HOURS_MOST = 100_000.0
SPACE_MOST = 1e6  # cubic meters of one sailing
UNITS_MOST = 1e9
COUNT_MOST = 10**9
ANY = "*"


def check_limits(seller: Seller) -> list[Finding]:
    """Every number of a shared limit that cannot be meant, by its path in seller.toml."""
    checks: tuple[Callable[[Seller], Iterator[Finding]], ...] = (_hours, _space, _suppliers, _shares, _counts, _moves)
    return [finding for check in checks for finding in check(seller)]


def unknown_suppliers(seller: Seller, known: Iterable[str]) -> list[Finding]:
    """Suppliers with a limit that no product names: their limit would silently hold nothing."""
    names = sorted({name for name in known if name})
    shown = ", ".join(names[:5]) + (" …" if len(names) > 5 else "") or "it names none"
    return [
        (f"suppliers[{index}].name", f'"{one.name[:40]}"', f"a supplier of the products table: {shown}")
        for index, one in enumerate(seller.suppliers) if one.name not in names
    ]  # fmt: skip


def _within(value: float, most: float) -> bool:
    return math.isfinite(value) and 0.0 <= value <= most


def _hours(seller: Seller) -> Iterator[Finding]:
    for duty, hours in seller.limits.hours_by_duty.items():
        if not _within(hours, HOURS_MOST):
            yield f"limits.hours_by_duty.{duty.value}", str(hours), "hours a week, zero or more"


def _space(seller: Seller) -> Iterator[Finding]:
    for index, site in enumerate(seller.sites):
        if site.volume_cbm is not None and not _within(site.volume_cbm, SPACE_MOST):
            yield f"sites[{index}].volume_cbm", str(site.volume_cbm), "cubic meters, zero or more"
    for index, lane in enumerate(seller.lanes):
        if lane.space_cbm is not None and not _within(lane.space_cbm, SPACE_MOST):
            yield f"lanes[{index}].space_cbm", str(lane.space_cbm), "cubic meters on each sailing, zero or more"
        if not 1 <= lane.sailing_days <= 365:
            yield f"lanes[{index}].sailing_days", str(lane.sailing_days), "1 to 365 days from one sailing to the next"


def _suppliers(seller: Seller) -> Iterator[Finding]:
    names = [one.name for one in seller.suppliers]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield "suppliers", f'"{name[:40]}" twice', "each supplier once"
    for index, one in enumerate(seller.suppliers):
        if one.units_per_week is None and one.amount_per_week is None:
            yield f"suppliers[{index}]", "neither limit", "units_per_week or amount_per_week"
        if one.units_per_week is not None and not _within(one.units_per_week, UNITS_MOST):
            yield f"suppliers[{index}].units_per_week", str(one.units_per_week), "units a week, zero or more"
        if one.amount_per_week is not None and not _is_amount(one.amount_per_week, seller.currency):
            place, found = f"suppliers[{index}].amount_per_week", f'"{one.amount_per_week[:40]}"'
            yield place, found, f"an amount of {seller.currency} such as 20000.00"


def _shares(seller: Seller) -> Iterator[Finding]:
    for platform, share in seller.limits.profit_share.items():
        if not _is_share(share):
            yield f"limits.profit_share.{platform}", f'"{share[:40]}"', 'a share from 0 to 1 as text, such as "0.6"'
        if "/" in platform or not platform.strip():
            yield f"limits.profit_share.{platform}", f'"{platform[:40]}"', "a platform as contract ids begin with"


def _counts(seller: Seller) -> Iterator[Finding]:
    for key, count in seller.limits.products.items():
        place = f"limits.products.{key}"
        given = {"at_most": count.at_most, "at_least": count.at_least, "at_least_if_any": count.at_least_if_any}
        for name, number in given.items():
            if number is not None and not 0 <= number <= COUNT_MOST:
                yield f"{place}.{name}", str(number), "a number of products, zero or more"
        if count == ProductCount():
            yield place, "no number", "at_most, at_least or at_least_if_any"
        least = max(count.at_least, count.at_least_if_any)
        if count.at_most is not None and 0 <= count.at_most < least:
            yield f"{place}.at_most", str(count.at_most), f"no less than the least number, {least}"


def _moves(seller: Seller) -> Iterator[Finding]:
    for key, move in seller.switching.items():
        if not _is_amount(move.cost, seller.currency):
            yield f"switching.{key}.cost", f'"{move.cost[:40]}"', f"an amount of {seller.currency} such as 300.00"
        if not _within(move.hours, HOURS_MOST):
            yield f"switching.{key}.hours", str(move.hours), "hours once for each product, zero or more"
        if not key.strip():
            yield "switching", "an empty name", f'a contract, its platform or "{ANY}"'


def _is_amount(text: str, code: str) -> bool:
    if code not in EXPONENT_BY_CURRENCY:
        return True  # the currency is told by itself
    try:
        return parse_minor(text, code) >= 0
    except ValueError:
        return False


def _is_share(text: str) -> bool:
    try:
        return 0 <= parse_ppm(text) <= PPM
    except ValueError:
        return False
