"""The Celery application and its whole schedule.

Beat holds no state: it only says "tick". Whatever must run once per hour or day claims its slot in the
database: any number of beats, restarts and clock steps then runs each slot once and makes up missed ones.
"""

import os
import warnings
from logging.config import dictConfig
from typing import Any

from celery import Celery
from celery.signals import (
    after_task_publish,
    heartbeat_sent,
    setup_logging,
    worker_init,
    worker_process_init,
    worker_ready,
)
from django.conf import settings

from metrology import env
from metrology.management import alive
from metrology.management.guarded import follow_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "metrology.settings")

TICK = 10.0


def tick(name: str, **claim: Any) -> dict[str, Any]:
    """One message every TICK; unread ones expire, so that none pile up while no worker runs."""
    return {"task": name, "schedule": TICK, "kwargs": claim, "options": {"expires": TICK}}


if env.is_loopback(settings.HOST):
    warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")

app = Celery("metrology")
app.config_from_object(settings.CELERY)
app.conf.beat_schedule = {
    "heartbeat": tick("metrology.tasks.heartbeat"),
    "outbox": tick("metrology.tasks.sweep"),
    "hourly": tick("metrology.tasks.claim", task="metrology.tasks.janitor", period="hour"),
    "daily": tick("metrology.tasks.claim", task="metrology.tasks.daily", period="day", hour=6),
}
app.autodiscover_tasks()


@setup_logging.connect
def log_as_the_web_does(**kwargs: Any) -> None:
    """Worker and beat write the same lines; Celery leaves the log alone when somebody answers this."""
    dictConfig(settings.LOGGING)


@worker_init.connect
def refuse_to_work_without_tasks(**kwargs: Any) -> None:
    """Celery itself only logs a tasks module that cannot be imported, and would run on without its tasks."""
    try:
        app.autodiscover_tasks(force=True)
    except Exception as trouble:
        raise SystemExit(f"The worker's tasks cannot be imported: {trouble}") from trouble


@worker_process_init.connect
def stay_with_the_worker(**kwargs: Any) -> None:
    """A pool process ends with the worker that forked it."""
    follow_parent()


@worker_ready.connect
def begin_at_once(**kwargs: Any) -> None:
    """After a kill, look for what stayed behind now and not at the next tick."""
    for name in ("metrology.tasks.heartbeat", "metrology.tasks.sweep"):
        app.send_task(name)


@heartbeat_sent.connect
@after_task_publish.connect
def show_life(**kwargs: Any) -> None:
    """The worker's heartbeat and the beat's tick, each after it has reached the queue."""
    alive.show()
