"""Contracts as a workspace sees them on a day: all of them, their duties side by side, one in full, its history.

Hides where terms and the seller's overlays lie, and that they are read once as long as no file changes. Keeps the
invariant that what is shown is what `compile` would apply on that day.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import polars as pl

from tuoguan.contracts import (
    Compiled,
    Contract,
    DutyEntry,
    Key,
    Library,
    Placed,
    PlacedOverlay,
    Provenance,
    Source,
    State,
    StatusEntry,
    compile,  # noqa: A004 the room's own verb
    load,
    load_overlays,
    standing,
)
from tuoguan.foundation.days import FAR_FUTURE, FAR_PAST, Day
from tuoguan.foundation.fx import load_fx
from tuoguan.foundation.parties import Duty, Party
from tuoguan.foundation.problems import Problem, Refused

OVERLAYS = "contracts"
DECISION = Path("decision") / "decision.parquet"
Stamp = tuple[tuple[str, int, int], ...]
# The work in the order in which goods and money meet it.
STAGES: tuple[tuple[str, tuple[Duty, ...]], ...] = (
    ("price", (Duty.SUPPLY_PRICE, Duty.RETAIL_PRICE, Duty.LISTING, Duty.PROMOTION)),
    ("goods", (Duty.FIRST_MILE, Duty.STORAGE, Duty.LINE_HAUL, Duty.CUSTOMS, Duty.LAST_MILE)),
    ("buyer", (Duty.CUSTOMER_SERVICE, Duty.RETURNS)),
    ("money", (Duty.PAYMENT, Duty.CONSUMER_TAX)),
)
DUTIES = tuple(duty for _, duties in STAGES for duty in duties)


@dataclass(frozen=True, slots=True)
class Offer:
    """One contract in a list. ``standings`` counts its values as `contracts.Summary` does; ``products`` are those that
    the decision sells under it; ``overlays`` are files of the seller's that change it.
    """

    contract: Contract
    state: State
    since: Day | None
    standings: Mapping[str, int]
    owners: Mapping[Duty, DutyEntry]
    overlays: int
    products: int

    @property
    def id(self) -> str:
        """platform/model/MARKET."""
        return self.contract.id

    @property
    def own_duties(self) -> int:
        """How many of the thirteen duties are the seller's."""
        return sum(entry.owner is Party.SELLER for entry in self.owners.values())


class Line(NamedTuple):
    """One line of the matrix: contracts of one platform and model that share out the duties alike."""

    offers: tuple[Offer, ...]

    @property
    def first(self) -> Offer:
        """The one that stands for all."""
        return self.offers[0]


@dataclass(frozen=True, slots=True)
class Model:
    """What a model means: by duty how many of its contracts give it to whom. ``offers`` are all of the model's."""

    name: str
    offers: tuple[Offer, ...]

    @property
    def platforms(self) -> tuple[str, ...]:
        """Platforms that offer it."""
        return tuple(dict.fromkeys(offer.contract.head.platform for offer in self.offers))

    def owners(self, duty: Duty) -> list[tuple[Party, int]]:
        """Who owns the duty in how many contracts, the most usual first."""
        found = Counter(offer.owners[duty].owner for offer in self.offers if duty in offer.owners)
        return sorted(found.items(), key=lambda one: (-one[1], one[0]))

    @property
    def own_share(self) -> float:
        """Mean share of the duties that is the seller's."""
        return sum(offer.own_duties for offer in self.offers) / (len(self.offers) * len(Duty))


@dataclass(frozen=True, slots=True)
class Event:
    """A term that begins, changes or ends on a day; None where it did not hold."""

    day: Day
    key: Key
    before: Provenance | None
    after: Provenance | None
    at: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One contract on a day. ``sources`` are all that its terms name, by id in order of appearance; ``negotiated`` are
    keys of terms that an overlay states.
    """

    contract: Contract
    compiled: Compiled
    sources: Mapping[str, Source | None]
    history: tuple[Event, ...]
    overlays: tuple[PlacedOverlay, ...]
    negotiated: frozenset[Key]

    def entries(self, section: str) -> list[Placed[Provenance]]:
        """The terms of one list that hold on the day, in the order of the files."""
        return [item for item in self.compiled.in_force if item.key[0] == section]


def terms_of(folder: Path) -> Library:
    """Our terms with the workspace's overlays; what is wrong with either stands in its problems."""
    place = folder / OVERLAYS
    return _library(place, _stamp(place)) if place.is_dir() else load()


