"""Invitations: who may offer what, the link that works once, and joining with a login that exists."""

from datetime import timedelta

import pytest

from metrology import clock
from metrology.actions.invitations import (
    VALID_FOR,
    accept_invitation,
    invite,
    join_by_invitation,
    offered,
    withdraw_invitation,
)
from metrology.actors import Actor
from metrology.authentication import actor_of
from metrology.errors import Absent, Conflict, Forbidden, Invalid, Stale
from metrology.ledger import verify
from metrology.models import Event, Invitation, Membership, Organization, Person, User
from metrology.roles import Role
from tests import make

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


def offer(to: Organization, role: Role, by: Actor, **more):
    return invite(organization=to, role=role, name="王小明", by=by, **more)


def test_a_manager_invites_and_the_person_chooses_name_and_password(institute, manager):
    invitation, token = offer(institute, Role.STAFF, manager, email="wang@example.org")
    made = accept_invitation(token, username="wangxm", password=PASSWORD, language="en")
    actor = actor_of(made.user, None, None)
    assert (actor.role, actor.organization, actor.name) == (Role.STAFF, institute, "王小明")
    assert made.user.check_password(PASSWORD) and made.user.language == "en"
    invitation.refresh_from_db()
    assert (invitation.state, invitation.accepted_by) == ("accepted", made.user)
    said = list(Event.objects.filter(organization=institute).values_list("verb", flat=True))
    assert said[-4:] == ["invitation.sent", "user.created", "invitation.accepted", "membership.granted"]
    assert verify() == []


def test_only_the_hash_of_the_token_is_kept(institute, manager):
    invitation, token = offer(institute, Role.STAFF, manager)
    kept = [str(getattr(invitation, field.attname)) for field in invitation._meta.concrete_fields]
    assert len(token) >= 40 and token not in kept
    assert not Event.objects.filter(facts__contains=token).exists()


def test_a_link_works_once(institute, manager):
    _invitation, token = offer(institute, Role.STAFF, manager)
    accept_invitation(token, username="wangxm", password=PASSWORD)
    with pytest.raises(Absent):
        accept_invitation(token, username="other", password=PASSWORD)
    assert User.objects.filter(username="other").count() == 0


def test_unknown_used_withdrawn_and_expired_links_answer_alike(institute, manager):
    _used, used = offer(institute, Role.STAFF, manager)
    accept_invitation(used, username="wangxm", password=PASSWORD)
    taken_back, withdrawn = offer(institute, Role.STAFF, manager)
    withdraw_invitation(taken_back, by=manager)
    _late, late = offer(institute, Role.STAFF, manager)
    said = set()
    with clock.standing_at(clock.today() + VALID_FOR + timedelta(days=1)):
        for token in ("never", used, withdrawn, late):
            with pytest.raises(Absent) as refused:
                accept_invitation(token, username="later", password=PASSWORD)
            said.add(str(refused.value.message))
    assert len(said) == 1


def test_a_bad_choice_uses_nothing_up(institute, manager):
    _invitation, token = offer(institute, Role.STAFF, manager)
    people = Person.objects.count()
    with pytest.raises(Invalid) as refused:
        accept_invitation(token, username="manager", password="123456")
    assert set(refused.value.fields) == {"/username", "/password"}
    assert Person.objects.count() == people
    accept_invitation(token, username="wangxm", password=PASSWORD)


def test_an_invited_person_on_record_stays_the_same_person(institute, manager):
    person = make.person(institute, "王小明")
    _invitation, token = offer(institute, Role.STAFF, manager, person=person)
    assert accept_invitation(token, username="wangxm", password=PASSWORD).user.person == person
    with pytest.raises(Invalid):
        offer(institute, Role.STAFF, manager, person=person)
    with pytest.raises(Invalid):
        offer(institute, Role.STAFF, manager, person=make.person(make.institute()))


