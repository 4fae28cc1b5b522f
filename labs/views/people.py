"""Certified metrologists (注册计量师): who they are, where registered, what each may do."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labs import validity
from labs.models import Metrologist, Registration
from labs.views.dated import DAYS, STANDING, standing
from metrology import clock
from metrology.filters import PageFilter, chosen, of
from metrology.pages import (
    Cell,
    Column,
    Fact,
    Facts,
    ScopedDetailView,
    ScopedListView,
    Table,
    link_fact,
    table,
)


def registrations_today() -> Any:
    """Prefetch the registrations that hold today, for current_registration."""
    return Prefetch(
        "registrations", Registration.objects.valid_on(clock.today()), to_attr="registrations_today"
    )


def current_registration(row: Any) -> Cell:
    found = next(iter(row.registrations_today), None)
    if found is None:
        return Cell(_("None"), state="blocked")
    return Cell(found.number, mono=True, note=_("until %(day)s") % {"day": found.valid_to})


class MetrologistFilter(PageFilter):
    searched = ("person__name_zh", "person__name_en", "certificate_no")

    level = chosen("level", Metrologist.Level.choices, gettext_lazy("Level"))
    registration = django_filters.ChoiceFilter(
        method="by_registration",
        choices=(("expiring", gettext_lazy("Ending within 60 days")),),
        label=gettext_lazy("Registration"),
        empty_label=gettext_lazy("All"),
    )
    institute = of("person__employer")

    def by_registration(self, rows: Any, name: str, value: str) -> Any:
        ending = validity.registrations_ending(Registration.objects.all(), clock.today())
        return rows.filter(pk__in=ending.values("metrologist"))


class MetrologistList(ScopedListView[Metrologist]):
    rows = Metrologist.objects.select_related("person__employer")
    title = gettext_lazy("Certified metrologists")
    order = "pk"
    filterset_class = MetrologistFilter
    columns = (
        Column(gettext_lazy("Person"), "person"),
        Column(gettext_lazy("Institute"), "person.employer"),
        Column(gettext_lazy("Level"), "get_level_display"),
        Column(gettext_lazy("Qualification certificate no."), "certificate_no", mono=True),
        Column(gettext_lazy("Registration"), current_registration),
    )

    def annotated(self, rows: Any) -> Any:
        return rows.prefetch_related(registrations_today())


REGISTRATION = (
    Column(gettext_lazy("Registration no."), "number", mono=True),
    Column(gettext_lazy("Institute"), "institute"),
    DAYS,
    STANDING,
)
QUALIFICATION = (
    Column(gettext_lazy("Method"), "method", link=True),
    Column(gettext_lazy("Act"), "get_act_display"),
    Column(gettext_lazy("Effect"), lambda row: _effect(row)),
    Column(gettext_lazy("Range"), "measuring_range"),
    Column(gettext_lazy("Proof no."), "number", mono=True),
    DAYS,
    STANDING,
)


def _effect(row: Any) -> Cell:
    state = "passed" if row.effect == "allow" else "stopped"
    return Cell(row.get_effect_display(), state=state)


class MetrologistPage(ScopedDetailView[Metrologist]):
    rows = MetrologistList.rows
    back = "people"
    back_label = gettext_lazy("Certified metrologists")

    def heading(self, row: Any) -> dict[str, Any]:
        held = [standing(found) for found in row.registrations.all() if standing(found).state == "valid"]
        more = {"state": held[0].state, "state_label": _("Registered")} if held else {}
        return {"title": row.person.name, "pretitle": row.person.employer, **more}

    def annotated(self, rows: Any) -> Any:
        return rows.prefetch_related(
            Prefetch("registrations", Registration.objects.select_related("institute"))
        )

    def sections(self, row: Any) -> list[Facts | Table]:
        person = row.person
        return [
            Facts(
                _("The person"),
                [
                    Fact(_("Name in Latin letters"), person.name_en),
                    link_fact(_("Institute"), person.employer),
                    Fact(_("Level"), row.get_level_display()),
                    Fact(_("Qualification certificate no."), row.certificate_no, mono=True),
                    Fact(_("Former officer's licence no."), row.legacy_cert_no, mono=True),
                    Fact(_("Left on"), person.left_on),
                ],
            ),
            table(_("Registrations"), REGISTRATION, row.registrations.all()),
            table(
                _("Qualifications"),
                QUALIFICATION,
                row.qualifications.visible_to(self.actor).select_related("method"),
            ),
        ]
