import calendar
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrology.science.errors import ScienceError
from metrology.science.intervals import due_on

dates = st.dates(min_value=datetime.date(2010, 1, 1), max_value=datetime.date(2050, 12, 31))
months = st.integers(1, 120)
date = datetime.date.fromisoformat


@pytest.mark.parametrize(
    ("tested", "period", "due"),
    [
        ("2024-03-15", 12, "2025-03-14"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-08-31", 6, "2025-02-28"),
        ("2023-08-31", 6, "2024-02-29"),
        ("2024-12-01", 6, "2025-05-31"),
    ],
)
def test_it_gives_the_reference_dates(tested, period, due):
    assert due_on(date(tested), period) == date(due)


def test_the_minus_one_day_is_a_setting():
    assert due_on(date("2024-03-15"), 12, minus_one_day=False) == date("2025-03-15")
    assert due_on(date("2024-08-31"), 6, minus_one_day=False) == date("2025-02-28")


@pytest.mark.parametrize("period", [0, -1, 1201])
def test_it_refuses_senseless_periods(period):
    with pytest.raises(ScienceError):
        due_on(date("2024-03-15"), period)


def test_it_refuses_to_leave_the_calendar():
    with pytest.raises(ScienceError):
        due_on(date("9999-06-01"), 12)


@given(dates, months)
def test_the_day_after_is_the_same_day_of_the_month_or_the_month_was_too_short(tested, period):
    due = due_on(tested, period)
    after = due + datetime.timedelta(days=1)
    whole_months = (after.year - tested.year) * 12 + after.month - tested.month
    if after.day == tested.day:
        assert whole_months == period
    else:
        assert due.day == calendar.monthrange(due.year, due.month)[1] < tested.day


@given(dates, months)
def test_a_longer_period_ends_later(tested, period):
    assert tested < due_on(tested, period) < due_on(tested, period + 1)


@given(dates, months)
def test_a_later_test_is_never_due_earlier(tested, period):
    assert due_on(tested, period) <= due_on(tested + datetime.timedelta(days=1), period)


@given(dates, months)
def test_it_agrees_with_counting_the_months_one_by_one(tested, period):
    year, month = tested.year, tested.month
    for _ in range(period):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    last = calendar.monthrange(year, month)[1]
    expected = datetime.date(year, month, min(tested.day, last))
    assert due_on(tested, period, minus_one_day=False) == expected
