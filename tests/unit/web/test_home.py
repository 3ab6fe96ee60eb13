"""Today's page over a real site: what is due, what is new, where everything stands; the way on from little."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tuoguan.app.ledgers import now
from tuoguan.app.today import today_of
from tuoguan.intake import init
from tuoguan.operate import Desk
from tuoguan.serve import Server
from tuoguan.site import Site
from work_shop import FRESH, work_shop


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(work_shop(tmp_path_factory.mktemp("home")))
    yield site
    site.close()


@pytest.fixture
def client(site: Site) -> TestClient:
    return TestClient(Server(site), base_url="http://127.0.0.1", follow_redirects=False)


def test_today_is_sorted_by_deadline_and_money_at_risk(site: Site) -> None:
    work, at = site.work(site.workspaces.find("shop")), now()
    today = today_of(work, Desk.SELLER, at)
    late, soon, later = (today.tasks[name] for name in ("late", "today", "next"))
    assert [todo.document.stream for todo in late] == ["order/shop/LATE"]
    assert all(at <= (todo.step.due_at or 0) < at + 86_400 for todo in soon)
    stakes = [todo.step.stake_minor for todo in later]
    assert stakes == sorted(stakes, reverse=True) and today.stake_by_currency == {"USD": late[0].step.stake_minor}
    assert later[0].document.stream == "violation/V1" and later[0].step.stake_minor == 50_000
    assert {step.move for step in later[0].steps} == {"appeal", "accept"}
    assert any(todo.document.flow == "price_review" for todo in soon)
    assert today.counts["order"]["placed"] == FRESH + 1
    assert today.todo[0] == ("ship", "order", ("placed", "reserved", "packed"), FRESH + 1)
    assert {one.name: one.count for one in today.news} == {"fines": 1, "counters": 1}
    assert today.cash["bank"]["CNY"] == -2_100_000


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_leads_into_the_documents(client: TestClient, lang: str) -> None:
    answer = client.get(f"/w/shop/home?lang={lang}")
    assert answer.status_code == 200 and "style=" not in answer.text and len(answer.content) < 100_000
    for text in ("violation/V1", "price_review/HJ1", "¥21,000.00" if lang == "zh" else "CN¥21,000.00"):
        assert text in answer.text
    assert ("采纳" if lang == "zh" else "decide which platform") in answer.text or "决定" in answer.text
    links = set(re.findall(r'href="(/w/shop/documents/[^"?]+)"', answer.text))
    assert links
    for link in sorted(links)[:3]:
        assert client.get(link).status_code == 200
    assert "violation/V1" in client.get("/w/shop/home?desk=platform").text


def test_an_empty_folder_leads_to_the_start_and_files_to_the_decision(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    site = Site(tmp_path / "shop")
    try:
        client = TestClient(Server(site), base_url="http://127.0.0.1", follow_redirects=False)
        assert client.get("/w/shop/home").headers["location"] == "/w/shop/start"
        init(tmp_path / "shop")
        page = client.get("/w/shop/home").text
        assert "Next: decide which platform" in page and "seller.toml" in page and "There is no ledger yet" in page
        assert not (tmp_path / "shop" / "ledger.db").exists()
    finally:
        site.close()
