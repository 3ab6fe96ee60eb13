"""When a payout comes and how it is split, against plain fractions written from docs/rooms/simulate.md, "Money"."""

import math
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from money_moves import open_contracts
from tuoguan.contracts import Compiled, QuantityName, Uncertain
from tuoguan.operate import payout_of
from tuoguan.operate.settling import NEVER, keep_back

Q = QuantityName


def stated(compiled: Compiled, **numbers: int) -> Compiled:
    """The contract with these quantities."""
    any_one = next(iter(compiled.quantities.values()))
    changed = {Q(name): replace(any_one, value=value, low=value, high=value) for name, value in numbers.items()}
    return replace(compiled, quantities={**compiled.quantities, **changed})


def value(compiled: Compiled, name: QuantityName) -> int:
    """The central value, nought where the contract states none."""
    found: Uncertain | None = compiled.quantities.get(name)
    return found.value if found else 0


@given(
    st.sampled_from(open_contracts()), st.integers(0, 40_000), st.integers(0, 60), st.integers(-(10**9), 10**12),
    st.integers(0, 41_000), st.sampled_from((0, 1, 2, 4, 7, 30, 60)), st.integers(0, 1_000_000), st.integers(0, 90),
    st.integers(0, 200),
)  # fmt: skip
def test_payout_is_what_plain_fractions_say(
    base: Compiled, trigger: int, lag: int, owed: int, stop: int, grid: int, share: int, days: int, freeze: int
) -> None:
    compiled = stated(base, settlements_per_month=grid, reserve_share=share, reserve_days=days, freeze_days=freeze)
    found = payout_of(compiled, trigger, lag, owed, stop_day=stop)
    due = trigger + lag + value(compiled, Q.TRANSFER_DAYS)
    step = max(1, 30 // grid) if grid else 1
    settled = math.ceil(Fraction(due, step)) * step
    kept = math.floor(Fraction(max(0, owed) * share, 10**6) + Fraction(1, 2))

    def thaw(day: int) -> int:
        return day if day < stop else max(day, stop + freeze)

    assert (found.due_on, found.settled_on, found.paid_on) == (due, settled, thaw(settled))
    assert (found.reserve_minor, found.paid_minor) == (kept, owed - kept)
    assert found.released_on == thaw(thaw(settled) + days)
    assert found.frozen == (found.paid_on != settled)


@pytest.mark.parametrize("compiled", open_contracts(), ids=lambda one: one.id)
def test_absent_numbers_are_the_contracts_own(compiled: Compiled) -> None:
    found = payout_of(compiled, 100, None, 10_000)
    assert found == payout_of(compiled, 100, value(compiled, Q.SETTLEMENT_LAG_DAYS), 10_000, stop_day=NEVER)
    assert found.reserve_minor == keep_back(compiled, 10_000)
