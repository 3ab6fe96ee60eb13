"""Limits that cannot be met, as problems of seller.toml; and the rule of thumb under limits it may not be able to meet.

Keeps the invariant that a clash of limits ends a command with one clear sentence per limit, never with a best effort.
"""

from collections.abc import Iterable

from tuoguan.choose import Infeasible, Portfolio, Study, choose, clash_words, unknown_names, without_minimums
from tuoguan.foundation.arrays import Flags
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.intake import Seller

FILE = "seller.toml"
RULE_NODES = 50  # of branch and bound: a figure to compare with needs no proof


def choose_or_refuse(study: Study, seller: Seller) -> Portfolio:
    """A good set under the seller's limits, to set out from: without branch and bound.

    Refused with one problem per limit where they cannot hold together.
    """
    try:
        return choose(study, seller, node_limit=0)
    except Infeasible as infeasible:
        raise Refused(_problems(infeasible, seller)) from infeasible


def choose_by_rule(study: Study, seller: Seller, allowed: Flags) -> Portfolio:
    """The best set among the allowed options; least numbers of products are let go where these cannot meet them."""
    try:
        return choose(study, seller, allowed=allowed, node_limit=RULE_NODES)
    except Infeasible:
        return choose(study, without_minimums(seller), allowed=allowed, node_limit=RULE_NODES)


def require_known(seller: Seller, contracts: Iterable[str]) -> None:
    """Refused where a limit or a switching cost names no contract, model or platform there is."""
    expected = "a platform, platform/model or contract of `tuoguan contracts list`"
    problems = [
        Problem(f"{FILE}: {setting}", f'"{name[:60]}"', expected, "spell it as there", "unknown_contract")
        for setting, name in unknown_names(seller, contracts)
    ]
    if problems:
        raise Refused(problems)


def _problems(infeasible: Infeasible, seller: Seller) -> list[Problem]:
    expected = "limits that can hold together"
    if infeasible.clash is None:
        fix = "ease a limit of products in seller.toml, or hold less in one week"
        return [Problem(f"{FILE}: limits", str(infeasible), expected, fix, "limits_clash")]
    sentences = clash_words(infeasible.clash, seller.currency)
    count = len(sentences)
    alone = "this limit cannot be met" if count == 1 else f"{count} limits cannot hold together"
    return [
        Problem(f"{FILE}: limits", f"{alone}: {sentence}", expected, "change one of the limits as said", "limits_clash")
        for sentence in sentences
    ]
