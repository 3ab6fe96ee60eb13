"""The plain lost-sales model at the speed of the machine: average costs of many SKUs and candidate policies at once."""

from tuoguan.inventory.plain.costs import Averages, average_costs
from tuoguan.inventory.plain.demand import Drawn, drawn, gamma_poisson

__all__ = ["Averages", "Drawn", "average_costs", "drawn", "gamma_poisson"]
