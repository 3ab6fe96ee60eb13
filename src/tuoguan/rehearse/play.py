"""A world lived through day by day: every move of every document, at its hour.

Hides in which order things happen within a day. Keeps two invariants: nothing is done before what it follows from, and
what a seller can work out is worked out here, from the contract and from what the ledger has recorded: which day a
payout comes, what storage a week costs, which clocks an order missed, how long staff worked.

A day: in the morning goods come in and waiting orders get theirs, stock is ordered; at noon buyers come and parcels
leave; then follow deliveries, returns and fines, then payouts; in the evening of a week's last day storage and staff
time are billed.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from tuoguan.contracts import SettingName
from tuoguan.operate import Line, payout_of
from tuoguan.rehearse.deeds import OPEN, Deed, Opening
from tuoguan.rehearse.diary import MADE, STAFF, Diary
from tuoguan.rehearse.stocking import Stocking
from tuoguan.rehearse.weekly import week_bills
from tuoguan.rehearse.world import DAY_MINUTES, World, at_hour, place_name
from tuoguan.simulate import DrawnListing, order_clocks

MORNING, OFFICE, NOON, AFTERNOON, BANK_HOUR, EVENING = 6, 9, 12, 15, 17, 20
PAID = {"how": "paid"}
NEVER_STOPS = 1 << 40


@dataclass(slots=True)
class Player:
    """One option's world and what is due in it; ``settles`` and ``releases``: orders by the day their money comes."""

    world: World
    stocking: Stocking = field(init=False)
    settles: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    releases: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.stocking = Stocking(self.world)

    def before(self) -> Iterator[Deed]:
        """What was there before the first day: goods, and stores and listings that are applied for."""
        yield from self.stocking.before()
        start = at_hour(self.world, 0, 0)
        for at, listing in enumerate(self.world.listings):
            opening = Opening(listing.contract.hash, "", (self._line(listing),))
            if listing.deposit_minor:
                number, deposit = self._number(f"store{at}"), {"deposit_minor": listing.deposit_minor}
                yield Deed("store", number, OPEN, start, opening=opening)
                yield Deed("store", number, "approve", start, {**deposit, **PAID})
            if listing.is_new:
                yield Deed("listing", self._number(f"listing{at}"), OPEN, start, opening=opening)
                yield Deed("listing", self._number(f"listing{at}"), "submit", start)

    def morning(self, day: int) -> Iterator[Deed]:
        """Until everybody has got the goods that are there: before the buyers."""
        today, hour = self.world.days[day], at_hour(self.world, day, MORNING)
        for at in today.put_back:
            yield Deed("return", self._order_number(at), "sort", hour, {"outcome": "resale"})
        for at in today.opening:
            yield Deed("listing", self._number(f"listing{at}"), "approve", hour, PAID)
        yield from self.stocking.morning(day)
        for at in self.stocking.served(day):
            if self.world.sales[at].day < day:
                yield self._reserve(at, hour)

    def noon(self, day: int) -> Iterator[Deed]:
        """Buyers come, parcels leave."""
        world, hour = self.world, at_hour(self.world, day, NOON)
        today, served = world.days[day], self.stocking.served(day)
        for at in today.bought:
            sale = world.sales[at]
            listing = world.listings[sale.listing]
            opening = Opening(listing.contract.hash, self._place(sale.listing), (self._line(listing),))
            time = {STAFF: listing.minutes_order} if listing.minutes_order else {}
            yield Deed("order", self._order_number(at), OPEN, hour, time, opening)
            if not sale.is_made or at in served:
                yield self._reserve(at, hour)
        for count, slot in enumerate(today.lost):
            number = self._number(f"lost{day}.{count}")
            opening = Opening(
                world.listings[slot].contract.hash, self._place(slot), (self._line(world.listings[slot]),)
            )
            yield Deed("order", number, OPEN, hour, opening=opening)
            yield Deed("order", number, "refuse", hour, PAID)
        for at in today.shipped:
            yield from self._ship(at, day, hour)

    def afternoon(self, day: int) -> Iterator[Deed]:
        """Deliveries, lateness, returns, fines; then payouts."""
        world, today, hour = self.world, self.world.days[day], at_hour(self.world, day, AFTERNOON)
        for at in today.delivered:
            yield Deed("order", self._order_number(at), "deliver", hour)
        for at in today.shipped:
            yield from self._missed(at, (day - world.sales[at].day) * DAY_MINUTES, hour)
        for at in today.seen_to:
            yield from self._missed(at, world.sales[at].late_minutes, hour)
        for at in today.returned:
            yield from self._take_back(at, hour)
        for at in today.faulty:
            number, fact = self._order_number(at), {"fact": "quality_incident"}
            yield Deed("violation", number, OPEN, hour, fact, self._opening_of(at))
            yield Deed("violation", number, "accept", hour)
            yield Deed("violation", number, "charge", hour, {**fact, **PAID})
        hour = at_hour(world, day, BANK_HOUR)
        for at in self.settles.pop(day, []):
            yield Deed("order", self._order_number(at), "settle", hour)
        for at in self.releases.pop(day, []):
            yield Deed("order", self._order_number(at), "release", hour)

    def evening(self, day: int, diary: Diary) -> Iterator[Deed]:
        """On the last day of a week its bills, from what the ledger says of its days; at the end the deposits."""
        world, hour = self.world, at_hour(self.world, day, EVENING)
        last = len(world.days) - 1
        if day % 7 == 6 or day == last:
            yield from week_bills(world, day, diary, hour)
        for at, listing in enumerate(world.listings):
            if day == last and listing.deposit_minor:
                deposit = {"deposit_minor": listing.deposit_minor}
                yield Deed("store", self._number(f"store{at}"), "close", hour, deposit)

    def _number(self, serial: str) -> str:
        return f"{self.world.name}/{serial}"

    def _order_number(self, at: int) -> str:
        return self._number(f"{at:06d}")

    def _place(self, listing: int) -> str:
        option = self.world.option
        return place_name(option, option.places[option.listings[listing].place])

    def _line(self, listing: DrawnListing) -> Line:
        """One unit of the product as the listing offers it; to customs it is worth what the buyer pays."""
        option = self.world.option
        return Line(
            option.sku, 1, listing.retail_price_minor, listing.supply_price_minor, option.unit_weight_g,
            option.unit_volume_cm3,
        )  # fmt: skip

    def _opening_of(self, at: int) -> Opening:
        """A document about the same goods as order ``at``."""
        slot = self.world.sales[at].listing
        listing = self.world.listings[slot]
        return Opening(listing.contract.hash, self._place(slot), (self._line(listing),))

    def _reserve(self, at: int, hour: int) -> Deed:
        made = {MADE: True} if self.world.sales[at].is_made else {}
        return Deed("order", self._order_number(at), "reserve", hour, made)

    def _ship(self, at: int, day: int, hour: int) -> Iterator[Deed]:
        """Packed and shipped; from now on it is known when its money comes."""
        sale, number = self.world.sales[at], self._order_number(at)
        listing = self.world.listings[sale.listing]
        work = {"work_minor": listing.parcel_minor} if listing.parcel_minor else {}
        yield Deed("order", number, "pack", hour)
        yield Deed("order", number, "ship", hour, work)
        trigger = listing.contract.settings.get(SettingName.SETTLEMENT_TRIGGER, "")
        counts_from = day if trigger == "shipped" else day + listing.delivery_days + sale.confirm_days
        stops = listing.stops if listing.stops >= 0 else NEVER_STOPS
        payout = payout_of(listing.contract, counts_from, sale.lag_days, 0, stop_day=stops)
        self.settles[payout.paid_on].append(at)
        self.releases[payout.released_on].append(at)

    def _missed(self, at: int, elapsed: int, hour: int) -> Iterator[Deed]:
        """Every clock that an order missed which took so many minutes, once it has missed the shortest."""
        contract = self.world.listings[self.world.sales[at].listing].contract
        for name, minutes in order_clocks(contract):
            if elapsed > minutes:
                late = {"deadline": name, "minutes_late": elapsed - minutes, **PAID}
                yield Deed("order", self._order_number(at), "miss", hour, late, key=name)

    def _take_back(self, at: int, hour: int) -> Iterator[Deed]:
        """The buyer sends it back and gets the money; what is sold again is sorted on the following morning."""
        sale, number = self.world.sales[at], self._order_number(at)
        listing, reason = self.world.listings[sale.listing], {"reason": sale.reason.name.lower()}
        work = {"work_minor": listing.return_minor} if listing.return_minor else {}
        yield Deed("return", number, OPEN, hour, reason, self._opening_of(at))
        yield Deed("return", number, "accept", hour)
        yield Deed("return", number, "send_back", hour)
        yield Deed("return", number, "receive", hour, {**work, **PAID})
        if not sale.is_resold:
            yield Deed("return", number, "inspect", hour, {"outcome": "scrap"})
        yield Deed("return", number, "refund", hour, PAID)
