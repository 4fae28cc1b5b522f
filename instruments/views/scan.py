"""/scan/: one field that always has the cursor; a code leads to its instrument and to what is to do next."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from instruments.actions.checks import DESK
from instruments.models import Instrument, Job, Result
from instruments.scan import look_up, order_of
from instruments.views.deeds import next_act
from instruments.views.words import due_cell, verdict_cell
from instruments.workflow import FINISHED_JOBS
from labs.models import MethodVersion
from metrology import clock
from metrology.pages import ActingView

LONGEST = 300


class ScanPage(ActingView):
    """The field, and the card of what was scanned; the same code again goes on to the next act.

    At the counter a delivery slip opens its order, where the pieces are received.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        code = request.GET.get("code", "")[: LONGEST + 1]
        chosen = request.GET.get("choice", "")[:40]
        order = order_of(code, self.actor) if self.actor.allowed(*DESK) else None
        if order is not None:
            return redirect("order", order.public_id)
        found = look_up(f"/instruments/{chosen}/" if chosen else code, self.actor)
        card = self.card(found.instrument) if found.instrument else None
        if card and card["act"] and code and request.GET.get("again") == code:
            return redirect(card["act"].url)
        context = {
            "title": _("Scan a code"),
            "code": code,
            "found": found,
            "card": card,
            "choices": [{"row": row, "due": due_cell(row.due_on)} for row in found.choices],
        }
        return render(request, "instruments/scan.html", context)

    def card(self, instrument: Instrument) -> dict[str, Any]:
        jobs = list(
            Job.objects.visible_to(self.actor)
            .filter(instrument=instrument)
            .select_related("institute", "assignee", "tester", "method_version__edition__method")
            .order_by("-pk")[:10]
        )
        open_job = next((job for job in jobs if job.state not in FINISHED_JOBS), None)
        last = next((job for job in jobs if job.state in (Job.State.ISSUED, Job.State.COLLECTED)), None)
        result: Result | None = (
            Result.objects.visible_to(self.actor).filter(job=last).order_by("-pk").first() if last else None
        )
        return {
            "row": instrument,
            "due": due_cell(instrument.due_on),
            "url": reverse("instrument", args=[instrument.public_id]),
            "job": open_job,
            "job_url": reverse("job", args=[open_job.public_id]) if open_job else "",
            "act": next_act(open_job, self.actor) if open_job else None,
            "last": last,
            "last_url": reverse("job", args=[last.public_id]) if last else "",
            "verdict": verdict_cell(result.verdict) if result and result.verdict else None,
            "conclusion": result.conclusion_zh if result else "",
            "methods": self.methods(instrument),
        }

    def methods(self, instrument: Instrument) -> list[str]:
        """The editions in force for its category, as far as this house has their data."""
        today = clock.today()
        versions = (
            MethodVersion.objects.visible_to(self.actor)
            .filter(edition__method__categories=instrument.category_id, edition__valid_from__lte=today)
            .exclude(edition__valid_to__lt=today)
            .select_related("edition__method")
            .order_by("edition__method__code")
        )
        return list(dict.fromkeys(version.edition.code for version in versions))
