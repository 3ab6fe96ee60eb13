"""Options as flat integer tables that the kernel reads; every distinct uncertain number stands once, with its address.

Hides names and objects. Keeps the invariant that a draw's address depends on what the number is (contract, lane,
market, product), never on the option's place in the scenario, so that options which share an unknown share its luck.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from tuoguan.contracts import (
    ChargeEntry,
    ChargeKind,
    Compiled,
    DeadlineTerm,
    Distribution,
    Evidence,
    QuantityName,
    SettingName,
    Uncertain,
)
from tuoguan.demand import Demand
from tuoguan.foundation.facts import FactKind
from tuoguan.foundation.ids import address as address_of
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.foundation.parties import Duty
from tuoguan.foundation.random import Stream
from tuoguan.simulate.columns import kernels as col
from tuoguan.simulate.counts.kernels import level_by_path
from tuoguan.simulate.draws import kernels as draws
from tuoguan.simulate.scenario import Component, Listing, Option, Place, PolicyKind, Scenario

Ints = npt.NDArray[np.int64]
address = lru_cache(maxsize=200_000)(address_of)  # a catalogue names its products and markets again and again

COMPONENT_BY_KIND = {
    ChargeKind.REVENUE: Component.REVENUE, ChargeKind.COMMISSION: Component.COMMISSION,
    ChargeKind.SERVICE: Component.PLATFORM_FEES, ChargeKind.PROMOTION: Component.PLATFORM_FEES,
    ChargeKind.TAX: Component.PLATFORM_FEES, ChargeKind.ENVIRONMENT: Component.PLATFORM_FEES,
    ChargeKind.PAYOUT: Component.PLATFORM_FEES, ChargeKind.FULFILLMENT: Component.LAST_MILE,
    ChargeKind.LOGISTICS: Component.LAST_MILE, ChargeKind.STORAGE: Component.STORAGE,
    ChargeKind.SUBSIDY: Component.SUBSIDY, ChargeKind.RETURN: Component.RETURNS, ChargeKind.REFUND: Component.RETURNS,
    ChargeKind.PENALTY: Component.PENALTIES, ChargeKind.DUTY: Component.DUTY,
}  # fmt: skip
COMPONENT_INDEX = {component: index for index, component in enumerate(Component)}
# What a quantity is when the contract does not state it; -1 means "use the option's own".
DEFAULT_BY_COLUMN = {
    col.L_LATE_T: (QuantityName.LATE_RATE, 0), col.L_WINDOW_T: (QuantityName.RETURN_WINDOW_DAYS, 30),
    col.L_RESALE_T: (QuantityName.RESALE_SHARE, 0), col.L_QUALITY_T: (QuantityName.QUALITY_INCIDENT_RATE, 0),
    col.L_PENALTY_DELAY_T: (QuantityName.PENALTY_DELAY_DAYS, 0), col.L_LAG_T: (QuantityName.SETTLEMENT_LAG_DAYS, 0),
    col.L_TRANSFER_T: (QuantityName.TRANSFER_DAYS, 0), col.L_RESERVE_T: (QuantityName.RESERVE_SHARE, 0),
    col.L_RESERVE_DAYS_T: (QuantityName.RESERVE_DAYS, 0), col.L_DEPOSIT_T: (QuantityName.DEPOSIT, 0),
    col.L_REGIME_T: (QuantityName.REGIME_CHANGES_PER_YEAR, 0), col.L_SALVAGE_T: (QuantityName.SALVAGE_SHARE, -1),
    col.L_GRID_T: (QuantityName.SETTLEMENTS_PER_MONTH, 0),
}  # fmt: skip
_TRIGGERS = {"inbound": col.TRIGGER_INBOUND, "shipped": col.TRIGGER_SHIPPED}
_DUTIES = list(Duty)
_ORDER_DUTIES = (Duty.LAST_MILE, Duty.CUSTOMER_SERVICE, Duty.RETURNS, Duty.FIRST_MILE)
_STOCK_DUTIES = (Duty.FIRST_MILE, Duty.LINE_HAUL, Duty.CUSTOMS, Duty.STORAGE)
_WEEK_DUTIES = (Duty.LISTING, Duty.PROMOTION, Duty.CUSTOMER_SERVICE, Duty.SUPPLY_PRICE)


@dataclass(slots=True)
class Terms:
    """Distinct uncertain numbers in the order they were met; ``row`` gives the place of one."""

    rows: list[tuple[int, ...]] = field(default_factory=list)
    row_by_key: dict[tuple[int, ...], int] = field(default_factory=dict)
    kept: list[Uncertain] = field(default_factory=list)  # so that no other number takes the identity of one seen

    row_by_use: dict[tuple[int, int, int], int] = field(default_factory=dict)

    def row(self, term: Uncertain, first: int = 0, second: int = 0) -> int:
        """The row of this number at this address; a number without a range needs no address.

        The same object is looked up by its identity: the scenario keeps all of them alive while it is laid out.
        """
        use = (id(term), first, second)
        found = self.row_by_use.get(use)
        if found is None:
            self.kept.append(term)
            found = self.row_by_use[use] = self._row_of_value(term, first, second)
        return found

    def _row_of_value(self, term: Uncertain, first: int, second: int) -> int:
        if term.low == term.high or term.distribution == 0:
            key = (term.value, term.value, term.value, 0, 0, 0, 0)
        else:
            key = (term.low, term.value, term.high, term.distribution, first, second, term.stream)
        found = self.row_by_key.get(key)
        if found is None:
            found = self.row_by_key[key] = len(self.rows)
            self.rows.append(key)
        return found


@dataclass(slots=True)
class Contracts:
    """Charges of the contracts met so far, sorted by contract and fact kind."""

    terms: Terms
    row_by_hash: dict[tuple[str, int, str], list[int]] = field(default_factory=dict)
    charges: list[Ints] = field(default_factory=list)
    starts: list[list[int]] = field(default_factory=list)
    ages: list[list[int]] = field(default_factory=list)
    count: int = 0

    def row(self, contract: Compiled) -> list[int]:
        """The listing row's part that the contract decides; its charges are laid out when it is first met."""
        key = (contract.id, contract.on, contract.hash)
        if key not in self.row_by_hash:
            self.row_by_hash[key] = _contract_row(contract, len(self.row_by_hash), self.terms)
            self._add(contract)
        return self.row_by_hash[key]

    def _add(self, contract: Compiled) -> None:
        home, kinds = address(contract.id), contract.charges["fact"].astype(np.int64)
        columns = [
            (component_of(entry), self.terms.row(drawn_charge(record), home))
            for record, entry in zip(contract.charges, contract.terms, strict=True)
        ]
        matrix = np.hstack([contract.charge_matrix(), _table(columns, 2)])
        self.charges.append(matrix[np.argsort(kinds, kind="stable")])
        self.starts.append([self.count + int((kinds < kind).sum()) for kind in range(col.KINDS + 1)])
        self.count += len(kinds)
        self.ages.append(_ages(contract))


