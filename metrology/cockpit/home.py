"""What the cockpit offers in the menu and on the home page of those who read the plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from metrology import clock, expiries, navigation, scorecard
from metrology.actors import Actor
from metrology.navigation import AUTHORITY, WORKING, Agenda, Card, Entry, Task
from metrology.roles import Role

SOON = timedelta(days=90)
URGENT = timedelta(days=30)
MOST = 6


def register() -> None:
    """Called once from ready()."""
    navigation.offer(
        [
            Entry(_("Plan cockpit"), "dashboard", "dashboard", 5, WORKING, scorecard.may_read),
            Entry(_("What ends"), "expiry", "calendar-due", 56, WORKING),
        ]
    )
    navigation.cards["cockpit"] = (5, cards)
    navigation.agendas["expiries"] = (30, agendas)


def cards(actor: Actor) -> list[Card]:
    """How many targets of the plan are missed today."""
    if actor.side != AUTHORITY or not scorecard.may_read(actor):
        return []
    today = clock.today()
    facts = scorecard.gather(scorecard.area_of(actor), [today], only_targets=True)
    missed = sum(not goal.reached for goal in scorecard.goals(facts, today))
    label = _("Targets of the plan not reached")
    return [Card(label, missed, reverse("dashboard"), "dashboard", urgent=True)]


def agendas(actor: Actor) -> Iterator[Agenda]:
    """The papers that end first, for administrators and managers; one query."""
    if actor.side != AUTHORITY and actor.role != Role.MANAGER:
        return
    today = clock.today()
    tasks = [
        Task(
            expiry.subject,
            expiry.url or expiry.body_url,
            note=f"{expiry.source.label} {expiry.number} · {expiry.body}",
            state="due" if expiry.ends_on <= today + URGENT else "",
            word=_("Ends soon"),
            day=expiry.ends_on,
        )
        for expiry in expiries.ending(actor, first=today, last=today + SOON, most=MOST)
    ]
    empty = _("Nothing ends within 90 days.")
    yield Agenda(_("What ends first"), tasks, reverse("expiry"), "calendar-due", empty)
