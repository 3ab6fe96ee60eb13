"""Every contract of a market is offered or excluded with its reason, and each cost falls on the owner of its duty."""

import pytest

from choose_workspace import HORIZON, ON, batch, demand, groups, library, product, rates
from tuoguan.choose import enumerate_options
from tuoguan.choose.options_excluded import is_considered
from tuoguan.choose.options_market import Charges, label_cost
from tuoguan.choose.options_terms import NOUGHT, PPM, total
from tuoguan.choose.options_world import cost_currency
from tuoguan.contracts import Evidence, QuantityName, SettingName, compile_card
from tuoguan.foundation.parties import Duty
from tuoguan.intake.schema import Control, Lane, Seller, Site
from tuoguan.simulate import Option, PolicyKind


def options_of(found, sku="A"):
    return [option for option in found.options if option.sku == sku]


def only(option: Option):
    return option.listings[0]


def test_every_contract_of_the_market_gives_options_or_one_reason():
    found = groups(batch(product("A"), product("B", weight_g=120), product("C", retail_price_minor=0)))
    wanted = {name for name in library().ids() if library().contracts[name].head.market == "US"}
    for sku in "ABC":
        offered = {only(option).contract.id for option in options_of(found, sku)}
        excluded = [item.contract for item in found.excluded if item.sku == sku]
        assert offered | set(excluded) == wanted
        assert not offered & set(excluded) and len(excluded) == len(set(excluded))
    assert {item.code for item in found.excluded if item.sku == "C"} >= {"no_price"}
    assert all(item.en and item.zh for item in found.excluded)


def test_rows_of_groups_are_a_partition_with_unique_keys():
    found = groups(batch(product("A"), product("B"), markets=("US", "EU")))
    assert [row for group in range(found.count) for row in found.rows(group)] == list(range(len(found.options)))
    for group in range(found.count):
        own = [found.options[row] for row in found.rows(group)]
        assert {(option.sku, option.market) for option in own} == {(found.sku[group], found.market[group])}
        assert len({option.key for option in own}) == len(own)


def test_a_kept_duty_leaves_only_contracts_in_which_the_seller_owns_it():
    free = groups(batch(product("A")))
    found = groups(batch(product("A"), control=Control(keep=(Duty.RETAIL_PRICE,))))
    assert options_of(found) and all(only(option).contract.owns(Duty.RETAIL_PRICE) for option in options_of(found))
    lost = {item.contract for item in found.excluded if item.code == "kept_duty"}
    assert lost == {only(o).contract.id for o in options_of(free)} - {only(o).contract.id for o in options_of(found)}
    assert any("retail price must stay with the seller" in item.en for item in found.excluded)


def test_keeping_by_brand_and_by_product_reach_only_that_product():
    work = batch(
        product("A", keep=["storage"]), product("B", brand="Nord"), product("C"),
        control=Control(keep_by_brand={"Nord": (Duty.PROMOTION,)}),
    )  # fmt: skip
    found = groups(work)
    assert all(only(option).contract.owns(Duty.STORAGE) for option in options_of(found, "A"))
    assert all(only(option).contract.owns(Duty.PROMOTION) for option in options_of(found, "B"))
    assert not all(only(option).contract.owns(Duty.STORAGE) for option in options_of(found, "C"))


def test_the_sellers_list_of_contracts_is_by_whole_path_parts():
    seller = Seller(
        schema=1, name="t", currency="USD", markets=("US",), limits=batch().seller.limits, contracts=("p/se",)
    )
    assert is_considered("p/se/US", seller) and not is_considered("p/semi/US", seller)


def test_a_last_mile_that_is_not_the_sellers_costs_no_label_and_the_sellers_own_does():
    found = options_of(groups(batch(product("A"))))
    seen = set()
    for option in found:
        contract = only(option).contract
        by_parcel = contract.settings[SettingName.STOCK_AT] == "seller_origin" and contract.owns(Duty.LINE_HAUL)
        pays = contract.owns(Duty.LAST_MILE) or by_parcel
        assert (only(option).label_parcel.value > 0) == pays, option.key
        seen.add(pays)
        if not contract.owns(Duty.STORAGE):
            assert only(option).pick_order.high == 0 and only(option).pick_unit.high == 0
        if not contract.owns(Duty.RETURNS):
            assert only(option).return_unit.high == 0
    assert seen == {True, False}


