"""One product of a kept decision: its options side by side, reasons in words, thresholds, and the price review.

Hides three tables and that clauses are made of their differences. Keeps the invariants that every number stands in the
decision's files, and that sentences are those of the report.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from tuoguan.app.decision_fresh import library_of
from tuoguan.app.decision_read import Read
from tuoguan.app.decision_words import JOINED, Ways
from tuoguan.app.phrases import Language, phrase
from tuoguan.choose import TERMS, UNITS, Gap, Pros, Quantity, clause_of, duties_apart, sentence
from tuoguan.contracts import Compiled, Library, compile
from tuoguan.foundation.fx import load_fx
from tuoguan.foundation.parties import Duty
from tuoguan.simulate import Component

NOT_SOLD = "do_not_sell"
# Columns of the comparison whose unit stands in the name; the others are called as the quantity.
ALTERNATIVE_COLUMNS = {
    Quantity.PROFIT: "profit_minor", Quantity.WORST_TENTH: "worst_tenth_minor", Quantity.CASH: "cash_minor",
    Quantity.HOURS: "hours_per_week", Quantity.VISIBILITY: "visibility_units",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Option:
    """One option with its policy: money in minor units over the horizon, positive is money to the seller.

    components  mean by part of the bridge; they add up to the mean but for rounding
    """

    key: str
    contracts: str
    chosen: bool
    policy: str
    mean_minor: int
    mean_error_minor: int
    p05_minor: int
    p50_minor: int
    p95_minor: int
    worst_minor: int
    cash_minor: int
    hours_per_week: float
    units_sold: float
    units_ordered: float
    fill_rate: float
    delivery_days: float
    late_rate: float
    return_rate: float
    volume_cm3: int
    components: Mapping[str, int]
    assumed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """A term at which the answer turns. ``now`` None: an older decision did not keep it. Units as `choose.UNITS`.

    distance  how far off it is, as a share of today's value; None where that is nought or not known
    """

    term: str
    unit: str
    now: float | None
    at: float
    loses_above: bool
    distance: float | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A chosen listing: under which contract, from where, with which stock policy and at which prices."""

    contract: str
    contract_hash: str
    place: str
    lane: str
    policy: str
    order_up_to: int
    reorder_point: int
    review_days: int
    retail_price_minor: int
    supply_price_minor: int
    live_after_days: int


@dataclass(frozen=True, slots=True)
class Review:
    """The price review: the least worth accepting, what to quote, with which chance, and what that is worth."""

    floor_minor: int
    quote_minor: int | None
    quote_low_minor: int | None
    quote_high_minor: int | None
    chance: float | None
    worth_minor: int | None


@dataclass(frozen=True, slots=True)
class Market:
    """The product in one market. ``options`` hold one of each way, the pick first, then by mean; ``policies`` all."""

    sku: str
    market: str
    chance_error: float
    listings: tuple[Listing, ...]
    options: tuple[Option, ...]
    policies: tuple[Option, ...]
    turns: tuple[Turn, ...]
    review: Review | None
    turns_played: bool
    beside: tuple[Mapping[str, Any], ...]


