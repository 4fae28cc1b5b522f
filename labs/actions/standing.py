"""Whether a standard may be used: its two certificates, its status, its examinations."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.utils.translation import gettext as _

from labs.models import ExamCertificate, Examination, PublicLicence, Standard, StatusPeriod
from labs.rules import happened, require_manager, require_manager_or_authority
from metrology import clock, rows, states
from metrology.actors import Actor
from metrology.errors import Conflict, DomainError
from metrology.faults import Faults
from metrology.ledger import record, verb
from metrology.models import Region

Status = StatusPeriod.Status
State = Examination.State

STATUS_MOVES: states.Moves = {
    None: frozenset({Status.IN_USE, Status.CANCELLED}),
    Status.IN_USE: frozenset({Status.SUSPENDED, Status.CANCELLED}),
    Status.SUSPENDED: frozenset({Status.IN_USE, Status.CANCELLED}),
    Status.CANCELLED: frozenset(),
}
EXAMINATION_MOVES: states.Moves = {
    State.DRAFT: frozenset({State.APPLIED}),
    State.APPLIED: frozenset({State.ACCEPTED, State.REFUSED}),
    State.ACCEPTED: frozenset({State.DOCUMENT_REVIEW}),
    State.DOCUMENT_REVIEW: frozenset({State.ONSITE, State.RECTIFYING, State.APPROVED, State.REFUSED}),
    State.ONSITE: frozenset({State.RECTIFYING, State.APPROVED, State.REFUSED}),
    State.RECTIFYING: frozenset({State.ONSITE, State.APPROVED, State.REFUSED}),
    State.APPROVED: frozenset(),
    State.REFUSED: frozenset(),
}
CLOSED = frozenset({State.APPROVED, State.REFUSED})


@verb
def record_exam_certificate(
    standard: Standard, *, number: str, issuer: str, valid_from: date, valid_to: date, by: Actor
) -> ExamCertificate:
    """Record an examination certificate (考核证书) with both its dates as printed, never computed."""
    require_manager(by, standard.institute)
    faults = Faults()
    faults.in_order(valid_from, valid_to)
    faults.stop()
    states.change(standard)
    made = rows.make_once(
        ExamCertificate,
        "/number",
        standard=standard,
        number=number,
        issuer=issuer,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    _record_certificate("standard.examined", made, by)
    return made


@verb
def record_public_licence(
    standard: Standard,
    *,
    number: str,
    issuer: str,
    valid_from: date,
    valid_to: date,
    regions: Sequence[Region],
    by: Actor,
) -> PublicLicence:
    """Record the leave to serve the public (社会公用计量标准证书), with its own dates and regions."""
    require_manager(by, standard.institute)
    faults = Faults()
    faults.in_order(valid_from, valid_to)
    faults.unless(bool(regions), "/regions", _("Name at least one region."))
    faults.stop()
    if standard.category not in Standard.PUBLIC:
        raise DomainError(_("Only a public standard carries a public licence."))
    states.change(standard)
    made = rows.make_once(
        PublicLicence,
        "/number",
        standard=standard,
        number=number,
        issuer=issuer,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    made.regions.set(regions)
    _record_certificate("standard.licensed", made, by, regions=[region.key for region in regions])
    return made


@verb
def revoke_certificate(
    certificate: ExamCertificate | PublicLicence, *, on: date, reason: str, by: Actor
) -> Standard:
    """An examination certificate or a public licence counts no more from this day on."""
    standard: Standard = certificate.standard
    require_manager_or_authority(by, standard.institute)
    rows.revoke(certificate, on)
    states.change(standard)
    record(
        "standard.certificate_revoked",
        standard,
        by=by,
        organization=standard.institute,
        number=certificate.number,
        on=on,
        reason=reason,
    )
    return standard


@verb
def start_use(standard: Standard, *, on: date, by: Actor) -> StatusPeriod:
    """Put a standard into use: only with a valid examination certificate and, if public, a licence."""
    _require_certified(standard, on, by)
    return _turn(standard, Status.IN_USE, on, "", by)


@verb
def suspend(standard: Standard, *, on: date, reason: str, by: Actor) -> StatusPeriod:
    """Seal a standard for a time (封存)."""
    return _turn(standard, Status.SUSPENDED, on, reason, by)


@verb
def resume(standard: Standard, *, on: date, by: Actor, reason: str = "") -> StatusPeriod:
    """Take a sealed standard back into use while its certificates hold; else it is examined anew."""
    _require_certified(standard, on, by)
    return _turn(standard, Status.IN_USE, on, reason, by)


@verb
def cancel(standard: Standard, *, on: date, reason: str, by: Actor) -> StatusPeriod:
    """End a standard for good (撤销)."""
    return _turn(standard, Status.CANCELLED, on, reason, by)


@verb
def open_examination(
    standard: Standard, *, kind: str, by: Actor, opened_on: date | None = None, note: str = ""
) -> Examination:
    """Prepare an examination; one under way leaves the standard's own status alone."""
    require_manager(by, standard.institute)
    faults = Faults()
    faults.unless(kind in Examination.Kind.values, "/kind", _("There is no such kind."))
    faults.stop()
    if standard.examinations.exclude(state__in=CLOSED).exists():
        raise Conflict(_("An examination of this standard is under way."))
    states.change(standard)
    made = Examination.objects.create(
        standard=standard, kind=kind, opened_on=opened_on or clock.today(), note=note
    )
    record("examination.opened", made, by=by, organization=standard.institute, kind=kind)
    return made


