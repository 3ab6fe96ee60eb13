"""Options of a study as objects again, so that some of them can be played under other terms with the policies found.

Hides which listings a row was made of and what its outcome depends on. Keeps two invariants: an option whose content
(terms, policies, demand, luck) is what it was has the same `contents`, and is never played again.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import Any

import msgspec
import numpy as np

from tuoguan.choose.options import Groups
from tuoguan.choose.options_pairs import pair
from tuoguan.choose.policies import Evaluated, Search
from tuoguan.choose.policies_numbers import KIND, KINDS, NUMBERS, policies_of, with_policies
from tuoguan.choose.study import Study, study_of
from tuoguan.contracts import Compiled, SettingName
from tuoguan.demand import Demand
from tuoguan.foundation.arrays import Flags, Ints
from tuoguan.foundation.ids import content_hash
from tuoguan.foundation.parties import Duty
from tuoguan.simulate import Listing, Option, Place, PolicyKind, Scenario, run

JOINED = " + "
LISTINGS = 2  # at most, of an option
OF_GROUPS = ("sku", "market", "today", "supplier", "first")
# What a play does not look at: names for people, and the row of a demand table that is entered by its numbers.
UNPLAYED = ("assumed", "series", "listings")
_OF_OPTION = attrgetter(*(one.name for one in fields(Option) if one.name not in UNPLAYED))
_OF_LISTING = attrgetter(*(one.name for one in fields(Listing) if one.name != "contract"))


@dataclass(frozen=True, slots=True)
class Recipe:
    """How each option of a study is made again, by row.

    parts    keys of the single options it consists of, joined by " + "
    listing  int64 [option, 2] the contract of each, a row of ``contracts``; -1 past its listings
    lane     int64 [option, 2] the modes of the lanes of each ("sea+air"), a row of ``modes``; -1 past its listings
    number   int64 [option, place, NUMBERS] its stock policies
    content  uint64 [option] a hash of all that its outcomes depend on
    is_supplied  [option] a platform sets the buyer's price of one of its listings, the seller a supply price
    is_bulk      [option] the seller imports it in bulk
    """

    parts: tuple[str, ...]
    contracts: tuple[str, ...]
    modes: tuple[str, ...]
    listing: Ints
    lane: Ints
    number: Ints
    is_supplied: Flags
    is_bulk: Flags
    content: np.ndarray[Any, np.dtype[np.uint64]]


def recipe_of(options: Sequence[Option], demand: Demand, scenario: Scenario) -> Recipe:
    """The recipe of options that were played in this scenario."""
    places = max((len(option.places) for option in options), default=1)
    number = np.array([policies_of(option, places) for option in options], np.int64).reshape(-1, places, NUMBERS)
    supplied = [any(not one.contract.owns(Duty.RETAIL_PRICE) for one in option.listings) for option in options]
    bulk = [any(_imports_in_bulk(one.contract) for one in option.listings) for option in options]
    drawn = [_drawn(option) for option in options]
    contracts, listing = _coded([[one.contract.id for one, _ in parts] for parts in drawn])
    modes, lane = _coded([[_modes(place) for _, place in parts] for parts in drawn])
    return Recipe(
        tuple(JOINED.join(f"{one.contract.id}@{place.id}" for one, place in parts) for parts in drawn),
        contracts, modes, listing, lane, number, np.array(supplied, np.bool_), np.array(bulk, np.bool_),
        contents(options, demand, scenario),
    )  # fmt: skip


def _coded(names: list[list[str]]) -> tuple[tuple[str, ...], Ints]:
    """(the distinct names, sorted; their rows [option, 2], -1 where there is none)."""
    known = sorted({name for own in names for name in own})
    row = {name: number for number, name in enumerate(known)}
    found = np.full((len(names), LISTINGS), -1, np.int64)
    for option, own in enumerate(names):
        found[option, : len(own)] = [row[name] for name in own]
    return tuple(known), found


def _drawn(option: Option) -> list[tuple[Listing, Place]]:
    """Each listing with the place it draws on."""
    return [(one, option.places[one.place]) for one in option.listings]


def _modes(place: Place) -> str:
    """The modes of a place's lanes, joined by "+"."""
    return place.lane.mode + (f"+{place.fast_lane.mode}" if place.fast_lane else "")


def _imports_in_bulk(contract: Compiled) -> bool:
    return contract.settings.get(SettingName.CUSTOMS_REGIME) == "bulk" and contract.owns(Duty.CUSTOMS)


