"""Orders (委托单): who asked for what, and how far each piece came."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instruments.models import Custody, Job, OrderItem, ServiceOrder
from instruments.views.ledger import job_cell
from instruments.views.words import job_state
from metrology.filters import PageFilter, chosen, of
from metrology.pages import (
    Cell,
    Column,
    Fact,
    Facts,
    Part,
    ScopedDetailView,
    ScopedListView,
    Table,
    link_fact,
    table,
)

State = ServiceOrder.State
PATH = (State.DRAFT, State.SUBMITTED, State.ACCEPTED, State.IN_PROGRESS, State.COMPLETED, State.COLLECTED)


class OrderFilter(PageFilter):
    searched = ("number", "client__name_zh", "client__name_en")

    state = chosen("state", State.choices, gettext_lazy("State"))
    mode = chosen("mode", ServiceOrder.Mode.choices, gettext_lazy("Mode"))
    is_urgent = django_filters.ChoiceFilter(
        choices=(("True", gettext_lazy("Urgent only")),),
        label=gettext_lazy("Urgency"),
        empty_label=gettext_lazy("All"),
    )
    client = of("client")


class OrderList(ScopedListView[ServiceOrder]):
    rows = ServiceOrder.objects.select_related("client", "institute")
    title = gettext_lazy("Orders")
    filterset_class = OrderFilter
    empty_title = gettext_lazy("No order to show")
    columns = (
        Column(gettext_lazy("Order no."), "number", mono=True),
        Column(gettext_lazy("Client"), "client"),
        Column(gettext_lazy("Institute"), "institute"),
        Column(gettext_lazy("State"), "state", state=True),
        Column(gettext_lazy("Mode"), "get_mode_display"),
        Column(gettext_lazy("Pieces"), "pieces", numeric=True),
        Column(gettext_lazy("Submitted at"), "submitted_at"),
        Column(gettext_lazy("Promised on"), "promised_on"),
    )

    def prepare(self, rows: list[Any]) -> None:
        counted = dict(
            OrderItem.objects.filter(order__in=rows).order_by().values_list("order").annotate(Count("pk"))
        )
        for row in rows:
            row.pieces = counted.get(row.pk, 0)


CUSTODY = (
    Column(gettext_lazy("At"), "at"),
    Column(gettext_lazy("Act"), "get_kind_display"),
    Column(gettext_lazy("Instrument"), "item.instrument"),
    Column(gettext_lazy("Handed over by or to"), "counterpart"),
    Column(gettext_lazy("At the counter"), "person"),
)


class OrderPage(ScopedDetailView[ServiceOrder]):
    rows = ServiceOrder.objects.select_related("client", "institute", "campaign", "filed_by__person")
    back = "orders"
    back_label = gettext_lazy("Orders")

    def heading(self, row: Any) -> dict[str, Any]:
        return {
            "title": row.number,
            "pretitle": row.client,
            "state": row.state,
            "state_label": row.get_state_display(),
        }

    def actions(self, row: Any) -> list[dict[str, Any]]:
        subject = f"{reverse('events')}?subject={row.public_id}"
        return [{"label": _("History"), "url": subject, "icon": "history"}]

    def sections(self, row: Any) -> list[Facts | Table | Part]:
        return [timeline(PATH, row.state), self._facts(row), self._items(row), self._custody(row)]

    def _facts(self, row: Any) -> Facts:
        return Facts(
            _("The order"),
            [
                Fact(_("Client"), row.client),
                link_fact(_("Institute"), row.institute),
                Fact(_("Mode"), row.get_mode_display()),
                Fact(_("Campaign"), row.campaign),
                Fact(_("Urgent"), _("Yes") if row.is_urgent else _("No")),
                Fact(_("Contact"), row.contact, note=row.phone),
                Fact(_("Address"), row.address),
                Fact(_("Wanted on"), row.wanted_on),
                Fact(_("Promised on"), row.promised_on),
                Fact(_("Filed by"), row.filed_by.person or row.filed_by),
                Fact(_("Filed at"), row.filed_at),
                Fact(_("Submitted at"), row.submitted_at),
                Fact(_("Note"), row.note),
                Fact(_("Reason of refusal"), row.decline_reason),
            ],
        )

    def _items(self, row: Any) -> Table:
        items = row.items.visible_to(self.actor).select_related("instrument", "method", "job")
        seen = set(Job.objects.visible_to(self.actor).filter(item__order=row).values_list("pk", flat=True))
        columns = (
            Column(_("Instrument"), "instrument", link=True),
            Column(_("Service"), "get_service_display"),
            Column(_("Kind of verification"), "get_stage_display"),
            Column(_("Job"), lambda item: job_cell(item, seen)),
            Column(_("State"), job_state),
            Column(_("Received at"), lambda item: Cell(item.received_at, note=item.condition)),
            Column(_("Notional fee"), "notional_fee", numeric=True),
        )
        return table(_("Instruments"), columns, items)

    def _custody(self, row: Any) -> Table:
        acts = Custody.objects.visible_to(self.actor).filter(item__order=row)
        return table(_("Custody"), CUSTODY, acts.select_related("item__instrument", "person"))


def timeline(path: tuple[Any, ...], state: str) -> Part:
    """The steps of a workflow, those behind and the present one marked; off the path, only the state."""
    places = {step.value: position for position, step in enumerate(path)}
    here = places.get(state)
    steps = [
        {"label": step.label, "done": here is not None and position < here, "current": position == here}
        for position, step in enumerate(path)
    ]
    return Part("instruments/_timeline.html", {"steps": steps, "left": here is None})
