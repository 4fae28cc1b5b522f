"""A job's way from the shelf to the certificate; every move is one compare-and-swap (rules 3)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from instruments import gate
from instruments.actions.checks import (
    acting_person,
    note_job,
    reason_given,
    require_state,
    require_tester,
    sentence,
)
from instruments.actions.orders import complete_if_done
from instruments.actions.records import write_sources
from instruments.choice import Choice, choose, valid_certificates
from instruments.models import Job, JobEquipment, Point, ServiceOrder
from instruments.record import Record, document_of, next_plan_revision
from instruments.workflow import JOB_MOVES, MAY
from labs.models import Equipment, Laboratory, MethodVersion, Room, Standard, StandardEquipment
from metrology import clock
from metrology.actors import Actor
from metrology.errors import Blocked, Forbidden, Invalid
from metrology.ledger import verb
from metrology.models import Person
from metrology.science.errors import NumeralError, gettext_noop
from metrology.science.evaluation import ParameterError, PointPlan, check_parameters, points_for
from metrology.science.numerals import fold_width, normalise
from metrology.states import advance, change

State = Job.State


@verb
def assign(job: Job, *, by: Actor, assignee: Person, laboratory: Laboratory | None = None) -> Job:
    """Give a job to a tester of the institute; whether that person is qualified the gate will say."""
    by.require(*MAY["job.assign"], within=job.institute)
    if assignee.employer_id != job.institute_id or assignee.left_on is not None:
        raise Invalid({"/assignee": [_("This person does not work at this institute.")]})
    if laboratory is not None and laboratory.institute_id != job.institute_id:
        raise Invalid({"/laboratory": [_("This laboratory belongs to another institute.")]})
    advance(
        job,
        State.ASSIGNED,
        moves=JOB_MOVES,
        assignee=assignee,
        tester=None,
        laboratory=laboratory or job.laboratory,
    )
    return note_job("job.assigned", job, by, assignee=assignee.name)


@verb
def start(
    job: Job,
    *,
    by: Actor,
    method_version: MethodVersion | None = None,
    standard: Standard | None = None,
    equipment: Sequence[Equipment] = (),
    room: Room | None = None,
    parameters: Mapping[str, str] | None = None,
) -> Job:
    """Begin to measure (开始检定): fix method version, standard and equipment, and lay out the points.

    What is not named is chosen; `gate.examine` then says what would still block an issue.
    """
    by.require(*MAY["job.start"], within=job.institute)
    person = acting_person(by)
    if job.assignee_id != person.pk:
        raise Forbidden(_("This job is assigned to somebody else."))
    _check_belongings(job, standard, equipment, room)
    choice = choose(job, day=clock.today(), version=method_version, standard=standard)
    version = choice.version
    if version is None:
        raise Invalid(
            {
                "/method_version": [
                    _("No confirmed method version is in force for it. Confirm one, or name one.")
                ]
            }
        )
    texts, plans = _plan(job, version, parameters)
    advance(
        job,
        State.MEASURING,
        moves=JOB_MOVES,
        tester=person,
        checker=None,
        checked_on=None,
        method=choice.method,
        method_version=version,
        standard=choice.standard,
        room=_room(job, choice, room),
        parameters=texts,
    )
    _lay_out(job, plans)
    _take_equipment(job, choice, equipment)
    return note_job("job.started", job, by, method_version=str(version), points=len(plans))


@verb
def set_environment(
    job: Job,
    *,
    by: Actor,
    temperature: str = "",
    humidity: str = "",
    pressure: str = "",
    room: Room | None = None,
) -> Job:
    """Note the climate of the measurement, one value or `lowest~highest`; an empty text changes nothing."""
    require_tester(job, by)
    _check_belongings(job, None, (), room)
    given = {"temperature": temperature, "humidity": humidity, "pressure": pressure}
    faults: dict[str, list[Any]] = {}
    changes: dict[str, Any] = {}
    for name, text in given.items():
        try:
            if text.strip():
                changes[name] = climate(text)
        except NumeralError as error:
            faults[f"/{name}"] = [sentence(error)]
    if faults:
        raise Invalid(faults)
    if room is not None:
        changes["room"] = room
    change(job, expected={"state": State.MEASURING}, **changes)
    return note_job("job.environment_set", job, by, **{name: getattr(job, name) for name in given})


@verb
def note_equipment(
    job: Job, *, by: Actor, equipment: Equipment, condition: str, note: str = ""
) -> JobEquipment:
    """Note the state of a standard before use; an abnormal one blocks the issue."""
    require_tester(job, by)
    use: JobEquipment | None = job.equipment.filter(equipment=equipment).first()
    if use is None:
        raise Invalid({"/equipment": [_("This equipment is not used in this job.")]})
    if condition == JobEquipment.Condition.ABNORMAL:
        note = reason_given(note, "/note")
    use.condition, use.note = condition, note[:200]
    use.save(update_fields=["condition", "note"])
    note_job("job.equipment_noted", job, by, equipment=str(equipment), condition=condition, note=use.note)
    return use


@verb
def cancel_job(job: Job, *, by: Actor, reason: str) -> Job:
    """Stop a job that has not been handed over; the piece waits for its return."""
    by.require(*MAY["job.cancel"], within=job.institute)
    text = reason_given(reason)
    advance(job, State.CANCELLED, moves=JOB_MOVES)
    note_job("job.cancelled", job, by, reason=text)
    complete_if_done(_order(job), by=by)
    return job


@verb
def subcontract(job: Job, *, by: Actor, contractor: str, reason: str) -> Job:
    """Pass a job on to another body, which issues its own document (分包)."""
    by.require(*MAY["job.subcontract"], within=job.institute)
    body, text = reason_given(contractor, "/contractor"), reason_given(reason)
    advance(job, State.SUBCONTRACTED, moves=JOB_MOVES)
    note_job("job.subcontracted", job, by, contractor=body, reason=text)
    complete_if_done(_order(job), by=by)
    return job


@verb
def begin_issue(job: Job, *, approver: Person, by: Actor) -> Job:
    """Approve a checked job; the gate is asked here, so no way leads around it (rules 3)."""
    by.require(*MAY["job.approve"], within=job.institute)
    if not by.is_system and acting_person(by).pk != approver.pk:
        raise Forbidden(_("Nobody approves in another person's name."))
    require_state(job, State.CHECKED)
    findings = gate.examine(job, approver=approver, approving_on=clock.today())
    if not gate.is_open(findings):
        raise Blocked(
            _("The certificate cannot be issued yet. Each reason is named with its way out."),
            [finding.as_dict() for finding in findings],
        )
    advance(job, State.APPROVED, moves=JOB_MOVES, approver=approver, approved_on=clock.today())
    return note_job("job.approved", job, by, approver=approver.name)


@verb
def finish_issue(job: Job, *, by: Actor) -> Job:
    """Note that the document of an approved job is sealed, and complete the order with its last job."""
    by.require(*MAY["job.approve"], within=job.institute)
    advance(job, State.ISSUED, moves=JOB_MOVES)
    note_job("job.issued", job, by)
    complete_if_done(_order(job), by=by)
    return job


@verb
def take_back(job: Job, *, by: Actor, reason: str) -> Job:
    """Put an approved job whose document was voided back before the approver, for the next issue number."""
    by.require(*MAY["job.approve"], within=job.institute)
    text = reason_given(reason)
    advance(job, State.CHECKED, moves=JOB_MOVES, approver=None, approved_on=None, issue_no=job.issue_no + 1)
    return note_job("job.taken_back", job, by, reason=text)


@verb
def reopen(job: Job, *, by: Actor, reason: str) -> Job:
    """Open an issued job for an amendment: it goes through check, gate and approval again (issue_no + 1)."""
    by.require(*MAY["job.reopen"], within=job.institute)
    text = reason_given(reason)
    advance(
        job,
        State.SUBMITTED,
        moves=JOB_MOVES,
        issue_no=job.issue_no + 1,
        revision=job.revision + 1,
        amend_reason=text,
        checker=None,
        checked_on=None,
        approver=None,
        approved_on=None,
    )
    write_sources(Record(job))
    return note_job("job.reopened", job, by, reason=text)


def climate(text: str) -> str:
    """A climate value as text: one number, or lowest~highest."""
    ends = [normalise(part) for part in fold_width(text).split("~")]
    if len(ends) > 2 or (len(ends) == 2 and ends[0].value > ends[1].value):
        raise NumeralError(
            "range", gettext_noop("Write one number, or the lowest and the highest: 20.1~20.6.")
        )
    return "~".join(end.text for end in ends)


def _check_belongings(
    job: Job, standard: Standard | None, equipment: Sequence[Equipment], room: Room | None
) -> None:
    faults: dict[str, list[Any]] = {}
    if standard is not None and standard.institute_id != job.institute_id:
        faults["/standard"] = [_("This standard belongs to another institute.")]
    if room is not None and room.laboratory.institute_id != job.institute_id:
        faults["/room"] = [_("This room belongs to another institute.")]
    for position, piece in enumerate(equipment):
        if piece.owner_id != job.institute_id:
            faults[f"/equipment/{position}"] = [_("This equipment belongs to another body.")]
    if faults:
        raise Invalid(faults)


def _plan(
    job: Job, version: MethodVersion, given: Mapping[str, str] | None
) -> tuple[dict[str, str], tuple[PointPlan, ...]]:
    """The checked parameters and the points; what the bench says of the instrument outweighs the ledger."""
    method = document_of(version)
    if job.method_id is not None and version.edition.method_id != job.method_id:
        raise Invalid({"/method_version": [_("The order asks for another method.")]})
    if method.service != job.service:
        raise Invalid({"/method_version": [_("This method version is for the other service.")]})
    known = {parameter.key for parameter in method.parameters}
    ledger = {key: text for key, text in job.instrument.parameters.items() if key in known}
    try:
        texts = check_parameters(method, {**ledger, **(given or {})})
        return texts, points_for(method, texts)
    except ParameterError as error:
        raise Invalid({fault.pointer: [sentence(fault)] for fault in error.errors}) from error


def _room(job: Job, choice: Choice, room: Room | None) -> Room | None:
    if job.place == Job.Place.ON_SITE:
        return None
    return room or job.room or (choice.standard.room if choice.standard else None)


def _lay_out(job: Job, plans: Sequence[PointPlan]) -> None:
    revision = next_plan_revision(job)
    Point.objects.bulk_create(
        Point(
            job=job,
            revision=revision,
            test=plan.test,
            key=plan.point,
            nominal=plan.nominal,
            unit=plan.unit,
            position=position,
        )
        for position, plan in enumerate(plans, start=1)
    )


def _take_equipment(job: Job, choice: Choice, more: Sequence[Equipment]) -> None:
    job.equipment.all().delete()
    taken = {use.equipment.pk for use in choice.uses}
    others = [piece for piece in dict.fromkeys(more) if piece.pk not in taken]
    certificates = valid_certificates(others, clock.today())
    roles = StandardEquipment.Role
    role = roles.AUXILIARY if choice.standard else roles.MASTER
    JobEquipment.objects.bulk_create(
        [
            JobEquipment(
                job=job, equipment=use.equipment, trace_certificate=use.trace_certificate, role=use.role
            )
            for use in choice.uses
        ]
        + [
            JobEquipment(job=job, equipment=piece, trace_certificate=certificates.get(piece.pk), role=role)
            for piece in others
        ]
    )


def _order(job: Job) -> ServiceOrder:
    order: ServiceOrder = ServiceOrder.objects.get(items=job.item_id)
    return order
