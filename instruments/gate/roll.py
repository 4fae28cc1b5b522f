"""Who may do what in a method: the registrations and qualifications of some people, read once."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from instruments.models import Job
from labs.models import Method, Metrologist, Qualification, Registration
from metrology.models import Person


class Roll:
    """The registrations and qualifications of some people for one method."""

    def __init__(self, people: Iterable[int], method: Method) -> None:
        self.method = method
        found = Metrologist.objects.filter(person__in=list(people)).values_list("person", "pk")
        self.metrologists: dict[int, int] = dict(found)
        self.registrations = list(Registration.objects.filter(metrologist__in=self.metrologists.values()))
        self.qualifications = list(
            Qualification.objects.filter(metrologist__in=self.metrologists.values(), method=method)
        )


def refusal(roll: Roll, job: Job, person: Person, act: str, day: date) -> str | None:
    """Why a person is not qualified for an act in a method on a day, or None."""
    facts = {
        "name": person.name,
        "act": Qualification.Act(act).label,
        "method": roll.method.code,
        "day": day,
        "institute": job.institute.name,
    }
    metrologist = roll.metrologists.get(person.pk)
    if metrologist is None:
        return _("%(name)s is not a certified metrologist on record.") % facts
    if job.service == "verification" and not any(
        row.metrologist_id == metrologist and row.institute_id == job.institute_id and holds(row, day)
        for row in roll.registrations
    ):
        return _("%(name)s had no valid registration with %(institute)s on %(day)s.") % facts
    rows = [
        row
        for row in roll.qualifications
        if row.metrologist_id == metrologist and row.act == act and holds(row, day)
    ]
    if any(row.effect == Qualification.Effect.EXCLUDE for row in rows):
        return _("%(name)s was excluded from “%(act)s” in %(method)s on %(day)s.") % facts
    if not rows:
        return _("%(name)s was not qualified for “%(act)s” in %(method)s on %(day)s.") % facts
    return None


def holds(row: Registration | Qualification, day: date) -> bool:
    revoked_on = getattr(row, "revoked_on", None)
    return (
        row.valid_from <= day
        and (row.valid_to is None or row.valid_to >= day)
        and (revoked_on is None or revoked_on > day)
    )
