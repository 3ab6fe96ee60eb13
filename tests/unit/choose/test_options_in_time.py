"""Selling before buying is offered only where the contract's clock leaves time to buy."""

from dataclasses import replace

import pytest

from tuoguan.choose.options_places import JIT, STOCKED, in_time
from tuoguan.choose.options_terms import NOUGHT, fixed
from tuoguan.contracts import compile, load
from tuoguan.foundation.days import parse_day
from tuoguan.foundation.facts import FactKind
from tuoguan.simulate import Lane, Place

ON = parse_day("2026-11-22")
LANE = Lane("domestic", "domestic", NOUGHT, NOUGHT, 0, fixed(1), 0)
HELD = Place("origin", True, LANE, NOUGHT, NOUGHT, JIT)


@pytest.mark.parametrize(("lead_days", "policy"), [(0, JIT), (30, STOCKED)])
def test_a_slow_supplier_means_stock(lead_days: int, policy: object) -> None:
    """A contract with a clock from the order on."""
    contracts = [compile(load().contract(name), on=ON, currency="USD") for name in load().ids()]
    clocked = [item for item in contracts if any(c.starts == int(FactKind.ORDER_PLACED) for c in item.deadlines)]
    assert clocked
    assert all(in_time(HELD, item, lead_days).policy == policy for item in clocked)


def test_a_stocked_place_stays_stocked() -> None:
    """The clock never turns stock into selling first."""
    contract = compile(load().contract("aliexpress/pop/US"), on=ON, currency="USD")
    assert in_time(replace(HELD, policy=STOCKED), contract, 0).policy == STOCKED
