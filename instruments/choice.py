"""What a job will stand on: the method version, the standard, its equipment and their trace certificates."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q
from django.utils.translation import gettext as _

from instruments.models import Job
from instruments.record import document_of
from labs.models import (
    Confirmation,
    Equipment,
    Method,
    MethodVersion,
    Standard,
    StandardEquipment,
    StandardItem,
    StatusPeriod,
    TraceCertificate,
)
from metrology.errors import Invalid
from metrology.models import Organization

CONFIRMING_PEOPLE = 2


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


def confirming_people(version: MethodVersion, institute: Organization) -> int:
    """How many people of the institute stand by a version: each one's latest word counts (DESIGN §5)."""
    words = Confirmation.objects.filter(
        version=version, institute=institute, person__employer=institute
    ).values_list("person", "agrees")
    latest = dict(words.order_by("pk"))
    return sum(latest.values())


def is_confirmed(version: MethodVersion, institute: Organization) -> bool:
    """Whether an institute may use a version; demonstration bodies need no confirmation."""
    return institute.is_demo or confirming_people(version, institute) >= CONFIRMING_PEOPLE


def _version_in_force(job: Job, day: date) -> MethodVersion | None:
    methods = (
        Q(edition__method=job.method)
        if job.method_id
        else Q(edition__method__categories=job.instrument.category_id)
    )
    versions = (
        MethodVersion.objects.filter(methods, edition__valid_from__lte=day)
        .filter(Q(edition__valid_to__isnull=True) | Q(edition__valid_to__gte=day))
        .select_related("edition__method")
        .order_by("edition__method__code", "-edition__valid_from", "-number")
    )
    newest: dict[int, MethodVersion] = {}
    for version in versions:
        if version.edition.method_id in newest or document_of(version).service != job.service:
            continue
        if is_confirmed(version, job.institute):
            newest[version.edition.method_id] = version
    if len(newest) > 1:
        codes = ", ".join(sorted(version.edition.code for version in newest.values()))
        raise Invalid(
            {"/method_version": [_("Several methods fit; choose one: %(codes)s.") % {"codes": codes}]}
        )
    return next(iter(newest.values()), None)


def _only_standard(institute: Organization, method: Method, day: date) -> Standard | None:
    """The one standard that may be used for a method on a day; if none may, the one that could."""
    items = StandardItem.objects.valid_on(day).filter(method=method, standard__institute=institute)
    fitting = list(
        Standard.objects.filter(pk__in=items.values("standard"))
        .order_by("pk")
        .prefetch_related(
            Prefetch("status_periods", StatusPeriod.objects.valid_on(day), to_attr="periods_now"),
        )
    )
    usable = [standard for standard in fitting if _is_in_use(standard)]
    if len(usable) > 1:
        names = "; ".join(standard.name for standard in usable)
        raise Invalid({"/standard": [_("Several standards fit; choose one: %(names)s.") % {"names": names}]})
    if usable:
        return usable[0]
    return fitting[0] if len(fitting) == 1 else None


def _is_in_use(standard: Standard) -> bool:
    periods: list[StatusPeriod] = standard.periods_now  # type: ignore[attr-defined]  # prefetched above
    return any(period.status == StatusPeriod.Status.IN_USE for period in periods)


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
