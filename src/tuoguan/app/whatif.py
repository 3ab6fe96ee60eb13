"""What if a limit, the attitude to risk, a term or a contract were another: the choice made again from what was kept.

Hides what can be answered without playing and what cannot. Keeps two invariants: an option whose content is what it was
is never played again, and old and new answers stand on the same luck and the same policies.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

import numpy as np
from msgspec import structs

from tuoguan.app.decide import NOT_SOLD, Progress
from tuoguan.app.study_kept import FILE, Kept, load_study
from tuoguan.app.whatif_again import Again, again, checked
from tuoguan.app.whatif_shift import is_below, matches, of_contracts, touched
from tuoguan.app.whatif_terms import Term, read_term
from tuoguan.choose import Portfolio, Study, choose
from tuoguan.contracts import Changed
from tuoguan.foundation.arrays import Flags, Ints
from tuoguan.foundation.days import Day
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY, parse_minor
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.intake import Seller

SETTINGS = "seller.toml"
DECISION = "decision"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be other than it was. ``cash`` is decimal text or ``x1.5``, so is ``hours``; None: as it was.

    ``only`` and ``without`` name contracts or their beginnings; ``terms`` are texts as `read_term` takes them.
    ``is_exact``: play every option that a term touches, also where a share of the kept means would do.
    """

    cash: str | None = None
    hours: str | None = None
    risk_weight: float | None = None
    risk_level: float | None = None
    without: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    contracts_on: Day | None = None
    contract_file: Path | None = None
    is_exact: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """A product whose way changes: keys of the options, "" for not selling; money in minor units over the horizon.

    before_minor  what the old way earned;  kept_minor  what it would earn now, None where it is gone;  after_minor  the
    new way's
    """

    sku: str
    market: str
    old: str
    new: str
    before_minor: int
    kept_minor: int | None
    after_minor: int


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The answer beside the decision's: ``new.chosen`` follows the groups of ``study``, the tables after the change.

    kept_minor  mean profit of the decision's set after the change, ways that are gone left out;  gone  rows of options
    whose contract is no longer open;  played  options that were played;  shifted  options answered from kept means
    """

    kept: Kept
    study: Study
    seller: Seller
    old: Portfolio
    new: Portfolio
    moved: tuple[Moved, ...]
    kept_minor: int
    touched: int
    shifted: int
    played: int
    gone: tuple[int, ...]
    terms: tuple[Changed, ...] = field(default=())
    fresh: tuple[str, ...] = field(default=())
    seconds: Mapping[str, float] = field(default_factory=dict)


def what_if(
    place: Path, asked: Asked, *, workspace: Path | None = None, threads: int | None = None,
    progress: Progress | None = None,
) -> WhatIf:  # fmt: skip
    """The choice under what is asked. ``place`` is the folder of a decision's outputs, or the workspace it was made of.

    Refused with every problem: no study or a broken one, another state of the workspace, an unknown contract or term, an
    amount that is none.
    """
    folder, workspace = _places(place, workspace)
    began = time.perf_counter()
    kept = load_study(folder / FILE)
    loaded = time.perf_counter()
    if workspace is not None:
        checked(kept, workspace)
    seller, terms = _read(kept, asked)
    changed = again(
        kept, terms, workspace=workspace, contracts_on=asked.contracts_on, contract_file=asked.contract_file,
        is_exact=asked.is_exact, threads=threads, progress=progress,
    )  # fmt: skip
    allowed = _allowed(kept, changed, asked)
    ready = time.perf_counter()
    new = choose(changed.study, seller, allowed=allowed)
    done = time.perf_counter()
    return WhatIf(
        kept=kept, study=changed.study, seller=seller, old=kept.portfolio, new=new,
        moved=_moves(kept, changed, new), kept_minor=_mean(changed, kept.portfolio.chosen),
        touched=changed.touched, shifted=changed.shifted, played=changed.played, gone=tuple(np.flatnonzero(changed.gone).tolist()),
        terms=changed.terms, fresh=changed.fresh,
        seconds={"load": loaded - began, "change": ready - loaded, "solve": done - ready},
    )  # fmt: skip


def _places(place: Path, workspace: Path | None) -> tuple[Path, Path | None]:
    """(folder with the study, workspace or None where nobody named it)."""
    if (place / SETTINGS).is_file():
        own = place / DECISION
        return (place if not (own / FILE).is_file() and (place / FILE).is_file() else own), workspace or place
    return place, workspace


def _read(kept: Kept, asked: Asked) -> tuple[Seller, tuple[Term, ...]]:
    """The seller's settings as asked and the terms; Refused with everything that cannot be meant."""
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
    return structs.replace(seller, limits=limits, risk=risk)


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


def _unknown(kept: Kept, asked: Asked, terms: tuple[Term, ...]) -> list[Problem]:
    """Names that no option's contract begins with."""
    known = sorted({part.partition("@")[0] for parts in kept.recipe.parts for part in parts.split(" + ")})
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


def _allowed(kept: Kept, changed: Again, asked: Asked) -> Flags | None:
    """[option] what may be chosen; None when everything may."""
    allowed = ~changed.gone
    if asked.without:
        allowed &= ~matches(kept.recipe, of_contracts(asked.without))[0]
    if asked.only:
        allowed &= matches(kept.recipe, of_contracts(asked.only))[1]
    return None if allowed.all() else allowed


def _mean(changed: Again, chosen: Ints) -> int:
    """Mean profit of these rows after the change, minor units; those that are gone earn nought."""
    rows = chosen[chosen >= 0]
    return round(float(changed.study.profit[rows[~changed.gone[rows]]].sum(axis=0).mean()))


def _moves(kept: Kept, changed: Again, new: Portfolio) -> tuple[Moved, ...]:
    """Products whose way changes, largest difference first."""
    before, after = kept.study, changed.study
    moved = []
    for group in np.flatnonzero(new.chosen != kept.portfolio.chosen):
        old_row, new_row = int(kept.portfolio.chosen[group]), int(new.chosen[group])
        is_gone = old_row != NOT_SOLD and bool(changed.gone[old_row])
        moved.append(
            Moved(
                before.sku[group], before.market[group], _key(before, old_row), _key(after, new_row),
                _earns(before, old_row), None if is_gone else _earns(after, old_row), _earns(after, new_row),
            )
        )  # fmt: skip
    return tuple(sorted(moved, key=lambda one: (-abs(one.after_minor - (one.kept_minor or 0)), one.sku, one.market)))


def _key(study: Study, row: int) -> str:
    return study.key[row] if row != NOT_SOLD else ""


def _earns(study: Study, row: int) -> int:
    return round(float(study.profit[row].mean())) if row != NOT_SOLD else 0
