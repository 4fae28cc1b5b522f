"""What a job will stand on: the method version, the standard, its equipment and their trace certificates."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from instruments.models import Job
from instruments.record import document_of
from labs.models import (
    Equipment,
    Method,
    MethodVersion,
    Standard,
    StandardEquipment,
    StandardItem,
    TraceCertificate,
)
from metrology.errors import Invalid
from metrology.models import Organization


@dataclass(frozen=True)
class Use:
    """A piece of equipment in its role, with the trace certificate that holds on the day."""

    equipment: Equipment
    role: str
    trace_certificate: TraceCertificate | None


@dataclass(frozen=True)
class Choice:
    """Everything a job stands on; what could not be found is None."""

    method: Method | None
    version: MethodVersion | None
    standard: Standard | None
    uses: tuple[Use, ...]


def choose(
    job: Job, *, day: date, version: MethodVersion | None = None, standard: Standard | None = None
) -> Choice:
    """What was named, else the newest confirmed version in force and the one usable standard."""
    if version is None:
        version = _version_in_force(job, day)
    method = version.edition.method if version is not None else job.method
    if standard is None and method is not None:
        standard = _only_standard(job.institute, method, day)
    return Choice(method, version, standard, _uses(standard, day) if standard else ())


def usable_versions(institute: Organization) -> Any:
    """The versions an institute may use; demonstration bodies need no confirmation (rules 5)."""
    versions = MethodVersion.objects.all()
    return versions if institute.is_demo else versions.confirmed_for(institute)


def versions_in_force(job: Job, day: date) -> list[MethodVersion]:
    """The newest usable version of each method that fits the job and is in force on the day."""
    methods = (
        Q(edition__method=job.method)
        if job.method_id
        else Q(edition__method__categories=job.instrument.category_id)
    )
    versions = (
        usable_versions(job.institute)
        .filter(methods, edition__valid_from__lte=day)
        .filter(Q(edition__valid_to__isnull=True) | Q(edition__valid_to__gte=day))
        .select_related("edition__method")
        .order_by("edition__method__code", "-edition__valid_from", "-number")
    )
    newest: dict[int, MethodVersion] = {}
    for version in versions:
        if document_of(version).service == job.service:
            newest.setdefault(version.edition.method_id, version)
    return list(newest.values())


def standards_for(institute: Organization, method: Method, day: date) -> Any:
    """The standards of an institute with an item for a method on a day, usable or not."""
    items = StandardItem.objects.valid_on(day).filter(method=method, standard__institute=institute)
    return Standard.objects.filter(pk__in=items.values("standard")).order_by("pk")


def _version_in_force(job: Job, day: date) -> MethodVersion | None:
    found = versions_in_force(job, day)
    if len(found) > 1:
        codes = ", ".join(sorted(version.edition.code for version in found))
        raise Invalid(
            {"/method_version": [_("Several methods fit; choose one: %(codes)s.") % {"codes": codes}]}
        )
    return found[0] if found else None


def _only_standard(institute: Organization, method: Method, day: date) -> Standard | None:
    """The one standard that may be used for a method on a day; if none may, the one that could."""
    fitting = standards_for(institute, method, day)
    usable: list[Standard] = list(fitting.usable_on(day))
    if len(usable) > 1:
        names = "; ".join(standard.name for standard in usable)
        raise Invalid({"/standard": [_("Several standards fit; choose one: %(names)s.") % {"names": names}]})
    if usable:
        return usable[0]
    could: list[Standard] = list(fitting[:2])
    return could[0] if len(could) == 1 else None


def _uses(standard: Standard, day: date) -> tuple[Use, ...]:
    parts = list(
        StandardEquipment.objects.valid_on(day)
        .filter(standard=standard, role__in=StandardEquipment.TRACEABLE)
        .select_related("equipment")
        .order_by("pk")
    )
    certificates = valid_certificates([part.equipment for part in parts], day)
    return tuple(Use(part.equipment, part.role, certificates.get(part.equipment_id)) for part in parts)


def valid_certificates(equipment: list[Equipment], day: date) -> dict[int, TraceCertificate]:
    """The newest trace certificate of each piece that holds on a day."""
    rows = TraceCertificate.objects.valid_on(day).filter(equipment__in=equipment)
    return {row.equipment_id: row for row in rows.order_by("calibrated_on", "pk")}
