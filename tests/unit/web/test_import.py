"""Import on a page: seen before it is recorded, asked where in doubt, mapped once, twice is once."""

import io
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from starlette.testclient import TestClient

from exports_made import BUYER, Sale, put
from files_world import STOCK, STRANGE, TOLD, csrf, orders, serving, shop
from tuoguan.app.importing import Asked, import_files
from tuoguan.site import Site
from tuoguan.web import receiving

WAIT = 60.0
HTMX = {"HX-Request": "true"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[tuple[Path, Site, TestClient]]:
    folder = shop(tmp_path / "shop")
    asked = Asked(place="la")
    count = put(tmp_path / "stock-2026-08-01.csv", STOCK)
    import_files(folder, [count], asked, now=1_790_000_000, progress=lambda *_: None)
    with serving(folder) as (site, client):
        yield tmp_path, site, client


def send(client: TestClient, *paths: Path, to: str = "import") -> str:
    """Sends the files; the address of what comes next."""
    proof = csrf(client.get(f"/w/shop/{to}").text)
    files = [("files", (path.name, path.read_bytes())) for path in paths]
    answer = client.post(f"/w/shop/{to}", data={"csrf": proof}, files=files)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def post(client: TestClient, url: str, **data: str | list[str]) -> str:
    answer = client.post(url, data={"csrf": csrf(client.get("/w/shop/import").text), **data})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def position(site: Site) -> int:
    with site.work(site.workspaces.find("shop")).ledger.store.reading() as view:
        return view.head().position


def test_what_would_change_is_shown_recorded_once_and_told_the_second_time(
    world: tuple[Path, Site, TestClient],
) -> None:
    folder, site, client = world
    at, before = send(client, orders(folder / "orders.csv")), position(site)
    page = client.get(at).text
    assert "recognized" in page and "temu-semi-orders-zh" in page and "PO-211-00000000000000001" in page
    question = client.get(f"{at}/effect", headers=HTMX).text
    assert "One question first" in question and "temu/semi_y2/US" in question and position(site) == before
    post(client, f"{at}/said", **TOLD)
    part = client.get(f"{at}/effect", headers=HTMX).text
    assert "<dd>4</dd>" in part and "Consumer order" in part and "One question" not in part and position(site) == before
    way = post(client, f"{at}/go")
    assert post(client, f"{at}/go") == way and client.get(at).headers["location"] == way
    job = site.jobs.wait("shop", way.rpartition("/")[2], WAIT)
    assert job.result["opened"] == 4 and position(site) > before
    listed = client.get("/w/shop/import").text
    assert "orders.csv" in listed and "2026-08-20" in listed and 'class="badge good">done' in listed

    again, now = send(client, folder / "orders.csv"), position(site)
    post(client, f"{again}/said", **TOLD)
    assert "Importing them again changes nothing" in client.get(again).text
    assert "Nothing would change" in client.get(f"{again}/effect", headers=HTMX).text and position(site) == now


def test_no_buyer_is_shown_or_kept_beside_the_files(world: tuple[Path, Site, TestClient]) -> None:
    folder, site, client = world
    at = send(client, orders(folder / "orders.csv"))
    shown = client.get(at).text + client.get(f"{at}/effect").text + client.get(f"{at}/map?file=orders.csv").text
    upload = site.keep / "uploads" / "shop" / at.rpartition("/")[2]
    kept = b"".join(path.read_bytes() for path in upload.iterdir() if path.name.startswith("."))
    assert not [text for text in BUYER if text in shown or text.encode() in kept]


def test_rows_that_are_left_out_can_be_taken_away(world: tuple[Path, Site, TestClient]) -> None:
    folder, _site, client = world
    sales = [Sale("=PO-1", "1", "MUG-01"), Sale("PO-2", "2", "", 1), Sale("PO-3", "3", "MUG-01")]
    at = send(client, orders(folder / "orders.csv", sales))
    text = client.get(f"{at}/rows.csv")
    assert text.headers["content-disposition"] == 'attachment; filename="rows.csv"'
    rows = pl.read_parquet(io.BytesIO(client.get(f"{at}/rows.parquet").content))
    assert set(rows["code"]) >= {"formula"} and rows["row"].min() == 2
    assert client.get(f"{at}/rows.exe").status_code == 404


def test_an_unknown_file_is_mapped_once_and_known_ever_after(world: tuple[Path, Site, TestClient]) -> None:
    folder, site, client = world
    path = put(folder / "pedidos.csv", STRANGE)
    at = send(client, path)
    assert "layout not known" in client.get(at).text
    form = client.get(f"{at}/map?file=pedidos.csv").text
    assert "Codigo" in form and "E-mail" not in form and "a@b.example" not in form
    meaning = ["order_number", "sku", "quantity", "amount", "currency", "ordered_at"]
    said = {"file": "pedidos.csv", "table": "order_lines", "title": "Pedidos", "platform": "temu", "models": ["semi"],
            "csrf": csrf(form)}  # fmt: skip
    wrong = client.post(f"{at}/map", data=said | {"meaning": [*meaning[:2], "", *meaning[3:]], "do": "save"})
    assert wrong.status_code == 422 and "field quantity" in wrong.text
    tried = client.post(f"{at}/map", data=said | {"meaning": meaning, "do": "try"})
    assert "4 rows read, 4 can be used" in tried.text and "12.50" in tried.text
    assert not (site.workspaces.root / "mappings").exists()
    assert client.post(f"{at}/map", data=said | {"meaning": meaning, "do": "save"}).status_code == 303
    assert "recognized" in client.get(at).text and "Pedidos" in client.get(at).text
    later = send(client, put(folder / "pedidos-2.csv", [STRANGE[0], *STRANGE[2:]]))
    assert "own-pedidos" in client.get(later).text


def test_what_is_sent_is_bounded_and_examined(
    world: tuple[Path, Site, TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _site, client = world
    proof = csrf(client.get("/w/shop/import").text)
    bad = folder / "a.xlsx"
    bad.write_bytes(b"no workbook")
    answer = client.post("/w/shop/import", data={"csrf": proof}, files=[("files", ("a.xlsx", bad.read_bytes()))])
    assert answer.status_code == 422 and "a.xlsx" in answer.text
    forged = client.post("/w/shop/import", data={"csrf": "no"}, files=[("files", ("a.csv", b"a\n1\n"))])
    assert forged.status_code == 403
    monkeypatch.setattr(receiving, "MARGIN", -receiving.TOTAL_MOST + 100)
    large = client.post("/w/shop/import", data={"csrf": proof}, files=[("files", ("a.csv", b"x" * 200))])
    assert large.status_code == 422 and "at most 512 MB" in large.text
    assert client.get("/w/shop/import/0123456789abcdef").status_code == 404


def test_files_can_be_thrown_away_until_they_are_imported(world: tuple[Path, Site, TestClient]) -> None:
    folder, _site, client = world
    at = send(client, orders(folder / "orders.csv"))
    assert post(client, f"{at}/discard") == "/w/shop/import"
    assert client.get(at).status_code == 404 and "orders.csv" not in client.get("/w/shop/import").text


def test_own_tables_are_mapped_tried_written_and_remembered(tmp_path: Path) -> None:
    from files_world import OWN, SALES, SELLER

    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "seller.toml").write_text(SELLER, encoding="utf-8")
    with serving(folder) as (_site, client):
        at = send(client, put(tmp_path / "katalog.csv", OWN), put(tmp_path / "sales.csv", SALES), to="start/files")
        page = client.get(at).text
        assert "needs your word" in page and "Write these tables" not in page
        form = {"file": "katalog.csv", "table": "products", "how": "add"}
        post(client, f"{at}/said", **form, shown="")
        post(client, f"{at}/said", **form, shown="products", meaning=["sku", "unit_cost", "retail_price"])
        tried = client.get(f"{at}/check", headers=HTMX).text
        assert "products: 2" in tried and '<td>katalog.csv</td><td class="num">3</td>' in tried and "-4.00" in tried
        assert not (folder / "products.csv").exists()
        assert post(client, f"{at}/go") == "/w/shop/start"
        assert (folder / "products.csv").read_text().startswith("sku,unit_cost,retail_price\nA1,3.00,12.90\n")
        assert "zed@y.example" not in (folder / "sales.csv").read_text()
        again = send(client, put(tmp_path / "other.csv", [OWN[0], ["A9", "1", "9"]]), to="start/files")
        assert "understood" in client.get(again).text and "replace what is there" in client.get(again).text
        post(client, f"{again}/said", file="other.csv", table="products", how="replace", shown="")
        post(client, f"{again}/go")
        assert "A9" in (folder / "products.csv").read_text()
        assert [path.name for path in (folder / ".replaced").glob("*/*")] == ["products.csv"]
