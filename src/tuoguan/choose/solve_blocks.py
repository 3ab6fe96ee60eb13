"""Groups of options as the dual sees them: blocks that answer what is best at a price point, wherever they live.

Hides where the numbers of the options are held (the caller's arrays here; a cluster elsewhere). Keeps the invariant
that an answer depends on the point alone: blocks are fixed by the problem, each block adds its groups up in order, and
results are laid side by side in block order, so that neither threads nor machines change a byte.

A point is [column]: prices of limits, then what each scenario or common factor counts for. A row (an option, or "do
not sell") is worth ``base + matrix . point`` there; of every group the best row counts, the first of equals. Scaled
units throughout; the dual adds ``limit . prices`` itself.
"""

from dataclasses import dataclass, replace
from typing import Protocol

from tuoguan.foundation.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class Smooth:
    """Sums over groups of the rounded-off maximum ``width x log(sum of exp(value / width))`` at a point.

    exact      [block] sums of the true maximum at the same point
    sums       [block] sums of the rounded-off maximum: never less, at most ``width x log(rows of the group)`` more each
    gradient   [block, column] of the rounded-off sums
    curvature  [block, column, column] their second derivatives
    """

    exact: Floats
    sums: Floats
    gradient: Floats
    curvature: Floats


@dataclass(frozen=True, slots=True)
class Near:
    """Rows whose group could do otherwise at little loss, in order of group, "do not sell" first.

    A group's best row is always among them: the first without loss, the same that ``price`` and ``choose`` take.

    group   [row] group
    option  [row] the option's row in the caller's numbers, -1 for "do not sell"
    base    [row], matrix [row, column]: what the row is worth
    loss    [row] how far it lies below the group's best at the point, 0 for the best
    """

    group: Ints
    option: Ints
    base: Floats
    matrix: Floats
    loss: Floats


class Blocks(Protocol):
    """What the dual and the primal ask of the groups. Blocks merge by laying arrays side by side in block order.

    So an implementation over many machines lets each hold some blocks in a `LocalBlocks` of its own, sends the point,
    and concatenates the answers (``group`` and ``option`` shifted to the whole problem's numbers).
    """

    @property
    def groups(self) -> int:
        """Number of groups in all blocks."""

    @property
    def columns(self) -> int:
        """Length of a point."""

    @property
    def magnitude(self) -> Floats:
        """[1 + column] largest absolute number of ``base`` and of every column: what rounding errors are counted by."""

    @property
    def longest(self) -> int:
        """The most groups in one block: how many additions stand behind one number of ``sums``."""

    def price(self, point: Floats) -> tuple[Floats, Floats]:
        """Sums of the best rows' worth [block] and of their matrix rows [block, column]: value and gradient."""

    def smooth(self, point: Floats, width: float) -> Smooth:
        """The same with corners rounded off over ``width``, and its curvature."""

    def choose(self, point: Floats) -> Ints:
        """[group] the best row's option, -1 for "do not sell"."""

    def near(self, point: Floats, loss: float) -> Near:
        """Rows that lose at most ``loss``, of groups that have more than one of them."""

    def sample(self, stride: int) -> "Blocks":
        """Every ``stride``-th group, held in memory here: where the dual warms up."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What all groups share: limits, the weights that scenarios may get, and what numbers were scaled by.

    limit  [limit], scaled like the columns by ``limit_scale`` [limit]; values are scaled by ``value_scale``
    tail   the largest weight of a scenario (0: no risk)
    factor [scenario, factor] where columns after the limits are common factors; None where they are scenarios
    """

    limit: Floats
    limit_scale: Floats
    value_scale: float
    tail: float = 0.0
    factor: Floats | None = None

    def part(self, share: float) -> "Shared":
        """The same for a sample that is this share of the groups."""
        return replace(self, limit=self.limit * share)
