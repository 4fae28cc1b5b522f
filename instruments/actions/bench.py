"""What the bench does in one go: begin with the climate noted, keep a whole sheet, hand out several jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from instruments.actions.jobs import assign, set_environment, start
from instruments.actions.records import Committed, commit_readings
from instruments.models import Job
from instruments.workflow import MAY
from labs.models import Equipment, Laboratory, MethodVersion, Room, Standard
from metrology.actors import Actor
from metrology.errors import DomainError, Invalid
from metrology.ledger import verb
from metrology.models import Person

CLIMATE = ("temperature", "humidity", "pressure")
MOST_JOBS = 200


@verb
def begin(
    job: Job,
    *,
    by: Actor,
    method_version: MethodVersion | None = None,
    standard: Standard | None = None,
    equipment: Sequence[Equipment] = (),
    room: Room | None = None,
    parameters: Mapping[str, str] | None = None,
    climate: Mapping[str, str] | None = None,
) -> Job:
    """Begin to measure and note the climate of that moment, or neither."""
    started = start(
        job,
        by=by,
        method_version=method_version,
        standard=standard,
        equipment=equipment,
        room=room,
        parameters=parameters,
    )
    noted = climate or {}
    if not any(text.strip() for text in noted.values()):
        return started
    return _set_climate(started, noted, by=by)


@verb
def keep_record(job: Job, *, by: Actor, cells: Sequence[Any], climate: Mapping[str, str]) -> Committed:
    """Keep what is right of a sheet and its climate, and name what is not; neither hinders the other."""
    answer = commit_readings(job, by=by, cells=cells) if cells else Committed()
    if climate:
        try:
            _set_climate(job, climate, by=by)
        except Invalid as error:
            answer.errors.update(error.fields)
    return answer


@verb
def assign_many(
    jobs: Sequence[Job], *, by: Actor, assignee: Person, laboratory: Laboratory | None = None
) -> list[Job]:
    """Give several jobs to one tester: all of them, or none with the reason of each."""
    if not 1 <= len(jobs) <= MOST_JOBS:
        raise Invalid({"/jobs": [_("Choose 1 to %(most)d jobs.") % {"most": MOST_JOBS}]})
    by.require(*MAY["job.assign"])
    faults: list[str] = []
    for job in jobs:
        try:
            assign(job, by=by, assignee=assignee, laboratory=laboratory)
        except Invalid:
            raise
        except DomainError as error:
            faults.append(_("%(name)s: %(text)s") % {"name": job.number, "text": error.message})
    if faults:
        raise Invalid({"/jobs": faults})
    return list(jobs)


def _set_climate(job: Job, given: Mapping[str, str], *, by: Actor) -> Job:
    texts = [given.get(name, "") for name in CLIMATE]
    return set_environment(job, by=by, temperature=texts[0], humidity=texts[1], pressure=texts[2])
