"""Days as integers since 1970-01-01, the number polars and numpy use for dates.

Hides calendars. Keeps the invariant that a reduced date ("2024-03", "2025") means its first day.
"""

import re
from datetime import date, timedelta

Day = int

_EPOCH = date(1970, 1, 1)
_REDUCED = re.compile(r"^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$")
FAR_PAST: Day = -719_162  # 0001-01-01
FAR_FUTURE: Day = 2_932_896  # 9999-12-31


def day_of(moment: date) -> Day:
    """The day number of a date."""
    return (moment - _EPOCH).days


def date_of(day: Day) -> date:
    """The date of a day number."""
    return _EPOCH + timedelta(days=day)


def parse_day(text: str) -> Day:
    """The day of a full or reduced ISO 8601 date; ValueError otherwise.

    >>> iso(parse_day("2024-03"))
    '2024-03-01'
    """
    match = _REDUCED.match(text.strip())
    if not match:
        raise ValueError(f"{text!r} is not a date like 2026-11-22")
    year, month, day = (int(part) if part else 1 for part in match.groups())
    return day_of(date(year, month, day))


def iso(day: Day) -> str:
    """The day as ISO text."""
    return date_of(day).isoformat()


def weekday(day: Day) -> int:
    """0 for Monday to 6 for Sunday (1970-01-01 was a Thursday)."""
    return (day + 3) % 7


def add_business_days(day: Day, count: int) -> Day:
    """The day ``count`` >= 0 Monday-to-Friday days after ``day``; public holidays are not known here.

    Counted from a weekend, the first business day is the Monday after it; nought days after any day is that day.

    >>> iso(add_business_days(parse_day("2026-11-20"), 1))
    '2026-11-23'
    """
    if count < 0:
        raise ValueError(f"cannot go back {-count} business days")
    weeks, rest = divmod(count, 5)
    current = day + 7 * weeks - (max(weekday(day) - 4, 0) if count else 0)
    while rest:
        current += 1
        if weekday(current) < 5:
            rest -= 1
    return current
