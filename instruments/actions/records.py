"""The raw record: readings are text, written once, corrected only by their next revision (rules 4.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from instruments.actions.checks import require_tester, sentence
from instruments.models import Adjustment, Direction, Job, PointSource, Reading, RecordDraft
from instruments.record import Address, Record
from metrology import clock
from metrology.actors import Actor
from metrology.errors import Conflict, Invalid
from metrology.ledger import verb
from metrology.models import Person
from metrology.science.errors import NumeralError
from metrology.science.evaluation import PointPlan, read_cell
from metrology.science.method import ColumnKind

MOST_CELLS = 2000
MOST_DRAFTS = 2000
MOST_DRAFT_TEXT = 200
CLOCK_SKEW = timedelta(minutes=5)
EARLIEST_YEAR = 1900
_KEYS = frozenset(
    {"test", "point", "column", "repeat", "direction", "adjustment", "value", "observed_at", "seen"}
)

Faults = dict[str, list[Any]]


@dataclass
class Committed:
    """What a call achieved: the cells as they now stand, those refused, and those another value stands in."""

    saved: list[dict[str, Any]] = field(default_factory=list)
    errors: Faults = field(default_factory=dict)
    conflicts: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class _Cell:
    address: Address
    text: str
    typed: str
    observed_at: datetime
    seen: int | None

    def contradicts(self, standing: Reading | None) -> bool:
        """Whether a value that the writer has not seen stands here, and says something else."""
        if self.seen is None or standing is None or standing.revision == self.seen:
            return False
        return standing.text != self.text


@verb
def commit_readings(job: Job, *, cells: Sequence[Any], by: Actor) -> Committed:
    """Keep every good cell as an append-only revision and name every bad one; neither hinders the other.

    The same text again is no new row; an empty text withdraws the value. A cell that says which revision
    its writer has `seen` is not written over a later one: both stand in the answer, for the writer to
    choose. The job row is locked, so no reading slips in behind the hand-over.
    """
    locked: Job = Job.objects.select_for_update().get(pk=job.pk)
    person = require_tester(locked, by)
    if not 1 <= len(cells) <= MOST_CELLS:
        raise Invalid({"/cells": [_("Send 1 to %(most)d cells.") % {"most": MOST_CELLS}]})
    record, answer = Record(locked), Committed()
    rows: list[Reading] = []
    last = {address: revisions[-1] for address, revisions in record.history.items()}
    for position, raw in enumerate(cells):
        faults: Faults = {}
        cell = _cell(raw, record, faults)
        if cell is None:
            answer.errors.update({f"/cells/{position}{place}": why for place, why in faults.items()})
            continue
        before = last.get(cell.address)
        if before is not None and cell.contradicts(before):
            answer.conflicts.append(_as_found(position, cell.address, before))
            continue
        if (before.text if before else "") != cell.text:
            last[cell.address] = _reading(record, cell, before, person)
            rows.append(last[cell.address])
        answer.saved.append(_as_saved(cell.address, last.get(cell.address)))
    Reading.objects.bulk_create(rows)
    return answer


@verb
def save_draft(job: Job, *, cells: Mapping[str, Any], by: Actor) -> RecordDraft:
    """Keep what is being typed, so that a closed browser loses nothing; a draft is no reading."""
    locked: Job = Job.objects.select_for_update().get(pk=job.pk)
    require_tester(locked, by)
    if len(cells) > MOST_DRAFTS:
        raise Invalid({"/cells": [_("At most %(most)d cells.") % {"most": MOST_DRAFTS}]})
    faults = {
        f"/cells/{key}": [_("Text of at most %(most)d characters.") % {"most": MOST_DRAFT_TEXT}]
        for key, text in cells.items()
        if not isinstance(text, str) or len(text) > MOST_DRAFT_TEXT or len(key) > MOST_DRAFT_TEXT
    }
    if faults:
        raise Invalid(faults)
    draft: RecordDraft = RecordDraft.objects.update_or_create(
        job=job, user=by.user, defaults={"cells": dict(cells), "updated_at": clock.now()}
    )[0]
    return draft


def write_sources(record: Record) -> None:
    """Per measured point: equipment → trace certificate → tester → method version, for this revision."""
    job = record.job
    if job.tester is None:
        raise Conflict(_("The record has no tester."))
    measured = {(address.test, address.point) for address in record.current}
    uses = list(job.equipment.all())
    PointSource.objects.bulk_create(
        PointSource(
            point=point,
            revision=job.revision,
            equipment_id=use.equipment_id,
            trace_certificate_id=use.trace_certificate_id,
            tester=job.tester,
            method_version=record.version,
        )
        for place, point in record.points.items()
        if place in measured
        for use in uses
    )


def _cell(raw: Any, record: Record, faults: Faults) -> _Cell | None:
    if not isinstance(raw, Mapping):
        faults[""] = [_("A cell is an object with test, point, column and value.")]
        return None
    for key in sorted(str(key) for key in raw.keys() - _KEYS):
        faults[f"/{key}"] = [_("A cell has no such part.")]
    address = _address(raw, faults)
    observed_at = _observed_at(raw.get("observed_at"), faults)
    value, seen = raw.get("value"), raw.get("seen")
    if not isinstance(value, str):
        faults["/value"] = [_("Write the value as text, as it was read.")]
    if seen is not None and (not isinstance(seen, int) or isinstance(seen, bool) or seen < 0):
        faults["/seen"] = [_("Give the revision as it came with the cell; 0 for an empty one.")]
    if faults or address is None or observed_at is None or not isinstance(value, str):
        return None
    plan = record.known.get(address)
    if plan is None:
        faults[""] = [_("The method has no such cell.")]
        return None
    try:
        text = read_cell(_kind(plan, address), value) if value.strip() else ""
    except NumeralError as error:
        faults["/value"] = [sentence(error)]
        return None
    return _Cell(address, text, value, observed_at, seen)


def _address(raw: Mapping[str, Any], faults: Faults) -> Address | None:
    for name in ("test", "point", "column"):
        if not isinstance(raw.get(name), str):
            faults[f"/{name}"] = [_("Write it as text.")]
    repeat = raw.get("repeat", 1)
    if not isinstance(repeat, int) or isinstance(repeat, bool) or not 1 <= repeat <= 1000:
        faults["/repeat"] = [_("Give a whole number from 1.")]
    direction = raw.get("direction", Direction.NONE)
    if direction not in Direction.values:
        faults["/direction"] = [
            _("One of these is expected: %(known)s.") % {"known": ", ".join(Direction.values)}
        ]
    adjustment = raw.get("adjustment", Adjustment.AS_FOUND)
    if adjustment not in Adjustment.values:
        known = ", ".join(Adjustment.values)
        faults["/adjustment"] = [_("One of these is expected: %(known)s.") % {"known": known}]
    if faults:
        return None
    return Address(raw["test"], raw["point"], raw["column"], repeat, direction, adjustment)


def _observed_at(given: Any, faults: Faults) -> datetime | None:
    """When the value was read: now, or the time an offline bench says, never in the future."""
    now = clock.now()
    if given is None:
        return now
    try:
        instant = parse_datetime(given) if isinstance(given, str) else None
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        faults["/observed_at"] = [_("Write a date and time with its zone, like 2026-11-22T09:30:00+08:00.")]
        return None
    if instant.year < EARLIEST_YEAR:
        faults["/observed_at"] = [_("This time is too long ago.")]
        return None
    if instant > now + CLOCK_SKEW:
        faults["/observed_at"] = [_("This time has not come yet.")]
        return None
    return min(instant, now)


def _kind(plan: PointPlan, address: Address) -> ColumnKind:
    return next(column.kind for column in plan.columns if column.key == address.column)


def _reading(record: Record, cell: _Cell, before: Reading | None, person: Person) -> Reading:
    return Reading(
        job=record.job,
        point=record.points[cell.address.test, cell.address.point],
        column=cell.address.column,
        repeat=cell.address.repeat,
        direction=cell.address.direction,
        adjustment=cell.address.adjustment,
        revision=before.revision + 1 if before else 1,
        record_revision=record.job.revision,
        text=cell.text,
        typed=cell.typed,
        person=person,
        observed_at=cell.observed_at,
        received_at=clock.now(),
    )


def _as_saved(address: Address, reading: Reading | None) -> dict[str, Any]:
    return {
        **address._asdict(),
        "text": reading.text if reading else "",
        "revision": reading.revision if reading else 0,
    }


def _as_found(position: int, address: Address, reading: Reading) -> dict[str, Any]:
    return {
        **_as_saved(address, reading),
        "position": position,
        "person": reading.person.name,
        "observed_at": reading.observed_at,
    }