def _stamp(place: Path) -> Stamp:
    found = ((path, path.stat()) for path in sorted(place.rglob("*.toml")))
    return tuple((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in found)


@lru_cache(maxsize=4)
def _library(place: Path, stamp: Stamp) -> Library:
    overlays = load_overlays(place)
    return load(overlays=overlays) if len(overlays) or overlays.problems else load()


@lru_cache(maxsize=256)
def as_of(library: Library, name: str, on: Day, currency: str | None = None) -> Compiled:
    """The contract on the day with the overlays that change all of its products. Refused as `compile` refuses."""
    contract = library.contract(name)
    return compile(contract, on=on, currency=currency, fx=load_fx(on), overlays=_whole(library, name))


def _whole(library: Library, name: str) -> tuple[PlacedOverlay, ...]:
    heads = (item for item in library.overlays if item.head.overlays == name)
    return tuple(item for item in heads if not item.head.products and item.head.category is None)


def offers(folder: Path, on: Day) -> list[Offer]:
    """Every contract that can be signed, in order of its id; broken ones are left to `check`."""
    library, sold = terms_of(folder), products_by_contract(folder)
    return [
        _offer(library, library.contracts[name], on, sold.get(name, 0))
        for name in library.ids()
        if not library.contracts[name].broken
    ]


def offers_table(found: Sequence[Offer]) -> pl.DataFrame:
    """One row for each contract: state, counts of values by standing, and who owns each duty."""
    rows = [
        {
            "contract": one.id, "platform": one.contract.head.platform, "model": one.contract.head.model,
            "market": one.contract.head.market, "title": one.contract.head.title, "state": one.state.value,
            **{name: one.standings.get(name, 0) for name in ("sourced", "ranged", "assumed")},
            "products": one.products, "overlays": one.overlays,
            **{duty.value: one.owners[duty].owner.value if duty in one.owners else None for duty in DUTIES},
        }
        for one in found
    ]  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None)


def _offer(library: Library, contract: Contract, on: Day, products: int) -> Offer:
    placed = _placed(library, contract, on)
    counts = Counter(standing(item.entry) for item in placed if not isinstance(item.entry, StatusEntry))
    owners = {item.entry.duty: item.entry for item in placed if isinstance(item.entry, DutyEntry)}
    overlays = sum(item.head.overlays == contract.id for item in library.overlays)
    since = next((item.start for item in contract.of(StatusEntry, on)), FAR_PAST)
    return Offer(
        contract, contract.state_on(on), since if since > FAR_PAST else None, counts, owners, overlays, products
    )  # fmt: skip


def _placed(library: Library, contract: Contract, on: Day) -> Sequence[Placed[Provenance]]:
    """The terms of the day; without the overlays where those cannot be applied."""
    try:
        return as_of(library, contract.id, on).in_force
    except Refused:
        return contract.on(on)


def products_by_contract(folder: Path) -> Mapping[str, int]:
    """How many products the kept decision sells under each contract; none where nothing was decided."""
    path = folder / DECISION
    return _products(path, path.stat().st_mtime_ns) if path.is_file() else {}


@lru_cache(maxsize=16)
def _products(path: Path, stamp: int) -> Mapping[str, int]:
    sold = pl.scan_parquet(path).filter(pl.col("decision") == "sell").group_by("contract")
    return dict(sold.agg(pl.col("sku").n_unique()).collect().iter_rows())


def lines(found: Iterable[Offer]) -> list[Line]:
    """The matrix: one line for contracts of a platform and model whose duties are shared out alike."""
    grouped: dict[tuple[object, ...], list[Offer]] = {}
    for offer in found:
        head = offer.contract.head
        alike = tuple(
            (duty, offer.owners[duty].owner, offer.owners[duty].helper, offer.owners[duty].reviewer)
            for duty in DUTIES
            if duty in offer.owners
        )
        grouped.setdefault((head.platform, head.model, alike), []).append(offer)
    made = [Line(tuple(items)) for items in grouped.values()]
    return sorted(made, key=lambda line: (line.first.contract.head.platform, line.first.own_duties))


def models(found: Iterable[Offer]) -> list[Model]:
    """Every model, that which most platforms offer first."""
    by_name: dict[str, list[Offer]] = {}
    for offer in found:
        by_name.setdefault(offer.contract.head.model, []).append(offer)
    made = [Model(name, tuple(items)) for name, items in by_name.items()]
    return sorted(made, key=lambda one: (-len(one.platforms), -len(one.offers), one.name))


def show(folder: Path, name: str, on: Day) -> Shown:
    """One contract in full. Refused when there is none of the name, or its terms of the day cannot be compiled."""
    library = terms_of(folder)
    if name not in library.ids():
        known = ", ".join(library.ids()[:4]) + ", …"
        fix = "choose it from the list of contracts"
        raise Refused([Problem("contract", repr(name), f"a contract such as {known}", fix, "no_page")])
    contract, compiled = library.contract(name), as_of(library, name, on)
    ids = dict.fromkeys(source for item in compiled.in_force for source in item.entry.source)
    changing = tuple(item for item in library.overlays if item.head.overlays == name)
    own = frozenset(item.key for overlay in _whole(library, name) for item in overlay.placed if item.holds(on))
    sources = {one: library.sources.get(one) for one in ids}
    return Shown(contract, compiled, sources, tuple(_history(contract)), changing, own)


def _history(contract: Contract) -> list[Event]:
    """What began, changed or ended when, the newest first."""
    found = []
    for key, versions in contract.versions().items():
        before: Placed[Provenance] | None = None
        for item in versions:
            joins = before is not None and before.end == item.start
            if before is not None and not joins:
                found.append(Event(before.end, key, before.entry, None, before.at))
            if item.start > FAR_PAST:
                old = before.entry if before is not None and joins else None
                found.append(Event(item.start, key, old, item.entry, item.at))
            before = item
        if before is not None and before.end < FAR_FUTURE:
            found.append(Event(before.end, key, before.entry, None, before.at))
    return sorted(found, key=lambda event: (-event.day, event.key))
