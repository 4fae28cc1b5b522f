"""What happens by itself: the apps hand in their part from ready(), the worker calls it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from metrology import clock

Sweep = Callable[[], object]
Daily = Callable[[datetime], object]

sweeps: dict[str, Sweep] = {}
dailies: dict[str, Daily] = {}
janitors: dict[str, Sweep] = {}

MOST_MISSED = 31
PERIODS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


def slots(period: str, hour: int, last: datetime | None) -> list[datetime]:
    """Every slot after the last one up to now, oldest first, at most MOST_MISSED; at first only the latest.

    Asia/Shanghai has no daylight saving, so a period is always as long as it says.
    """
    step = PERIODS[period]
    latest = clock.now().astimezone(clock.LOCAL).replace(minute=0, second=0, microsecond=0)
    if period == "day":
        latest = latest.replace(hour=hour)
        if latest > clock.now():
            latest -= step
    found: list[datetime] = []
    while len(found) < MOST_MISSED and (last is None or latest > last):
        found.append(latest)
        latest -= step
        if last is None:
            break
    return found[::-1]
