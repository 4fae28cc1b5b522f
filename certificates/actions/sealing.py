"""Sealing: from the frozen snapshot alone to a stored, logged, issued document, exactly once.

The worker may be killed at any moment and the message may come twice: whoever moves the head from
sealing to issued has issued it, and everybody else has done nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.db.models import F
from django.utils.translation import gettext as _

from certificates import due, files, log, outbox, render, snapshot
from certificates.actions.changes import void
from certificates.actions.turns import State, head_of, turn
from certificates.models import Certificate, CertificateFile, CertificateHead, Seal
from instruments.actions import jobs, ledger
from instruments.models import Instrument, Job
from metrology import clock
from metrology.actors import SYSTEM
from metrology.errors import Conflict
from metrology.ledger import record, verb
from metrology.pdf import ForeignFont, MissingGlyph, RefusedResource

UNRENDERABLE = (MissingGlyph, RefusedResource)
NOT_ITS_FAULT = (OSError, ForeignFont, DatabaseError)
FRESH = timedelta(seconds=5)


@dataclass(frozen=True)
class Stored:
    """The file as it lies in the store."""

    sha256: str
    size: int


def seal(certificate_id: int) -> bool:
    """Seal one certificate; True for the one call that issued it.

    A document that cannot be rendered becomes void, at once or after five attempts. A full disk, a
    broken installation or a killed worker is never the document's fault: it is tried again later.
    """
    head = _begin(certificate_id)
    if head is None:
        return False
    certificate = head.certificate
    try:
        stored = _print(certificate)
    except NOT_ITS_FAULT as error:
        _remember(head, error)
        raise
    except UNRENDERABLE as error:
        _give_up(certificate, error)
        return False
    except Exception as error:
        _remember(head, error)
        if head.attempts >= outbox.PATIENCE:
            _give_up(certificate, error)
            return False
        raise
    try:
        issue(certificate, stored)
    except Conflict:
        if CertificateHead.objects.filter(pk=certificate_id, state=State.SEALING).exists():
            raise
        return False
    return True


@verb
def issue(certificate: Certificate, stored: Stored) -> None:
    """Make the stored file the certificate, with everything that follows from it, in one transaction."""
    job = Job.objects.select_for_update(of=("self",)).select_related("institute").get(pk=certificate.job_id)
    head = head_of(certificate)
    now = clock.now()
    turn(head, State.ISSUED, at=now, person=certificate.approver, issued_at=now, last_error="")
    CertificateFile.objects.create(
        certificate=certificate, kind="pdf", sha256=stored.sha256, size=stored.size, stored_at=now
    )
    Seal.objects.create(certificate=certificate, pdf_sha256=stored.sha256, sealed_at=now)
    jobs.finish_issue(job, by=SYSTEM)
    replaced = _supersede(certificate, at=now)
    _act_on_instrument(certificate)
    due.recompute(certificate.instrument, by=SYSTEM)
    if replaced is not None:
        log.append(replaced, "superseded", pdf_sha256=replaced.seal.pdf_sha256, at=now)
    log.append(certificate, "issued", pdf_sha256=stored.sha256, at=now)
    record(
        "certificate.issued",
        certificate,
        by=SYSTEM,
        organization=certificate.institute,
        region=certificate.instrument.region,
        number=certificate.number,
        pdf_sha256=stored.sha256,
    )


def _begin(certificate_id: int) -> CertificateHead | None:
    """The head with this attempt counted before any work; None when there is nothing to do.

    Once PATIENCE attempts came to nothing, only a message the sweep has just sent is obeyed, so that
    a document that kills its worker cannot come back at once for ever.
    """
    head = CertificateHead.objects.filter(pk=certificate_id, state=State.SEALING).first()
    if head is None:
        return None
    if head.attempts >= outbox.PATIENCE and clock.now() - head.sent_at > FRESH:
        return None
    counted = CertificateHead.objects.filter(pk=certificate_id, state=State.SEALING)
    if not counted.update(attempts=F("attempts") + 1):
        return None
    return CertificateHead.objects.select_related(
        "certificate__institute__region", "certificate__instrument__region", "certificate__approver"
    ).get(pk=certificate_id)


def _print(certificate: Certificate) -> Stored:
    content = render.document(snapshot.thaw(certificate.snapshot))
    return Stored(files.keep(content), len(content))


def _remember(head: CertificateHead, error: Exception) -> None:
    text = f"{type(error).__name__}: {error}"[:400]
    CertificateHead.objects.filter(pk=head.pk, state=State.SEALING).update(last_error=text)


def _give_up(certificate: Certificate, error: Exception) -> None:
    reason = _("The document cannot be printed: %(why)s") % {"why": error}
    try:
        void(certificate, by=SYSTEM, reason=reason[:400])
    except Conflict:
        return


def _supersede(certificate: Certificate, *, at: datetime) -> Certificate | None:
    """The earlier issue of the same job gives way; a document of another job is only referred to."""
    earlier = certificate.refers
    if earlier is None or earlier.job_id != certificate.job_id:
        return None
    head = head_of(earlier)
    if head.state != State.ISSUED:
        return None
    turn(head, State.SUPERSEDED, at=at, reason=certificate.number, person=certificate.approver)
    record(
        "certificate.superseded",
        earlier,
        by=SYSTEM,
        organization=earlier.institute,
        region=certificate.instrument.region,
        number=earlier.number,
        replaced_by=certificate.number,
    )
    return earlier


def _act_on_instrument(certificate: Certificate) -> None:
    """A failed verification stops the instrument; a passed one after it lets it be used again."""
    instrument = Instrument.objects.select_for_update(of=("self",)).get(pk=certificate.instrument_id)
    after_failure = certificate.refers is not None and certificate.refers.kind == Certificate.Kind.REJECTION
    if instrument.state == Instrument.State.SCRAPPED:
        return
    if certificate.kind == Certificate.Kind.REJECTION:
        ledger.put_out_of_service(instrument, by=SYSTEM, reason=certificate.number)
    elif certificate.kind == Certificate.Kind.VERIFICATION and after_failure:
        ledger.return_to_use(instrument, by=SYSTEM, reason=certificate.number)
