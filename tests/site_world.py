"""A small decided shop for tests of the server: a dozen real products of the sample, two markets, a decision, a ledger.

Made once for all processes of a test run, because deciding costs some twenty seconds; each test takes a copy.
"""

import csv
import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path

from tuoguan.app.sample import make_sample
from tuoguan.cli.main import main

PRODUCTS = 10


def decided_shop(base: Path) -> Path:
    """The shop under ``base``, which all processes of the run share; made by the first who asks."""
    folder = base / "decided_shop"
    with (base / "decided_shop.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            shutil.rmtree(folder, ignore_errors=True)
            _make(folder)
            (folder / "made").touch()
    return folder


def copy_of(shop: Path, folder: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(shop, folder, ignore=shutil.ignore_patterns("made", ".site")))


def _make(folder: Path) -> None:
    make_sample(folder, "solo")
    settings = (folder / "seller.toml").read_text("utf-8")
    (folder / "seller.toml").write_text(settings.replace('["US", "UK", "EU"]', '["US", "UK"]'), "utf-8")
    kept = _cut(folder / "products.csv", lambda rows: rows[: PRODUCTS + 1])
    skus = {row[kept[0].index("sku")] for row in kept[1:]}
    _cut(folder / "sales.csv", lambda rows: [rows[0], *(row for row in rows[1:] if row[rows[0].index("sku")] in skus)])
    assert main(["decide", str(folder), "--paths", "32", "--quiet"]) == 0
    assert main(["accept", str(folder), "--quiet"]) == 0


def _cut(path: Path, choose: Callable[[list[list[str]]], list[list[str]]]) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = choose(list(csv.reader(file)))
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return rows
