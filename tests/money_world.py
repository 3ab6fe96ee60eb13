"""A workspace with goods at several places and on their way, orders, statements and payouts, in its own ledger."""

import atexit
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from starlette.testclient import TestClient

import reconcile_shop
from operate_world import terms_of
from tuoguan.app.ledgers import open_work
from tuoguan.app.statements_run import run
from tuoguan.foundation.parties import Party
from tuoguan.operate import Desk, Line, Request, Work, moves_between
from tuoguan.serve import Server
from tuoguan.site import Site

TODAY = int(time.time()) // 86_400
FIRST = TODAY - 75
SELLER = """schema = 1
name = "Small shop"
currency = "USD"
markets = ["US", "EU"]

[limits]
cash = "50000"
hours_per_week = 40

[[sites]]
id = "la"
market = "US"

[[lanes]]
id = "sea-US"
market = "US"
mode = "sea"
currency = "USD"
per_cbm = "95"
lead_days = [28, 40]

[[lanes]]
id = "air-US"
market = "US"
mode = "air"
currency = "USD"
per_kg = "6"
lead_days = [6, 10]
"""
SKUS = ("BOWL", "DISH", "FORK", "KNIFE", "LAMP", "SPOON", "TRAY", "VASE")


def noon(day: int) -> int:
    """Noon of the day so many days after the first."""
    return (FIRST + day) * 86_400 + 43_200


def goods(work: Work, skus: tuple[str, ...] = SKUS) -> None:
    """Goods bought, billed and put away, goods on two lanes, goods at a platform, and some that were lost."""
    for number, sku in enumerate(skus):
        buy(work, f"B{number}", sku, 40 + 25 * number, "la", -40, "sea-US", until="stocked", received=38 + 25 * number)
        if number % 2:
            buy(work, f"S{number}", sku, 60, "la", 60, "sea-US", until="under_way")
        if number % 3 == 0:
            buy(work, f"A{number}", sku, 15, "la", 70, "air-US", until="under_way")
    hash_ = work.terms.add(terms_of("temu/full/US"))
    lines = (Line(skus[0], 12, supply_price_minor=900, weight_g=300, volume_cm3=800),)
    work.open(
        "stock_order",
        "SO-1",
        contract=hash_,
        place="temu-US",
        lines=lines,
        at=noon(50),
        by=Desk.SELLER,
        details={"kind": "normal"},
    )
    walk(work, "stock_order/SO-1", "sent", noon(52), {"source": "la"})


def walk(work: Work, stream: str, state: str, at: int, details: dict[str, object] | None = None) -> None:
    """The document moved to a state, each step by whom it takes."""
    document = work.document(stream)
    for move in moves_between(document.flow, document.state, state) or ():
        for by in (Desk.SELLER, Desk.PLATFORM, Party.CARRIER, Party.BUYER):
            answer = work.do_all([Request(stream, move, at, by, details or {})])[0]
            if not isinstance(answer, Exception):
                break


def buy(
    work: Work, number: str, sku: str, units: int, place: str, day: int, lane: str, *, until: str, received: int = 0
) -> None:  # fmt: skip
    """A purchase with its bills, as far as ``until``."""
    lines = [Line(sku, units, supply_price_minor=4_200, weight_g=300, volume_cm3=800)]
    stream = f"purchase/{number}"
    work.open("purchase", number, currency="CNY", place=place, lines=lines, at=noon(day), by=Desk.SELLER)
    for step, move in enumerate(moves_between("purchase", "ordered", until) or ()):
        told = {"dispatch": {"lane": lane}, "arrive": {"received": {sku: received or units}}}
        work.record(stream, move, at=noon(day + 2 + 9 * step if until == "stocked" else day + 2), by=Desk.SELLER,
                    details=told.get(move))  # fmt: skip
    work.record(stream, "pay", at=noon(day + 1), by=Desk.SELLER, details={"amount_minor": 4_200 * units})
    work.record(stream, "bill_freight", at=noon(day + 3), by=Desk.SELLER,
                details={"amount_minor": 310 * units, "fx": {"currency": "USD", "minor": 44 * units}})  # fmt: skip
    work.record(stream, "bill_duty", at=noon(day + 3), by=Desk.SELLER, details={"amount_minor": 120 * units})


def sales(work: Work, skus: tuple[str, ...] = SKUS) -> None:
    """A few orders a day of the first products until today, the later ones still on their way through the states."""
    hash_ = work.terms.add(terms_of(reconcile_shop.SEMI))
    requests = []
    for index in range(70):
        sku, day = skus[index * index % 5], 20 + index * 55 // 70
        line = Line(sku, 1, retail_price_minor=1_999, supply_price_minor=1_200, weight_g=300, volume_cm3=800)
        stream = f"order/shop/Q{index:03}"
        told = {"order_number": f"Q{index:03}"}
        requests.append(
            Request(stream, "open", noon(day), Party.BUYER, told, contract=hash_, place="la", lines=(line,))
        )
        requests.append(Request(stream, "reserve", noon(day), Desk.SELLER))
        if index < 66:
            requests.append(Request(stream, "pack", noon(day), Desk.SELLER))
            requests.append(Request(stream, "ship", noon(day), Desk.SELLER, {"tracking_number": f"1Z{index}"}))
        if index < 55:
            requests.append(Request(stream, "deliver", noon(day + 1), Party.CARRIER))
        if index < 20:
            fx = {"currency": "CNY", "minor": 8_230 + index}
            requests.append(
                Request(stream, "settle", noon(day + 12), Party.PLATFORM, {"fx": fx} if index % 4 == 0 else {})
            )
    for answer in work.do_all(requests):
        assert not isinstance(answer, Exception), answer


def fill(folder: Path, skus: tuple[str, ...] = SKUS) -> None:
    """All of it in the folder's ledger; `reconcile_shop`'s orders and statements beside it, dated as of now."""
    if not (folder / "seller.toml").is_file():
        (folder / "seller.toml").write_text(SELLER, encoding="utf-8")
    day, reconcile_shop.DAY = reconcile_shop.DAY, FIRST
    try:
        with open_work(folder) as work:
            reconcile_shop.sell(work, 60)
            reconcile_shop.statement(folder, work, 60)
            goods(work, skus)
            sales(work, skus)
    finally:
        reconcile_shop.DAY = day


@cache
def _made() -> Path:
    """The filled and reconciled workspace, made once in a process."""
    folder = Path(tempfile.mkdtemp(prefix="tuoguan-money-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    fill(folder)
    run(folder, until=TODAY)
    return folder


def made(folder: Path) -> Path:
    """A copy of it, to be changed."""
    return Path(shutil.copytree(_made(), folder / "shop"))


@contextmanager
def opened(folder: Path) -> Iterator[tuple[TestClient, Site]]:
    """A browser at the server of the workspace, without a job's processes left behind."""
    site = Site(folder, keep=folder.parent / "keep")
    try:
        with TestClient(Server(site), base_url="http://127.0.0.1", follow_redirects=False) as client:
            yield client, site
    finally:
        site.close()


def csrf(page: str) -> str:
    """What a form of the page must bring back."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found, "no form on the page"
    return found.group(1)
