"""Counts: looked at, recorded as they were seen, once."""

from typing import Any

import pytest

from api_world import NOON, ROOT, World
from tuoguan.operate import Desk, Line, moves_between

PATH = f"{ROOT}/stock/counts"
COUNT = {"place": "ny", "counted_on": "2026-03-02", "lines": [{"sku": "CUP", "units": 48}]}


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuoguan.api.asking.now", lambda: NOON)


def on_hand(world: World) -> int:
    found: int = world.get("stock/product/CUP").json()["places"][0]["units"]["on_hand"]
    return found


def bring(world: World) -> None:
    """Five more units put away earlier on the day of the count."""
    work = world.site.work(world.workspace)
    work.open("purchase", "late", currency="CNY", place="ny", lines=[Line("CUP", 5, supply_price_minor=700)],
              at=NOON - 9_000, by=Desk.SELLER)  # fmt: skip
    for move in moves_between("purchase", "ordered", "stocked") or ():
        work.record("purchase/late", move, at=NOON - 8_000, by=Desk.SELLER)


def send(world: World, seen: str | None, body: dict[str, Any] = COUNT, **headers: str) -> Any:
    return world.client.post(PATH, json=body, headers=headers | ({"If-Match": seen} if seen is not None else {}))


def test_a_count_is_looked_at_then_recorded_as_it_was_seen(world: World) -> None:
    look = world.client.post(f"{PATH}?preview=true", json=COUNT)
    line = {"sku": "CUP", "account": "at", "believed": 50, "counted": 48, "difference": -2}
    assert look.json() == {"place": "ny", "counted_on": "2026-03-02", "lines": [line], "position": None}
    assert on_hand(world) == 50
    done = send(world, look.headers["ETag"])
    assert (done.status_code, done.json()["lines"]) == (200, [line]) and done.json()["position"] > 0
    assert on_hand(world) == 48


def test_nobody_records_a_count_unseen_or_over_stock_that_moved(world: World) -> None:
    assert send(world, None).status_code == 428
    seen = world.client.post(f"{PATH}?preview=true", json=COUNT).headers["ETag"]
    bring(world)
    late = send(world, seen)
    assert (late.status_code, late.json()["problems"][0]["code"]) == (412, "stale")
    assert on_hand(world) == 55
    assert send(world, "*").json()["lines"][0]["difference"] == -7


def test_the_same_count_again_changes_nothing_more(world: World) -> None:
    seen = world.client.post(f"{PATH}?preview=true", json=COUNT).headers["ETag"]
    headers = {"Idempotency-Key": "count-1"}
    first, again = send(world, seen, **headers), send(world, seen, **headers)
    assert again.json() == first.json() and again.headers["Idempotent-Replayed"] == "true"
    assert send(world, "*").json()["position"] == first.json()["position"]
    assert on_hand(world) == 48


def test_the_same_units_are_counted_once_more_after_stock_moved(world: World) -> None:
    first = send(world, "*").json()["position"]
    bring(world)
    assert on_hand(world) == 53
    assert send(world, "*").json()["position"] > first
    assert on_hand(world) == 48


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"counted_on": "2026-03-03"}, "bad_date"),
        ({"counted_on": "today"}, "bad_date"),
        ({"place": "a:b"}, "bad_place"),
        ({"lines": [{"sku": "CUP", "units": 1}, {"sku": "CUP", "units": 2}]}, "bad_quantity"),
        ({"lines": []}, "invalid"),
        ({"lines": [{"sku": "CUP", "units": "7"}]}, "invalid"),
    ],
)
def test_what_cannot_be_counted_is_refused(world: World, change: dict[str, Any], code: str) -> None:
    answer = send(world, "*", COUNT | change)
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (422, code)
