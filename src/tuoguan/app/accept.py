"""The decision taken: stores to open, listings to draft and purchases to make, as documents of the ledger.

Straight line: read what `decide` wrote, compile the terms it was made under, open the documents, skip what an earlier
decision had proposed and this one does not. Keeps the invariant that taking a decision twice opens nothing twice:
numbers of documents come from the decision alone.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from tuoguan.app.ledgers import open_work
from tuoguan.app.plan import read_purchases
from tuoguan.contracts import Compiled, compile, load, load_overlays
from tuoguan.foundation.days import Day, day_of, parse_day
from tuoguan.foundation.fx import load_fx
from tuoguan.foundation.ids import content_hash
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.intake import Batch, read
from tuoguan.operate import Desk, Line, Request, Terms, Work, stream_of

DAY_SECONDS = 86_400
BATCH = 500
# What a listing's draft tells whoever fills in the page and quotes the price.
TOLD = ("retail_price_minor", "supply_price_minor", "floor_minor", "quote_minor", "place", "policy", "order_up_to")
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Accepted:
    """Documents opened by flow, how many of all there were before, and proposals of earlier decisions now skipped."""

    opened: Mapping[str, int]
    known: int
    skipped: int


def accept(folder: Path, outputs: Path | None = None, *, progress: Progress | None = None) -> Accepted:
    """The documents that follow from the decision in ``outputs`` (default: DIR/decision), in the workspace's ledger.

    Refused when there is no decision, or a contract's terms are no longer those it was made under.
    """
    where = outputs or folder / "decision"
    head, rows = _decision(where)
    batch, on = read(folder), parse_day(head["decide_on"])
    chosen = rows.filter(pl.col("decision") == "sell")
    with open_work(folder) as work:
        hashes = _terms(work.terms, folder, batch, chosen, on, str(head["currency"]))
        restocks = list(_restocks(read_purchases(where / "plan"), batch, str(head["currency"]), on))
        requests = [*_stores(chosen, batch, hashes, on), *_listings(chosen, batch, hashes, on), *restocks]
        skipped = _supersede(work, {request.stream for request in restocks}, on)
        return _open(work, requests, skipped, progress)


def _decision(where: Path) -> tuple[Mapping[str, Any], pl.DataFrame]:
    """What `decide` wrote: its head and its rows."""
    try:
        return json.loads((where / "decision.json").read_bytes()), pl.read_parquet(where / "decision.parquet")
    except FileNotFoundError as missing:
        fix = "run `tuoguan decide DIR` first, or name its folder with --decision"
        found = f"no {Path(str(missing.filename)).name}"
        raise Refused([Problem(str(where), found, "the outputs of a decision", fix, "no_decision")]) from None


def _terms(
    terms: Terms, folder: Path, batch: Batch, chosen: pl.DataFrame, on: Day, currency: str
) -> dict[tuple[str, str], str]:
    """Hashes of the terms in the ledger by (contract, sku); Refused when a row was decided under other terms."""
    overlays = load_overlays(folder / "contracts")
    library, fx = load(overlays=overlays), load_fx(on, batch.seller.fx)
    categories = dict(batch.products.select("sku", "category").iter_rows())
    known: dict[str, Compiled] = {}
    hashes, problems = {}, []
    for contract, sku, decided in chosen.select("contract", "sku", "contract_hash").iter_rows():
        if decided not in known:
            compiled = compile(
                library.contract(contract), on=on, currency=currency, fx=fx, overlays=library.overlays, sku=sku,
                category=categories.get(sku),
            )  # fmt: skip
            known[compiled.hash] = compiled
        if decided in known:
            hashes[contract, sku] = terms.add(known[decided])
        else:
            fix = "run `tuoguan decide DIR` again"
            found = "terms that changed since the decision"
            problems.append(Problem(f"{contract} {sku}", found, f"the terms {decided}", fix, "terms_changed"))
    if problems:
        raise Refused(problems)
    return hashes


def _stores(chosen: pl.DataFrame, batch: Batch, hashes: Mapping[tuple[str, str], str], on: Day) -> Iterator[Request]:
    """A store for each contract under which the seller has none yet."""
    first = chosen.unique("contract", keep="first", maintain_order=True)
    for contract, sku in first.select("contract", "sku").iter_rows():
        if contract.rsplit("/", 1)[0] not in batch.seller.stores:
            yield Request(
                stream_of("store", contract), "open", on * DAY_SECONDS, Desk.SELLER, contract=hashes[contract, sku]
            )


def _listings(chosen: pl.DataFrame, batch: Batch, hashes: Mapping[tuple[str, str], str], on: Day) -> Iterator[Request]:
    """A draft for each chosen listing that is not today's already."""
    sizes = {row[0]: row[1:] for row in batch.products.select("sku", "weight_g", "volume_cm3").iter_rows()}
    for row in chosen.iter_rows(named=True):
        if row["contract"] == row["today"]:
            continue
        line = Line(row["sku"], 1, row["retail_price_minor"], row["supply_price_minor"], *sizes[row["sku"]])
        yield Request(
            stream_of("listing", f"{row['contract']}/{row['sku']}"), "open", on * DAY_SECONDS, Desk.SELLER,
            {name: row[name] for name in TOLD if row[name] is not None}, contract=hashes[row["contract"], row["sku"]],
            place=row["place"], lines=(line,),
        )  # fmt: skip


