"""Every pick beside every alternative: measured again from the outcomes, told where it matters, in two languages."""

import re
from itertools import groupby

import numpy as np
import pytest

from choose_workspace import batch, demand, groups, product
from tuoguan.choose import evaluate
from tuoguan.choose.policies import THOROUGH
from tuoguan.choose.reasons_compare import ERRORS_MIN, MATTERS, ORDER, Quantity, comparisons
from tuoguan.choose.reasons_compare_words import CLAUSES_EN, CLAUSES_ZH, DUTY_ZH, pros_of, sentence
from tuoguan.choose.reasons_names import NAME_ZH, titles
from tuoguan.choose.reasons_terms import unknowns
from tuoguan.foundation.parties import Duty


@pytest.fixture(scope="module")
def played():
    """Two products in two markets with all their options, and the best option of all but one group as picks."""
    work = batch(product("A", unit_cost_minor=400), product("B"), markets=("US", "UK"))
    known = demand(work, level=3.0)
    evaluated = evaluate(groups(work, known), known, paths=60, seed=11, threads=2, effort=THOROUGH)
    mean = evaluated.mean()
    best = [max(evaluated.groups.rows(group), key=lambda row: mean[row]) for group in range(evaluated.groups.count)]
    return evaluated, np.array([*best[:-1], -1])


def contracts(option):
    return tuple(listing.contract.id for listing in option.listings)


def test_every_other_set_of_contracts_stands_once_with_its_best_option_and_not_selling_last(played):
    evaluated, chosen = played
    found, mean, options = comparisons(evaluated, chosen), evaluated.mean(), evaluated.groups.options
    for group, pick in enumerate(chosen):
        rows = range(found.first[group], found.first[group + 1])
        assert set(found.group[rows.start : rows.stop]) == {group} and set(found.pick[rows.start : rows.stop]) == {pick}
        others = [int(found.other[row]) for row in rows]
        by_way = {way: max(own, key=lambda row: mean[row]) for way, own in groupby(
            sorted(evaluated.groups.rows(group), key=lambda row: contracts(options[row])),
            lambda row: contracts(options[row]))}  # fmt: skip
        by_way.pop(contracts(options[pick]) if pick >= 0 else None, None)
        wanted = sorted(by_way.values(), key=lambda row: -mean[row]) + ([-1] if pick >= 0 else [])
        assert [mean[row] if row >= 0 else None for row in others] == [mean[r] if r >= 0 else None for r in wanted]


def test_values_are_the_outcomes_and_errors_those_of_paired_paths(played):
    evaluated, chosen = played
    found, out = comparisons(evaluated, chosen), evaluated.outcomes
    for row in range(0, len(found.group), 3):
        pick, other = found.pick[row], found.other[row]
        if pick < 0 or other < 0:
            continue
        gap = out.profit[pick] - out.profit[other]
        difference = found.difference()[row]
        assert difference[ORDER[Quantity.PROFIT]] == pytest.approx(gap.mean())
        assert found.error[row, ORDER[Quantity.PROFIT]] == pytest.approx(gap.std(ddof=1) / np.sqrt(60))
        tails = [np.sort(out.profit[at])[:6].mean() for at in (pick, other)]
        assert difference[ORDER[Quantity.WORST_TENTH]] == pytest.approx(tails[0] - tails[1])
        for quantity in (Quantity.DELIVERY_DAYS, Quantity.LATE_RATE, Quantity.RETURN_RATE):
            table = getattr(out, quantity.value)
            assert difference[ORDER[quantity]] == pytest.approx(table[pick] - table[other])
        assert difference[ORDER[Quantity.HOURS]] == pytest.approx(out.hours[pick].mean() - out.hours[other].mean())
        listings = evaluated.groups.options[pick].listings
        kept = (Duty.RETAIL_PRICE, Duty.LISTING, Duty.PROMOTION)
        owned = [all(one.contract.owns(duty) for one in listings) for duty in kept]
        assert found.pick_values[row, ORDER[Quantity.CONTROL]] == sum(owned)


def test_a_verdict_is_given_past_its_error_and_turns_with_the_sides(played):
    evaluated, chosen = played
    found = comparisons(evaluated, chosen)
    verdict, gap = found.verdict(), found.difference()
    told = verdict != 0
    assert told.any() and (np.abs(gap[told]) >= ERRORS_MIN * found.error[told]).all()
    more_is_better = np.array([MATTERS[name][0] for name in Quantity])
    assert ((verdict > 0) == ((gap > 0) == more_is_better))[told].all()
    assert (verdict[np.isnan(gap)] == 0).all()
    assert (found.verdict_of(3) == verdict[3]).all()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_sentence_has_one_clause_per_difference_that_matters(played, lang):
    evaluated, chosen = played
    found = comparisons(evaluated, chosen)
    options = evaluated.groups.options
    for row in range(len(found.group)):
        pros, verdict = pros_of(evaluated, found, row, lang), found.verdict_of(row)
        assert (len(pros.advantages), len(pros.drawbacks)) == ((verdict > 0).sum(), (verdict < 0).sum())
        other = int(found.other[row])
        text = sentence(pros, titles(options[other], lang) if other >= 0 else "-", lang)
        assert text.endswith("。" if lang == "zh" else ".") and "{" not in text and "nan" not in text
        if lang == "zh":
            left = re.sub(r"USD|SHEIN|TikTok Shop|AliExpress|Temu|FBT|POP|Y2", "", text)
            assert not re.search(r"[A-Za-z]{2,}", left), text
        assert not re.search(r"(?<![\d.,])1 days", text)


def test_every_quantity_duty_and_unknown_has_its_words(played):
    evaluated, _ = played
    assert CLAUSES_EN.keys() == CLAUSES_ZH.keys() == MATTERS.keys() == set(Quantity)
    assert DUTY_ZH.keys() == set(Duty)
    names = {one.name for option in evaluated.groups.options for one in unknowns(option)}
    assert names <= NAME_ZH.keys(), names - NAME_ZH.keys()


def test_the_comparison_of_a_group_does_not_depend_on_the_others(played):
    evaluated, chosen = played
    whole = comparisons(evaluated, chosen)
    alone = comparisons(evaluated, np.where(np.arange(len(chosen)) == 1, chosen, -1))
    one, two = (slice(found.first[1], found.first[2]) for found in (whole, alone))
    np.testing.assert_array_equal(whole.pick_values[one], alone.pick_values[two])
    np.testing.assert_array_equal(whole.error[one], alone.error[two])
