"""What the entry page says to the server while somebody types: cells, drafts, climate.

Not part of the public API: the answers hold words for the page, and each call names who typed, so that
nobody's values are ever sent in the name of whoever signed in afterwards.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.middleware.csrf import get_token
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from instruments.actions import bench, records
from instruments.actions.checks import require_tester
from instruments.api.jobs import Cells, DraftBody
from instruments.live import Live
from instruments.models import Adjustment, Job
from instruments.record import Record
from metrology import clock
from metrology.api import ScopedViewSet
from metrology.doors import Body
from metrology.errors import Forbidden, Stale
from metrology.fields import StrictText

JOINS = ("institute", "instrument__region", "method_version__edition__method", "tester")


class TypedBody(Body):
    """Who typed, on which revision of the record, and which state of the instrument the page shows."""

    typed_by = serializers.CharField(max_length=40)
    revision = serializers.CharField(max_length=24)
    adjustment = serializers.ChoiceField(Adjustment.choices, default=Adjustment.AS_FOUND)


class CellsBody(TypedBody):
    cells = Cells(min_length=1, max_length=records.MOST_CELLS)


class DraftedBody(TypedBody, DraftBody):
    pass


class SetClimateBody(TypedBody):
    temperature = StrictText(max_length=24, required=False, allow_blank=True)
    humidity = StrictText(max_length=24, required=False, allow_blank=True)
    pressure = StrictText(max_length=24, required=False, allow_blank=True)


class BenchViewSet(ScopedViewSet[Job]):
    """The record of one job, for the tester who is writing it."""

    rows = Job.objects.select_related(*JOINS)
    schema = None

    def state(self, request: Request, **kwargs: Any) -> Response:
        """Everything as it stands: to merge after a pause, and to go on with a new token after signing in."""
        job = self.get_object()
        require_tester(job, self.actor)
        record = Record(job)
        asked = request.query_params.get("adjustment", "")
        adjustment = asked if asked in Adjustment.values else Adjustment.AS_FOUND
        return Response({**self.standing(record), "live": Live.of(record, adjustment).as_dict()})

    def commit(self, request: Request, **kwargs: Any) -> Response:
        """Keep the good cells, name the bad ones, show what the others stand against."""
        job, body = self.written(CellsBody)
        done = records.commit_readings(job, by=self.actor, cells=body["cells"])
        refused: dict[int, str] = {}
        for pointer, reasons in done.errors.items():
            refused.setdefault(int(pointer.split("/")[2]), str(reasons[0]))
        return Response(
            {
                "saved": [_named(cell) for cell in done.saved],
                "conflicts": [
                    {**_named(cell), "person": cell["person"], "at": _time(cell["observed_at"])}
                    for cell in done.conflicts
                ],
                "refused": refused,
                "live": Live.of(Record(job), body["adjustment"]).as_dict(),
            }
        )

    def draft(self, request: Request, **kwargs: Any) -> Response:
        """Keep what is being typed and is no reading yet."""
        job, body = self.written(DraftedBody)
        records.save_draft(job, cells=body["cells"], by=self.actor)
        return Response({})

    def climate(self, request: Request, **kwargs: Any) -> Response:
        """Note the climate; a value that is none is named."""
        job, body = self.written(SetClimateBody)
        given = {name: body[name] for name in bench.CLIMATE if body.get(name)}
        done = bench.keep_record(job, by=self.actor, cells=(), climate=given)
        job = self.get_object()
        return Response(
            {
                "values": {name: getattr(job, name) for name in bench.CLIMATE},
                "refused": {pointer.strip("/"): str(why[0]) for pointer, why in done.errors.items()},
                "live": Live.of(Record(job), body["adjustment"]).as_dict(),
            }
        )

    def written(self, takes: type[TypedBody]) -> tuple[Job, dict[str, Any]]:
        """The job and the body, if this reader typed it and it belongs to the record as it stands."""
        job, body = self.get_object(), self.parsed(takes)
        if self.actor.user is None or body["typed_by"] != str(self.actor.user.public_id):
            raise Forbidden(
                _("Somebody else is signed in now. These values are kept for whoever typed them."),
                code="another_person",
            )
        require_tester(job, self.actor)
        if body["revision"] != revision_of(Record(job)):
            raise Stale(_("The record was returned or laid out anew meanwhile. Load the page again."))
        return job, body

    def standing(self, record: Record) -> dict[str, Any]:
        assert self.actor.user is not None
        return {
            "typed_by": str(self.actor.user.public_id),
            "revision": revision_of(record),
            "csrf": get_token(self.request._request),
            "now": clock.now(),
            "cells": {
                str(address): [rows[-1].text, rows[-1].revision, rows[-1].person.name]
                for address, rows in record.history.items()
            },
        }


def revision_of(record: Record) -> str:
    """Which plan and which hand-over the written values belong to."""
    return f"{record.plan_revision}.{record.job.revision}"


def _named(cell: dict[str, Any]) -> dict[str, Any]:
    place = ("test", "point", "column", "repeat", "direction", "adjustment")
    return {
        "cell": "/".join(str(cell[part]) for part in place),
        "text": cell["text"],
        "seen": cell["revision"],
    }


def _time(instant: datetime) -> str:
    return instant.astimezone(clock.LOCAL).strftime("%H:%M")
