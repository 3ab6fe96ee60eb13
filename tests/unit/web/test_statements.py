"""The pages of statements: the list, one difference with its evidence, the claim pack, a statement's own steps."""

import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from starlette.testclient import TestClient

from money_world import TODAY, csrf, made, opened
from tuoguan.app.statements_run import learn, run
from tuoguan.site import Site


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with opened(made(tmp_path_factory.mktemp("statements"))) as (client, _):
        yield client


@pytest.fixture
def own(tmp_path: Path) -> Iterator[tuple[TestClient, Site]]:
    with opened(made(tmp_path)) as pair:
        yield pair


def exported(client: TestClient, **query: str) -> pl.DataFrame:
    return pl.read_ndjson(client.get("/w/shop/statements/differences.jsonl", params=query).content)


def test_the_list_says_what_can_be_claimed_and_by_when(client: TestClient) -> None:
    page = client.get("/w/shop/statements").text
    for text in ("$18.20", "S1", "S2", "assumed: not published", "claims.en.xlsx", "Received"):
        assert text in page
    assert "style=" not in page


def test_what_should_be_looked_at_leads_and_all_can_be_had(client: TestClient) -> None:
    assert set(exported(client)["verdict"]) == {"missing", "fee", "penalty", "duplicate"}
    everything = exported(client, verdict="all")
    assert set(everything["verdict"]) > {"timing", "missing"}
    assert everything["difference_minor"].abs().is_sorted(descending=True)
    assert exported(client, verdict="missing")["order_number"].to_list() == ["O1"]
    assert exported(client, find="O2").height == 1


@pytest.mark.parametrize("sort", ["-size", "difference", "deadline_on", "-due_on", "settled_on"])
def test_every_order_pages_without_gap_or_repeat(client: TestClient, sort: str) -> None:
    from tuoguan.app.statements_view import difference_page

    site: Site = client.app.pages.state.site  # type: ignore[attr-defined]
    folder, seen, after = site.workspaces.find("shop").folder, [], None
    while True:
        page = difference_page(folder, {}, sort=sort, after=after, limit=17)
        seen += [row["id"] for row in page.rows]
        after = page.after
        if after is None:
            break
    assert len(seen) == len(set(seen)) == sum(page.counts.values())


def test_one_difference_stands_side_by_side_with_terms_lines_and_entries(client: TestClient) -> None:
    by_verdict = {row["verdict"]: row["id"] for row in exported(client).to_dicts()}
    fee = client.get(f"/w/shop/statements/differences/{by_verdict['fee']}").text
    for text in (
        "Discount paid by the seller",
        "you pay 3%",
        "-$0.36",
        "-$0.67",
        "order/shop/O2",
        "1Z",
        "Los Angeles",
        "T63",
    ):
        assert text in fee
    missing = client.get(f"/w/shop/statements/differences/{by_verdict['missing']}").text
    assert "no line of a statement speaks of it" in missing and "Shipping paid by the buyer" in missing
    zh = client.get(f"/w/shop/statements/differences/{by_verdict['fee']}", headers={"Accept-Language": "zh"}).text
    assert "卖家承担的折扣" in zh and "您支付：供货额的 3%" in zh and "supply_value" not in zh
    penalty = client.get(f"/w/shop/statements/differences/{by_verdict['penalty']}").text
    assert "no entry of the ledger asks for this" in penalty
    assert client.get("/w/shop/statements/differences/ffffffffffffffff").status_code == 404


def test_the_id_of_a_difference_outlives_another_run(own: tuple[TestClient, Site]) -> None:
    client, site = own
    before = set(exported(client)["id"])
    run(site.workspaces.find("shop").folder, until=TODAY + 1)
    assert set(exported(client)["id"]) == before


