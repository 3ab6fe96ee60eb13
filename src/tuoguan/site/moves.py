"""Which right a move of a document wants.

Keeps the invariant that this is the one place where it is said: a move named here wants what stands beside it, every
other one the right to do documents (`Right.WORK`). Any one of a move's rights is enough.
"""

from collections.abc import Mapping

from tuoguan.site.words import Right, Signed

GOODS = frozenset({Right.HANDLE, Right.WORK})
MONEY = frozenset({Right.MONEY})
PAPER = frozenset({Right.WORK})

GOODS_MOVES: Mapping[str, frozenset[str]] = {
    "order": frozenset({"reserve", "pack", "ship", "track", "expire", "deliver", "lose"}),
    "stock_order": frozenset(
        {"send", "receive", "check", "put_away", "send_back_part", "send_back", "lose"}
    ),
    "return": frozenset({"receive", "inspect", "sort"}),
    "purchase": frozenset({"make_ready", "dispatch", "arrive", "put_away", "lose"}),
}  # fmt: skip
MONEY_MOVES: Mapping[str, frozenset[str]] = {
    "order": frozenset({"settle", "release"}),
    "purchase": frozenset({"pay", "bill_freight", "bill_duty", "bill_receiving"}),
    "violation": frozenset({"charge"}),
    "payout": frozenset({"open", "pay", "freeze", "thaw"}),
    "statement": frozenset({"open", "match", "settle", "dispute"}),
    "holding": frozenset({"open"}),
    "labor": frozenset({"open"}),
    "store": frozenset({"start_month"}),
}
EITHER_MOVES: Mapping[str, frozenset[str]] = {"return": frozenset({"refund"})}
"""Moves that both who does documents and who does money may do."""


def rights_of(flow: str, move: str) -> frozenset[Right]:
    """The rights any of which is enough for the move."""
    if move in GOODS_MOVES.get(flow, ()):
        return GOODS
    if move in MONEY_MOVES.get(flow, ()):
        return MONEY
    if move in EITHER_MOVES.get(flow, ()):
        return MONEY | PAPER
    return PAPER


def may_move(signed: Signed, workspace: str, flow: str, move: str) -> bool:
    """True when they hold one of the move's rights in the workspace."""
    return any(signed.may(workspace, right) for right in rights_of(flow, move))
