"""What ends between two days: each app hands in its dated papers, one query lists them all.

Rows are what the actor may see (`visible_to`), so the list of one house holds nothing of another's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, F, QuerySet, Value
from django.urls import reverse
from django.utils.translation import get_language

from metrology import navigation
from metrology.actors import Actor


@dataclass(frozen=True)
class Source:
    """A kind of paper that ends: where its end, its body and its noun stand, and what must be done.

    `rows` are those of an actor that still matter on a day: not revoked, not followed by a later one.
    """

    kind: str
    label: Any
    deed: Any
    rows: Callable[[Actor, date], QuerySet[Any]]
    body: str
    noun: str
    about: str
    subject: tuple[str, str]
    position: int
    ends: str = "valid_to"


sources: dict[str, Source] = {}


def offer(*found: Source) -> None:
    """Called once from ready()."""
    sources.update({one.kind: one for one in found})


def kinds() -> list[Source]:
    return sorted(sources.values(), key=lambda one: one.position)


@dataclass(frozen=True)
class Expiry:
    """One paper and the day it ends."""

    source: Source
    ends_on: date
    number: str
    subject: str
    body: str
    url: str
    body_url: str


def ending(
    actor: Actor,
    *,
    first: date,
    last: date,
    most: int,
    only: Collection[str] = (),
    region_path: str = "",
) -> list[Expiry]:
    """What ends from `first` to `last`, soonest first, in one query."""
    parts = [
        _part(source, actor, first, last, region_path)
        for source in kinds()
        if not only or source.kind in only
    ]
    if not parts:
        return []
    rows = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    return [_expiry(row) for row in rows.order_by("ends_on", "source_kind", "paper")[:most]]


def _part(source: Source, actor: Actor, first: date, last: date, region_path: str) -> Any:
    rows = source.rows(actor, first).filter(**{f"{source.ends}__gte": first, f"{source.ends}__lte": last})
    if region_path:
        rows = rows.filter(**{f"{source.body}__region__path__startswith": region_path})
    subject_zh, subject_en = source.subject
    return rows.order_by().values(
        source_kind=Value(source.kind, output_field=CharField()),
        ends_on=F(source.ends),
        paper=F("number"),
        subject_zh=F(subject_zh),
        subject_en=F(subject_en),
        about=F(source.about),
        body_zh=F(f"{source.body}__name_zh"),
        body_en=F(f"{source.body}__name_en"),
        body_id=F(f"{source.body}__public_id"),
        body_kind=F(f"{source.body}__kind"),
    )


def _expiry(row: dict[str, Any]) -> Expiry:
    source = sources[row["source_kind"]]
    return Expiry(
        source=source,
        ends_on=row["ends_on"],
        number=row["paper"],
        subject=_named(row["subject_zh"], row["subject_en"]),
        body=_named(row["body_zh"], row["body_en"]),
        url=navigation.address(source.noun, str(row["about"])),
        body_url=reverse("lab", args=[row["body_id"]]) if row["body_kind"] == "institute" else "",
    )


def _named(name_zh: str, name_en: str) -> str:
    return name_zh if (get_language() or "").startswith("zh") or not name_en else name_en
