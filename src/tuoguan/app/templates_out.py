"""Empty templates to take away: one ZIP of workbooks or CSV files with seller.toml, in the reader's language.

Hides the layout. Keeps the invariant that a template taken away is one that `check` reads.
"""

import csv
import io
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from tuoguan.intake import init, seller_template, template_rows

FILLED = ("products", "sales", "stock", "prices", "returns")


def templates(form: str, lang: str) -> bytes:
    """The ZIP; ``form`` is "xlsx" or "csv"."""
    files = _workbooks(lang) if form == "xlsx" else _texts(lang)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def _workbooks(lang: str) -> dict[str, bytes]:
    with TemporaryDirectory() as folder:
        return {path.name: path.read_bytes() for path in init(Path(folder), lang=lang)}


def _texts(lang: str) -> dict[str, bytes]:
    """UTF-8 with a mark at its start, which spreadsheets need to see that it is."""
    files = {"seller.toml": seller_template(lang).encode()}
    for table in FILLED:
        text = io.StringIO()
        csv.writer(text).writerows(template_rows(table, lang))
        files[f"{table}.csv"] = b"\xef\xbb\xbf" + text.getvalue().encode()
    return files
