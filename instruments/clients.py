"""For whom a counter may act: the bodies of its region, found by name, credit code or pinyin."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from metrology.actors import Actor
from metrology.models import Organization
from metrology.search.words import fold, pinyin

MOST_SHOWN = 20
_KINDS = (Organization.Kind.ENTERPRISE, Organization.Kind.OTHER)


def of_desk(actor: Actor) -> Any:
    """The clients in whose name the desk of the actor's institute may file orders."""
    return (
        Organization.objects.visible_to(actor)
        .filter(kind__in=_KINDS, region__path__startswith=actor.region_path, dissolved_on__isnull=True)
        .select_related("region")
    )


def found(actor: Actor, text: str) -> list[Organization]:
    """The first few clients whose name or credit code contains the text, or whose pinyin begins with it."""
    asked = fold(text)
    rows = of_desk(actor)
    if not asked:
        return list(rows.order_by("-pk")[:MOST_SHOWN])
    said = Q(name_zh__icontains=asked) | Q(name_en__icontains=asked) | Q(credit_code__istartswith=asked)
    if asked.isascii() and asked.isalpha():
        said |= Q(pk__in=_spelled(rows, asked))
    return list(rows.filter(said).order_by("name_zh", "pk")[:MOST_SHOWN])


def _spelled(rows: Any, asked: str) -> list[int]:
    names = rows.order_by("name_zh", "pk").values_list("pk", "name_zh")
    hits = (pk for pk, name in names if any(spelt.startswith(asked) for spelt in pinyin(fold(name))))
    return [pk for pk, _place in zip(hits, range(MOST_SHOWN), strict=False)]
