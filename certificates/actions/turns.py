"""The turns of a certificate: one table of moves, one row per turn, one compare-and-swap on the head."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from certificates.models import Certificate, CertificateHead, CertificateStatus
from metrology.models import Person
from metrology.states import advance

State = CertificateHead.State

MOVES: Mapping[Any, frozenset[Any]] = {
    State.SEALING: frozenset({State.ISSUED, State.VOID}),
    State.ISSUED: frozenset({State.SUPERSEDED, State.REVOKED}),
    State.SUPERSEDED: frozenset(),
    State.REVOKED: frozenset(),
    State.VOID: frozenset(),
}


def turn(
    head: CertificateHead,
    to: str,
    *,
    at: datetime,
    reason: str = "",
    person: Person | None = None,
    second: Person | None = None,
    **changes: Any,
) -> CertificateHead:
    """Move the head and keep the turn for good; Conflict when somebody else moved first."""
    advance(head, to, moves=MOVES, **changes)
    note(head.certificate, to, at=at, reason=reason, person=person, second=second)
    return head


def note(
    certificate: Certificate,
    state: str,
    *,
    at: datetime,
    reason: str = "",
    person: Person | None = None,
    second: Person | None = None,
) -> None:
    """The next line of a certificate's life; the head's move has already put writers in order."""
    CertificateStatus.objects.create(
        certificate=certificate,
        seq=certificate.statuses.count() + 1,
        state=state,
        reason=reason[:400],
        person=person,
        second_person=second,
        at=at,
    )


def head_of(certificate: Certificate) -> CertificateHead:
    """The head as it stands now, locked until the transaction ends."""
    return (
        CertificateHead.objects.select_for_update(of=("self",))
        .select_related("certificate__job", "certificate__institute__region", "certificate__instrument")
        .get(pk=certificate.pk)
    )
