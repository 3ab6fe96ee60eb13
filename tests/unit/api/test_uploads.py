"""Files in: looked at before they are recorded, explained once, own tables tried and written."""

import io
from pathlib import Path
from typing import Any

import polars as pl

from api_world import ROOT, World
from exports_made import BUYER, Cells, Sale, put, temu_zh
from files_world import OWN, STRANGE

WORDS = {"contract": "temu/semi/US", "place": "ny"}
SALES = (Sale("PO-1", "1", "CUP"), Sale("=PO-2", "2", "MUG"))
PEDIDO = {"Pedido": "order_number", "Codigo": "sku", "Qtd": "quantity", "Valor": "amount", "Moeda": "currency",
          "Data": "ordered_at"}  # fmt: skip


def send(world: World, folder: Path, name: str, rows: Cells, to: str = "uploads") -> Any:
    """The answer to a file sent in."""
    answer = world.client.post(f"{ROOT}/{to}", files=[("files", (name, put(folder / name, rows).read_bytes()))])
    assert answer.status_code == 201, answer.text
    return answer


def position(world: World) -> int:
    with world.site.work(world.workspace).ledger.store.reading() as view:
        return view.head().position


def test_an_import_is_looked_at_said_tried_and_recorded(world: World, tmp_path: Path) -> None:
    at = f"uploads/{send(world, tmp_path, 'orders.csv', temu_zh(SALES)).json()['id']}"
    before, look = position(world), world.get(f"{at}/look")
    assert look.json()[0]["sheets"][0]["format"] == "temu-semi-orders-zh"
    assert {one["code"] for one in world.get(f"{at}/effect").json()["problems"]} >= {"which_contract"}
    said = world.client.put(f"{ROOT}/{at}/said", json=WORDS)
    assert said.json()["said"] == WORDS
    would = world.get(f"{at}/effect").json()
    assert would["opened"] == 1 and not would["nothing"] and would["documents"][0]["moves"][0] == "open"
    rows = pl.read_parquet(io.BytesIO(world.get(f"{at}/rows.parquet").content))
    assert "formula" in set(rows["code"]) and would["listed"] == rows.height
    assert not [text for text in BUYER if text in look.text or text in world.get(f"{at}/rows.csv").text]
    assert position(world) == before
    new = {"kind": "import", "params": {"upload": at.rpartition("/")[2]}}
    job = world.client.post(f"{ROOT}/jobs", json=new).json()
    assert job["params"] == new["params"] | WORDS
    done = world.get(f"jobs/{job['id']}", wait=30).json()
    assert done["result"]["opened"] == 1, done
    assert world.get(at).json()["job"] == job["id"]
    assert [one["name"] for one in world.get("sources").json()["imported"]] == ["temu-semi-orders-zh"]


def test_words_that_somebody_else_changed_are_not_written_over(world: World, tmp_path: Path) -> None:
    sent = send(world, tmp_path, "orders.csv", temu_zh(SALES))
    path = f"{ROOT}/uploads/{sent.json()['id']}/said"
    seen = {"If-Match": sent.headers["ETag"]}
    assert world.client.put(path, json=WORDS, headers=seen).status_code == 200
    late = world.client.put(path, json={}, headers=seen)
    assert (late.status_code, late.json()["problems"][0]["code"]) == (412, "changed_meanwhile")
    assert world.client.put(path, json={"currency": "ABC"}).status_code == 422
    assert world.client.get(path.removesuffix("/said")).json()["said"] == WORDS


