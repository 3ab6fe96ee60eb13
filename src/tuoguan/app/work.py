"""The page of work: what is next at a desk, and how many documents stand where.

Keeps the invariant that looking changes nothing but what can be made again from the ledger.
"""

from dataclasses import dataclass
from pathlib import Path

from tuoguan.app.ledgers import open_work
from tuoguan.operate import Desk, Step, StepKind


@dataclass(frozen=True, slots=True)
class WorkPage:
    """Steps by money at risk, then by due time; ``counts`` are the desk's documents by (flow, state)."""

    desk: Desk
    at: int
    steps: tuple[Step, ...]
    counts: dict[tuple[str, str], int]


def work_page(
    folder: Path, desk: Desk, at: int, *, flow: str | None = None, kind: StepKind | None = None, limit: int = 20
) -> WorkPage:
    """The first page of work at the desk. Refused where the workspace has no ledger yet."""
    with open_work(folder, make=False) as work:
        steps = work.next_steps(desk, at, flow=flow, kind=kind, limit=limit)
        counts: dict[tuple[str, str], int] = {}
        for (name, _, state), count in work.status_counts(desk).items():
            counts[name, state] = counts.get((name, state), 0) + count
    return WorkPage(desk, at, tuple(steps), counts)
