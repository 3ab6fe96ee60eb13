"""What the contract says against what the platform paid; and what is learned from the difference."""

from tuoguan.reconcile.calibrate import Learned, calibrate
from tuoguan.reconcile.claims import CLAIMED, Claims, claims_of, kind_word, page, write_workbook
from tuoguan.reconcile.expected import charging_kinds, expected_of
from tuoguan.reconcile.freight import freight_learned
from tuoguan.reconcile.lives import FREIGHT_KINDS, LIFE_KINDS, LIVES, freight_of, lives_of
from tuoguan.reconcile.matching import ASSUMED_APPEAL, match
from tuoguan.reconcile.overlay import negotiated_keys, overlay_name, overlay_text
from tuoguan.reconcile.profit import Bridge, Part, Realized, bridge, interest_minor, realized_of
from tuoguan.reconcile.statements import CHECKED_TABLES, appeals_of, lines_of
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
    "CHECKED_TABLES",
    "CLAIMED",
    "EXPECTED",
    "FREIGHT_KINDS",
    "LIFE_KINDS",
    "LINES",
    "LIVES",
    "MATCHES",
    "UNCLASSIFIED",
    "Appeal",
    "Bridge",
    "Claims",
    "Learned",
    "MatchedBy",
    "Part",
    "Realized",
    "Reconciled",
    "Tolerance",
    "Verdict",
    "appeals_of",
    "bridge",
    "calibrate",
    "charging_kinds",
    "claims_of",
    "expected_of",
    "freight_learned",
    "freight_of",
    "interest_minor",
    "kind_word",
    "lines_of",
    "lives_of",
    "match",
    "negotiated_keys",
    "overlay_name",
    "overlay_text",
    "page",
    "realized_of",
    "write_workbook",
]
