"""A term and its change: what a person writes, checked, and the same as a change of an option.

Hides the grammar ``NAME[:WHOSE]=CHANGE``. Keeps the invariant that shares are whole parts per million.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from tuoguan.app.whatif_moves import MOVES, Move
from tuoguan.foundation.problems import Problem
from tuoguan.foundation.rates import PPM

MOST = Decimal(100)  # a change past a hundredfold is a slip of the pen
MODES = ("sea", "air", "rail", "express", "domestic")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a name of a term takes: a contract, a mode or nothing behind the colon; points where it is a rate.

    ``is_linear`` False: it changes what is sold, so its options are always played again.
    """

    names: str  # "contract", "mode" (may be left out) or "" for none
    has_points: bool
    is_linear: bool


KINDS: Mapping[str, Kind] = {
    "commission": Kind("contract", has_points=True, is_linear=True),
    "supply_price": Kind("contract", has_points=False, is_linear=True),
    "freight": Kind("mode", has_points=False, is_linear=True),
    "duty": Kind("", has_points=True, is_linear=True),
    "minutes": Kind("", has_points=False, is_linear=True),
    "unit_cost": Kind("", has_points=False, is_linear=True),
    "return_rate": Kind("", has_points=True, is_linear=False),
    "visibility": Kind("contract", has_points=False, is_linear=False),
    "retail_price": Kind("contract", has_points=False, is_linear=False),
    "delivery_days": Kind("contract", has_points=False, is_linear=False),
}


@dataclass(frozen=True, slots=True)
class Term:
    """One changed term: ``factor_ppm`` of today's value, ``points_ppm`` added to a rate; one of them says nothing."""

    name: str
    of: str
    factor_ppm: int
    points_ppm: int

    @property
    def kind(self) -> Kind:
        """What the name takes."""
        return KINDS[self.name]

    @property
    def move(self) -> Move:
        """An option with the term changed."""
        change = MOVES[self.name]
        return lambda option: change(option, self.of, self.factor_ppm, self.points_ppm)


_CHANGE = re.compile(r"(?P<sign>[+-])(?P<percent>\d+(?:\.\d+)?)%|x(?P<factor>\d+(?:\.\d+)?)")


def read_term(text: str) -> Term | Problem:
    """The term of ``NAME[:WHOSE]=CHANGE``, CHANGE being ``x1.2``, ``+5%`` or ``-5%``; else what is wrong with it."""
    name, _, change = text.partition("=")
    name, _, of = name.strip().partition(":")
    kind = KINDS.get(name)
    if kind is None:
        return _wrong(text, f"no term {name!r}", f"one of {', '.join(KINDS)}", "unknown_term")
    if kind.names == "contract" and not of:
        return _wrong(text, "no contract", f"{name}:PLATFORM/MODEL/MARKET=CHANGE", "no_contract")
    if of and not kind.names or (kind.names == "mode" and of and of not in MODES):
        listed = f"{name}:MODE with one of {', '.join(MODES)}" if kind.names else f"{name}=CHANGE"
        return _wrong(text, f"{of!r} behind the colon", listed, "bad_term")
    found = _CHANGE.fullmatch(change.strip().replace("×", "x").replace("％", "%"))
    if found is None:
        return _wrong(text, repr(change), "x1.2, +5% or -5%", "bad_change")
    return _read(text, name, of, found)


def _read(text: str, name: str, of: str, found: "re.Match[str]") -> Term | Problem:
    percent = found["percent"]
    share = Decimal(percent) / 100 if percent else Decimal(found["factor"])
    ppm = share * PPM * (-1 if found["sign"] == "-" else 1)
    has_points = KINDS[name].has_points
    if ppm != int(ppm) or share > MOST or (percent and not has_points and ppm < -PPM):
        return _wrong(text, found[0], "at most six decimals, from nought to a hundredfold", "bad_change")
    if not percent:
        return Term(name, of, int(ppm), 0)
    return Term(name, of, PPM, int(ppm)) if has_points else Term(name, of, PPM + int(ppm), 0)


def _wrong(text: str, found: str, expected: str, code: str) -> Problem:
    return Problem(f"--set {text}", found, expected, "write for instance --set freight:sea=x1.5", code)
