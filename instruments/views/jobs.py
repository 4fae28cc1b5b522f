"""Jobs (检定/校准任务): the work list, and one job with its whole record."""

from __future__ import annotations

import json
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instruments.models import Job
from instruments.views import record
from instruments.views.orders import timeline
from instruments.views.words import rules, verdict_cell
from labs.views.document import said
from metrology.pages import (
    Cell,
    Column,
    Fact,
    Facts,
    Part,
    ScopedDetailView,
    Table,
    link_fact,
    table,
)

State = Job.State
PATH = (
    State.RECEIVED,
    State.ASSIGNED,
    State.MEASURING,
    State.SUBMITTED,
    State.CHECKED,
    State.APPROVED,
    State.ISSUED,
    State.COLLECTED,
)


EQUIPMENT = (
    Column(gettext_lazy("Equipment"), "equipment", link=True),
    Column(gettext_lazy("Role"), "get_role_display"),
    Column(gettext_lazy("Condition before use"), "get_condition_display"),
    Column(gettext_lazy("Trace certificate"), "trace_certificate.number", mono=True),
    Column(gettext_lazy("Valid until"), "trace_certificate.valid_to"),
)
REMARK = (
    Column(gettext_lazy("At"), "at"),
    Column(gettext_lazy("By"), "person"),
    Column(gettext_lazy("Comment"), "text"),
    Column(gettext_lazy("Cell"), "cell", mono=True),
    Column(gettext_lazy("Revision of the record"), "revision", numeric=True),
)
RESULT = (
    Column(gettext_lazy("Evaluated at"), "evaluated_at"),
    Column(gettext_lazy("Before or after adjustment"), "get_adjustment_display"),
    Column(gettext_lazy("Verdict"), lambda row: verdict_cell(row.verdict)),
    Column(gettext_lazy("Rule"), lambda row: rules(row.rule)),
    Column(gettext_lazy("Conclusion"), lambda row: Cell(row.conclusion_zh, note=row.conclusion_en)),
    Column(gettext_lazy("Revision of the record"), "record_revision", numeric=True),
    Column(gettext_lazy("Engine"), "engine_version", mono=True),
)


class JobPage(ScopedDetailView[Job]):
    rows = Job.objects.select_related(
        "institute",
        "laboratory",
        "instrument__owner",
        "item__order",
        "method",
        "method_version__edition__method",
        "standard",
        "room",
        "assignee",
        "tester",
        "checker",
        "approver",
        "repeats_job",
    )
    back = "jobs"
    back_label = gettext_lazy("Jobs")

    def heading(self, row: Any) -> dict[str, Any]:
        return {
            "title": row.number,
            "pretitle": row.institute,
            "subtitle": f"{row.instrument} · {row.instrument.owner}",
            "state": row.state,
            "state_label": row.get_state_display(),
        }

    def actions(self, row: Any) -> list[dict[str, Any]]:
        subject = f"{reverse('events')}?subject={row.public_id}"
        return [{"label": _("History"), "url": subject, "icon": "history"}]

    def sections(self, row: Any) -> list[Facts | Table | Part]:
        content = json.loads(row.method_version.document) if row.method_version else {}
        uses = row.equipment.visible_to(self.actor).select_related("equipment", "trace_certificate")
        results = list(row.results.visible_to(self.actor).order_by("-pk"))
        return [
            timeline(PATH, row.state),
            self._facts(row),
            self._conditions(row, content),
            table(_("Standards and equipment used"), EQUIPMENT, uses),
            *record.sheets(row, content, self.actor),
            table(_("Results"), RESULT, results),
            *record.values(row, results, content, self.actor),
            table(_("Remarks"), REMARK, row.remarks.visible_to(self.actor).select_related("person")),
        ]

    def _facts(self, row: Any) -> Facts:
        return Facts(
            _("The job"),
            [
                link_fact(_("Order no."), row.item.order),
                link_fact(_("Instrument"), row.instrument),
                Fact(_("Owner"), row.instrument.owner),
                Fact(_("Service"), row.get_service_display()),
                Fact(_("Kind of verification"), row.get_stage_display()),
                link_fact(_("Method version"), row.method_version or row.method),
                link_fact(_("Standard"), row.standard),
                Fact(_("Assigned to"), row.assignee),
                Fact(_("Tester"), row.tester, note=row.tested_on),
                Fact(_("Checker"), row.checker, note=row.checked_on),
                Fact(_("Approver"), row.approver, note=row.approved_on),
                Fact(_("Received at"), row.received_at),
                Fact(_("Submitted at"), row.submitted_at),
                Fact(_("Promised on"), row.promised_on),
                Fact(_("Revision of the record"), row.revision),
                Fact(_("Issue no."), row.issue_no, note=row.amend_reason),
                link_fact(_("Repeats"), row.repeats_job),
            ],
        )

    def _conditions(self, row: Any, content: dict[str, Any]) -> Facts:
        named = {node["key"]: said(node) for node in content.get("parameters", ())}
        parameters = [Fact(named.get(name, name), value, mono=True) for name, value in row.parameters.items()]
        return Facts(
            _("Conditions and parameters"),
            [
                Fact(_("Place"), row.get_place_display(), note=row.site_address or row.room),
                Fact(_("Temperature (°C)"), row.temperature, mono=True),
                Fact(_("Relative humidity (%)"), row.humidity, mono=True),
                Fact(_("Air pressure (hPa)"), row.pressure, mono=True),
                *parameters,
            ],
        )
