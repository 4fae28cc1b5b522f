"""What waits for a checker or an approver, grouped by risk, and signing several clean records at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from certificates.actions import batches
from certificates.review.signing import SignForm
from instruments.models import Job
from instruments.risk import Group, Risk, weigh
from instruments.views.words import verdict_cell
from instruments.workflow import MAY
from metrology import clock, resume
from metrology.actors import Actor
from metrology.errors import DomainError
from metrology.navigation import Agenda, Task
from metrology.pages import ActingView, Cell
from metrology.scope import ScopedQuerySet

State = Job.State
WAITING = (State.SUBMITTED, State.CHECKED)
MOST_SHOWN = 200
MOST_AT_HOME = 6
ORDER = ("promised_on", "pk")
ACTS = {"check": State.SUBMITTED, "approve": State.CHECKED}


def waiting(actor: Actor) -> ScopedQuerySet[Job]:
    """The records of the actor's institute that somebody else measured and that wait for a decision."""
    rows = Job.objects.visible_to(actor).filter(institute=actor.organization, state__in=WAITING)
    return rows.exclude(tester=actor.person) if actor.person else rows


def may_review(actor: Actor) -> bool:
    """Whether the desk is the actor's at all."""
    return actor.allowed(*MAY["job.check"]) and not actor.is_system


def count(actor: Actor) -> int:
    """The number beside the menu line."""
    return waiting(actor).count() if may_review(actor) else 0


def agenda(actor: Actor) -> Iterator[Agenda]:
    """What waits for the actor's decision, on the home page."""
    if not may_review(actor):
        return
    found = waiting(actor).select_related("instrument__owner").order_by(*ORDER)[:MOST_AT_HOME]
    tasks = [
        Task(
            job.instrument,
            reverse("review_job", args=[job.public_id]),
            note=f"{job.number} · {job.instrument.owner}",
            state=job.state,
            word=_("To approve") if job.state == State.CHECKED else _("To check"),
            day=job.promised_on,
        )
        for job in found
    ]
    yield Agenda(
        _("To review"), tasks, reverse("review"), "rubber-stamp", _("Nothing waits for your decision.")
    )


@dataclass(frozen=True)
class Row:
    """A waiting record as the queue shows it."""

    job: Job
    risk: Risk
    was_opened: bool
    hindrance: str

    @property
    def verdict(self) -> Cell:
        return verdict_cell(self.risk.verdict)

    @property
    def reasons(self) -> list[Group]:
        """Why it deserves a look, beyond the group it stands in."""
        return [reason for reason in self.risk.reasons if reason is not self.risk.group]

    @property
    def waits_for_approval(self) -> bool:
        return self.job.state == State.CHECKED

    @property
    def selectable(self) -> bool:
        return self.waits_for_approval and not self.hindrance


@dataclass(frozen=True)
class Section:
    """One group of the queue."""

    group: Group
    rows: Sequence[Row]


class Queue(ActingView):
    """`/review/`: the riskiest first; clean records that were opened may be signed together."""

    def get(self, request: HttpRequest) -> HttpResponse:
        self.actor.require(*MAY["job.check"])
        return self.shown(SignForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        self.actor.require(*MAY["job.approve"])
        chosen = self.chosen()
        form = SignForm(request.POST)
        if not chosen:
            form.add_error(None, _("Choose the records to sign."))
        if not form.is_valid():
            return self.shown(form, chosen, status=400)
        try:
            form.confirm(request.user)
            outcomes = batches.approve_several(chosen, by=self.actor)
        except DomainError as error:
            form.refuse(error)
            return self.shown(form, chosen, status=error.status)
        signed = [outcome for outcome in outcomes if outcome.certificate]
        context = {
            "title": _("Signed: %(done)d of %(all)d") % {"done": len(signed), "all": len(outcomes)},
            "back_url": reverse("review"),
            "back_label": _("Review"),
            "signed": signed,
            "refused": [outcome for outcome in outcomes if not outcome.certificate],
        }
        return render(request, "certificates/batch.html", context)

    def chosen(self) -> list[Job]:
        """The chosen records that wait for this actor; any other does not exist."""
        ids = [found for text in self.request.POST.getlist("job") if (found := _uuid(text))]
        return list(waiting(self.actor).filter(public_id__in=ids).order_by("pk"))

    def shown(self, form: forms.Form, chosen: Sequence[Job] = (), status: int = 200) -> HttpResponse:
        act = self.request.GET.get("act", "")
        rows = list(self.rows(act))
        context = {
            "title": _("Review"),
            "subtitle": _("What others measured and nobody has decided yet; the riskiest first."),
            "sections": [Section(group, found) for group in Group if (found := _of(rows, group))],
            "act": act if act in ACTS else "",
            "acts": _acts(),
            "form": form,
            "chosen": {job.pk for job in chosen},
            "can_sign": any(row.selectable for row in rows),
            "typed_by": resume.mark(self.request),
            "is_full": len(rows) == MOST_SHOWN,
        }
        return render(self.request, "certificates/queue.html", context, status=status)

    def rows(self, act: str) -> Iterator[Row]:
        found = waiting(self.actor).select_related("instrument__owner", "method", "tester", "item")
        if act in ACTS:
            found = found.filter(state=ACTS[act])
        jobs = list(found.order_by(*ORDER)[:MOST_SHOWN])
        risks, seen = weigh(jobs, clock.today()), batches.opened(jobs, self.actor)
        for job in jobs:
            was_opened, risk = job.pk in seen, risks[job.pk]
            yield Row(job, risk, was_opened, _hindrance(job, risk, was_opened=was_opened))


def _hindrance(job: Job, risk: Risk, *, was_opened: bool) -> str:
    return "" if job.state != State.CHECKED else batches.hindrance(job, risk, was_opened=was_opened)


def _of(rows: Sequence[Row], group: Group) -> list[Row]:
    return [row for row in rows if row.risk.group is group]


def _acts() -> list[tuple[str, Any]]:
    return [
        ("", gettext_lazy("All")),
        ("check", gettext_lazy("To check")),
        ("approve", gettext_lazy("To approve")),
    ]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
