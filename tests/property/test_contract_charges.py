"""Laws of charges that hold for any term and fact."""

from hypothesis import given
from hypothesis import strategies as st

from differential.contract_cases import FX, case
from tuoguan.contracts import Compiled, compile
from tuoguan.contracts.kernels import SHARE_PPM, SIGN, VALUE, charge_minor
from tuoguan.foundation.facts import FIELD_COUNT


def compiled_of(seed: int) -> Compiled:
    """The contract of one generated case."""
    one = case(seed, facts=0)
    return compile(one.contract, on=one.on, currency=one.currency, fx=FX)


def signed(row, value: int, vector) -> int:  # type: ignore[no-untyped-def]
    """What the charge costs or gives, as a magnitude."""
    return int(charge_minor(row, value, vector, -1)) * int(row[SIGN])


@given(st.integers(0, 200), st.integers(0, 10**7), st.integers(0, 10**7), st.data())
def test_a_higher_value_or_share_never_charges_less(seed: int, one: int, two: int, data: st.DataObject) -> None:
    import numpy as np

    fact = case(seed, facts=8).facts[data.draw(st.integers(0, 7))]
    vector = np.array(fact.vector(), dtype=np.int64)
    assert len(vector) == FIELD_COUNT
    for row in compiled_of(seed).charge_matrix():
        low, high = signed(row, min(one, two), vector), signed(row, max(one, two), vector)
        assert 0 <= low <= high
        whole = row.copy()
        whole[SHARE_PPM] = 1_000_000
        assert signed(row, int(row[VALUE]), vector) <= signed(whole, int(row[VALUE]), vector)
