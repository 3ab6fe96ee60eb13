"""A real server in a process of its own, and Debian's Chromium on it.

Every page that a test opens is watched: an error on the console, a request to anywhere but the server, or an answer of
5xx fails the test at its end.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from site_world import copy_of, decided_shop

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
SERVING = re.compile(r"(http://[\w.:]+)/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser there is nothing to test here."""
    if CHROMIUM is None:
        for item in items:
            if "browser" in item.path.parts:
                item.add_marker(pytest.mark.skip(reason="no chromium on this machine (Debian: apt install chromium)"))


@dataclass
class Served:
    """A running server."""

    url: str
    folder: Path
    process: "subprocess.Popen[str]"

    @property
    def home(self) -> str:
        """The URL of the workspace that the server serves."""
        return f"{self.url}/w/{self.folder.name}"

    def end(self) -> None:
        """Stops the server."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


def serve(folder: Path, *options: str) -> Served:
    """A server over the folder on a free port."""
    log = (folder.parent / f"{folder.name}.log").open("w+", encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tuoguan", "serve", str(folder), "--port", "0", *options],
        stderr=log, stdout=log, text=True, env=environment,
    )  # fmt: skip
    for _ in range(600):
        found = SERVING.search(Path(log.name).read_text("utf-8"))
        if found:
            return Served(found.group(1), folder, process)
        if process.poll() is not None:
            break
        try:
            process.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError(Path(log.name).read_text("utf-8"))


@dataclass
class Watched:
    """What went wrong on pages, to be told at the end of the test."""

    host: str
    told: list[str] = field(default_factory=list)
    allowed: tuple[int, ...] = ()

    def look_at(self, page: Any) -> None:
        """Watches everything that the page says, asks and is answered."""
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.told.append(f"error on {page.url}: {error}"))
        page.on("request", lambda request: self._asked(request.url))
        page.on("response", self._answered)

    def _said(self, said: Any) -> None:
        # The browser itself reports refusals that a test provokes on purpose; they are judged by their status.
        if said.type in ("error", "warning") and "Failed to load resource" not in said.text:
            self.told.append(f"{said.type}: {said.text} ({said.location})")

    def _asked(self, url: str) -> None:
        if urlsplit(url).netloc != self.host and not url.startswith(("data:", "blob:", "about:")):
            self.told.append(f"a request left the machine: {url}")

    def _answered(self, answer: Any) -> None:
        if answer.status >= 400 and answer.status not in self.allowed:
            self.told.append(f"{answer.status} {answer.request.method} {answer.url}")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser for the tests of a module; its event loop must be gone before other tests of this process run."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The decided shop; not to be changed."""
    base = tmp_path_factory.getbasetemp()
    return decided_shop(base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for the tests of this process, without a workspace at first; each test brings its own."""
    running = serve(tmp_path_factory.mktemp("served"), "--many")
    yield running
    running.end()


@pytest.fixture(scope="session")
def bringing(served: Served) -> Callable[[Callable[[Path], object]], Served]:
    """Brings a workspace to the server: ``bringing(fill)`` lets ``fill`` make its folder, under a name of its own."""
    numbers = count(1)

    def bring(fill: Callable[[Path], object]) -> Served:
        name = f"shop-{next(numbers)}"
        fill(served.folder / f".{name}")  # a name that is none of a workspace: nobody sees half of it
        (served.folder / f".{name}").rename(served.folder / name)
        return Served(served.url, served.folder / name, served.process)

    return bring


@pytest.fixture
def shop_served(shop: Path, bringing: Callable[..., Served]) -> Served:
    """A copy of the decided shop, served."""
    return bringing(lambda folder: copy_of(shop, folder))


@pytest.fixture
def money_served(bringing: Callable[..., Served], tmp_path: Path) -> Served:
    """A shop with goods at several places, orders, returns and statements, served."""
    from money_world import made

    return bringing(lambda folder: made(tmp_path).rename(folder))


@pytest.fixture
def opening(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Opens pages: ``opening(served, "zh")``; what was wrong on any of them fails the test."""
    contexts: list[Any] = []
    watched: list[Watched] = []

    def open_page(served: Served, language: str = "en", *, dark: bool = False, width: int = 1400,
                  allowed: tuple[int, ...] = ()) -> Any:  # fmt: skip
        context = chromium.new_context(
            locale="zh-CN" if language == "zh" else "en-US", viewport={"width": width, "height": 1000},
            color_scheme="dark" if dark else "light", accept_downloads=True,
        )  # fmt: skip
        context.set_default_timeout(60_000)
        context.add_cookies([{"name": "tuoguan_lang", "value": language, "url": served.url}])
        contexts.append(context)
        watch = Watched(urlsplit(served.url).netloc, allowed=allowed)
        watched.append(watch)
        page = context.new_page()
        watch.look_at(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    told = [line for watch in watched for line in watch.told]
    assert not told, "\n".join(told)


SETTLED = """() => document.readyState === "complete"
  && !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added, .picture .wait")
  && !document.getAnimations().some((one) => one.playState === "running")"""


def settled(page: Any) -> Any:
    """The page, once its parts have come and nothing on it moves any more."""
    page.wait_for_function(SETTLED)
    return page


ALL_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


def hurdles(page: Any, rules: tuple[str, ...] = ALL_RULES) -> list[str]:
    """Everything serious that axe-core finds on the page as it stands, by sets of rules or single ones."""
    from axe_playwright_python.sync_playwright import Axe

    kind = "tag" if rules == ALL_RULES else "rule"
    asked = {"runOnly": {"type": kind, "values": list(rules)}, "resultTypes": ["violations"]}
    found = Axe().run(settled(page), options=asked)
    return [
        f"{page.url} {one['id']}: {one['nodes'][0]['html'][:200]} — {one['nodes'][0]['failureSummary'][:300]}"
        for one in found.response["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def accessible(page: Any) -> None:
    """Fails when axe-core finds anything serious on the page as it stands."""
    found = hurdles(page)
    assert not found, "\n".join(found)


def pictured(page: Any, name: str, language: str) -> Iterator[str]:
    """Keeps pictures of the page in light and dark; yields each while it is shown."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        settled(page).screenshot(path=screens() / f"{name}-{language}-{scheme}.png")
        yield scheme


def screens() -> Path:
    """Where pictures of screens are put: a build folder."""
    folder = ROOT / "build" / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
