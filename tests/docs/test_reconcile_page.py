"""The settlements worked by hand on the page of the room are what the program says."""

import re
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from operate_world import ALL, terms_of
from reconcile_cases import line_row, lines_table
from reconcile_shop import CUP, at
from tuoguan.app.ledgers import open_work
from tuoguan.foundation.days import parse_day
from tuoguan.foundation.parties import Duty, Party
from tuoguan.operate import Desk, Line
from tuoguan.reconcile import expected_of, match

CELLS = r"(?P<charges>.+?) \| (?P<net>\S+) \| (?P<due>\S+) \| (?P<latest>\S+) \|$"
ROW = re.compile(r"^\| `(?P<id>\S+)` \((?P<code>\w+)\) \| " + CELLS)


@pytest.fixture(scope="module")
def due_by_contract(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    """One cup bought under each contract: what the ledger says is due."""
    found = {}
    for name in ALL:
        compiled = terms_of(name)
        keeper = Desk(compiled.owner[Duty.STORAGE].value)
        with open_work(tmp_path_factory.mktemp("cup")) as work:
            hash_ = work.terms.add(compiled)
            work.open("purchase", "P", currency="CNY", place="p", lines=[Line("CUP", 9)], at=at(-30), by=Desk.SELLER)
            for move in ("make_ready", "dispatch", "arrive", "put_away"):
                work.record("purchase/P", move, at=at(-20), by=Desk.SELLER)
            work.open("order", "1", contract=hash_, place="p", lines=[CUP], at=at(0), by=Party.BUYER)
            for move in ("reserve", "pack", "ship"):
                work.record("order/1", move, at=at(1), by=keeper)
            work.record("order/1", "deliver", at=at(5), by=Party.CARRIER)
            found[name] = expected_of(work.ledger.store.entries(), work.terms.get)
    return found


def minor(text: str) -> int:
    return int(Decimal(text.replace("−", "-")) * 100)


def test_the_table_is_what_the_ledger_says(root: Path, due_by_contract: dict[str, pl.DataFrame]) -> None:
    page = (root / "docs" / "rooms" / "reconcile.md").read_text(encoding="utf-8")
    rows = [found for line in page.splitlines() if (found := ROW.match(line))]
    assert [row["id"] for row in rows] == list(ALL)
    for row in rows:
        due = due_by_contract[row["id"]]
        told = [minor(number) for number in re.findall(r"[−\d]+\.\d\d", row["charges"])]
        assert sorted(told) == sorted(due.get_column("amount_minor"))
        assert minor(row["net"]) == due.get_column("amount_minor").sum()
        assert {str(day) for day in due.get_column("due_on")} == {row["due"]}
        assert {str(day) for day in due.get_column("latest_on")} == {row["latest"]}
        assert set(due.get_column("currency")) == {row["code"]}


def told(due: pl.DataFrame, lines: list[tuple[str, str, int, str]], until: str) -> list[tuple[str, str, int]]:
    """Verdict, term and difference of what is not matched, for lines (order, kind, minor, day)."""
    code = due.item(0, "currency")
    days = {day: parse_day(day) - parse_day("2026-01-01") for _, _, _, day in lines}
    rows = [
        line_row(f"k{n}", order, "CUP", kind, amount, days[day], currency=code, statement=f"S{n}")
        for n, (order, kind, amount, day) in enumerate(lines)
    ]
    found = match(due, lines_table(rows), until=parse_day(until)).matches.filter(pl.col("verdict") != "matched")
    return found.select("verdict", "term", "difference_minor").rows()


def test_the_examples_below_it_come_out_so(due_by_contract: dict[str, pl.DataFrame]) -> None:
    semi, day = due_by_contract["temu/semi/US"], "2026-03-15"
    lines = [("1", "revenue", 1290, day), ("1", "promotion", -67, day)]
    assert told(semi, lines, "2026-04-01") == [("fee", "seller_funded_discount", -31)]
    full = due_by_contract["temu/full/US"]
    assert told(full, [("", "revenue", 1128, "2026-03-16")], "2026-06-01") == []
    assert told(full, [("", "revenue", 1100, "2026-03-16")], "2026-06-01") == [("fee", "", -28)]
    own = due_by_contract["tiktok_shop/self/US"]
    net = ("1", "revenue", 1719, "2026-03-18")
    assert told(own, [net], "2026-06-01") == []
    assert told(own, [net, net], "2026-06-01") == [("duplicate", "", 1719)]
    late = due_by_contract["aliexpress/semi/US"]
    assert {verdict for verdict, _, _ in told(late, [], "2026-06-20")} == {"timing"}
    assert told(late, [], "2026-06-29") == [("missing", "", -1239)]
