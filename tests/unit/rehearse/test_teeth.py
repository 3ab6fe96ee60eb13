"""A world that differs in one thing from the simulator's is found out, on the right day and in words."""

from dataclasses import replace

import pytest

from differential.rehearse.cases import case, signable
from tuoguan.operate import Ledger, Work
from tuoguan.rehearse import Simulated, differences, rehearse, world_of
from tuoguan.simulate import trace
from tuoguan.store import open_sqlite

NAME, SEED = "temu/semi/US", 34  # two listings, 31 payouts within the horizon


@pytest.fixture(scope="module")
def traced():
    scenario, demand, path = case(signable()[NAME], SEED)
    found = trace(scenario, demand, 0, path)
    return scenario, found, world_of(scenario, scenario.options[0], found)


def lived(world, folder):
    """The diary of the world on a ledger of its own."""
    return rehearse(Work(Ledger(open_sqlite(folder / "ledger.db"), clock=lambda: 0)), [world])


def found(traced, world, folder):
    """The differences of the world from what the simulator says."""
    scenario, told, _ = traced
    simulated = Simulated(scenario.horizon_days)
    simulated.add(world, told)
    return differences(lived(world, folder), simulated)


def test_the_same_world_has_no_difference(traced, tmp_path):
    assert found(traced, traced[2], tmp_path) == []


def paid(world):
    """The first unit sold whose money comes within the horizon."""
    return next(at for at, sale in enumerate(world.sales) if sale.shipped + 25 < len(world.days))


def later_lag(world):
    at = paid(world)
    sales = list(world.sales)
    sales[at] = replace(sales[at], lag_days=sales[at].lag_days + 1)
    return replace(world, sales=tuple(sales)), "cash"


def dearer_freight(world):
    orders = list(world.stock_orders)
    orders[0] = replace(orders[0], freight_minor=orders[0].freight_minor + 1)
    return replace(world, stock_orders=tuple(orders)), "cash"


def slower_hands(world):
    listings = [replace(one, minutes_order=one.minutes_order + 1) for one in world.listings]
    return replace(world, listings=tuple(listings)), "staff time (thousandths of a minute)"


def another_unit(world):
    orders = list(world.stock_orders)
    orders[0] = replace(orders[0], units=orders[0].units + 1)
    return replace(world, stock_orders=tuple(orders)), "units"


def dearer_goods(world):
    listings = [replace(one, supply_price_minor=one.supply_price_minor + 100) for one in world.listings]
    return replace(world, listings=tuple(listings)), "charges"


@pytest.mark.parametrize("change", [later_lag, dearer_freight, slower_hands, another_unit, dearer_goods])
def test_one_thing_that_differs_is_found(change, traced, tmp_path):
    world, what = change(traced[2])
    wrong = found(traced, world, tmp_path)
    assert what in {one.what for one in wrong}
    assert [one.day for one in wrong] == sorted(one.day for one in wrong)
    assert f"day {wrong[0].day}" in wrong[0].sentence(world.start_on)


def test_a_rehearsal_that_was_stopped_goes_on_where_it_stopped(traced, tmp_path):
    world, whole = traced[2], tmp_path / "whole"
    whole.mkdir()
    uncut = lived(world, whole)

    def stop(done, total):
        if done >= 14 and total:  # noqa: PLR2004 after the second week
            raise KeyboardInterrupt

    store = open_sqlite(tmp_path / "cut.db")
    work = Work(Ledger(store, clock=lambda: 0))
    with pytest.raises(KeyboardInterrupt):
        rehearse(work, [world], progress=stop)
    store.close()
    again = Work(Ledger(open_sqlite(tmp_path / "cut.db"), clock=lambda: 0))
    rehearse(again, [world], until=17)  # in the middle of a week
    diary = rehearse(again, [world])
    assert diary == uncut
    assert not again.ledger.verify()
    assert rehearse(again, [world]) == uncut
