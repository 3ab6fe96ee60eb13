"""Good policies per option, then the best feasible set under shared capacity, with a proven bound."""

from tuoguan.choose.options import Groups, enumerate_options, is_handed_over
from tuoguan.choose.options_excluded import Exclusion
from tuoguan.choose.policies import Evaluated, Search, evaluate
from tuoguan.choose.policies_search import Effort
from tuoguan.choose.portfolio import Point, choose, frontier, peak_use, price_words
from tuoguan.choose.problem import Capacity, Clash, Factors, Infeasible, Portfolio
from tuoguan.choose.reasons import Explanation, explain_group
from tuoguan.choose.reasons_flips import Flip
from tuoguan.choose.reasons_words import COMPONENT_WORDS
from tuoguan.choose.solve import solve

__all__ = [
    "COMPONENT_WORDS", "Capacity", "Clash", "Effort", "Evaluated", "Exclusion", "Flip", "Explanation", "Factors",
    "Groups", "Infeasible", "Point", "Portfolio", "Search", "choose",
    "enumerate_options", "evaluate", "explain_group", "frontier", "is_handed_over", "peak_use", "price_words", "solve",
]  # fmt: skip
