"""Pages of contracts over a real site: every screen answers in both languages, and terms are edited with checks."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tuoguan.app.contracts_view import as_of, terms_of
from tuoguan.contracts import load
from tuoguan.foundation.days import parse_day
from tuoguan.serve import Server
from tuoguan.site import Site

ON = "2026-11-22"
SEMI = "temu/semi/US"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty workspace: contracts need nothing else."""
    folder = tmp_path_factory.mktemp("contracts") / "shop"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def client(shop: Path) -> Iterator[TestClient]:
    """A browser on the server of the one owner."""
    site = Site(shop)
    with TestClient(Server(site), base_url="http://127.0.0.1", follow_redirects=False) as made:
        yield made
    site.close()


def page(client: TestClient, path: str, status: int = 200) -> str:
    answer = client.get(f"/w/shop/{path}")
    assert answer.status_code == status, answer.text[:500]
    assert " style=" not in answer.text and "onclick" not in answer.text
    return answer.text


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "path",
    [
        "contracts", "contracts?view=models", "contracts?view=list", f"contracts?on={ON}&platform=temu",
        f"contracts/{SEMI}", f"contracts/{SEMI}?on=2025-01-01&units=12&retail_price=7.50", "contracts/compare",
        f"contracts/compare?a=temu/full/US&b={SEMI}&weight_g=900", "contracts/changes?from=2025-01-01&to=2026-11-22",
        "contracts/overlays", f"contracts/overlays/edit?contract={SEMI}&term=charge/commission/0",
    ],
)  # fmt: skip
def test_every_page_answers(client: TestClient, path: str, language: str) -> None:
    text = page(client, f"{path}{'&' if '?' in path else '?'}lang={language}")
    assert text.count("<h1") == 1 and len(text.encode()) < 100_000


def test_the_matrix_links_every_contract_and_names_owners(client: TestClient) -> None:
    text = page(client, f"contracts?on={ON}&lang=en")
    for name in load().ids():
        assert f"/w/shop/contracts/{name}?on={ON}" in text
    assert "own-seller" in text and ">Platform</b>" in text


def test_a_filter_that_leaves_nothing_says_so(client: TestClient) -> None:
    assert "No contract is left" in page(client, "contracts?platform=none&lang=en")


def test_a_contract_shows_every_term_with_its_source(client: TestClient) -> None:
    text = page(client, f"contracts/{SEMI}?on={ON}&lang=en")
    compiled = as_of(load(), SEMI, parse_day(ON))
    sources = {source for item in compiled.in_force for source in item.entry.source}
    assert len(re.findall(r'<li id="source-\d+">', text)) == len(sources)
    assert set(re.findall(r'href="#source-(\d+)"', text)) == {str(number) for number in range(1, len(sources) + 1)}
    assert text.count('data-tip="') > len(compiled.terms)


def test_the_worked_example_follows_the_url(client: TestClient) -> None:
    one = page(client, f"contracts/{SEMI}?on={ON}&units=1&retail_price=20&lang=en")
    two = page(client, f"contracts/{SEMI}?on={ON}&units=2&retail_price=20&lang=en")
    assert 'name="units" inputmode="numeric" size="5" value="2"' in two and one != two
    assert "a whole number from 1" in page(client, f"contracts/{SEMI}?units=none&lang=en")


@pytest.mark.parametrize("path", ["contracts/no/such/US", "contracts/compare?a=no&b=such", "contracts/overlays/edit",
                                  "contracts/overlays/edit?file=gone.toml", "contracts.exe"])  # fmt: skip
def test_what_is_not_there_is_not_found(client: TestClient, path: str) -> None:
    page(client, path, 404)


@pytest.mark.parametrize("path", ["contracts?on=never", "contracts/changes?from=x", "contracts/compare?units=x",
                                  "contracts/overlays/edit?file=../seller.toml"])  # fmt: skip
