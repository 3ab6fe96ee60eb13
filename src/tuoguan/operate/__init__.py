"""Record what happened, append-only; say who must do what next, by when, and what is at stake."""

from tuoguan.operate.flow_words import Desk, Document, Flow, Line, Move, State, Step, StepKind
from tuoguan.operate.flows import load_flows, move_of, moves_from
from tuoguan.operate.postings import Accounting, postings_of
from tuoguan.operate.settling import Payout, payout_of

__all__ = [
    "Accounting",
    "Desk",
    "Document",
    "Flow",
    "Line",
    "Move",
    "Payout",
    "State",
    "Step",
    "StepKind",
    "load_flows",
    "move_of",
    "moves_from",
    "payout_of",
    "postings_of",
]
