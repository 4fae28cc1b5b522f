"""The worker's own routine: proof of life, the outbox sweep, slots claimed once, and the cleaning."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path

from celery import current_app, shared_task
from django.conf import settings
from django.core.management import call_command

from metrology import clock, routine
from metrology.models import Heartbeat, IdempotencyKey, ScheduleSlot

log = logging.getLogger(__name__)

RESEND = timedelta(minutes=10)
TICK = timedelta(seconds=10)
MOST_RESENT = 100
LEFTOVER = timedelta(hours=1)
REPEATABLE = timedelta(hours=24)


@shared_task
def heartbeat() -> None:
    """A worker that took a message and wrote a row is alive; one that only has a pid may not be."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": clock.now()})


@shared_task
def sweep() -> None:
    """Send again what stayed behind in any outbox; one that fails does not hold up the others."""
    run_all(routine.sweeps.items())


@shared_task
def claim(task: str, period: str, hour: int = 0) -> None:
    """Insert each slot that has come round; only whoever inserted the row sends its task.

    A slot whose worker died before finishing is sent again every RESEND; the tasks bear repetition.
    """
    rows = ScheduleSlot.objects.filter(task=task)
    last = rows.order_by("-slot").values_list("slot", flat=True).first()
    now = clock.now()
    unfinished = rows.filter(done_at=None, slot__lte=now - RESEND).values_list("slot", flat=True)
    stale = list(unfinished[:MOST_RESENT])
    for slot in routine.slots(period, hour, last):
        _, mine = rows.get_or_create(task=task, slot=slot)
        if mine:
            current_app.send_task(task, kwargs={"slot": slot.isoformat()})
    for slot in stale:
        if (now - slot) % RESEND < TICK:
            current_app.send_task(task, kwargs={"slot": slot.isoformat()})


@shared_task
def daily(slot: str) -> None:
    """The day's scans, for the day of the slot even when it is made up later."""
    moment = datetime.fromisoformat(slot)
    finish("metrology.tasks.daily", moment, lambda: run_all(routine.dailies.items(), moment))


@shared_task
def janitor(slot: str) -> None:
    """Remove what a killed process left half-written, and rows whose time has passed."""
    finish("metrology.tasks.janitor", datetime.fromisoformat(slot), clean)


def finish(task: str, slot: datetime, work: Callable[[], bool]) -> None:
    """Do the slot's work unless it is done; a part that failed leaves the slot open to be sent again."""
    rows = ScheduleSlot.objects.filter(task=task, slot=slot, done_at=None)
    if rows.exists() and work():
        rows.update(done_at=clock.now())


def run_all(parts: Iterable[tuple[str, Callable[..., object]]], *args: datetime) -> bool:
    healthy = True
    for name, part in parts:
        try:
            part(*args)
        except Exception:
            healthy = False
            log.exception("%s failed", name)
    return healthy


def clean() -> bool:
    return run_all({"files": remove_leftovers, "rows": remove_past_rows, **routine.janitors}.items())


def remove_leftovers() -> None:
    limit = (clock.now() - LEFTOVER).timestamp()
    for path in Path(settings.MEDIA_ROOT).rglob("*.tmp"):
        if path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)


def remove_past_rows() -> None:
    IdempotencyKey.objects.filter(created_at__lt=clock.now() - REPEATABLE).delete()
    call_command("clearsessions")