def test_what_cannot_be_meant_is_refused(client: TestClient, path: str) -> None:
    page(client, path, 422)


def test_the_list_is_exported_as_it_is_filtered(client: TestClient) -> None:
    answer = client.get("/w/shop/contracts.csv?platform=temu&market=US")
    lines = answer.text.strip().splitlines()
    wanted = [name for name in load().ids() if name.startswith("temu/") and name.endswith("/US")]
    assert answer.status_code == 200 and len(lines) == 1 + len(wanted)
    assert client.get("/w/shop/contracts.xlsx").content.startswith(b"PK")


def _fields(text: str, name: str) -> str:
    """The value of the last hidden or text field of the name."""
    found = re.findall(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', text)
    return html.unescape(found[-1])


def _text(page_text: str) -> str:
    return html.unescape(re.findall(r"<textarea[^>]*>\n(.*?)</textarea>", page_text, re.DOTALL)[0])


def test_a_term_goes_from_form_to_preview_to_active_and_away(client: TestClient, shop: Path) -> None:
    begun = page(client, f"contracts/overlays/edit?contract={SEMI}&term=quantity/settlement_lag_days&lang=en")
    csrf = _fields(begun, "csrf")
    form = {"csrf": csrf, "file": "mine.toml", "version": "", "text": _text(begun), "value": "3", "held": ON,
            "distribution": "fixed", "term": "quantity/settlement_lag_days", "evidence": "negotiated"}  # fmt: skip
    preview = client.post("/w/shop/contracts/overlays/preview", data=form)
    assert preview.status_code == 200 and "holds together" in preview.text and "3 days" in preview.text
    assert not (shop / "contracts").exists(), "a preview saves nothing"
    draft = _text(preview.text)
    wrong = {"csrf": csrf, "file": "mine.toml", "version": "", "text": draft.replace('"3"', '"three"')}
    refused = client.post("/w/shop/contracts/overlays", data=wrong)
    assert refused.status_code == 422 and "Not saved." in refused.text and not list((shop / "contracts").glob("*.toml"))
    saved = client.post("/w/shop/contracts/overlays", data=wrong | {"text": draft})
    assert saved.status_code == 303 and "saved=mine.toml" in saved.headers["location"]
    assert as_of(terms_of(shop), SEMI, parse_day(ON)).quantities["settlement_lag_days"].value == 3
    second = client.post("/w/shop/contracts/overlays", data=wrong | {"text": draft.replace('"3"', '"4"')})
    assert second.status_code == 409 and "nothing was overwritten" in second.text and "&#34;4&#34;" in second.text
    asked = page(client, "contracts/overlays/remove?file=mine.toml&lang=en")
    gone = {"csrf": csrf, "file": "mine.toml", "version": _fields(asked, "version")}
    assert client.post("/w/shop/contracts/overlays/remove", data=gone).status_code == 303
    assert not (shop / "contracts" / "mine.toml").exists()


def test_a_write_without_the_pages_own_form_is_refused(client: TestClient) -> None:
    answer = client.post("/w/shop/contracts/overlays", data={"file": "x.toml", "text": "", "version": ""})
    assert answer.status_code == 403


def test_what_is_broken_on_disk_is_told_at_its_place_and_hides_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    (folder / "contracts").mkdir(parents=True)
    (folder / "contracts" / "broken.toml").write_text("no toml [", "utf-8")
    site = Site(folder)
    with TestClient(Server(site), base_url="http://127.0.0.1") as client:
        assert "broken.toml" in page(client, "contracts/overlays?lang=en")
        assert "errors stand in your own terms" in page(client, "contracts?lang=en")
        page(client, f"contracts/{SEMI}")
    site.close()


def test_without_a_decision_nothing_is_asked_again(client: TestClient) -> None:
    assert "Decide first" in page(client, "contracts/changes?lang=en")
    page(client, "contracts/changes/moves?to=2026-01-01", 422)
