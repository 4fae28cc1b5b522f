"""Notices by e-mail: one message per person with everything that is new, sent at least once.

A digest is fixed before it is first sent; sent again after a crash it is the same message with the same
Message-ID, so that a receiver shows it once (rules 4.10).
"""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from metrology import clock
from metrology.models import Delivery, User

log = logging.getLogger(__name__)

State = Delivery.State
MOST_DIGESTS = 50
MOST_LINES = 200
MOST_ATTEMPTS = 8
WAITS = (1, 5, 15, 60, 240, 720, 1440)


def send_waiting() -> int:
    """Fix digests for what is new, send those whose time has come; the number sent."""
    _gather()
    due = Delivery.objects.filter(_due(), state=State.PENDING).exclude(digest="")
    keys = due.order_by().values_list("digest", flat=True).distinct()[:MOST_DIGESTS]
    return sum(_send(key) for key in list(keys))


def _due() -> Q:
    return Q(not_before__isnull=True) | Q(not_before__lte=clock.now())


def _gather() -> None:
    """Give each person's new deliveries one digest; whoever is second finds none left."""
    fresh = Delivery.objects.filter(state=State.PENDING, digest="")
    people = fresh.order_by().values_list("notice__recipient", flat=True).distinct()[:MOST_DIGESTS]
    for person in list(people):
        chosen = fresh.filter(notice__recipient=person).order_by("pk").values_list("pk", flat=True)
        fresh.filter(pk__in=list(chosen[:MOST_LINES])).update(digest=uuid4().hex)


def _send(digest: str) -> bool:
    """One attempt at one digest; counting it first is the lease that keeps a second worker away."""
    rows = Delivery.objects.filter(digest=digest, state=State.PENDING)
    tries = rows.values_list("attempts", flat=True).order_by("attempts").first()
    if tries is None:
        return False
    wait = timedelta(minutes=WAITS[min(tries, len(WAITS) - 1)])
    if not rows.filter(_due(), attempts=tries).update(
        attempts=F("attempts") + 1, not_before=clock.now() + wait
    ):
        return False
    try:
        _message(digest, rows).send()
    except Exception as error:
        log.warning("The digest %s could not be sent: %s", digest, error)
        state = State.FAILED if tries + 1 >= MOST_ATTEMPTS else State.PENDING
        rows.update(last_error=str(error)[:400], state=state)
        return False
    rows.update(state=State.SENT, sent_at=clock.now(), last_error="")
    return True


def _message(digest: str, rows: QuerySet[Delivery]) -> EmailMessage:
    notices = [
        row.notice for row in rows.select_related("notice__recipient").order_by("notice__due_on", "pk")
    ]
    reader: User = notices[0].recipient
    with override(reader.language or settings.LANGUAGE_CODE):
        subject = ngettext(
            "Liangzhun: %(n)d thing to look after", "Liangzhun: %(n)d things to look after", len(notices)
        ) % {"n": len(notices)}
        lines = [f"{notice.message}\n{settings.PUBLIC_URL}{notice.path}" for notice in notices]
        closing = _("You receive this because your role looks after it. All notices: %(address)s") % {
            "address": f"{settings.PUBLIC_URL}/notifications/"
        }
    return EmailMessage(
        subject,
        "\n\n".join([*lines, closing]),
        to=[reader.email],
        headers={"Message-ID": f"<{digest}@{settings.PUBLIC_HOST}>", "Auto-Submitted": "auto-generated"},
    )
