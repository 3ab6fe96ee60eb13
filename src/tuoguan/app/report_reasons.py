"""The reasons a seller acts on, as parts of the report: pilots, the rule of thumb, and product by product.

Hides how many products a page can carry. Keeps the invariant that what is left out is counted and named.
"""

import math
from collections.abc import Sequence

import numpy as np

from tuoguan.app.decide import Decision
from tuoguan.app.phrases import Language, phrase, word
from tuoguan.app.report import Detail, Grid, Part
from tuoguan.app.wording import in_unit, money, percent, price, way_of
from tuoguan.choose import PLAYED, TERMS, UNITS, Pilot, answers_of, name_of, owner_of, pros_of, sentence

DETAILS_IN_PAGE = 40
PILOTS_IN_PAGE = 15
RULE_ROWS = 12


def pilots_part(decision: Decision, lang: Language) -> Part:
    """What to find out first, by falling net worth."""
    found, currency = decision.reasons.pilots, decision.evaluated.groups.currency
    keys = ("unknown", "try_with", "how", "hang_on", "evsi", "evpi", "stock_needed", "forgone", "net")
    rows = [
        (
            unknown_words(decision, pilot, lang), f"{pilot.sku} · {pilot.market}", how_words(pilot, lang),
            str(pilot.groups), *(money(value, currency) for value in
                                 (pilot.evsi, pilot.evpi, pilot.stock, pilot.forgone, pilot.net)),
        )
        for pilot in found[:PILOTS_IN_PAGE]
    ]  # fmt: skip
    lead = phrase("pilots_lead" if found else "pilots_none", lang)
    more = len(found) - len(rows)
    lead += f" + {more}: decision.json, decision.xlsx" if more > 0 else ""
    return Part(
        phrase("pilots_title", lang), Grid([phrase(key, lang) for key in keys], rows, frozenset(range(3, 9))), lead
    )


def unknown_words(decision: Decision, pilot: Pilot, lang: Language) -> str:
    """The unknown and whose it is, such as ``platform spread (a contract's title)``."""
    contracts = (listing.contract for listing in decision.evaluated.groups.options[pilot.option].listings)
    owner = owner_of(pilot.owner, contracts, lang)
    left, right = ("（", "）") if lang == "zh" else (" (", ")")
    return f"{name_of(pilot.unknown, lang)}{left}{owner}{right}"


def how_words(pilot: Pilot, lang: Language) -> str:
    """How the unknown is found out."""
    if pilot.weeks == 0:
        return phrase("ask", lang)
    return phrase("sell_units", lang, units=f"{pilot.units:,}", weeks=pilot.weeks)


def rule_part(decision: Decision, lang: Language) -> Part:
    """The rule of thumb beside the answer: in all, then where they differ most, under the same limits."""
    groups, mean = decision.evaluated.groups, np.append(decision.evaluated.mean(), 0.0)
    ours, rule = decision.portfolio.chosen, decision.rule.chosen
    gap = mean[ours] - mean[rule]
    order = [int(g) for g in np.lexsort((np.arange(len(gap)), -np.abs(gap))) if gap[g] != 0][:RULE_ROWS]
    rows = [
        (
            f"{groups.sku[g]} · {groups.market[g]}", way_of(decision, int(ours[g]), lang),
            way_of(decision, int(rule[g]), lang), money(float(gap[g]), groups.currency),
        )
        for g in order
    ]  # fmt: skip
    head = [phrase(key, lang) for key in ("product", "best", "rule_pick", "difference")]
    lead = phrase(
        "rule_lead", lang, why=phrase("rule_why", lang),
        says=phrase("rule_handed" if decision.rule_is_handed_over else "rule_kept", lang),
        rule=money(decision.rule.mean, groups.currency), ours=money(decision.portfolio.mean, groups.currency),
        difference=money(decision.portfolio.mean - decision.rule.mean, groups.currency),
    )  # fmt: skip
    return Part(phrase("rule_title", lang), Grid(head, rows, frozenset({3})), lead)


def details_of(decision: Decision, order: Sequence[int], lang: Language) -> tuple[Detail, ...]:
    """The reasons of the first products of ``order``, one block each."""
    return tuple(_detail(decision, group, lang) for group in order[:DETAILS_IN_PAGE])


