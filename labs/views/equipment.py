"""Equipment (设备) and the certificates that make its values traceable."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labs import validity
from labs.models import Equipment, TraceCertificate
from labs.views.dated import DAYS, STANDING, accepted, standing
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


class EquipmentFilter(PageFilter):
    searched = ("name_zh", "name_en", "serial", "asset_no", "model")

    state = chosen("state", Equipment.State.choices, gettext_lazy("State"))
    trace = django_filters.ChoiceFilter(
        method="by_trace",
        choices=(("expiring", gettext_lazy("Ending within 60 days")),),
        label=gettext_lazy("Trace certificate"),
        empty_label=gettext_lazy("All"),
    )
    institute = of("owner")

    def by_trace(self, rows: Any, name: str, value: str) -> Any:
        ending = validity.traces_ending(TraceCertificate.objects.all(), clock.today())
        return rows.filter(pk__in=ending.values("equipment"))


def _trace(row: Any) -> Cell:
    found = next(iter(row.trace_certificates.all()), None)
    if found is None:
        return Cell(_("None"), state="blocked")
    return Cell(found.number, mono=True, note=_("until %(day)s") % {"day": found.valid_to})


def _trace_standing(row: Any) -> Cell:
    found = next(iter(row.trace_certificates.all()), None)
    return standing(found) if found is not None else Cell("")


class EquipmentList(ScopedListView[Equipment]):
    rows = Equipment.objects.select_related("owner").prefetch_related("trace_certificates")
    title = gettext_lazy("Equipment")
    order = "name_zh"
    filterset_class = EquipmentFilter
    columns = (
        Column(gettext_lazy("Name"), "name_zh"),
        Column(gettext_lazy("Model"), "model"),
        Column(gettext_lazy("Serial no."), "serial", mono=True),
        Column(gettext_lazy("Owner"), "owner"),
        Column(gettext_lazy("State"), "state", state=True),
        Column(gettext_lazy("Trace certificate"), _trace),
        Column(gettext_lazy("Trace today"), _trace_standing),
    )


TRACE = (
    Column(gettext_lazy("Certificate no."), "number", mono=True),
    Column(gettext_lazy("Issuer"), "issuer"),
    Column(gettext_lazy("Calibrated on"), "calibrated_on"),
    DAYS,
    Column(gettext_lazy("Uncertainty, class or MPE"), "uncertainty"),
    STANDING,
)
USE = (
    Column(gettext_lazy("Standard"), "standard", link=True),
    Column(gettext_lazy("Role"), "get_role_display"),
    DAYS,
)
CHECK = (
    Column(gettext_lazy("Checked on"), "checked_on"),
    Column(gettext_lazy("Finding"), "result"),
    Column(gettext_lazy("Result"), accepted),
    Column(gettext_lazy("By"), "person"),
)


class EquipmentPage(ScopedDetailView[Equipment]):
    rows = Equipment.objects.select_related("owner")
    back = "equipment_list"
    back_label = gettext_lazy("Equipment")

    def heading(self, row: Any) -> dict[str, Any]:
        return {
            "title": str(row),
            "pretitle": row.owner,
            "subtitle": row.name_en,
            "state": row.state,
            "state_label": row.get_state_display(),
        }

    def sections(self, row: Any) -> list[Facts | Table]:
        return [
            Facts(
                _("The equipment"),
                [
                    link_fact(_("Owner"), row.owner),
                    Fact(_("Model"), row.model),
                    Fact(_("Serial no."), row.serial, mono=True),
                    Fact(_("Asset no."), row.asset_no, mono=True),
                    Fact(_("Manufacturer"), row.maker),
                    Fact(_("Measuring range"), row.measuring_range),
                    Fact(_("Uncertainty, class or MPE"), row.accuracy),
                ],
            ),
            table(_("Trace certificates"), TRACE, row.trace_certificates.visible_to(self.actor)),
            table(
                _("Used in standards"),
                USE,
                row.standard_parts.visible_to(self.actor).select_related("standard"),
            ),
            table(
                _("Intermediate checks"),
                CHECK,
                row.intermediate_checks.visible_to(self.actor).select_related("person")[:20],
            ),
        ]
