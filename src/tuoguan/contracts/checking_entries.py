"""What is wrong with one entry by itself: source, evidence, range, number, option.

Keeps the invariant that a value without a source says so (``assumed``) and shows how far it may be off.
"""

from collections.abc import Callable, Iterator, Mapping

from tuoguan.contracts.library import Placed, unknown
from tuoguan.contracts.scaling import parse_whole, parser_of
from tuoguan.contracts.schema import (
    FACT_NAMES,
    SCALE_BY_QUANTITY,
    SETTING_OPTIONS,
    ChargeEntry,
    DeadlineEntry,
    Distribution,
    Evidence,
    NumberEntry,
    Provenance,
    QuantityEntry,
    Scale,
    SettingEntry,
    SettingName,
    Source,
)
from tuoguan.foundation.days import Day, iso, parse_day
from tuoguan.foundation.money import EXPONENT_BY_CURRENCY, parse_micro
from tuoguan.foundation.problems import Problem, Severity
from tuoguan.foundation.rates import parse_ppm

STALE_DAYS = 730
OWN_STATEMENTS = "own statements"  # a source that no register lists: what the seller's own ledger says
_STRENGTH = {evidence: rank for rank, evidence in enumerate(Evidence)}
_NEEDS_NO_SOURCE = (Evidence.ASSUMED, Evidence.NEGOTIATED)
_NO_REGISTER = (Evidence.ASSUMED, Evidence.NEGOTIATED, Evidence.DERIVED)
_Ranged = ChargeEntry | QuantityEntry | NumberEntry | DeadlineEntry


def entry_problems(item: Placed[Provenance], sources: Mapping[str, Source], on: Day | None) -> Iterator[Problem]:
    """The problems of one entry of any list."""
    yield from _provenance(item, sources)
    if on is not None:
        yield from _stale(item, on)
    entry = item.entry
    if isinstance(entry, QuantityEntry | NumberEntry):
        yield from _number(item.at, entry)
    elif isinstance(entry, DeadlineEntry):
        yield from _deadline(item.at, entry)
    elif isinstance(entry, SettingEntry) and entry.option not in SETTING_OPTIONS[entry.name]:
        options = SETTING_OPTIONS[entry.name]
        yield unknown(f"{item.at}.option", entry.option, options, f"an option of {entry.name}", "unknown_option")
    if isinstance(entry, _Ranged):
        yield from _range(item.at, entry)


def _provenance(item: Placed[Provenance], sources: Mapping[str, Source]) -> Iterator[Problem]:
    entry = item.entry
    if not entry.source and entry.evidence not in _NEEDS_NO_SOURCE:
        fix = 'name a source, or write evidence = "assumed" with a range'
        yield Problem(f"{item.at}.source", "no source", f"a source for {entry.evidence}", fix, "no_source")
    for name in entry.source:
        if name not in sources and name != OWN_STATEMENTS:
            yield unknown(f"{item.at}.source", name, sources, "an id of sources.toml", "unknown_source")
    known = [sources[name].evidence for name in entry.source if name in sources]
    best = min(known, key=_STRENGTH.__getitem__, default=entry.evidence)
    if entry.evidence not in _NO_REGISTER and _STRENGTH[entry.evidence] < _STRENGTH[best]:
        fix = f'write evidence = "{best}"'
        yield Problem(f"{item.at}.evidence", entry.evidence.value, f"at most {best}", fix, "evidence_contradicts")


def _stale(item: Placed[Provenance], on: Day) -> Iterator[Problem]:
    """A note when the value was last seen to hold long before ``on`` and still counts on that day."""
    held = item.entry.held
    if held is not None and item.holds(on) and on - parse_day(held) > STALE_DAYS:
        fix = "look whether it still holds, and date it"
        expected = f"held within {STALE_DAYS} days before {iso(on)}"
        yield Problem(f"{item.at}.held", held, expected, fix, "stale", Severity.NOTE)


