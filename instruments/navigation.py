"""What the ledger, orders and jobs offer in the menu and on the home page."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from instruments.acts import WORDS
from instruments.models import Instrument, Job, ServiceOrder
from instruments.views.deeds import bench_deeds
from instruments.views.orders import expected_by
from instruments.views.papers import instrument_deeds
from instruments.views.words import DUE_SOON, VERDICTS
from metrology import acts, clock, duties, navigation
from metrology.actors import Actor
from metrology.models import Person
from metrology.navigation import AUTHORITY, ENTERPRISE, INSTITUTE, WORKING, Address, Card, Entry
from metrology.roles import Role

JOB_CARDS = (
    (Job.State.RECEIVED, _("Jobs to assign"), "inbox"),
    (Job.State.ASSIGNED, _("Jobs to begin"), "player-play"),
    (Job.State.MEASURING, _("Jobs being measured"), "ruler-measure"),
    (Job.State.SUBMITTED, _("Jobs to check"), "user-check"),
    (Job.State.CHECKED, _("Jobs to approve"), "rubber-stamp"),
)
ORDER_CARDS = {
    INSTITUTE: (
        (ServiceOrder.State.SUBMITTED, _("Orders to accept"), "clipboard-list"),
        (ServiceOrder.State.ACCEPTED, _("Orders to receive"), "package"),
        (ServiceOrder.State.COMPLETED, _("Orders to hand back"), "truck-delivery"),
    ),
    ENTERPRISE: (
        (ServiceOrder.State.DRAFT, _("Drafts of orders"), "pencil"),
        (ServiceOrder.State.SUBMITTED, _("Orders waiting for acceptance"), "clock"),
        (ServiceOrder.State.IN_PROGRESS, _("Orders in progress"), "clipboard-list"),
        (ServiceOrder.State.COMPLETED, _("Orders ready to collect"), "package"),
    ),
}


def register() -> None:
    """Called once from ready()."""
    acts.words |= WORDS
    acts.choices["verdict"] = {key.value: word for key, (word, _state) in VERDICTS.items()}
    navigation.offer(
        [
            Entry(_("Scan a code"), "scan", "scan", 5, frozenset({INSTITUTE})),
            Entry(_("Jobs"), "jobs", "ruler-measure", 10, WORKING),
            Entry(_("Orders"), "orders", "clipboard-list", 20),
            Entry(_("Instruments"), "instruments", "gauge", 30),
            Entry(_("Due board"), "due", "calendar-due", 32),
        ]
    )
    navigation.addresses.update(
        {
            "instruments.instrument": Address("instrument"),
            "instruments.serviceorder": Address("order"),
            "instruments.job": Address("job"),
        }
    )
    navigation.deeds.setdefault("instruments.job", {})["bench"] = bench_deeds
    navigation.deeds.setdefault("instruments.instrument", {})["papers"] = instrument_deeds
    navigation.cards["instruments"] = (10, cards)
    duties.open_work["instruments"] = open_jobs


def open_jobs(person: Person) -> list[str]:
    """The jobs assigned to a person that are not handed over yet."""
    states = (Job.State.ASSIGNED, Job.State.MEASURING)
    return list(
        Job.objects.filter(assignee=person, state__in=states).order_by("pk").values_list("number", flat=True)
    )


def cards(actor: Actor) -> Iterator[Card]:
    """What waits, by state, for those whose work it is; what falls due, for those who own or oversee it."""
    if actor.role in (Role.STAFF, Role.MANAGER):
        yield from _jobs(actor)
    if actor.role == Role.COUNTER or actor.side == ENTERPRISE:
        yield from _orders(actor)
    if actor.side in (ENTERPRISE, AUTHORITY):
        yield from _due(actor)


def _jobs(actor: Actor) -> Iterator[Card]:
    rows = (
        Job.objects.visible_to(actor)
        .order_by()
        .values("state")
        .annotate(number=Count("pk"), own=Count("pk", filter=Q(assignee=actor.person)))
    )
    counts = {row["state"]: (row["number"], row["own"]) for row in rows}
    address = reverse("jobs")
    if actor.role == Role.STAFF:
        own = sum(counts.get(state, (0, 0))[1] for state in (Job.State.ASSIGNED, Job.State.MEASURING))
        yield Card(_("Jobs assigned to me"), own, f"{address}?mine=open", "clipboard-check", urgent=True)
    for state, label, icon in JOB_CARDS:
        yield Card(label, counts.get(state, (0, 0))[0], f"{address}?state={state}", icon)


def _orders(actor: Actor) -> Iterator[Card]:
    rows = (
        ServiceOrder.objects.visible_to(actor)
        .order_by()
        .values("state")
        .annotate(number=Count("pk"), expected=Count("pk", filter=expected_by(clock.today())))
    )
    counts = {row["state"]: row["number"] for row in rows}
    address = reverse("orders")
    for state, label, icon in ORDER_CARDS[actor.side]:
        yield Card(label, counts.get(state, 0), f"{address}?state={state}", icon)
    if actor.side == INSTITUTE:
        expected = sum(row["expected"] for row in rows)
        yield Card(
            _("Orders expected today"), expected, f"{address}?expected=today", "truck-delivery", urgent=True
        )


def _due(actor: Actor) -> Iterator[Card]:
    today = clock.today()
    in_use = Q(state=Instrument.State.IN_USE)
    found = Instrument.objects.visible_to(actor).aggregate(
        total=Count("pk"),
        overdue=Count("pk", filter=in_use & Q(due_on__lt=today)),
        soon=Count("pk", filter=in_use & Q(due_on__gte=today, due_on__lte=today + DUE_SOON)),
    )
    board = reverse("due")
    yield Card(_("Instruments"), found["total"], reverse("instruments"), "gauge")
    yield Card(
        _("Instruments overdue"), found["overdue"], f"{board}?tab=overdue", "alert-triangle", urgent=True
    )
    yield Card(_("Due within 30 days"), found["soon"], f"{board}?tab=30", "calendar-due", urgent=True)
