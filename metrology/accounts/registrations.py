"""The queue of enterprises that ask to be let in, as the counter and the authority of the region see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import django_filters
from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metrology import navigation
from metrology.accounts.people import handed_over
from metrology.acting import ActForm, ActPage, Deed
from metrology.actions.registrations import (
    REGISTRATION_MOVES,
    administrators,
    approve_registration,
    decline_registration,
    known,
)
from metrology.actors import Actor
from metrology.models import Invitation, RegistrationRequest
from metrology.navigation import Address, Card
from metrology.pages import Column, Fact, Facts, ScopedDetailView, ScopedListView
from metrology.roles import Role

State = RegistrationRequest.State
DOORS = (Role.COUNTER, Role.MANAGER, Role.CITY_ADMIN, Role.COUNTY_ADMIN, Role.ENTERPRISE_ADMIN)


def register() -> None:
    """Called once from ready()."""
    navigation.cards["registrations"] = (15, cards)
    navigation.addresses["metrology.registrationrequest"] = Address("registration_request")


def cards(actor: Actor) -> Iterator[Card]:
    """What waits at the door; a customer sees the card only when somebody asks to join them."""
    if actor.role == Role.MANAGER or not actor.allowed(*DOORS):
        return
    waiting = RegistrationRequest.objects.visible_to(actor).filter(state=State.PENDING).count()
    if waiting or actor.role == Role.COUNTER:
        address = f"{reverse('registrations')}?state=pending"
        yield Card(_("Requests for access"), waiting, address, "users", urgent=waiting > 0)


class RegistrationFilter(django_filters.FilterSet):  # type: ignore[misc]  # ships no types
    state = django_filters.ChoiceFilter(choices=State.choices, label=gettext_lazy("State"))


class Registrations(ScopedListView[RegistrationRequest]):
    rows = RegistrationRequest.objects.select_related("region")
    title = gettext_lazy("Requests for access")
    subtitle = gettext_lazy("Enterprises that asked for a login. Nobody comes in before somebody has looked.")
    filterset_class = RegistrationFilter
    columns = (
        Column(gettext_lazy("Enterprise"), "name"),
        Column(gettext_lazy("Credit code"), "credit_code", mono=True),
        Column(gettext_lazy("Region"), "region"),
        Column(gettext_lazy("Contact person"), "contact"),
        Column(gettext_lazy("Asked at"), "asked_at"),
        Column(gettext_lazy("State"), "state", state=True),
    )

    def get(self, request: HttpRequest) -> HttpResponseBase:
        self.actor.require(*DOORS)
        return super().get(request)


class RegistrationDetail(ScopedDetailView[RegistrationRequest]):
    rows = RegistrationRequest.objects.select_related("region", "organization", "invitation")
    back = "registrations"
    back_label = gettext_lazy("Requests for access")

    def heading(self, row: RegistrationRequest) -> dict[str, Any]:
        self.actor.require(*DOORS)
        return {"title": row.name, "state": row.state, "state_label": row.get_state_display()}

    def actions(self, row: RegistrationRequest) -> Sequence[Deed]:
        if State.APPROVED not in REGISTRATION_MOVES.get(row.state, frozenset()):
            return []
        approve = reverse("approve_registration_request", args=[row.public_id])
        decline = reverse("decline_registration_request", args=[row.public_id])
        return [Deed(_("Decline"), decline, "x"), Deed(_("Invite"), approve, "check", primary=True)]

    def sections(self, row: RegistrationRequest) -> Sequence[Any]:
        asked = Facts(
            gettext_lazy("Request"),
            [
                Fact(_("Credit code"), row.credit_code, mono=True),
                Fact(_("Region"), row.region),
                Fact(_("Contact person"), row.contact),
                Fact(_("Phone"), row.phone),
                Fact(_("E-mail"), row.email),
                Fact(_("What they would like to do"), row.wish),
                Fact(_("Asked at"), row.asked_at),
                Fact(_("Reason"), row.reason),
            ],
        )
        return [asked, Facts(gettext_lazy("What is known of this code"), known_of(row))]


def known_of(row: RegistrationRequest) -> list[Fact]:
    """Whether the code has a ledger, under which name, and who administers it."""
    organization = known(row.credit_code)
    if organization is None:
        return [Fact(_("Ledger"), _("None yet: inviting opens it."))]
    heads = ", ".join(str(one.user.person or one.user) for one in administrators(organization))
    return [
        Fact(_("Ledger"), organization, note=_("It is joined by invitation alone.")),
        Fact(_("Administrators"), heads or _("Nobody")),
    ]


class RequestAct(ActPage[RegistrationRequest]):
    rows = RegistrationRequest.objects.select_related("region", "organization__region")
    roles = DOORS


class ApproveForm(ActForm):
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[(role.value, role.label) for role in (Role.ENTERPRISE_ADMIN, Role.ENTERPRISE_USER)],
    )
    checked = forms.CharField(
        label=gettext_lazy("How you checked who is asking"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("For example: business licence and letter of authority seen at the counter."),
    )


class Approve(RequestAct):
    form_class = ApproveForm
    title = gettext_lazy("Invite the enterprise")
    submit_label = gettext_lazy("Make the invitation")

    def context(self, form: ActForm) -> dict[str, Any]:
        if known(self.subject.credit_code) is None:
            return {"lead": _("This opens the enterprise's record and makes a link for its contact person.")}
        return {
            "lead": _(
                "This code has a ledger already. Whoever takes up the invitation will see it: make sure that"
                " they act for this enterprise, or leave it to its own administrator."
            )
        }

    def act(self, given: dict[str, Any]) -> tuple[Invitation, str]:
        return approve_registration(self.subject, by=self.actor, **given)

    def done(self, made: tuple[Invitation, str]) -> HttpResponse:
        return handed_over(self.request, *made, back=reverse("registrations"))


class DeclineForm(ActForm):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=400, widget=forms.Textarea(attrs={"rows": 2})
    )


class Decline(RequestAct):
    form_class = DeclineForm
    title = gettext_lazy("Decline the request")
    submit_label = gettext_lazy("Decline")
    said = gettext_lazy("The request is declined.")

    def act(self, given: dict[str, Any]) -> RegistrationRequest:
        return decline_registration(self.subject, by=self.actor, **given)
