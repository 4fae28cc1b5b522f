"""A batch that is being checked or entered is its own message: it is sent again until it has moved on."""

from __future__ import annotations

import logging
from datetime import timedelta

from celery import current_app
from kombu.exceptions import KombuError

from instruments.models import ImportBatch
from metrology import clock

log = logging.getLogger(__name__)

TASKS = {
    ImportBatch.State.CHECKING.value: "instruments.tasks.check_import",
    ImportBatch.State.ENTERING.value: "instruments.tasks.enter_import",
}
STALE = timedelta(seconds=15)
KEPT_FOR = timedelta(days=30)
MOST = 100


def send(state: str, batch_id: int) -> bool:
    """Ask a worker to go on with a batch; a queue that is away costs nothing, the sweep asks again."""
    try:
        current_app.send_task(TASKS[state], args=[batch_id])
    except (OSError, KombuError):
        log.warning("the queue is not reachable; import %s waits for the sweep", batch_id)
        return False
    return True


def resend() -> int:
    """Send again what no worker has touched for a while; of many sweeps at once one sends each batch."""
    now = clock.now()
    waiting = ImportBatch.objects.filter(state__in=TASKS, sent_at__lte=now - STALE).order_by("pk")
    sent = 0
    for pk, state, sent_at in waiting.values_list("pk", "state", "sent_at")[:MOST]:
        mine = ImportBatch.objects.filter(pk=pk, state=state, sent_at=sent_at).update(sent_at=now)
        sent += bool(mine and send(state, pk))
    return sent


def forget() -> int:
    """Remove the batches that nobody finished, and the papers of those that are done, after a month."""
    old = ImportBatch.objects.filter(created_at__lt=clock.now() - KEPT_FOR).exclude(state__in=TASKS)
    return old.delete()[0]
