"""Textbook stock models with the textbook's own numbers: newsvendors, lots, (s, S), (r, Q), serial systems.

Hides how each is computed. Keeps the invariant that everything here is exact or says which approximation it is.
"""

from tuoguan.inventory.classic.laws import (
    Continuous,
    Losses,
    gamma,
    lognormal,
    losses,
    normal,
    poisson,
    uniform,
)  # fmt: skip
from tuoguan.inventory.classic.lots import (
    discounted_lot,
    economic_lot,
    joint_lots,
    lot_with_disruptions,
    lot_with_yield,
    wagner_whitin,
)  # fmt: skip
from tuoguan.inventory.classic.newsvendor import (
    levels_at_cost,
    myopic,
    newsvendor,
    newsvendor_profit,
    newsvendor_with_disruptions,
    newsvendor_with_yield,
)  # fmt: skip
from tuoguan.inventory.classic.quantity import (
    ReorderQuantity,
    Stream,
    backorder_lot,
    best_point,
    best_quantity,
    loss_approximation,
    lot_and_safety,
    quantity_cost,
    whitin,
)  # fmt: skip
from tuoguan.inventory.classic.reorder import evaluate_backlog, optimal_backlog, power_approximation
from tuoguan.inventory.classic.serial import SerialStock, Stage, serial_bounds, serial_stock

__all__ = [
    "Continuous", "Losses", "ReorderQuantity", "SerialStock", "Stage", "Stream", "backorder_lot", "best_point",
    "best_quantity", "discounted_lot", "economic_lot", "evaluate_backlog", "gamma", "joint_lots", "levels_at_cost",
    "lognormal", "loss_approximation", "losses", "lot_and_safety", "lot_with_disruptions", "lot_with_yield", "myopic",
    "newsvendor", "newsvendor_profit", "newsvendor_with_disruptions", "newsvendor_with_yield", "normal",
    "optimal_backlog", "poisson", "power_approximation", "quantity_cost", "serial_bounds", "serial_stock", "uniform",
    "wagner_whitin", "whitin",
]  # fmt: skip
