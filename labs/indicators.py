"""What the laboratories count for the plan, on any day: standards, floor area, registered metrologists.

Nothing is stored: each number is asked of dated certificates, licences, status periods, rooms and
registrations, in one grouped query for all days.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from labs.models import Registration, Room, Standard
from metrology import indicators
from metrology.indicators import Indicator, Tally, column
from metrology.sums import ExactSum


def public_standards(days: Sequence[date], path: str) -> list[Tally]:
    """Public standards in use with both papers valid, per institute (DOMAIN: what counts as one 项)."""
    counts: dict[str, Any] = {
        column(place): Count(
            "pk", filter=Q(pk__in=Standard.objects.public().usable_on(day).order_by().values("pk"))
        )
        for place, day in enumerate(days)
    }
    rows = (
        Standard.objects.public()
        .filter(institute__region__path__startswith=path)
        .order_by()
        .values("institute", "institute__region")
        .annotate(**counts)
    )
    return indicators.tallies(rows, days, region="institute__region", body="institute")


def laboratory_area(days: Sequence[date], path: str) -> list[Tally]:
    """Floor area of the rooms kept on each day, m², per institute."""
    sums: dict[str, Any] = {
        column(place): ExactSum("area_m2", filter=_held(day)) for place, day in enumerate(days)
    }
    rows = (
        Room.objects.filter(laboratory__institute__region__path__startswith=path)
        .order_by()
        .values("laboratory__institute", "laboratory__institute__region")
        .annotate(**sums)
    )
    return indicators.tallies(
        rows, days, region="laboratory__institute__region", body="laboratory__institute", places=2
    )


def metrologists(days: Sequence[date], path: str) -> list[Tally]:
    """People whose registration holds and who have not left, per institute."""
    counts: dict[str, Any] = {
        column(place): Count("metrologist", distinct=True, filter=_registered(day))
        for place, day in enumerate(days)
    }
    rows = (
        Registration.objects.filter(institute__region__path__startswith=path)
        .order_by()
        .values("institute", "institute__region")
        .annotate(**counts)
    )
    return indicators.tallies(rows, days, region="institute__region", body="institute")


def _held(day: date) -> Q:
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))


def _registered(day: date) -> Q:
    here = Q(metrologist__person__left_on__isnull=True) | Q(metrologist__person__left_on__gte=day)
    return _held(day) & (Q(revoked_on__isnull=True) | Q(revoked_on__gt=day)) & here


PUBLIC_STANDARDS = Indicator(
    "public_standards",
    _("Public measurement standards"),
    _("standards"),
    public_standards,
    position=10,
    note=_("In use on the day, with a valid examination certificate and a valid public licence."),
)
LABORATORY_AREA = Indicator(
    "laboratory_area",
    _("Laboratory area"),
    "m²",
    laboratory_area,
    position=20,
    note=_("Floor area of the rooms kept on the day."),
    decimals=2,
)
METROLOGISTS = Indicator(
    "metrologists",
    _("Registered metrologists"),
    _("people"),
    metrologists,
    position=30,
    note=_("Registered with the institute on the day."),
)
