"""Notices as their reader handles them."""

from metrology import clock
from metrology.actors import Actor
from metrology.errors import Absent
from metrology.ledger import verb
from metrology.models import Notice


@verb
def read_notice(notice: Notice, *, by: Actor) -> Notice:
    """The recipient has seen it; the first time counts."""
    if by.user is None or notice.recipient_id != by.user.pk:
        raise Absent
    if Notice.objects.filter(pk=notice.pk, read_at__isnull=True).update(read_at=clock.now()):
        notice.refresh_from_db(fields=["read_at"])
    return notice


@verb
def read_notices(*, by: Actor) -> int:
    """The recipient has seen everything that is there; the number of notices that were new."""
    if by.user is None:
        raise Absent
    return Notice.objects.filter(recipient=by.user, read_at__isnull=True).update(read_at=clock.now())
