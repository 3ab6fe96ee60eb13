"""A small server for tests of the API: one workspace with a seller, goods, orders of two flows and a stock of goods."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from tuoguan.operate import Desk, Line, moves_between
from tuoguan.serve import Server
from tuoguan.site import Site

NOON = 1_772_452_800  # 2026-03-02 12:00 UTC
CONTRACT = "temu/semi/US"
ROOT = "/api/v1/workspaces/shop"
SELLER = """schema = 1
name = "Cups"
currency = "USD"
markets = ["US"]
[limits]
cash = "50000"
hours_per_week = 40
wage_per_hour = "9"
[[sites]]
id = "ny"
market = "US"
volume_cbm = 50
currency = "USD"
"""
PRODUCTS = """sku,name,category,unit_cost,currency,weight_g,length_cm,width_cm,height_cm,retail_price
CUP,Cup,kitchen,7.00,CNY,300,10,8,10,19.99
MUG,Mug,kitchen,6.00,CNY,350,10,9,10,17.99
"""


@dataclass
class World:
    """A server over one workspace, and a program that calls it."""

    folder: Path

    def __post_init__(self) -> None:
        shop = self.folder / "shop"
        shop.mkdir(parents=True)
        (shop / "seller.toml").write_text(SELLER, "utf-8")
        (shop / "products.csv").write_text(PRODUCTS, "utf-8")
        self.site = Site(shop)
        self.app = Server(self.site)
        self.client = TestClient(self.app, base_url="http://localhost", raise_server_exceptions=False)
        self.workspace = self.site.workspaces.find("shop")

    def end(self) -> None:
        """Closes the server."""
        self.site.close()

    def stock(self, units: int = 50, sku: str = "CUP") -> None:
        """Units bought and put away at the seller's place."""
        work = self.site.work(self.workspace, make=True)
        lines = [Line(sku, units, supply_price_minor=700)]
        work.open("purchase", f"first-{sku}", currency="CNY", place="ny", lines=lines, at=NOON - 10**6, by=Desk.SELLER)
        for move in moves_between("purchase", "ordered", "stocked") or ():
            work.record(f"purchase/first-{sku}", move, at=NOON - 9 * 10**5, by=Desk.SELLER)

    def order(self, number: str = "s1/1", **more: Any) -> Any:
        """The answer to an order sent in."""
        return self.client.post(f"{ROOT}/orders", json=order(number, **more))

    def get(self, path: str, **query: Any) -> Any:
        """The answer to a question about the workspace."""
        return self.client.get(f"{ROOT}/{path}", params=query)


def order(number: str = "s1/1", **more: Any) -> dict[str, Any]:
    """An order as a program sends it."""
    line = {"sku": "CUP", "quantity": 2, "retail_price_minor": 1_999, "supply_price_minor": 1_200}
    return {"number": number, "placed_at": NOON, "contract": CONTRACT, "place": "ny", "lines": [line]} | more