@verb
def move_examination(
    examination: Examination, to: str, *, by: Actor, on: date | None = None, note: str = ""
) -> Examination:
    """Move an examination one step along its table (JJF 1033; rules 8.2)."""
    institute = examination.standard.institute
    require_manager_or_authority(by, institute)
    day = on or clock.today()
    faults = Faults()
    faults.unless(to in State.values, "/to", _("There is no such state."))
    faults.in_order(examination.opened_on, day, "/on")
    faults.stop()
    before = examination.state
    closed_on = day if to in CLOSED else None
    states.advance(examination, to, moves=EXAMINATION_MOVES, closed_on=closed_on)
    record(
        "examination.moved",
        examination,
        by=by,
        organization=institute,
        moved=[before, to],
        on=day,
        note=note,
    )
    return examination


def _record_certificate(
    name: str, certificate: ExamCertificate | PublicLicence, by: Actor, regions: Sequence[str] = ()
) -> None:
    record(
        name,
        certificate.standard,
        by=by,
        organization=certificate.standard.institute,
        number=certificate.number,
        valid_from=certificate.valid_from,
        valid_to=certificate.valid_to,
        regions=list(regions),
    )


def _require_certified(standard: Standard, on: date, by: Actor) -> None:
    require_manager(by, standard.institute)
    if not standard.exam_certificates.valid_on(on).exists():
        raise DomainError(
            _("No examination certificate is valid on %(day)s. Record one first.") % {"day": on},
            code="not_examined",
        )
    if standard.category in Standard.PUBLIC and not standard.public_licences.valid_on(on).exists():
        raise DomainError(
            _("No public licence is valid on %(day)s. Record one first.") % {"day": on},
            code="not_licensed",
        )


def _turn(standard: Standard, to: str, on: date, reason: str, by: Actor) -> StatusPeriod:
    require_manager(by, standard.institute)
    faults = Faults()
    happened(faults, on, "/on")
    open_one = standard.status_periods.filter(valid_to__isnull=True).first()
    if open_one is not None and on <= open_one.valid_from:
        began = _("The present status began on %(day)s; choose a later day.")
        faults.add("/on", began % {"day": open_one.valid_from})
    faults.stop()
    present = Status(open_one.status) if open_one else None
    if to not in STATUS_MOVES[present]:
        raise Conflict(
            _("Not possible now: it is “%(present)s”, so it cannot become “%(to)s”.")
            % {"present": present.label if present else _("in preparation"), "to": Status(to).label}
        )
    states.change(standard)
    if open_one is not None:
        rows.end(open_one, on - timedelta(days=1))
    made = StatusPeriod.objects.create(standard=standard, status=to, valid_from=on, reason=reason)
    record(f"standard.{to}", standard, by=by, organization=standard.institute, on=on, reason=reason)
    return made
