"""The only source of now and today; tests and the demo set it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")

_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


def held() -> datetime | None:
    """The instant at which tests or the demo hold the clock, if they do."""
    return _frozen.get()


def today() -> date:
    """The current calendar day in Asia/Shanghai, the day the law counts in."""
    return now().astimezone(LOCAL).date()


def local_date(instant: datetime) -> date:
    """The calendar day in Asia/Shanghai on which an aware instant falls."""
    return instant.astimezone(LOCAL).date()


@contextmanager
def standing_at(instant: datetime | date) -> Iterator[None]:
    """Hold the clock at an aware instant, or at local noon of a day."""
    if not isinstance(instant, datetime):
        instant = datetime(instant.year, instant.month, instant.day, 12, tzinfo=LOCAL)
    token = _frozen.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
