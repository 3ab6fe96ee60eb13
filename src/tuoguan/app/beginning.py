"""How far a workspace has come from an empty folder to daily work.

Hides which files and entries tell it. Keeps the invariant that a step is done only when its result is there.
"""

from dataclasses import dataclass
from pathlib import Path

from tuoguan.app.checked import Facts, kept
from tuoguan.app.freshness import own_sources
from tuoguan.operate import Work

OPENED = ("listing.open", "restock.open", "store.open")
FIRST_ENTRIES, LAST_ENTRIES = 20_000, 200


@dataclass(frozen=True, slots=True)
class Standing:
    """What is there: files, a check of them, a decision, documents from it, moves since then.

    ``stale`` is True when the files changed after the decision was written.
    """

    shop: bool
    tables: tuple[str, ...]
    facts: Facts | None
    decided: bool
    stale: bool
    accepted: bool
    worked: bool

    @property
    def begun(self) -> bool:
        """True when there is a seller and a catalogue: the page of today's work has something to show."""
        return self.shop and "products" in self.tables


def standing_of(workspace: Path, keep: Path, work: Work | None) -> Standing:
    """How far the workspace is; ``keep`` is its folder of kept checks, ``work`` its engine where it has a ledger."""
    tables = tuple(source.name for source in own_sources(workspace))
    decision = workspace / "decision" / "decision.json"
    at = decision.stat().st_mtime if decision.is_file() else 0.0
    sources = [
        workspace / "seller.toml",
        *workspace.glob("*.csv"),
        *workspace.glob("*.xlsx"),
        *workspace.glob("*.parquet"),
    ]
    newest = max((path.stat().st_mtime for path in sources if path.is_file()), default=0.0)
    accepted, worked = _from_ledger(work) if work is not None else (False, False)
    return Standing(
        shop=(workspace / "seller.toml").is_file(), tables=tables, facts=kept(keep, workspace), decided=bool(at),
        stale=bool(at) and newest > at, accepted=accepted, worked=worked,
    )  # fmt: skip


def _from_ledger(work: Work) -> tuple[bool, bool]:
    """Whether documents of a decision are there (accepting is among a ledger's first entries), and moves of late."""
    with work.ledger.store.reading() as view:
        first = next(iter(view.rows(0, FIRST_ENTRIES, OPENED)), None)
        last = view.head().position
        late = any(not row.kind.endswith((".open", ".keep")) for row in view.rows(max(0, last - LAST_ENTRIES), last))
    return first is not None, late
