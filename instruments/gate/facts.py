"""What the gate judges, read from the database once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from instruments.choice import choose
from instruments.gate.roll import Roll
from instruments.models import Job
from instruments.record import Record, document_of
from instruments.workflow import BEFORE_HAND_OVER
from labs.models import Equipment, Method, MethodVersion, Standard, TraceCertificate
from metrology import clock
from metrology.errors import Invalid
from metrology.models import Organization, Person
from metrology.science.method import MethodDocument


@dataclass(frozen=True)
class EquipmentUse:
    """A piece that the measurement rests on, as the job noted it or as it would be taken."""

    equipment: Equipment
    role: str
    trace_certificate: TraceCertificate | None
    is_normal: bool
    note: str


@dataclass(frozen=True)
class Facts:
    """A job and what it stands on; before the start, what it would stand on."""

    job: Job
    day: date
    method: Method | None
    version: MethodVersion | None
    standard: Standard | None
    uses: tuple[EquipmentUse, ...]
    approver: Person | None
    approving_on: date

    @property
    def institute(self) -> Organization:
        return self.job.institute

    @property
    def is_verification(self) -> bool:
        return self.job.service == "verification"

    @property
    def is_preview(self) -> bool:
        """Whether the record has not been handed over yet, so that parts of it may still be missing."""
        return self.job.state in BEFORE_HAND_OVER

    @property
    def document(self) -> MethodDocument | None:
        return document_of(self.version) if self.version else None

    @cached_property
    def roll(self) -> Roll | None:
        """The qualifications of everybody who acts on this job."""
        if self.method is None:
            return None
        job = self.job
        people = {job.tester_id, job.assignee_id, job.checker_id, self.approver.pk if self.approver else None}
        return Roll((pk for pk in people if pk is not None), self.method)

    @cached_property
    def record(self) -> Record | None:
        return Record(self.job) if self.job.method_version_id else None


_JOINS = (
    "institute__region",
    "instrument__region",
    "item",
    "method",
    "method_version__edition__method",
    "method_version__edition__superseded_by__method",
    "standard",
    "room",
    "assignee",
    "tester",
    "checker",
    "approver",
)


def load(
    job: Job,
    *,
    approver: Person | None = None,
    approving_on: date | None = None,
    version: MethodVersion | None = None,
    standard: Standard | None = None,
) -> Facts:
    """The facts about a job as the database has them now; before the start, with what it might stand on."""
    row: Job = Job.objects.select_related(*_JOINS).get(pk=job.pk)
    day = row.tested_on or clock.today()
    if row.method_version_id is None:
        return _proposed(row, day, approver, approving_on, version, standard)
    uses = tuple(
        EquipmentUse(use.equipment, use.role, use.trace_certificate, use.condition == "normal", use.note)
        for use in row.equipment.select_related("equipment", "trace_certificate")
    )
    return Facts(
        job=row,
        day=day,
        method=row.method,
        version=row.method_version,
        standard=row.standard,
        uses=uses,
        approver=approver,
        approving_on=approving_on or clock.today(),
    )


def _proposed(
    row: Job,
    day: date,
    approver: Person | None,
    approving_on: date | None,
    named: MethodVersion | None,
    named_standard: Standard | None,
) -> Facts:
    try:
        choice = choose(row, day=day, version=named, standard=named_standard)
        method, version, standard, taken = choice.method, choice.version, choice.standard, choice.uses
    except Invalid:
        method, version, standard, taken = row.method, named, named_standard, ()
    uses = tuple(EquipmentUse(use.equipment, use.role, use.trace_certificate, True, "") for use in taken)
    return Facts(row, day, method, version, standard, uses, approver, approving_on or clock.today())
