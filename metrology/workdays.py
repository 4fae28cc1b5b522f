"""Working days: Monday to Friday, but for the holidays and swapped weekends (调休) on record."""

from datetime import date, timedelta

from metrology.models import WorkingDay

SATURDAY = 5


def after(start: date, count: int) -> date:
    """The day that is so many working days after `start`, which itself does not count."""
    exceptions = dict(
        WorkingDay.objects.filter(day__gt=start, day__lte=start + timedelta(days=3 * count + 60)).values_list(
            "day", "is_working"
        )
    )
    day, left = start, count
    while left > 0:
        day += timedelta(days=1)
        if exceptions.get(day, day.weekday() < SATURDAY):
            left -= 1
    return day
