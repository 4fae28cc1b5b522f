"""When an instrument is due, from its issued certificates alone (rules 4.5).

A verification counts when it passed, by the validity printed on it; a calibration counts by the
owner's own interval, if one is set, and never for an instrument under mandatory verification.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings

from certificates.models import Certificate, CertificateHead
from instruments.actions.ledger import set_due
from instruments.models import Instrument
from metrology.actors import Actor
from metrology.science.intervals import due_on


@dataclass(frozen=True, order=True)
class Document:
    """What the due date needs to know of one issued certificate."""

    tested_on: date
    kind: str = ""
    valid_until: date | None = None


@dataclass(frozen=True)
class Due:
    """The day up to which the instrument may be used, and the day it was last tested."""

    due_on: date | None
    last_tested_on: date | None


def validity(tested_on: date, months: int) -> date:
    """The last day a verification holds; the −1 day is a convention and a setting."""
    return due_on(tested_on, months, minus_one_day=settings.VALIDITY_MINUS_ONE_DAY)


def derive(documents: Iterable[Document], *, own_interval: int | None, mandatory: bool) -> Due:
    """The latest test that counts decides; of two on one day the later end."""
    known = list(documents)
    ends: list[tuple[date, date]] = []
    for document in known:
        if document.kind == Certificate.Kind.VERIFICATION and document.valid_until is not None:
            ends.append((document.tested_on, document.valid_until))
        elif document.kind == Certificate.Kind.CALIBRATION and own_interval and not mandatory:
            ends.append((document.tested_on, validity(document.tested_on, own_interval)))
    return Due(
        due_on=max(ends)[1] if ends else None,
        last_tested_on=max((document.tested_on for document in known), default=None),
    )


def of(instrument: Instrument) -> Due:
    """The due date that the valid certificates of an instrument give."""
    rows = Certificate.objects.filter(
        instrument=instrument, head__state=CertificateHead.State.ISSUED
    ).values_list("tested_on", "kind", "valid_until")
    return derive(
        [Document(*row) for row in rows],
        own_interval=instrument.own_interval_months,
        mandatory=instrument.is_mandatory,
    )


def recompute(instrument: Instrument, *, by: Actor) -> Due:
    """Write the derived dates to the ledger; after every issue, replacement and revocation."""
    row = Instrument.objects.select_for_update().get(pk=instrument.pk)
    due = of(row)
    if (row.due_on, row.last_tested_on) != (due.due_on, due.last_tested_on):
        set_due(row, due_on=due.due_on, last_tested_on=due.last_tested_on, by=by)
    return due