def drawn_charge(record: np.void) -> Uncertain:
    """The rate or amount of a charge record as a number with its range."""
    value, low, high, shape = (int(record[name]) for name in ("value", "low", "high", "distribution"))
    return Uncertain(value, low, high, shape, int(record["stream"]), Evidence.ASSUMED, ())


def _ages(contract: Compiled) -> list[int]:
    """First days of the age classes that storage charges tell apart, filled up with -1; ValueError past the room."""
    held = contract.charges[contract.charges["fact"] == FactKind.STOCK_HELD]
    ages = sorted({0, *(int(record["free_days"]) for record in held)}) if len(held) else []
    if len(ages) > col.MOST_AGES:
        raise ValueError(f"{contract.id}: storage charges tell {len(ages)} ages apart, at most {col.MOST_AGES} fit")
    return ages + [-1] * (col.MOST_AGES + 1 - len(ages))


def component_of(entry: ChargeEntry) -> int:
    """The position in the bridge of a charge; platform logistics on the way in belong to the first leg."""
    component = COMPONENT_BY_KIND[entry.kind]
    if entry.kind is ChargeKind.LOGISTICS and entry.on in ("stock_order_placed", "units_inbound"):
        component = Component.FIRST_LEG
    return COMPONENT_INDEX[component]


