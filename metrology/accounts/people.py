"""Who has access to one's organization: members, invitations, and how either ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metrology import clock, duties, rights
from metrology.accounts import mail
from metrology.acting import ActForm, ActPage, BareForm, Deed, FormPage
from metrology.actions.invitations import invite, offered, withdraw_invitation
from metrology.actions.memberships import block_user, end_membership, unblock_user
from metrology.actors import Actor
from metrology.models import Invitation, Membership, Organization, Person, User
from metrology.pages import ActingView, Cell, Column, table
from metrology.roles import Role

KEEPERS = (Role.CITY_ADMIN, Role.COUNTY_ADMIN, Role.MANAGER, Role.ENTERPRISE_ADMIN, Role.OPERATOR)
MOST_SHOWN = 300


class People(ActingView):
    """The members of one's own organization, and the invitations that are open."""

    def get(self, request: HttpRequest) -> HttpResponse:
        self.actor.require(*KEEPERS)
        members = table(gettext_lazy("People with access"), MEMBER_COLUMNS, members_of(self.actor))
        waiting = table(
            gettext_lazy("Open invitations"),
            INVITATION_COLUMNS,
            invitations_of(self.actor),
            note=gettext_lazy("A link works once, for seven days."),
        )
        context = {
            "title": _("People and access"),
            "subtitle": self.actor.organization,
            "back_url": reverse("settings"),
            "back_label": _("Settings"),
            "actions": list(buttons(self.actor)),
            "sections": [members, waiting],
        }
        return render(request, "metrology/detail.html", context)


def buttons(actor: Actor) -> Iterator[Deed]:
    if actor.role != Role.OPERATOR:
        yield Deed(_("Requests for access"), reverse("registrations"), icon="inbox")
    yield Deed(_("Invite"), reverse("invite"), icon="plus", primary=True)


def members_of(actor: Actor) -> QuerySet[Membership]:
    """Memberships in the actor's own organization that hold or held, the present ones first."""
    second = Authenticator.objects.filter(user=OuterRef("user"), type=Authenticator.Type.TOTP)
    rows = Membership.objects.visible_to(actor).filter(organization=actor.organization)
    found: QuerySet[Membership] = (
        rows.select_related("user__person", "organization")
        .annotate(has_second_step=Exists(second))
        .order_by("-user__is_active", "-valid_to", "user__username", "pk")[:MOST_SHOWN]
    )
    return found


def invitations_of(actor: Actor) -> QuerySet[Invitation]:
    """What may still be taken up: into one's own organization, or sent by oneself to another."""
    mine = Q(organization=actor.organization) | Q(invited_by=actor.user)
    found: QuerySet[Invitation] = (
        Invitation.objects.open()
        .visible_to(actor)
        .filter(mine)
        .select_related("organization", "invited_by__person")[:MOST_SHOWN]
    )
    return found


def _state(row: Membership) -> Cell:
    if not row.user.is_active:
        return Cell(_("Blocked"), state="blocked")
    if row.valid_to is not None and row.valid_to < clock.today():
        return Cell(_("Ended"), state="ended")
    return Cell(_("Active"), state="active")


def _next_act(row: Membership) -> Cell:
    if not row.user.is_active:
        return Cell(_("Let in again"), url=reverse("unblock_user", args=[row.public_id]))
    if row.valid_to is None or row.valid_to >= clock.today():
        return Cell(_("End access"), url=reverse("end_membership", args=[row.public_id]))
    return Cell()


def _day(moment: Any) -> Any:
    return moment.astimezone(clock.LOCAL).date() if moment else None


