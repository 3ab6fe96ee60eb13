"""Record what happened, append-only; say who must do what next, by when, and what is at stake."""

from tuoguan.operate.flow_words import Desk, Document, Flow, Line, Move, State, Step, StepKind
from tuoguan.operate.flows import load_flows, move_of, moves_from

__all__ = [
    "Desk",
    "Document",
    "Flow",
    "Line",
    "Move",
    "State",
    "Step",
    "StepKind",
    "load_flows",
    "move_of",
    "moves_from",
]
