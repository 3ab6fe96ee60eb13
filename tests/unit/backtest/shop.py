"""A small shop with three hundred days of order lines: eight products in two markets, one of them sold in one only."""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from tuoguan.app import backtest as app
from tuoguan.backtest import Setting
from tuoguan.foundation.days import Day, parse_day

FIRST, DAYS = date(2025, 1, 1), 300
DAY = "2025-06-20"
SELLER = """\
schema = 1
name = "Shop"
currency = "USD"
decide_on = "2026-11-23"
markets = ["US", "UK"]
[limits]
cash = "{cash}"
hours_per_week = 60
"""


@dataclass(frozen=True)
class Line:
    """One order line."""

    day: date
    sku: str
    market: str
    quantity: int
    price: str


def lines(seed: int = 3) -> list[Line]:
    """Order lines of every product: slow and fast sellers, one wholesale line of 400 units."""
    random, found = np.random.default_rng(seed), []
    for at in range(8):
        for market, share in (("US", 1.0), ("UK", 0.0 if at == 7 else 0.4)):
            units = random.poisson(share * (0.3 + at), DAYS)
            for day in np.flatnonzero(units):
                found.append(
                    Line(FIRST + timedelta(days=int(day)), sku(at), market, int(units[day]), f"{18 + 4 * at}.00")
                )
    found.append(Line(FIRST + timedelta(days=40), sku(5), "US", 400, "38.00"))
    return sorted(found, key=lambda line: (line.day, line.sku, line.market))


def sku(at: int) -> str:
    """Two colors of each of four products."""
    return f"{1000 + at // 2}{'AB'[at % 2]}"


def write(folder: Path, orders: list[Line], cash: str = "20000") -> Path:
    """The workspace of these orders."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "seller.toml").write_text(SELLER.format(cash=cash))
    with (folder / "sales.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["order_id", "ordered_at", "sku", "market", "quantity", "unit_price"])
        for number, line in enumerate(orders):
            rows.writerow([number, line.day.isoformat(), line.sku, line.market, line.quantity, line.price])
    with (folder / "products.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["sku", "name", "category", "unit_cost", "weight_g", "length_cm", "width_cm", "height_cm"])
        for at in range(8):
            rows.writerow([sku(at), f"Thing {at}", "home", f"{4 + at}.00", 300 + 50 * at, 20, 10, 8])
    return folder


def view(folder: Path, *, day: str = DAY, weeks: int = 6, threads: int = 2, **given: object) -> app.View:
    """One day of the shop's history, ready to be played."""
    truth = app.read(folder)
    return app.View(app._ground(folder, truth, weeks, 20, 1, threads, None), parse_day(day), **given)  # type: ignore[arg-type]


def setting(folder: Path, **given: object) -> Setting:
    """What its cells are played on."""
    return view(folder, **given).setting  # type: ignore[arg-type]


def day_number(text: str = DAY) -> Day:
    """The day as a number."""
    return parse_day(text)
