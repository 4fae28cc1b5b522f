"""What the cockpit offers in the menu and on the home page of those who read the plan."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from metrology import clock, expiries, navigation, scorecard
from metrology.actors import Actor
from metrology.navigation import AUTHORITY, INSTITUTE, WORKING, Card, Entry

SOON = timedelta(days=90)
MOST = 999


def register() -> None:
    """Called once from ready()."""
    navigation.offer(
        [
            Entry(_("Plan cockpit"), "dashboard", "dashboard", 5, WORKING, scorecard.may_read),
            Entry(_("What ends"), "expiry", "calendar-due", 56, WORKING),
        ]
    )
    navigation.cards["cockpit"] = (5, cards)


def cards(actor: Actor) -> list[Card]:
    """How many targets are reached today, and what ends within ninety days."""
    if not scorecard.may_read(actor) or actor.side not in (AUTHORITY, INSTITUTE):
        return []
    today = clock.today()
    facts = scorecard.gather(scorecard.area_of(actor), [today], only_targets=True)
    missed = sum(not goal.reached for goal in scorecard.goals(facts, today))
    ending = expiries.ending(actor, first=today, last=today + SOON, most=MOST)
    return [
        Card(_("Targets of the plan not reached"), missed, reverse("dashboard"), "dashboard", urgent=True),
        Card(_("Papers ending within 90 days"), len(ending), reverse("expiry"), "calendar-due", urgent=True),
    ]
