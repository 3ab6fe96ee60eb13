"""A statement's own way: checked, objected to, settled, each step looked at before it is recorded.

Hides which details the flow's moves want. Keeps the invariants that what is recorded is what was shown (the version and
the amounts come back with the confirmation), and that a statement moves along its flow alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from tuoguan.app.statements_view import differences_of, name_of, run_of
from tuoguan.contracts import ChargeKind
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Desk, Document, Move, Request, Work, load_flows, moves_from
from tuoguan.reconcile import CLAIMED, Verdict

FLOW = "statement"
MATCH, DISPUTE, SETTLE = "match", "dispute", "settle"
LEFT = ""  # what was not understood stays so


@dataclass(frozen=True, slots=True)
class Prepared:
    """A step on a statement before it is recorded: the document now and as it will be, and what the entry will say.

    unknown_minor     what stands on the statement and nobody understands
    difference_minor  what is objected to: all that lacks and can be claimed, never above nought
    claims            how many differences that is
    """

    move: str
    before: Document
    after: Document
    details: Mapping[str, Any]
    unknown_minor: int
    difference_minor: int
    claims: int


def moves_of(document: Document) -> tuple[Move, ...]:
    """The steps that a statement can take from where it is."""
    return moves_from(load_flows()[FLOW], document.state)


def prepare(
    work: Work, folder: Path, stream: str, move: str, *, at: int, cleared_as: str = LEFT, evidence: str = ""
) -> Prepared:  # fmt: skip
    """The step as it would be recorded; nothing is. Refused when the flow does not allow it now, nothing was
    reconciled, or there is nothing to object to.
    """
    before = work.document(stream)
    unknown, lacking, claims = _sums(folder, before)
    details = _details(move, unknown, lacking, claims, cleared_as, evidence)
    after = work.preview(_request(before, move, at, details))
    return Prepared(move, before, after, details, unknown, lacking, claims)


def record(work: Work, prepared: Prepared, *, at: int, expected_version: int) -> Document:
    """The step, durable. Refused (code "stale") when the statement moved on since it was shown."""
    if prepared.before.version != expected_version:
        found = f"version {prepared.before.version} of the statement"
        fix = "look at it again and decide anew"
        raise Refused(
            [Problem(prepared.before.stream, found, f"version {expected_version}, shown before", fix, "stale")]
        )
    return work.record(
        prepared.before.stream, prepared.move, at=at, by=Desk.SELLER, details=prepared.details,
        expected_version=expected_version,
    )  # fmt: skip


def _request(document: Document, move: str, at: int, details: Mapping[str, Any]) -> Request:
    return Request(document.stream, move, at, Desk.SELLER, details, expected_version=document.version)


def _sums(folder: Path, document: Document) -> tuple[int, int, int]:
    """(not understood, lacking, claims) of a statement in its own currency, as the last run found."""
    if run_of(folder) is None:
        fix = "reconcile first"
        raise Refused([Problem(document.stream, "not reconciled yet", "a run over this statement", fix, "no_run")])
    rows = differences_of(folder, statement=name_of(document)).filter(pl.col("currency") == document.currency)
    known = rows.select("verdict", "difference_minor").collect()
    unknown = known.filter(pl.col("verdict") == Verdict.UNKNOWN.value).get_column("difference_minor").sum()
    claimed = known.filter((pl.col("difference_minor") < 0) & pl.col("verdict").is_in([one.value for one in CLAIMED]))
    return int(unknown), int(claimed.get_column("difference_minor").sum()), claimed.height


def _details(
    move: str, unknown: int, lacking: int, claims: int, cleared_as: str, evidence: str
) -> dict[str, Any]:  # fmt: skip
    """What the entry says beside the move."""
    if move == MATCH:
        return {"unknown_minor": unknown, "difference_minor": lacking, "claim_count": claims}
    if move == DISPUTE:
        if not lacking:
            fix = "nothing needs to be done"
            raise Refused([Problem("dispute", "nothing lacks", "a difference to object to", fix, "nothing_lacks")])
        return {"difference_minor": lacking, "claim_count": claims, "evidence": evidence or "claim_pack"}
    if move == SETTLE and cleared_as != LEFT:
        if cleared_as not in {kind.value for kind in ChargeKind}:
            known = ", ".join(kind.value for kind in ChargeKind)
            raise Refused([Problem("cleared", repr(cleared_as)[:40], known, "choose one of these", "unknown_kind")])
        return {"cleared": {cleared_as: unknown}} if unknown else {}
    return {}
