"""The pages of stock over a real ledger: lists, one product, counts."""

import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from starlette.testclient import TestClient

from money_world import SKUS, TODAY, csrf, made, opened
from tuoguan.foundation.days import iso
from tuoguan.site import Site


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with opened(made(tmp_path_factory.mktemp("stock"))) as (client, _):
        yield client


@pytest.fixture
def own(tmp_path: Path) -> Iterator[tuple[TestClient, Site]]:
    with opened(made(tmp_path)) as pair:
        yield pair


def units(client: TestClient, **query: str) -> dict[str, dict[str, object]]:
    """The exported list by SKU."""
    answer = client.get("/w/shop/stock.jsonl", params=query)
    assert answer.status_code == 200
    return {row["sku"]: row for row in pl.read_ndjson(answer.content).to_dicts()}


def test_the_list_shows_places_lanes_and_products(client: TestClient) -> None:
    page = client.get("/w/shop/stock").text
    for text in ("temu-US", "on lane air-US to la", "own site", *SKUS):
        assert text in page
    assert "style=" not in page


def test_units_of_places_add_up_to_everywhere(client: TestClient) -> None:
    everywhere = units(client)
    by_place = [units(client, place=place) for place in ("la", "temu-US")]
    for sku, row in everywhere.items():
        for column in ("on_hand", "reserved", "quarantined", "in_transit"):
            assert row[column] == sum(int(str(part[sku][column])) for part in by_place if sku in part), (sku, column)


def test_shortest_cover_comes_first_and_no_sales_last(client: TestClient) -> None:
    covers = [row["cover_days"] for row in units(client).values()]
    known = [float(str(cover)) for cover in covers if cover is not None]
    assert known == sorted(known) and covers[: len(known)] == known
    assert covers[-1] is None


def test_tabs_show_only_what_they_say(client: TestClient) -> None:
    assert all(int(str(row["in_transit"])) > 0 for row in units(client, tab="arriving").values())
    assert list(units(client, tab="waiting")) == ["CUP"]


@pytest.mark.parametrize("sort", ["sku", "-on_hand", "cover", "-cover", "moved"])
def test_every_order_pages_without_gap_or_repeat(client: TestClient, sort: str) -> None:
    from tuoguan.operate import StockBook

    site: Site = client.app.pages.state.site  # type: ignore[attr-defined]
    work = site.work(site.workspaces.find("shop"))
    work.ledger.catch_up(StockBook())
    seen, after = [], None
    while True:
        rows, after = StockBook().page(work.ledger.store, sort=sort, after=after, limit=2)
        seen += [row.sku for row in rows]
        if after is None:
            break
    assert sorted(seen) == sorted({*SKUS, "CUP"})


def test_a_mark_that_is_none_is_refused_in_words(client: TestClient) -> None:
    for mark in ("x", "[1]", '["a","b"]', "[" * 5000):
        answer = client.get("/w/shop/stock", params={"after": mark})
        assert answer.status_code == 422 and "begin at the first page" in answer.text


def test_one_product_shows_layers_coming_and_movements(client: TestClient) -> None:
    page = client.get("/w/shop/stock/products/DISH").text
    for text in ("purchase/B1", "purchase/S1", "order/shop/", "Consumer order · Ship", "sea-US"):
        assert text in page
    assert "Purchase · Arrive" in client.get("/w/shop/stock/products/VASE").text
    assert client.get("/w/shop/stock/products/NOBODY").status_code == 404


def test_pictures_are_drawn_without_styles(client: TestClient) -> None:
    for path in ("runout", "cost"):
        answer = client.get(f"/w/shop/stock/{path}/DISH")
        assert answer.text.startswith("<svg") and " style=" not in answer.text


def test_a_count_is_looked_at_then_recorded_once(own: tuple[TestClient, Site]) -> None:
    client, site = own
    form = client.get("/w/shop/stock/count", params={"place": "la"}).text
    told = {"csrf": csrf(form), "place": "la", "day": iso(TODAY), "at/FORK": "80", "at/VASE": ""}
    before = units(client)["FORK"]["on_hand"]
    check = client.post("/w/shop/stock/count", data=told)
    assert check.status_code == 200 and "Nothing is recorded yet" in check.text
    assert units(client)["FORK"]["on_hand"] == before
    seen = re.search(r'name="seen" value="([^"]+)"', check.text)
    assert seen
    for _ in range(2):
        answer = client.post("/w/shop/stock/count", data=told | {"seen": seen.group(1)})
        assert answer.status_code in (303, 422)
    assert units(client)["FORK"]["on_hand"] == 80
    work = site.work(site.workspaces.find("shop"))
    assert len(work.ledger.store.stream("count/la")) == 1
    assert not work.ledger.verify()


def test_a_count_over_stock_that_moved_meanwhile_is_told(own: tuple[TestClient, Site]) -> None:
    client, _ = own
    token = csrf(client.get("/w/shop/stock/count", params={"place": "la"}).text)
    told = {"csrf": token, "place": "la", "day": iso(TODAY), "at/FORK": "80", "seen": "0" * 16}
    answer = client.post("/w/shop/stock/count", data=told)
    assert answer.status_code == 422 and "stock that moved meanwhile" in answer.text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [("at/FORK", "-1", "whole number"), ("at/FORK", "1e3", "whole number"), ("day", "2999-01-01", "or earlier"),
     ("day", "soon", "a day"), ("place", "", "a place of stock"), ("moon/FORK", "3", "at or quarantined")],
)  # fmt: skip
def test_a_count_that_cannot_be_is_refused(client: TestClient, field: str, value: str, said: str) -> None:
    token = csrf(client.get("/w/shop/stock/count", params={"place": "la"}).text)
    told = {"csrf": token, "place": "la", "day": iso(TODAY), "at/DISH": "3"} | {field: value}
    answer = client.post("/w/shop/stock/count", data=told)
    assert answer.status_code == 422 and said in answer.text


def test_a_count_without_the_pages_own_form_is_refused(client: TestClient) -> None:
    answer = client.post("/w/shop/stock/count", data={"place": "la", "day": iso(TODAY), "at/FORK": "1"})
    assert answer.status_code == 403


def test_the_page_is_complete_in_chinese(client: TestClient) -> None:
    page = client.get("/w/shop/stock", params={"lang": "zh"}).text
    assert "可售天数" in page and "Days of cover" not in page
