"""The list of orders (委托单), and the line of steps that orders and jobs share."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instruments.actions.checks import DESK
from instruments.models import OrderItem, ServiceOrder
from metrology import clock
from metrology.acting import Deed
from metrology.filters import PageFilter, chosen, of
from metrology.pages import Cell, Column, Part, ScopedListView
from metrology.roles import ENTERPRISE

State = ServiceOrder.State


class OrderFilter(PageFilter):
    searched = ("number", "client__name_zh", "client__name_en")

    state = chosen("state", State.choices, gettext_lazy("State"))
    mode = chosen("mode", ServiceOrder.Mode.choices, gettext_lazy("Mode"))
    is_urgent = django_filters.ChoiceFilter(
        choices=(("True", gettext_lazy("Urgent only")),),
        label=gettext_lazy("Urgency"),
        empty_label=gettext_lazy("All"),
    )
    expected = django_filters.ChoiceFilter(
        method="by_expected",
        choices=(("today", gettext_lazy("Today or before")),),
        label=gettext_lazy("Expected"),
        empty_label=gettext_lazy("All"),
    )
    client = of("client")

    def by_expected(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(expected_by(clock.today()))


def expected_by(day: date) -> Q:
    """Accepted orders whose pieces should have come, or come, by a day."""
    return Q(state=State.ACCEPTED, wanted_on__lte=day)


def state_cell(row: Any) -> Cell:
    """Where an order stands, and that it is urgent."""
    return Cell(row.get_state_display(), state=row.state, note=_("Urgent") if row.is_urgent else "")


class OrderList(ScopedListView[ServiceOrder]):
    rows = ServiceOrder.objects.select_related("client", "institute")
    title = gettext_lazy("Orders")
    filterset_class = OrderFilter
    empty_title = gettext_lazy("No order to show")
    columns = (
        Column(gettext_lazy("Order no."), "number", mono=True),
        Column(gettext_lazy("Client"), "client"),
        Column(gettext_lazy("Institute"), "institute"),
        Column(gettext_lazy("State"), state_cell),
        Column(gettext_lazy("Mode"), "get_mode_display"),
        Column(gettext_lazy("Pieces"), "pieces", numeric=True),
        Column(gettext_lazy("Submitted at"), "submitted_at"),
        Column(gettext_lazy("Promised on"), "promised_on"),
    )

    def actions(self) -> list[Deed]:
        if not self.actor.allowed(*ENTERPRISE, *DESK):
            return []
        return [Deed(_("New order"), reverse("order_new"), "plus", primary=True)]

    def prepare(self, rows: list[Any]) -> None:
        counted = dict(
            OrderItem.objects.filter(order__in=rows).order_by().values_list("order").annotate(Count("pk"))
        )
        for row in rows:
            row.pieces = counted.get(row.pk, 0)


def timeline(path: tuple[Any, ...], state: str) -> Part:
    """The steps of a workflow, those behind and the present one marked; off the path, only the state."""
    places = {step.value: position for position, step in enumerate(path)}
    here = places.get(state)
    steps = [
        {"label": step.label, "done": here is not None and position < here, "current": position == here}
        for position, step in enumerate(path)
    ]
    return Part("instruments/_timeline.html", {"steps": steps, "left": here is None})
