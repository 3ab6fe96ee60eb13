"""The pages of the decision: what they show, that looking changes nothing, and what a write asks for."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from decided import read_of, shop_of
from site_world import copy_of
from tuoguan.app import decision_worker
from tuoguan.app.decision_groups import Wanted, groups_page
from tuoguan.app.decision_read import whole_of
from tuoguan.serve import Server
from tuoguan.site import Site


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of(shop_of(tmp_path_factory), tmp_path_factory.mktemp("decide") / "shop")


@pytest.fixture(scope="module")
def client(shop: Path) -> Iterator[TestClient]:
    site = Site(shop)
    with TestClient(Server(site), base_url="http://127.0.0.1:8000", follow_redirects=False) as client:
        yield client
    site.close()
    decision_worker.end_all()


def at(path: str = "") -> str:
    return f"/w/shop/decide{path}"


def token(text: str) -> str:
    """What the page's forms bring back."""
    found = re.search(r'name="csrf" value="([^"]+)"', text)
    assert found
    return found[1]


@pytest.mark.parametrize("tab", ["", "?tab=money", "?tab=limits", "?tab=unknowns", "?tab=rule", "?view=list"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_part_is_a_page_with_the_answer_on_its_first_line(
    client: TestClient, shop: Path, tab: str, language: str
) -> None:
    answer = client.get(at(tab), headers={"accept-language": language})
    assert answer.status_code == 200
    whole = whole_of(read_of(shop))
    assert f"{round(whole.expected_minor / 100):,}" in answer.text and f"{whole.undecided:,}" in answer.text
    assert answer.text.count("<h1>") == 1 and " style=" not in answer.text
    assert len(answer.content) < 100_000


def test_a_filter_stands_in_the_url_and_a_page_goes_on_from_its_mark(client: TestClient, shop: Path) -> None:
    group = groups_page(read_of(shop), Wanted(limit=1))[0][0]
    found = client.get(at("?view=list"), params={"find": group.sku, "market": group.market, "view": "list"}).text
    assert found.count('<th scope="row"><a') == 1 and group.reason_en in found.replace("&#39;", "'")
    assert "No product is like this" in client.get(at("?find=nothing+at+all")).text
    refused = client.get(at("?after=nonsense"))
    assert refused.status_code == 422 and "the mark of a page before" in refused.text


@pytest.mark.parametrize("chart", ["ways", "money", "bridge", "frontier", "limit/0"])
def test_charts_are_pictures_without_styles_of_their_own(client: TestClient, chart: str) -> None:
    answer = client.get(at(f"/charts/{chart}"))
    assert answer.status_code == 200 and answer.text.startswith("<svg") and " style=" not in answer.text
    assert "currentColor" in answer.text


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet", "jsonl"])
def test_the_question_can_be_taken_away_in_every_form(client: TestClient, form: str) -> None:
    answer = client.get(at(f".{form}?state=sold&market=US"))
    assert answer.status_code == 200 and f'.{form}"' in answer.headers["content-disposition"]
    if form == "csv":
        rows = answer.text.splitlines()
        assert len(rows) > 1 and all(",US,sell," in row for row in rows[1:])


def test_what_if_is_asked_by_its_address_and_changes_nothing(client: TestClient, shop: Path) -> None:
    before = _bytes_of(shop)
    page = client.get(at("/what-if"))
    assert page.status_code == 200 and 'name="cash"' in page.text and "decide/what-if/answer?" not in page.text
    asked = at("/what-if?cash=2000&freight=150&commission=%2B2&without=")
    refused = client.get(asked)
    assert refused.status_code == 422 and "whose it is" in refused.text
    answer = client.get(at("/what-if/answer?cash=1500&freight=150"), headers={"HX-Request": "true"})
    assert answer.status_code == 200 and "What moves" in answer.text and "<html" not in answer.text
    assert answer.headers["HX-Push-Url"].endswith("/decide/what-if?cash=1500&freight=150")
    whole = client.get(at("/what-if?cash=1500&freight=150&work=1"))
    assert "What moves" in whole.text and "hours_per_week" not in whole.text and "<code>cash</code>" in whole.text
    assert _bytes_of(shop) == before


@pytest.mark.parametrize(
    ("query", "says"),
    [("cash=many", "a number"), ("risk_weight=7", "a share from 0 to 1"), ("set=nonsense", "no term"),
     ("without=nobody/full", "no option"), ("commission=x&commission_of=a", "percent, such as"), ("cash=-5", "amount")],
)  # fmt: skip
def test_what_cannot_be_meant_is_said(client: TestClient, query: str, says: str) -> None:
    answer = client.get(at(f"/what-if/answer?{query}"), headers={"HX-Request": "true"})
    assert answer.status_code == 422 and says in answer.text and answer.headers["HX-Retarget"] == "#problems"


def test_accepting_is_shown_first_and_refused_for_another_decision(client: TestClient, shop: Path) -> None:
    shown = client.get(at("/accept"))
    assert shown.status_code == 200 and "Listings to draft" in shown.text
    form = {"csrf": token(shown.text), "seen": "another"}
    refused = client.post(at("/accept"), data=form)
    assert refused.status_code == 422 and "another one than you saw" in refused.text
    assert client.post(at("/accept"), data={"seen": read_of(shop).stamp}).status_code == 403
    taken = client.post(at("/accept"), data=form | {"seen": _stamp(shown.text)})
    assert taken.status_code == 303 and "/jobs/" in taken.headers["location"]


def test_deciding_is_a_job(client: TestClient, shop: Path) -> None:
    csrf = token(client.get(at()).text)
    assert client.post(at("/now"), data={}).status_code == 403
    begun = client.post(at("/now"), data={"csrf": csrf})
    assert begun.status_code == 303 and "/jobs/" in begun.headers["location"]
    job_id = begun.headers["location"].rsplit("/", 1)[1]
    client.app.pages.state.site.jobs.cancel("shop", job_id)  # type: ignore[attr-defined]


def test_without_a_decision_the_page_leads_to_one(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    site = Site(tmp_path / "empty")
    with TestClient(Server(site), base_url="http://127.0.0.1:8000") as client:
        for path in ("decide", "products"):
            answer = client.get(f"/w/empty/{path}")
            assert answer.status_code == 200 and "Decide now" in answer.text
        assert client.get("/w/empty/decide/what-if").status_code == 422
    site.close()


def _stamp(text: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', text)
    assert found
    return found[1]


def _bytes_of(shop: Path) -> dict[str, str]:
    files = [path for path in shop.rglob("*") if path.is_file() and ".site" not in path.parts]
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files if not path.name.startswith("ledger")
    }
