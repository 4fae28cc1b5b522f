"""The due board: what is overdue or falls due, chosen here and ordered at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django_filters
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy

from instruments.actions.checks import DESK
from instruments.models import Category, Instrument, OrderItem, ServiceOrder
from instruments.selection import OVERDUE, WINDOWS, due
from instruments.views.words import due_cell
from instruments.workflow import OPEN_ORDERS
from metrology import clock
from metrology.filters import PageFilter, of
from metrology.pages import Cell, Column, ScopedListView
from metrology.picking import picks
from metrology.roles import ENTERPRISE

TABS = {
    OVERDUE: gettext_lazy("Overdue"),
    "30": gettext_lazy("Within 30 days"),
    "60": gettext_lazy("Within 60 days"),
    "90": gettext_lazy("Within 90 days"),
}
FIRST = "30"


class DueFilter(PageFilter):
    searched = ("name", "serial", "model", "label_no", "owner__name_zh", "owner__name_en")

    category = django_filters.ModelChoiceFilter(
        queryset=Category.objects.filter(verification=True),
        to_field_name="code",
        label=gettext_lazy("Category"),
        empty_label=gettext_lazy("All"),
    )
    owner = of("owner")


def ordered(row: Any) -> bool:
    """Whether it waits in an order already, so that it is not ordered again by the way."""
    return bool(getattr(row, "in_order", ("",))[0])


class DueBoard(ScopedListView[Instrument]):
    """One tab per window; counts are of everything in the actor's scope that the filter lets through."""

    rows = Instrument.objects.select_related("owner", "category")
    title = gettext_lazy("Due board")
    order = "due_on"
    filterset_class = DueFilter
    template_name = "instruments/due.html"
    empty_title = gettext_lazy("Nothing falls due here")
    columns = (
        Column(gettext_lazy("Due on"), lambda row: due_cell(row.due_on)),
        Column(gettext_lazy("Name"), "name"),
        Column(gettext_lazy("Model"), "model"),
        Column(gettext_lazy("Serial no."), "serial", mono=True),
        Column(gettext_lazy("Label no."), "label_no", mono=True),
        Column(gettext_lazy("Owner"), "owner"),
        Column(gettext_lazy("In an order"), lambda row: Cell(*getattr(row, "in_order", ("", "")))),
    )

    @property
    def tab(self) -> str:
        asked = self.request.GET.get("tab", FIRST)
        return asked if asked in WINDOWS else FIRST

    def page(self, rows: Any, filters: Any) -> Any:
        self.counted = rows
        return super().page(due(rows, self.tab), filters)

    def every_line(self, rows: Any, filters: Any) -> Any:
        return super().every_line(due(rows, self.tab), filters)

    def prepare(self, rows: list[Any]) -> None:
        """Say which of them already wait in an open order, and lead there."""
        waiting = (
            OrderItem.objects.visible_to(self.actor)
            .filter(
                instrument__in=rows,
                order__state__in=(*OPEN_ORDERS, ServiceOrder.State.DRAFT),
                state__in=(OrderItem.State.REQUESTED, OrderItem.State.RECEIVED),
            )
            .select_related("order")
        )
        found = {
            item.instrument_id: (item.order.number, reverse("order", args=[item.order.public_id]))
            for item in waiting
        }
        for row in rows:
            row.in_order = found.get(row.pk, ("", ""))

    def context(self, rows: list[Any]) -> dict[str, Any]:
        query = self.request.GET.copy()
        for name in ("tab", "cursor"):
            query.pop(name, None)
        counts = self._counts()
        tabs = []
        for name, label in TABS.items():
            query["tab"] = name
            tabs.append(
                {
                    "label": label,
                    "count": counts[f"due_{name}"],
                    "url": f"?{query.urlencode()}",
                    "current": name == self.tab,
                }
            )
        return {
            "tabs": tabs,
            "tab": self.tab,
            "picked_rows": picks(self.columns, rows, lambda row: row.public_id, name_at=1, skip=ordered),
            "picks": self.actor.allowed(*ENTERPRISE, *DESK),
            "is_filtered": any(query.get(name) for name in ("q", "category", "owner")),
        }

    def _counts(self) -> dict[str, int]:
        today, in_use = clock.today(), Q(state=Instrument.State.IN_USE)
        asked = {
            f"due_{name}": Count(
                "pk",
                filter=in_use
                & (
                    Q(due_on__lt=today)
                    if name == OVERDUE
                    else Q(due_on__gte=today, due_on__lte=today + timedelta(days=int(name)))
                ),
            )
            for name in WINDOWS
        }
        found: dict[str, int] = self.counted.order_by().aggregate(**asked)
        return found
