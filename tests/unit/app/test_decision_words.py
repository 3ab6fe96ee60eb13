"""Names on a page of a decision: every stock policy has its words in both languages."""

import re
from dataclasses import replace

import pytest

from tuoguan.app.decision_words import policy_words
from tuoguan.app.document_words import CHOICES, said_title
from tuoguan.app.tables import _one_policy_text
from tuoguan.simulate import Policy, PolicyKind

FULL = Policy(PolicyKind.BASE_STOCK, order_up_to=120, review_days=7, reorder_point=30, order_cap=40,
              fast_order_up_to=50, follows_season=True)  # fmt: skip


@pytest.mark.parametrize("kind", PolicyKind)
def test_every_policy_is_said_in_both_languages(kind: PolicyKind) -> None:
    text = _one_policy_text(replace(FULL, kind=kind))
    chinese, english = policy_words(text, "zh"), policy_words(text, "en")
    assert not re.search("[A-Za-z]", chinese)
    assert re.findall(r"\d+", chinese) == re.findall(r"\d+", english) == re.findall(r"\d+", text)
    assert "_" not in english


def test_a_policy_takes_no_word_from_what_a_form_offers() -> None:
    for word, _, title in CHOICES["kind"]:
        assert said_title(word, "zh") == title
    assert said_title("base_stock", "zh") == "基准库存"


def test_places_stay_apart() -> None:
    assert policy_words("jit + base_stock 120 every 7 d", "zh") == "按需发货 + 基准库存：补至 120，每 7 天"
