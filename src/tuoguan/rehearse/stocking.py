"""Goods on their way in: what lay or was under way before the first day, and every stock order of the path.

Hides that goods for a platform's place travel on two documents: the purchase carries the bills, the stock order the
goods. Keeps the invariant that a bill is paid on the day it falls due, and that goods are on hand on the morning they
arrive, before anybody buys.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tuoguan.operate import Line
from tuoguan.rehearse.deeds import OPEN, Deed, Opening
from tuoguan.rehearse.diary import STAFF
from tuoguan.rehearse.world import World, at_hour, place_name
from tuoguan.simulate import Place, PolicyKind, StockOrder

EARLY, MORNING = 5, 6
PAID = {"how": "paid"}


@dataclass(slots=True)
class Stocking:
    """The stock orders of one world; ``made`` are the units sold that each of them was made for."""

    world: World
    made: dict[int, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        world = self.world
        order_by_day = {
            (order.place, order.day): at for at, order in enumerate(world.stock_orders)
            if world.option.places[order.place].policy.kind is PolicyKind.JIT
        }  # fmt: skip
        for at, sale in enumerate(world.sales):
            if sale.is_made:
                place = world.option.listings[sale.listing].place
                self.made.setdefault(order_by_day[place, sale.day], []).append(at)

    def served(self, day: int) -> tuple[int, ...]:
        """Units sold whose goods, made for them, arrive today."""
        return tuple(at for order in self.world.days[day].arrived for at in self.made.get(order, ()))

    def before(self) -> Iterator[Deed]:
        """Goods on hand, and those under way since before the first day."""
        option, start = self.world.option, at_hour(self.world, 0, 0)
        if option.on_hand:
            yield from self._old("opening", option.on_hand, start)
            yield from self._arrived_old("opening", start)
        for count, (_, units) in enumerate(option.on_order):
            yield from self._old(f"before{count}", units, start)

    def morning(self, day: int) -> Iterator[Deed]:
        """What is ordered, sets out and arrives today."""
        early, hour = at_hour(self.world, day, EARLY), at_hour(self.world, day, MORNING)
        for count, (due, _) in enumerate(self.world.option.on_order):
            if due == day:
                yield from self._arrived_old(f"before{count}", early)
        today = self.world.days[day]
        for at in today.ordered:
            yield from self._ordered(at, hour)
        for at in today.ready:
            yield from self._dispatched(at, hour)
        for at in today.arrived:
            yield from self._arrived(at, hour)

    def _old(self, serial: str, units: int, hour: int) -> Iterator[Deed]:
        """A purchase from before the first day; its bills are paid."""
        opening = Opening("", self._place(0), (Line(self.world.option.sku, units),))
        number = f"{self.world.name}/{serial}"
        yield Deed("purchase", number, OPEN, hour, opening=opening)
        yield Deed("purchase", number, "make_ready", hour)
        yield Deed("purchase", number, "dispatch", hour)

    def _arrived_old(self, serial: str, hour: int) -> Iterator[Deed]:
        number = f"{self.world.name}/{serial}"
        yield Deed("purchase", number, "arrive", hour)
        yield Deed("purchase", number, "put_away", hour)

    def _place(self, at: int) -> str:
        return place_name(self.world.option, self.world.option.places[at])

    def _ordered(self, at: int, hour: int) -> Iterator[Deed]:
        """The purchase, paid at once, and the platform's word on it where the goods go to a place of its own."""
        order, number = self.world.stock_orders[at], self._number(at)
        place, keeper = self._site(order), self.world.listings[self.world.keepers[order.place]]
        lane = place.lane if order.lane == 0 or place.fast_lane is None else place.fast_lane
        said: dict[str, Any] = {"lane": lane.id}
        if keeper.minutes_stock_order:
            said[STAFF] = keeper.minutes_stock_order
        lines = (self._line(order),)
        if place.owner_is_seller:
            yield Deed(
                "purchase", number, OPEN, hour, said, Opening(keeper.contract.hash, self._place(order.place), lines)
            )
        else:
            kind = "jit" if place.policy.kind is PolicyKind.JIT else "normal"
            opening = Opening(keeper.contract.hash, self._place(order.place), lines)
            yield Deed("stock_order", number, OPEN, hour, {"kind": kind, "lane": lane.id, **PAID}, opening)
            yield Deed("stock_order", number, "accept", hour)
            said["carried_by"] = f"stock_order/{number}"
            yield Deed("purchase", number, OPEN, hour, said, Opening("", self._place(order.place), lines))
        yield from self._bill(number, "pay", order.goods_minor, hour)

    def _dispatched(self, at: int, hour: int) -> Iterator[Deed]:
        order, number = self.world.stock_orders[at], self._number(at)
        yield Deed("purchase", number, "make_ready", hour)
        yield Deed("purchase", number, "dispatch", hour)
        if not self._site(order).owner_is_seller:
            yield Deed("stock_order", number, "send", hour)
        yield from self._bill(number, "bill_freight", order.freight_minor, hour)

    def _arrived(self, at: int, hour: int) -> Iterator[Deed]:
        order, number = self.world.stock_orders[at], self._number(at)
        yield Deed("purchase", number, "arrive", hour, PAID)
        yield from self._bill(number, "bill_duty", order.duty_minor, hour)
        yield from self._bill(number, "bill_receiving", order.receiving_minor, hour)
        yield Deed("purchase", number, "put_away", hour)
        if not self._site(order).owner_is_seller:
            yield Deed("stock_order", number, "receive", hour)
            yield Deed("stock_order", number, "check", hour)
            yield Deed("stock_order", number, "put_away", hour, PAID)

    def _bill(self, number: str, move: str, minor: int, hour: int) -> Iterator[Deed]:
        if minor:
            details: Mapping[str, Any] = {"amount_minor": minor, **PAID}
            yield Deed("purchase", number, move, hour, details)

    def _number(self, at: int) -> str:
        return f"{self.world.name}/{at:05d}"

    def _site(self, order: StockOrder) -> Place:
        return self.world.option.places[order.place]

    def _line(self, order: StockOrder) -> Line:
        """The goods, at the prices of the listing whose contract the place's stock lies under."""
        option, keeper = self.world.option, self.world.listings[self.world.keepers[order.place]]
        return Line(
            option.sku, order.units, keeper.retail_price_minor, keeper.supply_price_minor, option.unit_weight_g,
            option.unit_volume_cm3, self.world.customs_value_minor,
        )  # fmt: skip