def value_of(entry: _Ranged) -> str | None:
    """The text that the entry's range must contain."""
    if isinstance(entry, ChargeEntry):
        return entry.rate if entry.rate is not None else entry.amount
    if isinstance(entry, DeadlineEntry):
        return entry.hours if entry.hours is not None else _text(entry.days)
    return entry.value


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def _range(at: str, entry: _Ranged) -> Iterator[Problem]:
    text, fixed = value_of(entry), entry.distribution is Distribution.FIXED
    if entry.range is None:
        if not fixed:
            fix = "add range = [low, high]"
            yield Problem(f"{at}.range", "no range", f"a range for {entry.distribution}", fix, "distribution_no_range")
        elif entry.evidence is Evidence.ASSUMED:
            fix = "add range and distribution, or name a source"
            yield Problem(f"{at}.range", "none", "a range", fix, "assumed_without_range", Severity.WARNING)
        return
    bounds = _parsed(at, entry.range)
    if isinstance(bounds, Problem):
        yield bounds
        return
    yield from _bounds(at, entry, bounds, text)
    if fixed:
        fix = 'write distribution = "triangular", "uniform" or "loguniform"'
        yield Problem(f"{at}.distribution", "fixed", "a distribution", fix, "range_never_drawn", Severity.WARNING)


def _bounds(at: str, entry: _Ranged, bounds: tuple[int, int], text: str | None) -> Iterator[Problem]:
    low, high = bounds
    found = f"{entry.range}"
    if low > high or (low == high and (entry.evidence is Evidence.ASSUMED or entry.distribution != "fixed")):
        yield Problem(f"{at}.range", found, "low below high", "widen the range, or drop it", "empty_range")
    value = _parsed(at, (text, text)) if text is not None else None
    if isinstance(value, tuple) and not low <= value[0] <= high:
        fix = "widen the range or mend the value"
        yield Problem(f"{at}.range", f"{found} for {text}", "a range around the value", fix, "range_misses_value")
    if entry.distribution is Distribution.LOGUNIFORM and low <= 0:
        fix = "start above nought, or use triangular"
        yield Problem(f"{at}.range", found, "a low above nought for loguniform", fix, "loguniform_at_nought")


def _parsed(at: str, texts: tuple[str, str]) -> tuple[int, int] | Problem:
    try:
        return parse_micro(texts[0]), parse_micro(texts[1])
    except ValueError as error:
        return Problem(f"{at}.range", str(error), "two decimal texts", 'write ["0.1", "0.3"]', "not_a_number")


def _number(at: str, entry: QuantityEntry | NumberEntry) -> Iterator[Problem]:
    """Texts that do not parse at the scale of their name; money without a currency."""
    parse: Callable[[str], int] = parse_micro
    expected = "a decimal text"
    if isinstance(entry, QuantityEntry):
        parse, expected = parser_of(entry.name), f"{entry.name} in {SCALE_BY_QUANTITY[entry.name]}, as text"
        if SCALE_BY_QUANTITY[entry.name] is Scale.MONEY and entry.currency is None:
            fix = 'add currency = "CNY" or another code'
            yield Problem(f"{at}.currency", "none", "a currency", fix, "amount_without_currency")
    if entry.currency is not None and entry.currency not in EXPONENT_BY_CURRENCY:
        yield unknown(f"{at}.currency", entry.currency, EXPONENT_BY_CURRENCY, "an ISO 4217 code", "unknown_currency")
    for text in (entry.value, *(entry.range or ())):
        try:
            parse(text)
        except ValueError as error:
            fix = 'write the value at its scale, such as "0.085" for 8.5 % or "7" for days'
            yield Problem(f"{at}.value", str(error), expected, fix, "not_a_number")


def _deadline(at: str, entry: DeadlineEntry) -> Iterator[Problem]:
    if entry.starts not in FACT_NAMES:
        yield unknown(f"{at}.starts", entry.starts, FACT_NAMES, "a fact", "unknown_fact")
    ways = SETTING_OPTIONS[SettingName.INBOUND]
    for way in entry.inbound:
        if way not in ways:
            yield unknown(f"{at}.inbound", way, ways, "a way of inbound", "unknown_option")
    given = [name for name in ("hours", "days", "business_days") if getattr(entry, name) is not None]
    if len(given) != 1:
        fix = "give exactly one of hours, days, business_days"
        yield Problem(at, " and ".join(given) or "no length", "one length", fix, "deadline_length")
    try:
        parse_whole(str(entry.days or 0))
        if entry.hours is not None:
            parse_micro(entry.hours)
    except ValueError as error:
        yield Problem(f"{at}.hours", str(error), "hours as text", 'write hours = "48"', "not_a_number")


def is_share(text: str) -> bool:
    """True when the text is a decimal share from 0 to 1."""
    try:
        return 0 <= parse_ppm(text) <= 1_000_000
    except ValueError:
        return False