MEMBER_COLUMNS = (
    Column(
        gettext_lazy("Person"),
        lambda row: Cell(row.user.person or row.user.username, note=row.user.username),
    ),
    Column(gettext_lazy("Role"), lambda row: row.get_role_display()),
    Column(gettext_lazy("Since"), "valid_from"),
    Column(gettext_lazy("Until"), "valid_to"),
    Column(gettext_lazy("Last sign-in"), lambda row: _day(row.user.last_login)),
    Column(gettext_lazy("Two-step sign-in"), lambda row: _("Yes") if row.has_second_step else _("No")),
    Column(gettext_lazy("State"), _state),
    Column(gettext_lazy("Action"), _next_act),
)
INVITATION_COLUMNS = (
    Column(gettext_lazy("Person"), lambda row: Cell(row.name, note=row.email or row.phone)),
    Column(gettext_lazy("Role"), lambda row: Cell(row.get_role_display(), note=row.organization)),
    Column(
        gettext_lazy("Invited by"), lambda row: row.invited_by and (row.invited_by.person or row.invited_by)
    ),
    Column(gettext_lazy("Valid through"), lambda row: _day(row.expires_at)),
    Column(
        gettext_lazy("Action"),
        lambda row: Cell(_("Withdraw"), url=reverse("withdraw_invitation", args=[row.public_id])),
    ),
)


class InviteForm(ActForm):
    """Whom, to what, and how they are reached."""

    organization = forms.ModelChoiceField(Organization.objects.none(), label=gettext_lazy("Organization"))
    role = forms.ChoiceField(label=gettext_lazy("Role"))
    name = forms.CharField(label=gettext_lazy("Name of the person"), max_length=60)
    person = forms.ModelChoiceField(
        Person.objects.none(),
        label=gettext_lazy("Person on record"),
        required=False,
        empty_label=gettext_lazy("New person"),
        help_text=gettext_lazy(
            "Choose the person if they are entered already: duties are told apart by person, not by login."
        ),
    )
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    phone = forms.CharField(label=gettext_lazy("Phone"), required=False, max_length=40)

    def __init__(self, *, actor: Actor, **bound: Any) -> None:
        super().__init__(**bound)
        bodies, roles = choices_for(actor)
        self.fields["organization"].queryset = bodies  # type: ignore[attr-defined]  # a ModelChoiceField
        offers = [("", "---------"), *((role.value, role.label) for role in roles)]
        self.fields["role"].choices = offers  # type: ignore[attr-defined]  # a ChoiceField
        people = Person.objects.filter(employer=actor.organization, left_on__isnull=True, user__isnull=True)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]  # as above


def choices_for(actor: Actor) -> tuple[QuerySet[Organization], list[Role]]:
    """The bodies into which the actor may invite at all, and every role it may offer in one of them."""
    own = actor.organization
    assert own is not None
    if actor.role == Role.OPERATOR:
        bodies = Organization.objects.filter(kind__in=("authority", "institute"), dissolved_on__isnull=True)
        return bodies.select_related("region"), [Role.CITY_ADMIN, Role.OPERATOR]
    roles = set(offered(actor, own))
    found = Q(pk=own.pk)
    if actor.role == Role.CITY_ADMIN:
        below = Q(region__path__startswith=actor.region_path, kind__in=("authority", "institute"))
        found |= below
        roles |= {Role.COUNTY_ADMIN, Role.MANAGER}
    bodies = Organization.objects.filter(found, dissolved_on__isnull=True).select_related("region")
    return bodies, [role for role in Role if role in roles]


class Invite(FormPage):
    """Offer a role; the link is shown once, to be handed over."""

    form_class = InviteForm
    roles = KEEPERS
    title = gettext_lazy("Invite")
    submit_label = gettext_lazy("Make the invitation")

    def form(self, **bound: Any) -> ActForm:
        return InviteForm(actor=self.actor, **bound)

    def initial(self) -> dict[str, Any]:
        return {"organization": self.actor.organization}

    def act(self, given: dict[str, Any]) -> tuple[Invitation, str]:
        return invite(by=self.actor, **given)

    def context(self, form: ActForm) -> dict[str, Any]:
        return {"back_url": reverse("people_access"), "cancel_url": reverse("people_access")}

    def done(self, made: tuple[Invitation, str]) -> HttpResponse:
        return handed_over(self.request, *made, back=reverse("people_access"))


