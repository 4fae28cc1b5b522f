"""What the ledger and the bench hand to the alerts: instruments that fall due, jobs that run late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext_lazy as _

from instruments.models import Instrument, Job
from instruments.workflow import FINISHED_JOBS
from metrology import alerts, navigation
from metrology.alerts import Alert, Subject
from metrology.roles import ENTERPRISE, Role


def register() -> None:
    """Called once from ready()."""
    alerts.offer(DUE, LATE)


def instruments_due(first: date, last: date) -> Iterator[Subject]:
    """Instruments in use whose validity ends; the owner is told (rules 4.5)."""
    rows = Instrument.objects.filter(
        state=Instrument.State.IN_USE, due_on__gte=first, due_on__lte=last
    ).order_by("pk")
    columns = ("public_id", "due_on", "owner", "name", "serial")
    for key, due_on, owner, name, serial in rows.values_list(*columns).iterator():
        path = navigation.address("instruments.instrument", str(key))
        yield Subject(str(key), due_on, owner, {"name": name, "serial": serial}, path)


def jobs_promised(first: date, last: date) -> Iterator[Subject]:
    """Jobs not yet issued whose promised day comes; the assignee and the managers are told."""
    rows = (
        Job.objects.filter(promised_on__gte=first, promised_on__lte=last)
        .exclude(state__in=FINISHED_JOBS)
        .order_by("pk")
    )
    columns = ("public_id", "promised_on", "institute", "number", "instrument__name", "assignee")
    for key, promised_on, institute, number, name, assignee in rows.values_list(*columns).iterator():
        path = navigation.address("instruments.job", str(key))
        yield Subject(str(key), promised_on, institute, {"number": number, "name": name}, path, assignee)


DUE = Alert(
    kind="instrument_due",
    label=_("Instrument due"),
    subject_type="instruments.instrument",
    subjects=instruments_due,
    roles=frozenset(ENTERPRISE),
    ahead=_("%(name)s %(serial)s is valid until %(day)s. Ask for its verification in time."),
    past=_("%(name)s %(serial)s was valid until %(day)s. It may not be used until it is verified."),
)
LATE = Alert(
    kind="job_promised",
    label=_("Promised work"),
    subject_type="instruments.job",
    subjects=jobs_promised,
    roles=frozenset({Role.MANAGER}),
    ahead=_("Job %(number)s (%(name)s) is promised for %(day)s."),
    past=_("Job %(number)s (%(name)s) was promised for %(day)s and is not finished."),
    stages=(3,),
)
