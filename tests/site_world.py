"""A small decided shop for tests of the server: a dozen real products of the sample, two markets, a decision, a ledger.

Made once for all processes of a test run, because deciding costs some twenty seconds; each test takes a copy.
"""

import csv
import fcntl
import json
import shutil
from collections.abc import Sequence
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
    with (folder / "products.csv").open(encoding="utf-8", newline="") as file:
        skus = [row["sku"] for row in csv.DictReader(file)]
    leave(folder, skus[:PRODUCTS], ["US", "UK"])
    assert main(["decide", str(folder), "--paths", "32", "--quiet"]) == 0
    assert main(["accept", str(folder), "--quiet"]) == 0


def leave(folder: Path, skus: Sequence[str], markets: Sequence[str]) -> None:
    """Leaves so much of a sample, so that a decision takes seconds."""
    settings = (folder / "seller.toml").read_text("utf-8")
    (folder / "seller.toml").write_text(settings.replace('["US", "UK", "EU"]', json.dumps(list(markets))), "utf-8")
    for name in ("products.csv", "sales.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file)
        kept = [row for row in rows if row[head.index("sku")] in skus]
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([head, *kept])
