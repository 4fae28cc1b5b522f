"""Logins and what each may be to a body. Nobody signs up alone."""

from datetime import date

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from metrology import clock, rights, rows
from metrology.actors import Actor
from metrology.errors import Conflict, Forbidden
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
    user = User(username=username, person=person, language=language)
    try:
        User.username_validator(username)
    except ValidationError as error:
        faults.add("/username", " ".join(error.messages))
    if User.objects.filter(username=username).exists():
        faults.add("/username", _("This name is taken."))
    try:
        validate_password(password, user)
    except ValidationError as error:
        for message in error.messages:
            faults.add("/password", message)
    _check_person(faults, person, organization)
    _check_role(faults, organization, role)
    faults.stop()
    with transaction.atomic():
        user.set_password(password)
        user.save(force_insert=True)
    record("user.created", user, by=by, organization=organization, username=username)
    return _granted(user, organization, role, by, valid_from, None)


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
    _check_role(faults, organization, role)
    faults.in_order(valid_from or clock.today(), valid_to)
    faults.stop()
    return _granted(user, organization, role, by, valid_from, valid_to)


@verb
def end_membership(membership: Membership, *, by: Actor, on: date | None = None) -> Membership:
    """A role ends with a day; its tokens act no longer from the next."""
    _require_granter(by, membership.organization, membership.role)
    day = on or clock.today()
    rows.end(membership, day)
    record("membership.ended", membership, by=by, organization=membership.organization, on=day)
    return membership


@verb
def block_user(user: User, *, by: Actor) -> User:
    """Shut a login out at once, and every token of it."""
    employer = user.person.employer if user.person else None
    if employer is None:
        by.require(Role.OPERATOR)
    else:
        rights.require_head_of(by, employer)
    if User.objects.filter(pk=user.pk, is_active=True).update(is_active=False) != 1:
        raise Conflict(_("This login is blocked already."))
    user.is_active = False
    ApiToken.objects.filter(user=user).delete()
    record("user.blocked", user, by=by, organization=employer, username=user.username)
    return user


def _granted(
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


def _check_role(faults: Faults, organization: Organization, role: str) -> None:
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
