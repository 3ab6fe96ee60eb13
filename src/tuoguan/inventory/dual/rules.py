"""The policies for two suppliers: as numbers, as the grid of states that each needs, and as a rule on such a grid.

Hides how each policy reads a position. Keeps the invariant that an order rule is the one of `orders.kernels`: a policy
here is only its numbers.
"""

from dataclasses import dataclass

from tuoguan.inventory.dual.kernels import follow_levels
from tuoguan.inventory.dual.model import Model
from tuoguan.inventory.dual.states import Grid
from tuoguan.inventory.dual.surplus import surge_max
from tuoguan.inventory.dual.values import Board, Rule
from tuoguan.inventory.policies import CappedDualIndex, DualIndex, Improved, Policy, SingleIndex, TailoredBaseSurge

LEVEL_MAX = 10**6
ENDLESS = 2 * LEVEL_MAX  # a slow level that is never reached: the cap is ordered each period


@dataclass(frozen=True, slots=True)
class Levels:
    """A policy as numbers: fast level, slow level, cap (0: none), and whether one position serves both suppliers."""

    fast: int
    slow: int
    cap: int
    is_single: bool = False


def levels_of(policy: Policy, model: Model) -> Levels:
    """The numbers of ``policy``; refuses one that can never balance demand, or is none for two suppliers."""
    match policy:
        case SingleIndex(fast, slow):
            found = Levels(fast, slow, 0, is_single=True)
        case DualIndex(fast, slow):
            found = Levels(fast, slow, 0)
        case CappedDualIndex(fast, slow, cap):
            _require("cap", cap, 1)
            found = Levels(fast, slow, cap)
        case TailoredBaseSurge(fast, units):
            _require("slow_units", units, 0)
            if units and units >= model.mean:
                raise ValueError(f"slow_units is {units}: expected less than the mean demand {model.mean:.6g}")
            found = Levels(fast, ENDLESS if units else fast, units)
        case _:
            raise ValueError(f"{type(policy).__name__} is no policy for two suppliers")
    _require("fast_level", found.fast, -LEVEL_MAX)
    if found.slow != ENDLESS:
        _require("slow_level", found.slow, -LEVEL_MAX)
    return found


def start_of(policy: Policy) -> tuple[Policy, int]:
    """The policy that improvement starts from, and the number of steps; 0 where ``policy`` is not `Improved`."""
    steps = 0
    while isinstance(policy, Improved):
        _require("steps", policy.steps, 1)
        steps += policy.steps
        policy = policy.base
    return policy, steps


def order_max_of(levels: Levels, model: Model) -> int:
    """The largest slow order in the long run: never more than was sold, the cap, or the gap between the levels."""
    gap = max(0, levels.slow - levels.fast)
    return min(levels.cap or gap, gap, model.demand_max)


def grid_of(levels: Levels, model: Model, margin: int = 0) -> Grid:
    """The smallest grid that holds every recurrent state of the policy, and ``margin`` units more on each side."""
    order_max = order_max_of(levels, model)
    low = levels.fast - (model.lead - 1) * order_max if levels.is_single else levels.fast
    high = max(levels.slow, levels.fast)
    if levels.slow == ENDLESS:
        high = levels.fast + order_max * model.lead + surge_max(model, order_max)
    return Grid(low - margin, high + margin, order_max + margin, model.lead)


def rule_of(levels: Levels, board: Board) -> Rule:
    """The policy in each state of the board; an order that the grid does not hold is cut."""
    rule = board.blank()
    numbers = (levels.fast, levels.slow, levels.cap)
    follow_levels(board.states, board.grid.low, numbers, levels.is_single, rule.fast, rule.slow)
    return rule


def _require(name: str, value: int, least: int) -> None:
    if not least <= value <= LEVEL_MAX:
        raise ValueError(f"{name} is {value}: expected a whole number from {least} to {LEVEL_MAX}")
