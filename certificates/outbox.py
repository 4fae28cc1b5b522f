"""The certificate row is the outbox: what stays in sealing is sent again until it is sealed or void.

Two knobs serve the fault suite and are refused in production: OUTBOX_SWEEP=0 stops the sweep, and
SUPPRESS_PUBLISH=<percent> loses that share of the first messages, as a killed web process would.
"""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta

from celery import current_app
from django.conf import settings
from kombu.exceptions import KombuError

from certificates.models import CertificateHead
from metrology import clock

log = logging.getLogger(__name__)

TASK = "certificates.tasks.seal"
STALE = timedelta(seconds=15)
LONGEST = timedelta(minutes=10)
BATCH = 500
PATIENCE = 5

_held: ContextVar[bool] = ContextVar("held", default=False)


@contextmanager
def held() -> Iterator[None]:
    """Ask no worker for what is approved in here: the caller seals it itself, else the sweep finds it."""
    token = _held.set(True)
    try:
        yield
    finally:
        _held.reset(token)


def publish(certificate_id: int) -> None:
    """Ask a worker to seal; a broker that is away costs nothing, because the sweep asks again."""
    if _held.get():
        return
    if secrets.randbelow(100) < settings.SUPPRESS_PUBLISH:
        return
    send(certificate_id)


def send(certificate_id: int) -> bool:
    try:
        current_app.send_task(TASK, args=[certificate_id])
    except (OSError, KombuError):
        log.warning("the queue is not reachable; certificate %s waits for the sweep", certificate_id)
        return False
    return True


def resend() -> int:
    """Send what has waited too long, the oldest first; many sweeps at once still send each row once."""
    if not settings.OUTBOX_SWEEP:
        return 0
    now = clock.now()
    waiting = (
        CertificateHead.objects.filter(state=CertificateHead.State.SEALING, sent_at__lte=now - STALE)
        .order_by("pk")
        .values_list("pk", "sent_at", "attempts")[:BATCH]
    )
    sent = 0
    for pk, sent_at, attempts in waiting:
        if now - sent_at < pause(attempts):
            continue
        mine = CertificateHead.objects.filter(
            pk=pk, state=CertificateHead.State.SEALING, sent_at=sent_at
        ).update(sent_at=now)
        sent += bool(mine and send(pk))
    return sent


def pause(attempts: int) -> timedelta:
    """How long to wait before sending again: longer and longer once PATIENCE attempts came to nothing."""
    doublings: int = min(max(0, attempts - PATIENCE), 10)
    return min(STALE * (1 << doublings), LONGEST)
