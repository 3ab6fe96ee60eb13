"""Landed cost in layers, held against exercises of accounting textbooks that publish their answers."""

import pytest

from tuoguan.operate import Costing
from tuoguan.operate.layers import Gone, Layer, Shelf, Value, add, split

USD = ("goods", "USD")
SHOP = "shop"


def buy(shelf: Shelf, lot: str, units: int, minor: int, place: str = SHOP) -> None:
    """Goods come to a place, then their bill."""
    shelf.put(place, shelf.come(lot, units), pooled=True)
    shelf.bill(lot, USD, minor, place)


def sell(shelf: Shelf, units: int) -> int:
    """Units are sold; what they cost."""
    taken = shelf.take(SHOP, units)
    shelf.leave(Gone.SOLD, taken)
    return sum(sum(layer.value.values()) for layer in taken)


def whole(minor: int) -> int:
    """Dollars, as the books print them."""
    return round(minor / 100)


# Graham Company, published with its answers to the dollar (intermediate averages rounded to three decimals there).
@pytest.mark.parametrize(
    ("costing", "ending", "sold"), [(Costing.FIFO, 3_290, 9_930), (Costing.AVERAGE, 3_108, 10_112)]
)
def test_perpetual_inventory_of_graham_company(costing: Costing, ending: int, sold: int) -> None:
    shelf = Shelf(costing)
    buy(shelf, "1 July", 440, 2_200_00)
    buy(shelf, "12 July", 740, 4_440_00)
    cost = sell(shelf, 810)
    buy(shelf, "23 July", 940, 6_580_00)
    cost += sell(shelf, 840)
    assert whole(cost) == sold
    assert whole(shelf.value(SHOP)[USD]) == ending
    assert shelf.units(SHOP) == 470
    assert cost + shelf.value(SHOP)[USD] == 13_220_00


# Weygandt, Kimmel, Kieso, problem 6-9A (Farman Appliance Mart) in two printings: the average after every day.
FARMAN = (("b", 203, 141), ("s", 116, 0), ("b", 232, 161), ("s", 145, 0), ("b", 174, 176), ("s", 87, 0), ("s", 116, 0))
FARMAN_LATER = (
    ("b", 210, 153), ("s", 120, 0), ("b", 240, 173), ("s", 150, 0), ("b", 180, 188), ("s", 90, 0), ("s", 120, 0),
)  # fmt: skip
SWEET_ACACIA = (("b", 8, 71), ("s", 6, 0), ("b", 3, 76), ("s", 3, 0), ("b", 5, 82), ("s", 3, 0))


@pytest.mark.parametrize(
    ("days", "averages", "digits"),
    [
        (FARMAN, (141, 141, 155.545, 155.545, 165.773, 165.773, 165.773), 3),
        (FARMAN_LATER, (153, 153, 167.545, 167.545, 177.772, 177.772, 177.772), 2),
        (SWEET_ACACIA, (71, 71, 74, 74, 79.71, 79.71), 2),
    ],
)
def test_moving_averages_of_the_textbook(
    days: tuple[tuple[str, int, int], ...], averages: tuple[float, ...], digits: int
) -> None:
    shelf = Shelf(Costing.AVERAGE)
    for index, ((what, units, dollars), average) in enumerate(zip(days, averages, strict=True)):
        if what == "b":
            buy(shelf, str(index), units, units * dollars * 100)
        else:
            sell(shelf, units)
        found = shelf.value(SHOP)[USD] / shelf.units(SHOP) / 100
        assert found == pytest.approx(average, abs=0.6 * 10.0**-digits)


def test_a_late_bill_falls_on_goods_there_and_goods_sold_by_units() -> None:
    for costing in Costing:
        shelf = Shelf(costing)
        buy(shelf, "p1", 10, 1000)
        sell(shelf, 4)
        shelf.bill("p1", ("first_leg", "USD"), 101, SHOP)
        assert shelf.value(SHOP) == {USD: 600, ("first_leg", "USD"): 60}
        assert shelf.gone[Gone.SOLD].value == {USD: 400, ("first_leg", "USD"): 41}


def test_bills_before_the_goods_wait_for_them() -> None:
    shelf = Shelf()
    shelf.bill("p1", USD, 999, SHOP)
    assert shelf.value() == {}
    shelf.put("in_transit:sea:shop", shelf.come("p1", 3), pooled=False)
    assert shelf.value("in_transit:sea:shop") == {USD: 999}
    assert shelf.lots["p1"].waiting == {}


def test_goods_under_way_keep_their_lot_and_average_mixes_where_they_lie() -> None:
    shelf = Shelf(Costing.AVERAGE)
    lane = "in_transit:sea:shop"
    for lot, minor in (("p1", 100), ("p2", 300)):
        shelf.put(lane, shelf.come(lot, 10), pooled=False)
        shelf.bill(lot, USD, minor, SHOP)
    shelf.put(SHOP, shelf.take(lane, 10, "p2"), pooled=True)  # the second ship is faster
    assert shelf.value(SHOP) == {USD: 300}
    shelf.put(SHOP, shelf.take(lane, 10, "p1"), pooled=True)
    assert [layer.value for layer in shelf.layers[SHOP]] == [{USD: 400}]


def test_first_in_first_out_follows_arrival_not_purchase() -> None:
    shelf = Shelf()
    buy(shelf, "late", 1, 700)
    buy(shelf, "early", 1, 500)
    assert sell(shelf, 1) == 700


def test_a_lost_lot_takes_its_late_bills_along() -> None:
    shelf = Shelf()
    shelf.put("in_transit:sea:shop", shelf.come("p1", 5), pooled=False)
    shelf.leave(Gone.LOST, shelf.take("in_transit:sea:shop", 5, "p1"))
    shelf.bill("p1", USD, 500, SHOP)
    assert shelf.gone[Gone.LOST].value == {USD: 500}
    assert not any(shelf.gone[Gone.SOLD].value.values())


def test_more_than_there_is_is_refused() -> None:
    shelf = Shelf()
    buy(shelf, "p1", 2, 200)
    with pytest.raises(ValueError, match="3 units asked of shop, fewer are there"):
        shelf.take(SHOP, 3)


def test_goods_back_that_were_never_sold_here_cost_nothing() -> None:
    shelf = Shelf()
    buy(shelf, "p1", 2, 200)
    sell(shelf, 1)
    assert [(layer.units, layer.value) for layer in shelf.come_back(Gone.SOLD, 3)] == [(1, {USD: 100}), (2, {})]
    assert (shelf.gone[Gone.SOLD].units, shelf.gone[Gone.SOLD].value) == (0, {USD: 0})


def test_both_currencies_stay_apart() -> None:
    shelf = Shelf()
    buy(shelf, "p1", 3, 1000)
    shelf.bill("p1", ("goods", "CNY"), 100, SHOP)
    total: Value = {}
    for part in shelf.take(SHOP, 2):
        add(total, part.value)
    assert total == {USD: 666, ("goods", "CNY"): 66}


def test_a_cut_loses_no_cent() -> None:
    layer = Layer("p", 3, {USD: 100})
    assert [sum(layer.take(1).value.values()) for _ in range(3)] == [33, 33, 34]
    assert sum(split(-7, [1, 2, 3])) == -7
