"""The raw record of a job as it stands: its plan, the readings that count, and those struck through."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property, lru_cache
from typing import NamedTuple

from django.db.models import Max

from instruments.models import Adjustment, Direction, Job, Point, Reading
from labs.models import MethodVersion
from metrology.ledger import canonical
from metrology.science.evaluation import CellKey, PointPlan, points_for
from metrology.science.method import Direction as ScienceDirection
from metrology.science.method import MethodDocument, parse


class Address(NamedTuple):
    """The place of one reading, written `test/point/column/repeat/direction/adjustment`."""

    test: str
    point: str
    column: str
    repeat: int = 1
    direction: str = Direction.NONE
    adjustment: str = Adjustment.AS_FOUND

    def __str__(self) -> str:
        return "/".join(str(part) for part in self)

    @property
    def key(self) -> CellKey:
        return CellKey(self.test, self.point, self.column, self.repeat, ScienceDirection(self.direction))

    @classmethod
    def of(cls, key: CellKey, adjustment: str) -> Address:
        return cls(key.test, key.point, key.column, key.repeat, str(key.direction.value), str(adjustment))


class Record:
    """One job's plan and readings, read once; the newest revision of the plan is the one that counts."""

    def __init__(self, job: Job) -> None:
        self.job = job

    @cached_property
    def version(self) -> MethodVersion:
        version = self.job.method_version
        if version is None:
            raise ValueError("a record begins with a method version")
        return version

    @cached_property
    def method(self) -> MethodDocument:
        return document_of(self.version)

    @cached_property
    def plans(self) -> tuple[PointPlan, ...]:
        return points_for(self.method, self.job.parameters)

    @cached_property
    def points(self) -> dict[tuple[str, str], Point]:
        rows = list(Point.objects.filter(job=self.job).order_by("revision", "position"))
        last = rows[-1].revision if rows else 0
        return {(row.test, row.key): row for row in rows if row.revision == last}

    @property
    def plan_revision(self) -> int:
        return next((point.revision for point in self.points.values()), 0)

    @cached_property
    def known(self) -> dict[Address, PointPlan]:
        """Every cell the plan has, before and after adjustment."""
        return {
            Address.of(key, adjustment): plan
            for adjustment in Adjustment.values
            for plan in self.plans
            for key in plan.cells()
        }

    @cached_property
    def history(self) -> dict[Address, list[Reading]]:
        """All revisions of each cell of the current plan, oldest first."""
        places = {point.pk: point for point in self.points.values()}
        found: dict[Address, list[Reading]] = {}
        rows = Reading.objects.filter(job=self.job, point__in=places).select_related("person").order_by("pk")
        for row in rows:
            point = places[row.point_id]
            address = Address(point.test, point.key, row.column, row.repeat, row.direction, row.adjustment)
            found.setdefault(address, []).append(row)
        return found

    @cached_property
    def current(self) -> dict[Address, Reading]:
        """The readings that count: the last revision of each cell, unless it withdrew the value."""
        return {address: rows[-1] for address, rows in self.history.items() if rows[-1].text}

    def cells(self, adjustment: str) -> dict[CellKey, str]:
        return {
            address.key: reading.text
            for address, reading in self.current.items()
            if address.adjustment == adjustment
        }

    @property
    def adjustments(self) -> tuple[str, ...]:
        """As found; and as left, once anything was read after an adjustment."""
        after = any(address.adjustment == Adjustment.AS_LEFT for address in self.current)
        return (Adjustment.AS_FOUND, Adjustment.AS_LEFT) if after else (Adjustment.AS_FOUND,)

    @property
    def final_adjustment(self) -> str:
        """The state of the instrument that is judged."""
        return self.adjustments[-1]

    def digest(self) -> str:
        """SHA-256 over every reading that counts, its place and revision: what is handed over."""
        lines = [[str(address), row.revision, row.text] for address, row in sorted(self.current.items())]
        return hashlib.sha256(canonical(lines).encode()).hexdigest()


def next_plan_revision(job: Job) -> int:
    last: int | None = Point.objects.filter(job=job).aggregate(last=Max("revision"))["last"]
    return (last or 0) + 1


def document_of(version: MethodVersion) -> MethodDocument:
    """The parsed document of a version; versions never change, so each is parsed once."""
    return _parsed(version.document)


@lru_cache(maxsize=128)
def _parsed(document: str) -> MethodDocument:
    return parse(json.loads(document))
