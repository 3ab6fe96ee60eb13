"""What a person comes for, walked from the first click to the last in both languages, on a real server.

Forms are found by what they do (their address and the move in them), not by their words, so that one walk serves both
languages; the words are held by the catalogs' own test.
"""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from browser.conftest import ROOT, Served, accessible, pictured, screens, serve
from exports_made import put
from files_world import STOCK, TOLD, orders
from files_world import shop as bare_shop
from site_world import copy_of, leave

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
LONG = 300_000  # milliseconds: deciding on a busy machine
PASSWORD = "correct horse battery staple 9"


def form(page: Any, action: str, **hidden: str) -> Any:
    """The form that posts to an address ending so, with these hidden values."""
    within = "".join(f':has([name="{name}"][value="{value}"])' for name, value in hidden.items())
    return page.locator(f'form[action*="{action}"]{within}').first


def follow(button: Any) -> None:
    """Presses what leads to another page, and waits for that page."""
    with button.page.expect_navigation():
        button.click()


def send(form_: Any, **values: str) -> None:
    """Fills the form's fields and presses its first button, once what folds it or a part of it away is open."""
    form_.wait_for(state="attached")
    form_.evaluate(
        "(form) => document.querySelectorAll('details')"
        ".forEach((one) => { if (one.contains(form) || form.contains(one)) one.open = true; })"
    )
    for name, value in values.items():
        field = form_.locator(f'[name="{name}"]')
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    follow(form_.locator("button").first)


def move(page: Any, name: str, **details: str) -> None:
    """Does a move of the document on the page, and waits until the page tells of it."""
    found = page.locator(f'form:has([name="move"][value="{name}"])').first
    version = found.locator('[name="version"]').input_value()
    send(found, **details)
    page.wait_for_function(
        "seen => ![...document.querySelectorAll('main [name=version]')].some(one => one.value === seen)", arg=version
    )


def job_over(page: Any) -> None:
    """Waits on the page of a job until there is a way on, and takes it."""
    page.wait_for_url("**/jobs/*")
    page.locator("#job .button.main").wait_for(timeout=LONG)
    accessible(page)
    follow(page.locator("#job .button.main"))


@LANGUAGES
def test_from_nothing_to_a_plan(bringing: Callable[..., Served], opening: Callable[..., Any], language: str) -> None:
    """An empty folder: the sample, check, decide, what if, accept, plan."""
    served = bringing(Path.mkdir)
    page = opening(served, language)
    page.goto(served.home + "/home")
    assert page.url.endswith("/start")
    accessible(page)
    send(form(page, "/start/sample"), seller="solo")
    job_over(page)
    leave(served.folder, ["1009386", "10309847"], ["US"])
    page.goto(served.home + "/start")
    page.locator('form[action*="/start/decide"] button').click()
    page.locator("#job progress").wait_for(timeout=LONG)
    page.screenshot(path=screens() / f"job-running-{language}-light.png")
    job_over(page)
    page.goto(served.home + "/decide")
    accessible(page)
    page.locator("figure.chart svg").first.wait_for(timeout=LONG)
    page.goto(served.home + "/decide/what-if")
    page.locator('.what-if [name="hours"]').fill("20")
    page.locator(".what-if button.main").click()
    page.locator("#answer table").first.wait_for(timeout=LONG)
    accessible(page)
    page.goto(served.home + "/decide/accept")
    accessible(page)
    send(form(page, "/decide/accept"))
    if "/jobs/" in page.url:
        job_over(page)
    page.goto(served.home + "/plan")
    assert page.locator("table tbody tr").count() > 3
    page.goto(served.home + "/purchases")
    page.goto(served.home + "/home")
    assert page.locator("table tbody tr").count() > 0
    accessible(page)


@LANGUAGES
def test_a_contract_is_compared_and_overridden(shop_served: Served, opening: Callable[..., Any], language: str) -> None:
    page = opening(shop_served, language)
    page.goto(shop_served.home + "/contracts/compare?a=temu/full/US&b=temu/semi/US")
    assert page.locator("table tbody tr").count() > 5
    accessible(page)
    page.goto(shop_served.home + "/contracts/overlays/edit?contract=temu/semi/US")
    choice = page.locator('select[name="term"] option[value*="commission"]').first
    page.locator('select[name="term"]').select_option(choice.get_attribute("value"))
    follow(page.locator('form:has(select[name="term"]) button'))
    wrong = page.locator('form:has([name="value"])').first
    send(wrong, value="cheap")
    assert page.locator(".problems").count()
    accessible(page)
    page.go_back()
    good = page.locator('form:has([name="value"])').first
    send(good, value="0.04", low="", high="", note="agreed with our manager", held="2026-11-20")
    accessible(page)
    follow(page.locator('form[action$="/contracts/overlays"] button.main'))
    files = list((shop_served.folder / "contracts").glob("**/*.toml"))
    assert len(files) == 1 and "0.04" in files[0].read_text("utf-8")
    page.goto(shop_served.home + "/contracts/overlays")
    assert page.get_by_text("temu/semi/US").count()


