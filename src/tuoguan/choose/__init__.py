"""Good policies per option, then the best feasible set under shared capacity, with a proven bound."""

from typing import TYPE_CHECKING

from tuoguan.foundation.doors import opening

if TYPE_CHECKING:
    from tuoguan.choose.columns import Terms, list_ways, read_terms
    from tuoguan.choose.columns_closed import KEPT, closed_form, kept_options
    from tuoguan.choose.options import Groups, enumerate_options, is_handed_over
    from tuoguan.choose.options_excluded import Exclusion
    from tuoguan.choose.policies import Evaluated, Search, evaluate
    from tuoguan.choose.policies_search import Effort
    from tuoguan.choose.portfolio import Point, choose, frontier, peak_use
    from tuoguan.choose.portfolio_costs import LimitCost, cost_of_limits
    from tuoguan.choose.portfolio_limits import unknown_names, without_minimums
    from tuoguan.choose.portfolio_switching import switched, with_switching
    from tuoguan.choose.portfolio_words import clash_words, cost_words, limit_name, limit_unit, price_words
    from tuoguan.choose.priced import Retuned, further, retune
    from tuoguan.choose.problem import Capacity, Clash, Factors, Infeasible, Portfolio
    from tuoguan.choose.problem_family import Family, family_of
    from tuoguan.choose.reasons import Explanation, explain_group
    from tuoguan.choose.reasons_compare import Comparisons, Quantity, comparisons
    from tuoguan.choose.reasons_compare_words import Gap, Pros, clause_of, duties_apart, pros_of, sentence
    from tuoguan.choose.reasons_flips import Flip
    from tuoguan.choose.reasons_linear import PLAYED, Thresholds
    from tuoguan.choose.reasons_names import name_of, owner_of, titles
    from tuoguan.choose.reasons_pilots import Pilot
    from tuoguan.choose.reasons_review import Answer, Offers
    from tuoguan.choose.reasons_whole import Reasons, answers_of, reasons_of
    from tuoguan.choose.reasons_words import COMPONENT_WORDS, TERMS, UNITS
    from tuoguan.choose.solve_clash import find_clash
    from tuoguan.choose.solving import solve
    from tuoguan.choose.spread import Shard, shards_of, spread_out
    from tuoguan.choose.spread_choice import Agreed, Task, agree, chosen_rows, risk_of, task_of
    from tuoguan.choose.study import Study, study_of
    from tuoguan.choose.study_again import Recipe, contents, options_again, play_again, recipe_of

__all__ = [
    "COMPONENT_WORDS", "KEPT", "PLAYED", "TERMS", "UNITS", "Agreed", "Answer", "Capacity", "Clash", "Comparisons",
    "Effort", "Evaluated", "Exclusion", "Explanation", "Factors", "Family", "Flip", "Gap", "Groups", "Infeasible",
    "LimitCost", "Offers", "Pilot", "Point", "Portfolio", "Pros", "Quantity", "Reasons", "Recipe", "Retuned",
    "Search", "Shard", "Study", "Task", "Terms", "Thresholds", "agree", "answers_of", "choose", "chosen_rows",
    "clash_words", "clause_of", "closed_form", "comparisons", "contents", "cost_of_limits", "cost_words",
    "duties_apart", "enumerate_options", "evaluate", "explain_group", "family_of", "find_clash", "frontier",
    "further", "is_handed_over", "kept_options", "limit_name", "limit_unit", "list_ways", "name_of",
    "options_again", "owner_of", "peak_use", "play_again", "price_words", "pros_of", "read_terms", "reasons_of",
    "recipe_of", "retune", "risk_of", "sentence", "shards_of", "solve", "spread_out", "study_of", "switched",
    "task_of", "titles", "unknown_names", "with_switching", "without_minimums",
]  # fmt: skip
__getattr__ = opening(__name__)
