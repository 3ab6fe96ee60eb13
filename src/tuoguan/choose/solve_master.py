"""Where the dual should step next: a convex quadratic model inside a box, under the rules for scenario weights.

Hides an interior-point method. Keeps the invariant that every `Point` it returns is one: prices are not negative,
weights lie within [0, tail] and add up to 1 but for rounding, so the dual function there is a bound.
"""

from dataclasses import dataclass

import numpy as np

from tuoguan.choose import kernels
from tuoguan.choose.solve_blocks import Shared
from tuoguan.foundation.arrays import Floats

STEPS = 60
CENTERING = 0.1
ACCURACY = 0.01  # of the predicted descent


@dataclass(frozen=True, slots=True)
class Point:
    """Prices [limit], what scenarios count for [scenario], and both as blocks want them [column]."""

    price: Floats
    weight: Floats
    column: Floats


def point_of(shared: Shared, price: Floats, weight: Floats) -> Point:
    """The nearest proper point: no negative price, weights within the tail that add up to 1."""
    price = np.maximum(price, 0.0)
    if shared.tail:
        weight = np.clip(weight, 0.0, shared.tail)
        rest = 1.0 - weight.sum()
        room = shared.tail - weight if rest > 0.0 else weight
        weight = np.clip(weight + rest * room / max(room.sum(), 1e-300), 0.0, shared.tail)
    sums = weight if shared.factor is None else weight @ shared.factor
    return Point(price, weight, np.concatenate([price, sums]))


@dataclass(frozen=True, slots=True)
class Master:
    """The model ``slope . step + step . curvature . step / 2`` of the dual function around ``center``.

    slope [column], curvature [column, column]; ``unit`` [column] is one unit of trust in each coordinate.
    """

    shared: Shared
    center: Point
    slope: Floats
    curvature: Floats
    unit: Floats

    def lowest(self, radius: float) -> tuple[Point, float]:
        """The model's lowest point within the radius, and how far below the center's height it lies."""
        count = len(self.shared.limit)
        low, high = self._box(radius)
        rows, target = self._rows()
        x = _interior(self.slope, self.curvature, self.center.column, low, high, rows, target)
        weight = x[count:] if self.shared.factor is None else x[len(self.unit) :]
        price = np.where(x[:count] <= low[:count] + 1e-5 * (high - low)[:count], low[:count], x[:count])
        point = point_of(self.shared, price, weight)
        step = point.column - self.center.column
        return point, float(-(self.slope @ step) - 0.5 * step @ self.curvature @ step)

    def _box(self, radius: float) -> tuple[Floats, Floats]:
        """Bounds of columns, and of weights where they are not columns themselves."""
        count, tail = len(self.shared.limit), self.shared.tail
        low, high = self.center.column - radius * self.unit, self.center.column + radius * self.unit
        low[:count] = np.maximum(low[:count], 0.0)
        if tail and self.shared.factor is None:
            low[count:], high[count:] = np.maximum(low[count:], 0.0), np.minimum(high[count:], tail)
        elif self.shared.factor is not None:
            size = len(self.shared.factor)
            low, high = np.concatenate([low, np.zeros(size)]), np.concatenate([high, np.full(size, tail)])
        return low, high

    def _rows(self) -> tuple[Floats, Floats]:
        """Equations: weights add up to 1, and columns of factors are what the weights make of them."""
        count, factor = len(self.shared.limit), self.shared.factor
        if not self.shared.tail:
            return np.zeros((0, count)), np.zeros(0)
        if factor is None:
            return np.concatenate([np.zeros(count), np.ones(len(self.unit) - count)])[None, :], np.ones(1)
        size, factors = factor.shape
        sums = np.concatenate([np.zeros((factors, count)), np.eye(factors), -factor.T], axis=1)
        total = np.concatenate([np.zeros(count + factors), np.ones(size)])[None, :]
        return np.concatenate([sums, total]), np.concatenate([np.zeros(factors), [1.0]])


def _interior(
    slope: Floats, curvature: Floats, center: Floats, low: Floats, high: Floats, rows: Floats,
    target: Floats,
) -> Floats:  # fmt: skip
    """Lowest point of the model in the box under ``rows . x = target``; weights past the columns have no curvature."""
    columns, extra = len(center), len(low) - len(center)
    size = np.maximum(high - low, 1e-300)
    goal = np.concatenate([slope, np.zeros(extra)])
    middle = np.concatenate([center, (low + high)[columns:] / 2.0])
    x = np.clip(middle, low + 0.1 * size, high - 0.1 * size)
    height = float(np.abs(goal * size).max(initial=0.0)) / 10.0 + 1e-30
    # A far point has no digits left for a narrow box: what is left of its room never counts as nothing.
    least = 1e-14 * size
    down, up = np.maximum(x - low, least), np.maximum(high - x, least)
    below, above, force = height / down, height / up, np.zeros(len(target))
    for _ in range(STEPS):
        bend = goal.copy()
        bend[:columns] += curvature @ (x[:columns] - center)
        path = CENTERING * float(below @ down + above @ up) / (2 * len(x))
        right = rows.T @ force - bend + path / down - path / up
        step, change = _newton(curvature, below / down + above / up, rows, right, target - rows @ x)
        below_step = (path - below * step) / down - below
        above_step = (path + above * step) / up - above
        share = min(_share(down, step), _share(up, -step), _share(below, below_step), _share(above, above_step))
        x, force = x + share * step, force + share * change
        down, up = np.maximum(x - low, least), np.maximum(high - x, least)
        below, above = below + share * below_step, above + share * above_step
        move = x[:columns] - center
        gap = float(below @ down + above @ up)
        if gap <= ACCURACY * max(float(-(slope @ move) - 0.5 * move @ curvature @ move), 1e-12 * height):
            break
    return np.asarray(x)


def _share(room: Floats, step: Floats) -> float:
    """The largest share of the step, at most 1, that leaves a little of the room."""
    falling = step < 0.0
    return min(1.0, 0.995 * float((room[falling] / -step[falling]).min(initial=np.inf)))


def _newton(curvature: Floats, diagonal: Floats, rows: Floats, right: Floats, missing: Floats) -> tuple[Floats, Floats]:
    """Step of the variables and of the equations' forces; variables without curvature are eliminated first."""
    columns, equations = len(curvature), len(rows)
    inner, outer = rows[:, :columns], rows[:, columns:] / diagonal[columns:]
    matrix = np.zeros((columns + equations, columns + equations))
    matrix[:columns, :columns] = curvature
    matrix[np.arange(columns), np.arange(columns)] += diagonal[:columns]
    matrix[:columns, columns:] = inner.T
    matrix[columns:, columns:] = -(outer @ rows[:, columns:].T)
    known = np.concatenate([right[:columns], missing - outer @ right[columns:]])
    found = kernels.solve_symmetric(matrix, known[:, None])[:, 0]
    change = -found[columns:]
    rest = (right[columns:] + rows[:, columns:].T @ change) / diagonal[columns:]
    return np.concatenate([found[:columns], rest]), change
