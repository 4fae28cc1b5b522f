"""Dated facts as they stand on a page: their days, and a word for how they stand today."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from labs.validity import notice_day
from metrology import clock
from metrology.pages import Cell, Column


def days(row: Any) -> Cell:
    """From and to, both inclusive; an open end stays open."""
    return Cell(f"{row.valid_from} – {row.valid_to or ''}", whole=True)


def standing(row: Any) -> Cell:
    """Whether a dated row holds today, as a word on its colour."""
    today = clock.today()
    revoked_on = getattr(row, "revoked_on", None)
    if revoked_on is not None and revoked_on <= today:
        return Cell(_("Revoked"), state="revoked", note=revoked_on)
    if row.valid_from > today:
        return Cell(_("Not yet"), state="pending")
    return until(row.valid_to)


def until(day: date | None) -> Cell:
    """The word for a last day: past, near, or far."""
    today = clock.today()
    if day is not None and day < today:
        return Cell(_("Expired"), state="expired")
    if day is not None and day <= notice_day(today):
        return Cell(_("Expires soon"), state="expiring")
    return Cell(_("Valid"), state="valid")


def last_day(day: date | None) -> Cell:
    """A last day in a list, with the word beside it where it matters."""
    if day is None:
        return Cell(_("None"), state="blocked")
    word = until(day)
    return Cell(day, note=word.text if word.state != "valid" else "")


def accepted(row: Any) -> Cell:
    if row.accepted:
        return Cell(pgettext("test", "Accepted"), state="passed")
    return Cell(pgettext("test", "Not accepted"), state="failed")


DAYS = Column(gettext_lazy("Days"), days)
STANDING = Column(gettext_lazy("State today"), standing)
