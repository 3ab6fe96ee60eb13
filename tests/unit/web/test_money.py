"""The pages of money over a real ledger: states, calendar, what is late, charges, exchange."""

import re
from collections.abc import Iterator

import polars as pl
import pytest
from starlette.testclient import TestClient

from money_world import TODAY, made, opened
from tuoguan.app import money_view
from tuoguan.app.home_money import home_of
from tuoguan.operate import MoneyBook, Work
from tuoguan.site import Site

SEMI = "temu/semi/US"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with opened(made(tmp_path_factory.mktemp("money"))) as (client, _):
        yield client


@pytest.fixture(scope="module")
def work(client: TestClient) -> Work:
    site: Site = client.app.pages.state.site  # type: ignore[attr-defined]
    return site.work(site.workspaces.find("shop"))


def test_balances_are_the_accounts_of_the_ledger(client: TestClient, work: Work) -> None:
    table = pl.read_ndjson(client.get("/w/shop/money.jsonl").content)
    for row in table.iter_rows(named=True):
        account = f"money:{row['state']}" + (f":{row['contract']}" if row["contract"] else "")
        found = [minor for name, unit, minor in work.ledger.store.all_balances(account)
                 if (name, unit) == (account, row["currency"])]  # fmt: skip
        assert found == [row["amount_minor"]]
    assert {"pending", "expected", "reserve", "bank"} <= set(table["state"])


def test_open_items_add_up_to_the_balance(work: Work) -> None:
    total, after = 0, None
    while True:
        rows, after = money_view.open_items(work, SEMI, "USD", "pending", after, limit=7)
        total += sum(minor for _, _, minor in rows)
        if after is None:
            break
    assert total == dict(_balances(work))[SEMI, "USD", "pending"]


def _balances(work: Work) -> Iterator[tuple[tuple[str, str, str], int]]:
    for account, unit, minor in work.ledger.store.all_balances("money:pending:"):
        yield (account.removeprefix("money:pending:"), unit, "pending"), minor


def test_entries_add_up_to_the_balance(work: Work) -> None:
    total, before = 0, None
    while True:
        rows, before = money_view.entries(work, "", "CNY", "bank", before, limit=10)
        total += sum(one.minor for one in rows)
        if before is None:
            break
    assert total == dict((unit, minor) for _, unit, minor in work.ledger.store.all_balances("money:bank"))["CNY"]


def test_weeks_add_up_to_the_accounts_of_income_and_charge(work: Work) -> None:
    work.ledger.catch_up(MoneyBook())
    weeks = sum(one.minor for one in MoneyBook().weeks(work.ledger.store, 0, TODAY + 100) if one.contract == SEMI)
    accounts = [*work.ledger.store.all_balances("money:income:"), *work.ledger.store.all_balances("money:charge:")]
    assert weeks == -sum(minor for name, _, minor in accounts if SEMI in name)


def test_what_is_late_is_all_that_is_owed_before_today(work: Work) -> None:
    owed = sum(one.minor for one in money_view.states(work).expected(work.ledger.store) if one.day < TODAY)
    assert sum(one.minor for one in money_view.late(work, TODAY)) == owed != 0


def test_the_forecast_ends_with_the_bank_and_all_that_is_owed(work: Work, client: TestClient) -> None:
    site: Site = client.app.pages.state.site  # type: ignore[attr-defined]
    days = money_view.forecast(work, site.workspaces.find("shop").folder, "USD", TODAY, 400)
    owed = sum(one.minor for one in money_view.states(work).expected(work.ledger.store) if one.currency == "USD")
    bank = dict((unit, minor) for _, unit, minor in work.ledger.store.all_balances("money:bank"))["USD"]
    assert days[-1].bank_minor == bank + owed


def test_exchange_shows_what_the_published_rate_would_have_made(work: Work, client: TestClient) -> None:
    site: Site = client.app.pages.state.site  # type: ignore[attr-defined]
    folder = site.workspaces.find("shop").folder
    rows = money_view.exchanges(work, folder)
    payouts = [one for one in rows if one.stream.startswith("order/")]
    assert payouts and all(one.currency == "USD" and one.bank_currency == "CNY" for one in payouts)
    for one in payouts:
        rate = home_of(folder, one.day).fx.rate("USD", "CNY")
        assert one.published_minor == round(one.minor * rate)
        assert one.difference_minor == one.bank_minor - round(one.minor * rate)


def test_each_figure_leads_to_its_entries(client: TestClient) -> None:
    page = client.get("/w/shop/money").text
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/w/shop/money/entries[^"]*)"', page)]
    assert len(links) >= 5
    for link in links:
        answer = client.get(link)
        assert answer.status_code == 200 and "documents/" in answer.text
        assert client.get(f"{link}&tab=moves").status_code == 200
    assert "style=" not in page


def test_rates_are_named_with_day_and_source(client: TestClient) -> None:
    page = client.get("/w/shop/money").text
    assert "European Central Bank reference rate" in page and "1 EUR =" in page


def test_pictures_and_files(client: TestClient) -> None:
    for path in ("cash?currency=USD", "fees"):
        answer = client.get(f"/w/shop/money/{path}")
        assert answer.text.startswith("<svg") and " style=" not in answer.text
    assert client.get("/w/shop/money/fees.csv").content.startswith(b"\xef\xbb\xbf")
    assert client.get("/w/shop/money.exe").status_code == 404


def test_an_empty_ledger_says_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    from tuoguan.app.ledgers import open_work

    folder = tmp_path_factory.mktemp("none") / "shop"
    folder.mkdir()
    with open_work(folder):
        pass
    with opened(folder) as (client, _):
        assert "No money has moved yet" in client.get("/w/shop/money").text
        assert "No goods were moved yet" in client.get("/w/shop/stock").text
        assert "not checked against the contracts yet" in client.get("/w/shop/statements").text
        assert client.get("/w/shop/statements/differences").status_code == 422
