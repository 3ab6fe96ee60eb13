"""What imports need of a workspace: its settings, its products and their prices, without reading its sales.

Hides which files these are. Keeps the invariant that wrong settings are refused as `read` refuses them, while a
workspace without products is one whose goods have no price and no weight yet.
"""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tuoguan.foundation.days import Day
from tuoguan.foundation.problems import Refused, has_errors
from tuoguan.foundation.tables import empty
from tuoguan.intake.log import Log
from tuoguan.intake.money import default_fx
from tuoguan.intake.products import typed_products
from tuoguan.intake.reading import sheets_of
from tuoguan.intake.schema import PRICES, PRODUCTS, Seller
from tuoguan.intake.settings import FILE, read_seller
from tuoguan.intake.side import read_side


@dataclass(frozen=True, slots=True)
class Catalogue:
    """``seller`` is None where the folder has no seller.toml; ``products`` and ``prices`` as in a `Batch`."""

    seller: Seller | None
    products: pl.DataFrame
    prices: pl.DataFrame


def read_catalogue(folder: Path, on: Day) -> Catalogue:
    """Settings, products and prices of a workspace, amounts converted by the rates of ``on`` where they have no day.

    Refused with every problem of seller.toml.
    """
    log = Log()
    if not (folder / FILE).is_file():
        return Catalogue(None, empty(PRODUCTS), empty(PRICES))
    seller = read_seller(folder, log)
    if seller is None or has_errors(log.problems):
        raise Refused(log.problems)
    sheets = sheets_of(folder, ("products", "prices"), Log())
    fx = default_fx(seller)
    products = typed_products(sheets.get("products", []), seller, fx, on, Log())
    tables, _ = read_side(sheets, seller, products["sku"], on, None, fx, Log())
    return Catalogue(seller, products, tables["prices"])
