"""What a week costs: storage from the ledger's own stock, staff time from the ledger's own minutes.

Hides which goods are older. Keeps the invariant that nothing is billed which the ledger does not hold: units and
minutes are read from its entries, first in first out.
"""

from collections.abc import Iterator, Sequence

from tuoguan.contracts import Compiled
from tuoguan.foundation.facts import FactKind
from tuoguan.foundation.kernels import HALF_UP, div_round
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.operate import Line, goods
from tuoguan.rehearse.deeds import OPEN, Deed, Opening
from tuoguan.rehearse.diary import STAFF, Diary
from tuoguan.rehearse.world import World, place_name

PAID = {"how": "paid"}
CM3_PER_CBM = 1_000_000
MINUTES_PER_HOUR = 60_000  # in thousandths


def week_bills(world: World, last: int, diary: Diary, hour: int) -> Iterator[Deed]:
    """The bills of the week that ends on day ``last``."""
    first = last // 7 * 7
    for at, place in enumerate(world.option.places):
        if place.owner_is_seller:
            yield from _own_storage(world, at, first, last, diary, hour)
        else:
            yield from _platform_storage(world, at, first, last, diary, hour)
    yield from _labor(world, first, last, diary, hour)


def _own_storage(world: World, at: int, first: int, last: int, diary: Diary, hour: int) -> Iterator[Deed]:
    """The seller's own place: unit-days x volume x rate, to the micro-unit, then to the minor unit."""
    place, option = place_name(world.option, world.option.places[at]), world.option
    unit_days = sum(diary.on_hand(place, goods(option.sku), last + 1)[first:])
    micro = div_round(world.storage_micro[at] * unit_days * option.unit_volume_cm3, CM3_PER_CBM, HALF_UP)
    currency = world.listings[0].contract.currency
    minor = int(div_round(micro, 10 ** (6 - EXPONENT_BY_CURRENCY[currency]), HALF_UP))
    if minor:
        opening = Opening("", place, (Line(option.sku, unit_days),))
        yield Deed("holding", f"{world.name}/{at}.{last}", OPEN, hour, {"amount_minor": minor, **PAID}, opening)


def _platform_storage(world: World, at: int, first: int, last: int, diary: Diary, hour: int) -> Iterator[Deed]:
    """A platform's place: unit-days by the ages that the contract tells apart, each told to the contract by itself."""
    place, option = place_name(world.option, world.option.places[at]), world.option
    keeper = world.listings[world.keepers[at]]
    ages = storage_ages(keeper.contract)
    unit = goods(option.sku)
    held = unit_days_by_age(ages, diary.came[place, unit], diary.on_hand(place, unit, last + 1), first)
    for age, unit_days in zip(ages, held, strict=True):
        if unit_days:
            line = Line(
                option.sku, unit_days, keeper.retail_price_minor, keeper.supply_price_minor, option.unit_weight_g,
                option.unit_volume_cm3, world.customs_value_minor,
            )  # fmt: skip
            opening = Opening(keeper.contract.hash, place, (line,))
            number = f"{world.name}/{at}.{last}.{age}"
            yield Deed("holding", number, OPEN, hour, {"days_held": age, **PAID}, opening)


def storage_ages(contract: Compiled) -> tuple[int, ...]:
    """First days of the ages that storage charges tell apart; none where nothing is charged for storage."""
    held = contract.charges[contract.charges["fact"] == FactKind.STOCK_HELD]
    return tuple(sorted({0, *(int(record["free_days"]) for record in held)})) if len(held) else ()


def unit_days_by_age(ages: Sequence[int], came: dict[int, int], on_hand: Sequence[int], first: int) -> list[int]:
    """Unit-days of the evenings from day ``first`` on, by age of the goods; those that came first leave first.

    >>> unit_days_by_age((0, 2), {0: 3, 2: 1}, [3, 3, 2, 2], 0)
    [8, 2]
    """
    lots, held = list[list[int]](), [0] * len(ages)  # [day it came, units]
    for day, units in enumerate(on_hand):
        if came.get(day, 0) > 0:
            lots.append([day, came[day]])
        leaving = sum(lot[1] for lot in lots) - units
        while leaving > 0:
            taken = min(leaving, lots[0][1])
            lots[0][1] -= taken
            leaving -= taken
            if not lots[0][1]:
                lots.pop(0)
        if day >= first:
            for since, left in lots:
                held[max(at for at, age in enumerate(ages) if age <= day - since)] += left
    return held


def _labor(world: World, first: int, last: int, diary: Diary, hour: int) -> Iterator[Deed]:
    """The week's staff time: what was written down on its days, and what each live listing asks by the week."""
    live = [one for one in world.listings if one.starts <= last and (one.stops < 0 or one.stops > first)]
    weekly = sum(one.minutes_week for one in live)
    staff = diary.staff[world.name]
    minutes = weekly + sum(staff.get(day, 0) for day in range(first, last + 1))
    minor = int(div_round(minutes * world.wage_per_hour_minor, MINUTES_PER_HOUR, HALF_UP))
    if minutes:
        details = {"amount_minor": minor, **PAID} | ({STAFF: weekly} if weekly else {})
        yield Deed("labor", f"{world.name}/{last}", OPEN, hour, details, Opening("", "", ()))
