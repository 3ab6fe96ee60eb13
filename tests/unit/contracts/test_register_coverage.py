"""Every value of the research register stands in a contract file of its block, under its own name or the closed one."""

import re
from functools import cache

import pytest

from research_register import leaves_by_block, numbers, numbers_by_block, provenance_by_block, register_text
from tuoguan.contracts import load

TEXT = register_text()
LEAVES = leaves_by_block(TEXT)
NUMBERS = numbers_by_block(TEXT)
PROVENANCE = provenance_by_block(TEXT)
BLOCKS = [name for name in LEAVES if name != "shared"]

# Leaves whose value a term of another name computes with; every other leaf is found by its own name.
TERMS_BY_LEAF = {
    "listing_presentation": ("listing",),
    "promotion_ads": ("promotion",),
    "first_mile_to_china_warehouse": ("first_mile",),
    "customs_import": ("customs",),
    "returns_complaints": ("returns",),
    "payment_collection": ("payment",),
    "tax_duty": ("consumer_tax",),
    "commission_pct": ("commission",),
    "free_return_window_days": ("return_window_days",),
    "fund_freeze_on_closure_days": ("freeze_days",),
    "typical_delivery_days": ("delivery_days",),
    "rule_notice_days": ("notice_days",),
    "policy_notice_days": ("notice_days",),
    "choice_badge": ("badge",),
    "switch_model": ("switch",),
    "price_change": ("price_review_days",),
    "fulfilment_fee": ("fulfillment_fee",),
    "late_penalty": ("late_inbound",),
    "reserve_pct": ("reserve_share",),
    "storage_fee": ("storage",),
    "self_fulfilment_fee": ("self_fulfillment_fee",),
    "first_mile_and_line_haul": ("line_haul",),
    "cs_outsourcing_fee_pct": ("service_clause",),
    "unit_price_basis": ("revenue",),
    "base_price_definition": ("revenue",),
    "implicit_platform_margin_pct": ("platform_spread",),
    "return_cost_bearer": ("return_change_of_mind",),
    "payout_transfer_days": ("transfer_days",),
    "withdrawal_fee_pct": ("payout_fee",),
    "ship_by_normal_stock_hours": ("ship_by_normal",),
    "ship_by_urgent_hours": ("ship_by_urgent",),
    "jit_arrive_at_warehouse_hours": ("jit_arrival",),
    "late_ship_penalty": ("late_jit",),
    "stockout_penalty_x": ("stock_out",),
    "quality_penalty_max_x": ("quality_incident",),
    "weight_misdeclaration_penalty": ("weight_misdeclared",),
    "false_transaction_penalty": ("false_transaction",),
    "first_stocking_cap_units": ("first_order_cap_units",),
    "recommended_cover_days": ("cover_days",),
    "delivery_days_shown": ("delivery_days",),
    "listing_to_live_days": ("listing_days",),
    "store_approval_days": ("onboarding_days",),
    "local_badge": ("badge",),
    "badge_uplift_pct": ("visibility",),
    "buyer_shipping_fee_passed_to_seller": ("buyer_shipping",),
    "handling_time_default_days": ("handling",),
    "handling_time_options_days": ("handling",),
    "transit_time_default_days": ("transit",),
    "deliver_by_days": ("delivery",),
    "subsidy_threshold": ("platform_shipping_subsidy",),
    "new_seller_reserve": ("reserve_share",),
    "payout_frequency": ("settlements_per_month",),
    "min_skus": ("min_products",),
    "conduct_breach_damages_x": ("conduct_damages",),
}


@cache
def texts() -> dict[str, str]:
    """The text of all files that state a block, by block; the market files of a base count for its block."""
    library = load()
    found: dict[str, str] = {}
    for contract in library.contracts.values():
        path = library.root / contract.at
        found[contract.head.block] = found.get(contract.head.block, "") + path.read_text(encoding="utf-8")
    return found


def stated(leaf: str, text: str) -> bool:
    """True when the leaf's name, or a term that carries it, stands in the text."""
    if re.search(rf"\b{re.escape(leaf)}\b", text):
        return True
    return any(re.search(rf'^(?:name|duty) = "{term}"$', text, re.MULTILINE) for term in TERMS_BY_LEAF.get(leaf, ()))


@pytest.mark.parametrize("block", BLOCKS)
def test_every_leaf_of_the_block_is_stated(block: str) -> None:
    assert block in texts(), f"no contract file states the block {block}"
    assert [leaf for leaf in LEAVES[block] if not stated(leaf, texts()[block])] == []


@pytest.mark.parametrize("block", BLOCKS)
def test_every_number_of_the_block_is_stated(block: str) -> None:
    """A number as it stands, or as a share of one where the register counts in percent."""
    have = numbers(texts()[block])
    near = {round(value, 9) for value in have} | {round(value * 100, 9) for value in have}
    missing = {leaf: lacking for leaf, found in NUMBERS[block].items() if (lacking := found - near)}
    assert missing == {}


@pytest.mark.parametrize("block", BLOCKS)
def test_every_source_and_date_of_the_block_is_stated(block: str) -> None:
    assert sorted(word for word in PROVENANCE[block] if f'"{word}"' not in texts()[block]) == []
