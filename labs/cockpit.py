"""What the laboratories hand to the cockpit: their numbers, what a region holds, what runs out."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from labs import indicators as own
from labs import validity
from labs.models import (
    Authorisation,
    Equipment,
    ExamCertificate,
    PublicLicence,
    Registration,
    Room,
    Standard,
    StatusPeriod,
    TraceCertificate,
)
from labs.views.dated import DAYS
from labs.views.institutes import ROOM
from labs.views.standards import status_cell
from metrology import expiries, indicators
from metrology.actors import Actor
from metrology.expiries import Source
from metrology.indicators import Holding
from metrology.models import Region
from metrology.pages import Cell, Column, Table, table

MOST = 500


def register() -> None:
    """Called once from ready()."""
    indicators.offer(own.PUBLIC_STANDARDS, own.LABORATORY_AREA, own.METROLOGISTS)
    indicators.offer(
        Holding("standards", _("Standards"), 10, standards),
        Holding("rooms", _("Rooms"), 20, rooms),
        Holding("people", _("Metrologists"), 30, people),
    )
    expiries.offer(*SOURCES)


# --- What a region holds on a day ------------------------------------------------------------------
STANDARD = (
    Column(_("Name"), "name"),
    Column(_("Institute"), "institute", link=True),
    Column(_("Category"), "get_category_display"),
    Column(_("Status"), status_cell),
    Column(_("Examined until"), lambda row: _until(row.exam_until, row.asked_on)),
    Column(_("Licensed until"), lambda row: _until(row.licence_until, row.asked_on)),
    Column(_("Counts towards the plan"), lambda row: _counts(row)),
)
PERSON = (
    Column(_("Person"), "metrologist", link=True),
    Column(_("Level"), "metrologist.get_level_display"),
    Column(_("Institute"), "institute", link=True),
    Column(_("Registration no."), "number", mono=True),
    DAYS,
)


def _until(last: date | None, day: date) -> Cell:
    if last is None:
        return Cell(_("None"), state="blocked")
    return Cell(last, note=_("Expired") if last < day else "")


def _counts(row: Any) -> Cell:
    counts = row.counts_on_day
    return Cell(_("Yes") if counts else _("No"), state="valid" if counts else "stopped")


def standards(region: Region, actor: Actor, day: date) -> Table:
    """The standards held in a region, and whether each counts on the day."""
    counted = Standard.objects.public().usable_on(day).filter(pk=OuterRef("pk"))
    found = (
        validity.with_validity(Standard.objects.visible_to(actor), day)
        .filter(institute__region=region)
        .select_related("institute")
        .annotate(counts_on_day=Exists(counted))
        .order_by("institute_id", "name_zh", "pk")[:MOST]
    )
    rows = list(found)
    for row in rows:
        row.asked_on = day
    return table(_("Standards"), STANDARD, rows, linked=True)


def rooms(region: Region, actor: Actor, day: date) -> Table:
    """The rooms kept in a region on the day, with their area."""
    found = (
        Room.objects.valid_on(day)
        .visible_to(actor)
        .filter(laboratory__institute__region=region)
        .select_related("laboratory__institute")
        .order_by("laboratory__institute_id", "laboratory_id", "name")[:MOST]
    )
    columns = (Column(_("Institute"), "laboratory.institute", link=True), *ROOM)
    return table(_("Rooms"), columns, found)


def people(region: Region, actor: Actor, day: date) -> Table:
    """The registrations that hold in a region on the day, of people who have not left."""
    found = (
        Registration.objects.valid_on(day)
        .visible_to(actor)
        .filter(
            Q(metrologist__person__left_on__isnull=True) | Q(metrologist__person__left_on__gte=day),
            institute__region=region,
        )
        .select_related("metrologist__person", "institute")
        .order_by("institute_id", "metrologist__person__name_zh", "pk")[:MOST]
    )
    return table(_("Registered metrologists"), PERSON, found)


# --- What runs out ---------------------------------------------------------------------------------
def _last_of(model: Any, owner: str) -> Any:
    """Not revoked, and no later one of the same owner: what ends leaves a gap."""
    later = model.objects.filter(
        revoked_on__isnull=True, valid_to__gt=OuterRef("valid_to"), **{owner: OuterRef(owner)}
    )
    return model.objects.filter(~Exists(later), revoked_on__isnull=True)


def _papers(model: Any, actor: Actor, day: date) -> Any:
    cancelled = StatusPeriod.objects.valid_on(day).filter(
        status=StatusPeriod.Status.CANCELLED, standard=OuterRef("standard")
    )
    return _last_of(model, "standard").visible_to(actor).filter(~Exists(cancelled))


def _exam_certificates(actor: Actor, day: date) -> Any:
    return _papers(ExamCertificate, actor, day)


def _licences(actor: Actor, day: date) -> Any:
    return _papers(PublicLicence, actor, day).filter(standard__category__in=Standard.PUBLIC)


def _traces(actor: Actor, day: date) -> Any:
    return (
        _last_of(TraceCertificate, "equipment")
        .visible_to(actor)
        .filter(replaced_by__isnull=True, equipment__state=Equipment.State.IN_USE)
    )


def _registrations(actor: Actor, day: date) -> Any:
    here = Q(metrologist__person__left_on__isnull=True) | Q(metrologist__person__left_on__gte=day)
    return _last_of(Registration, "metrologist").visible_to(actor).filter(here)


def _authorisations(actor: Actor, day: date) -> Any:
    return Authorisation.objects.filter(revoked_on__isnull=True).visible_to(actor)


STANDARD_NAMES = ("standard__name_zh", "standard__name_en")
SOURCES = (
    Source(
        "exam_certificate",
        _("Examination certificate"),
        _("The institute applies for the renewal examination, six months ahead."),
        _exam_certificates,
        body="standard__institute",
        noun="labs.standard",
        about="standard__public_id",
        subject=STANDARD_NAMES,
        position=10,
    ),
    Source(
        "public_licence",
        _("Public-standard licence"),
        _("The institute asks its authority for a new licence."),
        _licences,
        body="standard__institute",
        noun="labs.standard",
        about="standard__public_id",
        subject=STANDARD_NAMES,
        position=20,
    ),
    Source(
        "trace_certificate",
        _("Trace certificate"),
        _("The owner sends the equipment for calibration."),
        _traces,
        body="equipment__owner",
        noun="labs.equipment",
        about="equipment__public_id",
        subject=("equipment__name_zh", "equipment__name_en"),
        position=30,
    ),
    Source(
        "registration",
        _("Registration of a metrologist"),
        _("The person and the institute renew it, thirty days ahead."),
        _registrations,
        body="institute",
        noun="labs.metrologist",
        about="metrologist__public_id",
        subject=("metrologist__person__name_zh", "metrologist__person__name_en"),
        position=40,
    ),
    Source(
        "authorisation",
        _("Authorisation"),
        _("The institute asks its authority for a new authorisation."),
        _authorisations,
        body="institute",
        noun="metrology.organization",
        about="institute__public_id",
        subject=("institute__name_zh", "institute__name_en"),
        position=50,
    ),
)