def test_an_unknown_file_is_explained_once_and_known_ever_after(world: World, tmp_path: Path) -> None:
    at = f"uploads/{send(world, tmp_path, 'pedidos.csv', STRANGE).json()['id']}"
    assert world.get(f"{at}/look").json()[0]["sheets"] == []
    layout = world.get(f"{at}/layout", file="pedidos.csv")
    assert [one["header"] for one in layout.json()["columns"]] == list(PEDIDO)
    assert layout.json()["withheld"] == 1 and "a@b.example" not in layout.text
    assert {"sku", "quantity"} <= set(layout.json()["choices"]["needed"])
    path = f"{ROOT}/{at}/mappings"
    body = {"file": "pedidos.csv", "table": "order_lines", "title": "Pedidos", "platform": "temu", "models": ["semi"],
            "columns": PEDIDO}  # fmt: skip
    for columns in ({"Pedido": "order_number"}, PEDIDO | {"Nada": "sku"}, PEDIDO | {"Valor": "nothing"}):
        wrong = world.client.post(path, json=body | {"columns": columns})
        assert (wrong.status_code, wrong.json()["problems"][0]["code"]) == (422, "bad_mapping")
    tried = world.client.post(f"{path}?preview=true", json=body).json()
    assert tried["look"]["sheets"][0]["rows_used"] == 4 and tried["name"] is None
    folder = world.workspace.folder / "mappings"
    assert not folder.exists()
    unread = world.client.post(path, json=body | {"columns": PEDIDO | {"Qtd": "", "Pedido": "quantity",
                                                                      "Valor": "order_number"}})  # fmt: skip
    assert unread.status_code == 422 and not folder.exists()
    assert world.client.post(path, json=body).json()["name"] == "pedidos.toml" and folder.exists()
    assert world.get(f"{at}/look").json()[0]["sheets"][0]["format"] == "own-pedidos"


def test_own_tables_are_said_tried_and_written_once(world: World, tmp_path: Path) -> None:
    sent = send(world, tmp_path, "katalog.csv", OWN, "table-uploads")
    shown, at = sent.json()["files"][0], f"table-uploads/{sent.json()['upload']['id']}"
    assert not shown["known"] and [one["header"] for one in shown["columns"]] == ["Artikel", "EK", "VK"]
    assert {"products", "sales", "stock"} <= {one["table"] for one in world.get("table-kinds").json()}
    refused = world.client.post(f"{ROOT}/{at}/write")
    assert (refused.status_code, refused.json()["problems"][0]["code"]) == (422, "unknown_file")
    body = {"file": "katalog.csv", "table": "products", "how": "replace",
            "columns": {"Artikel": "sku", "EK": "unit_cost", "VK": "retail_price"}}  # fmt: skip
    for wrong in ({"columns": {"Nichts": "sku"}}, {"columns": {"EK": "sku", "VK": "sku"}}, {"columns": {"EK": "no"}}):
        assert world.client.put(f"{ROOT}/{at}/said", json=body | wrong).status_code == 422
    said = world.client.put(f"{ROOT}/{at}/said", json=body, headers={"If-Match": sent.headers["ETag"]})
    assert said.json()["files"][0]["known"] and said.json()["files"][0]["how"] == "replace"
    stale = {"If-Match": sent.headers["ETag"]}
    assert world.client.put(f"{ROOT}/{at}/said", json=body, headers=stale).status_code == 412
    tried, products = world.get(f"{at}/check").json(), world.workspace.folder / "products.csv"
    assert tried["products"] == 2 and [(row["file"], row["row"]) for row in tried["rows"]] == [("katalog.csv", 3)]
    assert "-4.00" in world.get(f"{at}/rows.csv").text and "CUP" in products.read_text()
    assert world.client.post(f"{ROOT}/{at}/write", headers=stale).status_code == 412 and "CUP" in products.read_text()
    done = world.client.post(f"{ROOT}/{at}/write", headers={"If-Match": said.headers["ETag"]})
    assert done.json() == {"names": ["products.csv"]} and products.read_text().startswith(
        "sku,unit_cost,retail_price\n"
    )
    again = world.client.post(f"{ROOT}/{at}/write")
    assert (again.status_code, again.json()["problems"][0]["code"]) == (409, "written_before")
    assert [one["written"] for one in world.get("table-uploads").json()] == [True]


def test_an_upload_is_found_only_for_what_it_was_sent(world: World, tmp_path: Path) -> None:
    tables = send(world, tmp_path, "katalog.csv", OWN, "table-uploads").json()["upload"]["id"]
    exports = send(world, tmp_path, "orders.csv", temu_zh(SALES)).json()["id"]
    assert world.get(f"uploads/{tables}").status_code == world.get(f"table-uploads/{exports}").status_code == 404
    assert world.client.post(f"{ROOT}/jobs", json={"kind": "import", "params": {"upload": tables}}).status_code == 404
    assert world.client.delete(f"{ROOT}/table-uploads/{tables}").status_code == 204
    assert world.get(f"table-uploads/{tables}").status_code == 404
