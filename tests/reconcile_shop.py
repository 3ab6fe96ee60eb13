"""A workspace with orders that were lived through in its ledger, and the statement that a platform sent for them."""

from pathlib import Path
from typing import Any

import polars as pl

from operate_world import DAY, terms_of
from tuoguan.app.ledgers import open_work
from tuoguan.foundation.days import iso
from tuoguan.foundation.parties import Party
from tuoguan.intake import MONEY_LINES, keep_lines, lines_name
from tuoguan.operate import Desk, Line, Request, Work
from tuoguan.reconcile import expected_of

SEMI = "temu/semi/US"
DAY_SECONDS = 86_400
CUP = Line("CUP", 1, retail_price_minor=1_999, supply_price_minor=1_200, weight_g=300, volume_cm3=800)
DECIDED = DAY - 10


def at(day: int) -> int:
    """Noon of the day so many days after the first."""
    return (DAY + day) * DAY_SECONDS + DAY_SECONDS // 2


def sell(work: Work, count: int, contract: str = SEMI) -> None:
    """Orders one a day and more, shipped on the next day, delivered four days later; every tenth comes back, and every
    twelfth is late.
    """
    hash_ = work.terms.add(terms_of(contract))
    bought = {"tracking_number": "1Z"}
    work.open("purchase", "P1", currency="CNY", place="la", lines=[Line("CUP", 500, supply_price_minor=4_200)],
              at=at(-40), by=Desk.SELLER)  # fmt: skip
    for move in ("make_ready", "dispatch", "arrive", "put_away"):
        work.record("purchase/P1", move, at=at(-20), by=Desk.SELLER)
    work.record("purchase/P1", "pay", at=at(-19), by=Desk.SELLER, details={"amount_minor": 2_100_000})
    for number in range(count):
        stream, day = f"order/shop/O{number}", number // 3
        requests = [Request(stream, "open", at(day), Party.BUYER, {"order_number": f"O{number}"}, contract=hash_,
                            place="la", lines=(CUP,))]  # fmt: skip
        requests += [Request(stream, "reserve", at(day), Desk.SELLER), Request(stream, "pack", at(day), Desk.SELLER)]
        requests += [Request(stream, "ship", at(day + 1), Desk.SELLER, bought)]
        requests += [Request(stream, "deliver", at(day + 5), Party.CARRIER)]
        if number % 12 == 7:
            late = {"deadline": "handling", "minutes_late": 600}
            requests.append(Request(stream, "miss", at(day + 2), Party.PLATFORM, late))
        if number % 10 == 3:
            back = f"return/shop/O{number}"
            reason = {"reason": "quality", "order_number": f"O{number}"}
            requests.append(
                Request(back, "open", at(day + 9), Party.BUYER, reason, contract=hash_, place="la", lines=(CUP,))
            )
            requests.append(Request(back, "accept", at(day + 9), Desk.SELLER))
            requests.append(Request(back, "send_back", at(day + 10), Party.BUYER))
            requests.append(Request(back, "receive", at(day + 12), Desk.SELLER))
        for answer in work.do_all(requests):
            assert not isinstance(answer, Exception), answer


def statement(folder: Path, work: Work, count: int, plant: bool = True) -> dict[str, int]:
    """The statement of all that the ledger expects, each charge in a line of its own; what was planted, by verdict."""
    due = expected_of(work.ledger.store.entries(), work.terms.get)
    planted = {"fee": -31, "missing": 0, "penalty": -499, "duplicate": 0}
    rows: list[dict[str, Any]] = []
    for row in due.iter_rows(named=True):
        minor = row["amount_minor"]
        if plant and row["order_number"] == "O1":
            planted["missing"] -= minor
            continue
        if plant and row["order_number"] == "O2" and row["term"] == "seller_funded_discount":
            minor += planted["fee"]
        days = 3 if row["kind"] != "revenue" else 2 + len(rows) % 9
        settled = (row["due_on"] or row["latest_on"]).toordinal() - 719_163 + days
        rows.append(line(row["order_number"], row["sku"], row["kind"], minor, settled))
    if plant:
        rows.append(line("O4", "CUP", "penalty", planted["penalty"], DAY + 20))
    keep(folder, work, "S1", rows)
    if plant:
        again = [row for row in rows if row["order_number"] == "O5"]
        planted["duplicate"] = sum(row["amount_minor"] for row in again)
        keep(folder, work, "S2", [row | {"line_key": row["line_key"] + "+"} for row in again])
    return planted


_keys = iter(range(1 << 30))


def line(order: str, sku: str, kind: str, minor: int, settled: int) -> dict[str, Any]:
    """One line as the importer keeps it."""
    return {
        "file": "s.xlsx", "row": 1, "line_key": f"k{next(_keys)}", "order_number": order, "sku": sku, "quantity": 1,
        "type": kind, "component": kind, "kind": kind, "amount_minor": minor, "currency": "USD", "settled_on": settled,
    }  # fmt: skip


def keep(folder: Path, work: Work, statement_id: str, rows: list[dict[str, Any]]) -> None:
    """The lines beside the ledger, and the document that vouches for them."""
    schema = dict(MONEY_LINES) | {"settled_on": pl.Int32}
    frame = pl.DataFrame([row | {"statement_id": statement_id} for row in rows], schema=schema, orient="row")
    frame = frame.with_columns(pl.col("settled_on").cast(pl.Date))
    name = lines_name("shop", "statement", statement_id, frame)
    details = {
        "table": "statement", "store": "shop", "statement_id": statement_id, "lines_file": name,
        "lines_sha256": keep_lines(folder, name, frame), "line_count": frame.height,
    }  # fmt: skip
    number = name.removesuffix(".parquet")
    work.open("statement", number, currency="USD", at=at(60), by=Party.PLATFORM, details=details)


def shop(folder: Path, count: int = 60, plant: bool = True) -> dict[str, int]:
    """The workspace on disk; what was planted."""
    with open_work(folder) as work:
        sell(work, count)
        return statement(folder, work, count, plant)


UNTIL = iso(DAY + 120)