def market_of(read: Read, sku: str, market: str) -> Market:
    """What is kept of the product in the market; empty where nothing is."""
    rows = _rows(read.folder, "decision", sku, market)
    weeks = -(-int(read.head["horizon_days"]) // 7)
    policies = tuple(_option(row, weeks) for row in _rows(read.folder, "options", sku, market))
    first = rows[0] if rows else {}
    return Market(
        sku, market, _error(float(first.get("best_probability", 0.0)), int(read.head["paths"])),
        tuple(_listing(row) for row in rows if row["contract"] is not None), _side_by_side(policies), policies,
        tuple(_turns(first)), _review(first), bool(first.get("turns_played")),
        tuple(_rows(read.folder, "reasons", sku, market)),
    )  # fmt: skip


def _rows(folder: Path, table: str, sku: str, market: str) -> list[dict[str, Any]]:
    found = pl.scan_parquet(folder / f"{table}.parquet").filter(pl.col("sku") == sku, pl.col("market") == market)
    return found.collect().to_dicts()


def _error(chance: float, paths: int) -> float:
    """The standard error of a share of futures, never nought, as `choose` says it."""
    posterior = (round(chance * paths) + 1) / (paths + 2)
    return math.sqrt(posterior * (1 - posterior) / (paths + 3))


def _option(row: Mapping[str, Any], weeks: int) -> Option:
    return Option(
        key=row["option"], contracts=row["contracts"], chosen=row["chosen"], policy=row["policy"],
        mean_minor=row["mean_minor"], mean_error_minor=row["mean_error_minor"], p05_minor=row["p05_minor"],
        p50_minor=row["p50_minor"], p95_minor=row["p95_minor"], worst_minor=row["cvar_minor"],
        cash_minor=row["cash_peak_minor"], hours_per_week=row["hours"] / weeks, units_sold=row["units_sold"],
        units_ordered=row["units_ordered"], fill_rate=row["fill_rate"], delivery_days=row["delivery_days"],
        late_rate=row["late_rate"], return_rate=row["return_rate"], volume_cm3=row["volume_cm3"],
        components={one.value: row[f"{one.value}_minor"] for one in Component},
        assumed=tuple(word for word in row["assumed"].split("; ") if word),
    )  # fmt: skip


def _side_by_side(policies: tuple[Option, ...]) -> tuple[Option, ...]:
    """The best policy under each set of contracts; the chosen one for its own."""
    best: dict[str, Option] = {}
    for one in sorted(policies, key=lambda option: (not option.chosen, -option.mean_minor)):
        best.setdefault(one.contracts, one)
    return tuple(best.values())


def _listing(row: Mapping[str, Any]) -> Listing:
    names = (
        "contract", "contract_hash", "place", "lane", "policy", "order_up_to", "reorder_point", "review_days",
        "retail_price_minor", "supply_price_minor", "live_after_days",
    )  # fmt: skip
    return Listing(**{name: row[name] for name in names})


def _turns(row: Mapping[str, Any]) -> Iterator[Turn]:
    above = set(str(row.get("turns_above") or "").split("; "))
    for term, unit in zip(TERMS, UNITS, strict=True):
        name = term.replace(" ", "_") + ("_minor" if unit == "minor" else "")
        at, now = row.get(f"turns_{name}"), row.get(f"now_{name}")
        if at is not None:
            distance = (at - now) / now if now else None
            yield Turn(term, unit, now, at, term in above, distance)


def _review(row: Mapping[str, Any]) -> Review | None:
    if row.get("floor_minor") is None:
        return None
    return Review(
        row["floor_minor"], row["quote_minor"], row["quote_low_minor"], row["quote_high_minor"], row["quote_chance"],
        row["quote_worth_minor"],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Beside:
    """The pick beside one other way: a sentence, and what it wins and gives up as clauses."""

    alternative: str
    difference_minor: int
    error_minor: int | None
    text: str
    advantages: tuple[str, ...]
    drawbacks: tuple[str, ...]


def beside_of(read: Read, market: Market, workspace: Path, ways: Ways, language: Language) -> tuple[Beside, ...]:
    """The pick beside every other way, in the reader's language."""
    library = library_of(workspace)
    return tuple(_beside(read, row, library, ways, language) for row in market.beside)


def _beside(read: Read, row: Mapping[str, Any], library: Library, ways: Ways, language: Language) -> Beside:
    told: dict[str, tuple[str, ...]] = {}
    for side in ("better", "worse"):
        names = [name for name in row[side].split("; ") if name]
        told[side] = tuple(
            clause_of(_gap(read, row, Quantity(name), library), worse=side == "worse", lang=language) for name in names
        )
    other = row["alternative"]
    name = phrase("not_selling", language) if other == NOT_SOLD else ways.option(other)
    pros = Pros(0, told["better"], told["worse"])
    return Beside(
        other, row["profit_minor"], row["profit_error_minor"], sentence(pros, name, language), pros.advantages,
        pros.drawbacks,
    )  # fmt: skip


def _gap(read: Read, row: Mapping[str, Any], quantity: Quantity, library: Library) -> Gap:
    sides = [_contracts(read, library, row[side]) for side in ("option", "alternative")]
    duty = row.get("hours_duty") or ""
    return Gap(
        quantity, float(row[ALTERNATIVE_COLUMNS.get(quantity, quantity.value)] or 0.0),
        float(row.get("reach_other") or 0.0) if quantity is Quantity.REACH else 0.0, read.currency,
        int(read.head["horizon_days"]), duties_apart(sides[0], sides[1], quantity), Duty(duty) if duty else None,
    )  # fmt: skip


def _contracts(read: Read, library: Library, key: str) -> tuple[Compiled, ...]:
    if key == NOT_SOLD:
        return ()
    names = [part.partition("@")[0] for part in key.split(JOINED)]
    return tuple(_compiled(library, name, read.on, read.currency) for name in names if name in library.contracts)


@lru_cache(maxsize=256)
def _compiled(library: Library, name: str, on: int, currency: str) -> Compiled:
    return compile(library.contract(name), on=on, currency=currency, fx=load_fx(on, {}), overlays=library.overlays)
