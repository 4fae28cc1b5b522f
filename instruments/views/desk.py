"""The manager's acts on jobs: hand out one or several, cancel, pass on to another body."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Count, Q
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instruments.actions.bench import assign_many
from instruments.actions.jobs import cancel_job, subcontract
from instruments.models import Job
from instruments.selection import as_id
from instruments.workflow import JOB_MOVES, MAY
from labs.models import Laboratory, Qualification
from metrology import clock
from metrology.acting import ActForm, ActPage
from metrology.models import Person

State = Job.State
MOST = 200


class AssignForm(ActForm):
    """Who measures; beside each name what already lies on that desk and whether the method is theirs."""

    assignee = forms.ChoiceField(label=gettext_lazy("Tester"), widget=forms.RadioSelect)
    laboratory = forms.ChoiceField(label=gettext_lazy("Laboratory"), required=False)

    def __init__(self, *args: Any, people: Any, laboratories: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["assignee"].choices = people  # type: ignore[attr-defined]  # a choice field
        self.fields["laboratory"].choices = [("", "—"), *laboratories]  # type: ignore[attr-defined]  # as above


class AssignPage(ActPage[Job]):
    """Hand out one job, or all that were ticked on the work list."""

    rows = Job.objects.select_related("institute", "instrument__owner", "method", "laboratory")
    roles = MAY["job.assign"]
    title = gettext_lazy("Assign")
    submit_label = gettext_lazy("Assign")
    template_name = "instruments/assign.html"

    def found(self, **kwargs: Any) -> Any:
        if "key" in kwargs:
            row = super().found(**kwargs)
            self.jobs = [row]
            return row
        asked = self.request.POST.getlist("job") or self.request.GET.getlist("job")
        keys = [key for text in asked[: MOST + 1] if (key := as_id(text)) is not None]
        self.jobs = list(self.visible().filter(public_id__in=keys).order_by("pk"))
        if asked and not self.jobs:
            raise Http404
        return None

    def permit(self) -> None:
        super().permit()
        for job in self.jobs:
            self.actor.require(*MAY["job.assign"], within=job.institute)

    def initial(self) -> dict[str, Any]:
        return super().initial() if self.subject is not None else {}

    def people(self) -> list[tuple[str, str]]:
        """Everybody employed here, the qualified first, each with their open jobs."""
        methods = {job.method_id for job in self.jobs if job.method_id}
        busy = Count("assigned_jobs", filter=Q(assigned_jobs__state__in=(State.ASSIGNED, State.MEASURING)))
        rows = (
            Person.objects.visible_to(self.actor)
            .filter(employer=self.actor.organization, left_on__isnull=True)
            .annotate(busy=busy)
            .order_by("pk")
        )
        allowed: dict[int, set[int]] = {}
        held = Qualification.objects.valid_on(clock.today()).filter(
            act="test",
            effect="allow",
            method__in=methods,
            metrologist__person__employer=self.actor.organization,
        )
        for person, method in held.values_list("metrologist__person", "method"):
            allowed.setdefault(person, set()).add(method)
        found = [(row, methods <= allowed.get(row.pk, set())) for row in rows]
        found.sort(key=lambda pair: (not pair[1], pair[0].busy))
        return [(str(row.public_id), self.words(row, bool(methods), fits)) for row, fits in found]

    def words(self, row: Any, known: bool, fits: bool) -> str:
        named = {"name": row.name, "count": row.busy}
        if not known:
            return _("%(name)s · %(count)d jobs open") % named
        if fits:
            return _("%(name)s · %(count)d jobs open · qualified") % named
        return _("%(name)s · %(count)d jobs open · not qualified for this method") % named

    def form(self, **bound: Any) -> ActForm:
        rooms = Laboratory.objects.visible_to(self.actor).filter(institute=self.actor.organization)
        laboratories = [(str(row.public_id), str(row)) for row in rooms.order_by("pk")]
        return AssignForm(people=self.people(), laboratories=laboratories, **bound)

    def context(self, form: ActForm) -> dict[str, Any]:
        return {"jobs": self.jobs, "several": self.subject is None, "cancel_url": reverse("jobs")}

    def act(self, given: dict[str, Any]) -> Any:
        assignee = Person.objects.visible_to(self.actor).get(public_id=given["assignee"])
        laboratory = None
        if given["laboratory"]:
            laboratory = Laboratory.objects.visible_to(self.actor).get(public_id=given["laboratory"])
        return assign_many(self.jobs, by=self.actor, assignee=assignee, laboratory=laboratory)

    def next_url(self, made: Any) -> str:
        return super().next_url(made) if self.subject is not None else f"{reverse('jobs')}?mine=nobody"


class ReasonForm(ActForm):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )


class SubcontractForm(ReasonForm):
    contractor = forms.CharField(label=gettext_lazy("Contractor"), max_length=160)
    field_order = ("contractor", "reason")


class ManagersPage(ActPage[Job]):
    """An act of the manager that takes a job off the bench."""

    rows = Job.objects.select_related("institute", "instrument__region", "item")
    wanted: str

    def permit(self) -> None:
        self.actor.require(*self.roles, within=self.subject.institute)

    def context(self, form: ActForm) -> dict[str, Any]:
        possible = self.wanted in JOB_MOVES[self.subject.state]
        return (
            {}
            if possible
            else {
                "lead": _("Not possible now: the job is “%(state)s”.")
                % {"state": self.subject.get_state_display()}
            }
        )


class CancelPage(ManagersPage):
    roles = MAY["job.cancel"]
    wanted = State.CANCELLED
    form_class = ReasonForm
    title = gettext_lazy("Cancel the job")
    submit_label = gettext_lazy("Cancel the job")
    said = gettext_lazy("The job is cancelled; the piece waits for its return.")

    def act(self, given: dict[str, Any]) -> Job:
        return cancel_job(self.subject, by=self.actor, reason=given["reason"])


class SubcontractPage(ManagersPage):
    roles = MAY["job.subcontract"]
    wanted = State.SUBCONTRACTED
    form_class = SubcontractForm
    title = gettext_lazy("Subcontract")
    submit_label = gettext_lazy("Subcontract")
    said = gettext_lazy("The job is passed on.")

    def act(self, given: dict[str, Any]) -> Job:
        return subcontract(
            self.subject, by=self.actor, contractor=given["contractor"], reason=given["reason"]
        )