def test_the_claim_pack_is_downloaded_and_nothing_else(client: TestClient) -> None:
    book = client.get("/w/shop/statements/claims/claims.zh.xlsx")
    assert book.content.startswith(b"PK") and "attachment" in book.headers["content-disposition"]
    for name in ("matches.parquet", "..%2Fseller.toml", "claims.en.exe"):
        assert client.get(f"/w/shop/statements/claims/{name}").status_code == 404
    assert client.get("/w/shop/statements/packs/..%2F..%2Fledger/claims.en.xlsx").status_code == 404


def number_of(client: TestClient, name: str) -> str:
    page = client.get("/w/shop/statements").text
    found = re.search(rf'statements/received/([^"?]+)[^>]*>{name}</a>', page)
    assert found
    return found.group(1)


def test_a_statement_is_matched_disputed_and_settled_each_step_looked_at(own: tuple[TestClient, Site]) -> None:
    client, site = own
    path = f"/w/shop/statements/received/{number_of(client, 'S1')}"
    for step, shown in (("match", "Matched"), ("dispute", "Disputed"), ("settle", "Settled")):
        page = client.get(path, params={"do": step}).text
        assert "Nothing is recorded yet" in page
        fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)) | {"evidence": "case 7"}
        answer = client.post(path, data=fields)
        assert answer.status_code == 303, answer.text
        assert shown in client.get(path).text
        again = client.post(path, data=fields)
        assert again.status_code == 422, "the same step of an older version"
    work = site.work(site.workspaces.find("shop"))
    document = work.document(f"statement/{path.rpartition('/')[2]}")
    assert document.state == "settled" and document.details["difference_minor"] == -530
    assert document.details["evidence"] == "case 7"
    assert not work.ledger.verify()


def test_a_step_out_of_turn_and_one_with_another_sum_are_refused(own: tuple[TestClient, Site]) -> None:
    client, _ = own
    path = f"/w/shop/statements/received/{number_of(client, 'S1')}"
    assert client.get(path, params={"do": "settle"}).status_code == 422
    page = client.get(path, params={"do": "match"}).text
    fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))
    assert "another sum" in client.post(path, data=fields | {"difference_minor": "-1"}).text
    assert "version" in client.post(path, data=fields | {"version": "7"}).text
    assert client.post(path, data=fields | {"csrf": "x"}).status_code == 403
    assert "Received" in client.get(path).text


def test_a_run_is_started_as_a_job(own: tuple[TestClient, Site]) -> None:
    client, site = own
    token = csrf(client.get("/w/shop/statements").text)
    answer = client.post("/w/shop/statements/reconcile", data={"csrf": token, "statement": "S1", "appeal_days": "20"})
    assert answer.status_code == 303
    job = site.jobs.wait("shop", answer.headers["location"].rpartition("/")[2], 120)
    assert job.state == "done", job.problems
    pack = client.get(f"/w/shop/{job.result['next']}").text
    assert "claims.en.xlsx" in pack
    assert client.get(f"/w/shop/{job.result['next']}/claims.en.html").status_code == 200
    assert "30 days" in client.get("/w/shop/statements").text, "the run over all statements stays as it was"


def test_what_was_learned_is_shown_before_it_is_written(own: tuple[TestClient, Site]) -> None:
    client, site = own
    folder = site.workspaces.find("shop").folder
    assert "Nothing was learned yet" in client.get("/w/shop/statements/learned").text
    learn(folder, on=TODAY, write=False)
    page = client.get("/w/shop/statements/learned").text
    assert "settlement lag days" in page and "Write it for the next decision" in page
    assert not (folder / "contracts").exists()
    learn(folder, on=TODAY, write=True)
    assert list((folder / "contracts" / "calibrated").glob("*.toml"))
    assert "written for the next decision" in client.get("/w/shop/statements/learned").text


def test_profit_says_that_there_is_nothing_to_compare(client: TestClient) -> None:
    assert "nothing to compare yet" in client.get("/w/shop/statements/profit").text
    assert client.get("/w/shop/statements/profit.csv").status_code == 404