def _detail(decision: Decision, group: int, lang: Language) -> Detail:
    groups, why = decision.evaluated.groups, decision.explanations[group]
    mark = f" · {phrase('undecided', lang)}" if why.undecided else ""
    head = f"{groups.sku[group]} · {groups.market[group]} · {way_of(decision, why.pick, lang)}{mark}"
    lines = [why.zh if lang == "zh" else why.en, _probability(decision, group, lang), _rule_line(decision, group, lang)]
    grids = [_turns(decision, group, lang)]
    floor = float(decision.reasons.offers.floor[group])
    if math.isfinite(floor) and math.isfinite(decision.reasons.offers.counter[group]):
        lines.append(_review_line(decision, group, lang))
        grids.append(_asks(decision, group, floor, lang))
    return Detail(
        head, lines, phrase("beside", lang), _beside(decision, group, lang), [grid for grid in grids if grid.rows]
    )


def _probability(decision: Decision, group: int, lang: Language) -> str:
    why = decision.explanations[group]
    error = percent(why.best_probability_error, 0)
    return f"{phrase('probability', lang)}: {percent(why.best_probability, 0)} ± {error}"


def _rule_line(decision: Decision, group: int, lang: Language) -> str:
    mean = np.append(decision.evaluated.mean(), 0.0)
    rule, pick = int(decision.rule.chosen[group]), int(decision.portfolio.chosen[group])
    if rule == pick:
        return phrase("rule_same", lang)
    gap, currency = float(mean[rule] - mean[pick]), decision.evaluated.groups.currency
    words = phrase("rule_less" if gap < 0 else "rule_more", lang, money=money(abs(gap), currency))
    return phrase("rule_line", lang, way=way_of(decision, rule, lang), difference=words)


def _beside(decision: Decision, group: int, lang: Language) -> list[str]:
    """One sentence per alternative."""
    found = decision.reasons.comparisons
    rows = range(int(found.first[group]), int(found.first[group + 1]))
    return [
        sentence(
            pros_of(decision.evaluated, found, row, lang),
            way_of(decision, int(found.other[row]), lang) if found.other[row] >= 0 else phrase("not_selling", lang),
            lang,
        )
        for row in rows
    ]


def _turns(decision: Decision, group: int, lang: Language) -> Grid:
    """The thresholds that are known; what never turns the answer is left out."""
    found, currency, rows = decision.reasons.thresholds, decision.evaluated.groups.currency, []
    for column, (term, unit) in enumerate(zip(TERMS, UNITS, strict=True)):
        at = float(found.at[group, column])
        if math.isfinite(at):
            known = "played" if found.how[group, column] == PLAYED else "first_order"
            rows.append((
                word(term, lang), in_unit(float(found.now[group, column]), unit, currency, lang),
                in_unit(at, unit, currency, lang),
                word("above" if found.loses_above[group, column] else "below", lang), phrase(known, lang),
            ))  # fmt: skip
    head = [phrase(key, lang) for key in ("term", "now", "turns", "loses", "how_known")]
    return Grid(head, rows, frozenset({1, 2}))


def _review_line(decision: Decision, group: int, lang: Language) -> str:
    offers, currency = decision.reasons.offers, decision.evaluated.groups.currency
    return phrase(
        "review_line", lang, floor=price(float(offers.floor[group]), currency),
        counter=price(float(offers.counter[group]), currency), chance=percent(float(offers.chance[group]), 0),
        low=price(float(offers.counter_low[group]), currency), high=price(float(offers.counter_high[group]), currency),
    )  # fmt: skip


def _asks(decision: Decision, group: int, floor: float, lang: Language) -> Grid:
    """What to answer to each ask of the platform."""
    currency, slope = decision.evaluated.groups.currency, float(decision.reasons.offers.slope[group])
    rows = [
        (
            price(one.ask_minor, currency),
            phrase(one.answer, lang, price=price(one.offer_minor, currency), chance=percent(one.chance, 0)),
            money(one.worth_minor, currency),
        )
        for one in answers_of(decision.evaluated, decision.explanations[group], floor, slope)
    ]  # fmt: skip
    return Grid([phrase(key, lang) for key in ("review_asks", "review_answer", "review_gain")], rows, frozenset({0, 2}))
