"""What is wrong with a charge: its words, its numbers, and steps or tiers that overlap or leave a gap.

Keeps the invariant that of the steps of one charge at most one applies to any fact on any day.
"""

from collections.abc import Iterable, Iterator, Set
from itertools import combinations

from tuoguan.contracts.checking_entries import is_share
from tuoguan.contracts.library import Placed, Terms, unknown
from tuoguan.contracts.scaling import parse_minutes
from tuoguan.contracts.schema import FACT_NAMES, REASON_NAMES, Basis, ChargeEntry, Per, Provenance, Rounding
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY, parse_micro
from tuoguan.foundation.problems import Problem, Severity
from tuoguan.foundation.rates import parse_ppm

Interval = tuple[int, int]
ENDLESS = 2**62
MAX_RATE_PPM = 20_000_000  # the harshest published fine is five times the goods value
_WORDS: tuple[tuple[str, Iterable[str], str], ...] = (
    ("on", FACT_NAMES, "unknown_fact"),
    ("reason", REASON_NAMES, "unknown_reason"),
    ("basis", Basis.__members__, "unknown_basis"),
    ("per", Per.__members__, "unknown_per"),
    ("maximum_per", Per.__members__, "unknown_per"),
    ("rounding", Rounding.__members__, "unknown_rounding"),
    ("direction", ("pay", "receive"), "unknown_direction"),
)
_AMOUNTS = ("amount", "minimum", "maximum", "basis_cap", "value_from", "value_to")


def charge_problems(item: Placed[Provenance], deadlines: Set[str]) -> Iterator[Problem]:
    """The problems of one entry if it is a charge; ``deadlines`` are the names its contract knows."""
    entry = item.entry
    if not isinstance(entry, ChargeEntry):
        return
    for name, known, code in _WORDS:
        if getattr(entry, name) not in known:
            yield unknown(f"{item.at}.{name}", getattr(entry, name), known, f"a word for {name}", code)
    if entry.deadline and entry.deadline not in deadlines:
        expected = "the name of a deadline of this contract"
        yield unknown(f"{item.at}.deadline", entry.deadline, sorted(deadlines), expected, "unknown_deadline")
    yield from _value(item.at, entry)
    yield from _currency(item.at, entry)
    yield from _numbers(item.at, entry)
    yield from _bounds(item.at, entry)


def _value(at: str, entry: ChargeEntry) -> Iterator[Problem]:
    if (entry.rate is None) == (entry.amount is None):
        found = "neither rate nor amount" if entry.rate is None else "both rate and amount"
        yield Problem(at, found, "exactly one of rate and amount", "remove or add one", "rate_or_amount")
    elif entry.rate is not None and entry.basis == "NONE":
        fix = 'add basis = "SUPPLY_VALUE", "RETAIL_VALUE" or "CUSTOMS_VALUE"'
        yield Problem(f"{at}.basis", "NONE", "what the rate is a share of", fix, "rate_without_basis")
    elif entry.amount is not None and entry.basis != "NONE":
        yield Problem(f"{at}.basis", entry.basis, "no basis for an amount", "remove basis", "amount_with_basis")


def _currency(at: str, entry: ChargeEntry) -> Iterator[Problem]:
    given = [name for name in _AMOUNTS if getattr(entry, name) is not None]
    if entry.currency is None and given:
        fix = 'add currency = "CNY" or another code'
        yield Problem(f"{at}.currency", f"none for {given[0]}", "a currency", fix, "amount_without_currency")
    if entry.currency is not None and entry.currency not in EXPONENT_BY_CURRENCY:
        yield unknown(f"{at}.currency", entry.currency, EXPONENT_BY_CURRENCY, "an ISO 4217 code", "unknown_currency")


def _numbers(at: str, entry: ChargeEntry) -> Iterator[Problem]:
    for name in _AMOUNTS:
        yield from _amount(f"{at}.{name}", getattr(entry, name))
    if entry.rate is not None:
        yield from _rate(f"{at}.rate", entry.rate)
    for bound in entry.range or ():
        yield from _rate(f"{at}.range", bound) if entry.rate is not None else _amount(f"{at}.range", bound)
    if not is_share(entry.share):
        fix = 'write "0.5" for one half'
        yield Problem(f"{at}.share", repr(entry.share), "a share from 0 to 1, as text", fix, "not_a_share")
    if entry.minimum is not None and entry.maximum is not None and entry.maximum_per == "FACT":
        yield from _ordered(at, entry.minimum, entry.maximum)


def _ordered(at: str, minimum: str, maximum: str) -> Iterator[Problem]:
    try:
        wrong = parse_micro(minimum) > parse_micro(maximum)
    except ValueError:
        return
    if wrong:
        found = f"minimum {minimum} above maximum {maximum}"
        yield Problem(f"{at}.minimum", found, "a minimum below the maximum", "swap them", "minimum_above_maximum")


