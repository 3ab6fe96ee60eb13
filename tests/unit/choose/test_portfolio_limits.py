"""Every shared limit on studies small enough to be worked out by hand."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest

import choose_small as small
from tuoguan.choose import (
    Capacity,
    Clash,
    Infeasible,
    choose,
    clash_words,
    cost_of_limits,
    cost_words,
    frontier,
    price_words,
    unknown_names,
    with_switching,
    without_minimums,
)
from tuoguan.choose.portfolio_limits import build_limits, stores
from tuoguan.choose.portfolio_words import WORDS
from tuoguan.choose.problem_family import Family, family_of
from tuoguan.foundation.parties import Duty
from tuoguan.intake import Lane, ProductCount, Seller, Site, Supplier, Switching
from tuoguan.simulate import Component

A, B = "alpha/semi/US", "beta/full/US"


def two_ways(count: int = 3, **more: object) -> list[dict[str, object]]:
    """Products that earn 100 under alpha and 60 under beta."""
    return [
        row
        for group in range(count)
        for row in (
            {"group": group, "contract": A, "profit": 100, **more},
            {"group": group, "contract": B, "profit": 60},
        )
    ]


def chosen(study: object, seller: Seller) -> list[str]:
    """The contract of every group's pick."""
    answer = choose(study, seller, weight=0.0)  # type: ignore[arg-type]
    assert answer.gap == pytest.approx(0.0, abs=1e-9)
    return [study.contracts[row] if row >= 0 else "" for row in answer.chosen]  # type: ignore[attr-defined]


def test_hours_of_a_duty_hold_by_its_share() -> None:
    """Ten hours a week, of which 0.4 are storage: 4 hours each; 9 hours of storage are enough for two of three."""
    study = small.study(two_ways(hours=10.0, storage=0.4))
    picks = chosen(study, small.seller(hours_by_duty={Duty.STORAGE: 9.0}))
    assert sorted(picks) == [A, A, B]
    answer = choose(study, small.seller(hours_by_duty={Duty.STORAGE: 9.0}), weight=0.0)
    assert {capacity.name: use for capacity, use in zip(answer.capacities, answer.used, strict=True)}[
        "duty_hours storage week 1"
    ] == pytest.approx(8.0)


def test_space_is_that_of_the_lane_and_of_its_sailings() -> None:
    """Three cubic meters a week each: a sailing of 7 every week takes two, of 7 every two weeks one."""
    study = small.study(two_ways(sent=3e6, lane="sea-us"))
    lane = Lane(id="sea-us", market="US", mode="sea", currency="USD", space_cbm=7.0)
    assert sorted(chosen(study, small.seller(lanes=(lane,)))) == [A, A, B]
    rare = msgspec.structs.replace(lane, sailing_days=14)
    capacities, uses = build_limits(study, small.seller(lanes=(rare,)))
    space = [k for k, capacity in enumerate(capacities) if capacity.kind == "space"]
    assert [(capacities[k].name, capacities[k].limit, uses[0, k]) for k in space] == [
        ("space sea-us week 1-2", 7e6, 6e6)
    ]
    assert sorted(chosen(study, small.seller(lanes=(rare,)))) == [A, B, B]
    often = msgspec.structs.replace(lane, sailing_days=3)  # 7 / 3 sailings a week: 16.3 cubic meters
    assert chosen(study, small.seller(lanes=(often,))) == [A, A, A]
    elsewhere = msgspec.structs.replace(lane, market="UK")
    assert chosen(study, small.seller(lanes=(elsewhere,))) == [A, A, A]


def test_a_supplier_delivers_so_many_units_and_so_much_money() -> None:
    """Five units a week at 1.00 each: 12 units, or 7.00, are enough for two products or for one; others are free."""
    rows = two_ways(bought=5.0)
    for row in rows:
        row["supplier"] = "S" if row["group"] != 2 else "other"
    study = small.study(rows)
    assert chosen(study, small.seller(suppliers=(Supplier(name="S", units_per_week=12),))) == [A, A, A]
    picks = chosen(study, small.seller(suppliers=(Supplier(name="S", units_per_week=12, amount_per_week="7"),)))
    assert sorted(picks[:2]) == [A, B] and picks[2] == A


def test_a_platform_brings_no_more_than_its_share() -> None:
    """Of 260 two thirds would be alpha's 200 (0.77), of 220 100 (0.45): half is the most."""
    picks = chosen(small.study(two_ways()), small.seller(profit_share={"alpha": "0.5"}))
    assert sorted(picks) == [A, B, B]
    assert chosen(small.study(two_ways()), small.seller(profit_share={"alpha": "0.8"})).count(A) == 2
    assert chosen(small.study(two_ways()), small.seller(profit_share={"alpha": "0"})) == [B, B, B]


