"""What the contract says against what the platform paid; and what is learned from the difference."""

from tuoguan.reconcile.matching import ASSUMED_APPEAL, match
from tuoguan.reconcile.words import (
    APPEALS,
    EXPECTED,
    LINES,
    MATCHES,
    UNCLASSIFIED,
    Appeal,
    MatchedBy,
    Reconciled,
    Tolerance,
    Verdict,
)

__all__ = [
    "APPEALS",
    "ASSUMED_APPEAL",
    "EXPECTED",
    "LINES",
    "MATCHES",
    "UNCLASSIFIED",
    "Appeal",
    "MatchedBy",
    "Reconciled",
    "Tolerance",
    "Verdict",
    "match",
]
