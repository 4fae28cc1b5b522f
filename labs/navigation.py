"""What the laboratories offer in the menu and on the home page."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from labs import validity
from labs.acts import WORDS
from labs.models import (
    Qualification,
    Registration,
    Standard,
    StandardEquipment,
    StandardPerson,
    TraceCertificate,
)
from metrology import acts, clock, navigation
from metrology.accounts import policy
from metrology.actors import Actor
from metrology.navigation import WORKING, Address, Card, Entry


def register() -> None:
    """Called once from ready()."""
    acts.words |= WORDS
    acts.choices["role"] |= dict((*StandardEquipment.Role.choices, *StandardPerson.Role.choices))
    acts.choices["act"] = dict(Qualification.Act.choices)
    navigation.offer(
        [
            Entry(_("Standards"), "standards", "scale", 50, WORKING),
            Entry(_("Institutes"), "labs", "building-bank", 60),
            Entry(_("Metrologists"), "people", "users", 62, WORKING),
            Entry(_("Equipment"), "equipment_list", "tool", 64, WORKING),
            Entry(_("Methods"), "methods", "file-text", 66),
        ]
    )
    navigation.addresses.update(
        {
            "metrology.organization": Address("lab", only=lambda row: row.kind == "institute"),
            "labs.standard": Address("standard"),
            "labs.equipment": Address("equipment"),
            "labs.metrologist": Address("metrologist"),
            "labs.method": Address("method"),
            "labs.methodversion": Address("method_version"),
        }
    )
    navigation.cards["labs"] = (30, cards)
    policy.signers["labs"] = may_approve


def may_approve(actor: Actor) -> bool:
    """Whether this person is qualified to approve anything today."""
    held = Qualification.objects.valid_on(clock.today()).filter(
        metrologist__person=actor.person, act=Qualification.Act.APPROVE, effect=Qualification.Effect.ALLOW
    )
    return held.exists()


def cards(actor: Actor) -> list[Card]:
    """Standards and what of their papers, equipment and people ends soon."""
    if actor.side not in WORKING:
        return []
    today = clock.today()
    standards = _standards(actor)
    traces = validity.traces_ending(TraceCertificate.objects.visible_to(actor), today)
    registrations = validity.registrations_ending(Registration.objects.visible_to(actor), today)
    address = reverse("standards")
    return [
        Card(_("Measurement standards"), standards["total"], address, "scale"),
        Card(
            _("Standards ending within 270 days"),
            standards["ending"],
            f"{address}?validity=expiring",
            "calendar-due",
            urgent=True,
        ),
        Card(
            _("Standards ended or incomplete"),
            standards["ended"],
            f"{address}?validity=expired",
            "alert-triangle",
            urgent=True,
        ),
        Card(
            _("Equipment whose trace ends within 60 days"),
            traces.values("equipment").distinct().count(),
            f"{reverse('equipment_list')}?trace=expiring",
            "tool",
            urgent=True,
        ),
        Card(
            _("Registrations ending within 60 days"),
            registrations.values("metrologist").distinct().count(),
            f"{reverse('people')}?registration=expiring",
            "users",
            urgent=True,
        ),
    ]


def _standards(actor: Actor) -> dict[str, Any]:
    today = clock.today()
    rows = validity.with_validity(Standard.objects.visible_to(actor), today)
    found: dict[str, Any] = rows.aggregate(
        total=Count("pk"),
        ending=Count("pk", filter=Q(validity.ending(today, validity.notice_day(today)))),
        ended=Count("pk", filter=Q(validity.ended(today))),
    )
    return found