def contents(
    options: Sequence[Option], demand: Demand, scenario: Scenario
) -> np.ndarray[Any, np.dtype[np.uint64]]:  # fmt: skip
    """uint64 [option] a hash of everything the outcomes of the option depend on, the program aside."""
    ground = content_hash(repr(replace(scenario, options=())).encode())
    by_contract: dict[int, str] = {}
    by_series: dict[int, str] = {}
    found = np.empty(len(options), np.uint64)
    for row, option in enumerate(options):
        if option.series not in by_series:
            by_series[option.series] = _of_series(demand, option.series)
        listings = [(_of_contract(one.contract, by_contract), *_OF_LISTING(one)) for one in option.listings]
        said = msgspec.msgpack.encode((ground, by_series[option.series], _OF_OPTION(option), listings))
        found[row] = int.from_bytes(hashlib.sha256(said).digest()[:8], "big")
    return found


def _of_series(demand: Demand, series: int) -> str:
    known = (demand.level_mean, demand.level_shape, demand.dispersion)
    season = demand.season[demand.profile[series]]
    return content_hash(*(array[series].tobytes() for array in known), season.tobytes())


def _of_contract(contract: Compiled, known: dict[int, str]) -> str:
    """What is played of a contract; its day, its sources and its places in files are not."""
    if id(contract) not in known:
        terms = [(term.name, term.kind.value, term.on) for term in contract.terms]
        words = (contract.id, contract.currency, terms, contract.owner, contract.quantities, contract.settings)
        known[id(contract)] = content_hash(
            contract.charges.tobytes(), msgspec.msgpack.encode((words, contract.deadlines)),
        )  # fmt: skip
    return known[id(contract)]


def options_again(groups: Groups, study: Study, recipe: Recipe, rows: Sequence[int]) -> list[Option | None]:
    """The options of these rows among today's ``groups`` with the policies found; None where there is none any more.

    None too where the contract no longer lets the seller go without stock and the policy found does.
    """
    known = {(option.sku, option.market, option.key): option for option in groups.options}
    owner = study.group_of
    found: list[Option | None] = []
    for row in rows:
        names = recipe.parts[row].split(JOINED)
        sku, market = study.sku[owner[row]], study.market[owner[row]]
        singles = [known.get((sku, market, name)) for name in names]
        found.append(_made([one for one in singles if one is not None], study.key[row], recipe.number[row], len(names)))
    return found


def _made(singles: list[Option], key: str, number: Ints, listings: int) -> Option | None:
    if len(singles) < listings:
        return None
    bare = singles[0] if listings == 1 else pair(singles[0], singles[1])
    kinds = [KINDS[int(kind)] for kind in number[: len(bare.places), KIND]]
    may_wait = [place.policy.kind is PolicyKind.JIT for place in bare.places]
    if any(kind is PolicyKind.JIT and not may for kind, may in zip(kinds, may_wait, strict=True)):
        return None
    return replace(with_policies(bare, number), key=key)


def play_again(
    study: Study, options: Mapping[int, Option], demand: Demand, scenario: Scenario, *, threads: int | None = None,
    progress: Any = None,
) -> Study:  # fmt: skip
    """The study with these options, by row, played anew; every other row stays as it is, to the bit."""
    if not options:
        return study
    rows = np.array(sorted(options), np.int64)
    again = tuple(options[int(row)] for row in rows)
    played = replace(scenario, options=again)
    outcomes = run(played, demand, threads=threads, progress=progress)
    part = study_of(Evaluated(_alone(study, again, rows), played, outcomes, _NO_SEARCH))
    return spliced(study, part, rows)


def spliced(study: Study, part: Study, rows: Ints) -> Study:
    """The study with the rows of options ``rows`` taken from ``part``, whatever columns a study has."""
    changed: dict[str, Any] = {}
    for one in fields(Study):
        whole, new = getattr(study, one.name), getattr(part, one.name)
        if one.name in OF_GROUPS or not isinstance(whole, tuple | np.ndarray) or len(whole) != len(study.key):
            continue
        if isinstance(whole, np.ndarray):
            whole = whole.copy()
            whole[rows] = 0  # the part may have fewer places
            whole[np.ix_(rows, *map(np.arange, new.shape[1:]))] = new
        else:
            by_row = dict(zip(rows.tolist(), new, strict=True))
            whole = tuple(by_row.get(row, old) for row, old in enumerate(whole))
        changed[one.name] = whole
    return replace(study, **changed)


_NO_SEARCH = Search(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.bool_))


def _alone(study: Study, options: tuple[Option, ...], rows: Ints) -> Groups:
    """The options of these rows as groups of one, which is all that `study_of` looks at."""
    return Groups(
        options=options, first=np.arange(len(options) + 1, dtype=np.int64),
        sku=tuple(option.sku for option in options), market=tuple(option.market for option in options),
        today=tuple(study.today[group] for group in study.group_of[rows].tolist()),
        excluded=(), cannibalization={}, start_on=study.start_on, horizon_days=study.horizon_days,
        wage_per_hour_minor=0, capital_rate_ppm_year=0, currency=study.currency, store_products=1,
    )  # fmt: skip
