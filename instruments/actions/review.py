"""Hand-over, check and return: what the tester gives away, another person looks at (rules 4.3)."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from instruments import evaluate, gate
from instruments.actions.checks import (
    acting_person,
    note_job,
    reason_given,
    require_state,
    require_tester,
    sentence,
)
from instruments.actions.records import write_sources
from instruments.models import Job, Opening, RecordDraft, Remark
from instruments.record import Address, Record
from instruments.workflow import JOB_MOVES, MAY
from metrology import clock
from metrology.actors import Actor
from metrology.errors import Conflict, Forbidden, Invalid
from metrology.ledger import verb
from metrology.science.results import Evaluation
from metrology.states import advance


@verb
def submit(job: Job, *, by: Actor, tested_on: date | None = None) -> Job:
    """Hand the record over to the checker: complete, evaluated, with the sources of each point."""
    locked: Job = Job.objects.select_for_update().get(pk=job.pk)
    require_tester(locked, by)
    record = Record(locked)
    evaluation = evaluate.preview(record, record.final_adjustment)
    faults = _missing(record, evaluation)
    if faults:
        raise Invalid(faults, _("The record is not complete. Fill in what is named, or correct it."))
    day = _test_date(record, tested_on)
    result = evaluate.store(record)
    write_sources(record)
    RecordDraft.objects.filter(job=job).delete()
    advance(job, Job.State.SUBMITTED, moves=JOB_MOVES, tested_on=day, submitted_at=clock.now())
    return note_job(
        "job.submitted",
        job,
        by,
        tested_on=day,
        readings=record.digest(),
        count=len(record.current),
        verdict=result.verdict,
        input_hash=result.input_hash,
    )


@verb
def open_record(job: Job, *, by: Actor) -> None:
    """Note that a reviewer has this version of the record open; asked for before signing several at once."""
    by.require(*MAY["job.check"], within=job.institute)
    person = acting_person(by)
    Opening.objects.get_or_create(
        job=job, person=person, job_version=job.version, defaults={"at": clock.now()}
    )


@verb
def check(job: Job, *, by: Actor) -> Job:
    """Confirm a record (核验): by another person than the tester, qualified to check this method today."""
    by.require(*MAY["job.check"], within=job.institute)
    require_state(job, Job.State.SUBMITTED)
    person = acting_person(by)
    if job.tester_id == person.pk:
        raise Forbidden(_("You measured this yourself. Another person must check it."))
    refusal = gate.check_refusal(job, person, clock.today())
    if refusal is not None:
        raise Forbidden(refusal)
    record = Record(job)
    result = evaluate.latest(record, record.final_adjustment)
    if result is None or not evaluate.is_fresh(record, result):
        raise Conflict(
            _("The stored result does not belong to these readings. Return the record to the tester.")
        )
    advance(job, Job.State.CHECKED, moves=JOB_MOVES, checker=person, checked_on=clock.today())
    return note_job("job.checked", job, by, readings=record.digest(), verdict=result.verdict)


@verb
def return_(job: Job, *, by: Actor, text: str, cell: str = "") -> Job:
    """Send a record back to the tester with a comment, at a cell if one is meant; what changes then shows."""
    by.require(*MAY["job.return"], within=job.institute)
    require_state(job, Job.State.SUBMITTED, Job.State.CHECKED)
    person, words = acting_person(by), reason_given(text, "/text")
    known = {str(address) for address in Record(job).known} if cell else set()
    if cell and cell not in known:
        raise Invalid({"/cell": [_("The record has no such cell.")]})
    Remark.objects.create(
        job=job, person=person, text=words, cell=cell, revision=job.revision, at=clock.now()
    )
    advance(
        job,
        Job.State.MEASURING,
        moves=JOB_MOVES,
        revision=job.revision + 1,
        checker=None,
        checked_on=None,
    )
    return note_job("job.returned", job, by, comment=words, cell=cell)


def _missing(record: Record, evaluation: Evaluation) -> dict[str, list[Any]]:
    """Every cell that is still needed, every value that cannot be computed, every climate value asked for."""
    adjustment = record.final_adjustment
    faults: dict[str, list[Any]] = {}
    if not record.current:
        faults["/cells"] = [_("There is no reading yet.")]
    for key in evaluation.missing:
        faults[f"/cells/{Address.of(key, adjustment)}"] = [_("This cell is empty.")]
    for problem in evaluation.problems:
        place = str(Address.of(problem.cell, adjustment)) if problem.cell else problem.test
        faults.setdefault(f"/cells/{place}", []).append(sentence(problem))
    for limit in record.method.environment:
        if limit.required and not getattr(record.job, limit.key, "x"):
            faults[f"/environment/{limit.key}"] = [_("The method asks for this climate value.")]
    return faults


def _test_date(record: Record, given: date | None) -> date:
    """The day of the last observed reading, or the day the tester names, not before receipt, not to come."""
    last = max(reading.observed_at for reading in record.current.values())
    day = given or clock.local_date(last)
    if day > clock.today():
        raise Invalid({"/tested_on": [_("This day has not come yet.")]})
    if day < clock.local_date(record.job.received_at):
        raise Invalid({"/tested_on": [_("The instrument had not been received on this day.")]})
    return day