def _rate(at: str, text: str) -> Iterator[Problem]:
    expected, fix = "a rate from 0 to 20, as text", 'write "0.085" for 8.5 %, "5" for five times'
    try:
        if not 0 <= parse_ppm(text) <= MAX_RATE_PPM:
            yield Problem(at, repr(text), expected, fix, "not_a_rate")
    except ValueError as error:
        yield Problem(at, str(error), expected, fix, "not_a_rate")


def _amount(at: str, text: str | None) -> Iterator[Problem]:
    expected, fix = "an amount of nought or more, as text", 'write "2.99"; direction says who pays'
    try:
        if text is not None and parse_micro(text) < 0:
            yield Problem(at, repr(text), expected, fix, "not_an_amount")
    except ValueError as error:
        yield Problem(at, str(error), expected, fix, "not_an_amount")


def _bounds(at: str, entry: ChargeEntry) -> Iterator[Problem]:
    """Lengths below nought, hours that are no number, intervals that end before they start."""
    lengths = {
        "weight_from_g": entry.weight_from_g,
        "divisor_cm3_per_kg": entry.divisor_cm3_per_kg,
        "free_days": entry.free_days,
        "grain_g": entry.grain_g - 1,
    }
    for name, value in lengths.items():
        if value < 0:
            yield Problem(f"{at}.{name}", str(value), "nought or more (grain: one)", "mend it", "below_nought")
    try:
        spans = {"until_hours": _lateness(entry), "weight_to_g": _weight(entry), "value_to": _value_span(entry)}
    except ValueError as error:
        yield Problem(f"{at}.after_hours", str(error), "hours as text", 'write after_hours = "24"', "not_a_number")
        return
    for name, (low, high) in spans.items():
        if low >= high:
            yield Problem(f"{at}.{name}", f"{low} to {high}", "an end above the start", "mend it", "empty_interval")


def _lateness(entry: ChargeEntry) -> Interval:
    return parse_minutes(entry.after_hours), ENDLESS if entry.until_hours is None else parse_minutes(entry.until_hours)


def _weight(entry: ChargeEntry) -> Interval:
    return entry.weight_from_g, ENDLESS if entry.weight_to_g is None else entry.weight_to_g


def _value_span(entry: ChargeEntry) -> Interval:
    low = 0 if entry.value_from is None else parse_micro(entry.value_from)
    return low, ENDLESS if entry.value_to is None else parse_micro(entry.value_to)


def overlap_problems(terms: Terms) -> Iterator[Problem]:
    """Steps of one charge that would apply together, and steps or tiers that leave a gap between them."""
    by_name: dict[str, list[Placed[ChargeEntry]]] = {}
    for item in terms.of(ChargeEntry):
        by_name.setdefault(item.entry.name, []).append(item)
    for name, items in by_name.items():
        try:
            yield from _overlaps(name, items)
            yield from _gaps(name, items)
        except ValueError:
            continue  # the number that cannot be read is reported where it stands


def _overlaps(name: str, items: list[Placed[ChargeEntry]]) -> Iterator[Problem]:
    for first, second in combinations(items, 2):
        if first.key != second.key and _together(first, second):
            found = f"{name} twice for one fact: also {first.at}"
            fix = "make hours, weights, values or reasons exclude each other, or give one another name"
            yield Problem(second.at, found, "steps that exclude each other", fix, "overlapping_steps")


def _together(first: Placed[ChargeEntry], second: Placed[ChargeEntry]) -> bool:
    """True when some fact on some day would meet both."""
    one, two = first.entry, second.entry
    reasons = one.reason == two.reason or "ANY" in (one.reason, two.reason)
    deadlines = one.deadline == two.deadline or "" in (one.deadline, two.deadline)
    days = max(first.start, second.start) < min(first.end, second.end)
    spans = (_lateness, _weight, _value_span)
    return one.on == two.on and reasons and deadlines and days and all(_meet(span(one), span(two)) for span in spans)


def _meet(one: Interval, two: Interval) -> bool:
    return max(one[0], two[0]) < min(one[1], two[1])


def _gaps(name: str, items: list[Placed[ChargeEntry]]) -> Iterator[Problem]:
    """Gaps in hours, weight or value among the newest steps that differ in nothing else."""
    newest = max(item.start for item in items)
    current = [item for item in items if item.holds(newest)]
    for span, field in ((_lateness, "after_hours"), (_weight, "weight_from_g"), (_value_span, "value_from")):
        ordered = sorted(current, key=lambda item: span(item.entry))
        for first, second in zip(ordered, ordered[1:], strict=False):
            end, start = span(first.entry)[1], span(second.entry)[0]
            if end < start and _same_otherwise(first.entry, second.entry, span):
                found = f"{name} leaves {end} to {start} to no step"
                fix = "join the steps, or leave it if nothing is charged between them"
                yield Problem(f"{second.at}.{field}", found, "steps that join", fix, "gap_in_steps", Severity.WARNING)


def _same_otherwise(one: ChargeEntry, two: ChargeEntry, span: object) -> bool:
    others = [other for other in (_lateness, _weight, _value_span) if other is not span]
    same = one.on == two.on and one.reason == two.reason and one.deadline == two.deadline
    return same and all(other(one) == other(two) for other in others)
