"""Logins and what each may be to a body. Nobody signs up alone."""

from datetime import date
from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from metrology import clock, rights, rows, usernames
from metrology.actors import Actor
from metrology.errors import Conflict, Forbidden, Invalid
from metrology.faults import Faults
from metrology.ledger import record, verb
from metrology.models import ApiToken, Membership, Organization, Person, Region, User
from metrology.roles import ADMINISTRATORS, FITTING_KINDS, Role

HOUSE_GRANTS: dict[Role, frozenset[Role]] = {
    Role.MANAGER: frozenset({Role.MANAGER, Role.COUNTER, Role.STAFF, Role.AUDITOR}),
    Role.ENTERPRISE_ADMIN: frozenset({Role.ENTERPRISE_ADMIN, Role.ENTERPRISE_USER, Role.AUDITOR}),
    Role.CITY_ADMIN: ADMINISTRATORS | {Role.AUDITOR},
    Role.COUNTY_ADMIN: frozenset({Role.COUNTY_ADMIN, Role.AUDITOR}),
}
CITY_LEVELS = frozenset({Region.Level.PROVINCE, Region.Level.CITY})


@verb
def create_user(
    *,
    username: str,
    password: str,
    organization: Organization,
    role: str,
    by: Actor,
    person: Person | None = None,
    valid_from: date | None = None,
    language: str = "",
) -> Membership:
    """Give out a login with a first password, for one role in one body."""
    _require_granter(by, organization, role)
    faults = Faults()
    user = User(username=usernames.folded(username), person=person, language=language)
    check_login(faults, user, password)
    _check_person(faults, person, organization)
    check_role(faults, organization, role)
    faults.stop()
    open_login(user, password)
    record("user.created", user, by=by, organization=organization, username=user.username)
    return granted(user, organization, role, by, valid_from, None)


@verb
def grant_membership(
    *,
    user: User,
    organization: Organization,
    role: str,
    by: Actor,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Membership:
    """Give a login one more role. But for the operator, only to people of the same body."""
    _require_granter(by, organization, role)
    faults = Faults()
    if not by.allowed(Role.OPERATOR):
        own = user.person is not None and user.person.employer_id == organization.pk
        faults.unless(own, "/user", _("There is no such object."))
    check_role(faults, organization, role)
    faults.in_order(valid_from or clock.today(), valid_to)
    faults.stop()
    return granted(user, organization, role, by, valid_from, valid_to)


@verb
def end_membership(membership: Membership, *, by: Actor, on: date | None = None) -> Membership:
    """A role ends with a day; its tokens act no longer from the next. The last head of a body stays."""
    _require_granter(by, membership.organization, membership.role)
    _require_another_head(membership, by)
    day = on or clock.today()
    rows.end(membership, day)
    record("membership.ended", membership, by=by, organization=membership.organization, on=day)
    return membership


@verb
def block_user(user: User, *, by: Actor) -> User:
    """Shut a login out at once, and every session and token of it; what it did stays on record."""
    employer = _require_head_over(user, by)
    for membership in Membership.objects.current().filter(user=user, role__in=rights.HEADS):
        _require_another_head(membership, by)
    if User.objects.filter(pk=user.pk, is_active=True).update(is_active=False) != 1:
        raise Conflict(_("This login is blocked already."))
    user.is_active = False
    end_sessions(user)
    record("user.blocked", user, by=by, organization=employer, username=user.username)
    return user


@verb
def unblock_user(user: User, *, by: Actor) -> User:
    """Let a login in again; its roles were never touched."""
    employer = _require_head_over(user, by)
    if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True) != 1:
        raise Conflict(_("This login is not blocked."))
    user.is_active = True
    record("user.unblocked", user, by=by, organization=employer, username=user.username)
    return user


@verb
def sign_out_everywhere(*, by: Actor, keep: str = "") -> int:
    """End one's own other sessions and every token; `keep` is the session to go on with."""
    if by.user is None:
        raise Forbidden(_("Only who is signed in may do this."))
    ended = end_sessions(by.user, keep=keep)
    record("user.signed_out", by.user, by=by, organization=by.organization, ended=ended)
    return ended


