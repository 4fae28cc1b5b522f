"""For whom a counter may act: the bodies of its region, found by name, credit code or pinyin."""

from __future__ import annotations

from typing import Any

from instruments.findable import OWNERS
from metrology.actors import Actor
from metrology.models import Organization
from metrology.search.query import matching_rows
from metrology.search.words import parse

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
    """The first few clients that have every word in their name, credit code or pinyin; the newest unasked."""
    rows, query = of_desk(actor), parse(text)
    if not query.text:
        return list(rows.order_by("-pk")[:MOST_SHOWN])
    named = (
        rows.filter(name_zh__icontains=query.text)
        if query.is_too_short
        else matching_rows(OWNERS, rows, query)
    )
    return list(named.order_by("name_zh", "pk")[:MOST_SHOWN])
