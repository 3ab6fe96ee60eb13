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
    Risk,
    Seller,
    Site,
)
from tuoguan.intake.templates import export, init

__all__ = [
    "LISTED", "PANEL", "PRICES", "PRODUCTS", "RETURNS", "STOCK", "STOCK_OUTS",
    "Batch", "Control", "FileCount", "Lane", "Limits", "Risk", "Seller", "Site", "export", "init", "input_hash",
    "read",
]  # fmt: skip