def test_a_heavier_parcel_is_in_a_dearer_tier():
    light, heavy = groups(batch(product("A"))), groups(batch(product("A", weight_g=3_000)))
    label = {o.key: only(o).label_parcel.value for o in light.options}
    paid = [o for o in heavy.options if only(o).contract.owns(Duty.LAST_MILE)]
    assert paid and all(only(o).label_parcel.value > label[o.key] for o in paid)


def test_a_parcel_beyond_the_last_tier_has_no_carrier():
    card = compile_card(library().card("last_mile", "US"), on=ON, currency="USD", fx=rates())
    bounded = card.charges["weight_to_g"] >= 0
    some = tuple(term for term, use in zip(card.terms, bounded, strict=True) if use)
    charges = Charges(card.charges[bounded], some)
    heaviest = int(card.charges["weight_to_g"].max())
    assert label_cost(charges, heaviest - 1, 100) is not None and label_cost(charges, heaviest, 100) is None


def test_duty_on_bulk_goods_is_the_sellers_only_where_customs_is():
    for option in groups(batch(product("A"))).options:
        contract = only(option).contract
        bulk = contract.settings[SettingName.CUSTOMS_REGIME] == "bulk" and contract.owns(Duty.CUSTOMS)
        assert (option.duty_ad_valorem.high > 0) == bulk, option.key


def test_own_lanes_and_sites_override_the_cards_at_their_own_price():
    work = batch(
        product("A"),
        sites=(Site(id="NJ", market="US", currency="USD", pick_per_order="2.50", label_per_parcel="4.10"),),
        lanes=(Lane(id="myboat", market="US", mode="sea", currency="CNY", per_cbm="710", lead_days=(28, 36)),),
        fx={"USDCNY": "7.1"},
    )
    found = enumerate_options(work, library(), demand(work), on=ON, fx=rates().with_overrides({"USDCNY": "7.1"}))
    own = [option for option in found.options if option.places[0].id == "NJ/myboat"]
    assert own and not [option for option in found.options if option.places[0].lane.id == "sea"]
    lane = own[0].places[0].lane
    assert (lane.per_cbm.value, lane.lead_days.low, lane.lead_days.high) == (100_000_000, 28, 36)
    paying = [option for option in own if only(option).contract.owns(Duty.LAST_MILE)]
    assert {only(option).label_parcel.value for option in paying} == {4_100_000}
    assert {only(option).pick_order.value for option in paying} == {2_500_000}
    assert "warehouse abroad" not in own[0].assumed


def test_minutes_are_the_sum_over_the_sellers_own_duties():
    card = compile_card(library().card("operations", "ALL"), on=ON, currency="USD", fx=rates())
    for option in groups(batch(product("A"))).options:
        contract = only(option).contract
        names = [f"minutes.{duty.value}.order" for duty in Duty if contract.owns(duty)]
        wanted = sum(card.numbers[name].value for name in names if name in card.numbers) // 1000
        assert only(option).minutes_order.value == wanted


def test_todays_contract_is_live_at_once_with_the_historys_reach_and_no_store_means_onboarding():
    today = "aliexpress/pop/US"
    found = options_of(groups(batch(product("A", today=today), stores=("aliexpress/semi",))))
    now = [only(option) for option in found if only(option).contract.id == today]
    assert now and all(one.live_after_days.high == 0 and one.reach.low == one.reach.high == PPM for one in now)
    quantity = QuantityName.PRICE_REVIEW_DAYS, QuantityName.LISTING_DAYS, QuantityName.ONBOARDING_DAYS
    for one in (only(option) for option in found if only(option).contract.id != today):
        names = quantity[:2] if one.contract.id.startswith("aliexpress/semi/") else quantity
        assert one.live_after_days.value == sum(one.contract.quantities[name].value for name in names)


