"""Days against `datetime` and numpy's business-day calendar."""

from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tuoguan.foundation import days

moments = st.dates()
numbers = st.integers(days.FAR_PAST, days.FAR_FUTURE)


@given(moments)
def test_day_and_date_are_each_others_inverse(moment: date) -> None:
    assert days.date_of(days.day_of(moment)) == moment
    assert days.day_of(moment) == (moment - date(1970, 1, 1)).days == moment.toordinal() - 719_163


@given(moments)
def test_iso_text_survives_being_read(moment: date) -> None:
    assert days.iso(days.day_of(moment)) == moment.isoformat()
    assert days.parse_day(moment.isoformat()) == days.day_of(moment)
    assert days.parse_day(moment.isoformat()[:7]) == days.day_of(moment.replace(day=1))
    assert days.parse_day(moment.isoformat()[:4]) == days.day_of(moment.replace(month=1, day=1))


@given(numbers)
def test_weekdays_are_those_of_the_calendar(day: int) -> None:
    assert days.weekday(day) == days.date_of(day).weekday()


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(0, 400))
def test_business_days_are_numpys(moment: date, count: int) -> None:
    # numpy counts from a working day; from a weekend the first business day is the next Monday.
    day = days.day_of(moment)
    last_working = day - max(days.weekday(day) - 4, 0)
    expected = np.busday_offset(days.date_of(last_working), count)
    found = days.date_of(days.add_business_days(day, count))
    assert found == (expected.astype(date) if count else moment)


@given(moments.filter(lambda moment: moment < date(9999, 12, 1)), st.integers(0, 20))
def test_adding_days_is_adding_numbers(moment: date, count: int) -> None:
    assert days.date_of(days.day_of(moment) + count) == moment + timedelta(days=count)
