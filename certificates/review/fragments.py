"""What the review page fetches after it is shown: the gate's answer, and the certificate as it would be."""

from __future__ import annotations

from typing import Any

from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin

from certificates import actions
from certificates import render as printing
from certificates.models import Certificate
from certificates.review.page import ROWS
from certificates.review.queue import WAITING
from instruments import gate
from instruments.actions import review
from instruments.models import Job
from instruments.risk import weigh
from instruments.workflow import MAY
from metrology import clock
from metrology.errors import DomainError
from metrology.pages import ScopedPage


class Fragment(ScopedPage[Job]):
    """A part of the review page with an address of its own."""

    rows = ROWS

    def job(self, key: Any) -> Job:
        row = self.visible().filter(public_id=key).first()
        if row is None:
            raise Http404
        self.actor.require(*MAY["job.check"])
        return row


class Outcome(Fragment):
    """`/review/<id>/outcome/`: what to look at, every rule of the gate, and what the certificate would say.

    Whoever is shown this has the record of this version open.
    """

    def get(self, request: HttpRequest, key: Any) -> HttpResponse:
        job = self.job(key)
        if job.state in WAITING:
            review.open_record(job, by=self.actor)
        approver = self.actor.person if job.state == Job.State.CHECKED else None
        findings = gate.examine(job, approver=approver, approving_on=clock.today() if approver else None)
        context: dict[str, Any] = {
            "title": _("What it leads to"),
            "back_url": reverse("review_job", args=[key]),
            "job": job,
            "failed": [finding for finding in findings if not finding.passed],
            "passed": [finding for finding in findings if finding.passed],
            "is_open": gate.is_open(findings),
            "risk": weigh([job], clock.today())[job.pk],
        }
        try:
            context["draft"] = draft = actions.draft_of(job, by=self.actor)
            context["kind"] = Certificate.Kind(draft["kind"]).label
        except DomainError as error:
            context["no_draft"] = error.message
        name = (
            "certificates/_outcome.html" if request.headers.get("HX-Request") else "certificates/outcome.html"
        )
        return render(request, name, context)


@method_decorator([never_cache, xframe_options_sameorigin], name="dispatch")
@method_decorator(csp_replace({"frame-ancestors": "'self'"}), name="dispatch")
class Preview(Fragment):
    """`/review/<id>/preview.pdf`: the document as it would be printed, without number and code."""

    def get(self, request: HttpRequest, key: Any) -> HttpResponse:
        content = printing.document(actions.draft_of(self.job(key), by=self.actor))
        return HttpResponse(
            content,
            content_type="application/pdf",
            headers={"Content-Disposition": "inline", "Cache-Control": "private, no-store"},
        )
