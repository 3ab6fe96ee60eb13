"""What is drawn on one path, each number at the address that docs/rooms/simulate.md gives it."""

import math
from fractions import Fraction
from types import SimpleNamespace

import msgspec
from scipy import stats

from tuoguan.contracts import Uncertain
from tuoguan.contracts.kernels import draw_value
from tuoguan.contracts.schema import DeadlineEntry, SettingName
from tuoguan.contracts.schema import QuantityName as Q
from tuoguan.foundation.facts import FactKind
from tuoguan.foundation.ids import address
from tuoguan.foundation.kernels import u01
from tuoguan.foundation.random import Stream
from tuoguan.foundation.rates import format_ppm
from tuoguan.simulate import Component as C
from tuoguan.simulate.layout_contracts import component_of

MILLION = 1_000_000


def half_up(value):
    """The whole number next to the value, ties away from nought."""
    whole = math.floor(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


def minor_of(micro):
    """Cents of micro-dollars: to whole micros, then to whole cents."""
    return half_up(Fraction(half_up(Fraction(micro)), 10_000))


def season_at(demand, scenario, series, day):
    """The season's multiplier; a day past the fitted season is read one or more years earlier."""
    season = demand.season[demand.profile[series]]
    at = scenario.start_on + day - demand.start_on
    while at > len(season) - 1 and len(season) > 1:
        at -= 365
    return float(season[max(0, min(at, len(season) - 1))])


def in_currency(entry, record, currency):
    """The entry with its amounts as they were converted when the contract was compiled."""
    if entry.currency in (None, currency):
        return entry
    cents = {"minimum": "minimum_minor", "basis_cap": "basis_cap_minor", "value_from": "value_from_minor",
             "value_to": "value_to_minor"}  # fmt: skip
    said = {name: format_ppm(int(record[column]) * 10_000) for name, column in cents.items()}
    said["maximum"] = format_ppm(int(record["maximum_micro"]))
    said = {name: text for name, text in said.items() if getattr(entry, name) is not None}
    return msgspec.structs.replace(entry, currency=currency, **said)


class Marks:
    """Which units of a listing are marked: the gaps between marks are geometric, drawn one by one."""

    def __init__(self, luck, stream, slot, share):
        self.luck, self.stream, self.slot, self.share = luck, stream, slot, share
        self.mark, self.unit = -1, -1

    def word(self, mark):
        return (mark * 8 + self.slot) * 8

    def at(self, number):
        """The word of the mark on unit ``number``, None when it has none; numbers never fall from call to call."""
        if self.share >= 1:
            return self.word(number)
        if self.share <= 0:
            return None
        while self.unit < number:
            self.mark += 1
            u = self.luck.u(self.stream, self.word(self.mark))
            self.unit += 1 + math.floor(math.log(u) / math.log(1 - self.share))
        return self.word(self.mark) if self.unit == number else None


class Luck:
    """The uniform numbers of one option on one path, and what is drawn from them once."""

    def __init__(self, scenario, demand, option, path):
        self.s, self.o = scenario, option
        self.mirror = scenario.antithetic and path % 2 == 1
        self.path = path - 1 if self.mirror else path
        self.sku, self.market = address(option.sku), address(option.market)
        shape = demand.level_shape[option.series]
        self.level = demand.level_mean[option.series]
        if shape < 1e8:
            self.level *= float(stats.gamma.ppf(self.u(Stream.LEVEL, 0), shape) / shape)
        rate = self.once(scenario.shocks_per_year, 0)
        self.shock_day = math.inf
        if scenario.actual is not None:
            self.level = 1.0
        elif rate:
            self.shock_day = max(1, math.ceil(-math.log(self.u(Stream.SHOCK, 0)) * 365e6 / rate))
        self.shock_factor = self.once(scenario.shock_factor, self.sku, self.market)

    def at(self, first, second, stream, word):
        """The uniform number of an address; odd paths mirror the one before where the scenario is antithetic."""
        drawn = u01(self.s.seed, self.path, first, second, stream, word)
        return 1 - drawn if self.mirror else drawn

    def u(self, stream, word):
        return self.at(self.sku, self.market, stream, word)

    def once(self, term, first, second=0):
        if term.low == term.high:
            return term.value
        u = self.at(first, second, term.stream, 0)
        return int(draw_value(term.low, term.value, term.high, term.distribution, u))

    def drawn(self, term, stream, word, first=None, second=None):
        """A number drawn anew for every word, at the product and market unless another address is given."""
        u = self.u(stream, word) if first is None else self.at(first, second, stream, word)
        return int(draw_value(term.low, term.value, term.high, term.distribution, u))

    def walk(self, home, stream, sd, day):
        """The multiplier of a walk on the day, in ppm: its log moves every 30 days."""
        sd, log = self.once(sd, 0) / MILLION, 0.0
        for month in range(1, day // 30 + 1):
            log += sd * stats.norm.ppf(self.at(home, 0, stream, month)) - sd * sd / 2
        return math.floor(math.exp(log) * 1e6 + 0.5)

    def listing(self, at, row):
        """A listing with everything that is drawn for it once."""
        o, contract, home = self.o, row.contract, address(row.contract.id)

        def quantity(name, default=0):
            term = contract.quantities.get(name)
            return default if term is None else self.once(term, home)

        retail = self.once(row.retail_price, home)
        supply = row.supply_price_minor
        if supply < 0:
            supply = half_up(Fraction(retail * (MILLION - self.once(row.spread, home)), MILLION))
        days, stop = self.once(row.delivery_days, home), math.inf
        rate = quantity(Q.REGIME_CHANGES_PER_YEAR)
        if rate:
            stop = int(-math.log(self.at(home, 0, Stream.REGIME, 0)) * 365e6 / rate)
        likely = row.retail_price.value, row.delivery_days.value
        factor = self.pull(self.once, row, home, retail, days)
        expected = self.pull(lambda term, *where: term.value, row, home, *likely)
        entries, kinds, values = self.terms(contract, home)
        placed = [SimpleNamespace(entry=entry, key=key) for key, entry in entries.items()]
        for term in contract.deadlines:
            entry = DeadlineEntry(name=term.name, duty=term.duty, starts=FactKind(term.starts).name.lower(), hours="1")
            placed.append(SimpleNamespace(entry=entry, key=(term.name, -1)))
        shares = {
            Stream.RETURNS: self.once(o.return_rate, self.sku, self.market), Stream.LATE: quantity(Q.LATE_RATE),
            Stream.QUALITY: quantity(Q.QUALITY_INCIDENT_RATE),
        }  # fmt: skip
        return SimpleNamespace(
            at=at, row=row, contract=contract, home=home, quantity=quantity, retail=retail, supply=supply, days=days,
            stop=stop, factor=factor, expected=expected, start=self.once(row.live_after_days, home), place=row.place,
            entries=entries, kind=kinds, values=values, clocks=self.clocks(contract, home), demanded=0,
            lag=contract.quantities.get(Q.SETTLEMENT_LAG_DAYS),
            book=SimpleNamespace(id=contract.id, placed=placed), priced=(contract.hash, repr(entries)),
            trigger=contract.settings.get(SettingName.SETTLEMENT_TRIGGER, "delivered"),
            regime=contract.settings.get(SettingName.CUSTOMS_REGIME, "none"),
            marks={stream: Marks(self, stream, at, share / MILLION) for stream, share in shares.items()},
        )  # fmt: skip

    def pull(self, value, row, home, retail, days):
        """What the mean of the history is multiplied by; ``value`` says what to take for a number with a range."""

        def feel(days):
            return max(days, 7) - 0.25 * max(0, 7 - days)

        factor = value(row.reach, home) / 1e6 * (value(row.visibility, home) / 1e6)
        factor *= (retail / self.o.retail_price_today_minor) ** (value(self.o.elasticity, 0, self.market) / 1e6)
        speed = value(self.o.speed_response, 0, self.market) / 1e6
        return factor * (1 + speed) ** (feel(self.o.delivery_days_today) - feel(days))

    def terms(self, contract, home):
        """The charges with their drawn rate or amount, the component of each, and what was drawn."""
        entries, kinds, values = {}, {}, {}
        for record, entry in zip(contract.charges, contract.terms, strict=True):
            low, mode, high, shape = (int(record[name]) for name in ("low", "value", "high", "distribution"))
            term = Uncertain(mode, low, high, shape, int(record["stream"]), entry.evidence, ())
            key = entry.name, entry.step
            values[key] = self.once(term, home)
            kinds[key] = list(C)[component_of(entry)]
            which = "rate" if entry.rate is not None else "amount"
            entries[key] = msgspec.structs.replace(
                in_currency(entry, record, contract.currency), **{which: format_ppm(values[key])}
            )
        return entries, kinds, values

    def clocks(self, contract, home):
        """(name, minutes) of the clocks that the seller has to keep once somebody has ordered."""
        inbound, found = contract.settings.get(SettingName.INBOUND, ""), []
        for term in contract.deadlines:
            ways = term.inbound
            counts = term.starts == FactKind.ORDER_PLACED
            counts = counts or (term.starts == FactKind.STOCK_ORDER_PLACED and (not ways or inbound in ways))
            if counts and contract.owns(term.duty):
                minutes = math.ceil(Fraction(term.business_days * 7, 5)) * 1440
                found.append((term.name, minutes if term.business_days >= 0 else self.once(term.minutes, home)))
        return found
