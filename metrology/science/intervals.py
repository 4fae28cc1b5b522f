"""Validity in calendar months: a month that is too short ends on its last day; minus one day is a setting."""

from __future__ import annotations

import calendar
import datetime

from metrology.science.errors import ScienceError, gettext_noop

MAX_MONTHS = 1200


def due_on(test_date: datetime.date, months: int, *, minus_one_day: bool = True) -> datetime.date:
    """The last day of validity: the same day so many months on, less one day; never less when clamped."""
    if not 1 <= months <= MAX_MONTHS:
        raise ScienceError(
            "months_out_of_range",
            gettext_noop("A period is between 1 and %(limit)s months."),
            limit=str(MAX_MONTHS),
        )
    year, month_index = divmod(test_date.year * 12 + test_date.month - 1 + months, 12)
    if year > datetime.MAXYEAR:
        raise ScienceError("date_out_of_range", gettext_noop("The period ends beyond the calendar."))
    last_day = calendar.monthrange(year, month_index + 1)[1]
    if test_date.day > last_day:
        return datetime.date(year, month_index + 1, last_day)
    same_day = datetime.date(year, month_index + 1, test_date.day)
    return same_day - datetime.timedelta(days=1) if minus_one_day else same_day
