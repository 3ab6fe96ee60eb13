"""Layers against two slow models: goods as single units with their price, and an average kept as a fraction."""

from collections import deque
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tuoguan.operate import Costing
from tuoguan.operate.layers import Gone, Shelf, Value, add

USD = ("goods", "USD")
BOUGHT = st.tuples(st.just("buy"), st.integers(1, 30), st.integers(0, 5000))
SOLD = st.tuples(st.just("sell"), st.integers(1, 30), st.just(0))


def cost_of(shelf: Shelf, units: int) -> int:
    """What units cost that are sold."""
    taken = shelf.take("site", units)
    shelf.leave(Gone.SOLD, taken)
    assert sum(layer.units for layer in taken) == units
    return sum(layer.value.get(USD, 0) for layer in taken)


@given(st.lists(st.one_of(BOUGHT, SOLD), max_size=40))
def test_first_in_first_out_is_a_queue_of_single_units(steps: list[tuple[str, int, int]]) -> None:
    shelf, queue = Shelf(), deque[int]()
    for index, (what, units, price) in enumerate(steps):
        if what == "buy":
            shelf.put("site", shelf.come(str(index), units), pooled=True)
            shelf.bill(str(index), USD, units * price, "site")
            queue.extend([price] * units)
        elif units <= len(queue):
            assert cost_of(shelf, units) == sum(queue.popleft() for _ in range(units))
    assert shelf.units("site") == len(queue)
    assert shelf.value().get(USD, 0) == sum(queue)


@given(st.lists(st.one_of(BOUGHT, SOLD), max_size=40))
def test_the_average_is_a_fraction_to_a_minor_unit_for_each_cut(steps: list[tuple[str, int, int]]) -> None:
    shelf, units_there, worth, cuts = Shelf(Costing.AVERAGE), 0, Fraction(0), 0
    for index, (what, units, price) in enumerate(steps):
        if what == "buy":
            shelf.put("site", shelf.come(str(index), units), pooled=True)
            shelf.bill(str(index), USD, units * price, "site")
            units_there, worth = units_there + units, worth + units * price
        elif units <= units_there:
            out = worth * units / units_there
            cuts += 1
            assert abs(cost_of(shelf, units) - out) <= cuts
            units_there, worth = units_there - units, worth - out
    assert shelf.units("site") == units_there
    assert abs(shelf.value().get(USD, 0) - worth) <= cuts


STEP = st.tuples(
    st.sampled_from(("come", "bill", "move", "sell", "lose", "back", "supplier")),
    st.sampled_from(("p1", "p2", "p3")), st.integers(1, 20), st.integers(-999, 9999),
    st.sampled_from(("site", "hub")), st.sampled_from(("site", "hub")),
)  # fmt: skip


@given(st.sampled_from(list(Costing)), st.lists(STEP, max_size=60))
def test_no_cent_and_no_unit_is_lost_or_made(
    costing: Costing, steps: list[tuple[str, str, int, int, str, str]]
) -> None:
    shelf, billed, came = Shelf(costing), 0, 0
    for what, lot, units, minor, place, other in steps:
        there = min(units, shelf.units(place))
        if what == "come":
            shelf.put(place, shelf.come(lot, units), pooled=minor % 2 == 0)
            came += units
        elif what == "bill":
            shelf.bill(lot, USD, minor, place)
            billed += minor
        elif what == "move" and there:
            shelf.put(other, shelf.take(place, there, lot), pooled=minor % 2 == 0)
        elif what in ("sell", "lose") and there:
            shelf.leave(Gone.SOLD if what == "sell" else Gone.LOST, shelf.take(place, there))
        elif what == "back":
            back = min(units, shelf.gone[Gone.SOLD].units)
            shelf.put(place, shelf.come_back(Gone.SOLD, back) if back else [], pooled=True)
        elif what == "supplier" and there:
            shelf.go_back(lot, shelf.take(place, there, lot), place)
            came -= there
        total: Value = {}
        for lot_there in shelf.lots.values():
            add(total, lot_there.waiting)
        add(total, shelf.value())
        for word in Gone:
            add(total, shelf.gone[word].value)
        assert total.get(USD, 0) == billed
        held = shelf.units("site") + shelf.units("hub")
        assert held + sum(shelf.gone[word].units for word in Gone) == came
        assert all(layer.units > 0 for layers in shelf.layers.values() for layer in layers)
        assert Shelf.from_json(costing, shelf.as_json()).as_json() == shelf.as_json()
