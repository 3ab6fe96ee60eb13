"""Facts: the vector agrees with the names of its positions; numbers once stored never move."""

import inspect

import pytest

from tuoguan.foundation.facts import FIELD_COUNT, Fact, FactKind, Field, Reason
from tuoguan.foundation.random import Stream

NAME_BY_FIELD = {
    Field.RETAIL_PRICE: "retail_price_minor",
    Field.SUPPLY_PRICE: "supply_price_minor",
    Field.CUSTOMS_VALUE: "customs_value_minor",
}


@pytest.mark.parametrize("position", [place for place in Field if place not in (Field.KIND, Field.REASON)])
def test_each_number_stands_at_its_position(position: Field) -> None:
    name = NAME_BY_FIELD.get(position, position.name.lower())
    vector = Fact(FactKind.ORDER_PLACED, 20_000, "USD", **{name: 7}).vector()  # type: ignore[arg-type]
    assert len(vector) == FIELD_COUNT
    assert vector[position] == 7
    assert sum(vector) == FactKind.ORDER_PLACED + 7


def test_kind_and_reason_come_first() -> None:
    vector = Fact(FactKind.UNITS_RETURNED, 0, "USD", reason=Reason.QUALITY).vector()
    assert vector[Field.KIND] == 9
    assert vector[Field.REASON] == 2


def test_every_number_of_a_fact_has_a_position() -> None:
    numbers = [name for name, kind in inspect.get_annotations(Fact).items() if kind is int and name != "day"]
    assert {NAME_BY_FIELD.get(place, place.name.lower()) for place in Field} == {*numbers, "kind", "reason"}


@pytest.mark.parametrize(
    ("member", "number"),
    [
        (FactKind.LISTING_OPENED, 1), (FactKind.ORDER_PLACED, 6), (FactKind.DEADLINE_MISSED, 12),
        (FactKind.PAYOUT_SENT, 22), (FactKind.CONDUCT_BREACHED, 26), (Stream.DEMAND, 1), (Stream.BOOTSTRAP, 20),
        (Stream.TERM, 100), (Reason.SELLER_FAULT, 5),
    ],
)  # fmt: skip
def test_numbers_that_were_stored_never_move(member: int, number: int) -> None:
    assert member == number


def test_a_note_does_not_make_another_fact() -> None:
    assert Fact(FactKind.STOCK_OUT, 1, "CNY", note="seen on the shelf") == Fact(FactKind.STOCK_OUT, 1, "CNY")
