"""Approval: gate, number, frozen snapshot and a row that waits to be sealed, in one short transaction."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from certificates import due, numbers, outbox, snapshot
from certificates.actions.turns import note
from certificates.models import Certificate, CertificateHead
from instruments import evaluate
from instruments.actions import jobs
from instruments.models import Job
from instruments.models.orders import Service, Stage
from instruments.record import Record
from metrology import clock, pdf
from metrology.actors import Actor
from metrology.errors import DomainError, Forbidden
from metrology.identifiers import verification_code
from metrology.ledger import record, verb
from metrology.models import Person
from metrology.roles import Role
from metrology.science.conformity import Verdict
from metrology.states import require_version

Kind = Certificate.Kind


@dataclass(frozen=True)
class Decision:
    """Which document a finished job leads to, and until when it holds."""

    kind: str
    valid_until: date | None


@verb
def approve(job: Job, *, by: Actor, version: int | None = None) -> Certificate:
    """Sign a checked job: what is said from here on is what was frozen here (rules 3).

    `begin_issue` asks the gate; Blocked carries its report. Locks are taken in one order: the job,
    the counter of the series, the heads of the history.
    """
    by.require(Role.STAFF, Role.MANAGER, within=job.institute)
    approver = by.person
    if approver is None:
        raise Forbidden(_("Approving needs a login that belongs to a person."))
    job = _locked(job)
    require_version(job, version)
    jobs.begin_issue(job, approver=approver, by=by)
    decision = decide(job)
    refers = _earlier(job)
    draft = snapshot.assemble(job, kind=decision.kind, valid_until=decision.valid_until, refers=refers)
    _require_printable(draft)
    certificate = _number(job, decision, draft, approver, refers)
    record(
        "certificate.approved",
        certificate,
        by=by,
        organization=job.institute,
        region=job.instrument.region,
        number=certificate.number,
        kind=decision.kind,
        job=job.public_id,
        snapshot_sha256=certificate.snapshot_sha256,
    )
    pk = certificate.pk
    transaction.on_commit(lambda: outbox.publish(pk))
    return certificate


def decide(job: Job) -> Decision:
    """The kind from service and verdict, the validity from the method's longest period (rules 4.6)."""
    results = evaluate.counting(job)
    if not results:
        raise DomainError(
            _("This job has no result yet. Enter the readings and submit it."), code="no_result"
        )
    verdict = results[-1].verdict
    if job.service == Service.CALIBRATION:
        return Decision(Kind.CALIBRATION, None)
    if verdict == Verdict.FAIL:
        return Decision(Kind.REJECTION, None)
    if verdict != Verdict.PASS:
        raise DomainError(
            _("The result is neither a clear pass nor a clear fail, so there is nothing to certify."),
            code="no_verdict",
        )
    if job.stage == Stage.IN_USE:
        return Decision(Kind.TEST, None)
    return Decision(Kind.VERIFICATION, due.validity(_tested_on(job), _period(job)))


def draft_of(job: Job, *, by: Actor) -> snapshot.Snapshot:
    """What the certificate would say if it were approved now, for reading beforehand; takes no number."""
    by.require(Role.STAFF, Role.MANAGER, within=job.institute)
    decision = decide(job)
    if job.approver is None:
        job.approver, job.approved_on = by.person, clock.today()
    draft = snapshot.assemble(job, kind=decision.kind, valid_until=decision.valid_until, refers=_earlier(job))
    return snapshot.complete(
        draft, number="", code="", issue_no=job.issue_no, approved_at=clock.now().isoformat()
    )


def _locked(job: Job) -> Job:
    """The job with what a certificate is made of; only its own row is locked."""
    return (
        Job.objects.select_for_update(of=("self",))
        .select_related(
            "institute__region",
            "instrument__region",
            "instrument__owner",
            "instrument__category",
            "item__order__client",
            "method_version__edition__method",
        )
        .get(pk=job.pk)
    )


def _require_printable(draft: snapshot.Snapshot) -> None:
    """A name that no font can draw would be found only by the worker, with the number already taken."""
    missing = pdf.unprintable("".join(snapshot.texts(draft)))
    if missing:
        raise DomainError(
            _("These characters cannot be printed: %(characters)s. Write them in another way.")
            % {"characters": ", ".join(pdf.named(character) for character in missing)},
            code="unprintable",
        )


def _tested_on(job: Job) -> date:
    if job.tested_on is None:
        raise DomainError(_("This job has no test date yet."), code="not_tested")
    return job.tested_on


def _period(job: Job) -> int:
    """The period of the confirmed document; the method's own where the document is silent."""
    months = Record(job).method.period_months or (job.method.period_months if job.method else None)
    if not months:
        raise DomainError(
            _("The method names no verification period, so no validity can be given. Complete the method."),
            code="no_period",
        )
    return months


def _earlier(job: Job) -> Certificate | None:
    """The document this one follows: the job's own last issue, else that of the job it repeats."""
    issued = Certificate.objects.exclude(head__state__in=("sealing", "void")).order_by("-pk")
    own = issued.filter(job=job).first()
    if own is not None or job.repeats_job_id is None:
        return own
    return issued.filter(job=job.repeats_job_id).first()


def _number(
    job: Job, decision: Decision, draft: snapshot.Snapshot, approver: Person, refers: Certificate | None
) -> Certificate:
    """Take the number last, so that the counter's row is held for as short as can be."""
    now = clock.now()
    code = verification_code()
    taken = numbers.take(job.institute, decision.kind, clock.local_date(now))
    whole = snapshot.complete(
        draft, number=taken.number, code=code, issue_no=job.issue_no, approved_at=now.isoformat()
    )
    text, sha256 = snapshot.freeze(whole)
    certificate = Certificate.objects.create(
        number=taken.number,
        series=taken.series,
        seq=taken.seq,
        kind=decision.kind,
        job=job,
        issue_no=job.issue_no,
        institute=job.institute,
        client=job.item.order.client,
        instrument=job.instrument,
        approver=approver,
        approved_at=now,
        tested_on=_tested_on(job),
        valid_until=decision.valid_until,
        code=code,
        snapshot=text,
        snapshot_sha256=sha256,
        refers=refers,
        is_demo=bool(whole["is_demo"]),
    )
    CertificateHead.objects.create(
        certificate=certificate,
        client=certificate.client,
        instrument=certificate.instrument,
        valid_until=certificate.valid_until,
        sent_at=now,
    )
    note(certificate, CertificateHead.State.SEALING, at=now, person=approver)
    return certificate
