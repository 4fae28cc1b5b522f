"""Before 开始检定: what the job may stand on, why the rest may not be taken, what would block an issue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from instruments import gate
from instruments.choice import standards_for, versions_in_force
from instruments.gate import Finding, standards
from instruments.gate.facts import load
from instruments.models import Job
from labs.models import EnvironmentRecord, Equipment, MethodVersion, Room, Standard
from metrology import clock
from metrology.actors import Actor
from metrology.scope import ScopedModel

M = TypeVar("M", bound=ScopedModel)

CLIMATE_HOLDS = timedelta(hours=1)
MOST_EQUIPMENT = 200
OF_A_STANDARD = (standards.examination, standards.licence, standards.in_use, standards.equipment)


@dataclass(frozen=True)
class Blocked:
    """A standard that may not be taken today, and why."""

    standard: Standard
    why: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """The choices of a start; the chosen ones are what the job would stand on as things are."""

    versions: list[MethodVersion]
    version: MethodVersion | None
    usable: list[Standard]
    blocked: list[Blocked]
    standard: Standard | None
    room: Room | None
    rooms: list[Room]
    climate: EnvironmentRecord | None
    findings: list[Finding]

    @property
    def obstacles(self) -> list[Finding]:
        return [finding for finding in self.findings if not finding.passed]


def propose(job: Job, actor: Actor, *, version: str = "", standard: str = "", room: str = "") -> Proposal:
    """What is named by its public id, else what is plain: the only one there is."""
    day = clock.today()
    versions = versions_in_force(job, day)
    chosen = _named(versions, version)
    fitting = list(standards_for(job.institute, chosen.edition.method, day)) if chosen else []
    allowed = Standard.objects.filter(pk__in=[row.pk for row in fitting]).usable_on(day)
    usable_keys = set(allowed.values_list("pk", flat=True))
    usable = [row for row in fitting if row.pk in usable_keys]
    taken = _named(usable, standard)
    rooms = list(
        Room.objects.visible_to(actor)
        .valid_on(day)
        .filter(laboratory__institute=job.institute)
        .select_related("laboratory")
    )
    place = _named(rooms, room) if room else None
    if place is None and job.place == Job.Place.LABORATORY:
        preset = job.room_id or (taken.room_id if taken else None)
        place = next((row for row in rooms if row.pk == preset), None)
    facts = load(job, version=chosen, standard=taken)
    return Proposal(
        versions=versions,
        version=chosen,
        usable=usable,
        blocked=[Blocked(row, why_not(job, chosen, row)) for row in fitting if row.pk not in usable_keys],
        standard=taken,
        room=place,
        rooms=rooms,
        climate=climate_of(place) if place else None,
        findings=[finding for rule in gate.RULES for finding in rule(facts)],
    )


def why_not(job: Job, version: MethodVersion | None, standard: Standard) -> tuple[str, ...]:
    """The reasons that keep a standard from being used today."""
    facts = load(job, version=version, standard=standard)
    found = (finding for rule in OF_A_STANDARD for finding in rule(facts))
    return tuple(finding.reason for finding in found if finding.blocking and not finding.passed)


def climate_of(room: Room) -> EnvironmentRecord | None:
    """What the room's record says of the last hour."""
    since = clock.now() - CLIMATE_HOLDS
    found: EnvironmentRecord | None = (
        EnvironmentRecord.objects.filter(room=room, observed_at__gte=since, observed_at__lte=clock.now())
        .order_by("-observed_at", "-pk")
        .first()
    )
    return found


def other_equipment(job: Job, actor: Actor) -> list[Equipment]:
    """Pieces of the institute that could be taken besides those of the standard."""
    rows = Equipment.objects.visible_to(actor).filter(owner=job.institute)
    return list(rows.order_by("name_zh", "serial")[:MOST_EQUIPMENT])


def _named(rows: list[M], public_id: str) -> M | None:
    """The row that is named, or the only one there is."""
    if public_id:
        return next((row for row in rows if str(row.public_id) == public_id), None)
    return rows[0] if len(rows) == 1 else None
