"""What the laboratories offer in the menu and on the home page."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from labs import validity
from labs.acts import WORDS
from labs.models import Qualification, Standard, StandardEquipment, StandardPerson
from metrology import acts, clock, navigation
from metrology.accounts import policy
from metrology.actors import Actor
from metrology.navigation import AUTHORITY, WORKING, Address, Card, Entry
from metrology.roles import Role


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
    """The standards and how their certificates stand, for those who answer for them."""
    if actor.side != AUTHORITY and actor.role != Role.MANAGER:
        return []
    standards = _standards(actor)
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
