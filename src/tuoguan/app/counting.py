"""A count of goods typed in by hand: looked at first, then recorded as an imported one is.

Hides the entry of a count. Keeps the invariants that what is recorded is what was shown (what the ledger believed comes
back with the confirmation), that the same count changes nothing a second time, and that a count older than the place's
last one is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tuoguan.app.importing_stock import COUNT, COUNTED, DAY_SECONDS, balances_at, corrections
from tuoguan.foundation.days import Day, iso
from tuoguan.foundation.ids import content_hash, json_bytes
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Append, Draft, Work, goods, stock

UNITS_MAX = 10_000_000
Counted = Mapping[tuple[str, str], int]  # units by (word of `COUNTED`, SKU)


@dataclass(frozen=True, slots=True)
class CountLine:
    """A SKU as the ledger has it at the end of the day, and as it was counted."""

    account: str
    sku: str
    believed: int
    counted: int

    @property
    def difference(self) -> int:
        """Units found (above nought) or missing."""
        return self.counted - self.believed


@dataclass(frozen=True, slots=True)
class Count:
    """A count before it is recorded; ``seen`` stands for what the ledger believed when it was looked at."""

    place: str
    day: Day
    lines: tuple[CountLine, ...]
    seen: str


def prepare(work: Work, place: str, day: Day, counted: Counted, today: Day) -> Count:
    """The count beside what the ledger believes. Refused for numbers that cannot be, a day to come, or an older count
    than the place's last.
    """
    problems = [problem for key, units in counted.items() if (problem := _wrong(key, units)) is not None]
    if not counted:
        problems.append(Problem("count", "no product", "units of one product at least", "type them in", "no_rows"))
    if day > today:
        problems.append(Problem("day", iso(day), f"{iso(today)} or earlier", "name the day of the count", "bad_date"))
    if not place or ":" in place:
        problems.append(Problem("place", repr(place), "a place of stock", "choose one", "bad_place"))
    at = _end(day)
    if not problems and any(entry.draft.occurred_at > at for entry in work.ledger.store.stream(f"count/{place}")):
        fix = "count again, or reverse the later count"
        problems.append(Problem(place, f"a count of {iso(day)}", "the latest count of the place", fix, "older_count"))
    if problems:
        raise Refused(problems)
    accounts = {key: (stock(COUNTED[key[0]], place), goods(key[1])) for key in counted}
    believed = balances_at(work, list(accounts.values()), at)
    lines = tuple(
        CountLine(account, sku, believed[accounts[account, sku]], units)
        for (account, sku), units in sorted(counted.items())
    )
    return Count(place, day, lines, _seen(lines))


def record(work: Work, count: Count, *, actor: str, seen: str) -> int:
    """The position of the count's entry, durable; the earlier one's where the same was counted and nothing moved.

    Refused (code "stale") when stock moved since it was looked at.
    """
    if count.seen != seen:
        fix = "look at the differences again and confirm them anew"
        raise Refused([Problem(count.place, "stock that moved meanwhile", "what was shown before", fix, "stale")])
    counted = {(line.account, line.sku): line.counted for line in count.lines}
    at = _end(count.day)
    said = [[account, sku, units] for (account, sku), units in sorted(counted.items())]
    details = {"counted": said, "counted_on": iso(count.day), "place": count.place}
    draft = Draft(COUNT, at, tuple(corrections(work, count.place, counted, at)), details)
    stream, key = f"count/{count.place}", content_hash(json_bytes([count.day, said]))
    known = {entry.key: entry.position for entry in work.ledger.store.stream(stream)}
    if key in known:
        if not any(line.difference for line in count.lines):
            return known[key]
        key = content_hash(json_bytes([count.day, said, seen]))  # what was found once more, after stock had moved
    return work.ledger.append(Append(stream, key, (draft,), actor=actor)).position


def _end(day: Day) -> int:
    return (day + 1) * DAY_SECONDS - 1


def _wrong(key: tuple[str, str], units: int) -> Problem | None:
    account, sku = key
    if account not in COUNTED or not sku:
        expected = " or ".join(COUNTED)
        return Problem(f"{sku or 'count'}", repr(account), expected, "choose what was counted", "bad_account")
    if not 0 <= units <= UNITS_MAX:
        return Problem(sku, str(units), f"0 to {UNITS_MAX:,} units", "correct the number", "bad_quantity")
    return None


def _seen(lines: tuple[CountLine, ...]) -> str:
    return content_hash(json_bytes([[line.account, line.sku, line.believed] for line in lines]))[:16]
