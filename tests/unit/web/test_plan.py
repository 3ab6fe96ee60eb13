"""The plan's pages and what they read, over a decided shop with a ledger."""

import os
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from starlette.testclient import TestClient

from site_world import copy_of, decided_shop
from tuoguan.app import plan_done, plan_read
from tuoguan.app.ledgers import open_work
from tuoguan.app.plan import read_purchases
from tuoguan.app.plan_read import Asked, Plan, read_plan
from tuoguan.foundation.days import date_of, day_of
from tuoguan.foundation.problems import Refused
from tuoguan.operate import Desk, Line, Request, stream_of
from tuoguan.serve import Server
from tuoguan.site import Site


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.getbasetemp()
    made = decided_shop(base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base)
    return copy_of(made, tmp_path_factory.mktemp("plan") / "shop")


@pytest.fixture(scope="module")
def plan(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return read_plan(shop, tmp_path_factory.mktemp("keep"))


@pytest.fixture(scope="module")
def client(shop: Path) -> Iterator[TestClient]:
    site = Site(shop)
    with TestClient(Server(site), base_url="http://127.0.0.1", follow_redirects=False) as made:
        yield made
    site.close()


def test_weeks_add_up_to_the_plan_that_decide_wrote(shop: Path, plan: Plan) -> None:
    purchases = read_purchases(shop / "decision" / "plan")
    weeks = plan_read.weeks(plan, Asked())
    assert sum(week.purchases for week in weeks) == len(purchases) > 0
    assert sum(week.units for week in weeks) == purchases["units"].sum()
    assert sum(week.cost_minor for week in weeks) == purchases["cost_minor"].sum()
    for moving in ("leaving", "arriving"):
        assert sum(sum(getattr(week, moving).values()) for week in weeks) == purchases["units"].sum()
    assert [week.number for week in weeks] == list(range(1, len(weeks) + 1))
    assert all(later.starts_on - week.starts_on == 7 for week, later in zip(weeks, weeks[1:], strict=False))


@pytest.mark.parametrize("by", plan_read.BY)
def test_totals_add_up_whatever_they_are_by(shop: Path, plan: Plan, by: str) -> None:
    rows = plan_read.totals(plan, Asked(), by)
    assert sum(row["cost_minor"] for row in rows) == read_purchases(shop / "decision" / "plan")["cost_minor"].sum()


def test_pages_join_on_to_the_whole_in_order(plan: Plan) -> None:
    found, after = [], None
    while True:
        rows, after = plan_read.page(plan, Asked(), after, 7)
        found += [(row["order_on"], row["purchase"]) for row in rows]
        if after is None:
            break
    whole = plan_read.everything(plan, Asked())
    assert found == sorted(found) == list(whole.select("order_on", "purchase").iter_rows())


def test_filters_narrow(plan: Plan) -> None:
    whole = plan_read.everything(plan, Asked())
    for name, values in plan_read.choices(plan).items():
        parts = [len(plan_read.everything(plan, Asked(**{name: value}))) for value in values]
        assert sum(parts) == len(whole.filter(pl.col(name).is_not_null()))
    sku = whole["sku"][0]
    assert set(plan_read.everything(plan, Asked(find=sku))["sku"]) == {sku}
    assert plan_read.everything(plan, Asked(week="1"))["order_on"].max() < date_of(plan.on + 7)
    assert plan_read.everything(plan, Asked(week="x")).is_empty()


def test_a_new_decision_is_read_anew_and_the_old_one_forgotten(shop: Path, tmp_path: Path) -> None:
    copied = copy_of(shop, tmp_path / "other")
    first = read_plan(copied, tmp_path / "keep")
    path = copied / "decision" / "plan" / "purchases.csv"
    path.write_text("\n".join(path.read_text("utf-8").splitlines()[:2]) + "\n", "utf-8")
    second = read_plan(copied, tmp_path / "keep")
    assert second.stamp != first.stamp and second.mark != first.mark
    assert len(plan_read.everything(second, Asked())) == 1
    assert not first.rows.exists() and second.rows.exists()


@pytest.mark.parametrize("mark", ["x", "2026-01-01_x", "_", "2026-13-01_1"])
def test_a_mark_that_is_none_is_refused(plan: Plan, mark: str) -> None:
    with pytest.raises(Refused):
        plan_read.page(plan, Asked(), mark, 5)


def test_what_was_ordered_is_told_with_its_purchase_and_what_is_late_as_late(
    shop: Path, plan: Plan, tmp_path: Path
) -> None:
    folder = copy_of(shop, tmp_path / "worked")
    rows, _ = plan_read.page(plan, Asked(), None, 3)
    with open_work(folder) as work:
        assert {one.state for one in plan_done.done(work, plan, rows).values()} == {"proposed"}
        first, at = rows[0], day_of(rows[0]["order_on"]) * 86_400
        stream = stream_of("restock", f"{first['sku']}/{plan.mark}-{first['purchase']}")
        work.open("purchase", "P-1", place=first["place"], lines=(Line(first["sku"], first["units"]),), at=at,
                  by=Desk.SELLER, currency="USD")  # fmt: skip
        assert not isinstance(work.do_all([Request(stream, "order", at, Desk.SELLER, {"purchase": "P-1"})])[0], Refused)
        told = plan_done.done(work, plan, rows)
        assert (told[first["purchase"]].purchase, told[first["purchase"]].purchase_state) == ("P-1", "ordered")
        late = plan_done.late(work, plan, Asked(), day_of(first["arrive_on"]) + 1)
        assert first["purchase"] in [row["purchase"] for row, _ in late.to_arrive]
        assert first["purchase"] not in [row["purchase"] for row, _ in late.to_order]
        due = plan_read.before(plan, Asked(), day_of(first["arrive_on"]) + 1, "order_on", plan_done.LOOKED_AT)
        assert len(late.to_order) == len(due) - 1
        assert plan_done.late(work, plan, Asked(), plan.on).to_order == []
        assert plan_done.counts(work)["ordered"] == 1


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", ["plan", "plan?view=purchases", "plan?view=late", "plan?view=quotes",
                                  "plan?view=totals", "plan?view=purchases&week=2&market=US"])  # fmt: skip
