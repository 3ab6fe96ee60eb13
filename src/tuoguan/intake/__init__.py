"""Outside documents → typed tables and a list of problems; the only room with dirty data.

Front door: `read`, `init`, `export` and the words of `schema`; `read_export` and `formats` for files of seller centers,
with the words of `exports_schema`.
"""

from tuoguan.intake.catalogue import (
    Catalogue,
    read_catalogue,
)
from tuoguan.intake.dates import (
    offset_of,
)
from tuoguan.intake.exports import (
    digest_of,
    read_export,
)
from tuoguan.intake.exports_formats import (
    formats,
)
from tuoguan.intake.exports_kept import (
    keep_lines,
    kept_lines,
    lines_name,
    lines_start,
)
from tuoguan.intake.exports_mapping import (
    Asks,
    Drawn,
    asks_of,
    guessed,
    mapping_text,
    save_mapping,
    vocabularies,
)
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
from tuoguan.intake.exports_template import (
    template,
)
from tuoguan.intake.layouts import (
    Column,
    Layout,
    examined,
    layouts_of,
)
from tuoguan.intake.own_tables import (
    OwnSheet,
    fields_of,
    guessed_fields,
    own_sheets,
    save_table,
    saved_tables,
    write_table,
)
from tuoguan.intake.reading import (
    input_hash,
    read,
    table_files,
)
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
from tuoguan.intake.settings import (
    seller_of,
)
from tuoguan.intake.settings_edit import (
    rewritten,
    seller_from,
    settings_of,
)
from tuoguan.intake.templates import (
    export,
    init,
    seller_template,
    template_rows,
)
from tuoguan.intake.words import (
    TABLES,
    normalize,
    speaks_of_buyer,
)

__all__ = [
    "LISTED",
    "MONEY_LINES",
    "ORDER_LINES",
    "PANEL",
    "PRICES",
    "PRODUCTS",
    "RETURNS",
    "STOCK",
    "STOCK_COUNTS",
    "STOCK_ORDERS",
    "STOCK_OUTS",
    "TABLES",
    "UNCLASSIFIED",
    "Asks",
    "Batch",
    "Catalogue",
    "Column",
    "Control",
    "Drawn",
    "Export",
    "FileCount",
    "Format",
    "Lane",
    "Layout",
    "Limits",
    "OwnSheet",
    "ProductCount",
    "Reader",
    "Risk",
    "Seller",
    "Site",
    "Supplier",
    "Switching",
    "Table",
    "asks_of",
    "digest_of",
    "examined",
    "export",
    "fields_of",
    "formats",
    "guessed",
    "guessed_fields",
    "init",
    "input_hash",
    "keep_lines",
    "kept_lines",
    "layouts_of",
    "lines_name",
    "lines_start",
    "mapping_text",
    "normalize",
    "offset_of",
    "own_sheets",
    "read",
    "read_catalogue",
    "read_export",
    "rewritten",
    "save_mapping",
    "save_table",
    "saved_tables",
    "seller_from",
    "seller_of",
    "seller_template",
    "settings_of",
    "speaks_of_buyer",
    "table_files",
    "template",
    "template_rows",
    "vocabularies",
    "write_table",
]
