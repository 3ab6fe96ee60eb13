"""The way in: three ways from an empty folder, then what is done and what comes next; new workspaces."""

import io
import zipfile
from pathlib import Path

from files_world import csrf, serving, shop
from tuoguan.app.beginning import standing_of
from tuoguan.app.ledgers import open_work
from tuoguan.intake import read

HTMX = {"HX-Request": "true"}


def test_an_empty_folder_offers_three_ways_and_the_templates_can_be_read(tmp_path: Path) -> None:
    with serving(tmp_path / "new") as (_site, client):
        page = client.get("/w/new/start").text
        assert "Look around with the sample" in page and "Begin with your shop" in page and "empty templates" in page
        for form in ("xlsx", "csv"):
            data = client.get(f"/w/new/start/templates.{form}.zip", headers={"Accept-Language": "zh"}).content
            out = tmp_path / form
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                archive.extractall(out)
            assert "店铺" in (out / "seller.toml").read_text() and read(out).products["sku"].to_list() == ["MUG-01"]
        assert client.get("/w/new/start/templates.exe.zip").status_code == 404


def test_the_shop_is_asked_for_first_and_mistakes_stand_beside_their_fields(tmp_path: Path) -> None:
    with serving(tmp_path / "new") as (_site, client):
        page = client.get("/w/new/start/shop").text
        form = {"csrf": csrf(page), "seen": "", "name": "Cups", "currency": "USD", "markets": ["US"],
                "limits.cash": "much", "limits.hours_per_week": "40"}  # fmt: skip
        answer = client.post("/w/new/start/shop", data=form)
        assert answer.status_code == 422 and "much" in answer.text and 'aria-invalid="true"' in answer.text
        answer = client.post("/w/new/start/shop", data=form | {"limits.cash": "9000"})
        assert answer.headers["location"] == "/w/new/start/files"
        assert not standing_of(tmp_path / "new", tmp_path, None).begun


def test_steps_are_ticked_as_their_results_appear(tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    with serving(folder) as (site, client):
        keep = site.keep / "checks" / "shop"
        assert standing_of(folder, keep, None).begun and standing_of(folder, keep, None).facts is None
        page = client.get("/w/shop/start").text
        assert "Reading the files" in page and 'hx-get="/w/shop/start/check"' in page
        assert client.get("/w/shop/start/check", headers=HTMX).headers["hx-refresh"] == "true"
        page = client.get("/w/shop/start").text
        assert "products: 2" in page and 'hx-get="/w/shop/start/check"' not in page and "Decide now" in page
        (folder / "products.csv").write_text((folder / "products.csv").read_text() + "BAD,Bad,-1,5,1\n")
        assert "Reading the files" in client.get("/w/shop/start").text
        client.get("/w/shop/start/check")
        assert "errors: 1" in client.get("/w/shop/start").text
        (folder / "decision").mkdir()
        (folder / "decision" / "decision.json").write_text("{}")
        with open_work(folder) as work:
            told = standing_of(folder, keep, work)
        assert told.decided and not told.stale and not told.accepted and not told.worked


def test_a_server_of_many_makes_workspaces_and_refuses_names_that_are_none(tmp_path: Path) -> None:
    with serving(tmp_path, many=True) as (_site, client):
        proof = csrf(client.get("/").text)
        assert client.post("/workspaces", data={"csrf": proof, "name": "../up"}).status_code == 422
        made = client.post("/workspaces", data={"csrf": proof, "name": "cups"})
        assert made.headers["location"] == "/w/cups/start" and (tmp_path / "cups").is_dir()
        assert "Start" in client.get("/w/cups/start").text
        assert client.post("/workspaces", data={"csrf": proof, "name": "cups"}).status_code == 422
    with serving(shop(tmp_path / "one")) as (_site, client):
        proof = csrf(client.get("/w/one/start").text)
        assert client.post("/workspaces", data={"csrf": proof, "name": "two"}).status_code in (403, 422)
        assert not (tmp_path / "two").exists()
