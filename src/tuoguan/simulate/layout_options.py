"""Options as rows of the engine's tables, column by column: a catalogue has hundreds of thousands of them.

Hides identities: what repeats is recognized as the same object (`replace` keeps the objects it does not change). Keeps
the invariant that neighboring options which differ in policies or places alone share their row, and all options with
the same places share these.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tuoguan.foundation.random import Stream
from tuoguan.simulate.columns import kernels as col
from tuoguan.simulate.layout_contracts import Contracts, table
from tuoguan.simulate.layout_terms import Terms, address, integers, values
from tuoguan.simulate.scenario import Lane, Listing, Option, Place, Policy, PolicyKind, Scenario

Ints = npt.NDArray[np.int64]
KIND_INDEX = {kind: index for index, kind in enumerate(PolicyKind)}
PRODUCT, BOTH, MARKET = range(3)  # whose number it is: the address of its draw
NUMBERS_OF_OPTION = {
    col.O_SERIES: "series", col.O_MOQ: "moq", col.O_CARTON: "carton", col.O_WEIGHT: "unit_weight_g",
    col.O_VOLUME: "unit_volume_cm3", col.O_DAYS_TODAY: "delivery_days_today",
    col.O_PRICE_TODAY: "retail_price_today_minor", col.O_ON_HAND: "on_hand",
}  # fmt: skip
TERMS_OF_OPTION = {
    col.O_UNIT_COST_T: ("unit_cost", PRODUCT), col.O_SUPPLIER_T: ("supplier_lead_days", PRODUCT),
    col.O_RETURN_T: ("return_rate", BOTH), col.O_ELASTICITY_T: ("elasticity", MARKET),
    col.O_SPEED_T: ("speed_response", MARKET), col.O_DUTY_T: ("duty_ad_valorem", MARKET),
    col.O_SALVAGE_T: ("salvage", MARKET),
}  # fmt: skip
NUMBERS_OF_LISTING = {col.L_PLACE: "place", col.L_SUPPLY: "supply_price_minor", col.L_STORE: "opens_store"}
# What the platform's terms decide is drawn once for every product under the contract, what work costs once per market.
OF_CONTRACT = {
    col.L_RETAIL_T: "retail_price", col.L_SPREAD_T: "spread", col.L_REACH_T: "reach", col.L_VISIBILITY_T: "visibility",
    col.L_DELIVERY_T: "delivery_days", col.L_LIVE_T: "live_after_days", col.L_ANSWER_T: "answer_days",
}  # fmt: skip
OF_MARKET = {
    col.L_PICK_T: "pick_order", col.L_LABEL_T: "label_parcel", col.L_RETURN_UNIT_T: "return_unit",
    col.L_MINUTES_ORDER_T: "minutes_order", col.L_MINUTES_STOCK_T: "minutes_stock_order",
    col.L_MINUTES_WEEK_T: "minutes_week",
}  # fmt: skip
NUMBERS_OF_POLICY = (
    "order_up_to", "review_days", "reorder_point", "order_cap", "fast_order_up_to", "follows_season",
)  # fmt: skip


@dataclass(slots=True)
class Rows:
    """Blocks of rows met so far; ``use`` has a row for each option of the scenario."""

    scenario: Scenario
    terms: Terms
    contracts: Contracts
    option: list[Ints] = field(default_factory=list)
    first: list[Option] = field(default_factory=list)  # the option that each row was made from
    listing: list[Ints] = field(default_factory=list)
    places: list[list[int]] = field(default_factory=list)
    dues: list[tuple[int, int]] = field(default_factory=list)
    use: list[Ints] = field(default_factory=list)
    listings: int = 0
    walks: dict[tuple[int, int], int] = field(default_factory=dict)  # (address, stream) of each walk
    place_by_use: dict[tuple[object, ...], int] = field(default_factory=dict)

    def add(self, options: Sequence[Option]) -> None:
        """Lay out some options behind the others."""
        homes = self._homes([(option.sku, option.market) for option in options])
        numbers = integers(options, tuple(NUMBERS_OF_OPTION.values()))
        parts = values(
            options, (*[name for name, _ in TERMS_OF_OPTION.values()], "listings", "on_order", "cost_currency")
        )
        ids = np.fromiter(map(id, parts), np.int64, len(parts)).reshape(len(options), -1)
        whole = np.hstack([homes, numbers, ids])
        new = np.append(True, (whole[1:] != whole[:-1]).any(axis=1))
        known = len(self.first) + np.cumsum(new) - 1
        self._options([options[at] for at in np.flatnonzero(new).tolist()], homes[new], numbers[new])
        places = [self._places(option) for option in options]
        counts = [len(option.places) for option in options]
        self.use.append(np.column_stack([known, places, counts]))

    def _homes(self, pairs: list[tuple[str, str]]) -> Ints:
        """Addresses of product and market, positions of the three addresses of draws, the row of the shock."""
        position = {pair: at for at, pair in enumerate(dict.fromkeys(pairs))}
        return table([self._home(*pair) for pair in position], 6)[[position[pair] for pair in pairs]]

    def _home(self, sku: str, market_name: str) -> tuple[int, ...]:
        product, market = address(sku), address(market_name)
        homes = [self.terms.home(product), self.terms.home(product, market), self.terms.home(0, market)]
        return product, market, *homes, self.terms.row("shock_factor", self.scenario.shock_factor, homes[BOTH])

    def _options(self, options: list[Option], homes: Ints, numbers: Ints) -> None:
        """Rows of options that differ from the one before."""
        row = np.zeros((len(options), col.O_COLUMNS), np.int64)
        counts = np.fromiter((len(option.listings) for option in options), np.int64, len(options))
        dues = np.fromiter((len(option.on_order) for option in options), np.int64, len(options))
        row[:, col.O_LISTINGS], row[:, col.O_LISTING] = counts, self.listings + np.cumsum(counts) - counts
        row[:, col.O_DUES], row[:, col.O_DUE] = dues, len(self.dues) + np.cumsum(dues) - dues
        row[:, [col.O_PRODUCT, col.O_MARKET, col.O_SHOCK_T]] = homes[:, [0, 1, 5]]
        row[:, list(NUMBERS_OF_OPTION)] = numbers
        names, whose = zip(*TERMS_OF_OPTION.values(), strict=True)
        row[:, list(TERMS_OF_OPTION)] = self.terms.rows_of(names, values(options, names), homes[:, 2:5][:, whose])
        listings = [listing for option in options for listing in option.listings]
        self._listings(listings, np.repeat(homes[:, 2 + MARKET], counts))
        currencies = [option.cost_currency for option in options]
        walks = {currency: self._currency(currency) for currency in dict.fromkeys(currencies)}
        row[:, col.O_FX] = [walks[currency] for currency in currencies]
        self.option.append(row)
        self.first += options
        self.dues += [due for option in options for due in option.on_order]

    def _listings(self, listings: list[Listing], market: Ints) -> None:
        if not listings:
            return
        ids = np.fromiter((id(listing.contract) for listing in listings), np.int64, len(listings))
        _, at, which = np.unique(ids, return_index=True, return_inverse=True)
        contracts = [listings[where].contract for where in at]
        row = table([self.contracts.row(contract) for contract in contracts], col.L_COLUMNS)[which]
        row[:, list(NUMBERS_OF_LISTING)] = integers(listings, tuple(NUMBERS_OF_LISTING.values()))
        home = np.array([self.terms.home(address(contract.id)) for contract in contracts], np.int64)[which]
        names = (*OF_CONTRACT.values(), *OF_MARKET.values())
        homes = np.repeat(np.column_stack([home, market]), [len(OF_CONTRACT), len(OF_MARKET)], axis=1)
        row[:, [*OF_CONTRACT, *OF_MARKET]] = self.terms.rows_of(names, values(listings, names), homes)
        self.listing.append(row)
        self.listings += len(listings)

    def _currency(self, currency: str) -> int:
        """The number of the walk of a currency that is not the contracts' own."""
        abroad = currency not in ("", *self.contracts.currencies)
        return self._walk(address(currency), Stream.FX) if abroad else -1

    def _walk(self, home: int, stream: Stream) -> int:
        """The number of the walk at this address, -1 where nothing moves."""
        moves = self.scenario.fx_month_sd if stream is Stream.FX else self.scenario.freight_month_sd
        return self.walks.setdefault((home, int(stream)), len(self.walks)) if moves.high > 0 else -1

    def _places(self, option: Option) -> int:
        """The first row of the option's places."""
        key = (option.market, *[
            (id(place.lane), id(place.fast_lane), id(place.storage_cbm_day), id(place.receive_cbm),
             place.owner_is_seller, place.handling_per_day)
            for place in option.places
        ])  # fmt: skip
        found = self.place_by_use.get(key)
        if found is None:
            found = self.place_by_use[key] = len(self.places)
            self.places += [self._place(place, option.market) for place in option.places]
        return found

    def _place(self, place: Place, market: str) -> list[int]:
        row, home = [0] * col.P_COLUMNS, self.terms.home(0, address(market))
        row[col.P_SELLER], row[col.P_HANDLING] = int(place.owner_is_seller), place.handling_per_day
        row[col.P_FAST] = int(place.fast_lane is not None)
        row[col.P_STORAGE_T] = self.terms.row("storage_cbm_day", place.storage_cbm_day, home)
        row[col.P_RECEIVE_T] = self.terms.row("receive_cbm", place.receive_cbm, home)
        for at, lane in enumerate((place.lane, place.fast_lane or place.lane)):
            start = col.P_LANES + at * col.K_COLUMNS
            row[start : start + col.K_COLUMNS] = self._lane(lane, market)
        return row

    def _lane(self, lane: Lane, market: str) -> list[int]:
        where, row = address(f"{lane.mode}:{market}"), [0] * col.K_COLUMNS
        home = self.terms.home(where)
        row[col.K_MINIMUM], row[col.K_DIVISOR] = lane.minimum_minor, lane.divisor_cm3_per_kg
        row[col.K_CROSS], row[col.K_ADDRESS] = int(lane.may_cross), where
        row[col.K_WALK] = self._walk(where, Stream.FREIGHT)
        row[col.K_KG_T] = self.terms.row("per_kg", lane.per_kg, home)
        row[col.K_CBM_T] = self.terms.row("per_cbm", lane.per_cbm, home)
        row[col.K_LEAD_T] = self.terms.row("lead_days", lane.lead_days, home)
        return row


def numbers_of(policies: Sequence[Policy]) -> Ints:
    """Policies [policy, NUMBERS] as integers."""
    kinds = np.array([KIND_INDEX[policy.kind] for policy in policies], np.int64)
    return np.column_stack([kinds, integers(policies, NUMBERS_OF_POLICY)])
