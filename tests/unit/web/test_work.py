"""Pages of documents over a real site: lists, the drawer, moves with their rights, many at once, new ones."""

import html
import io
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from starlette.testclient import TestClient

from tuoguan.operate import Desk, load_flows
from tuoguan.serve import Server
from tuoguan.site import Membership, Role, Signed, Site, Via, may_move, rights_of
from tuoguan.site.moves import EITHER_MOVES, GOODS_MOVES, MONEY_MOVES
from tuoguan.web.menu import GROUPS
from tuoguan.web.pages_work_words import PATH_BY_FLOW
from tuoguan.web.translating import translator
from work_shop import ALL, FRESH, work_shop

PART = {"HX-Request": "true"}


class Who:
    """Signs everybody in as the role that the test names."""

    role = Role.OWNER

    def __call__(self, session: str | None, token: str | None) -> Signed:
        return Signed("1", "li", Via.SESSION, {"shop": Membership(self.role)}, csrf="proof")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(work_shop(tmp_path_factory.mktemp("work")))
    yield site
    site.close()


@pytest.fixture
def who(site: Site, monkeypatch: pytest.MonkeyPatch) -> Who:
    who = Who()
    monkeypatch.setattr(site.access, "signed", who)
    return who


@pytest.fixture
def client(site: Site, who: Who) -> TestClient:
    return TestClient(Server(site), base_url="http://127.0.0.1", follow_redirects=False)


def rows(page: str) -> list[str]:
    """Numbers of the documents in a list."""
    return re.findall(r'<th scope="row"><a href="[^"]*open=[^"]*"[^>]*>([^<]+)</a>', page)


