"""Outside documents → typed tables and a list of problems; the only room with dirty data.

Front door: `read`, `init`, `export` and the words of `schema`; `read_export` and `formats` for files of seller centers,
with the words of `exports_schema`.
"""

from tuoguan.intake.catalogue import Catalogue, read_catalogue
from tuoguan.intake.dates import offset_of
from tuoguan.intake.exports import digest_of, read_export
from tuoguan.intake.exports_formats import formats
from tuoguan.intake.exports_kept import keep_lines, kept_lines, lines_name, lines_start
from tuoguan.intake.exports_schema import (
    MONEY_LINES,
    ORDER_LINES,
    STOCK_COUNTS,
    STOCK_ORDERS,
    UNCLASSIFIED,
    Export,
    Format,
    Reader,
    Table,
)
from tuoguan.intake.exports_template import template
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
from tuoguan.intake.settings import seller_of
from tuoguan.intake.templates import export, init
from tuoguan.intake.words import speaks_of_buyer

__all__ = [
    "LISTED", "MONEY_LINES", "ORDER_LINES", "PANEL", "PRICES", "PRODUCTS", "RETURNS", "STOCK", "STOCK_COUNTS",
    "STOCK_ORDERS", "STOCK_OUTS", "UNCLASSIFIED", "Batch", "Catalogue", "Control", "Export", "FileCount", "Format",
    "Lane", "Limits", "ProductCount", "Reader", "Risk", "Seller", "Site", "Supplier", "Switching", "Table",
    "digest_of", "export", "formats", "init", "input_hash", "keep_lines", "kept_lines", "lines_name", "lines_start",
    "offset_of", "read", "read_catalogue", "read_export", "seller_of", "speaks_of_buyer", "template",
]  # fmt: skip
