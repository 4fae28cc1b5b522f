"""Public measurement standards (社会公用计量标准): the list, and one with everything that carries it."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labs import validity
from labs.models import Standard, StatusPeriod, TraceCertificate
from labs.views.dated import DAYS, STANDING, accepted, last_day, standing
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
from metrology.science.rounding import to_significant

VALIDITIES = (
    ("expiring", gettext_lazy("Ending within 270 days")),
    ("expired", gettext_lazy("Ended or missing")),
)


class StandardFilter(PageFilter):
    searched = ("name_zh", "name_en", "code")

    category = chosen("category", Standard.Category.choices, gettext_lazy("Category"))
    status = chosen("status", StatusPeriod.Status.choices, gettext_lazy("Status"))
    validity = django_filters.ChoiceFilter(
        method="by_validity",
        choices=VALIDITIES,
        label=gettext_lazy("Certificates"),
        empty_label=gettext_lazy("All"),
    )
    institute = of("institute")

    def by_validity(self, rows: Any, name: str, value: str) -> Any:
        today = clock.today()
        if value == "expired":
            return rows.filter(validity.ended(today))
        return rows.filter(validity.ending(today, validity.notice_day(today)))


def status_cell(row: Any) -> Cell:
    if row.status is None:
        return Cell(_("Unknown"), state="unknown")
    status = StatusPeriod.Status(row.status)
    return Cell(status.label, state=status.value)


def _with_validity(rows: Any) -> Any:
    return validity.with_validity(rows, clock.today())


class StandardList(ScopedListView[Standard]):
    rows = Standard.objects.select_related("institute", "discipline")
    title = gettext_lazy("Measurement standards")
    order = "name_zh"
    filterset_class = StandardFilter
    empty_title = gettext_lazy("No standard to show")
    columns = (
        Column(gettext_lazy("Name"), "name"),
        Column(gettext_lazy("Institute"), "institute", link=True),
        Column(gettext_lazy("Discipline"), "discipline"),
        Column(gettext_lazy("Measuring range"), "measuring_range"),
        Column(gettext_lazy("Status"), status_cell),
        Column(gettext_lazy("Examined until"), lambda row: last_day(row.exam_until)),
        Column(gettext_lazy("Licensed until"), lambda row: _licence(row)),
    )

    def annotated(self, rows: Any) -> Any:
        return _with_validity(rows)


def _licence(row: Any) -> Cell:
    if row.licence_until is None and row.category not in Standard.PUBLIC:
        return Cell(_("Not needed"))
    return last_day(row.licence_until)


CERTIFICATE: tuple[Column, ...] = (
    Column(gettext_lazy("Certificate no."), "number", mono=True),
    Column(gettext_lazy("Issuer"), "issuer"),
    DAYS,
    STANDING,
)
LICENCE = (
    *CERTIFICATE,
    Column(gettext_lazy("Regions"), lambda row: "、".join(str(region) for region in row.regions.all())),
)
ITEM = (
    Column(gettext_lazy("Instrument"), "uut_name_zh"),
    Column(gettext_lazy("Method"), "method", link=True),
    Column(gettext_lazy("Range"), lambda row: _range(row)),
    Column(gettext_lazy("Classes"), "accuracy_classes"),
    DAYS,
)
PERSON = (
    Column(gettext_lazy("Person"), "person"),
    Column(gettext_lazy("Role"), "get_role_display"),
    DAYS,
)
STATUS = (
    Column(gettext_lazy("Status"), "status", state=True),
    DAYS,
    Column(gettext_lazy("Reason"), "reason"),
)
EXAMINATION = (
    Column(gettext_lazy("Kind"), "get_kind_display"),
    Column(gettext_lazy("State"), "state", state=True),
    Column(gettext_lazy("Opened on"), "opened_on"),
    Column(gettext_lazy("Closed on"), "closed_on"),
)
REPEATABILITY = (
    Column(gettext_lazy("Tested on"), "tested_on"),
    Column("s", lambda row: f"{to_significant(row.s, 3)} {row.unit}", mono=True),
    Column(
        gettext_lazy("s of the budget"),
        lambda row: to_significant(row.reference_s, 3) if row.reference_s else "",
        mono=True,
    ),
    Column(gettext_lazy("Result"), accepted),
    Column(gettext_lazy("By"), "person"),
)
STABILITY = (
    Column(gettext_lazy("Tested on"), "tested_on"),
    Column(gettext_lazy("Stability"), lambda row: f"{row.stability} {row.unit}", mono=True),
    Column(gettext_lazy("Limit"), lambda row: f"{row.limit} {row.unit}", mono=True),
    Column(gettext_lazy("Result"), accepted),
    Column(gettext_lazy("By"), "person"),
)
EQUIPMENT = (
    Column(gettext_lazy("Equipment"), "equipment", link=True),
    Column(gettext_lazy("Role"), "get_role_display"),
    DAYS,
    Column(gettext_lazy("Trace certificate"), lambda row: _trace(row)),
    Column(gettext_lazy("Trace today"), lambda row: _trace_standing(row)),
)


def _range(item: Any) -> str:
    if not item.range_low and not item.range_high:
        return ""
    return f"{item.range_low} – {item.range_high} {item.unit}".strip()


def _latest(part: Any) -> TraceCertificate | None:
    return next(iter(part.equipment.trace_certificates.all()), None)


def _trace(part: Any) -> Cell:
    found = _latest(part)
    return Cell(found.number, mono=True, note=f"{found.issuer}") if found else Cell("")


def _trace_standing(part: Any) -> Cell:
    found = _latest(part)
    return standing(found) if found else Cell(_("None"), state="blocked")


class StandardPage(ScopedDetailView[Standard]):
    rows = Standard.objects.select_related("institute__region", "laboratory", "room", "discipline")
    back = "standards"
    back_label = gettext_lazy("Measurement standards")

    def annotated(self, rows: Any) -> Any:
        return _with_validity(rows)

    def heading(self, row: Any) -> dict[str, Any]:
        status = status_cell(row)
        return {
            "title": row.name,
            "pretitle": row.institute,
            "subtitle": row.name_zh if row.name != row.name_zh else row.name_en,
            "state": status.state,
            "state_label": status.text,
        }

    def sections(self, row: Any) -> list[Facts | Table]:
        return [self._facts(row), *self._papers(row), *self._parts(row), *self._trials(row)]

    def _facts(self, row: Any) -> Facts:
        return Facts(
            _("The standard"),
            [
                link_fact(_("Institute"), row.institute),
                Fact(_("Laboratory"), row.laboratory),
                Fact(_("Room"), row.room),
                Fact(_("JJF 1022 code"), row.code, mono=True),
                Fact(_("Discipline"), row.discipline),
                Fact(_("Category"), row.get_category_display()),
                Fact(_("Highest in its region"), _("Yes") if row.is_highest else _("No")),
                Fact(_("Measuring range"), row.measuring_range),
                Fact(_("Uncertainty, class, order or MPE"), row.accuracy),
                Fact(_("Established on"), row.established_on),
            ],
        )

    def _papers(self, row: Any) -> list[Table]:
        licences = row.public_licences.visible_to(self.actor).prefetch_related("regions")
        return [
            table(_("Examination certificates"), CERTIFICATE, row.exam_certificates.visible_to(self.actor)),
            table(_("Public-standard licences"), LICENCE, licences),
        ]

    def _parts(self, row: Any) -> list[Table]:
        traces = Prefetch("equipment__trace_certificates", TraceCertificate.objects.visible_to(self.actor))
        parts = row.equipment_parts.visible_to(self.actor).select_related("equipment")
        return [
            table(
                _("What it may verify or calibrate"),
                ITEM,
                row.items.visible_to(self.actor).select_related("method"),
            ),
            table(_("Equipment"), EQUIPMENT, parts.prefetch_related(traces)),
            table(_("People"), PERSON, row.people.visible_to(self.actor).select_related("person")),
        ]

    def _trials(self, row: Any) -> list[Table]:
        return [
            table(_("Status history"), STATUS, row.status_periods.visible_to(self.actor)),
            table(_("Examinations"), EXAMINATION, row.examinations.visible_to(self.actor)),
            table(
                _("Repeatability tests"),
                REPEATABILITY,
                row.repeatability_tests.visible_to(self.actor).select_related("person")[:20],
            ),
            table(
                _("Stability tests"),
                STABILITY,
                row.stability_tests.visible_to(self.actor).select_related("person")[:20],
            ),
        ]
