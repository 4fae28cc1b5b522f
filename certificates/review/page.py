"""One waiting record: what was measured on the left, what it leads to on the right, and the decision."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from certificates import actions
from certificates.review.queue import MOST_SHOWN, ORDER, WAITING, waiting
from certificates.review.signing import SignForm
from instruments.actions import review
from instruments.models import Job, OutputValue, Result
from instruments.views import record
from instruments.workflow import MAY
from metrology import navigation, resume
from metrology.acting import ActForm, ActPage, BareForm
from metrology.errors import DomainError
from metrology.pages import Part

ROWS = Job.objects.select_related(
    "institute__region",
    "instrument__owner",
    "instrument__region",
    "item__order",
    "method",
    "method_version__edition__method",
    "standard",
    "room",
    "tester",
    "checker",
)


class ReturnForm(ActForm):
    """Back to the tester, with a comment at a cell if one is meant."""

    text = forms.CharField(
        label=gettext_lazy("Comment for the tester"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    cell = forms.CharField(
        label=gettext_lazy("Cell"),
        required=False,
        max_length=160,
        help_text=gettext_lazy("Click a value in the record to point at it."),
    )


class Reviewed(ActPage[Job]):
    """Base of the page and its acts: whichever form was refused, the whole record stays in view."""

    rows = ROWS
    roles = MAY["job.check"]
    place: ClassVar[str] = ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.subject = self.found(**kwargs)
        self.permit()
        if self.subject.state not in WAITING:
            return redirect(navigation.address_of(self.subject))
        return self.shown(self.form(initial={**self.initial(), **(resume.take(request) or {})}))

    def shown(self, form: ActForm, status: int = 200) -> HttpResponse:
        if self.subject.state not in WAITING:
            return redirect(navigation.address_of(self.subject))
        initial = self.initial()
        context = {
            "title": self.subject.number,
            "pretitle": self.subject.method or "",
            "subtitle": f"{self.subject.instrument} · {self.subject.instrument.owner}",
            "state": self.subject.state,
            "state_label": self.subject.get_state_display(),
            "back_url": reverse("review"),
            "back_label": _("Review"),
            "job": self.subject,
            "is_own": self.subject.tester_id == getattr(self.actor.person, "pk", None),
            "check_form": BareForm(initial=initial),
            "return_form": ReturnForm(initial=initial),
            "sign_form": SignForm(initial=initial),
            "typed_by": resume.mark(self.request),
            **_record(self.subject, self.actor),
        }
        if self.place:
            context[self.place] = form
        return render(self.request, "certificates/review.html", context, status=status)

    def act(self, given: dict[str, Any]) -> Any:
        raise NotImplementedError("this page only shows")

    def next_url(self, made: Any) -> str:
        """On to the next record that waits; none left: back to the queue."""
        following = waiting(self.actor).exclude(pk=self.subject.pk).order_by(*ORDER).first()
        return _address(following.public_id) if following else reverse("review")


class ReviewPage(Reviewed):
    """`/review/<id>/`; what is done happens at the addresses of the acts."""

    http_method_names = ["get", "head"]


class Neighbour(Reviewed):
    """The record before or after this one in the queue; at its end, back to the queue."""

    step: ClassVar[int] = 1

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        row = self.found(**kwargs)
        self.permit()
        keys = list(waiting(self.actor).order_by(*ORDER).values_list("public_id", flat=True)[:MOST_SHOWN])
        at = keys.index(row.public_id) + self.step if row.public_id in keys else 0
        return redirect(_address(keys[at]) if 0 <= at < len(keys) else reverse("review"))


class Next(Neighbour):
    http_method_names = ["get", "head"]


class Previous(Neighbour):
    http_method_names = ["get", "head"]
    step = -1


class Check(Reviewed):
    """Confirm the record (核验)."""

    place = "check_form"
    said = gettext_lazy("Checked. It now waits for approval.")

    def act(self, given: dict[str, Any]) -> Job:
        return review.check(self.subject, by=self.actor)


class Return(Reviewed):
    """Back to the tester (退回)."""

    place = "return_form"
    form_class = ReturnForm
    said = gettext_lazy("Returned to the tester with your comment.")

    def act(self, given: dict[str, Any]) -> Job:
        return review.return_(self.subject, by=self.actor, text=given["text"], cell=given["cell"])


class Approve(Reviewed):
    """Sign (批准): the password once more, then the gate, the number and the frozen snapshot."""

    place = "sign_form"
    form_class = SignForm
    roles = MAY["job.approve"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.subject = self.found(**kwargs)
        self.permit()
        form = SignForm(request.POST)
        if form.is_valid():
            try:
                form.confirm(request.user)
            except DomainError as error:
                form.refuse(error)
                return self.shown(form, status=error.status)
        return super().post(request, *args, **kwargs)

    def act(self, given: dict[str, Any]) -> Any:
        certificate = actions.approve(self.subject, by=self.actor)
        messages.success(
            self.request,
            _("Signed: %(number)s is being sealed.") % {"number": certificate.number},
        )
        return certificate


def _address(key: Any) -> str:
    return reverse("review_job", args=[key])


def _record(job: Job, actor: Any) -> dict[str, Any]:
    """The record with its remarks and changes, the computed values beside those of last time."""
    content = json.loads(job.method_version.document) if job.method_version else {}
    results = list(job.results.visible_to(actor).order_by("-pk"))
    was_returned = job.revision > 1 or job.issue_no > 1
    remarks = list(job.remarks.visible_to(actor).select_related("person")) if was_returned else []
    sheets = [_marked(part, job, remarks) for part in record.sheets(job, content, actor)]
    before = _last_time(job)
    return {
        "sheets": sheets,
        "values": list(record.values(job, results, content, actor, before)),
        "changes": [change for sheet in sheets for change in sheet.context["changes"]],
        "remarks": remarks,
    }


def _marked(part: Part, job: Job, remarks: list[Any]) -> Part:
    """A sheet whose cells can be pointed at, and that names what changed since the last hand-over."""
    commented = {remark.cell for remark in remarks if remark.cell}
    changes = []
    for row in part.context["rows"]:
        for heading, cell in zip(part.context["headings"], row["cells"], strict=True):
            cell["commented"] = cell["address"] in commented
            cell["changed"] = (
                job.revision > 1 and cell["record_revision"] == job.revision and bool(cell["before"])
            )
            if cell["changed"]:
                place = f"{row['point']} {row['unit']}".strip()
                changes.append(
                    {"place": f"{place} · {heading}", "was": cell["before"][-1], "now": cell["now"]}
                )
    return replace(part, context={**part.context, "changes": changes, "pointed": True})


def _last_time(job: Job) -> Mapping[record.Quantity, str]:
    """What the same instrument showed by the same method the time before."""
    earlier: QuerySet[Result] = (
        Result.objects.filter(
            job__instrument=job.instrument_id,
            job__method=job.method_id,
            job__state__in=(Job.State.ISSUED, Job.State.COLLECTED),
        )
        .exclude(job=job)
        .order_by("-job__tested_on", "-pk")
    )
    values = OutputValue.objects.filter(result=earlier.values("pk")[:1]).select_related("point")
    return {record.quantity(value): value.reported for value in values}