def test_a_pair_counts_wholly_for_both_its_platforms() -> None:
    study = small.study([
        {"group": 0, "contract": f"{A} + {B}", "profit": 100}, {"group": 1, "contract": B, "profit": 100},
    ])  # fmt: skip
    assert chosen(study, small.seller(profit_share={"alpha": "0.5"})) == [f"{A} + {B}", B]
    assert chosen(study, small.seller(profit_share={"alpha": "0.4"})) == ["", B]


def test_at_most_and_at_least_so_many_products() -> None:
    study = small.study(two_ways())
    assert sorted(chosen(study, small.seller(products={"alpha": ProductCount(at_most=1)}))) == [A, B, B]
    assert sorted(chosen(study, small.seller(products={"beta/full": ProductCount(at_least=2)}))) == [A, B, B]
    assert chosen(study, small.seller(products={B: ProductCount(at_most=0, at_least=0)})) == [A, A, A]


def test_a_least_number_is_met_even_by_what_loses_money() -> None:
    study = small.study([
        {"group": 0, "contract": A, "profit": 100}, {"group": 1, "contract": B, "profit": -30},
        {"group": 2, "contract": B, "profit": -10},
    ])  # fmt: skip
    assert chosen(study, small.seller()) == [A, "", ""]
    assert chosen(study, small.seller(products={"beta": ProductCount(at_least=1)})) == [A, "", B]


def test_a_store_is_opened_for_enough_products_or_not_at_all() -> None:
    """Beta is better for one product and worth opening from two on: 90 more for the first, 30 less for the second."""
    rows = [
        {"group": 0, "contract": A, "profit": 10}, {"group": 0, "contract": B, "profit": 100},
        {"group": 1, "contract": A, "profit": 60}, {"group": 1, "contract": B, "profit": 30},
    ]  # fmt: skip
    study = small.study(rows)
    assert chosen(study, small.seller()) == [B, A]
    assert chosen(study, small.seller(products={"beta": ProductCount(at_least_if_any=2)})) == [B, B]
    rows[3]["profit"] = -40
    dear = small.study(rows)
    assert chosen(dear, small.seller(products={"beta": ProductCount(at_least_if_any=2)})) == [A, A]
    assert chosen(dear, small.seller(products={"beta": ProductCount(at_least_if_any=3)})) == [A, A]


def test_switching_costs_once_and_keeps_the_bridge_whole() -> None:
    """From alpha to beta for 30.00 and 2 hours at 10.00: 50.00 less, unless today's contract stays."""
    rows = [
        {"group": 0, "contract": A, "profit": 6_000, "today": A},
        {"group": 0, "contract": B, "profit": 10_000, "today": A},
        {"group": 0, "contract": f"{A} + {B}", "profit": 9_000, "today": A},
        {"group": 1, "contract": B, "profit": 10_000},
    ]  # fmt: skip
    study = small.study(rows, wage=1_000)
    seller = small.seller(
        switching={"beta": Switching(cost="30", hours=2.0), "*": Switching(cost="7"), "beta/semi": Switching(cost="1")}
    )
    moved = with_switching(study, seller)
    assert moved.mean().tolist() == [6_000, 5_000, 9_000, 10_000]
    assert (moved.component.sum(axis=1) == moved.profit.mean(axis=1)).all()
    parts = list(Component)
    assert moved.component[1, parts.index(Component.SET_UP)] == -3_000
    assert moved.component[1, parts.index(Component.LABOR)] == -2_000
    assert moved.hours[1].tolist() == [2.0, 0.0] and moved.cash_low[1].tolist() == [-5_000, -5_000]
    assert moved.hours.sum(axis=1) == pytest.approx(moved.hours_by_duty.sum(axis=1))
    assert with_switching(moved, seller) is moved
    back = with_switching(moved, small.seller())
    assert (back.profit == study.profit).all() and (back.component == study.component).all()
    assert (back.hours == study.hours).all() and (back.cash_low == study.cash_low).all()
    assert chosen(study, small.seller())[0] == B
    assert chosen(study, seller)[0] == f"{A} + {B}"
    assert choose(study, seller, weight=0.0).objective == choose(moved, seller, weight=0.0).objective == 19_000


def test_selling_nothing_is_an_answer_to_a_limit_of_nought() -> None:
    study = small.study(two_ways(cash=10, hours=1.0)[::2])
    for nothing in (small.seller(cash="0"), small.seller(hours=0.0)):
        answer = choose(study, nothing, weight=0.0)
        assert answer.chosen.tolist() == [-1, -1, -1] and answer.objective == answer.bound == 0.0


