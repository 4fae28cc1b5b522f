"""The ledger of instruments (台账): what there is, when it is due, what was done to it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import django_filters
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instruments.models import Instrument, Job, OrderItem
from instruments.views.words import due_cell, job_state
from labs.models import MethodVersion
from labs.views.document import said
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

DUE = (
    ("overdue", gettext_lazy("Overdue")),
    ("30", gettext_lazy("Within 30 days")),
    ("60", gettext_lazy("Within 60 days")),
    ("90", gettext_lazy("Within 90 days")),
    ("never", gettext_lazy("No due date")),
)
HISTORY = 50


class InstrumentFilter(PageFilter):
    indexed = True
    searched = ("name", "serial", "model", "label_no", "asset_no", "owner__name_zh", "owner__name_en")

    state = chosen("state", Instrument.State.choices, gettext_lazy("State"))
    due = django_filters.ChoiceFilter(
        method="by_due", choices=DUE, label=gettext_lazy("Due"), empty_label=gettext_lazy("All")
    )
    owner = of("owner")

    def by_due(self, rows: Any, name: str, value: str) -> Any:
        today = clock.today()
        if value == "never":
            return rows.filter(due_on__isnull=True)
        rows = rows.filter(state=Instrument.State.IN_USE)
        if value == "overdue":
            return rows.filter(due_on__lt=today)
        return rows.filter(due_on__gte=today, due_on__lte=today + timedelta(days=int(value)))


class InstrumentList(ScopedListView[Instrument]):
    rows = Instrument.objects.select_related("owner", "category")
    title = gettext_lazy("Instruments")
    filterset_class = InstrumentFilter
    empty_title = gettext_lazy("No instrument to show")
    columns = (
        Column(gettext_lazy("Label no."), "label_no", mono=True),
        Column(gettext_lazy("Name"), "name"),
        Column(gettext_lazy("Model"), "model"),
        Column(gettext_lazy("Serial no."), "serial", mono=True),
        Column(gettext_lazy("Owner"), "owner"),
        Column(gettext_lazy("State"), "state", state=True),
        Column(gettext_lazy("Due on"), lambda row: due_cell(row.due_on)),
    )

    def order_for(self, filters: Any) -> str:
        asked = filters.form.cleaned_data.get("due") if filters.form.is_valid() else ""
        return "due_on" if asked and asked != "never" else "-pk"


class InstrumentPage(ScopedDetailView[Instrument]):
    rows = Instrument.objects.select_related("owner", "region", "category", "equipment")
    back = "instruments"
    back_label = gettext_lazy("Instruments")

    def heading(self, row: Any) -> dict[str, Any]:
        return {
            "title": str(row),
            "pretitle": row.owner,
            "state": row.state,
            "state_label": row.get_state_display(),
        }

    def actions(self, row: Any) -> list[dict[str, Any]]:
        subject = f"{reverse('events')}?subject={row.public_id}"
        return [{"label": _("History"), "url": subject, "icon": "history"}]

    def sections(self, row: Any) -> list[Facts | Table]:
        named = self._parameter_words(row) if row.parameters else {}
        parameters = [Fact(named.get(name, name), value, mono=True) for name, value in row.parameters.items()]
        extra = [Facts(_("Parameters"), parameters)] if parameters else []
        return [self._facts(row), *extra, self._history(row)]

    def _parameter_words(self, row: Any) -> dict[str, str]:
        """What the methods of its category call the parameters."""
        versions = MethodVersion.objects.visible_to(self.actor).filter(
            edition__method__categories=row.category_id
        )
        documents = versions.order_by("pk").values_list("document", flat=True)
        return {
            node["key"]: said(node) for text in documents for node in json.loads(text).get("parameters", ())
        }

    def _facts(self, row: Any) -> Facts:
        due = due_cell(row.due_on)
        return Facts(
            _("The instrument"),
            [
                Fact(_("Due on"), due.text, state=due.state, note=due.note),
                Fact(_("Last tested on"), row.last_tested_on),
                Fact(_("Label no."), row.label_no, mono=True),
                link_fact(_("Owner"), row.owner),
                Fact(_("Category"), row.category),
                Fact(_("Model"), row.model),
                Fact(_("Serial no."), row.serial, mono=True),
                Fact(_("Asset no."), row.asset_no, mono=True),
                Fact(_("Manufacturer"), row.maker),
                Fact(_("Origin"), row.origin),
                Fact(_("Measuring range"), row.measuring_range),
                Fact(_("Accuracy class"), row.accuracy_class),
                Fact(_("Purpose"), row.get_purpose_display()),
                Fact(_("Mandatory verification"), _("Yes") if row.is_mandatory else _("No")),
                Fact(_("Owner's own interval (months)"), row.own_interval_months),
                Fact(_("Region"), row.region),
                Fact(_("Place of use"), row.location),
                link_fact(_("Used as equipment"), row.equipment),
            ],
        )

    def _history(self, row: Any) -> Table:
        items = (
            OrderItem.objects.visible_to(self.actor)
            .filter(instrument=row)
            .select_related("order__institute", "job__method")
            .order_by("-pk")[:HISTORY]
        )
        jobs = set(
            Job.objects.visible_to(self.actor).filter(instrument=row).values_list("pk", flat=True)[:HISTORY]
        )
        columns = (
            Column(_("Order no."), "order", mono=True, link=True),
            Column(_("Institute"), "order.institute"),
            Column(_("Service"), "get_service_display"),
            Column(_("Job"), lambda item: job_cell(item, jobs)),
            Column(_("State"), job_state),
            Column(_("Method"), "job.method"),
            Column(_("Tested on"), "job.tested_on"),
        )
        return table(_("Orders and jobs"), columns, items)


def job_cell(item: Any, seen: set[int]) -> Cell:
    """The job of an item: a link for those who may read its record, else its number alone."""
    job: Job | None = getattr(item, "job", None)
    if job is None:
        return Cell("")
    url = reverse("job", args=[job.public_id]) if job.pk in seen else ""
    return Cell(job.number, url=url, mono=True)
