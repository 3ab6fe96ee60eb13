"""Stock policies as rows of whole numbers, so that thousands are tried without an object for each.

Hides the order of the columns. Keeps the invariant that a row and the `Policy` made of it say the same.
"""

from dataclasses import replace

import numpy as np

from tuoguan.foundation.arrays import Ints
from tuoguan.simulate import Option, Place, Policy, PolicyKind

KINDS = tuple(PolicyKind)
CODE = {kind: number for number, kind in enumerate(KINDS)}
KIND, UP_TO, REVIEW, POINT, CAP, FAST, SEASON = range(7)  # the columns of `Candidates.number`
NUMBERS = 7

# What a search moves together: columns of each kind that count, each move a set of columns. A level and its reorder
# point move together and apart, which shifts the level or changes the size of an order.
MOVES: dict[PolicyKind, tuple[tuple[int, ...], ...]] = {
    PolicyKind.JIT: (),
    PolicyKind.NEWSVENDOR: ((UP_TO,),),
    PolicyKind.BASE_STOCK: ((UP_TO,),),
    PolicyKind.CAPPED_BASE_STOCK: ((UP_TO,), (CAP,)),
    PolicyKind.PROJECTED: ((UP_TO,),),
    PolicyKind.CAPPED_PROJECTED: ((UP_TO,), (CAP,)),
    PolicyKind.REORDER: ((UP_TO,), (POINT,), (UP_TO, POINT)),
    PolicyKind.CAPPED_REORDER: ((UP_TO, POINT), (CAP,)),
    PolicyKind.SINGLE_INDEX: ((UP_TO,), (FAST,)),
    PolicyKind.DUAL_INDEX: ((UP_TO,), (FAST,)),
    PolicyKind.CAPPED_DUAL_INDEX: ((UP_TO,), (FAST,), (CAP,)),
    PolicyKind.TAILORED_BASE_SURGE: ((CAP,), (FAST,)),
}


def policy_of(number: Ints) -> Policy:
    """The policy of one row."""
    kind, up_to, review, point, cap, fast, season = (int(value) for value in number)
    return Policy(KINDS[kind], up_to, review, point, cap, fast, bool(season))


def numbers_of(policy: Policy) -> tuple[int, ...]:
    """The row of one policy."""
    return (
        CODE[policy.kind], policy.order_up_to, policy.review_days, policy.reorder_point, policy.order_cap,
        policy.fast_order_up_to, int(policy.follows_season),
    )  # fmt: skip


def with_policies(option: Option, number: Ints) -> Option:
    """The option whose places follow the rows of ``number`` [place, column]; rows past its places say nothing."""
    return replace(option, places=tuple(_with(place, row) for place, row in zip(option.places, number, strict=False)))


def _with(place: Place, row: Ints) -> Place:
    policy = policy_of(row)
    return place if policy == place.policy else replace(place, policy=policy)


def policies_of(option: Option, places: int) -> Ints:
    """[place, column] the rows of an option's policies, filled up with noughts to ``places``."""
    rows = np.zeros((places, NUMBERS), np.int64)
    for at, place in enumerate(option.places):
        rows[at] = numbers_of(place.policy)
    return rows


def neighbors(number: Ints, step: float) -> tuple[Ints, Ints]:
    """(row each came from, [candidate, place, column]): every move of every row by a share ``step`` up and down.

    A move changes a number by at least one unit; reorder points stay below their level.
    """
    source: list[Ints] = []
    found: list[Ints] = []
    for kind, moves in MOVES.items():
        for place in range(number.shape[1]):
            rows = np.flatnonzero(number[:, place, KIND] == CODE[kind])
            for columns in moves if len(rows) else ():
                for sign in (-1, 1):
                    moved = number[rows].copy()
                    for column in columns:
                        old = moved[:, place, column]
                        size = np.maximum(np.rint(old * step).astype(np.int64), 1)
                        moved[:, place, column] = np.maximum(old + sign * size, 0)
                    source.append(rows)
                    found.append(_sound(moved, place))
    if not found or step <= 0.0:
        return np.zeros(0, np.int64), np.zeros((0, *number.shape[1:]), np.int64)
    return np.concatenate(source), np.concatenate(found)


def _sound(number: Ints, place: int) -> Ints:
    """The rows with a level of at least 1, caps of at least 1 where one counts, and the reorder point below the level.

    A level of nought, which only runs down what is there, is a start of its own and never a neighbor.
    """
    row = number[:, place]
    row[:, UP_TO] = np.where(row[:, KIND] == CODE[PolicyKind.JIT], 0, np.maximum(row[:, UP_TO], 1))
    row[:, POINT] = np.minimum(row[:, POINT], row[:, UP_TO] - 1).clip(0)
    capped = np.isin(row[:, KIND], [CODE[kind] for kind, moves in MOVES.items() if (CAP,) in moves])
    row[:, CAP] = np.where(capped, np.maximum(row[:, CAP], 1), 0)
    return number


def unique_rows(option: Ints, number: Ints) -> tuple[Ints, Ints]:
    """The distinct rows, sorted by option and then by their numbers."""
    if not len(option):
        return option, number
    table = np.column_stack([option, number.reshape(len(number), -1)])
    kept = np.unique(table, axis=0)
    return np.ascontiguousarray(kept[:, 0]), np.ascontiguousarray(kept[:, 1:]).reshape(-1, *number.shape[1:])