def test_limits_that_clash_are_named_with_what_they_would_have_to_give() -> None:
    """Two products on alpha take 4 hours each; 7 hours are one too few, and one product would fit."""
    study = small.study(two_ways(hours=4.0))
    seller = small.seller(hours=7.0, products={"alpha": ProductCount(at_least=2)})
    with pytest.raises(Infeasible, match="hours week ., products_least alpha") as told:
        choose(study, seller)
    clash = told.value.clash
    assert clash is not None
    week = clash.capacities[0].name[-1]
    assert clash_words(clash, "USD") == (
        f"hours in week {week}, at most 7 hours: with the others held it would have to be 8 hours",
        "products on alpha, at least 2 products: with the others held it would have to be 1 product",
    )
    assert clash_words(clash, "USD", "zh")[1] == "alpha 的商品数至少 2 个商品：其他限制不变时须为 1 个商品"
    assert choose(study, without_minimums(seller)).chosen.min() >= 0


def test_what_a_limit_costs_is_what_lifting_it_earns() -> None:
    """Alpha takes 4 hours a week and earns 40 more: 9 hours let two of three be sold there."""
    study = small.study(two_ways(hours=4.0))
    seller = small.seller(hours=9.0, products={"beta": ProductCount(at_most=3)})
    answer = choose(study, seller, weight=0.0)
    costs = cost_of_limits(study, seller, answer, weight=0.0)
    by_family = {cost.family: cost for cost in costs}
    assert by_family[Family("hours", "")].gain == pytest.approx(40.0)
    assert by_family[Family("hours", "")].gain_most == pytest.approx(40.0)
    assert by_family[Family("cash", "")].gain_most == 0.0
    assert costs[0].family == Family("hours", "")
    assert cost_words(costs, "USD") == ("the limit on hours costs you 0.40 USD",)
    assert cost_words(costs, "USD", "zh") == ("工时这一限制使您少赚 0.40 USD",)


def test_the_frontier_goes_along_hours_and_cash() -> None:
    study = small.study(two_ways(hours=4.0, cash=100))
    points = frontier(
        study, small.seller(hours=8.0, cash="2"), weights=(0.0,), hours_shares=(0.5, 1.5), cash_shares=(0.5, 1.5)
    )
    assert [(point.limit_share, point.cash_share, point.mean) for point in points] == [
        (1.0, 1.0, 260.0), (0.5, 1.0, 220.0), (1.5, 1.0, 260.0), (1.0, 0.5, 220.0), (1.0, 1.5, 260.0),
    ]  # fmt: skip
    clashing = small.seller(hours=8.0, products={"alpha": ProductCount(at_least=2)})
    assert len(frontier(study, clashing, weights=(0.0,), hours_shares=(0.5,), cash_shares=())) == 1


def everything() -> tuple[object, Seller]:
    """A study and a seller with every kind of limit."""
    rows = two_ways(
        hours=4.0, cash=100, volume=2e6, bought=5, sent=1e6, site="s", lane="sea", storage=0.5, supplier="S"
    )
    seller = small.seller(
        cash="2", hours=9.0, hours_by_duty={Duty.STORAGE: 5.0}, profit_share={"alpha": "0.7"},
        products={"alpha": ProductCount(at_most=2, at_least=1), "beta": ProductCount(at_least_if_any=2)},
        sites=(Site(id="s", market="US", volume_cbm=5.0),),
        lanes=(Lane(id="sea", market="US", mode="sea", currency="USD", space_cbm=2.0),),
        suppliers=(Supplier(name="S", units_per_week=9, amount_per_week="9"),),
    )  # fmt: skip
    return small.study(rows), seller


def test_every_kind_of_limit_has_words_for_its_price_its_cost_and_its_clash() -> None:
    study, seller = everything()
    capacities, uses = build_limits(study, seller)  # type: ignore[arg-type]
    capacities = (*capacities, *(store.capacity for store in stores(study, seller)))  # type: ignore[arg-type]
    assert {capacity.kind for capacity in capacities} == set(WORDS)
    answer = choose(study, seller, weight=0.0)  # type: ignore[arg-type]
    priced = replace(
        answer, capacities=capacities, shadow_price=np.ones(len(capacities)), used=np.ones(len(capacities))
    )
    for lang in ("en", "zh"):
        assert len(set(price_words(priced, "USD", lang))) == len(capacities)
        told = clash_words(Clash(capacities, (1.0,) * len(capacities)), "USD", lang)
        assert len(set(told)) == len({family_of(capacity)[0] for capacity in capacities})
        assert all("{" not in sentence for sentence in told)
    assert family_of(Capacity("supplier_units Yi Wu week 3-4", "supplier_units", 1.0, "unit")) == (
        Family("supplier_units", "Yi Wu"), "3-4",
    )  # fmt: skip


def test_names_that_are_nowhere_are_told() -> None:
    seller = small.seller(
        profit_share={"alpha": "0.5", "gamma": "0.5"}, products={"alpha/full": ProductCount(at_most=1)},
        switching={"*": Switching(cost="1"), "beta/full": Switching(cost="2")},
    )  # fmt: skip
    assert unknown_names(seller, (A, B)) == (("limits.profit_share", "gamma"), ("limits.products", "alpha/full"))
