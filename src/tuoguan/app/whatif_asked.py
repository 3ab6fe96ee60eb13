"""What is asked of a what-if: texts of a person in, settings and terms out, with everything that cannot be meant.

Hides how amounts and names are written. Keeps the invariant that a question is answered whole or refused with all of
its problems.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from tuoguan.app.whatif_terms import Term, read_term
from tuoguan.foundation.days import Day
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY, parse_minor
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.intake import Seller

if TYPE_CHECKING:
    from tuoguan.app.study_kept import Kept


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be other than it was. ``cash`` is decimal text or ``x1.5``, so is ``hours``; None: as it was.

    ``space`` is ``x1.5`` of the room at every site of the seller, and of the space on lanes that have a limit.
    ``only`` and ``without`` name contracts or their beginnings; ``terms`` are texts as `read_term` takes them.
    ``is_exact``: play every option that a term touches, also where a share of the kept means would do.
    """

    cash: str | None = None
    hours: str | None = None
    space: str | None = None
    risk_weight: float | None = None
    risk_level: float | None = None
    without: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    contracts_on: Day | None = None
    contract_file: Path | None = None
    is_exact: bool = False


def read_asked(kept: "Kept", asked: Asked) -> tuple[Seller, tuple[Term, ...]]:
    """The seller's settings as asked and the terms; Refused with everything that cannot be meant."""
    from tuoguan.app.whatif_shift import touched  # plays options again: not for a server that only reads

    problems: list[Problem] = []
    seller = _seller(kept.seller, asked, problems)
    read = [read_term(text) for text in asked.terms]
    problems += [one for one in read if isinstance(one, Problem)]
    terms = tuple(one for one in read if isinstance(one, Term))
    problems += _unknown(kept, asked, terms)
    if problems:
        raise Refused(problems)
    problems = [_nowhere(term) for term in terms if not touched(kept.study, kept.recipe, term).any()]
    if problems:
        raise Refused(problems)
    return seller, terms


def _seller(seller: Seller, asked: Asked, problems: list[Problem]) -> Seller:
    limits, risk = seller.limits, seller.risk
    if asked.cash is not None:
        cash = _amount("--cash", asked.cash, parse_minor(limits.cash, seller.currency), seller.currency, problems)
        limits = structs.replace(limits, cash=cash)
    if asked.hours is not None:
        limits = structs.replace(limits, hours_per_week=_hours(asked.hours, limits.hours_per_week, problems))
    for name, value in (("weight", asked.risk_weight), ("level", asked.risk_level)):
        if value is None:
            continue
        if not 0.0 <= value <= 1.0 or (name == "level" and value == 1.0):
            expected = "a share from 0 to 1" if name == "weight" else "a share from 0, below 1"
            problems.append(Problem(f"--risk-{name}", str(value), expected, "write 0.3", "bad_share"))
            continue
        risk = structs.replace(risk, **{name: value})
    seller = structs.replace(seller, limits=limits, risk=risk)
    return seller if asked.space is None else _with_space(seller, asked.space, problems)


def _with_space(seller: Seller, text: str, problems: list[Problem]) -> Seller:
    """The seller with room at sites and space on lanes times the factor; what has no limit stays without one."""
    wrong: list[Problem] = []
    factor = _hours(text, 1.0, wrong)
    if wrong or not text.startswith("x"):
        expected = "a multiple of today's, such as x1.5"
        problems.append(Problem("--space", repr(text), expected, "write x1.5", "bad_amount"))
        return seller
    sites = tuple(
        one if one.volume_cbm is None else structs.replace(one, volume_cbm=one.volume_cbm * factor)
        for one in seller.sites
    )
    lanes = tuple(
        one if one.space_cbm is None else structs.replace(one, space_cbm=one.space_cbm * factor) for one in seller.lanes
    )
    return structs.replace(seller, sites=sites, lanes=lanes)


def _amount(at: str, text: str, today_minor: int, currency: str, problems: list[Problem]) -> str:
    """The amount as decimal text: as written, or a multiple of today's."""
    try:
        if text.startswith("x"):
            scale = Decimal(10) ** EXPONENT_BY_CURRENCY[currency]
            text = str((Decimal(text[1:]) * today_minor).to_integral_value() / scale)
        if parse_minor(text, currency) >= 0:
            return text
    except (ValueError, InvalidOperation):
        pass
    problems.append(Problem(at, repr(text), f"an amount of {currency} from 0, or x1.5", "write 50000", "bad_amount"))
    return "0"


def _hours(text: str, today: float, problems: list[Problem]) -> float:
    try:
        hours = today * float(text[1:]) if text.startswith("x") else float(text)
        if 0.0 <= hours < float("inf"):
            return hours
    except ValueError:
        pass
    problems.append(Problem("--hours", repr(text), "hours a week from 0, or x1.5", "write 40", "bad_amount"))
    return 0.0


def _unknown(kept: "Kept", asked: Asked, terms: tuple[Term, ...]) -> list[Problem]:
    """Names that no option's contract begins with."""
    from tuoguan.app.whatif_shift import is_below

    known = kept.recipe.contracts
    named = [("--only", name) for name in asked.only] + [("--without", name) for name in asked.without]
    named += [(f"--set {term.name}", term.of) for term in terms if term.kind.names == "contract"]
    problems = []
    for at, name in named:
        if not any(is_below(contract, (name,)) for contract in known):
            fix = f"write one of {', '.join(known)}, or its beginning such as {known[0].rpartition('/')[0]}"
            problems.append(Problem(f"{at} {name}", "no option", "a contract of the study", fix, "unknown_contract"))
    return problems


def _nowhere(term: Term) -> Problem:
    """A term that stands in no option of the study."""
    who = "where the platform sets the buyer's price" if term.name == "supply_price" else "of the study"
    found = f"no option {who} has this term"
    return Problem(f"--set {term.name}" + f":{term.of}" * bool(term.of), found, "a term of some option",
                   "look at the report for the terms in use", "term_nowhere")  # fmt: skip
