"""The pages of products: the list, one product in its markets, its charts and what is worked out when asked for."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from decided import read_of, shop_of
from site_world import copy_of
from tuoguan.app import decision_worker
from tuoguan.app.decision_groups import Group, Wanted, groups_page
from tuoguan.app.decision_product import beside_of, market_of
from tuoguan.app.decision_words import ways_in
from tuoguan.serve import Server
from tuoguan.site import Site


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of(shop_of(tmp_path_factory), tmp_path_factory.mktemp("product") / "shop")


@pytest.fixture(scope="module")
def client(shop: Path) -> Iterator[TestClient]:
    site = Site(shop)
    with TestClient(Server(site), base_url="http://127.0.0.1:8000") as client:
        yield client
    site.close()
    decision_worker.end_all()


@pytest.fixture(scope="module")
def group(shop: Path) -> Group:
    """The product and market that gain most."""
    return groups_page(read_of(shop), Wanted(state="sold", limit=1))[0][0]


def test_the_list_finds_sorts_and_leads_to_each(client: TestClient, group: Group) -> None:
    listed = client.get("/w/shop/products")
    assert listed.status_code == 200 and f"/w/shop/products/{group.sku}" in listed.text
    found = client.get("/w/shop/products", params={"find": group.sku, "sort": "sku"}).text
    assert found.count('<th scope="row"') == 1
    assert client.get("/w/shop/products.jsonl", params={"find": group.sku}).text.count(f'"{group.sku}"') >= 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_product_tells_why_in_the_readers_language(
    client: TestClient, shop: Path, group: Group, language: str
) -> None:
    page = client.get(f"/w/shop/products/{group.sku}", params={"market": group.market},
                      headers={"accept-language": language})  # fmt: skip
    assert page.status_code == 200 and page.text.count("<h1>") == 1 and " style=" not in page.text
    text = page.text.replace("&#39;", "'")
    assert (group.reason_zh if language == "zh" else group.reason_en) in text
    read = read_of(shop)
    kept = market_of(read, group.sku, group.market)
    for one in beside_of(read, kept, shop, ways_in(shop, language), language):  # type: ignore[arg-type]
        assert one.text in text
    assert text.count('class="num"') > 20


@pytest.mark.parametrize("chart", ["sides", "spread", "density", "turns", "demand", "stock/0"])
def test_its_charts_are_pictures(client: TestClient, group: Group, chart: str) -> None:
    answer = client.get(f"/w/shop/products/{group.sku}/charts/{chart}", params={"market": group.market})
    assert answer.status_code == 200 and answer.text.startswith("<svg") and " style=" not in answer.text


def test_stock_and_demand_come_as_a_part(client: TestClient, group: Group) -> None:
    part = client.get(f"/w/shop/products/{group.sku}/goods", params={"market": group.market})
    assert part.status_code == 200 and "<html" not in part.text and "charts/stock/0" in part.text


@pytest.mark.parametrize("path", ["nobody", "nobody?market=US"])
def test_an_unknown_product_is_not_there(client: TestClient, path: str) -> None:
    assert client.get(f"/w/shop/products/{path}").status_code == 404
    assert client.get("/w/shop/products/nobody/goods?market=US").status_code == 404