def tables(scenario: Scenario, demand: Demand) -> col.Tables:
    """The kernel's tables of a scenario; ValueError when options are in two currencies or have no listing."""
    terms = Terms()
    contracts = Contracts(terms)
    made = Rows(terms, contracts, demand)
    for option in scenario.options:
        made.add(option)
    scalar = _scalar(scenario, terms)
    seed, paths = scenario.seed, scenario.paths
    rows, series = _table(terms.rows, 7), np.array(list(made.series), np.int64)
    return col.Tables(
        option=_table(made.options, col.O_COLUMNS), listing=_table(made.listings, col.L_COLUMNS),
        place=_table(made.places, col.P_COLUMNS), term=np.ascontiguousarray(rows[:, :4]),
        value=np.ascontiguousarray(draws.draw_terms(rows, seed, paths).T),
        charge=np.concatenate(contracts.charges), start=_table(contracts.starts, col.KINDS + 1),
        ages=_table(contracts.ages, col.MOST_AGES + 1),
        level=_levels(demand, series, seed, paths), dispersion=np.asarray(demand.dispersion[series], np.float64),
        season=_season(demand, scenario), scalar=scalar,
    )  # fmt: skip


@dataclass(slots=True)
class Rows:
    """Rows of options, listings and places; candidates that differ in policy alone share all but their places.

    What repeats is recognized by identity (`replace` keeps the objects it does not change) and laid out once.
    """

    terms: Terms
    contracts: Contracts
    demand: Demand
    options: list[list[int]] = field(default_factory=list)
    listings: list[list[int]] = field(default_factory=list)
    places: list[list[int]] = field(default_factory=list)
    series: dict[int, int] = field(default_factory=dict)  # row of the level table by row of Demand
    option_by_parts: dict[tuple[str | int, ...], list[int]] = field(default_factory=dict)
    listing_by_use: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    place_by_use: dict[tuple[int, ...], list[int]] = field(default_factory=dict)

    def add(self, option: Option) -> None:
        """Lay out one option behind the others; ValueError when it has no listing or place, or too many."""
        if not 1 <= len(option.places) <= col.SLOTS or not 1 <= len(option.listings) <= col.SLOTS:
            raise ValueError(f"{option.key}: an option has 1 to {col.SLOTS} listings and as many places")
        parts = _parts(option)
        known = self.option_by_parts.get(parts)
        if known is None:
            known = self.option_by_parts[parts] = self._first(option)
        row = known.copy()
        row[col.O_PLACE], row[col.O_PLACES] = len(self.places), len(option.places)
        self.options.append(row)
        self.places += [self._place(option, index, row[col.O_MARKET]) for index in range(len(option.places))]

    def _first(self, option: Option) -> list[int]:
        series = self.series.setdefault(option.series, len(self.series))
        row = _option_row(option, len(self.listings), series, self.terms, self.demand)
        self.listings += [self._listing(listing, row[col.O_MARKET]) for listing in option.listings]
        return row

    def _listing(self, listing: Listing, market: int) -> list[int]:
        use = (id(listing), market)
        if use not in self.listing_by_use:
            self.listing_by_use[use] = _listing_row(listing, market, self.terms, self.contracts)
        return self.listing_by_use[use]

    def _place(self, option: Option, index: int, market: int) -> list[int]:
        place = option.places[index]
        use = (id(place.lane), id(place.storage_cbm_day), id(place.receive_cbm), place.owner_is_seller, market)
        if use not in self.place_by_use:
            self.place_by_use[use] = _place_row(place, option.market, market, self.terms)
        row, policy = self.place_by_use[use].copy(), place.policy
        row[col.P_JIT], row[col.P_LEVEL] = int(policy.kind is PolicyKind.JIT), policy.order_up_to
        row[col.P_REVIEW] = max(1, policy.review_days)
        row[col.P_KEEPER] = _keeper(option, index)
        return row


def _keeper(option: Option, index: int) -> int:
    """The first listing that draws on the place, else the first of all."""
    for number, listing in enumerate(option.listings):
        if listing.place == index:
            return number
    return 0


def _parts(option: Option) -> tuple[str | int, ...]:
    """Everything an option is made of but its key, its places and its words: numbers by value, objects by identity."""
    return (
        option.sku, option.market, option.series, option.on_hand, option.moq, option.carton, option.unit_weight_g,
        option.unit_volume_cm3, option.delivery_days_today, option.retail_price_today_minor, id(option.listings),
        id(option.unit_cost), id(option.supplier_lead_days), id(option.return_rate), id(option.elasticity),
        id(option.speed_response), id(option.duty_ad_valorem), id(option.salvage),
    )  # fmt: skip


