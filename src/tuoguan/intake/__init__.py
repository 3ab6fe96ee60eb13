"""Outside documents → typed tables and a list of problems; the only room with dirty data.

Front door: `read`, `init`, `export` and the words of `schema`.
"""

from tuoguan.intake.reading import input_hash, read
from tuoguan.intake.schema import (
    LISTED,
    PANEL,
    PRICES,
    PRODUCTS,
    RETURNS,
    STOCK,
    STOCK_OUTS,
    Batch,
    Control,
    FileCount,
    Lane,
    Limits,
    ProductCount,
    Risk,
    Seller,
    Site,
    Supplier,
    Switching,
)
from tuoguan.intake.templates import export, init
from tuoguan.intake.words import speaks_of_buyer

__all__ = [
    "LISTED", "PANEL", "PRICES", "PRODUCTS", "RETURNS", "STOCK", "STOCK_OUTS",
    "Batch", "Control", "FileCount", "Lane", "Limits", "ProductCount", "Risk", "Seller", "Site", "Supplier",
    "Switching", "export", "init", "input_hash", "read", "speaks_of_buyer",
]  # fmt: skip
