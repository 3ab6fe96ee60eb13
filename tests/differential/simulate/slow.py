"""The day of docs/rooms/simulate.md written a second time: slow, unit by unit, in Python integers and Fractions.

Shares with the simulator only the addresses of its draws; counts come from scipy, charges from the reference. What is
drawn lies in `slow_luck`, how much is ordered in `slow_policy`.
"""

import math
from collections import defaultdict
from fractions import Fraction
from types import SimpleNamespace

from scipy import stats

from differential.simulate.slow_luck import MILLION, Luck, half_up, minor_of, season_at
from differential.simulate.slow_policy import orders
from tuoguan.contracts.reference import assess_reference
from tuoguan.contracts.schema import QuantityName as Q
from tuoguan.foundation.facts import Fact, FactKind, Reason
from tuoguan.foundation.fx import load_fx
from tuoguan.foundation.ids import address
from tuoguan.foundation.random import Stream
from tuoguan.simulate import Component as C
from tuoguan.simulate import PolicyKind

FX = load_fx(20_000)
PRICED: dict[tuple, dict] = {}  # what the reference made of a contract's fact; hundreds of units share one answer
UNDER = {
    FactKind.UNITS_RETURNED: C.RETURNS, FactKind.REFUND_ISSUED: C.RETURNS, FactKind.DEADLINE_MISSED: C.PENALTIES,
    FactKind.QUALITY_INCIDENT: C.PENALTIES, FactKind.STOCK_OUT: C.PENALTIES, FactKind.LISTING_OPENED: C.SET_UP,
}  # fmt: skip


