"""Demand of a product in a market, with its uncertainty."""

from tuoguan.demand.fit import fit
from tuoguan.demand.model import Demand

__all__ = ["Demand", "fit"]
