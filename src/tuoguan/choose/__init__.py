"""Good policies per option, then the best feasible set under shared capacity, with a proven bound."""

from tuoguan.choose.options import Groups, enumerate_options, is_handed_over
from tuoguan.choose.options_excluded import Exclusion
from tuoguan.choose.policies import Evaluated, Search, evaluate
from tuoguan.choose.portfolio import Point, choose, frontier, peak_use, price_words
from tuoguan.choose.problem import Capacity, Clash, Factors, Infeasible, Portfolio
from tuoguan.choose.reasons import Explanation, explain_group
from tuoguan.choose.reasons_compare import Comparisons, Quantity, comparisons
from tuoguan.choose.reasons_compare_words import Pros, pros_of, sentence
from tuoguan.choose.reasons_flips import Flip
from tuoguan.choose.reasons_linear import PLAYED, TERMS, UNITS, Thresholds
from tuoguan.choose.reasons_names import name_of, owner_of, titles
from tuoguan.choose.reasons_pilots import Pilot
from tuoguan.choose.reasons_review import Answer, Offers
from tuoguan.choose.reasons_whole import Reasons, answers_of, reasons_of
from tuoguan.choose.reasons_words import COMPONENT_WORDS
from tuoguan.choose.solve import solve
from tuoguan.choose.study import Study, study_of
from tuoguan.choose.study_again import Recipe, contents, options_again, play_again, recipe_of

__all__ = [
    "COMPONENT_WORDS", "PLAYED", "TERMS", "UNITS", "Answer", "Capacity", "Clash", "Comparisons", "Evaluated",
    "Exclusion", "Explanation", "Factors", "Flip", "Groups", "Infeasible", "Offers", "Pilot", "Point", "Portfolio",
    "Pros", "Quantity", "Reasons", "Recipe", "Search", "Study", "Thresholds", "answers_of", "choose", "comparisons",
    "contents", "enumerate_options", "evaluate", "explain_group", "frontier", "is_handed_over", "name_of",
    "options_again", "owner_of", "peak_use", "play_again", "price_words", "pros_of", "reasons_of", "recipe_of",
    "sentence", "solve", "study_of", "titles",
]  # fmt: skip