def hidden(page: str) -> dict[str, list[str]]:
    """Hidden fields of a page's last form."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page):
        found.setdefault(name, []).append(html.unescape(value))
    return found


def state_of(site: Site, stream: str) -> str:
    return site.work(site.workspaces.find("shop")).document(stream).state


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("desk", ["", "platform"])
def test_every_flow_has_a_screen(client: TestClient, lang: str, desk: str) -> None:
    assert PATH_BY_FLOW.keys() == load_flows().keys()
    for flow, path in PATH_BY_FLOW.items():
        page = client.get(f"/w/shop/{path}?lang={lang}&desk={desk}")
        assert page.status_code == 200
        titles = {screen.path: screen.title for _, group in GROUPS for screen in group}
        own = load_flows()[flow].title_zh if lang == "zh" else load_flows()[flow].title
        title = translator("zh" if lang == "zh" else "en")(titles[path]) if path in titles else own
        assert f"<h1>{html.escape(title)}</h1>" in page.text
        assert "style=" not in page.text and len(page.content) < 100_000


def test_pages_of_a_list_follow_each_other(client: TestClient) -> None:
    found: list[str] = []
    url: str | None = "/w/shop/orders?sort=number"
    while url:
        page = client.get(url).text
        found += rows(page)
        following = re.search(r'rel="next" data-next href="([^"]+)"', page)
        url = html.unescape(following[1]) if following else None
    assert found == sorted(found) and len(set(found)) == len(found) == ALL


def test_a_list_is_narrowed_and_counted_by_its_url(client: TestClient) -> None:
    page = client.get("/w/shop/orders?state=placed&place=nj&find=shop/N00").text
    assert rows(page) == [f"shop/N{number:03}" for number in (0, 2, 4, 6, 8)]
    assert f'Placed <span class="count">{FRESH // 2}</span>' in re.sub(r"\s+", " ", page)
    assert not rows(client.get("/w/shop/orders?sku=NONE").text)
    refused = client.get("/w/shop/orders?sort=buyer")
    assert refused.status_code == 422 and "one of opened_at" in refused.text
    assert client.get("/w/shop/orders?after=x.y").status_code == 422


@pytest.mark.parametrize("form", ["xlsx", "csv", "parquet", "jsonl"])
def test_an_export_holds_what_the_list_shows(client: TestClient, form: str) -> None:
    answer = client.get(f"/w/shop/orders.{form}?place=nj&sort=number")
    read = {"xlsx": pl.read_excel, "csv": pl.read_csv, "parquet": pl.read_parquet, "jsonl": pl.read_ndjson}[form]
    table = read(io.BytesIO(answer.content))
    assert table["number"].to_list() == [f"shop/N{number:03}" for number in range(0, FRESH, 2)]
    assert f"shop-orders.{form}" in answer.headers["content-disposition"]
    assert client.get("/w/shop/orders.exe").status_code == 404


def test_a_document_says_what_there_is_to_know(client: TestClient) -> None:
    part = client.get("/w/shop/documents/order/shop/O3", headers=PART).text
    assert "<html" not in part
    for text in ("Delivered", "Settle", "Los Angeles", "waits for: platform", "tracking number: 1Z", "revenue",
                 "Postings", "shop/O3", "recorded", "return"):  # fmt: skip
        assert text.lower() in part.lower(), text
    whole = client.get("/w/shop/documents/order/shop/O3").text
    beside = client.get("/w/shop/orders?open=order/shop/O3").text
    assert whole.count("<h1>") == beside.count("<h1>") == 1 and 'id="drawer" class="drawer"' in beside
    assert re.search(r'id="drawer"[^>]*hidden', whole) and not re.search(r'id="drawer"[^>]*hidden', beside)
    assert client.get("/w/shop/documents/order/none").status_code == 404
    assert client.get("/w/shop/documents/nothing/1").status_code == 404
    assert client.get("/w/shop/orders?open=order/none").status_code == 404


def test_a_move_is_done_once_and_the_second_tab_is_told(client: TestClient, site: Site) -> None:
    at = "/w/shop/documents/order/shop/N002"
    version = hidden(client.get(at).text)["version"][0]
    told = {"csrf": "proof", "move": "hold", "version": version, "go": "preview"}
    preview = client.post(at, data=told)
    assert "Nothing is written yet." in preview.text and state_of(site, "order/shop/N002") == "placed"
    done = client.post(at, data=told | {"go": "do", "back": "/w/shop/orders?open=order/shop/N002"})
    assert (done.status_code, done.headers["location"]) == (303, "/w/shop/orders?open=order/shop/N002")
    assert state_of(site, "order/shop/N002") == "on_hold"
    late = client.post(at, data=told | {"move": "cancel", "reason": "quality", "go": "do"})
    assert late.status_code == 409 and "read what has happened since" in late.text
    assert state_of(site, "order/shop/N002") == "on_hold"
    away = client.post(at, data=told | {"move": "resume", "version": "", "go": "do", "back": "https://example.com/"})
    assert away.headers["location"] == at
    entry = site.work(site.workspaces.find("shop")).ledger.store.stream("order/shop/N002")[-1]
    assert entry.actor == "platform/li"
    assert "platform · li" in client.get(at).text
    assert client.post(at, data={"move": "hold", "go": "do"}).status_code == 403


def test_amounts_are_typed_in_major_units_and_words_are_chosen(client: TestClient, site: Site) -> None:
    at = "/w/shop/documents/price_review/HJ1"
    page = client.get(at).text
    assert 'name="quote_minor"' in page and "Your quote a unit (CNY)" in page
    bad = client.post(at, data={"csrf": "proof", "move": "re_quote", "quote_minor": "12.345", "go": "do"})
    assert bad.status_code == 422 and "12.345" in bad.text
    assert client.post(at, data={"csrf": "proof", "move": "re_quote", "go": "do"}).status_code == 422
    client.post(at, data={"csrf": "proof", "move": "re_quote", "quote_minor": "12.34", "go": "do"})
    document = site.work(site.workspaces.find("shop")).document("price_review/HJ1")
    assert (document.state, document.details["quote_minor"]) == ("quoted", 1_234)
    wrong = client.post("/w/shop/documents/order/shop/N004",
                        data={"csrf": "proof", "move": "cancel", "reason": "mood", "go": "do"})  # fmt: skip
    assert wrong.status_code == 422 and "change_of_mind" in wrong.text
    late = {"csrf": "proof", "move": "hold", "at": "2999-01-01T00:00", "go": "do"}
    assert client.post("/w/shop/documents/order/shop/N004", data=late).status_code == 422


def test_a_stock_order_goes_from_asking_to_stock_with_units_counted(client: TestClient, site: Site) -> None:
    at = "/w/shop/documents/stock_order/WB1"
    page = client.get(at).text
    assert "Accept" in page and "Not possible now, and why" not in page
    told = {"csrf": "proof", "go": "do"}
    work = site.work(site.workspaces.find("shop"))
    refused = client.post(at, data=told | {"move": "send"})
    assert refused.status_code == 422 and "asked" in refused.text
    client.post(at, data=told | {"move": "accept"})
    preview = client.post(at, data=told | {"move": "send", "go": "preview"}).text
    assert "would be refused" in preview and "sku/LID" in preview  # there are none at the place it is sent from
    sent = {"sent.CUP": "2", "sent.LID": "0", "tracking_number": "SF1"}
    client.post(at, data=told | {"move": "send"} | sent)
    assert work.document("stock_order/WB1").details["sent"] == {"CUP": 2, "LID": 0}
    counting = client.get(at + "?desk=platform").text
    assert 'name="received.CUP"' in counting
    client.post(at + "?desk=platform", data=told | {"move": "receive", "received.CUP": "1", "received.LID": "0"})
    client.post(at + "?desk=platform", data=told | {"move": "check"})
    client.post(at + "?desk=platform", data=told | {"move": "put_away"})
    assert work.document("stock_order/WB1").state == "stocked"
    assert work.sellable("hub", "CUP") == 1


def test_many_are_previewed_then_done_and_each_answers(client: TestClient, site: Site) -> None:
    streams = ["order/shop/N010", "order/shop/N011", "order/shop/O5"]
    page = client.get("/w/shop/bulk/order", params={"stream": streams, "move": "cancel"}).text
    assert 'name="reason"' in page and "3 marked" in page
    sent = {"csrf": "proof", "move": "cancel", "reason": "change_of_mind", "stream": streams}
    preview = client.post("/w/shop/bulk/order", data=sent | {"go": "preview"}).text
    assert "2 would be done" in preview and "1 would be refused" in preview
    assert state_of(site, "order/shop/N010") == "placed"
    kept = hidden(preview)
    assert len([name for name in kept if name.startswith("version:")]) == 3
    site.work(site.workspaces.find("shop")).record("order/shop/N011", "hold", at=site_now(site), by=Desk.PLATFORM)
    result = client.post("/w/shop/bulk/order", data=kept | {"go": ["do"]}).text
    assert state_of(site, "order/shop/N010") == "cancelled"
    assert state_of(site, "order/shop/N011") == "on_hold" and "read what has happened since" in result
    assert client.get("/w/shop/bulk/order").status_code == 422
    assert client.get("/w/shop/bulk/order", params={"stream": ["order/none"]}).status_code == 404


def site_now(site: Site) -> int:
    from tuoguan.app.ledgers import now

    return now()


def test_tracking_numbers_are_pasted_previewed_and_recorded(client: TestClient, site: Site) -> None:
    work = site.work(site.workspaces.find("shop"))
    for number in (21, 23):
        for move in ("reserve", "pack"):
            work.record(f"order/shop/N{number:03}", move, at=site_now(site), by=Desk.SELLER)
    text = "order,tracking,carrier\nN021\tT21\tSF\nshop/N023,T23\n"
    preview = client.post("/w/shop/tracking", data={"csrf": "proof", "move": "ship", "store": "shop", "rows": text})
    assert "2 would be done" in preview.text
    client.post("/w/shop/bulk/order", data=hidden(preview.text) | {"go": ["do"]})
    shipped = work.document("order/shop/N021")
    assert (shipped.state, shipped.details["tracking_number"], shipped.details["carrier"]) == ("shipped", "T21", "SF")
    unknown = client.post("/w/shop/tracking", data={"csrf": "proof", "move": "ship", "rows": "X1,T1\nshop/N023,T2"})
    assert unknown.status_code == 404 and "row 1" in unknown.text


def test_a_pick_list_adds_up_by_place(client: TestClient) -> None:
    marked = ["order/shop/N030", "order/shop/N031", "order/shop/N032"]
    page = re.sub(r"\s+", " ", client.get("/w/shop/pick-list", params={"stream": marked}).text)
    assert '<td>nj</td><th scope="row">CUP</th><td class="num">4</td>' in page
    assert '<td>la</td><th scope="row">CUP</th><td class="num">2</td>' in page


def test_documents_are_opened_by_form_under_terms_of_today(client: TestClient, site: Site) -> None:
    told = {"csrf": "proof", "number": "P77", "currency": "CNY", "place": "la", "sku.0": "CUP", "quantity.0": "40",
            "supply.0": "7.50", "supplier": "Yiwu"}  # fmt: skip
    opened = client.post("/w/shop/new/purchase", data=told)
    assert opened.headers["location"] == "/w/shop/documents/purchase/P77"
    work = site.work(site.workspaces.find("shop"))
    document = work.document("purchase/P77")
    assert (document.lines[0].quantity, document.lines[0].supply_price_minor) == (40, 750)
    twice = client.post("/w/shop/new/purchase", data=told | {"supplier": "Another"})
    assert twice.status_code == 422 and 'value="P77"' in twice.text
    bad = client.post("/w/shop/new/purchase", data=told | {"number": "P78", "quantity.0": "many", "supply.0": "x"})
    assert bad.status_code == 422 and "many" in bad.text and "line 1" in bad.text
    ask = {"csrf": "proof", "number": "WB9", "contract": "temu/full/US", "place": "hub", "kind": "urgent",
           "sku.0": "CUP", "quantity.0": "3"}  # fmt: skip
    client.post("/w/shop/new/stock_order?desk=platform", data=ask)
    compiled = work.terms.find(work.document("stock_order/WB9").contract)
    assert compiled is not None and compiled.on == site_now(site) // 86_400
    assert client.post("/w/shop/new/stock_order", data=ask | {"contract": "no/such/XX"}).status_code == 422
    assert client.get("/w/shop/new/labor").status_code == 404
    for flow in ("order", "stock_order", "price_review", "promotion", "return", "case", "violation", "purchase"):
        assert client.get(f"/w/shop/new/{flow}?lang=zh").status_code == 200


def test_each_role_does_its_own_moves(client: TestClient, who: Who, site: Site) -> None:
    known = {(flow.name, move.name) for flow in load_flows().values() for move in flow.moves}
    for table in (GOODS_MOVES, MONEY_MOVES, EITHER_MOVES):
        assert {(flow, move) for flow, moves in table.items() for move in moves} <= known
    at, told = "/w/shop/documents/order/shop/N040", {"csrf": "proof", "go": "do"}
    for role, move, allowed in (
        (Role.VIEWER, "hold", False), (Role.WAREHOUSE, "hold", False), (Role.FINANCE, "hold", False),
        (Role.OPERATOR, "hold", True), (Role.WAREHOUSE, "resume", False), (Role.OPERATOR, "resume", True),
    ):  # fmt: skip
        who.role = role
        assert (client.post(at, data=told | {"move": move}).status_code == 303) == allowed, (role, move)
    who.role = Role.WAREHOUSE
    assert client.post("/w/shop/documents/order/shop/N041", data=told | {"move": "reserve"}).status_code == 303
    assert "your role has no right to it" in client.get(at).text
    who.role = Role.VIEWER
    assert client.get("/w/shop/orders").status_code == 200
    assert client.get("/w/shop/new/order").status_code == 403
    assert client.get("/w/shop/tracking").status_code == 403
    signed = who(None, None)
    for flow in load_flows().values():
        for move in flow.moves:
            assert rights_of(flow.name, move.name) and not may_move(signed, "shop", flow.name, move.name)


def test_each_desk_sees_what_its_contract_shows(client: TestClient, site: Site, tmp_path: Path) -> None:
    work, at = site.work(site.workspaces.find("shop")), site_now(site)
    from operate_world import terms_of
    from tuoguan.foundation.parties import Party
    from work_shop import CUP, FULL

    work.open("order", "hidden", contract=work.terms.add(terms_of(FULL)), place="hub", lines=[CUP], at=at,
              by=Party.BUYER)  # fmt: skip
    assert "hidden" not in rows(client.get("/w/shop/orders?find=hid").text)
    assert client.get("/w/shop/documents/order/hidden").status_code == 422
    assert rows(client.get("/w/shop/orders?find=hid&desk=platform").text) == ["hidden"]
    assert "to do here" in client.get("/w/shop/documents/order/hidden?desk=platform").text
