"""The integer arithmetic of charges and draws against exact fractions and textbook moments."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tuoguan.contracts import kernels
from tuoguan.contracts.compiled import CHARGE_DTYPE, NONE
from tuoguan.contracts.reference import _rounded
from tuoguan.contracts.schema import Basis, Distribution, Per, Rounding
from tuoguan.foundation.facts import FIELD_COUNT, Field

U = st.floats(min_value=1e-9, max_value=1 - 1e-9)
VALUES = st.integers(min_value=0, max_value=10**9)


def test_columns_are_those_of_the_record() -> None:
    names = CHARGE_DTYPE.names or ()
    assert len(names) == kernels.COLUMN_COUNT
    assert [getattr(kernels, name.upper()) for name in names] == list(range(len(names)))
    assert kernels.ANY == NONE


def test_positions_are_those_of_the_fact() -> None:
    positions = (
        Field.KIND, Field.REASON, Field.QUANTITY, Field.ORDERS, Field.PARCELS, Field.LINES, Field.RETAIL_PRICE,
        Field.SUPPLY_PRICE, Field.WEIGHT_G, Field.VOLUME_CM3, Field.MINUTES_LATE, Field.DAYS_HELD, Field.CUSTOMS_VALUE,
    )  # fmt: skip
    names = (
        "KIND", "REASON", "QUANTITY", "ORDERS", "PARCELS", "LINES", "RETAIL", "SUPPLY", "WEIGHT_G", "VOLUME_CM3",
        "MINUTES_LATE", "DAYS_HELD", "CUSTOMS",
    )  # fmt: skip
    assert [getattr(kernels, f"F_{name}") for name in names] == [int(position) for position in positions]
    assert len(names) == FIELD_COUNT


def test_codes_are_those_of_the_vocabulary() -> None:
    assert all(getattr(kernels, f"PER_{per.name}") == per for per in Per)
    assert all(getattr(kernels, basis.name) == basis for basis in Basis if basis)
    assert [getattr(kernels, item.name) for item in Distribution] == list(range(len(Distribution)))


def test_chargeable_grams_take_the_larger_of_weight_and_volume() -> None:
    # 1.2 liters over 6000 cm3/kg are 200 g, over 5000 are 240 g (published air and express divisors).
    assert kernels.chargeable_grams(150, 1200, 6000) == 200
    assert kernels.chargeable_grams(150, 1200, 5000) == 240
    assert kernels.chargeable_grams(250, 1200, 6000) == 250
    assert kernels.chargeable_grams(250, 99_999, 0) == 250


@given(
    st.integers(0, 2**62), st.sampled_from((1, 10**4, 10**6, 10**12)), st.integers(0, 10**6), st.sampled_from(Rounding)
)
def test_a_share_is_rounded_once(product: int, denominator: int, share_ppm: int, mode: Rounding) -> None:
    if product // denominator > 9 * 10**12:
        product %= 9 * 10**12
    exact = Fraction(product, denominator) * Fraction(share_ppm, 10**6)
    assert kernels.shared_round(product, denominator, share_ppm, int(mode)) == _rounded(exact, mode.name)


@given(VALUES, VALUES, VALUES, st.integers(0, 3), U, U)
def test_draws_stay_in_range_and_rise_with_u(a: int, b: int, c: int, distribution: int, u: float, v: float) -> None:
    low, mode, high = sorted((a, b, c))
    first, second = (kernels.draw_value(low, mode, high, distribution, x) for x in sorted((u, v)))
    assert low <= first <= second <= high


def test_draws_have_the_moments_of_their_distribution() -> None:
    low, mode, high = 100_000, 250_000, 700_000
    u = (np.arange(20_000) + 0.5) / 20_000
    mean = {d: np.mean([kernels.draw_value(low, mode, high, int(i), x) for x in u]) for i, d in enumerate(Distribution)}
    assert mean[Distribution.FIXED] == mode
    assert abs(mean[Distribution.UNIFORM] / ((low + high) / 2) - 1) < 1e-4
    assert abs(mean[Distribution.TRIANGULAR] / ((low + mode + high) / 3) - 1) < 1e-4
    assert abs(mean[Distribution.LOGUNIFORM] / ((high - low) / np.log(high / low)) - 1) < 1e-4


def test_uniform_over_whole_days_gives_every_day_its_share() -> None:
    drawn = [kernels.draw_value(3, 5, 7, kernels.UNIFORM, (i + 0.5) / 5000) for i in range(5000)]
    assert {day: drawn.count(day) for day in range(3, 8)} == dict.fromkeys(range(3, 8), 1000)