@LANGUAGES
def test_a_supply_price_is_answered_in_a_review(
    shop_served: Served, opening: Callable[..., Any], language: str
) -> None:
    """The seller quotes, the platform counters at its desk, the seller quotes again, the platform accepts."""
    page = opening(shop_served, language)
    page.goto(shop_served.home + "/products")
    sku = page.locator("table tbody tr a").first.inner_text().split()[0]
    page.goto(shop_served.home + "/new/price_review")
    opened = form(page, "/new/price_review")
    send(opened, number="R1", contract="temu/full/US", quote_minor="9.80", **{"sku.0": sku, "quantity.0": "1"})
    assert "/documents/price_review/R1" in page.url
    accessible(page)
    page.goto(shop_served.home + "/documents/price_review/R1?desk=platform")
    move(page, "counter", counter_minor="9.10")
    page.goto(shop_served.home + "/documents/price_review/R1")
    assert page.locator("main").inner_text().count("9.10")
    move(page, "re_quote", quote_minor="9.50")
    page.goto(shop_served.home + "/documents/price_review/R1?desk=platform")
    move(page, "counter", counter_minor="9.40")
    page.goto(shop_served.home + "/documents/price_review/R1")
    move(page, "accept")
    accessible(page)
    page.goto(shop_served.home + "/price-reviews")
    assert page.get_by_role("link", name="R1", exact=True).count()


@LANGUAGES
def test_a_stock_order_goes_from_creation_to_receipt(
    money_served: Served, opening: Callable[..., Any], language: str
) -> None:
    page = opening(money_served, language)
    page.goto(money_served.home + "/new/stock_order?desk=platform")
    send(
        form(page, "/new/stock_order"), number="SO-9", contract="temu/full/US", place="temu-US", kind="normal",
        **{"sku.0": "BOWL", "quantity.0": "5"},
    )  # fmt: skip
    for desk, name, details in (
        ("", "accept", {}), ("", "send", {}), ("platform", "receive", {}), ("platform", "check", {}),
        ("platform", "put_away", {}),
    ):  # fmt: skip
        page.goto(f"{money_served.home}/documents/stock_order/SO-9" + (f"?desk={desk}" if desk else ""))
        accessible(page)
        move(page, name, **details)
    page.goto(money_served.home + "/stock?find=BOWL")
    assert "temu-US" in page.locator("main").inner_text()


@LANGUAGES
def test_orders_go_from_a_file_to_their_tracking_numbers(
    bringing: Callable[..., Served], opening: Callable[..., Any], tmp_path: Path, language: str
) -> None:
    served = bringing(bare_shop)
    page = opening(served, language)
    for path, said in (
        (put(tmp_path / "stock-2026-08-01.csv", STOCK), {"place": "la"}),
        (orders(tmp_path / "o.csv"), TOLD),
    ):
        page.goto(served.home + "/import")
        page.locator('input[name="files"]').set_input_files(path)
        follow(page.locator('form:has(input[name="files"]) button'))
        accessible(page)
        send(page.locator('form:has([name="place"])').first, **said)
        page.locator('form[action$="/go"] button').click()
        job_over(page)
    page.goto(served.home + "/orders?state=reserved")
    accessible(page)
    first = page.locator("table[data-rows] tbody tr a").first
    number = first.inner_text().strip()
    first.click()
    page.locator("#drawer h2, #drawer h1").first.wait_for()
    accessible(page)
    page.keyboard.press("Escape")
    page.goto(served.home + "/tracking")
    send(form(page, "/tracking"), rows=f"{number}\tYT123456789\tYunExpress")
    follow(page.locator("main form button.main"))
    page.goto(f"{served.home}/documents/order/{number}")
    assert page.locator("main").inner_text().count("YT123456789")


