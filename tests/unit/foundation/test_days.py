"""Days against `datetime` and numpy's own calendar."""

from datetime import date

import numpy as np
import pytest

from tuoguan.foundation import days


@pytest.mark.parametrize(
    ("text", "full"), [("2025", "2025-01-01"), ("2024-03", "2024-03-01"), ("2024-02-29", "2024-02-29")]
)
def test_reduced_dates_mean_their_first_day(text: str, full: str) -> None:
    assert days.iso(days.parse_day(text)) == full
    assert days.date_of(days.parse_day(text)) == date.fromisoformat(full)


@pytest.mark.parametrize(
    "text", ["", "2025-13", "2025-02-30", "2025-1-1", "01/02/2025", "20250101", "2025-02-29", "soon"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        days.parse_day(text)


def test_the_ends_of_time_are_the_ends_of_the_calendar() -> None:
    assert days.date_of(days.FAR_PAST) == date.min
    assert days.date_of(days.FAR_FUTURE) == date.max


def test_the_epoch_is_numpys() -> None:
    assert days.day_of(date(1970, 1, 1)) == 0
    assert days.day_of(date(2026, 11, 22)) == np.datetime64("2026-11-22").astype(int)


def test_business_days_skip_weekends() -> None:
    friday = days.parse_day("2026-11-20")
    assert [days.iso(days.add_business_days(friday, count)) for count in (0, 1, 5, 6)] == [
        "2026-11-20", "2026-11-23", "2026-11-27", "2026-11-30",
    ]  # fmt: skip
