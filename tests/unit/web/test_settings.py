"""Settings on pages: forms in both languages, the second tab told, products with what is assumed, backups."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from files_world import csrf, serving, shop
from tuoguan.app.ledgers import open_work
from tuoguan.site import Site

WAIT = 60.0
TABS = ("shop", "means", "places", "assumed", "products", "backups", "about")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[tuple[Path, Site, TestClient]]:
    folder = shop(tmp_path / "shop")
    with serving(folder) as (site, client):
        yield folder, site, client


def seen(page: str) -> str:
    return page.split('name="seen" value="')[1].split('"', maxsplit=1)[0]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_tab_is_there_in_both_languages(world: tuple[Path, Site, TestClient], language: str) -> None:
    _folder, _site, client = world
    for tab in TABS:
        answer = client.get(f"/w/shop/settings?tab={tab}&lang={language}")
        assert answer.status_code == 200 and ("设置" in answer.text) is (language == "zh")
        assert "style=" not in answer.text and answer.text.count("<h1") == 1
    assert client.get("/w/shop/settings?tab=nothing").status_code == 404


def test_two_tabs_change_one_file_and_the_second_is_told(world: tuple[Path, Site, TestClient]) -> None:
    folder, site, client = world
    page = client.get("/w/shop/settings?tab=means").text
    form = {"csrf": csrf(page), "tab": "means", "seen": seen(page), "limits.hours_per_week": "40"}
    first = client.post("/w/shop/settings", data=form | {"limits.cash": "60000"})
    assert first.headers["location"] == "/w/shop/settings?tab=means&saved=1"
    assert "Settings changed: 1" in client.get(first.headers["location"]).text
    second = client.post("/w/shop/settings", data=form | {"limits.cash": "70000"})
    assert second.status_code == 409 and "70000" in second.text and "changed since you opened" in second.text
    assert 'cash = "60000"' in (folder / "seller.toml").read_text()
    with open_work(folder):
        pass
    told = site.access.audit.month("shop", __import__("datetime").datetime.now().strftime("%Y-%m"))
    assert [(one.kind, one.details) for one in told] == [("settings_changed", {"settings": ["limits.cash"]})]


def test_products_show_what_is_assumed_and_what_was_left_out(world: tuple[Path, Site, TestClient]) -> None:
    folder, _site, client = world
    with (folder / "products.csv").open("a") as file:
        file.write("".join(f"S{i:03d},Spoon,1.00,3.00,40\n" for i in range(60)) + "BAD,Bad,-1,5,1\n")
    assert "not read since they last changed" in client.get("/w/shop/settings?tab=products").text
    client.get("/w/shop/settings/check")
    page = client.get("/w/shop/settings?tab=products").text
    assert "a cost of zero or more" in page and 'class="assumed"' in page and "LAMP-02" in page and "S049" not in page
    assert "S059" in client.get("/w/shop/settings?tab=products&after=S047").text
    found = client.get("/w/shop/settings?tab=products&find=lamp").text
    assert "LAMP-02" in found and "MUG-01" not in found


def test_a_backup_is_made_listed_taken_away_and_restored_only_when_meant(
    world: tuple[Path, Site, TestClient],
) -> None:
    folder, site, client = world
    assert "no ledger yet" in client.get("/w/shop/settings?tab=backups").text
    with open_work(folder):
        pass
    page = client.get("/w/shop/settings?tab=backups").text
    proof = csrf(page)
    way = client.post("/w/shop/settings/backups/backup", data={"csrf": proof}).headers["location"]
    job = site.jobs.wait("shop", way.rpartition("/")[2], WAIT)
    (name,) = job.result["files"]
    page = client.get("/w/shop/settings?tab=backups").text
    assert name in page and "Take it away" in page
    assert client.get(f"/w/shop/settings/backups/{name}").content.startswith(b"SQLite format 3")
    assert client.get("/w/shop/settings/backups/..%2fseller.toml").status_code == 404
    asked = client.get(f"/w/shop/settings?tab=backups&restore={name}").text
    assert "Write the workspace" in asked and "Restore it" in asked
    unmeant = client.post("/w/shop/settings/backups/restore", data={"csrf": proof, "file": name, "name": "yes"})
    assert unmeant.status_code == 422 and len(site.jobs.page("shop", kind="restore")[0]) == 0
    meant = client.post("/w/shop/settings/backups/restore", data={"csrf": proof, "file": name, "name": "shop"})
    assert meant.status_code == 303 and "/jobs/" in meant.headers["location"]