def _option_row(option: Option, listing: int, series: int, terms: Terms, demand: Demand) -> list[int]:
    product, market = address(option.sku), address(option.market)
    row = [0] * col.O_COLUMNS
    row[col.O_LISTING], row[col.O_LISTINGS] = listing, len(option.listings)
    row[col.O_PRODUCT], row[col.O_MARKET] = product, market
    row[col.O_SERIES], row[col.O_PROFILE] = series, int(demand.profile[option.series])
    row[col.O_MOQ], row[col.O_CARTON] = option.moq, option.carton
    row[col.O_WEIGHT], row[col.O_VOLUME] = option.unit_weight_g, option.unit_volume_cm3
    row[col.O_DAYS_TODAY], row[col.O_PRICE_TODAY] = option.delivery_days_today, option.retail_price_today_minor
    row[col.O_ON_HAND] = option.on_hand
    row[col.O_UNIT_COST_T] = terms.row(option.unit_cost, product)
    row[col.O_SUPPLIER_T] = terms.row(option.supplier_lead_days, product)
    row[col.O_RETURN_T] = terms.row(option.return_rate, product, market)
    row[col.O_ELASTICITY_T] = terms.row(option.elasticity, 0, market)
    row[col.O_SPEED_T] = terms.row(option.speed_response, 0, market)
    row[col.O_DUTY_T] = terms.row(option.duty_ad_valorem, 0, market)
    row[col.O_SALVAGE_T] = terms.row(option.salvage, 0, market)
    return row


def _listing_row(listing: Listing, market: int, terms: Terms, contracts: Contracts) -> list[int]:
    row, home = contracts.row(listing.contract).copy(), address(listing.contract.id)
    row[col.L_PLACE], row[col.L_SUPPLY] = listing.place, listing.supply_price_minor
    row[col.L_NEW] = int(listing.live_after_days.high > 0)
    row[col.L_STORE] = int(listing.opens_store)
    for column, term in _terms_of_contract(listing).items():
        row[column] = terms.row(term, home)
    for column, term in _terms_of_market(listing).items():
        row[column] = terms.row(term, 0, market)
    return row


def _contract_row(contract: Compiled, index: int, terms: Terms) -> list[int]:
    """What every listing under the contract has in common."""
    home, row = address(contract.id), [0] * col.L_COLUMNS
    row[col.L_CONTRACT], row[col.L_ADDRESS] = index, home
    row[col.L_TRIGGER] = _TRIGGERS.get(contract.settings.get(SettingName.SETTLEMENT_TRIGGER, ""), col.TRIGGER_DELIVERED)
    regime = contract.settings.get(SettingName.CUSTOMS_REGIME, "none")
    row[col.L_PARCEL], row[col.L_BULK] = int(regime == "parcel"), int(regime == "bulk")
    row[col.L_CLOCK], row[col.L_DEADLINE] = _clock(contract)
    row[col.L_ORDER_DUTY] = _duty(contract, _ORDER_DUTIES)
    row[col.L_STOCK_DUTY] = _duty(contract, _STOCK_DUTIES)
    row[col.L_WEEK_DUTY] = _duty(contract, _WEEK_DUTIES)
    for column, (name, default) in DEFAULT_BY_COLUMN.items():
        row[column] = terms.row(contract.quantities.get(name) or fixed(default), home)
    return row


def _terms_of_contract(listing: Listing) -> dict[int, Uncertain]:
    """What the platform's terms decide: one draw for every product under the contract."""
    return {
        col.L_RETAIL_T: listing.retail_price, col.L_SPREAD_T: listing.spread, col.L_REACH_T: listing.reach,
        col.L_VISIBILITY_T: listing.visibility, col.L_DELIVERY_T: listing.delivery_days,
        col.L_LIVE_T: listing.live_after_days,
    }  # fmt: skip


def _terms_of_market(listing: Listing) -> dict[int, Uncertain]:
    """What work costs in the market, whatever the contract."""
    return {
        col.L_PICK_T: listing.pick_order, col.L_LABEL_T: listing.label_parcel,
        col.L_RETURN_UNIT_T: listing.return_unit, col.L_MINUTES_ORDER_T: listing.minutes_order,
        col.L_MINUTES_STOCK_T: listing.minutes_stock_order, col.L_MINUTES_WEEK_T: listing.minutes_week,
    }  # fmt: skip


