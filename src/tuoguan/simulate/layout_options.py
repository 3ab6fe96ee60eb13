"""Options as rows of the engine's tables: what options have in common is laid out once.

Hides identities: what repeats is recognized as the same object (`replace` keeps the objects it does not change). Keeps
the invariant that options which differ in policies alone share their row, and those with the same places share these.
"""

from dataclasses import dataclass, field

from tuoguan.demand import Demand
from tuoguan.foundation.random import Stream
from tuoguan.simulate.columns import kernels as col
from tuoguan.simulate.layout_contracts import Contracts
from tuoguan.simulate.layout_terms import Terms, address
from tuoguan.simulate.scenario import Lane, Listing, Option, Place, Policy, PolicyKind, Scenario

KIND_INDEX = {kind: index for index, kind in enumerate(PolicyKind)}


@dataclass(slots=True)
class Rows:
    """Rows met so far; ``use`` and ``policy`` have one row for each option of the scenario."""

    scenario: Scenario
    demand: Demand
    terms: Terms
    contracts: Contracts
    options: list[list[int]] = field(default_factory=list)
    first: list[Option] = field(default_factory=list)  # the option that each row was made from
    listings: list[list[int]] = field(default_factory=list)
    places: list[list[int]] = field(default_factory=list)
    dues: list[tuple[int, int]] = field(default_factory=list)
    policies: list[tuple[int, ...]] = field(default_factory=lambda: [(0,) * col.NUMBERS])
    use: list[tuple[int, int, int]] = field(default_factory=list)
    policy: list[tuple[int, ...]] = field(default_factory=list)
    series: dict[int, int] = field(default_factory=dict)  # row of the level table by row of Demand
    walks: dict[tuple[int, int], int] = field(default_factory=dict)  # (address, stream) of each walk
    option_by_parts: dict[tuple[object, ...], int] = field(default_factory=dict)
    listing_by_use: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    place_by_use: dict[tuple[object, ...], int] = field(default_factory=dict)
    policy_by_use: dict[int, int] = field(default_factory=dict)

    def add(self, option: Option) -> None:
        """Lay out one option behind the others."""
        parts = _parts(option)
        known = self.option_by_parts.get(parts)
        if known is None:
            known = self.option_by_parts[parts] = self._first(option)
        key = (option.market, *[_use_of_place(place) for place in option.places])
        placed = self.place_by_use.get(key)
        if placed is None:
            placed = self.place_by_use[key] = len(self.places)
            self.places += [self._place(place, option.market) for place in option.places]
        self.use.append((known, placed, len(option.places)))
        self.policy.append(tuple([self._policy(place.policy) for place in option.places]))

    def _first(self, option: Option) -> int:
        series = self.series.setdefault(option.series, len(self.series))
        row = self._option(option, series)
        self.options.append(row)
        self.first.append(option)
        self.listings += [self._listing(listing, row[col.O_MARKET]) for listing in option.listings]
        self.dues += option.on_order
        return len(self.options) - 1

    def _policy(self, policy: Policy) -> int:
        found = self.policy_by_use.get(id(policy))
        if found is None:
            found = self.policy_by_use[id(policy)] = len(self.policies)
            self.policies.append((
                KIND_INDEX[policy.kind], policy.order_up_to, policy.review_days, policy.reorder_point,
                policy.order_cap, policy.fast_order_up_to, int(policy.follows_season),
            ))  # fmt: skip
        return found

    def _walk(self, home: int, stream: Stream) -> int:
        """The number of the walk at this address, -1 where nothing moves."""
        moves = self.scenario.fx_month_sd if stream is Stream.FX else self.scenario.freight_month_sd
        return self.walks.setdefault((home, int(stream)), len(self.walks)) if moves.high > 0 else -1

    def _option(self, option: Option, series: int) -> list[int]:
        product, market, row = address(option.sku), address(option.market), [0] * col.O_COLUMNS
        row[col.O_LISTING], row[col.O_LISTINGS] = len(self.listings), len(option.listings)
        row[col.O_PRODUCT], row[col.O_MARKET] = product, market
        row[col.O_SERIES] = series
        row[col.O_MOQ], row[col.O_CARTON] = option.moq, option.carton
        row[col.O_WEIGHT], row[col.O_VOLUME] = option.unit_weight_g, option.unit_volume_cm3
        row[col.O_DAYS_TODAY], row[col.O_PRICE_TODAY] = option.delivery_days_today, option.retail_price_today_minor
        row[col.O_ON_HAND], row[col.O_DUE], row[col.O_DUES] = option.on_hand, len(self.dues), len(option.on_order)
        abroad = option.cost_currency not in ("", *[listing.contract.currency for listing in option.listings])
        row[col.O_FX] = self._walk(address(option.cost_currency), Stream.FX) if abroad else -1
        self._terms_of_option(row, option, product, market)
        return row

    def _terms_of_option(self, row: list[int], option: Option, product: int, market: int) -> None:
        term = self.terms.row
        row[col.O_UNIT_COST_T] = term("unit_cost", option.unit_cost, product)
        row[col.O_SUPPLIER_T] = term("supplier_lead_days", option.supplier_lead_days, product)
        row[col.O_RETURN_T] = term("return_rate", option.return_rate, product, market)
        row[col.O_ELASTICITY_T] = term("elasticity", option.elasticity, 0, market)
        row[col.O_SPEED_T] = term("speed_response", option.speed_response, 0, market)
        row[col.O_DUTY_T] = term("duty_ad_valorem", option.duty_ad_valorem, 0, market)
        row[col.O_SALVAGE_T] = term("salvage", option.salvage, 0, market)
        row[col.O_SHOCK_T] = term("shock_factor", self.scenario.shock_factor, product, market)

    def _listing(self, listing: Listing, market: int) -> list[int]:
        use = (id(listing), market)
        if use not in self.listing_by_use:
            self.listing_by_use[use] = _listing_row(listing, market, self.terms, self.contracts)
        return self.listing_by_use[use]

    def _place(self, place: Place, market: str) -> list[int]:
        row = [0] * col.P_COLUMNS
        row[col.P_SELLER], row[col.P_HANDLING] = int(place.owner_is_seller), place.handling_per_day
        row[col.P_FAST] = int(place.fast_lane is not None)
        row[col.P_STORAGE_T] = self.terms.row("storage_cbm_day", place.storage_cbm_day, 0, address(market))
        row[col.P_RECEIVE_T] = self.terms.row("receive_cbm", place.receive_cbm, 0, address(market))
        for at, lane in enumerate((place.lane, place.fast_lane or place.lane)):
            start = col.P_LANES + at * col.K_COLUMNS
            row[start : start + col.K_COLUMNS] = self._lane(lane, market)
        return row

    def _lane(self, lane: Lane, market: str) -> list[int]:
        home, row = address(f"{lane.mode}:{market}"), [0] * col.K_COLUMNS
        row[col.K_MINIMUM], row[col.K_DIVISOR] = lane.minimum_minor, lane.divisor_cm3_per_kg
        row[col.K_CROSS], row[col.K_ADDRESS] = int(lane.may_cross), home
        row[col.K_WALK] = self._walk(home, Stream.FREIGHT)
        row[col.K_KG_T] = self.terms.row("per_kg", lane.per_kg, home)
        row[col.K_CBM_T] = self.terms.row("per_cbm", lane.per_cbm, home)
        row[col.K_LEAD_T] = self.terms.row("lead_days", lane.lead_days, home)
        return row


