"""Products and markets of a kept decision by page: filtered, sorted, and gone on from a mark.

Hides how the table is cut. Keeps the invariant that pages of one question join without a gap or a row twice: rows of
equal value stand in the order of product and market.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
import polars as pl

from tuoguan.app.decision_index import OF_PRODUCT
from tuoguan.app.decision_read import Read
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.simulate import Component

SORTS = {
    "sku": "n", "profit": "profit_minor", "gain": "gain_minor", "chance": "chance", "hours": "hours",
    "cash": "cash_minor", "rule": "rule_gain_minor",
}  # fmt: skip
NOT_SOLD = "none"  # how a question names not selling
LIMIT_MOST = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to show. ``way`` is platform/model, as chosen ("none": not sold); ``find`` is part of a SKU or name.

    state  "", "sold", "left" (not sold), "undecided", or "moves" (another way than today's)
    sort   a key of `SORTS`, with "-" before it for downwards; ``after`` is the mark of the page before
    """

    market: str = ""
    way: str = ""
    find: str = ""
    state: str = ""
    sort: str = "-gain"
    after: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Group:
    """One product in one market: the pick, what it earns over the horizon, and how sure that is.

    way       platform/model of its listings, joined by " + "; "" is not selling; ``contracts`` likewise in full
    chance    share of futures in which nothing else earns more
    gain      profit less that of today's way, or of not selling where today is unknown; low, high: 5 % and 95 %
    floor_minor, quote_minor  the least supply price worth accepting and what to quote, where the platform sets prices
    """

    n: int
    product: int
    sku: str
    name: str
    market: str
    way: str
    contract: str
    place: str
    today: str
    profit_minor: int
    gain_minor: int
    low_minor: int
    high_minor: int
    chance: float
    undecided: bool
    runner_up: str
    hours: float
    cash_minor: int
    reason_en: str
    reason_zh: str
    rule_option: str
    rule_gain_minor: int
    floor_minor: int | None
    quote_minor: int | None


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One product in all its markets; sums over those that the question asks for."""

    sku: str
    name: str
    groups: tuple[Group, ...]
    profit_minor: int
    gain_minor: int
    hours: float
    cash_minor: int
    undecided: int


_GROUP = msgspec.json.Decoder(Group)


def groups_page(read: Read, wanted: Wanted) -> tuple[tuple[Group, ...], str | None, int]:
    """(the rows, the mark of the next page or None, how many there are in all)."""
    found = filtered(read, wanted)
    page, after = _page(found, wanted)
    return tuple(group_of(read, n) for n in page.get_column("n")), after, found.height


def products_page(read: Read, wanted: Wanted) -> tuple[tuple[ProductRow, ...], str | None, int]:
    """As `groups_page`, products with a market that the question asks for; all of their markets are shown."""
    if wanted.market or wanted.way or wanted.state:
        sums = [value.alias(name) for name, value in OF_PRODUCT.items()]
        found = filtered(read, wanted).group_by("product").agg(*sums)
    else:
        known = read.index.products
        found = known.filter(_words(wanted.find)) if wanted.find else known
    page, after = _page(found, wanted)
    return tuple(_product(read, row) for row in page.iter_rows(named=True)), after, found.height


def product_groups(read: Read, sku: str) -> tuple[Group, ...]:
    """The product in all its markets; empty where the decision does not know it."""
    low, high = 0, len(read.index.first)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if _first(read, middle).sku < sku else (low, middle)
    found = _of_product(read, low) if low < len(read.index.first) else ()
    return found if found and found[0].sku == sku else ()


def group_of(read: Read, n: int) -> Group:
    """The row of a number."""
    return _GROUP.decode(read.index.row(n))


def _first(read: Read, product: int) -> Group:
    return group_of(read, int(read.index.first[product]))


def _of_product(read: Read, product: int) -> tuple[Group, ...]:
    first, own = int(read.index.first[product]), read.index.first[product + 1 : product + 2]
    return tuple(group_of(read, n) for n in range(first, int(own[0]) if len(own) else read.index.groups.height))


def filtered(read: Read, wanted: Wanted) -> pl.DataFrame:
    """The numbers of the groups that are asked for."""
    tests: list[pl.Expr] = []
    if wanted.market:
        tests.append(pl.col("market") == wanted.market)
    if wanted.way:
        tests.append(pl.col("way") == ("" if wanted.way == NOT_SOLD else wanted.way))
    if wanted.find:
        some = read.index.products.filter(_words(wanted.find)).get_column("product")
        tests.append(pl.col("product").is_in(some.implode()))
    if wanted.state:
        tests.append(_states(wanted.state))
    return read.index.groups.filter(*tests) if tests else read.index.groups


def _words(text: str) -> pl.Expr:
    return pl.col("words").str.contains(text.lower(), literal=True)


def _states(state: str) -> pl.Expr:
    sold = pl.col("way") != ""
    known = {"sold": sold, "left": ~sold, "undecided": pl.col("undecided"), "moves": pl.col("moves")}
    if state not in known:
        raise Refused([Problem("state", repr(state), f"one of {', '.join(known)}", "choose one", "bad_state")])
    return known[state]


def _page(found: pl.DataFrame, wanted: Wanted) -> tuple[pl.DataFrame, str | None]:
    """The rows of one page and the mark of the next."""
    name, down = wanted.sort.removeprefix("-"), wanted.sort.startswith("-")
    if name not in SORTS:
        raise Refused([Problem("sort", repr(name), f"one of {', '.join(SORTS)}", "choose a column", "bad_sort")])
    column, limit = SORTS[name], max(1, min(wanted.limit, LIMIT_MOST))
    if wanted.after:
        value, n = _mark(wanted.after)
        past = pl.col(column) < value if down else pl.col(column) > value
        found = found.filter(past | ((pl.col(column) == value) & (pl.col("n") > n)))
    top = found.lazy().sort(column, "n", descending=[down, False]).head(limit + 1).collect()
    if top.height <= limit:
        return top, None
    last = top.row(limit - 1, named=True)
    return top.head(limit), f"{last[column]!r}~{last['n']}"


def _mark(after: str) -> tuple[float, int]:
    value, _, n = after.partition("~")
    try:
        return (float(value) if "." in value or "e" in value else int(value)), int(n)
    except ValueError:
        fix = "begin with the first page"
        raise Refused([Problem("after", repr(after), "the mark of a page before", fix, "bad_after")]) from None


def _product(read: Read, row: dict[str, Any]) -> ProductRow:
    groups = _of_product(read, row["product"])
    return ProductRow(
        groups[0].sku, groups[0].name, groups, row["profit_minor"], row["gain_minor"], row["hours"],
        row["cash_minor"], row["undecided"],
    )  # fmt: skip


def keys_of(read: Read, wanted: Wanted) -> pl.DataFrame:
    """SKU and market of everything asked for, to take rows out of the decision's own tables."""
    rows = [(one.sku, one.market) for one in (group_of(read, n) for n in filtered(read, wanted).get_column("n"))]
    return pl.DataFrame(rows, schema={"sku": pl.String, "market": pl.String}, orient="row")


@lru_cache(maxsize=4)
def components_of(read: Read) -> Mapping[str, int]:
    """Where the expected profit of the whole choice comes from: means by part of the bridge, minor units."""
    names = [one.value for one in Component]
    rows = pl.scan_parquet(read.folder / "options.parquet").filter(pl.col("chosen"))
    sums = rows.select(pl.col(f"{name}_minor").sum().alias(name) for name in names).collect()
    return sums.row(0, named=True)


@lru_cache(maxsize=4)
def contracts_of(read: Read) -> tuple[str, ...]:
    """Every contract that some option of the decision stands under."""
    rows = pl.scan_parquet(read.folder / "options.parquet").select(pl.col("contracts").unique()).collect()
    return tuple(sorted({name for joined in rows.get_column("contracts") for name in joined.split(" + ")}))
