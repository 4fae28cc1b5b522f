"""A role is offered by a link that works once, for seven days; the person chooses name and password."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from metrology import clock, rights, states, usernames
from metrology.actions.memberships import (
    HOUSE_GRANTS,
    check_login,
    check_role,
    granted,
    open_login,
)
from metrology.actors import Actor
from metrology.errors import Absent, Conflict, Forbidden, Invalid
from metrology.faults import Faults
from metrology.ledger import record, verb
from metrology.models import Invitation, Membership, Organization, Person, User
from metrology.roles import ADMINISTRATORS, Role

VALID_FOR = timedelta(days=7)
MOST_OPEN = 200
State = Invitation.State
INVITATION_MOVES: states.Moves = {State.PENDING: frozenset({State.ACCEPTED, State.WITHDRAWN})}

# Beside the roles of one's own house: who may offer what to another body.
OUTSIDE_GRANTS: dict[Role, frozenset[Role]] = {
    Role.CITY_ADMIN: frozenset({Role.COUNTY_ADMIN, Role.MANAGER}),
    Role.OPERATOR: frozenset({Role.CITY_ADMIN, Role.OPERATOR}),
}
# Who lets an enterprise in whose request was approved.
DOORKEEPERS = frozenset({Role.COUNTER, Role.MANAGER}) | ADMINISTRATORS


def offered(by: Actor, organization: Organization) -> list[Role]:
    """The roles this actor may offer in this body, as far as they fit it."""
    if by.role is None or organization.dissolved_on is not None:
        return []
    own = by.organization is not None and by.organization.pk == organization.pk
    if own and by.role != Role.OPERATOR:
        roles = HOUSE_GRANTS.get(by.role, frozenset())
    elif by.role == Role.OPERATOR or rights.governs(by, organization.region):
        roles = OUTSIDE_GRANTS.get(by.role, frozenset())
    else:
        roles = frozenset()
    return [role for role in Role if role in roles and not _misfit(organization, role)]


def _misfit(organization: Organization, role: Role) -> bool:
    faults = Faults()
    check_role(faults, organization, role)
    return bool(faults.fields)


@verb
def invite(
    *,
    organization: Organization,
    role: str,
    name: str,
    by: Actor,
    email: str = "",
    phone: str = "",
    person: Person | None = None,
) -> tuple[Invitation, str]:
    """Offer a role; the second thing returned is the token of the link, which is kept nowhere."""
    if role not in offered(by, organization):
        raise Forbidden(_("Your role does not allow to give out this role here."))
    return send(organization, role, name, by, email=email, phone=phone, person=person)


def send(
    organization: Organization,
    role: str,
    name: str,
    by: Actor,
    *,
    email: str = "",
    phone: str = "",
    person: Person | None = None,
) -> tuple[Invitation, str]:
    """Write down an invitation that somebody has decided may be sent; inside a verb."""
    faults = Faults()
    check_role(faults, organization, role)
    faults.unless(bool(name.strip()), "/name", _("Say whom you invite."))
    if person is not None:
        faults.unless(person.employer_id == organization.pk, "/person", _("There is no such object."))
        faults.unless(person.left_on is None, "/person", _("This person has left."))
        has_login = User.objects.filter(person=person, is_active=True).exists()
        faults.unless(not has_login, "/person", _("This person has a login already."))
    faults.stop()
    if Invitation.objects.open().filter(organization=organization).count() >= MOST_OPEN:
        raise Conflict(_("Too many invitations are open. Withdraw some first."))
    token = secrets.token_urlsafe(32)
    now = clock.now()
    made = Invitation.objects.create(
        organization=organization,
        role=role,
        name=name.strip(),
        person=person,
        email=email,
        phone=phone,
        invited_by=by.user,
        token_hash=digest(token),
        invited_at=now,
        expires_at=now + VALID_FOR,
    )
    record("invitation.sent", made, by=by, organization=organization, role=role, person=made.name)
    return made, token


@verb
def withdraw_invitation(invitation: Invitation, *, by: Actor, version: int | None = None) -> Invitation:
    """Take an open invitation back; its link then leads nowhere."""
    sender = by.user is not None and invitation.invited_by_id == by.user.pk
    heads = rights.runs(by, invitation.organization) or rights.governs(by, invitation.organization.region)
    if not (sender or heads):
        raise Forbidden(_("Only who runs this organization, or the authority above it, may do this."))
    states.require_version(invitation, version)
    states.advance(invitation, State.WITHDRAWN, moves=INVITATION_MOVES, decided_at=clock.now())
    record(
        "invitation.withdrawn",
        invitation,
        by=by,
        organization=invitation.organization,
        person=invitation.name,
    )
    return invitation


@verb
def accept_invitation(token: str, *, username: str, password: str, language: str = "") -> Membership:
    """Open a login with the role that was offered; whoever holds the link is taken at their word."""
    invitation = invitation_of(token)
    faults = Faults()
    person = invitation.person or Person(name_zh=invitation.name, employer=invitation.organization)
    user = User(username=usernames.folded(username), email=invitation.email, language=language, person=person)
    check_login(faults, user, password)
    check_role(faults, invitation.organization, invitation.role)
    faults.stop()
    if person._state.adding:
        person.save()
    user.person = person
    open_login(user, password)
    by = Actor(user=user)
    record("user.created", user, by=by, organization=invitation.organization, username=user.username)
    return _taken(invitation, user, by)


@verb
def join_by_invitation(token: str, *, by: Actor) -> Membership:
    """Add the offered role to a login that exists; one person keeps one login for several bodies."""
    invitation = invitation_of(token)
    if by.user is None:
        raise Forbidden(_("Only who is signed in may do this."))
    user = by.user
    faults = Faults()
    check_role(faults, invitation.organization, invitation.role)
    faults.stop()
    if invitation.person is not None and user.person is not None and user.person != invitation.person:
        raise Conflict(
            _("This invitation is for %(name)s. Sign out and open it again.") % {"name": invitation.name}
        )
    if user.person is None:
        user.person = invitation.person or Person.objects.create(
            name_zh=invitation.name, employer=invitation.organization
        )
        user.save(update_fields=["person"])
    held = Membership.objects.current().filter(
        user=user, organization=invitation.organization, role=invitation.role
    )
    if held.exists():
        raise Conflict(_("You hold this role already."))
    return _taken(invitation, user, by)


def _taken(invitation: Invitation, user: User, by: Actor) -> Membership:
    states.advance(
        invitation, State.ACCEPTED, moves=INVITATION_MOVES, accepted_by=user, decided_at=clock.now()
    )
    facts: dict[str, Any] = {"role": invitation.role, "person": invitation.name}
    record("invitation.accepted", invitation, by=by, organization=invitation.organization, **facts)
    try:
        return granted(user, invitation.organization, invitation.role, by, None, None)
    except Invalid as error:
        raise Conflict(_("You hold this role already.")) from error


def invitation_of(token: str) -> Invitation:
    """The open invitation behind a link; unknown, used, withdrawn and expired are the same."""
    found = (
        Invitation.objects.open()
        .select_related("organization__region", "person__employer")
        .filter(token_hash=digest(token))
        .first()
    )
    if found is None or found.organization.dissolved_on is not None:
        raise Absent(_("This invitation is no longer valid. Ask whoever sent it for a new one."))
    return found


def digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "backslashreplace")).hexdigest()