@LANGUAGES
def test_a_return_comes_back_and_is_paid(money_served: Served, opening: Callable[..., Any], language: str) -> None:
    page = opening(money_served, language)
    page.goto(money_served.home + "/returns?state=received")
    page.locator("table[data-rows] tbody tr a").first.click()
    page.locator("#drawer form").first.wait_for()
    accessible(page)
    number = page.locator("table[data-rows] tbody tr a").first.inner_text().strip()
    page.goto(f"{money_served.home}/documents/return/{number}")
    move(page, "inspect", outcome="resale")
    if not page.locator('form:has([name="move"][value="refund"])').count():
        page.goto(f"{money_served.home}/documents/return/{number}?desk=platform")
    move(page, "refund")
    accessible(page)


@LANGUAGES
def test_a_statement_leads_to_differences_and_a_claim_pack(
    money_served: Served, opening: Callable[..., Any], language: str
) -> None:
    page = opening(money_served, language)
    page.goto(money_served.home + "/statements")
    accessible(page)
    send(form(page, "/statements/reconcile"))
    job_over(page)
    page.goto(money_served.home + "/statements/differences")
    accessible(page)
    page.locator("table[data-rows] tbody tr a").first.click()
    page.wait_for_url("**/statements/differences/*")
    accessible(page)
    page.goto(money_served.home + "/statements")
    with page.expect_download() as coming:
        page.locator('main a[href*="claims"][href*=".xlsx"]').first.click()
    assert Path(coming.value.path()).read_bytes()[:2] == b"PK"


@LANGUAGES
def test_a_second_person_may_do_less(shop: Path, tmp_path: Path, opening: Callable[..., Any], language: str) -> None:
    folder = copy_of(shop, tmp_path / "shop")
    for name, role in (("ada", "owner"), ("wen", "warehouse")):
        subprocess.run(
            [sys.executable, "-m", "tuoguan", "accounts", "add", str(folder), name, "--role", role], check=True,
            input=f"{PASSWORD}\n{PASSWORD}\n", text=True, stdout=subprocess.DEVNULL,
            env={"PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
    served = serve(folder, "--accounts")
    try:
        _as_a_warehouse_worker(served, opening(served, language, allowed=(403, 422)), language)
    finally:
        served.end()


def _as_a_warehouse_worker(served: Served, page: Any, language: str) -> None:
    """Signs in and tries what the role has no right to."""
    page.goto(served.home + "/home")
    assert "/sign-in" in page.url
    accessible(page)
    assert [*pictured(page, "sign-in", language)]
    sign_in = page.locator('form[action="/sign-in"]').first
    send(sign_in, name="wen", password="wrong wrong wrong")
    assert "/sign-in" in page.url
    assert [*pictured(page, "sign-in-refused", language)]
    send(page.locator('form[action="/sign-in"]').first, name="wen", password=PASSWORD)
    page.goto(served.home + "/listings")
    assert page.locator(f'a[href*="/w/{served.folder.name}/settings"]').count() == 0
    answer = page.goto(served.home + "/settings")
    assert answer.status == 403
    accessible(page)
    assert [*pictured(page, "not-allowed", language)]
    answer = page.goto(served.home + "/decide/accept")
    assert answer.status == 403 or not page.locator('form[action*="/decide/accept"]').count()


@LANGUAGES
def test_the_platform_does_its_part_at_its_own_desk(
    money_served: Served, opening: Callable[..., Any], language: str
) -> None:
    page = opening(money_served, language)
    page.goto(money_served.home + "/home?desk=platform")
    accessible(page)
    first = page.locator("main table tbody tr a").first
    assert "desk=platform" in (first.get_attribute("href") or "")
    page.goto(money_served.home + "/stock-orders?desk=platform")
    page.locator("table[data-rows] tbody tr a").first.click()
    page.locator("#drawer form").first.wait_for()
    send(page.locator('#drawer form:has([name="move"][value="receive"])').first)
    assert re.search(r"desk=platform", page.url)
    accessible(page)


@LANGUAGES
def test_two_tabs_on_one_thing_and_the_second_is_told(
    shop_served: Served, opening: Callable[..., Any], language: str
) -> None:
    first, second = opening(shop_served, language), opening(shop_served, language, allowed=(409, 412, 422))
    for page in (first, second):
        page.goto(shop_served.home + "/listings?open=")
    number = first.locator("table[data-rows] tbody tr a").first.inner_text().strip()
    for page in (first, second):
        page.goto(f"{shop_served.home}/documents/listing/{number}")
    send(first.locator('form:has([name="move"][value="set_buffer"])').first, buffer_units="3")
    send(second.locator('form:has([name="move"][value="set_buffer"])').first, buffer_units="5")
    second.locator(".problems").first.wait_for()
    first.goto(f"{shop_served.home}/documents/listing/{number}")
    assert first.locator("dl.facts, main").first.inner_text().count("3")