def _parts(option: Option) -> tuple[object, ...]:
    """Everything an option is made of but its key, its places and its words: numbers by value, objects by identity."""
    return (
        option.sku, option.market, option.series, option.on_hand, option.moq, option.carton, option.unit_weight_g,
        option.unit_volume_cm3, option.delivery_days_today, option.retail_price_today_minor, id(option.listings),
        id(option.unit_cost), id(option.supplier_lead_days), id(option.return_rate), id(option.elasticity),
        id(option.speed_response), id(option.duty_ad_valorem), id(option.salvage), option.on_order,
        option.cost_currency,
    )  # fmt: skip


def _use_of_place(place: Place) -> tuple[object, ...]:
    """Everything a place is made of but its name and policy."""
    return (
        id(place.lane), id(place.fast_lane), id(place.storage_cbm_day), id(place.receive_cbm), place.owner_is_seller,
        place.handling_per_day,
    )  # fmt: skip


def _listing_row(listing: Listing, market: int, terms: Terms, contracts: Contracts) -> list[int]:
    row, home = contracts.row(listing.contract).copy(), address(listing.contract.id)
    row[col.L_PLACE], row[col.L_SUPPLY] = listing.place, listing.supply_price_minor
    row[col.L_NEW] = int(listing.live_after_days.high > 0)
    row[col.L_STORE] = int(listing.opens_store)
    for column, name in _OF_CONTRACT.items():
        row[column] = terms.row(name, getattr(listing, name), home)
    for column, name in _OF_MARKET.items():
        row[column] = terms.row(name, getattr(listing, name), 0, market)
    return row


# What the platform's terms decide is drawn once for every product under the contract, what work costs once per market.
_OF_CONTRACT = {
    col.L_RETAIL_T: "retail_price", col.L_SPREAD_T: "spread", col.L_REACH_T: "reach", col.L_VISIBILITY_T: "visibility",
    col.L_DELIVERY_T: "delivery_days", col.L_LIVE_T: "live_after_days", col.L_ANSWER_T: "answer_days",
}  # fmt: skip
_OF_MARKET = {
    col.L_PICK_T: "pick_order", col.L_LABEL_T: "label_parcel", col.L_RETURN_UNIT_T: "return_unit",
    col.L_MINUTES_ORDER_T: "minutes_order", col.L_MINUTES_STOCK_T: "minutes_stock_order",
    col.L_MINUTES_WEEK_T: "minutes_week",
}  # fmt: skip
