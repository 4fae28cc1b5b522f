"""The ledger of instruments (台账): what there is, when it is due, what was done to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import django_filters
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instruments.actions.checks import is_keeper, is_own
from instruments.imports.fields import BY_KEY, FORM_FIELDS
from instruments.models import Category, Instrument, Job, OrderItem, Purpose
from instruments.parameters import asked_for
from instruments.views.owners import MAY_KEEP
from instruments.views.words import due_cell, job_state
from instruments.workflow import INSTRUMENT_MOVES
from metrology import clock
from metrology.acting import Deed
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
from metrology.roles import INSTITUTE

State = Instrument.State
DUE = (
    ("overdue", gettext_lazy("Overdue")),
    ("30", gettext_lazy("Within 30 days")),
    ("60", gettext_lazy("Within 60 days")),
    ("90", gettext_lazy("Within 90 days")),
    ("never", gettext_lazy("No due date")),
)
HISTORY = 50


FORM_CELLS: dict[str, Any] = {
    "category": "category",
    "serial": lambda row: Cell(row.serial, mono=True),
    "quantity": lambda row: Cell(1, numeric=True),
    "purpose": "get_purpose_display",
    "delivery": "get_delivery_display",
}
"""Where a column of the national form is not simply the field of its name; one row is one piece."""


class InstrumentFilter(PageFilter):
    indexed = True
    searched = ("name", "serial", "model", "label_no", "asset_no", "owner__name_zh", "owner__name_en")

    category = django_filters.ModelChoiceFilter(
        queryset=Category.objects.all(),
        to_field_name="code",
        label=gettext_lazy("Category"),
        empty_label=gettext_lazy("All"),
    )
    purpose = chosen("purpose", Purpose.choices, gettext_lazy("Purpose"))
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
    template_name = "instruments/ledger.html"
    columns = (
        *(Column(field.label, FORM_CELLS.get(field.key, field.key)) for field in FORM_FIELDS),
        Column(BY_KEY["asset_no"].label, "asset_no", mono=True),
        Column(BY_KEY["label_no"].label, "label_no", mono=True),
        Column(gettext_lazy("Owner"), "owner"),
        Column(gettext_lazy("State"), "state", state=True),
        Column(gettext_lazy("Due on"), lambda row: due_cell(row.due_on)),
    )

    def actions(self) -> list[Deed]:
        if not self.actor.allowed(*MAY_KEEP):
            return []
        return [
            Deed(_("Import a table"), reverse("imports"), "upload"),
            Deed(_("New instrument"), reverse("instrument_new"), "plus"),
        ]

    def context(self, rows: list[Any]) -> dict[str, Any]:
        lines = table(self.title, self.columns, rows, linked=True).rows
        return {
            "ledger": list(zip(rows, lines, strict=True)),
            "may_order": self.actor.allowed(*MAY_KEEP),
            "may_label": not self.actor.is_stranger,
        }

    def order_for(self, filters: Any) -> str:
        asked = filters.form.cleaned_data.get("due") if filters.form.is_valid() else ""
        return "due_on" if asked and asked != "never" else "-pk"


class InstrumentPage(ScopedDetailView[Instrument]):
    rows = Instrument.objects.select_related("owner__region", "region", "category", "equipment")
    back = "instruments"
    back_label = gettext_lazy("Instruments")

    def heading(self, row: Any) -> dict[str, Any]:
        return {
            "title": str(row),
            "pretitle": row.owner,
            "state": row.state,
            "state_label": row.get_state_display(),
        }

    def actions(self, row: Any) -> list[Deed]:
        return [
            *self._acts(row),
            Deed(_("History"), f"{reverse('events')}?subject={row.public_id}", "history"),
        ]

    def _acts(self, row: Any) -> Iterator[Deed]:
        """What may be done to it now; an owner cannot return what failed, and the verb says why."""
        moves = INSTRUMENT_MOVES[row.state]
        key = [row.public_id]
        if self.actor.allowed(*INSTITUTE) or is_own(self.actor, row.owner):
            if State.IN_USE in moves:
                yield Deed(_("Return to use"), reverse("instrument_return", args=key), "player-play")
            if State.OUT_OF_SERVICE in moves:
                yield Deed(_("Take out of service"), reverse("instrument_stop", args=key), "ban")
        if moves and is_keeper(self.actor, row.owner):
            yield Deed(_("Scrap"), reverse("instrument_scrap", args=key), "trash")
            yield Deed(_("Correct the entry"), reverse("instrument_change", args=key), "pencil")

    def sections(self, row: Any) -> list[Facts | Table]:
        named = {one.key: one.label for one in asked_for(row.category, self.actor)} if row.parameters else {}
        parameters = [Fact(named.get(name, name), value, mono=True) for name, value in row.parameters.items()]
        extra = [Facts(_("Parameters"), parameters)] if parameters else []
        return [self._facts(row), *extra, self._history(row)]

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
                Fact(_("Kind within the category"), row.kind),
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
                Fact(_("Way of delivery"), row.get_delivery_display()),
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
