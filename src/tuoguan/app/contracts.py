"""Questions about contracts: list, show, compare, differ, check a file, begin a new one."""

import shutil
import tempfile
import tomllib
from datetime import date
from pathlib import Path

from tuoguan.contracts import (
    Changed,
    Comparison,
    Explained,
    Library,
    Summary,
    check,
    compare,
    compile,  # noqa: A004 the room's own verb
    compile_card,
    diff,
    explain,
    load,
    load_overlays,
    summary,
)
from tuoguan.foundation.days import Day, day_of, parse_day
from tuoguan.foundation.fx import load_fx
from tuoguan.foundation.problems import Problem, Refused, has_errors

COMPARE_CURRENCY = "USD"


def parse_on(text: str | None, at: str = "--on") -> Day:
    """The day of a command's text, today when there is none; Refused when it is no date."""
    if text is None:
        return day_of(date.today())
    try:
        return parse_day(text)
    except ValueError as error:
        raise Refused([Problem(at, str(error), "a date", "write 2026-11-22", "bad_date")]) from None


def library() -> Library:
    """The terms that came with the program; Refused with every problem when they are broken."""
    found = load()
    if has_errors(found.problems):
        raise Refused(found.problems)
    return found


def list_contracts(on: Day) -> tuple[Summary, ...]:
    """One row per contract that can be signed."""
    return summary(library(), on)


def show_contract(name: str, on: Day) -> tuple[Explained, ...]:
    """Every term of a contract, or of a card such as ``duty/EU``, that holds on the day."""
    terms = library()
    if name in terms.cards:
        card = terms.card(*name.split("/", 1))
        return explain(compile_card(card, on=on, fx=load_fx(on)))
    return explain(compile(terms.contract(name), on=on, fx=load_fx(on)))


def compare_contracts(a: str, b: str, on: Day) -> Comparison:
    """Two contracts on one reference parcel, both in US dollars at the day's rate."""
    terms, fx = library(), load_fx(on)
    first, second = (compile(terms.contract(name), on=on, currency=COMPARE_CURRENCY, fx=fx) for name in (a, b))
    return compare(first, second, fx)


def differences(day1: Day, day2: Day) -> tuple[Changed, ...]:
    """Every term of every contract and card that is not the same on both days."""
    return diff(library(), day1, day2)


def check_contracts(file: Path | None, on: Day) -> list[Problem]:
    """Problems of one contract, card or overlay file, or of all our own terms."""
    if file is None:
        return check(load(), on)
    return _check_overlay(file) if _head(file) == "overlay" else _check_terms(file, on)


def _head(file: Path) -> str:
    """contract, card or overlay."""
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        found = error.strerror or "no file"
        raise Refused([Problem(str(file), found, "a TOML file", "name an existing file", "unreadable")]) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        fix = "mend the line that is named"
        raise Refused([Problem(str(file), str(error), "a TOML 1.0 file in UTF-8", fix, "not_toml")]) from None
    heads = [name for name in ("contract", "card", "overlay") if name in document]
    if len(heads) != 1:
        found, fix = " and ".join(heads) or "none of them", "begin with `tuoguan contracts new`"
        raise Refused([Problem(str(file), found, "one of [contract], [card], [overlay]", fix, "no_head")])
    return heads[0]


def _check_overlay(file: Path) -> list[Problem]:
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copy(file, Path(scratch) / file.name)
        overlays = load_overlays(scratch)
        terms = load(overlays=overlays)
        return [*overlays.problems, *(found for found in terms.problems if found not in overlays.problems)]


def _check_terms(file: Path, on: Day) -> list[Problem]:
    """The file's own problems when it stands among our terms, so that its parents and sources are found."""
    document = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    card = document.get("card")
    name = str((card or document["contract"]).get("id", ""))
    place = f"cards/{name}.toml" if card else f"{name}.toml"
    if not name or not all(part.replace("_", "").isalnum() for part in name.split("/")):
        fix = 'write id = "platform/model/MARKET"'
        return [Problem(f"{file}: id", repr(name), "platform/model/MARKET or kind/MARKET", fix, "bad_id")]
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "terms"
        shutil.copytree(load().root, root)
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, root / place)
        return [problem for problem in check(load(root), on) if problem.at.startswith(place)]