def test_every_tab_answers(client: TestClient, path: str, language: str) -> None:
    answer = client.get(f"/w/shop/{path}{'&' if '?' in path else '?'}lang={language}")
    assert answer.status_code == 200 and answer.text.count("<h1") == 1 and len(answer.content) < 100_000
    assert " style=" not in answer.text


@pytest.mark.parametrize("chart", ["weeks", "lines", "cash", "hours"])
def test_every_chart_is_drawn_without_inline_style(client: TestClient, chart: str) -> None:
    answer = client.get(f"/w/shop/plan/{chart}.svg")
    assert answer.status_code == 200 and "<svg" in answer.text and " style=" not in answer.text


@pytest.mark.parametrize("table", ["purchases", "quotes", "cash", "hours"])
def test_every_table_is_exported(client: TestClient, table: str) -> None:
    answer = client.get(f"/w/shop/plan.csv?table={table}")
    assert answer.status_code == 200 and len(answer.text.strip().splitlines()) > 1


@pytest.mark.parametrize(("path", "status"), [("plan?view=x", 404), ("plan.csv?table=x", 404), ("plan.exe", 404),
                                              ("plan?view=purchases&after=x", 422)])  # fmt: skip
def test_what_is_not_there_is_refused(client: TestClient, path: str, status: int) -> None:
    assert client.get(f"/w/shop/{path}").status_code == status


def test_other_terms_tell_which_products_move(client: TestClient) -> None:
    text = client.get("/w/shop/contracts/changes/moves?to=2025-11-23&lang=en", headers={"HX-Request": "true"}).text
    assert "Expected profit now" in text and "<h1" not in text


def test_without_a_plan_the_page_says_where_it_comes_from(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    site = Site(tmp_path / "shop")
    with TestClient(Server(site), base_url="http://127.0.0.1") as client:
        assert "There is no plan yet" in client.get("/w/shop/plan?lang=en").text
        assert client.get("/w/shop/plan.csv").status_code == 422
    site.close()