def _restocks(purchases: pl.DataFrame, batch: Batch, currency: str, on: Day) -> Iterator[Request]:
    """A proposal for each purchase of the plan, due on its day."""
    sizes = {row[0]: row[1:] for row in batch.products.select("sku", "weight_g", "volume_cm3").iter_rows()}
    plan = content_hash(purchases.write_csv().encode())[:6]
    for row in purchases.iter_rows(named=True):
        due_at = (day_of(row["order_on"]) + 1) * DAY_SECONDS - 1
        told = {name: row[name] for name in ("supplier", "why", "cost_minor", "market")} | {"due_at": due_at}
        weight_g, volume_cm3 = sizes[row["sku"]]
        yield Request(
            stream_of("restock", f"{row['sku']}/{plan}-{row['purchase']}"), "open", on * DAY_SECONDS, Desk.SELLER, told,
            currency=currency, place=row["place"],
            lines=(Line(row["sku"], row["units"], weight_g=weight_g, volume_cm3=volume_cm3),),
        )  # fmt: skip


def _supersede(work: Work, wanted: AbstractSet[str], on: Day) -> int:
    """Skips open proposals of earlier decisions; how many there were."""
    gone, after = [], None
    while steps := work.next_steps(Desk.SELLER, on * DAY_SECONDS, flow="restock", after=after):
        gone += [step.stream for step in steps if step.stream not in wanted]
        after = steps[-1]
    told = {"reason": "another decision was taken"}
    _do(work, [Request(stream, "skip", on * DAY_SECONDS, Desk.SELLER, told) for stream in gone])
    return len(gone)


def _do(work: Work, requests: list[Request]) -> None:
    """All of them, or Refused with everything that was refused."""
    refused = [answer for answer in work.do_all(requests) if isinstance(answer, Refused)]
    if refused:
        raise Refused(problem for answer in refused for problem in answer.problems)


def _open(work: Work, requests: list[Request], skipped: int, progress: Progress | None) -> Accepted:
    """Opens what is not there yet; Refused with everything that cannot be opened."""
    with work.ledger.store.reading() as view:
        known = view.streams([request.stream for request in requests])
    opened: dict[str, int] = {}
    fresh = [request for request in requests if request.stream not in known]
    for first in range(0, len(fresh), BATCH):
        part = fresh[first : first + BATCH]
        _do(work, part)
        for request in part:
            flow = request.stream.partition("/")[0]
            opened[flow] = opened.get(flow, 0) + 1
        if progress is not None:
            progress("documents", first + len(part), len(fresh))
    return Accepted(opened, len(known), skipped)
