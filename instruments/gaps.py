"""Which region lacks a standard for which required kind of instrument (必建项目缺口), on any day.

A kind is covered where a public standard in use on the day, held in the region, serves one of the
methods of that kind. Gaps are ranked by how many instruments in the region's ledger wait for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from instruments.models import Category, Instrument, Requirement
from labs.models import Standard, StandardItem
from metrology.models import Region


@dataclass(frozen=True)
class Gap:
    """A required kind that a region cannot verify, and how many instruments of it are in use there."""

    region: Region
    category: Category
    instruments: int


def missing(regions: Sequence[Region], day: date) -> list[Gap]:
    """Every gap of these regions, the one with the most instruments first; three queries."""
    levels = {region.level for region in regions}
    required = list(
        Requirement.objects.filter(level__in=levels)
        .select_related("category")
        .order_by("category__catalogue_no", "category__code")
    )
    keys = [region.pk for region in regions]
    wanted = [one.category_id for one in required]
    usable = Standard.objects.public().usable_on(day).order_by().values("pk")
    covered = set(
        StandardItem.objects.valid_on(day)
        .filter(standard__in=usable, standard__institute__region__in=keys, method__categories__in=wanted)
        .order_by()
        .values_list("standard__institute__region", "method__categories")
        .distinct()
    )
    ledger = {
        (region, category): count
        for region, category, count in Instrument.objects.filter(
            region__in=keys, category__in=wanted, state=Instrument.State.IN_USE
        )
        .order_by()
        .values_list("region", "category")
        .annotate(Count("pk"))
    }
    found = [
        Gap(region, one.category, ledger.get((region.pk, one.category_id), 0))
        for region in regions
        for one in required
        if one.level == region.level and (region.pk, one.category_id) not in covered
    ]
    return sorted(found, key=lambda gap: (-gap.instruments, gap.region.path, gap.category.code))
