"""重复上一台: what may be taken over from the last instrument of a run, which is never a measured value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from instruments.models import Job, Reading
from instruments.record import Address, Record
from metrology import clock
from metrology.actors import Actor
from metrology.science.method import ColumnKind

CLIMATE_HOLDS = timedelta(hours=4)
CLIMATE = ("temperature", "humidity", "pressure")


@dataclass(frozen=True)
class Previous:
    """The last job of the same method and tester, its climate while that is recent, and its checks."""

    job: Job
    climate: dict[str, str]
    checks: dict[str, str]


def previous(record: Record, actor: Actor, adjustment: str) -> Previous | None:
    """What the last job of a run offers for the empty places of this one."""
    job = record.job
    found = (
        Job.objects.visible_to(actor)
        .filter(method=job.method_id, tester=job.tester_id, institute=job.institute_id)
        .exclude(pk=job.pk)
        .order_by("-pk")
        .first()
    )
    if found is None:
        return None
    readings = list(
        Reading.objects.visible_to(actor)
        .filter(job=found, adjustment=adjustment)
        .select_related("point")
        .order_by("pk")
    )
    last = max((row.observed_at for row in readings), default=None)
    recent = last is not None and clock.now() - last <= CLIMATE_HOLDS
    climate = {name: getattr(found, name) for name in CLIMATE if recent and not getattr(job, name)}
    return Previous(
        found,
        {name: text for name, text in climate.items() if text},
        _checks(record, readings),
    )


def _checks(record: Record, readings: list[Reading]) -> dict[str, str]:
    """The checks by eye of the other job, for cells that this one has and that are still empty."""
    kinds = {
        (plan.test, plan.point, column.key): column.kind for plan in record.plans for column in plan.columns
    }
    found: dict[str, str] = {}
    for row in readings:
        at = Address(row.point.test, row.point.key, row.column, row.repeat, row.direction, row.adjustment)
        is_check = kinds.get((at.test, at.point, at.column)) is ColumnKind.CHECK
        if is_check and at in record.known and at not in record.current:
            found[str(at)] = row.text
    return {name: text for name, text in found.items() if text}