class Slow:
    """One option on one path; `play` tells everything that happened."""

    def __init__(self, scenario, demand, index, path):
        self.s, self.o, self.demand = scenario, scenario.options[index], demand
        self.luck = Luck(scenario, demand, self.o, path)
        self.horizon = scenario.horizon_days
        self.cash, self.bridge, self.minutes = defaultdict(int), defaultdict(int), defaultdict(int)
        self.facts, self.tally = [], defaultdict(int)
        self.bought, self.sent = defaultdict(int), defaultdict(int)  # units by week; by place, lane and week
        self.live = [self.luck.listing(at, row) for at, row in enumerate(self.o.listings)]
        self.sites = [self.site(at, place) for at, place in enumerate(self.o.places)]
        for day, units in self.o.on_order:
            self.sites[0].coming[day] += units
        self.cost = self.luck.once(self.o.unit_cost, self.luck.sku)
        self.salvage = self.luck.once(self.o.salvage, 0, self.luck.market)
        self.overlap = self.luck.once(self.s.overlap, 0) / MILLION

    def site(self, at, place):
        """A place with what lies there (lots of [day it came, units]) and what is under way (units by day)."""
        mine = [live for live in self.live if live.place == at]
        lanes = [place.lane] if place.fast_lane is None else [place.lane, place.fast_lane]
        leads = [self.o.supplier_lead_days.value + lane.lead_days.value for lane in lanes]
        keeper = mine[0] if mine else self.live[0]
        free = [entry.free_days for entry in keeper.entries.values() if entry.on == "stock_held"]
        on_hand = self.o.on_hand if at == 0 else 0
        return SimpleNamespace(
            at=at, place=place, lanes=lanes, leads=leads, mine=mine, keeper=keeper, last=[0, 0], slot=-1, paid=0,
            ages=sorted({0, *free}) if free else [], lots=[[0, on_hand]] if on_hand else [], coming=defaultdict(int),
            first=max(0, min(live.start for live in mine) - leads[0]) if mine else self.horizon,
            end=min(self.horizon, max(live.stop for live in mine)) if mine else 0,
            held=defaultdict(int), ordered=0, jit=place.policy.kind is PolicyKind.JIT,
            answers=self.luck.shock_day + self.luck.once(keeper.row.answer_days, keeper.home),
        )  # fmt: skip

    # Money

    def pay(self, component, day, minor):
        self.bridge[component] += minor
        self.cash[day] += minor

    def price(self, live, kind, day, quantity=1, orders=1, customs=None, **given):
        """Enter what the contract makes of a fact in the profit; its sum, which the caller pays on its day."""
        fact = Fact(
            kind, self.s.start_on + day, "USD", quantity, orders, orders, orders, live.retail, live.supply,
            self.o.unit_weight_g, self.o.unit_volume_cm3,
            customs_value_minor=live.retail if customs is None else customs, **given,
        )  # fmt: skip
        key = (live.priced, fact.vector(), fact.deadline)
        if key not in PRICED:
            PRICED[key] = assess_reference(live.book, fact, live.contract.on, "USD", FX)
        for term, minor in PRICED[key].items():
            self.bridge[UNDER.get(kind, live.kind[term])] += minor
        total = sum(PRICED[key].values())
        self.facts.append((fact, live.at, total))
        return total

    def charge(self, live, kind, day, quantity=1, **given):
        self.cash[day] += self.price(live, kind, day, quantity, **given)

    def frozen(self, live, day):
        """The day money due on ``day`` is really paid out: it waits once the contract has stopped."""
        if live.stop is math.inf or day < live.stop:
            return day
        return max(day, live.stop + live.quantity(Q.FREEZE_DAYS))

    def payout_day(self, live, day, trigger):
        lag = self.luck.drawn(live.lag, Stream.PAYOUT_LAG, (day * 8 + live.at) * 8) if live.lag else 0
        paid = trigger + lag + live.quantity(Q.TRANSFER_DAYS)
        grid = live.quantity(Q.SETTLEMENTS_PER_MONTH)
        step = max(1, 30 // grid) if grid else 1
        return self.frozen(live, math.ceil(Fraction(paid, step)) * step)

    # Stock

    def add(self, site, day, units):
        if units:
            site.lots.append([day, units])

    def on_hand(self, site):
        return sum(units for _, units in site.lots)

    def take_one(self, site):
        site.lots[0][1] -= 1
        if not site.lots[0][1]:
            site.lots.pop(0)

    def buy(self, site, day, units, lane_index=0):
        """One stock order: pays for it and returns the day it arrives."""
        o, luck, lane = self.o, self.luck, site.lanes[lane_index]
        ready = day + luck.drawn(o.supplier_lead_days, Stream.SUPPLIER_LEAD, day)
        home = address(f"{lane.mode}:{o.market}")
        arrival = ready + luck.drawn(lane.lead_days, Stream.LANE_LEAD, day, home, 0)
        if not lane.may_cross:
            arrival = site.last[lane_index] = max(site.last[lane_index], arrival)
        fx = MILLION
        if o.cost_currency not in ("", "USD"):
            fx = luck.walk(address(o.cost_currency), Stream.FX, self.s.fx_month_sd, day)
        goods = half_up(Fraction(self.cost * units * fx, MILLION * 10_000))
        cm3 = o.unit_volume_cm3 * units
        freight = self.freight(lane, home, o.unit_weight_g * units, cm3, ready)
        duty = half_up(Fraction(goods * luck.once(o.duty_ad_valorem, 0, luck.market), MILLION))
        received = minor_of(Fraction(luck.once(site.place.receive_cbm, 0, luck.market) * cm3, MILLION))
        self.bought[day // 7] += units
        if ready < self.horizon:
            self.sent[site.at, lane_index, ready // 7] += units
        self.pay(C.GOODS, day, -goods)
        self.pay(C.FIRST_LEG, ready, -freight)
        self.pay(C.DUTY, arrival, -duty)
        self.pay(C.STORAGE, arrival, -received)
        self.minutes[day] += luck.once(site.keeper.row.minutes_stock_order, 0, luck.market)
        site.paid += goods + freight + duty + received - self.tell_contract(site, day, arrival, units)
        site.ordered += units
        return arrival

    def freight(self, lane, home, grams, cm3, ready):
        if lane.divisor_cm3_per_kg:
            grams = max(grams, math.ceil(Fraction(cm3 * 1000, lane.divisor_cm3_per_kg)))
        micro = half_up(Fraction(self.luck.once(lane.per_kg, home) * grams, 1000))
        micro += half_up(Fraction(self.luck.once(lane.per_cbm, home) * cm3, MILLION))
        walk = self.luck.walk(home, Stream.FREIGHT, self.s.freight_month_sd, ready)
        return max(lane.minimum_minor, minor_of(Fraction(micro * walk, MILLION)))

    def tell_contract(self, site, day, arrival, units):
        """What the keeper's contract charges on a stock order; the sum."""
        live, total, customs = site.keeper, 0, minor_of(self.cost)
        if not site.place.owner_is_seller:
            placed = self.price(live, FactKind.STOCK_ORDER_PLACED, day, units, customs=customs)
            self.cash[day] += placed
            paid = self.payout_day(live, day, arrival) if live.trigger == "inbound" else arrival
            inbound = self.price(live, FactKind.UNITS_INBOUND, arrival, units, customs=customs)
            self.cash[paid] += inbound
            total += placed + inbound
        if live.regime == "bulk":
            bulk = self.price(live, FactKind.BULK_IMPORTED, arrival, units, customs=customs)
            self.cash[arrival] += bulk
            total += bulk
        return total

    def arrive(self, site, day, arrival, units):
        if arrival == day:
            self.add(site, day, units)
        else:
            site.coming[arrival] += units

    # Demand and sales

    def weights(self, day):
        """Mean of every listing on the day: nought when not live, less the overlap for all but the strongest."""
        level = self.luck.level
        if self.s.actual is None:
            level *= season_at(self.demand, self.s, self.o.series, day)
        if day >= self.luck.shock_day:
            level *= self.luck.shock_factor / MILLION
        means = [level * live.factor if live.start <= day < live.stop else 0.0 for live in self.live]
        top = max(range(len(means)), key=lambda at: (means[at], -at))
        return [mean if at == top else mean * (1 - self.overlap) for at, mean in enumerate(means)]

    def expected(self, site, day):
        """Units a day at season 1 that one would expect the place to sell: every number at its most likely value."""
        means = [live.expected if live.start <= day < live.stop else 0.0 for live in self.live]
        top = max(range(len(means)), key=lambda at: (means[at], -at))
        kept = 1 - self.s.overlap.value / MILLION
        mine = {live.at for live in site.mine}
        return sum(mean if at == top else mean * kept for at, mean in enumerate(means) if at in mine)

    def buyers(self, day):
        """The listings that the day's buyers chose, in the order they came."""
        weights, dispersion = self.weights(day), self.demand.dispersion[self.o.series]
        mean, u = sum(weights), self.luck.u(Stream.DEMAND, day)
        if mean <= 0:
            return
        if self.s.actual is not None:
            units = math.floor(mean * int(self.s.actual[self.o.series, day]) + u)
        elif dispersion > 1:
            units = int(stats.nbinom.ppf(u, mean / (dispersion - 1), 1 / dispersion))
        else:
            units = int(stats.poisson.ppf(u, mean))
        for buyer in range(units):
            point, at = self.luck.u(Stream.REACH, day * 65536 + buyer) * mean if len(weights) > 1 else 0.0, 0
            while at < len(weights) - 1 and point >= weights[at]:
                point -= weights[at]
                at += 1
            while weights[at] <= 0:
                at -= 1
            yield self.live[at]

    def sell(self, day):
        sold, missing = [], defaultdict(int)
        for live in self.buyers(day):
            site, number = self.sites[live.place], live.demanded
            live.demanded += 1
            self.tally["demanded"] += 1
            if site.lots:
                self.take_one(site)
                sold.append((live, site, number, False))
            elif site.jit:
                missing[site.at] += 1
                sold.append((live, site, number, True))
            else:
                self.charge(live, FactKind.STOCK_OUT, day)
        ready = {}
        for at, units in sorted(missing.items()):
            whole = math.ceil(Fraction(max(units, self.o.moq), self.o.carton)) * self.o.carton
            ready[at] = self.buy(self.sites[at], day, whole)
            self.arrive(self.sites[at], day, ready[at], whole - units)
        for live, site, number, made in sold:
            self.deliver(live, day, number, self.packed(site, ready[site.at] if made else day))

    def packed(self, site, ready):
        """The shipping day of the next unit in order of sale."""
        most = site.place.handling_per_day if site.place.owner_is_seller else 0
        if not most:
            return ready
        site.slot = max(ready * most, site.slot + 1)
        return site.slot // most

    def deliver(self, live, day, number, shipped):
        """One unit sold on ``day``: everything that follows from it."""
        row, luck, delivered = live.row, self.luck, shipped + live.days
        self.tally["sold"] += 1
        self.tally["delivery_days"] += delivered - day
        self.minutes[day] += luck.once(row.minutes_order, 0, luck.market)
        work = luck.once(row.pick_order, 0, luck.market) + luck.once(row.label_parcel, 0, luck.market)
        self.pay(C.LAST_MILE, shipped, -minor_of(work))
        net = self.price(live, FactKind.ORDER_PLACED, day) + self.price(live, FactKind.UNITS_SHIPPED, shipped)
        if live.regime == "parcel":
            net += self.price(live, FactKind.PARCEL_IMPORTED, shipped)
        net += self.price(live, FactKind.UNITS_DELIVERED, delivered)
        trigger = shipped if live.trigger == "shipped" else delivered
        if live.trigger == "received":
            wait = luck.u(Stream.PAYOUT_LAG, (day * 8 + live.at) * 8 + 1)
            trigger += math.floor(wait * live.quantity(Q.SETTLEMENT_FALLBACK_DAYS))
        paid = self.payout_day(live, day, trigger)
        reserve = half_up(Fraction(max(0, net) * live.quantity(Q.RESERVE_SHARE), MILLION))
        self.cash[paid] += net - reserve
        self.cash[self.frozen(live, paid + live.quantity(Q.RESERVE_DAYS))] += reserve
        self.charge(live, FactKind.PAYOUT_SENT, paid)
        self.be_late(live, day, number, shipped)
        self.take_back(live, number, delivered)
        if live.marks[Stream.QUALITY].at(number) is not None:
            on = delivered + live.quantity(Q.PENALTY_DELAY_DAYS)
            self.charge(live, FactKind.QUALITY_INCIDENT, on, reason=Reason.QUALITY)

    def be_late(self, live, day, number, shipped):
        """Every clock that the unit missed, by shipping late or, if it did not, by its mark."""
        word = live.marks[Stream.LATE].at(number)
        if not live.clocks:
            return
        clocks = [minutes for _, minutes in live.clocks]
        elapsed = (shipped - day) * 1440
        if elapsed <= min(clocks):
            if word is None:
                return
            beyond = self.luck.drawn(self.s.lateness_minutes, Stream.LATE, word + 1)
            self.tally["delivery_days"] += math.ceil(Fraction(beyond, 1440))
            elapsed = min(clocks) + beyond
        self.tally["late"] += 1
        known = day + math.ceil(Fraction(elapsed, 1440))
        for name, clock in live.clocks:
            if clock < elapsed:
                self.charge(live, FactKind.DEADLINE_MISSED, known, minutes_late=elapsed - clock, deadline=name)

    def take_back(self, live, number, delivered):
        word = live.marks[Stream.RETURNS].at(number)
        if word is None:
            return
        luck = self.luck
        on = delivered + 1 + math.floor(luck.u(Stream.RETURNS, word + 1) ** 2 * live.quantity(Q.RETURN_WINDOW_DAYS, 30))
        fault = luck.u(Stream.RETURNS, word + 2) < luck.once(self.s.quality_returns, 0) / MILLION
        reason = Reason.QUALITY if fault else Reason.CHANGE_OF_MIND
        self.charge(live, FactKind.UNITS_RETURNED, on, reason=reason)
        self.charge(live, FactKind.REFUND_ISSUED, on, reason=reason)
        self.pay(C.RETURNS, on, -minor_of(luck.once(live.row.return_unit, 0, luck.market)))
        self.tally["returned"] += 1
        if luck.u(Stream.RETURNS, word + 3) < live.quantity(Q.RESALE_SHARE) / MILLION:
            self.tally["resold"] += 1
            self.sites[live.place].coming[on + 1] += 1

    # The days

    def play(self):
        """Every day in order, then the end; what happened."""
        self.open()
        stock, volume = [], defaultdict(int)
        for day in range(self.horizon):
            for site in self.sites:
                self.add(site, day, site.coming.pop(day, 0))
                if site.first <= day < site.end and not site.jit:
                    for lane_index, units in orders(self, site, day):
                        self.arrive(site, day, self.buy(site, day, units, lane_index), units)
            mine = sum(self.on_hand(site) for site in self.sites if site.place.owner_is_seller)
            volume[day // 7] = max(volume[day // 7], mine * self.o.unit_volume_cm3)
            self.sell(day)
            for site in self.sites:
                for came, units in site.lots:
                    site.held[max((age for age in site.ages if age <= day - came), default=0)] += units
            stock.append([self.on_hand(site) for site in self.sites])
            if day % 7 == 6 or day == self.horizon - 1:
                self.end_week(day)
        self.end()
        days, weeks = range(self.horizon), range(-(-self.horizon // 7))
        return SimpleNamespace(
            component=[self.bridge[part] for part in C], cash=[self.cash[day] for day in days], stock=stock,
            minutes=[self.minutes[day] for day in days], facts=self.facts, tally=self.tally, slow=self,
            volume=[volume[week] for week in weeks], profit=sum(self.bridge.values()),
            ordered=sum(site.ordered for site in self.sites), bought=[self.bought[week] for week in weeks],
            sent=[[self.sent[site.at, lane, week] for week in weeks] for site in self.sites for lane in range(2)],
        )  # fmt: skip

    def open(self):
        opening = self.o.on_hand + sum(units for _, units in self.o.on_order)
        self.bridge[C.GOODS] -= half_up(Fraction(minor_of(self.cost * opening) * self.salvage, MILLION))
        for live in self.live:
            if live.row.live_after_days.high > 0:
                deposit = half_up(Fraction(live.quantity(Q.DEPOSIT) * self.s.deposit_ppm, MILLION))
                deposit = deposit if live.row.opens_store else 0
                self.cash[0] -= deposit
                self.cash[self.horizon - 1] += deposit
                if live.start < self.horizon:
                    self.charge(live, FactKind.LISTING_OPENED, live.start, 0, orders=0)

    def end_week(self, day):
        """Bill storage by the week's unit-days, and the week's staff time, rounded once each."""
        for site in self.sites:
            if site.place.owner_is_seller:
                rate = self.luck.once(site.place.storage_cbm_day, 0, self.luck.market)
                micro = Fraction(rate * sum(site.held.values()) * self.o.unit_volume_cm3, MILLION)
                self.pay(C.STORAGE, day, -minor_of(micro))
            else:
                for age in site.ages:
                    if site.held[age]:
                        customs = minor_of(self.cost)
                        held = site.held[age]
                        self.charge(site.keeper, FactKind.STOCK_HELD, day, held, days_held=age, customs=customs)
            site.held.clear()
        first = day // 7 * 7
        for live in self.live:
            if live.start <= day and live.stop > first:
                self.minutes[day] += self.luck.once(live.row.minutes_week, 0, self.luck.market)
        milli = sum(self.minutes[each] for each in range(first, day + 1))
        self.pay(C.LABOR, day, -half_up(Fraction(milli * self.s.wage_per_hour_minor, 60_000)))

    def end(self):
        """Value what is left, and charge the capital tied up."""
        weights, days = self.weights(self.horizon - 1), self.s.terminal_cover_days
        if self.s.actual is not None:
            following = int(sum(self.s.actual[self.o.series, self.horizon :]))
            weights, days = [weight * following for weight in weights], 1
        for site in self.sites:
            units = self.on_hand(site) + sum(site.coming.values())
            living = [live for live in site.mine if live.start < self.horizon <= live.stop]
            mean = sum(weights[live.at] for live in living)
            kept = min(units, math.floor(mean * days)) if living else 0
            landed = min(kept, site.ordered)
            worth = Fraction(max(0, site.paid) * landed, max(1, site.ordered)) + minor_of(self.cost * (kept - landed))
            share, last = self.salvage, max(site.mine, key=lambda live: (live.stop, -live.at), default=None)
            if last and last.stop < self.horizon:
                share = last.quantity(Q.SALVAGE_SHARE, self.salvage)
            rest = half_up(Fraction(minor_of(self.cost * (units - kept)) * share, MILLION))
            self.bridge[C.TERMINAL_STOCK] += half_up(worth) + rest
        balance = tied = 0
        for day in range(self.horizon):
            balance += self.cash[day]
            tied += max(0, -balance)
        self.bridge[C.CAPITAL] -= half_up(Fraction(tied * self.s.capital_rate_ppm_year, 365 * MILLION))
