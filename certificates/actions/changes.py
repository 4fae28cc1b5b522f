"""What can still happen to a numbered document: replaced, revoked, or void before it was ever issued."""

from django.utils.translation import gettext as _

from certificates import due, log
from certificates.actions.turns import State, head_of, turn
from certificates.models import Certificate
from instruments.actions import jobs
from instruments.models import Job
from metrology import clock
from metrology.actors import Actor
from metrology.errors import Conflict, Forbidden, Invalid
from metrology.ledger import record, verb
from metrology.models import Person
from metrology.roles import Role


@verb
def amend(certificate: Certificate, *, by: Actor, reason: str) -> Job:
    """Open the record again to replace a certificate (ISO/IEC 17025:2017 7.8.8).

    The old one stays valid until the new one is issued under a new number.
    """
    by.require(Role.STAFF, Role.MANAGER, within=certificate.institute)
    reason = _given(reason)
    job = Job.objects.select_for_update(of=("self",)).get(pk=certificate.job_id)
    head = head_of(certificate)
    if head.state != State.ISSUED:
        raise Conflict(_("Only an issued certificate can be amended."), present=str(head.state))
    jobs.reopen(job, by=by, reason=reason)
    _record("certificate.amended", certificate, by=by, reason=reason)
    return job


@verb
def revoke(certificate: Certificate, *, by: Actor, second: Person, reason: str) -> Certificate:
    """Withdraw an issued certificate: a manager, a second person of the institute, and a reason."""
    by.require(Role.MANAGER, within=certificate.institute)
    reason = _given(reason)
    if by.person is None:
        raise Forbidden(_("Revoking needs a login that belongs to a person."))
    works_here = second.employer_id == certificate.institute_id and second.left_on is None
    if not works_here or second.pk == by.person.pk:
        raise Invalid({"/second": [_("Name another person of the same institute.")]})
    now = clock.now()
    head = head_of(certificate)
    turn(head, State.REVOKED, at=now, reason=reason, person=by.person, second=second)
    due.recompute(certificate.instrument, by=by)
    log.append(certificate, "revoked", pdf_sha256=certificate.seal.pdf_sha256, at=now)
    _record("certificate.revoked", certificate, by=by, reason=reason, second=second.public_id)
    return certificate


@verb
def void(certificate: Certificate, *, by: Actor, reason: str) -> Certificate:
    """Give up a certificate that was never issued: its number stays on record, its job goes back."""
    by.require(Role.MANAGER, within=certificate.institute)
    reason = _given(reason)
    job = Job.objects.select_for_update(of=("self",)).get(pk=certificate.job_id)
    head = head_of(certificate)
    turn(head, State.VOID, at=clock.now(), reason=reason, person=by.person)
    jobs.take_back(job, by=by, reason=reason)
    _record("certificate.voided", certificate, by=by, reason=reason)
    return certificate


def _given(reason: str) -> str:
    text = reason.strip()
    if not text:
        raise Invalid({"/reason": [_("Say why.")]})
    if len(text) > 400:
        raise Invalid({"/reason": [_("Use at most 400 characters.")]})
    return text


def _record(name: str, certificate: Certificate, *, by: Actor, **facts: object) -> None:
    record(
        name,
        certificate,
        by=by,
        organization=certificate.institute,
        region=certificate.instrument.region,
        number=certificate.number,
        **facts,
    )
