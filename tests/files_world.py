"""A small real workspace and files of it, for tests of the pages and use cases that bring files in."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from starlette.testclient import TestClient

from exports_made import Sale, put, temu_zh
from tuoguan.serve import Server
from tuoguan.site import Site

SELLER = """\
# Settings of the test.
schema = 1
name = "Cups"                 # how it is called
currency = "USD"
markets = ["US"]

[limits]
cash = "50000"                # the most
hours_per_week = 40

[[sites]]
id = "la"
market = "US"
"""
PRODUCTS = [["sku", "name", "unit_cost", "retail_price", "weight_g"],
            ["MUG-01", "Mug", "3.00", "12.50", "350"],
            ["LAMP-02", "Lamp", "8.00", "29.90", "900"]]  # fmt: skip
STOCK = [["sku", "fnsku", "afn-fulfillable-quantity"], ["MUG-01", "x", "1000"], ["LAMP-02", "y", "1000"]]
STRANGE = [["Pedido", "Codigo", "Qtd", "Valor", "Moeda", "Data", "E-mail"],
           *[[f"P{i}", "MUG-01", "2", "12.50", "USD", f"2026-11-0{i}", "a@b.example"] for i in range(1, 5)],
]  # fmt: skip
OWN = [["Artikel", "EK", "VK"], ["A1", "3.00", "12.90"], ["A2", "-4.00", "13.90"], ["A3", "5.00", "14.90"]]
SALES = [["order id", "date", "sku", "quantity", "unit price", "currency", "country", "buyer email"],
         *[[f"O{i}", f"2026-0{1 + i % 9}-11", f"A{1 + 2 * (i % 2)}", "1", "12.90", "USD", "US", "zed@y.example"]
           for i in range(40)]]  # fmt: skip
TOLD = {"contract": "temu/semi/US", "place": "la"}


def shop(folder: Path) -> Path:
    """The workspace: a seller and two products."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "seller.toml").write_text(SELLER, encoding="utf-8")
    put(folder / "products.csv", PRODUCTS)
    return folder


def orders(path: Path, sales: Sequence[Sale] | None = None) -> Path:
    """Consumer orders with buyers in them."""
    return put(path, temu_zh(*[sales] if sales is not None else []))


@contextmanager
def serving(root: Path, *, many: bool = False) -> Iterator[tuple[Site, TestClient]]:
    """A real site over the folder and a browser without redirects."""
    site = Site(root, many=many)
    try:
        yield site, TestClient(Server(site), base_url="http://127.0.0.1", follow_redirects=False)
    finally:
        site.close()


def csrf(page: str) -> str:
    """What the page's forms bring back."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found.group(1)
