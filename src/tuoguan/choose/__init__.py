"""Good policies per option, then the best feasible set under shared capacity, with a proven bound."""

from tuoguan.choose.options import Groups, enumerate_options, is_handed_over
from tuoguan.choose.options_excluded import Exclusion
from tuoguan.choose.policies import Evaluated, Search, evaluate
from tuoguan.choose.portfolio import Point, choose, frontier, peak_use
from tuoguan.choose.portfolio_costs import LimitCost, cost_of_limits
from tuoguan.choose.portfolio_limits import unknown_names, without_minimums
from tuoguan.choose.portfolio_switching import switched, with_switching
from tuoguan.choose.portfolio_words import clash_words, cost_words, price_words
from tuoguan.choose.problem import Capacity, Clash, Factors, Infeasible, Portfolio
from tuoguan.choose.problem_family import Family
from tuoguan.choose.reasons import Explanation, explain_group
from tuoguan.choose.reasons_flips import Flip
from tuoguan.choose.reasons_words import COMPONENT_WORDS
from tuoguan.choose.solve import solve
from tuoguan.choose.solve_clash import find_clash
from tuoguan.choose.study import Study, study_of

__all__ = [
    "COMPONENT_WORDS", "Capacity", "Clash", "Evaluated", "Exclusion", "Explanation", "Factors", "Family", "Flip",
    "Groups", "Infeasible", "LimitCost", "Point", "Portfolio", "Search", "Study", "choose", "clash_words",
    "cost_of_limits", "cost_words", "enumerate_options", "evaluate", "explain_group", "find_clash",
    "frontier", "is_handed_over", "peak_use", "price_words", "solve", "study_of", "switched", "unknown_names",
    "with_switching", "without_minimums",
]  # fmt: skip
