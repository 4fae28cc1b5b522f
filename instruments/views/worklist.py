"""The work list (检定/校准任务): mine, nobody's, everybody's, by the promised day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instruments.models import Job
from instruments.workflow import FINISHED_JOBS, MAY
from metrology import clock
from metrology.filters import PageFilter, chosen, of
from metrology.pages import Cell, Column, Line, ScopedListView, table

State = Job.State
BEFORE_ASSIGNMENT = (State.RECEIVED,)
AT_BENCH = (State.ASSIGNED, State.MEASURING)


@dataclass(frozen=True)
class WorkLine(Line):
    """A line that may be ticked by its key."""

    key: str = ""


class JobFilter(PageFilter):
    searched = ("number", "instrument__name", "instrument__serial", "instrument__owner__name_zh")

    state = chosen("state", State.choices, gettext_lazy("State"))
    mine = django_filters.ChoiceFilter(
        method="by_mine",
        choices=(
            ("open", gettext_lazy("Mine, not yet handed over")),
            ("all", gettext_lazy("Assigned to me")),
            ("nobody", gettext_lazy("Not yet assigned")),
            ("unfinished", gettext_lazy("All unfinished")),
        ),
        label=gettext_lazy("Whose"),
        empty_label=gettext_lazy("All"),
    )
    instrument = of("instrument")
    order = of("item__order")

    def by_mine(self, rows: Any, name: str, value: str) -> Any:
        if value == "nobody":
            return rows.filter(state__in=BEFORE_ASSIGNMENT)
        if value == "unfinished":
            return rows.exclude(state__in=FINISHED_JOBS)
        rows = rows.filter(assignee=self.request.actor.person)
        return rows.filter(state__in=AT_BENCH) if value == "open" else rows


def promised(row: Job) -> Cell:
    """The promised day, with the word beside it once it has passed for an unfinished job."""
    late = row.promised_on is not None and row.promised_on < clock.today() and row.state not in FINISHED_JOBS
    return Cell(_("Overdue"), state="overdue", note=row.promised_on) if late else Cell(row.promised_on)


class JobList(ScopedListView[Job]):
    rows = Job.objects.select_related("instrument__owner", "method", "assignee", "institute")
    title = gettext_lazy("Jobs")
    filterset_class = JobFilter
    empty_title = gettext_lazy("No job to show")
    template_name = "instruments/worklist.html"
    columns = (
        Column(gettext_lazy("Job no."), "number", mono=True),
        Column(gettext_lazy("Instrument"), "instrument"),
        Column(gettext_lazy("Owner"), "instrument.owner"),
        Column(gettext_lazy("State"), "state", state=True),
        Column(gettext_lazy("Method"), "method", mono=True),
        Column(gettext_lazy("Assigned to"), "assignee"),
        Column(gettext_lazy("Promised on"), promised),
        Column(gettext_lazy("Tested on"), "tested_on"),
    )

    def order_for(self, filters: Any) -> str:
        """What is still to do stands by its promised day, the overdue first; all there ever was by age."""
        asked = filters.form.cleaned_data.get("mine") if filters.form.is_valid() else ""
        return "promised_on" if asked in ("open", "nobody", "unfinished") else "-pk"

    def context(self, rows: list[Job]) -> dict[str, Any]:
        now = self.request.GET.get("mine", "")
        assigns = self.actor.allowed(*MAY["job.assign"])
        return {
            "tabs": [
                {"label": label, "url": f"?{urlencode({'mine': key})}" if key else "?", "active": key == now}
                for key, label in (
                    ("open", _("Mine")),
                    ("nobody", _("Not yet assigned")),
                    ("unfinished", _("All unfinished")),
                    ("", _("All")),
                )
            ],
            "assign_url": reverse("jobs_assign") if assigns else "",
            "rows": [
                WorkLine(line.cells, line.url, key_of(row) if assigns else "")
                for line, row in zip(table("", self.columns, rows, linked=True).rows, rows, strict=True)
            ],
        }


def key_of(row: Job) -> str:
    """The id to tick a job by, where it can still be handed out."""
    return str(row.public_id) if row.state in (*BEFORE_ASSIGNMENT, *AT_BENCH) else ""
