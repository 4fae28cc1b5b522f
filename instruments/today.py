"""What of orders, jobs and the ledger comes first today, for each who works with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from instruments.models import Instrument, Job, ServiceOrder
from instruments.views.words import DUE_SOON, due_cell
from metrology import clock, navigation
from metrology.actors import Actor
from metrology.navigation import Agenda, Task
from metrology.roles import ENTERPRISE, Role

MOST = 6
ORDERS = ServiceOrder.State
OPEN_JOBS = (Job.State.MEASURING, Job.State.ASSIGNED)
AT_THE_DESK = (ORDERS.SUBMITTED, ORDERS.ACCEPTED, ORDERS.COMPLETED)
AT_THE_CLIENT = (ORDERS.COMPLETED, ORDERS.IN_PROGRESS, ORDERS.ACCEPTED, ORDERS.SUBMITTED, ORDERS.DRAFT)


def agendas(actor: Actor) -> Iterator[Agenda]:
    """The lists of the actor's role, one query each."""
    if actor.role == Role.STAFF:
        yield _own_jobs(actor)
    if actor.role == Role.MANAGER:
        yield _unassigned(actor)
    if actor.role == Role.COUNTER:
        yield _orders(actor, AT_THE_DESK, _("Orders at the desk"), _("No order waits at the desk."))
    if actor.role in ENTERPRISE:
        yield _due(actor)
        yield _orders(actor, AT_THE_CLIENT, _("Orders on their way"), _("No order is on its way."))


def _own_jobs(actor: Actor) -> Agenda:
    rows = Job.objects.visible_to(actor).filter(assignee=actor.person, state__in=OPEN_JOBS)
    url = f"{reverse('jobs')}?mine=open"
    empty = _("No job is assigned to you.")
    return Agenda(_("My jobs"), _jobs(rows), url, "clipboard-check", empty)


def _unassigned(actor: Actor) -> Agenda:
    rows = Job.objects.visible_to(actor).filter(state=Job.State.RECEIVED)
    url = f"{reverse('jobs')}?state={Job.State.RECEIVED}"
    return Agenda(_("Jobs to assign"), _jobs(rows), url, "inbox", _("Every job is assigned."))


def _jobs(rows: Any) -> list[Task]:
    found = rows.select_related("instrument__owner").order_by(F("promised_on").asc(nulls_last=True), "pk")
    return [
        Task(
            job.instrument,
            navigation.address_of(job),
            note=f"{job.number} · {job.instrument.owner}",
            state=job.state,
            word=job.get_state_display(),
            day=job.promised_on,
        )
        for job in found[:MOST]
    ]


def _orders(actor: Actor, states: tuple[str, ...], heading: str, empty: str) -> Agenda:
    rows = (
        ServiceOrder.objects.visible_to(actor).filter(state__in=states).select_related("client", "institute")
    )
    found = rows.order_by(F("promised_on").asc(nulls_first=True), "pk")[:MOST]
    other = "institute" if actor.role in ENTERPRISE else "client"
    tasks = [
        Task(
            getattr(order, other),
            navigation.address_of(order),
            note=order.number,
            state=order.state,
            word=order.get_state_display(),
            day=order.promised_on,
        )
        for order in found
    ]
    return Agenda(heading, tasks, reverse("orders"), "clipboard-list", empty)


def _due(actor: Actor) -> Agenda:
    rows = Instrument.objects.visible_to(actor).filter(
        state=Instrument.State.IN_USE, due_on__lte=clock.today() + DUE_SOON
    )
    tasks = []
    for instrument in rows.order_by("due_on", "pk")[:MOST]:
        cell = due_cell(instrument.due_on)
        tasks.append(
            Task(
                instrument,
                navigation.address_of(instrument),
                note=instrument.location or instrument.model,
                state=cell.state,
                word=cell.text,
                day=instrument.due_on,
            )
        )
    url = f"{reverse('instruments')}?due=30"
    return Agenda(_("Falling due"), tasks, url, "calendar-due", _("Nothing falls due within 30 days."))
