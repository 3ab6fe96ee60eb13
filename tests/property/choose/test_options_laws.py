"""Laws of options that hold for every product: costs by owner, monotone in size, deterministic in names."""

from hypothesis import given, settings
from hypothesis import strategies as st

from choose_workspace import ON, batch, groups, library, product, rates
from tuoguan.choose.options_library import read_market
from tuoguan.choose.options_market import label_cost
from tuoguan.choose.options_terms import FIXED, NOUGHT, fixed, ranged, scaled, total
from tuoguan.foundation.parties import Duty

US = read_market(library(), "US", "CN", ON, "USD", rates())
whole = st.integers(0, 10**9)


@st.composite
def terms(draw):
    low, value, high = sorted(draw(st.tuples(whole, whole, whole)))
    return ranged(low, value, high, draw(st.integers(1, 10**6)))


@given(st.lists(terms(), max_size=6))
def test_sums_keep_bounds_in_order_and_lose_nothing(parts):
    summed = total(parts)
    assert summed.low <= summed.value <= summed.high
    assert summed.value == sum(part.value for part in parts)
    assert total([*parts, NOUGHT]) == summed
    assert (summed.distribution == FIXED) <= (summed.low == summed.high)


@given(terms(), st.integers(0, 5_000_000))
def test_a_multiple_keeps_bounds_in_order_and_one_changes_nothing(term, factor):
    moved = scaled(term, factor, 1_000_000)
    assert moved.low <= moved.value <= moved.high and moved.stream == term.stream
    assert scaled(term, 1_000_000, 1_000_000) == term
    assert scaled(fixed(7), 0) == fixed(0)


@given(st.integers(1, 60_000), st.integers(0, 30_000), st.integers(1, 60_000))
def test_a_heavier_parcel_is_never_cheaper(light, more, volume):
    one, two = (label_cost(US.last_mile, grams, volume) for grams in (light, light + more))
    assert two is None or (one is not None and one.value <= two.value)


@settings(max_examples=25)
@given(
    st.integers(20, 8_000), st.integers(50, 60_000), st.integers(50, 50_000),
    st.sets(st.sampled_from(list(Duty)), max_size=3),
)  # fmt: skip
def test_whatever_the_product_costs_fall_on_owners_and_kept_duties_stay(weight, volume, price, keep):
    row = product("A", weight_g=weight, volume_cm3=volume, retail_price_minor=price, keep=[duty.value for duty in keep])
    found = groups(batch(row))
    assert {item.contract for item in found.excluded} | {o.listings[0].contract.id for o in found.options} == {
        contract.id for contract in US.contracts
    }
    for option in found.options:
        one = option.listings[0]
        assert all(one.contract.owns(duty) for duty in keep)
        assert one.contract.owns(Duty.STORAGE) or one.pick_order.high == 0
        assert one.contract.owns(Duty.RETURNS) or one.return_unit.high == 0
        assert one.contract.owns(Duty.CUSTOMS) or option.duty_ad_valorem.high == 0
        assert one.contract.owns(Duty.LAST_MILE) or one.contract.owns(Duty.LINE_HAUL) or one.label_parcel.high == 0
