"""The dual of a packed problem: `find_prices` with the best row of every group beside the prices.

Keeps the invariant that ``Dual.bound`` is the dual function at ``point``, so no feasible choice is worth more.
"""

from dataclasses import dataclass

import numpy as np

from tuoguan.choose.solve_local import local_blocks, shared_by
from tuoguan.choose.solve_packed import Packed
from tuoguan.choose.solve_prices import find_prices
from tuoguan.foundation.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class Dual:
    """``point`` [limit + scenario]: prices, then scenario weights; ``choice`` is best under them; ``bound`` scaled."""

    point: Floats
    bound: float
    choice: Ints
    iterations: int


def solve_dual(problem: Packed, deadline: float) -> Dual:
    """The best dual point found before ``deadline`` (`time.monotonic`)."""
    blocks = local_blocks(problem)
    prices = find_prices(blocks, shared_by(problem), deadline)
    choice = blocks.rows(prices.point.column)
    return Dual(np.concatenate([prices.point.price, prices.point.weight]), prices.bound, choice, prices.evaluations)
