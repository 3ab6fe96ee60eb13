"""Every screen in both languages, light and dark, some on a phone: looked at by axe and kept as pictures."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from browser.conftest import Served, accessible, hurdles, pictured, screens, settled
from site_world import copy_of
from tuoguan.web.menu import GROUPS

MENU = [screen.path for _, group in GROUPS for screen in group]
SEMI, FULL = "temu/semi/US", "temu/full/US"
DECIDED = {path: path for path in MENU} | {
    "decide-list": "decide?view=list",
    **{f"decide-{tab}": f"decide?tab={tab}" for tab in ("money", "limits", "unknowns", "rule")},
    "what-if": "decide/what-if",
    "what-if-answer": "decide/what-if?hours=20&work=1",
    "accept": "decide/accept",
    "contracts-models": "contracts?view=models",
    "contracts-list": "contracts?view=list",
    "contract": f"contracts/{SEMI}",
    "compare": f"contracts/compare?a={FULL}&b={SEMI}",
    "changes": f"contracts/changes?contract={SEMI}&from=2024-06-01",
    "overlays": "contracts/overlays",
    "overlay": f"contracts/overlays/edit?contract={SEMI}",
    **{f"plan-{view}": f"plan?view={view}" for view in ("purchases", "late", "quotes", "totals")},
    "start": "start",
    "start-shop": "start/shop",
    "start-files": "start/files",
    **{f"settings-{tab}": f"settings?tab={tab}" for tab in ("means", "places", "assumed", "products", "backups")},
    "settings-about": "settings?tab=about",
    "webhooks": "settings/webhooks",
    "tokens": "people/tokens",
    "trail": "people/trail",
    "me": "/me",
    "workspaces": "/",
    "new-price-review": "new/price_review",
}
AT_WORK = {path: path for path in ("home", "orders", "stock-orders", "returns", "stock", "money", "statements")} | {
    "home-platform": "home?desk=platform",
    "order": "documents/order/shop/Q060",
    "order-open": "orders?open=order/shop/Q060",
    "stock-order-open": "stock-orders?desk=platform&open=stock_order/SO-1",
    "new-order": "new/order",
    "bulk": "bulk/order?stream=order/shop/Q066&stream=order/shop/Q067&move=pack",
    "tracking": "tracking",
    "pick-list": "pick-list",
    "purchases": "purchases",
    "stock-product": "stock/products/BOWL",
    "stock-count": "stock/count?place=la",
    "money-entries": f"money/entries?contract={SEMI}&currency=USD&state=pending",
    "differences": "statements/differences",
    "profit": "statements/profit",
    "learned": "statements/learned",
    "missing": "no-such-page",
}
WORLDS = {"decided": DECIDED, "at-work": AT_WORK}


@pytest.fixture(scope="module")
def still(shop: Path, bringing: Callable[..., Served], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Served]:
    """Both shops for all looks, since nothing is changed by looking."""
    from money_world import made

    folder = tmp_path_factory.mktemp("made")
    return {
        "decided": bringing(lambda own: copy_of(shop, own)),
        "at-work": bringing(lambda own: made(folder).rename(own)),
    }


def look(page: Any, name: str, language: str) -> list[str]:
    """Pictures of the page in light and dark. Returns what axe finds: all in light, in dark what differs there."""
    found = [] if settled(page).locator("h1").count() == 1 else [f"{page.url} has not one heading"]
    for scheme in pictured(page, name, language):
        if (language, scheme) == ("en", "light"):
            found += hurdles(page)
        elif (language, scheme) == ("zh", "dark"):
            found += hurdles(page, ("color-contrast",))
    return found


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_screen_can_be_used_by_everybody(
    still: dict[str, Served], opening: Callable[..., Any], language: str, world: str
) -> None:
    served = still[world]
    page, found = opening(served, language, allowed=(404,)), []
    for name, path in WORLDS[world].items():
        page.goto(served.url + path if path.startswith("/") else f"{served.home}/{path}")
        found += look(page, name if world == "decided" else f"work-{name}", language)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_one_product_one_document_one_difference_and_one_job(
    still: dict[str, Served], opening: Callable[..., Any], language: str
) -> None:
    """Screens whose address is known only from the list that leads to them."""
    decided, at_work = still["decided"], still["at-work"]
    page, found = opening(decided, language), []
    for name, served, list_, at in (
        ("product", decided, "products", "main table tbody a"),
        ("listing", decided, "listings", "table[data-rows] tbody a"),
        ("difference", at_work, "statements/differences", "table[data-rows] tbody a"),
        ("statement", at_work, "statements", "table[data-rows] tbody th a"),
        ("return-open", at_work, "returns", "table[data-rows] tbody th a"),
    ):
        page.goto(f"{served.home}/{list_}")
        page.locator(at).first.click()
        page.wait_for_url(lambda url, list_=list_: not url.endswith(list_))
        found += look(page, name, language)
    page.goto(f"{at_work.home}/statements")
    page.locator('form[action*="/statements/reconcile"] button').first.click()
    page.wait_for_url("**/jobs/*")
    page.locator("#job .button.main").wait_for(timeout=300_000)
    found += look(page, "job", language)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_yet_is_said_and_led_on_from(
    bringing: Callable[..., Served], opening: Callable[..., Any], language: str
) -> None:
    """Screens of an empty workspace; those of a ledger lead to the start, which says how one begins."""
    served = bringing(Path.mkdir)
    page, found = opening(served, language), []
    for name in ("start", "decide", "products", "plan", "orders", "stock", "money", "statements", "import", "jobs"):
        page.goto(f"{served.home}/{name}")
        found += look(page, f"empty-{name}", language)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", ["home", "orders", "stock", "orders?open=order/shop/Q060"])
def test_a_phone_shows_all_of_it_without_moving_sideways(
    still: dict[str, Served], opening: Callable[..., Any], path: str
) -> None:
    page = opening(still["at-work"], "zh", width=390)
    page.goto(f"{still['at-work'].home}/{path}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    settled(page).screenshot(path=screens() / f"phone-{path.replace('?open=order/shop/', '-')}-zh-light.png")
    if "open" not in path:
        page.get_by_role("button", name="菜单").click()
        assert page.get_by_role("navigation", name="菜单").is_visible()
    accessible(page)


def test_a_desk_a_language_and_a_theme_are_links_away(still: dict[str, Served], opening: Callable[..., Any]) -> None:
    page = opening(still["decided"], "en")
    page.goto(f"{still['decided'].home}/home")
    page.get_by_role("link", name="Platform's desk").click()
    assert "desk=platform" in page.url
    page.get_by_role("link", name="中文").click()
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    page.get_by_role("link", name="订单").click()
    assert "desk=platform" in page.url and page.locator("html").get_attribute("lang") == "zh-CN"
    page.get_by_role("button", name="浅色或深色").click()
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"
