"""What is wrong with a library, all at once: entries by themselves, versions of a key, and contracts on every day.

Hides nothing and changes nothing. Keeps the invariant that every problem names file and place and says how to mend it.
"""

from collections.abc import Iterable, Iterator

from tuoguan.contracts.checking_charges import charge_problems, overlap_problems
from tuoguan.contracts.checking_entries import entry_problems
from tuoguan.contracts.library import Contract, Key, Library, Placed, PlacedCard, PlacedOverlay, Terms, unknown
from tuoguan.contracts.overlaying import conflicts, overlaid
from tuoguan.contracts.schema import (
    DeadlineEntry,
    Provenance,
    QuantityName,
    SettingName,
    State,
    StatusEntry,
)
from tuoguan.foundation.days import FAR_FUTURE, FAR_PAST, Day, iso
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY
from tuoguan.foundation.parties import MARKETS, Duty, Party
from tuoguan.foundation.problems import Problem, Severity

REQUIRED_SETTINGS = (
    SettingName.STOCK_AT, SettingName.SETTLEMENT_TRIGGER, SettingName.CUSTOMS_REGIME, SettingName.HISTORY,
    SettingName.SWITCH,
)  # fmt: skip
REQUIRED_QUANTITIES = (
    QuantityName.SETTLEMENT_LAG_DAYS, QuantityName.DELIVERY_DAYS, QuantityName.RETURN_RATE,
    QuantityName.PRICE_REVIEW_DAYS, QuantityName.LISTING_DAYS, QuantityName.ONBOARDING_DAYS,
    QuantityName.VISIBILITY, QuantityName.REACH,
)  # fmt: skip


def check(library: Library, on: Day | None = None) -> list[Problem]:
    """Every problem of files, entries, versions, contracts, cards, overlays; with ``on`` also what is old."""
    found = list(library.problems)
    for contract in library.contracts.values():
        found += _contract(contract, library, on)
    for card in library.cards.values():
        found += _card(card, library, on)
    for overlay in library.overlays:
        found += _overlay(overlay, library, on)
    found += conflicts(library.overlays)
    return list(dict.fromkeys(found))


def _contract(contract: Contract, library: Library, on: Day | None) -> Iterator[Problem]:
    head, at = contract.head, contract.at
    if head.market not in MARKETS and not (head.base and head.market == "ALL"):
        yield unknown(f"{at}: contract.market", head.market, MARKETS, "a market, or ALL in a base", "unknown_market")
    yield from _currency(f"{at}: contract.currency", head.currency)
    yield from _terms(contract, library, on)
    if not head.base and not contract.broken:
        yield from completeness(contract)


def _card(card: PlacedCard, library: Library, on: Day | None) -> Iterator[Problem]:
    head, at = card.head, card.at
    if head.market not in (*MARKETS, "ALL"):
        yield unknown(f"{at}: card.market", head.market, MARKETS, "a market or ALL", "unknown_market")
    yield from _currency(f"{at}: card.currency", head.currency)
    yield from _terms(card, library, on)
    if on is not None:
        yield from _expired(card, on)


def _overlay(overlay: PlacedOverlay, library: Library, on: Day | None) -> Iterator[Problem]:
    """The overlay's own flaws, and those it brings into the contract it changes."""
    card = library.cards.get(overlay.head.overlays)
    if card is not None:
        yield from _overlaid_flaws(overlay, overlaid(card, (overlay,)), library, on)
        return
    base = library.contracts.get(overlay.head.overlays)
    if base is None:
        known = [*library.ids(), *library.cards]
        yield unknown(f"{overlay.at}: overlay.overlays", overlay.head.overlays, known, "a contract", "unknown_contract")
        return
    if base.broken:
        return
    merged = overlaid(base, (overlay,))
    yield from _overlaid_flaws(overlay, merged, library, on)
    if not base.head.base:
        known_flaws = {(problem.code, problem.expected) for problem in completeness(base)}
        yield from (flaw for flaw in completeness(merged) if (flaw.code, flaw.expected) not in known_flaws)


