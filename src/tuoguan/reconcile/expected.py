"""What the contract says should be paid, and when: one row for every charge that the ledger's entries recorded.

Hides how entries keep charges and when an order's money starts to be due. Keeps the invariant that nothing is priced
here: amounts are those that the entries recorded, terms and days those of the contract that their hash names.

What an order earns falls due together, so many days after what the contract pays for (shipping, delivery, receipt);
every other charge falls due on its day. ``latest_on`` is the day by which even the slowest lag of the contract's range
is over. Without the trigger nothing is due yet and both days are empty.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import polars as pl

from tuoguan.contracts import Compiled, QuantityName, SettingName, assess
from tuoguan.foundation.days import Day
from tuoguan.operate import Entry, facts_in, load_flows, payout_of
from tuoguan.reconcile.words import EXPECTED

DAY_SECONDS = 86_400
REVERSAL = "ledger.reversal"
ORDER, STOCK_ORDER = "order", "stock_order"
EARNING_MOVES = ("open", "ship", "deliver")  # an order's charges at these moves are paid together
TRIGGER_BY_SETTING = {"shipped": "ship"}  # every other setting waits for the delivery at least
AT_ONCE = "paid"  # charges that went to the bank at once are owed by nobody
TermOf = Callable[[str], Compiled]


@dataclass(slots=True)
class _Known:
    """What earlier entries of a document said; ``waiting`` are its rows that have no due day yet."""

    order_number: str
    contract_id: str
    currency: str
    skus: tuple[str, ...]
    waiting: list[int] = field(default_factory=list)
    trigger_on: Day | None = None


@cache
def charging_kinds() -> tuple[str, ...]:
    """Kinds of entries that can say what is due, or take it back: moves with facts, and openings of such documents."""
    flows = [flow for flow in load_flows().values() if any(move.facts for move in flow.moves)]
    moves = [(flow.name, move) for flow in flows for move in flow.moves if move.facts or move.name == "open"]
    return (*sorted(f"{name}.{move.name}" for name, move in moves), REVERSAL)


def expected_of(entries: Iterable[Entry], terms: TermOf) -> pl.DataFrame:
    """The rows of `EXPECTED` of entries in the order of their positions; ``terms`` finds a contract by its hash.

    Entries of `charging_kinds` are enough. What a later entry took back is left out.
    """
    rows: dict[str, list[Any]] = {name: [] for name in EXPECTED}
    known: dict[str, _Known] = {}
    reversed_positions: set[int] = set()
    for entry in entries:
        draft = entry.draft
        if draft.reverses:
            reversed_positions.add(draft.reverses)
            continue
        own = draft.details.get("document")
        if own is not None:
            known[entry.stream] = _opened(entry, own)
        document = known.get(entry.stream)
        if document is not None and draft.contract:
            _add(rows, entry, document, terms(draft.contract))
    frame = pl.DataFrame({name: pl.Series(name, values, _physical(name)) for name, values in rows.items()})
    frame = frame.with_columns(pl.col("due_on", "latest_on").cast(pl.Date))
    return frame.filter(~pl.col("position").is_in(list(reversed_positions))) if reversed_positions else frame


def _physical(name: str) -> Any:
    return pl.Int32 if EXPECTED[name] == pl.Date else EXPECTED[name]


def _opened(entry: Entry, own: Any) -> _Known:
    contract_id, currency, _, lines = own
    number = entry.draft.details.get("order_number") or entry.stream.rsplit("/", 1)[-1]
    return _Known(str(number), contract_id, currency, tuple(dict.fromkeys(line[0] for line in lines)))


def _add(rows: dict[str, list[Any]], entry: Entry, document: _Known, compiled: Compiled) -> None:
    """The rows of one entry's charges, and the due day of those that waited for this entry."""
    draft = entry.draft
    flow, _, move = draft.kind.partition(".")
    day = draft.occurred_at // DAY_SECONDS
    together = flow == ORDER and move in EARNING_MOVES
    if together and move == TRIGGER_BY_SETTING.get(
        compiled.settings.get(SettingName.SETTLEMENT_TRIGGER, ""), "deliver"
    ):
        document.trigger_on = day
    charges = draft.details.get("charges", ()) if draft.details.get("how") != AT_ONCE else ()
    sources = _sources(compiled)
    for index, ((term, step, kind, minor), sku) in enumerate(
        zip(charges, skus_of(entry, document.skus, compiled), strict=False)
    ):
        if together:
            document.waiting.append(len(rows["key"]))
        source, evidence = sources.get((term, step), ("", ""))
        due, latest = (None, None) if together else _due(compiled, flow, move, day)
        values = (
            f"{entry.position}:{index}", entry.stream, document.order_number, sku, term, step, kind, draft.contract,
            document.contract_id, minor, compiled.currency, due, latest, source, evidence, entry.position,
        )  # fmt: skip
        for column, value in zip(rows.values(), values, strict=True):
            column.append(value)
    if document.trigger_on is not None and document.waiting:
        due, latest = _payout_days(compiled, document.trigger_on)
        for row in document.waiting:
            rows["due_on"][row], rows["latest_on"][row] = due, latest
        document.waiting.clear()


def skus_of(entry: Entry, skus: tuple[str, ...], compiled: Compiled) -> list[str]:
    """The SKU of every charge of the entry, "" where it is about several: each fact stands for one line."""
    charges = entry.draft.details.get("charges", ())
    if len(skus) <= 1:
        return [*skus, ""][:1] * len(charges)
    facts = facts_in(entry.draft)
    if not facts or len(facts) % len(skus):
        return [""] * len(charges)
    made = [
        (charge.minor, skus[index % len(skus)]) for index, fact in enumerate(facts) for charge in assess(compiled, fact)
    ]
    agrees = [minor for minor, _ in made] == [said[3] for said in charges]
    return [sku for _, sku in made] if agrees else [""] * len(charges)


@lru_cache(maxsize=256)
def _sources(compiled: Compiled) -> dict[tuple[str, int], tuple[str, str]]:
    return {(term.name, term.step): (", ".join(term.source), term.evidence.value) for term in compiled.terms}


def _due(compiled: Compiled, flow: str, move: str, day: Day) -> tuple[Day, Day]:
    """Due and latest day of what is not an order's earnings."""
    paid, latest = _payout_days(compiled, day)
    inbound = compiled.settings.get(SettingName.SETTLEMENT_TRIGGER) == "inbound"
    return (paid if inbound and flow == STOCK_ORDER and move == "put_away" else day), latest


@lru_cache(maxsize=1 << 16)
def _payout_days(compiled: Compiled, trigger_on: Day) -> tuple[Day, Day]:
    """When what is owed since the day is paid at the contract's central lag, and at its slowest."""
    usual = payout_of(compiled, trigger_on, None, 0, keeps_reserve=False).paid_on
    slow = payout_of(
        compiled, trigger_on + _receipt_days(compiled), _most(compiled, QuantityName.SETTLEMENT_LAG_DAYS), 0,
        transfer_days=_most(compiled, QuantityName.TRANSFER_DAYS), keeps_reserve=False,
    )  # fmt: skip
    return usual, slow.paid_on


def _receipt_days(compiled: Compiled) -> int:
    """Days that may pass until a buyer's receipt counts, where the contract waits for it."""
    waits = compiled.settings.get(SettingName.SETTLEMENT_TRIGGER) == "received"
    return _most(compiled, QuantityName.SETTLEMENT_FALLBACK_DAYS) if waits else 0


def _most(compiled: Compiled, name: QuantityName) -> int:
    found = compiled.quantities.get(name)
    return found.high if found is not None else 0
