"""Every screen of the menu in both languages, light and dark, and on a phone: looked at by axe and kept as pictures."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from browser.conftest import Served, accessible, screens, serve
from site_world import copy_of
from tuoguan.web.menu import GROUPS

PATHS = [screen.path for _, group in GROUPS for screen in group]


@pytest.fixture(scope="module")
def still(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One server for all looks, since nothing is changed."""
    served = serve(copy_of(shop, tmp_path_factory.mktemp("screens") / "shop"))
    yield served
    served.process.terminate()
    served.process.wait(10)


@pytest.mark.parametrize(("language", "dark"), [("en", False), ("zh", False), ("en", True), ("zh", True)])
def test_every_screen_can_be_used_by_everybody(
    still: Served, opening: Callable[..., Any], language: str, dark: bool
) -> None:
    page = opening(still, language, dark=dark)
    for path in PATHS:
        page.goto(f"{still.home}/{path}")
        page.wait_for_load_state("networkidle")
        assert page.locator("h1").count() == 1, page.url
        accessible(page)
        page.screenshot(path=screens() / f"{path}-{language}-{'dark' if dark else 'light'}.png")


@pytest.mark.parametrize("path", ["home", "orders", "stock"])
def test_a_phone_shows_all_of_it_without_moving_sideways(still: Served, opening: Callable[..., Any], path: str) -> None:
    page = opening(still, "en", width=390)
    page.goto(f"{still.home}/{path}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Menu").click()
    assert page.get_by_role("navigation", name="Menu").is_visible()
    accessible(page)


def test_a_desk_a_language_and_a_theme_are_links_away(still: Served, opening: Callable[..., Any]) -> None:
    page = opening(still, "en")
    page.goto(f"{still.home}/home")
    page.get_by_role("link", name="Platform's desk").click()
    assert "desk=platform" in page.url
    page.get_by_role("link", name="中文").click()
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    page.get_by_role("link", name="订单").click()
    assert "desk=platform" in page.url and page.locator("html").get_attribute("lang") == "zh-CN"
    page.get_by_role("button", name="浅色或深色").click()
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"
