"""Institutes: their laboratories, rooms with their area, metrologists and equipment."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labs.models import Authorisation, Equipment, Laboratory, Metrologist, Room, Standard
from labs.views.dated import DAYS, STANDING
from labs.views.people import current_registration, registrations_today
from metrology import clock
from metrology.filters import PageFilter
from metrology.models import Organization
from metrology.pages import (
    Column,
    Fact,
    Facts,
    ScopedDetailView,
    ScopedListView,
    Table,
    table,
)
from metrology.sums import ExactSum

SHOWN = 50


class InstituteFilter(PageFilter):
    searched = ("name_zh", "name_en", "code", "region__name_zh", "region__name_en")


class InstituteList(ScopedListView[Organization]):
    """All institutes by name; their numbers only for those who may see them."""

    rows = Organization.objects.filter(kind=Organization.Kind.INSTITUTE).select_related("region")
    title = gettext_lazy("Institutes")
    order = "name_zh"
    filterset_class = InstituteFilter
    columns = (
        Column(gettext_lazy("Name"), "name"),
        Column(gettext_lazy("Region"), "region"),
        Column(gettext_lazy("Standards"), "standards_seen", numeric=True),
        Column(gettext_lazy("Area (m²)"), "area_seen", numeric=True),
        Column(gettext_lazy("Phone"), "phone", mono=True),
    )

    def prepare(self, rows: list[Any]) -> None:
        areas = dict(
            Room.objects.visible_to(self.actor)
            .filter(laboratory__institute__in=rows)
            .filter(pk__in=Room.objects.valid_on(clock.today()).values("pk"))
            .order_by()
            .values_list("laboratory__institute")
            .annotate(ExactSum("area_m2"))
        )
        standards = dict(
            Standard.objects.visible_to(self.actor)
            .filter(institute__in=rows)
            .order_by()
            .values_list("institute")
            .annotate(Count("pk"))
        )
        for row in rows:
            row.area_seen = areas.get(row.pk)
            row.standards_seen = standards.get(row.pk)


LABORATORY = (
    Column(gettext_lazy("Name"), "name_zh"),
    Column(gettext_lazy("English name"), "name_en"),
    Column(gettext_lazy("Phone"), "phone", mono=True),
    DAYS,
)
ROOM = (
    Column(gettext_lazy("Room"), "name"),
    Column(gettext_lazy("Laboratory"), "laboratory"),
    Column(gettext_lazy("Use"), "get_use_display"),
    Column(gettext_lazy("Area (m²)"), "area_m2", numeric=True),
    Column(
        gettext_lazy("Temperature (°C)"),
        lambda row: _limits(row.temperature_min, row.temperature_max),
        numeric=True,
    ),
    Column(
        gettext_lazy("Humidity (%)"), lambda row: _limits(row.humidity_min, row.humidity_max), numeric=True
    ),
    DAYS,
)
AUTHORISATION = (
    Column(gettext_lazy("Number"), "number", mono=True),
    Column(gettext_lazy("Kind"), "get_kind_display"),
    Column(gettext_lazy("Issuer"), "issuer"),
    DAYS,
    STANDING,
)
METROLOGIST = (
    Column(gettext_lazy("Person"), "person"),
    Column(gettext_lazy("Level"), "get_level_display"),
    Column(gettext_lazy("Qualification certificate no."), "certificate_no", mono=True),
    Column(gettext_lazy("Registration"), current_registration),
)
EQUIPMENT = (
    Column(gettext_lazy("Name"), "name_zh"),
    Column(gettext_lazy("Serial no."), "serial", mono=True),
    Column(gettext_lazy("Measuring range"), "measuring_range"),
    Column(gettext_lazy("State"), "state", state=True),
)


def _limits(low: str, high: str) -> str:
    return f"{low} – {high}" if low or high else ""


class InstitutePage(ScopedDetailView[Organization]):
    rows = InstituteList.rows
    back = "labs"
    back_label = gettext_lazy("Institutes")

    def heading(self, row: Any) -> dict[str, Any]:
        return {"title": row.name, "pretitle": row.region}

    def actions(self, row: Any) -> list[dict[str, Any]]:
        listed = (
            (_("Standards"), "standards", "scale"),
            (_("Equipment"), "equipment_list", "tool"),
            (_("Metrologists"), "people", "users"),
        )
        return [
            {"label": label, "url": f"{reverse(route)}?institute={row.public_id}", "icon": icon}
            for label, route, icon in listed
            if self._is_insider(row)
        ]

    def _is_insider(self, row: Any) -> bool:
        """Whether the reader belongs to the institute or governs its region."""
        actor = self.actor
        if actor.side == "authority":
            return str(row.region.path).startswith(actor.region_path)
        return actor.side == "institute" and actor.organization == row

    def sections(self, row: Any) -> list[Facts | Table]:
        rooms = list(
            Room.objects.visible_to(self.actor).filter(laboratory__institute=row).select_related("laboratory")
        )
        facts = self._facts(row, rooms)
        return [facts, *self._inside(row, rooms)] if self._is_insider(row) else [facts]

    def _facts(self, row: Any, rooms: list[Room]) -> Facts:
        details = [
            Fact(_("Short code"), row.code, mono=True),
            Fact(_("Address"), row.address),
            Fact(_("Phone"), row.phone, mono=True),
            Fact(_("Established on"), row.established_on),
        ]
        if rooms:
            today = clock.today()
            area = sum(
                (
                    room.area_m2
                    for room in rooms
                    if room.valid_from <= today and (room.valid_to is None or room.valid_to >= today)
                ),
                Decimal(0),
            )
            details.append(Fact(_("Area today (m²)"), area))
        return Facts(_("The institute"), details)

    def _inside(self, row: Any, rooms: list[Room]) -> list[Table]:
        actor = self.actor
        people = Metrologist.objects.visible_to(actor).filter(person__employer=row).select_related("person")
        owned = Equipment.objects.visible_to(actor).filter(owner=row).order_by("name_zh", "pk")
        return [
            table(
                _("Laboratories"),
                LABORATORY,
                Laboratory.objects.visible_to(actor).filter(institute=row),
            ),
            table(_("Rooms"), ROOM, rooms),
            table(
                _("Authorisations"),
                AUTHORISATION,
                Authorisation.objects.visible_to(actor).filter(institute=row),
            ),
            first_of(_("Metrologists"), METROLOGIST, people.prefetch_related(registrations_today())),
            first_of(_("Equipment"), EQUIPMENT, owned),
        ]


def first_of(heading: str, columns: tuple[Column, ...], rows: Any) -> Table:
    """The beginning of a long list, which says so when it goes on."""
    found = list(rows[: SHOWN + 1])
    note = _("The first %(count)d; the list has all of them.") % {"count": SHOWN}
    return table(heading, columns, found[:SHOWN], linked=True, note=note if len(found) > SHOWN else "")
