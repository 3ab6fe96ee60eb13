"""The day of PRODUCT section 3 written a second time: slow, in Python integers and Fractions, from dated events.

Shares with the simulator only the addresses of its draws; counts come from scipy, charges from the reference.
"""

import math
from collections import defaultdict
from fractions import Fraction
from types import SimpleNamespace

from scipy import stats

from tuoguan.contracts.kernels import draw_value
from tuoguan.contracts.reference import assess_reference
from tuoguan.contracts.schema import QuantityName as Q
from tuoguan.contracts.schema import SettingName
from tuoguan.foundation.facts import Fact, FactKind, Reason
from tuoguan.foundation.fx import load_fx
from tuoguan.foundation.ids import address
from tuoguan.foundation.random import Stream, u01
from tuoguan.simulate import Component as C
from tuoguan.simulate import PolicyKind
from tuoguan.simulate.layout import component_of

FX = {}


def half_up(value: Fraction) -> int:
    whole = math.floor(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


def cents(micro) -> int:
    return half_up(Fraction(half_up(Fraction(micro)), 10_000))


class Slow:
    def __init__(self, scenario, demand, index, path):
        self.s, self.o, self.path = scenario, scenario.options[index], path
        self.sku, self.market, self.horizon = address(self.o.sku), address(self.o.market), scenario.horizon_days
        self.cash, self.bridge = defaultdict(int), defaultdict(int)
        self.milli, self.facts, self.stock, self.outs = defaultdict(int), [], [], 0
        self.coming = [defaultdict(int) for _ in self.o.places]
        self.on_hand = [self.o.on_hand if at == 0 else 0 for at in range(len(self.o.places))]
        self.lots = [[[0, n]] if n else [] for n in self.on_hand]
        self.last = [0] * len(self.o.places)
        self.live = [self.listing(at) for at in range(len(self.o.listings))]
        self.level = demand.level_mean[self.o.series]
        self.dispersion = demand.dispersion[self.o.series]

    def once(self, term, first, second=0):
        if term.low == term.high:
            return term.value
        u = u01(self.s.seed, self.path, first, second, term.stream, 0)
        return draw_value(term.low, term.value, term.high, term.distribution, u)

    def luck(self, stream, slot):
        return u01(self.s.seed, self.path, self.sku, self.market, stream, slot)

    def quantity(self, listing, name, default=0):
        term = listing.contract.quantities.get(name)
        return default if term is None else self.once(term, address(listing.contract.id))

    def listing(self, at):
        row = self.o.listings[at]
        home = address(row.contract.id)
        retail = self.once(row.retail_price, home)
        supply = row.supply_price_minor
        if supply < 0:
            supply = half_up(Fraction(retail * (1_000_000 - self.once(row.spread, home)), 1_000_000))
        days = self.once(row.delivery_days, home)
        rate, stop = self.quantity(row, Q.REGIME_CHANGES_PER_YEAR), self.horizon
        if rate:
            stop = int(min(stop, -math.log(u01(self.s.seed, self.path, home, 0, Stream.REGIME, 0)) * 365e6 / rate))
        feel = lambda d: max(d, 7) - 0.25 * max(0, 7 - d)  # noqa: E731
        factor = self.once(row.reach, home) / 1e6 * (self.once(row.visibility, home) / 1e6)
        factor *= (retail / self.o.retail_price_today_minor) ** (self.once(self.o.elasticity, 0, self.market) / 1e6)
        speed = self.once(self.o.speed_response, 0, self.market) / 1e6
        factor *= (1 + speed) ** (feel(self.o.delivery_days_today) - feel(days))
        entries = [SimpleNamespace(entry=entry, key=(entry.name, entry.step)) for entry in row.contract.terms]
        book = SimpleNamespace(id=row.contract.id, placed=entries)
        kind = {(entry.name, entry.step): list(C)[component_of(entry)] for entry in row.contract.terms}
        return SimpleNamespace(
            at=at, row=row, contract=row.contract, book=book, kind=kind, retail=retail, supply=supply, days=days,
            stop=stop, factor=factor, start=self.once(row.live_after_days, home), place=row.place,
        )  # fmt: skip

    def pay(self, component, day, minor):
        self.bridge[component] += minor
        self.cash[day] += minor

    def price(
        self, live, kind, day, quantity, orders=None, reason=Reason.ANY, late=0, held=0, customs=None, under=None
    ):
        orders = quantity if orders is None else orders
        fact = Fact(
            kind, self.s.start_on + day, "USD", quantity, orders, orders, orders, live.retail, live.supply,
            self.o.unit_weight_g, self.o.unit_volume_cm3, late, held, live.retail if customs is None else customs,
            reason,
        )  # fmt: skip
        fx = FX.setdefault("table", None) or FX.update(table=load_fx(live.contract.on)) or FX["table"]
        total = 0
        for key, minor in assess_reference(live.book, fact, live.contract.on, "USD", fx).items():
            self.bridge[under or live.kind[key]] += minor
            total += minor
        return total

    def due(self, live, day, trigger):
        term = live.contract.quantities.get(Q.SETTLEMENT_LAG_DAYS)
        lag = 0
        if term is not None:
            lag = term.value
            if term.low < term.high:
                u = self.luck(Stream.PAYOUT_LAG, (day * 8 + live.at) * 8)
                lag = draw_value(term.low, term.value, term.high, term.distribution, u)
        paid = trigger + lag + self.quantity(live.row, Q.TRANSFER_DAYS)
        grid = self.quantity(live.row, Q.SETTLEMENTS_PER_MONTH)
        step = max(1, 30 // grid) if grid else 1
        return math.ceil(Fraction(paid, step)) * step

    def buy(self, at, day, units):
        place, o = self.o.places[at], self.o
        lead = draw_value(*self.bounds(o.supplier_lead_days), self.luck(Stream.SUPPLIER_LEAD, day))
        home = address(f"{place.lane.mode}:{o.market}")
        u = u01(self.s.seed, self.path, home, 0, Stream.LANE_LEAD, day)
        arrival = max(self.last[at], day + lead + draw_value(*self.bounds(place.lane.lead_days), u))
        self.last[at] = arrival
        cost = self.once(o.unit_cost, self.sku)
        self.pay(C.GOODS, day, -cents(cost * units))
        grams, cm3 = o.unit_weight_g * units, o.unit_volume_cm3 * units
        if place.lane.divisor_cm3_per_kg:
            grams = max(grams, math.ceil(Fraction(cm3 * 1000, place.lane.divisor_cm3_per_kg)))
        micro = half_up(Fraction(self.once(place.lane.per_kg, home) * grams, 1000))
        micro += half_up(Fraction(self.once(place.lane.per_cbm, home) * cm3, 1_000_000))
        self.pay(C.FIRST_LEG, day + lead, -max(place.lane.minimum_minor, cents(micro)))
        received = Fraction(self.once(place.receive_cbm, 0, self.market) * cm3, 1_000_000)
        self.pay(C.STORAGE, arrival, -cents(received))
        duty = Fraction(cents(cost * units) * self.once(o.duty_ad_valorem, 0, self.market), 1_000_000)
        self.pay(C.DUTY, arrival, -half_up(duty))
        live = next((live for live in self.live if live.place == at), self.live[0])
        self.milli[day // 7] += self.once(live.row.minutes_stock_order, 0, self.market)
        customs = cents(cost)
        if not place.owner_is_seller:
            self.cash[day] += self.price(live, FactKind.STOCK_ORDER_PLACED, day, units, 1, customs=customs)
            paid = arrival
            if live.contract.settings.get(SettingName.SETTLEMENT_TRIGGER) == "inbound":
                paid = self.due(live, day, arrival)
            self.cash[paid] += self.price(live, FactKind.UNITS_INBOUND, arrival, units, 1, customs=customs)
        if live.contract.settings.get(SettingName.CUSTOMS_REGIME) == "bulk":
            self.cash[arrival] += self.price(live, FactKind.BULK_IMPORTED, arrival, units, 1, customs=customs)
        return arrival

    @staticmethod
    def bounds(term):
        return term.low, term.value, term.high, term.distribution

    def add(self, at, day, units):
        self.on_hand[at] += units
        self.lots[at].append([day, units])

    def remove(self, at, units):
        self.on_hand[at] -= units
        while units:
            taken = min(units, self.lots[at][0][1])
            self.lots[at][0][1] -= taken
            units -= taken
            if not self.lots[at][0][1]:
                self.lots[at].pop(0)

    def binomial(self, stream, slot, trials, share):
        return int(stats.binom.ppf(self.luck(stream, slot), trials, min(1.0, share))) if trials and share > 0 else 0

    def play(self):  # noqa: PLR0912 a day told once from start to end
        o, first = self.o, {}
        for live in self.live:
            if live.row.live_after_days.high > 0:
                deposit = half_up(Fraction(self.quantity(live.row, Q.DEPOSIT) * self.s.deposit_ppm, 1_000_000))
                deposit = deposit if live.row.opens_store else 0
                self.cash[0] -= deposit
                self.cash[self.horizon - 1] += deposit
                if live.start < self.horizon:
                    minor = self.price(live, FactKind.LISTING_OPENED, live.start, 0, under=C.SET_UP)
                    self.cash[live.start] += minor
        for at, place in enumerate(o.places):
            starts = [live.start for live in self.live if live.place == at] or [self.horizon]
            first[at] = max(0, min(self.horizon, *starts) - o.supplier_lead_days.value - place.lane.lead_days.value)
        unit_days = [0] * len(o.places)
        for day in range(self.horizon):
            for at, place in enumerate(o.places):
                came = self.coming[at].pop(day, 0)
                if came:
                    self.add(at, day, came)
                end = max((live.stop for live in self.live if live.place == at), default=0)
                policy = place.policy
                if policy.kind is PolicyKind.JIT or not first[at] <= day < end:
                    continue
                if (day - first[at]) % policy.review_days == 0:
                    wanted = policy.order_up_to - self.on_hand[at] - sum(self.coming[at].values())
                    if wanted > 0:
                        units = math.ceil(Fraction(max(wanted, o.moq), o.carton)) * o.carton
                        arrival = self.buy(at, day, units)
                        if arrival == day:
                            self.add(at, day, units)
                        else:
                            self.coming[at][arrival] += units
            self.sell(day)
            for at, place in enumerate(o.places):
                unit_days[at] += self.on_hand[at]
                live = next((live for live in self.live if live.place == at), self.live[0])
                if not place.owner_is_seller:
                    self.hold(live, at, day)
            self.stock.append(tuple(self.on_hand))
            if day % 7 == 6 or day == self.horizon - 1:
                self.week(day, unit_days)
        return self.close()

    def hold(self, live, at, day):
        ages = sorted({0, *(entry.free_days for entry in live.contract.terms if entry.on == "stock_held")})
        if not any(entry.on == "stock_held" for entry in live.contract.terms):
            return
        customs = cents(self.once(self.o.unit_cost, self.sku))
        for low, high in zip(ages, [*ages[1:], 10**9], strict=True):
            units = sum(n for came, n in self.lots[at] if low <= day - came < high)
            if units:
                self.cash[day] += self.price(live, FactKind.STOCK_HELD, day, units, 1, held=low, customs=customs)

    def week(self, day, unit_days):
        for at, place in enumerate(self.o.places):
            rate = self.once(place.storage_cbm_day, 0, self.market)
            micro = Fraction(rate * unit_days[at] * self.o.unit_volume_cm3, 1_000_000)
            self.pay(C.STORAGE, day, -cents(micro))
            unit_days[at] = 0
        for live in self.live:
            if live.start <= day and live.stop > day // 7 * 7:
                self.milli[day // 7] += self.once(live.row.minutes_week, 0, self.market)
        self.pay(C.LABOR, day, -half_up(Fraction(self.milli[day // 7] * self.s.wage_per_hour_minor, 60_000)))

    def sell(self, day):
        weights = [self.level * live.factor if live.start <= day < live.stop else 0.0 for live in self.live]
        kept = 1.0 - self.once(self.s.overlap, 0) / 1e6
        top = max(range(len(weights)), key=lambda at: (weights[at], -at))
        weights = [weight if at == top else weight * kept for at, weight in enumerate(weights)]
        mean, u = sum(weights), self.luck(Stream.DEMAND, day)
        if mean <= 0:
            return
        if self.dispersion > 1:
            units = int(stats.nbinom.ppf(u, mean / (self.dispersion - 1), 1 / self.dispersion))
        else:
            units = int(stats.poisson.ppf(u, mean))
        got, made, lost = ([0] * len(weights) for _ in range(3))
        for buyer in range(units):
            point, at = self.luck(Stream.REACH, day * 65536 + buyer) * mean, 0
            while len(weights) > 1 and at < len(weights) - 1 and point >= weights[at]:
                point -= weights[at]
                at += 1
            while weights[at] <= 0:
                at -= 1
            place = self.live[at].place
            if self.on_hand[place]:
                self.remove(place, 1)
                self.outs += 1
                got[at] += 1
            elif self.o.places[place].policy.kind is PolicyKind.JIT:
                got[at] += 1
                made[at] += 1
            else:
                lost[at] += 1
        for at, live in enumerate(self.live):
            if got[at]:
                self.deliver(live, day, got[at], made[at])
            if lost[at]:
                self.cash[day] += self.price(live, FactKind.STOCK_OUT, day, lost[at])

    def deliver(self, live, day, units, made):
        row, slot = live.row, (day * 8 + live.at) * 8
        shipped = self.buy(live.place, day, made) if made else day
        delivered = shipped + live.days
        self.milli[day // 7] += units * self.once(row.minutes_order, 0, self.market)
        each = self.once(row.pick_order, 0, self.market) + self.once(row.label_parcel, 0, self.market)
        self.pay(C.LAST_MILE, shipped, -cents(units * each))
        net = self.price(live, FactKind.ORDER_PLACED, day, units) + self.price(
            live, FactKind.UNITS_SHIPPED, shipped, units
        )
        if live.contract.settings.get(SettingName.CUSTOMS_REGIME) == "parcel":
            net += self.price(live, FactKind.PARCEL_IMPORTED, shipped, units)
        net += self.price(live, FactKind.UNITS_DELIVERED, delivered, units)
        trigger = shipped if live.contract.settings.get(SettingName.SETTLEMENT_TRIGGER) == "shipped" else delivered
        paid, share = self.due(live, day, trigger), self.quantity(row, Q.RESERVE_SHARE)
        reserve = half_up(Fraction(net * share, 1_000_000)) if net > 0 else 0
        self.cash[paid] += net - reserve
        self.cash[paid + self.quantity(row, Q.RESERVE_DAYS)] += reserve
        self.cash[paid] += self.price(live, FactKind.PAYOUT_SENT, paid, units)
        late = self.binomial(Stream.LATE, slot, units, self.quantity(row, Q.LATE_RATE) / 1e6)
        if late:
            minutes = draw_value(*self.bounds(self.s.lateness_minutes), self.luck(Stream.LATE, slot + 1))
            known = day + math.ceil(Fraction(minutes, 1440))
            self.cash[known] += self.price(live, FactKind.DEADLINE_MISSED, known, late, late=minutes)
        self.take_back(live, slot, delivered, units)
        hits = self.binomial(Stream.QUALITY, slot, units, self.quantity(row, Q.QUALITY_INCIDENT_RATE) / 1e6)
        if hits:
            on = delivered + self.quantity(row, Q.PENALTY_DELAY_DAYS)
            self.cash[on] += self.price(live, FactKind.QUALITY_INCIDENT, on, hits, reason=Reason.QUALITY)

    def take_back(self, live, slot, delivered, units):
        share = self.once(self.o.return_rate, self.sku, self.market) / 1e6
        back = self.binomial(Stream.RETURNS, slot, units, share)
        if not back:
            return
        window = self.quantity(live.row, Q.RETURN_WINDOW_DAYS, 30)
        on = delivered + 1 + int(self.luck(Stream.RETURNS, slot + 1) ** 2 * window)
        faulty = self.binomial(Stream.RETURNS, slot + 2, back, self.once(self.s.quality_returns, 0) / 1e6)
        for count, reason in ((faulty, Reason.QUALITY), (back - faulty, Reason.CHANGE_OF_MIND)):
            if count:
                for kind in (FactKind.UNITS_RETURNED, FactKind.REFUND_ISSUED):
                    self.cash[on] += self.price(live, kind, on, count, reason=reason, under=C.RETURNS)
        self.pay(C.RETURNS, on, -cents(back * self.once(live.row.return_unit, 0, self.market)))
        exact = back * self.quantity(live.row, Q.RESALE_SHARE) / 1e6
        resold = min(back, int(exact + self.luck(Stream.RETURNS, slot + 3)))
        if resold:
            self.coming[live.place][on + 1] += resold

    def close(self):
        o = self.o
        cost, salvage = self.once(o.unit_cost, self.sku), self.once(o.salvage, 0, self.market)
        self.bridge[C.GOODS] -= half_up(Fraction(cents(cost * o.on_hand) * salvage, 1_000_000))
        for at in range(len(o.places)):
            units, share = self.on_hand[at] + sum(self.coming[at].values()), salvage
            ends = [(live.stop, -live.at, live) for live in self.live if live.place == at]
            if ends and max(ends)[0] < self.horizon:
                share = self.quantity(max(ends)[2].row, Q.SALVAGE_SHARE, salvage)
            self.bridge[C.TERMINAL_STOCK] += half_up(Fraction(cents(cost * units) * share, 1_000_000))
        balance = tied = 0
        for day in range(self.horizon):
            balance += self.cash[day]
            tied += max(0, -balance)
        per_day = half_up(Fraction(tied, 365))
        self.bridge[C.CAPITAL] -= half_up(Fraction(per_day * self.s.capital_rate_ppm_year, 1_000_000))
        return [self.bridge[part] for part in C], [self.cash[day] for day in range(self.horizon)], self.stock