def test_one_login_joins_another_body(institute, manager, mallory):
    _invitation, token = offer(institute, Role.COUNTER, manager)
    joined = join_by_invitation(token, by=mallory)
    assert (joined.user, joined.organization) == (mallory.user, institute)
    assert Membership.objects.current().filter(user=mallory.user).count() == 2
    with pytest.raises(Absent):
        join_by_invitation(token, by=mallory)


def test_an_invitation_for_one_person_is_not_taken_up_by_another(institute, manager, tester):
    person = make.person(institute, "王小明")
    _invitation, token = offer(institute, Role.STAFF, manager, person=person)
    with pytest.raises(Conflict):
        join_by_invitation(token, by=tester)
    _again, second = offer(institute, Role.STAFF, manager)
    with pytest.raises(Conflict):
        join_by_invitation(second, by=tester)  # holds this role already


CITY_BODIES = ("authority", "county_authority", "county_institute", "institute", "enterprise")


@pytest.fixture
def bodies(institute, acme):
    return {
        "authority": make.organization("authority"),
        "county_authority": make.organization("authority", region=make.county()),
        "county_institute": make.institute(region=make.county()),
        "institute": institute,
        "enterprise": acme,
        "elsewhere": make.institute(region=make.region("371000")),
    }


@pytest.mark.parametrize(
    ("role", "own", "may"),
    [
        (Role.MANAGER, "institute", {"institute": {"manager", "counter", "staff", "auditor"}}),
        (Role.COUNTER, "institute", {}),
        (Role.STAFF, "institute", {}),
        (
            Role.ENTERPRISE_ADMIN,
            "enterprise",
            {"enterprise": {"enterprise_admin", "enterprise_user", "auditor"}},
        ),
        (Role.ENTERPRISE_USER, "enterprise", {}),
        (Role.AUDITOR, "institute", {}),
        (
            Role.CITY_ADMIN,
            "authority",
            {
                "authority": {"city_admin", "auditor"},
                "county_authority": {"county_admin"},
                "county_institute": {"manager"},
                "institute": {"manager"},
            },
        ),
        (Role.COUNTY_ADMIN, "county_authority", {"county_authority": {"county_admin", "auditor"}}),
        (
            Role.OPERATOR,
            "authority",
            {
                "authority": {"city_admin", "operator"},
                "county_authority": {"operator"},
                "institute": {"operator"},
                "county_institute": {"operator"},
                "elsewhere": {"operator"},
            },
        ),
    ],
)
def test_who_may_invite_to_what(bodies, role, own, may):
    by = make.actor(role, bodies[own])
    found = {name: {str(one) for one in offered(by, body)} for name, body in bodies.items()}
    assert {name: roles for name, roles in found.items() if roles} == may
    for name, body in bodies.items():
        for wanted in Role:
            if str(wanted) not in may.get(name, set()):
                with pytest.raises(Forbidden):
                    offer(body, wanted, by)
    assert Invitation.objects.count() == 0


def test_another_house_withdraws_nothing_and_sees_nothing(institute, manager, mallory):
    invitation, token = offer(institute, Role.STAFF, manager)
    with pytest.raises(Forbidden):
        withdraw_invitation(invitation, by=mallory)
    assert not Invitation.objects.visible_to(mallory).exists()
    assert Invitation.objects.visible_to(manager).get() == invitation
    with pytest.raises(Stale):
        withdraw_invitation(invitation, by=manager, version=9)
    withdraw_invitation(invitation, by=manager)
    with pytest.raises(Conflict):
        withdraw_invitation(invitation, by=manager)
    with pytest.raises(Absent):
        accept_invitation(token, username="wangxm", password=PASSWORD)


def test_a_dissolved_body_takes_nobody_in(institute, manager):
    _invitation, token = offer(institute, Role.STAFF, manager)
    Organization.objects.filter(pk=institute.pk).update(dissolved_on=clock.today())
    with pytest.raises(Absent):
        accept_invitation(token, username="wangxm", password=PASSWORD)
