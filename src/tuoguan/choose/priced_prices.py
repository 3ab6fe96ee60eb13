"""What a stock policy is worth once its use of every shared limit is paid for.

Hides the relaxed choice that gives the prices. Keeps the invariant that the prices are taken on the luck of the priced
search alone, so that nothing that is reported steers a search.
"""

from dataclasses import dataclass, replace

import numpy as np

from tuoguan.choose.policies_numbers import CAP, FAST, POINT, UP_TO
from tuoguan.choose.policies_settle import ranks
from tuoguan.choose.priced_play import Columns, Stage
from tuoguan.choose.solving import solve
from tuoguan.foundation.arrays import Flags, Floats, Ints

LEVELS = (UP_TO, POINT, CAP, FAST)
NODES = 0  # of branch and bound: only prices are asked for


@dataclass(frozen=True, slots=True)
class Prices:
    """limit [capacity]: what a unit of use costs, minor; weight [path]: what a
    path counts for, adding up to 1; bound: no set of the policies priced is worth more on this luck (weak duality);
    known: what a set of them is worth."""

    limit: Floats
    weight: Floats
    bound: float
    known: float

    def room(self, share: float) -> float:
        """How far a policy may be behind: what indivisible choices leave of the bound, at least a share of it."""
        return max(self.bound - self.known, share * self.bound)

    def worth(self, columns: Columns) -> Floats:
        """[column] profit over the weighted paths, minor; the limits are free."""
        # Sums row by row: a matrix product may add up in another order on another number of rows.
        return np.asarray((columns.profit * self.weight).sum(axis=1))

    def value(self, columns: Columns) -> Floats:
        """[column] the worth less the use of every limit at its price, minor."""
        return np.asarray(self.worth(columns) - (columns.use * self.limit).sum(axis=1))


@dataclass(frozen=True, slots=True)
class Board:
    """Which group each option's row belongs to, of ``count`` groups."""

    group_of: Ints
    count: int

    def best(self, columns: Columns, value: Floats) -> Floats:
        """[group] the highest value, at least nought: what is not sold costs nothing."""
        top = np.zeros(self.count)
        np.maximum.at(top, self.group_of[columns.row], value)
        return top

    def spread(self, columns: Columns, prices: Prices, bins: int, room: float) -> Flags:
        """[column] the best of its group among those of like burden, and at most ``room`` behind the group's best.

        Burden is what limits and risk take of the mean profit; a group's range of it falls into equal ``bins``, because
        sets are indivisible: the leaner and the fatter fill what the best by price leaves. A set worth at most ``room``
        less than the bound has no column further behind, "do not sell" included (reduced cost fixing).
        """
        value, group = prices.value(columns), self.group_of[columns.row]
        close = np.flatnonzero(self.best(columns, value)[group] - value <= room)
        burden = np.maximum(columns.profit[close].mean(axis=1) - value[close], 0.0)
        most = np.zeros(self.count)
        np.maximum.at(most, group[close], burden)
        share = burden / np.maximum(most[group[close]], 1e-9)
        part = group[close] * bins + np.minimum(share * bins, bins - 1).astype(np.int64)
        size = columns.number[close][:, :, list(LEVELS)].sum(axis=(1, 2))
        stay = np.zeros(len(value), np.bool_)
        stay[close[ranks(part, value[close], size) == 0]] = True
        return stay

    def missed(self, columns: Columns, more: Columns, prices: Prices) -> float:
        """What ``more`` could add to the relaxed choice among ``columns`` at their prices, all groups together."""
        before, after = (self.best(some, prices.value(some)) for some in (columns, more))
        return float(np.maximum(after - before, 0.0).sum())


def priced(stage: Stage, board: Board, columns: Columns) -> Prices:
    """Prices of the limits and weights of the paths when these are all the policies there are."""
    paths, risk = columns.profit.shape[1], stage.seller.risk
    _, group = np.unique(board.group_of[columns.row], return_inverse=True)
    answer = solve(
        columns.profit.mean(axis=1), columns.use, stage.capacities, groups=group, scenario_values=columns.profit,
        weight=risk.weight, level=risk.level, node_limit=NODES,
    )  # fmt: skip
    even = np.full(paths, 1.0 / paths)
    worst = answer.scenario_weight if len(answer.scenario_weight) else even
    prices = Prices(answer.shadow_price, (1.0 - risk.weight) * even + risk.weight * worst, 0.0, answer.objective)
    limits = np.array([one.limit for one in stage.capacities])
    bound = board.best(columns, prices.value(columns)).sum() + (prices.limit * limits).sum()
    return replace(prices, bound=float(bound))
