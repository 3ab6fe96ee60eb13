"""What the workspace's own orders and statements teach, written where the next decision reads it.

Hides where ledger, lines and the last decision lie. Keeps the invariants that the contracts' own ranges are the only
prior, that negotiated terms are left alone and told, and that all overlay files of a run appear or none.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from tuoguan.app.ledgers import open_work
from tuoguan.app.reconciling import APPEAL_DAYS, matched, rates
from tuoguan.app.standing import standing
from tuoguan.contracts import CardKind, Library, compile_card, load, load_overlays
from tuoguan.contracts import compile as compile_contract
from tuoguan.foundation.days import Day, iso, parse_day
from tuoguan.foundation.fx import load_fx
from tuoguan.foundation.problems import Problem, Refused, has_errors
from tuoguan.foundation.tables import write_all
from tuoguan.intake import Seller, read_catalogue
from tuoguan.reconcile import (
    FREIGHT_KINDS,
    LIFE_KINDS,
    Appeal,
    Learned,
    Reconciled,
    calibrate,
    freight_learned,
    freight_of,
    lives_of,
    negotiated_keys,
    overlay_name,
    overlay_text,
)

CONTRACTS = "contracts"  # of a workspace


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What was learned on ``on``; ``kept`` names numbers that the seller negotiated and that stay as they are."""

    on: Day
    learned: tuple[Learned, ...]
    kept: tuple[str, ...]
    written: tuple[Path, ...]

    def answer(self) -> dict[str, Any]:
        """The run in numbers."""
        return {
            "schema": 1, "on": iso(self.on), "learned": [asdict(one) for one in self.learned],
            "kept": list(self.kept), "files": [str(path) for path in self.written],
        }  # fmt: skip


def calibrate_workspace(folder: Path, *, on: Day, write: bool = True) -> Calibrated:
    """Learns from everything recorded until ``on`` and writes one overlay file for each contract or card.

    Without ``write`` nothing is written, so that somebody can look first.
    Refused when the overlays cannot be read or the ledger teaches nothing.
    """
    overlays = load_overlays(folder / CONTRACTS)
    if has_errors(overlays.problems):
        raise Refused(overlays.problems)
    library = load(overlays=overlays)
    with open_work(folder) as work:
        lives = lives_of(standing(work.ledger.store, LIFE_KINDS))
        bills = freight_of(standing(work.ledger.store, FREIGHT_KINDS))
        found = matched(folder, work, on, Appeal(APPEAL_DAYS, is_assumed=True))
    learned = [*_of_contracts(library, lives, found, folder, on), *_of_cards(library, bills, folder, on)]
    if not learned:
        fix = "import orders and statements, or wait for more of them"
        raise Refused([Problem(str(folder), "too few orders, lines and bills", "something to learn", fix, "no_data")])
    kept = [one for one in learned if _key(one) in negotiated_keys(library, one.contract_id)]
    learned = [one for one in learned if one not in kept]
    written = _write(folder / CONTRACTS, library, learned, on) if write else ()
    return Calibrated(on, tuple(learned), tuple(f"{one.contract_id} {one.name}" for one in kept), written)


def _key(one: Learned) -> tuple[str, ...]:
    return (one.section, one.name, *([str(one.step)] if one.section == "charge" else []))


def _of_contracts(
    library: Library, lives: pl.DataFrame, found: Reconciled, folder: Path, on: Day
) -> Iterator[Learned]:  # fmt: skip
    """What orders and lines say about each contract that they were sold under."""
    paid = _first_paid(found)
    since, planned = _planned(folder, on)
    for contract_id in lives.get_column("contract_id").unique().sort():
        contract = library.contracts.get(contract_id)
        if contract is None or contract.broken:
            continue
        compiled = compile_contract(contract, on=on, fx=load_fx(on))
        own = planned.filter(pl.col("contract") == contract_id).select("sku", "units") if planned.height else None
        yield from calibrate(compiled, lives, paid, _ratios(found, contract_id), on, own, since)


def _first_paid(found: Reconciled) -> pl.DataFrame:
    """The first day on which a statement paid something for each order."""
    lines = found.lines.filter((pl.col("order_number") != "") & (pl.col("amount_minor") > 0))
    first = lines.group_by("order_number").agg(pl.col("settled_on").min())
    return first.select("order_number", pl.col("settled_on").to_physical().cast(pl.Int64).alias("paid_on"))


def _ratios(found: Reconciled, contract_id: str) -> pl.DataFrame:
    """Charges of one term each that were expected and charged, right or not."""
    both = (pl.col("line_count") > 0) & (pl.col("expectation_count") > 0) & (pl.col("term") != "")
    one = found.matches.filter(both & (pl.col("contract_id") == contract_id) & (pl.col("expected_minor") != 0))
    steps = found.expected.select("match", "step").unique(subset="match")
    same = one.filter((pl.col("paid_minor") > 0) == (pl.col("expected_minor") > 0))
    return same.join(steps, on="match").select("term", "step", "paid_minor", "expected_minor")


def _planned(folder: Path, on: Day) -> tuple[Day, pl.DataFrame]:
    """First day of the last decision, and the units it counted on until ``on`` for products with one listing."""
    told, options = folder / "decision" / "decision.json", folder / "decision" / "options.parquet"
    none = pl.DataFrame(schema={"contract": pl.String, "sku": pl.String, "units": pl.Float64})
    if not told.is_file() or not options.is_file():
        return 0, none
    decision = json.loads(told.read_text(encoding="utf-8"))
    since = parse_day(decision["decide_on"])
    gone = min(1.0, max(0, on - since) / decision["horizon_days"])
    chosen = pl.read_parquet(options).filter(pl.col("chosen") & ~pl.col("contracts").str.contains(" + ", literal=True))
    units = chosen.select(pl.col("contracts").alias("contract"), "sku", (pl.col("units_sold") * gone).alias("units"))
    return since, units if gone > 0 else none


def _of_cards(library: Library, bills: pl.DataFrame, folder: Path, on: Day) -> Iterator[Learned]:
    """What freight bills say about the cards of the markets that the goods went to."""
    seller = read_catalogue(folder, on).seller if bills.height else None
    if seller is None:
        return
    bills = bills.with_columns(market=pl.col("place").map_elements(lambda at: _market(seller, at), pl.String))
    for (market, lane), rows in bills.sort("market", "lane").group_by("market", "lane", maintain_order=True):
        card = library.cards.get(f"{CardKind.FREIGHT.value}/{market}")
        if card is not None and not card.broken:
            mode = next((one.mode for one in seller.lanes if one.id == lane), str(lane))
            found = freight_learned(compile_card(card, on=on, fx=load_fx(on)), mode, rows, rates())
            if found is not None:
                yield found


def _market(seller: Seller, place: str) -> str:
    """The market of the seller's site that a place belongs to; the seller's first market where it names none."""
    site = place.partition("/")[0]
    return next((one.market for one in seller.sites if one.id == site), seller.markets[0])


def _write(folder: Path, library: Library, learned: list[Learned], on: Day) -> tuple[Path, ...]:
    by_id: dict[str, list[Learned]] = {}
    for one in learned:
        by_id.setdefault(one.contract_id, []).append(one)
    texts = {folder / overlay_name(name): overlay_text(library, name, rows, on) for name, rows in by_id.items()}
    write_all({path: lambda at, text=text: at.write_text(text, encoding="utf-8") for path, text in texts.items()})  # type: ignore[misc]
    return tuple(texts)