def test_prices_the_seller_owns_are_todays_and_a_quote_beats_the_spread():
    quotes = [("A", "US", "temu/full/US", None, 1_111, None)]
    found = options_of(groups(batch(product("A"), prices=quotes)))
    for option in found:
        one = only(option)
        if one.contract.owns(Duty.RETAIL_PRICE):
            assert (one.retail_price.low, one.retail_price.high) == (3_000, 3_000)
        assert one.supply_price_minor == (1_111 if one.contract.id == "temu/full/US" else -1)
    assert {o.assumed.count("platform spread") for o in found if only(o).contract.id == "temu/full/US"} == {0}


def test_only_stock_at_origin_or_to_order_may_be_just_in_time():
    for option in groups(batch(product("A", supplier_lead_days=1))).options:
        contract, place = only(option).contract, option.places[0]
        may = contract.settings[SettingName.STOCK_AT] == "seller_origin" or (
            not place.owner_is_seller and contract.settings.get(SettingName.INBOUND) == "jit"
        )
        assert (place.policy.kind is PolicyKind.JIT) == may


def test_ranges_add_up_and_keep_the_widest_stream():
    one = groups(batch(product("A"))).options[0].listings[0].live_after_days
    summed = total([one, one])
    assert (summed.low, summed.value, summed.high) == (2 * one.low, 2 * one.value, 2 * one.high)
    assert summed.stream == one.stream


@pytest.mark.parametrize("markets", [("US",), ("EU", "US")])
def test_the_order_of_products_changes_nothing(markets):
    one = groups(batch(product("A"), product("B"), markets=markets))
    two = groups(batch(product("B"), product("A"), markets=markets))
    assert [(o.sku, o.market, o.key) for o in one.options] == [(o.sku, o.market, o.key) for o in two.options]


def test_a_place_by_sea_may_have_air_beside_it_under_a_key_of_its_own():
    found = options_of(groups(batch(product("A"))))
    two = [option for option in found if option.places[0].fast_lane is not None]
    assert two
    for option in two:
        place = option.places[0]
        assert option.key.endswith("/sea+air") and (place.lane.mode, place.fast_lane.mode) == ("sea", "air")
        assert place.fast_lane.lead_days.value < place.lane.lead_days.value
        assert {"sea freight", "air freight"} <= set(option.assumed)
        assert any(other.key == option.key.removesuffix("+air") for other in found)


def test_a_site_packs_no_more_than_it_says():
    work = batch(
        product("A"), sites=(Site(id="NJ", market="US", currency="USD", handling_orders_per_day=40), ),
    )  # fmt: skip
    found = options_of(groups(work))
    own = {option.places[0].handling_per_day for option in found if option.places[0].id.startswith("NJ/")}
    other = {option.places[0].handling_per_day for option in found if not option.places[0].id.startswith("NJ/")}
    assert own == {40} and other == {0}


def test_who_owns_price_and_stock_answers_at_once_and_a_platform_reviews_first():
    seen = set()
    for option in options_of(groups(batch(product("A")))):
        contract, days = only(option).contract, only(option).answer_days
        own = contract.owns(Duty.RETAIL_PRICE) and contract.owns(Duty.STORAGE)
        assert days == (NOUGHT if own else contract.quantities[QuantityName.PRICE_REVIEW_DAYS])
        seen.add(own)
    assert seen == {True, False}


def test_goods_that_cannot_arrive_within_the_horizon_are_left_out_with_the_reason():
    found = groups(batch(product("A", supplier_lead_days=60)))
    assert not [o for o in found.options if o.places[0].lane.mode == "sea"]
    late = groups(batch(product("A", supplier_lead_days=200)))
    assert not late.options
    reasons = [item for item in late.excluded if item.code == "too_slow"]
    assert reasons and "200" not in reasons[0].contract
    assert f"horizon is {HORIZON} days" in reasons[0].en and f"规划期只有 {HORIZON} 天" in reasons[0].zh


def test_the_world_is_assumed_where_nobody_measured_it_and_rates_are_measured():
    found = groups(batch(product("A")))
    world = found.world
    for term in (world.shocks_per_year, world.shock_factor, world.freight_month_sd):
        assert term.evidence is Evidence.ASSUMED and term.low < term.value < term.high
    assert world.fx_month_sd.evidence is Evidence.DERIVED and 2_000 < world.fx_month_sd.value < 40_000
    assert {option.cost_currency for option in found.options} == {"CNY"}
    assert cost_currency("CN", "CNY") == "" == cost_currency("DE", "EUR")
