"""Which instruments somebody means: by id, by what a label or a plate says, by when they fall due."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from instruments.models import Instrument
from metrology import clock
from metrology.actors import Actor
from metrology.models import Organization
from metrology.parsing import is_storable

MOST = 500
OVERDUE = "overdue"
WINDOWS = (OVERDUE, "30", "60", "90")
_CODES = ("label_no", "serial", "asset_no")


@dataclass
class Selection:
    """The instruments meant, in the order they were named, and what must be said about the rest."""

    instruments: list[Instrument] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def add(self, found: Iterable[Instrument]) -> int:
        """Take in what is not there yet, up to the most an order holds; how many were new."""
        known = {one.pk for one in self.instruments}
        fresh = [one for one in found if one.pk not in known]
        room = MOST - len(self.instruments)
        self.leave(len(fresh) - room)
        self.instruments += fresh[:room]
        return min(len(fresh), room)

    def leave(self, count: int) -> None:
        """Say that so many more were meant than an order takes."""
        if count > 0:
            self.remarks.append(
                _("%(count)d more would fit the choice, but an order has at most %(most)d instruments.")
                % {"count": count, "most": MOST}
            )


def by_ids(actor: Actor, texts: Sequence[str]) -> list[Instrument]:
    """The visible instruments with these public ids, in their order; what is not an id is passed over."""
    keys = list(dict.fromkeys(key for text in texts[:MOST] if (key := as_id(text)) is not None))
    rows = Instrument.objects.visible_to(actor).filter(public_id__in=keys)
    found = {row.public_id: row for row in rows.select_related("owner__region", "category")}
    return [found[key] for key in keys if key in found]


def as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def folded(text: str) -> str:
    """A code as scanners, input methods and people give it: half-width, without space around it."""
    return unicodedata.normalize("NFKC", text).strip()


def due(rows: Any, window: str) -> Any:
    """The instruments in use that are overdue, or fall due within so many days from today."""
    today = clock.today()
    rows = rows.filter(state=Instrument.State.IN_USE)
    if window == OVERDUE:
        return rows.filter(due_on__lt=today)
    return rows.filter(due_on__gte=today, due_on__lte=today + timedelta(days=int(window)))


def of_client(actor: Actor, client: Organization) -> Any:
    rows = Instrument.objects.visible_to(actor).filter(owner=client).exclude(state=Instrument.State.SCRAPPED)
    return rows.select_related("owner__region", "category").order_by("due_on", "pk")


def add_due(into: Selection, rows: Any, window: str) -> int:
    """Everything of these rows that is due by the end of a window, what is overdue with it."""
    wanted = Q(due_on__lte=clock.today() + timedelta(days=0 if window == OVERDUE else int(window)))
    return into.add(rows.filter(wanted, state=Instrument.State.IN_USE)[: MOST * 2])


def add_named(into: Selection, rows: Any, text: str) -> int:
    """One label, serial or asset number per line; each line that means nothing, or several, is said so."""
    lines = list(dict.fromkeys(folded(line) for line in text.splitlines() if folded(line)))[:MOST]
    lines = [line for line in lines if is_storable(line)]
    if not lines:
        return 0
    wanted = [Q(**{f"{name}__in": lines}) for name in _CODES]
    found: dict[str, list[Instrument]] = defaultdict(list)
    for row in rows.filter(reduce(or_, wanted)):
        for code in {row.label_no, row.serial, row.asset_no} & set(lines):
            found[code].append(row)
    absent = [line for line in lines if line not in found]
    if absent:
        into.remarks.append(
            _("Not in this client's ledger: %(codes)s. Look again, or enter it in the ledger first.")
            % {"codes": "、".join(absent[:20]) + ("…" if len(absent) > 20 else "")}
        )
    for line in lines:
        if len(found[line]) > 1:
            into.remarks.append(
                _("%(code)s stands for %(count)d instruments; all were added. Leave out what is not meant.")
                % {"code": line, "count": len(found[line])}
            )
    return into.add(row for line in lines for row in found[line])
