"""Takes the pictures of docs/tour.md: ``python tools/tour.py DIR`` with a decided workspace that has a ledger.

The server of this tree is started over a copy of DIR; Debian's Chromium looks at it. Each picture is what a reader of
the tour would see on opening the same path.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "tour"
SERVING = re.compile(r"(http://[\w.:]+)/")
# File, language, dark, width, height, path. {sku} is the first product that is sold.
TOUR = (
    ("today", "en", False, 1280, 900, "home"),
    ("decision", "en", False, 1280, 1100, "decide"),
    ("what-if", "en", False, 1280, 1000, "decide/what-if?cash=16000&work=1"),
    ("product", "en", False, 1280, 1200, "products/{sku}"),
    ("contracts", "en", False, 1280, 1000, "contracts"),
    ("plan", "en", False, 1280, 1000, "plan"),
    ("listings", "en", False, 1280, 800, "listings"),
    ("stock", "en", True, 1280, 800, "stock"),
    ("money", "en", True, 1280, 800, "money"),
    ("today-zh", "zh", False, 1280, 900, "home"),
    ("contracts-zh", "zh", True, 1280, 1000, "contracts"),
    ("phone", "en", False, 390, 780, "home"),
)


def main(words: list[str]) -> int:
    """Takes every picture; the exit code."""
    chromium = shutil.which("chromium")
    if len(words) != 1 or chromium is None:
        sys.stderr.write("usage: tour.py DIR, with chromium on the path (Debian: apt install chromium)\n")
        return 2
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        shop = Path(shutil.copytree(words[0], Path(folder) / "shop", ignore=shutil.ignore_patterns(".site")))
        with serving(shop) as url:
            take(url, shop, chromium)
    return 0


@contextmanager
def serving(shop: Path) -> Iterator[str]:
    """The URL of a workspace on a server that ends with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tuoguan", "serve", str(shop), "--port", "0"], stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    try:
        assert process.stderr is not None
        found = next(found for line in process.stderr if (found := SERVING.search(line)))
        yield f"{found.group(1)}/w/{shop.name}"
    finally:
        process.terminate()
        process.wait(20)


def take(url: str, shop: Path, chromium: str) -> None:
    """One picture after the other."""
    from playwright.sync_api import sync_playwright

    sku = first_sold(shop)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, language, dark, width, height, path in TOUR:
            page = browser.new_page(
                viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
            )
            page.context.add_cookies([{"name": "tuoguan_lang", "value": language, "url": url}])
            page.goto(f"{url}/{path.format(sku=sku)}", wait_until="networkidle", timeout=120_000)
            page.screenshot(path=PICTURES / f"{name}.png")
            page.context.close()
            sys.stderr.write(f"{name}.png\n")
        browser.close()


def first_sold(shop: Path) -> str:
    """The SKU of the first product that the decision sells."""
    import polars as pl

    chosen = pl.scan_parquet(shop / "decision" / "decision.parquet").filter(pl.col("contract") != "")
    return str(chosen.select("sku").head(1).collect().item())


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
