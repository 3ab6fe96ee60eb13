"""What is slow the first time is made beside the server; who asks meanwhile is told so and comes again."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from decided import shop_of
from site_world import copy_of
from tuoguan.app import decision_index, plan_read
from tuoguan.app.ledgers import open_work
from tuoguan.foundation.problems import Refused
from tuoguan.operate import Desk, Ledger, Line
from tuoguan.operate.stock_book import StockBook
from tuoguan.serve import Server
from tuoguan.site import Site, site

WAIT_SECONDS = 60.0


@pytest.fixture
def client(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    """A server that waits for nothing: every entry is too many, every decision and plan large."""
    monkeypatch.setattr(site, "MOST_BEHIND", 0)
    monkeypatch.setattr(decision_index, "ROWS_APART", 0)
    monkeypatch.setattr(plan_read, "BYTES_APART", 0)
    made = Site(copy_of(shop_of(tmp_path_factory), tmp_path / "shop"))
    with TestClient(Server(made), base_url="http://127.0.0.1", follow_redirects=False) as opened:
        yield opened
    made.close()


def opened_at_last(client: TestClient, path: str) -> str:
    until = time.monotonic() + WAIT_SECONDS
    while (answer := client.get(path)).status_code == 503:
        assert time.monotonic() < until
        assert answer.headers["Retry-After"]
        time.sleep(0.2)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("page", ["home", "orders", "stock", "money", "decide", "plan"])
def test_a_page_says_that_it_is_being_made_and_opens_by_itself(client: TestClient, page: str) -> None:
    first = client.get(f"/w/shop/{page}", params={"lang": "zh"})
    assert first.status_code == 503
    assert first.headers["Refresh"] == "3"
    assert "正在准备" in first.text
    assert "正在准备" not in opened_at_last(client, f"/w/shop/{page}?lang=zh")


def test_a_part_of_a_page_says_so_in_its_place(client: TestClient) -> None:
    answer = client.get("/w/shop/orders", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (503, "#problems")
    assert "Refresh" not in answer.headers


def test_a_program_is_told_in_the_one_shape(client: TestClient) -> None:
    answer = client.get("/api/v1/workspaces/shop/documents/purchase")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    [problem] = answer.json()["problems"]
    assert (problem["code"], problem["at"]) == ("being_made", "ledger")
    assert problem["row_count"] > 1
    opened_at_last(client, "/api/v1/workspaces/shop/documents/purchase")


def test_as_many_are_told_as_are_not_read(tmp_path: Path) -> None:
    """A projection that was never read lies behind by the whole ledger; one that was, by what came since."""
    with open_work(tmp_path) as work:
        for number in range(3):
            work.open("purchase", str(number), currency="CNY", place="a", lines=[Line("CUP", 1)], at=0, by=Desk.SELLER)
        hurried = Ledger(work.ledger.store, clock=lambda: 0, most_behind=2)
        with pytest.raises(Refused) as caught:
            hurried.catch_up(StockBook())
        assert [problem.row_count for problem in caught.value.problems] == [3]
        assert work.ledger.catch_up(StockBook()) == 3
        work.open("purchase", "4", currency="CNY", place="a", lines=[Line("CUP", 1)], at=0, by=Desk.SELLER)
        assert hurried.catch_up(StockBook()) == 1