def _place_row(place: Place, market_name: str, market: int, terms: Terms) -> list[int]:
    """A place without its policy and keeper."""
    lane = address(f"{place.lane.mode}:{market_name}")
    row = [0] * col.P_COLUMNS
    row[col.P_SELLER] = int(place.owner_is_seller)
    row[col.P_MINIMUM], row[col.P_DIVISOR] = place.lane.minimum_minor, place.lane.divisor_cm3_per_kg
    row[col.P_LANE] = lane
    row[col.P_KG_T], row[col.P_CBM_T] = terms.row(place.lane.per_kg, lane), terms.row(place.lane.per_cbm, lane)
    row[col.P_LEAD_T] = terms.row(place.lane.lead_days, lane)
    row[col.P_STORAGE_T] = terms.row(place.storage_cbm_day, 0, market)
    row[col.P_RECEIVE_T] = terms.row(place.receive_cbm, 0, market)
    return row


def clock_name(contract: Compiled) -> str:
    """The name of the clock that late orders miss, "" when the contract has none."""
    at = _clock(contract)[1]
    return contract.deadlines[at].name if at >= 0 else ""


def _clock(contract: Compiled) -> tuple[int, int]:
    """(minutes, position) of the shortest clock the seller must keep after an order, or (-1, -1)."""
    starts = (FactKind.ORDER_PLACED, FactKind.STOCK_ORDER_PLACED)
    clocks = [
        (starts.index(FactKind(term.starts)), _minutes(term), at)
        for at, term in enumerate(contract.deadlines)
        if contract.owns(term.duty) and term.starts in starts
    ]
    return min(clocks)[1:] if clocks else (-1, -1)


def _minutes(term: DeadlineTerm) -> int:
    """The clock in minutes; business days count 7/5 calendar days."""
    return -(-term.business_days * 7 // 5) * 1440 if term.business_days >= 0 else term.minutes.value


def _duty(contract: Compiled, wanted: Iterable[Duty]) -> int:
    """The position of the first of these duties that is the seller's; the listing duty where none is."""
    return _DUTIES.index(next((duty for duty in wanted if contract.owns(duty)), Duty.LISTING))


def _scalar(scenario: Scenario, terms: Terms) -> Ints:
    currencies = {listing.contract.currency for option in scenario.options for listing in option.listings}
    if len(currencies) != 1:
        raise ValueError(f"a scenario needs contracts compiled in one currency, found {sorted(currencies)}")
    row = np.zeros(col.S_COLUMNS, np.int64)
    row[col.S_SEED], row[col.S_HORIZON] = scenario.seed, scenario.horizon_days
    row[col.S_WAGE], row[col.S_CAPITAL] = scenario.wage_per_hour_minor, scenario.capital_rate_ppm_year
    row[col.S_MICRO] = 10 ** (6 - EXPONENT_BY_CURRENCY[currencies.pop()])
    row[col.S_OVERLAP_T], row[col.S_SPLIT_T] = terms.row(scenario.overlap), terms.row(scenario.quality_returns)
    row[col.S_LATENESS_T], row[col.S_DEPOSIT] = terms.row(scenario.lateness_minutes), scenario.deposit_ppm
    return row


def _levels(demand: Demand, series: Ints, seed: int, paths: int) -> npt.NDArray[np.float64]:
    """Levels [series, path] drawn from the posterior of each of these series."""
    product = np.array([address(demand.sku[row]) for row in series], np.int64)
    market = np.array([address(demand.market[row]) for row in series], np.int64)
    uniform = draws.draw_levels(product, market, int(Stream.LEVEL), seed, paths)
    return np.asarray(level_by_path(uniform, demand.level_mean[series], demand.level_shape[series]))


def _season(demand: Demand, scenario: Scenario) -> npt.NDArray[np.float64]:
    """Multipliers [profile, day of horizon]; a day past the fitted season is read one or more years earlier."""
    days = np.arange(scenario.horizon_days) + scenario.start_on - demand.start_on
    width = demand.season.shape[1]
    if width > 1:
        past = np.maximum(0, -(-(days - width + 1) // 365))
        days = np.clip(days - 365 * past, 0, width - 1)
    return np.ascontiguousarray(demand.season[:, np.minimum(days, width - 1)], np.float64)


def _table(rows: Sequence[Sequence[int]], width: int) -> Ints:
    return np.array(rows, np.int64).reshape(-1, width)


def fixed(value: int) -> Uncertain:
    """A number without a range."""
    return Uncertain(value, value, value, list(Distribution).index(Distribution.FIXED), 0, Evidence.ASSUMED, ())
