"""The words of outside documents: header spellings, known exports, countries, statuses, codes that are no goods,
assumptions.

Hides that they are TOML files under ``mappings/``. Keeps the invariant that text is compared only after `normalize`.
"""

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

_BLANKS = re.compile(r"[\s_\-]+")
_REQUIRED = re.compile(r"^\*|[*]$|\((?:required|必填|optional|选填)\)$")
TABLES = ("products", "sales", "stock_outs", "stock", "prices", "returns", "costs")


@cache
def words(name: str) -> dict[str, Any]:
    """The mapping file of this name (headers, exports, countries, statuses, not_goods, assumptions, codes)."""
    with (Path(__file__).parent / "mappings" / f"{name}.toml").open("rb") as handle:
        return tomllib.load(handle)


def normalize(text: str) -> str:
    """The text as it is compared: NFKC, lower case, blanks for "_" and "-", no mark of a required column.

    >>> normalize("*Order_ID （必填）"), normalize("  ＳＫＵ货号 ")
    ('order id', 'sku货号')
    """
    flat = unicodedata.normalize("NFKC", text).replace("\ufeff", "").strip().lower()
    flat = _REQUIRED.sub("", _REQUIRED.sub("", flat).strip())
    return _BLANKS.sub(" ", flat).strip()


@cache
def aliases(table: str) -> dict[str, tuple[str, int]]:
    """Field and rank of each normalized spelling of a table's headers; a lower rank wins when two columns claim a
    field.
    """
    found: dict[str, tuple[str, int]] = {}
    for field, spellings in words("headers").get(table, {}).items():
        for rank, spelling in enumerate([field, *spellings]):
            found.setdefault(normalize(spelling), (field, rank))
    return found


@cache
def exports() -> tuple[tuple[frozenset[str], dict[str, Any]], ...]:
    """Known exports with their normalized signature, the most demanding first."""
    known = [(frozenset(normalize(text) for text in one["signature"]), one) for one in words("exports")["export"]]
    return tuple(sorted(known, key=lambda pair: -len(pair[0])))


@cache
def is_buyer_header(header: str) -> bool:
    """True when a normalized header speaks of a person: such a column is dropped and its texts are never shown."""
    for word in words("headers")["buyer"]["words"]:
        flat = normalize(word)
        if flat in header if not flat.isascii() else re.search(rf"\b{re.escape(flat)}(?!\w)", header):
            return True
    return False


@cache
def speaks_of_buyer(name: str) -> bool:
    """True when a name, spelled in any way, speaks of a person.

    >>> speaks_of_buyer("Recipient_Name"), speaks_of_buyer("tracking_number")
    (True, False)
    """
    return is_buyer_header(normalize(name))


@cache
def country_by_name() -> dict[str, str]:
    """ISO code of each normalized country name or code; market codes such as "eu" stand for themselves."""
    data = words("countries")
    found = {normalize(code): code for code in data["names"]}
    for code, names in [*data["names"].items(), *data["market_names"].items()]:
        for name in names:
            found[normalize(name)] = code
    return found


@cache
def market_by_country() -> dict[str, str]:
    """Market of each country whose market code is not the country's own code."""
    return dict(words("countries")["market"])


def table_of_name(stem: str) -> str | None:
    """The table that a file or folder of this name holds; None when the name says nothing.

    >>> table_of_name("sales-2024-03"), table_of_name("stock_outs"), table_of_name("readme")
    ('sales', 'stock_outs', None)
    """
    flat = normalize(stem)
    for table in TABLES:
        for word in words("headers")["table"][table]:
            name = normalize(word)
            if flat == name or (flat.startswith(name) and not flat[len(name)].isalpha()):
                return table
            if not name.isascii() and flat.startswith(name):
                return table
    return None