def end_sessions(user: User, *, keep: str = "") -> int:
    """Delete the sessions and tokens of a login, but for one session; how many there were."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    held = list(UserSession.objects.filter(user=user).exclude(session_key=keep))
    for one in held:
        store(one.session_key).delete()
    UserSession.objects.filter(pk__in=[one.pk for one in held]).delete()
    tokens: int = ApiToken.objects.filter(user=user).delete()[0]
    return len(held) + tokens


def _require_head_over(user: User, by: Actor) -> Organization | None:
    """A login is blocked by whoever runs the body its person works for, else by the operator."""
    employer = user.person.employer if user.person else None
    if employer is None:
        by.require(Role.OPERATOR)
    else:
        rights.require_head_of(by, employer)
    return employer


def _require_another_head(membership: Membership, by: Actor) -> None:
    """Nobody but the operator takes the last head away from a body."""
    if membership.role not in rights.HEADS or by.allowed(Role.OPERATOR):
        return
    others = Membership.objects.current().filter(
        organization=membership.organization, role=membership.role, user__is_active=True
    )
    if not others.exclude(pk=membership.pk).exclude(user=membership.user_id).exists():
        raise Conflict(_("This is the last administrator of the organization. Invite another one first."))


def open_login(user: User, password: str) -> None:
    """Store a checked login; the name somebody else took at the same moment is refused like any other."""
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise Invalid({"/username": [_("This name is taken.")]}) from error


def check_login(faults: Faults, user: User, password: str) -> None:
    """Note what is wrong with a new name and password."""
    fault = usernames.fault(user.username)
    if fault:
        faults.add("/username", fault)
    elif User.objects.filter(username__iexact=user.username).exists():
        faults.add("/username", _("This name is taken."))
    elif User.objects.filter(shape=usernames.shape(user.username)).exists():
        faults.add("/username", _("This name looks too much like one that exists. Choose another."))
    try:
        validate_password(password, user)
    except ValidationError as error:
        for message in error.messages:
            faults.add("/password", message)


def granted(
    user: User,
    organization: Organization,
    role: str,
    by: Actor,
    valid_from: date | None,
    valid_to: date | None,
) -> Membership:
    made = rows.make_once(
        Membership,
        "/role",
        user=user,
        organization=organization,
        role=role,
        valid_from=valid_from or clock.today(),
        valid_to=valid_to,
    )
    record(
        "membership.granted",
        made,
        by=by,
        organization=organization,
        user=str(user.public_id),
        role=role,
        valid_from=made.valid_from,
        valid_to=valid_to,
    )
    return made


def _require_granter(by: Actor, organization: Organization, role: str) -> None:
    if by.allowed(Role.OPERATOR):
        return
    grantable = HOUSE_GRANTS.get(by.role, frozenset()) if by.role else frozenset()
    if not (rights.runs(by, organization) and role in grantable):
        raise Forbidden(_("Your role does not allow to give out this role here."))


def _check_person(faults: Faults, person: Person | None, organization: Organization) -> None:
    if person is None:
        return
    faults.unless(person.employer_id == organization.pk, "/person", _("There is no such object."))
    faults.unless(person.left_on is None, "/person", _("This person has left."))


def check_role(faults: Faults, organization: Organization, role: str) -> None:
    known = role in Role.values
    faults.unless(known, "/role", _("There is no such role."))
    faults.unless(organization.dissolved_on is None, "/organization", _("This organization was dissolved."))
    if not known:
        return
    faults.unless(
        organization.kind in FITTING_KINDS[Role(role)],
        "/role",
        _("This role does not fit this kind of organization."),
    )
    in_city = organization.region.level in CITY_LEVELS
    if role == Role.CITY_ADMIN:
        faults.unless(in_city, "/role", _("A city administrator belongs to the city's authority."))
    if role == Role.COUNTY_ADMIN:
        faults.unless(not in_city, "/role", _("A county administrator belongs to a county's authority."))