def _overlaid_flaws(overlay: PlacedOverlay, merged: Terms, library: Library, on: Day | None) -> Iterator[Problem]:
    yield from (problem for problem in _terms(merged, library, on) if problem.at.startswith(overlay.at))


def _terms(terms: Terms, library: Library, on: Day | None) -> Iterator[Problem]:
    deadlines = {item.entry.name for item in terms.of(DeadlineEntry)}
    for item in terms.placed:
        yield from entry_problems(item, library.sources, on)
        yield from charge_problems(item, deadlines)
    yield from overlap_problems(terms)
    for key, items in terms.versions().items():
        yield from _versions(key, items)


def _versions(key: Key, items: list[Placed[Provenance]]) -> Iterator[Problem]:
    """Overlaps (errors) and gaps (warnings) between the versions of one key, which come oldest first."""
    for first, second in zip(items, items[1:], strict=False):
        name = " ".join(key)
        if second.start < first.end:
            code = "two_owners" if key[0] == "duty" else "overlapping_versions"
            found = f"{name} twice on {iso(second.start)}: also {first.at}"
            fix = f'end the older with until = "{iso(second.start)}", or drop one'
            yield Problem(second.at, found, "at most one version on any day", fix, code)
        elif second.start > first.end:
            found = f"{name} not stated from {iso(first.end)} to {iso(second.start)}"
            fix = "close the gap, or leave it if the term did not exist"
            yield Problem(second.at, found, "versions that join", fix, "gap_between_versions", Severity.WARNING)


def completeness(contract: Contract) -> Iterator[Problem]:
    """What a contract that can be signed lacks on some day on which it is open; told with the first such day."""
    if not contract.of(StatusEntry):
        fix = 'add [[status]] with state = "open" and a source'
        yield Problem(f"{contract.at}: status", "no status", "a status", fix, "missing_status")
        return
    reported: set[Key] = set()
    for day in open_days(contract):
        keys = {item.key for item in contract.on(day)}
        for key in required_keys(contract, day):
            if key not in keys and key not in reported:
                reported.add(key)
                yield _missing(contract, key, day)


def required_keys(contract: Contract, day: Day) -> list[Key]:
    """The keys that must be stated on the day; the spread too where the platform owns the retail price."""
    keys: list[Key] = [("duty", duty.value) for duty in Duty]
    keys += [("setting", name.value) for name in REQUIRED_SETTINGS]
    keys += [("quantity", name.value) for name in REQUIRED_QUANTITIES]
    owners = {item.key[1]: getattr(item.entry, "owner", None) for item in contract.on(day) if item.key[0] == "duty"}
    if owners.get(Duty.RETAIL_PRICE.value) is Party.PLATFORM:
        keys.append(("quantity", QuantityName.PLATFORM_SPREAD.value))
    return keys


def open_days(contract: Contract) -> list[Day]:
    """The first day of every stretch in which no entry changes and the contract is open."""
    edges = {FAR_PAST} | {item.start for item in contract.placed} | {item.end for item in contract.placed}
    return [day for day in sorted(edges) if day < FAR_FUTURE and contract.state_on(day) is State.OPEN]


def _missing(contract: Contract, key: Key, day: Day) -> Problem:
    section, name = key
    since = "always" if day == FAR_PAST else f"from {iso(day)}"
    fix = f"add [[{section}]] for {name}; what nobody publishes is assumed with a range"
    code = "duty_without_owner" if section == "duty" else f"missing_{section}"
    return Problem(f"{contract.at}: {section}", f"no {name} ({since})", f"{section} {name}", fix, code)


def _expired(card: PlacedCard, on: Day) -> Iterator[Problem]:
    for key, items in card.versions().items():
        last = max(items, key=lambda item: item.end)
        if last.end <= on:
            found = f"{' '.join(key)} ended on {iso(last.end)}"
            fix = "add the version that holds now, or remove the term"
            yield Problem(last.at, found, f"a version on {iso(on)}", fix, "expired_card", Severity.WARNING)


def _currency(at: str, code: str) -> Iterable[Problem]:
    if code not in EXPONENT_BY_CURRENCY:
        yield unknown(at, code, EXPONENT_BY_CURRENCY, "an ISO 4217 code", "unknown_currency")