def handed_over(request: HttpRequest, invitation: Invitation, token: str, *, back: str) -> HttpResponse:
    """The page with the link, which nobody can see a second time."""
    context = {
        "title": _("Invitation"),
        "invitation": invitation,
        "link": mail.link_of(token),
        "is_mailed": mail.send_invitation(invitation, token),
        "back_url": back,
    }
    answer = render(request, "account/invited.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


class EndForm(ActForm):
    on = forms.DateField(
        label=gettext_lazy("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class MemberAct(ActPage[Membership]):
    """An act on one membership of a body the actor runs."""

    rows = Membership.objects.select_related("user__person__employer", "organization__region")
    roles = KEEPERS

    def next_url(self, made: Any) -> str:
        return reverse("people_access")

    def context(self, form: ActForm) -> dict[str, Any]:
        user = self.subject.user
        return {
            "subtitle": user.username,
            "pretitle": f"{user.person or user.username} · {self.subject.get_role_display()}",
            "back_url": reverse("people_access"),
            "cancel_url": reverse("people_access"),
            "lead": self.lead(user),
            "actions": self.others(),
        }

    def others(self) -> list[Deed]:
        return []

    def lead(self, user: User) -> str:
        """What goes on and what somebody else must take over."""
        waiting = duties.of(user.person)
        kept = _("What was done stays on record under this name.")
        if not waiting:
            return kept
        named = ", ".join(waiting[: duties.MOST_NAMED])
        left = _("Still open and to be given to somebody else (%(count)s): %(named)s.")
        return f"{kept} {left % {'count': len(waiting), 'named': named}}"


class End(MemberAct):
    form_class = EndForm
    title = gettext_lazy("End access")
    submit_label = gettext_lazy("End access")
    said = gettext_lazy("The access ends with that day.")

    def initial(self) -> dict[str, Any]:
        return {**super().initial(), "on": clock.today()}

    def others(self) -> list[Deed]:
        if not self.subject.user.is_active or not rights.runs(self.actor, self.subject.organization):
            return []
        block = reverse("block_user", args=[self.subject.public_id])
        return [Deed(_("Block the login at once"), block, icon="ban")]

    def act(self, given: dict[str, Any]) -> Membership:
        return end_membership(self.subject, by=self.actor, on=given["on"])


class LoginAct(MemberAct):
    """An act on the login itself: only whoever runs the body is asked, not the authority above it."""

    def permit(self) -> None:
        super().permit()
        rights.require_head_of(self.actor, self.subject.organization)


class Block(LoginAct):
    form_class = BareForm
    title = gettext_lazy("Block the login")
    submit_label = gettext_lazy("Block the login")
    said = gettext_lazy("The login is blocked; its sessions and tokens are ended.")

    def act(self, given: dict[str, Any]) -> User:
        return block_user(self.subject.user, by=self.actor)


class Unblock(LoginAct):
    form_class = BareForm
    title = gettext_lazy("Let in again")
    submit_label = gettext_lazy("Let in again")
    said = gettext_lazy("The login works again.")

    def lead(self, user: User) -> str:
        return _("Roles that have not ended count again; sign-in is with the old password.")

    def act(self, given: dict[str, Any]) -> User:
        return unblock_user(self.subject.user, by=self.actor)


class Withdraw(ActPage[Invitation]):
    """Take an invitation back before somebody takes it up."""

    rows = Invitation.objects.select_related("organization__region")
    form_class = BareForm
    title = gettext_lazy("Withdraw the invitation")
    submit_label = gettext_lazy("Withdraw the invitation")
    said = gettext_lazy("The invitation is withdrawn; its link leads nowhere now.")
    roles = KEEPERS

    def act(self, given: dict[str, Any]) -> Invitation:
        return withdraw_invitation(self.subject, by=self.actor)

    def next_url(self, made: Any) -> str:
        return reverse("people_access")

    def context(self, form: ActForm) -> dict[str, Any]:
        return {"back_url": reverse("people_access"), "cancel_url": reverse("people_access")}
