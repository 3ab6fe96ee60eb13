"""What a move means in goods and money.

Hides the rules by flow and move (`postings_goods`, `postings_money`) and the facts they tell (`postings_facts`). Keeps
the invariants that every answer adds up to nought per unit, and that the same question has the same answer: there is no
clock and no state here. What a contract decides is read from the compiled terms, never from the name of a model.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from tuoguan.contracts import Charge, Compiled
from tuoguan.foundation.days import Day
from tuoguan.operate.flow_words import Document, Line
from tuoguan.operate.postings_facts import DAY_SECONDS, UNTOLD, Told, told_by
from tuoguan.operate.postings_goods import RULES as GOODS_RULES
from tuoguan.operate.postings_goods import accepted_lines
from tuoguan.operate.postings_kept import KeptFact
from tuoguan.operate.postings_money import RULES as MONEY_RULES
from tuoguan.operate.postings_money import enter_charges
from tuoguan.operate.postings_sheet import Sheet
from tuoguan.operate.words import Posting


class Accounting(msgspec.Struct, frozen=True):
    """What one move posts, and what the contract makes of the facts it tells, in their order."""

    postings: tuple[Posting, ...]
    told: Told
    day: Day

    @property
    def charges(self) -> tuple[Charge, ...]:
        """What the contract makes of the facts."""
        return self.told.charges

    @property
    def facts(self) -> list[KeptFact]:
        """The facts that the move tells, as an entry keeps them."""
        return [(self.day, *fact) for fact in self.told.facts]


def postings_of(
    flow: str, move: str, document: Document, details: Mapping[str, Any], compiled: Compiled | None, at: int = 0
) -> Accounting:
    """What ``move`` posts for the document as it is before the move; ``details`` come with it, ``at`` dates its facts.

    ``compiled`` are the terms that price it, None where no contract applies. The details that are read stand at the top
    of `postings_goods` and `postings_money`. Refused, with the document and the detail named, where one is missing or
    says what cannot be. A move that only tells a price, a date or a number posts nothing.
    """
    sheet = Sheet(flow, move, document, details, compiled)
    lines = _lines(sheet)
    told = UNTOLD if lines is None else told_by(flow, move, document, details, compiled, lines)
    key = (flow, move)
    goods_rule, money_rule = GOODS_RULES.get(key), MONEY_RULES.get(key)
    if goods_rule is not None:
        goods_rule(sheet)
    enter_charges(sheet, told.charged)
    if money_rule is not None:
        money_rule(sheet, told.charged)
    return Accounting(sheet.postings(), told, at // DAY_SECONDS)


def _lines(sheet: Sheet) -> tuple[Line, ...] | None:
    """The lines that the facts are about: of goods put away, those that came and were not refused.

    None where there is no fact: storage that somebody else than the platform bills.
    """
    if sheet.flow == "holding" and "amount_minor" in sheet.details:
        return None
    if sheet.flow == "stock_order" and sheet.move == "put_away":
        return accepted_lines(sheet)
    return sheet.document.lines
