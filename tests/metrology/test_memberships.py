from datetime import date, timedelta

import pytest

from metrology import clock
from metrology.actions.memberships import block_user, create_user, end_membership, grant_membership
from metrology.actors import SYSTEM, Actor
from metrology.authentication import actor_of
from metrology.errors import Conflict, Forbidden, Invalid
from metrology.models import ApiToken, Membership, Organization, User
from metrology.roles import Role
from tests import make

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


def test_a_manager_gives_out_a_login_for_the_house(institute: Organization, manager: Actor) -> None:
    person = make.person(institute)
    made = create_user(
        username="zhangsan",
        password=PASSWORD,
        person=person,
        organization=institute,
        role=Role.STAFF,
        by=manager,
    )
    assert made.user.check_password(PASSWORD)
    actor = actor_of(made.user, None, None)
    assert (actor.role, actor.person) == (Role.STAFF, person)


def test_every_fault_of_a_new_login_is_told_at_once(institute: Organization, manager: Actor) -> None:
    stranger = make.person(make.enterprise())
    with pytest.raises(Invalid) as refused:
        create_user(
            username="manager",
            password="short",
            person=stranger,
            organization=institute,
            role=Role.STAFF,
            by=manager,
        )
    assert set(refused.value.fields) == {"/username", "/password", "/person"}


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.CITY_ADMIN, Role.ENTERPRISE_ADMIN])
def test_a_manager_gives_out_no_role_of_another_kind(
    institute: Organization, manager: Actor, role: Role
) -> None:
    with pytest.raises(Forbidden):
        create_user(username="x", password=PASSWORD, organization=institute, role=role, by=manager)


def test_nobody_gives_out_roles_in_another_house(
    institute: Organization, clerk: Actor, city: Actor, counter: Actor
) -> None:
    for somebody in (clerk, city, counter):
        with pytest.raises(Forbidden):
            create_user(username="x", password=PASSWORD, organization=institute, role=Role.STAFF, by=somebody)


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        ("enterprise", Role.MANAGER),
        ("institute", Role.ENTERPRISE_USER),
        ("authority", Role.STAFF),
        ("enterprise", Role.OPERATOR),
    ],
)
def test_a_role_fits_the_kind_of_the_body(kind: str, role: Role) -> None:
    body = make.organization(kind)
    with pytest.raises(Invalid) as refused:
        create_user(username="x", password=PASSWORD, organization=body, role=role, by=SYSTEM)
    assert set(refused.value.fields) == {"/role"}


def test_a_city_administrator_sits_in_the_city_and_a_county_one_in_a_county() -> None:
    county = make.organization("authority", region=make.county())
    city = make.organization("authority")
    for body, role in ((county, Role.CITY_ADMIN), (city, Role.COUNTY_ADMIN)):
        with pytest.raises(Invalid):
            create_user(username="x", password=PASSWORD, organization=body, role=role, by=SYSTEM)


def test_a_second_role_goes_to_people_of_the_house_only(
    institute: Organization, manager: Actor, tester: Actor, mallory: Actor
) -> None:
    assert tester.user is not None and mallory.user is not None
    made = grant_membership(user=tester.user, organization=institute, role=Role.COUNTER, by=manager)
    assert made.role == Role.COUNTER
    with pytest.raises(Invalid) as refused:
        grant_membership(user=mallory.user, organization=institute, role=Role.COUNTER, by=manager)
    assert set(refused.value.fields) == {"/user"}
    with pytest.raises(Invalid):
        grant_membership(user=tester.user, organization=institute, role=Role.COUNTER, by=manager)


def test_an_ended_role_acts_no_longer_from_the_next_day(manager: Actor, tester: Actor) -> None:
    assert tester.membership is not None and tester.user is not None
    token, _text = ApiToken.objects.create(user=tester.user, membership=tester.membership)
    end_membership(tester.membership, by=manager)
    assert actor_of(tester.user, token, None).role == Role.STAFF
    with clock.standing_at(clock.today() + timedelta(days=1)):
        assert actor_of(tester.user, token, None).role is None
        assert actor_of(tester.user, None, None).role is None


def test_a_role_does_not_end_before_it_began_nor_later_than_before(manager: Actor, tester: Actor) -> None:
    assert tester.membership is not None
    with pytest.raises(Invalid):
        end_membership(tester.membership, on=date(2019, 12, 31), by=manager)
    end_membership(tester.membership, on=date(2026, 1, 1), by=manager)
    with pytest.raises(Conflict):
        end_membership(tester.membership, on=date(2026, 1, 2), by=manager)


def test_blocking_a_login_kills_its_tokens(manager: Actor, tester: Actor, mallory: Actor) -> None:
    assert tester.user is not None
    ApiToken.objects.create(user=tester.user, membership=tester.membership)
    with pytest.raises(Forbidden):
        block_user(tester.user, by=mallory)
    block_user(tester.user, by=manager)
    assert not ApiToken.objects.filter(user=tester.user).exists()
    assert actor_of(User.objects.get(pk=tester.user.pk), None, None).is_stranger
    with pytest.raises(Conflict):
        block_user(tester.user, by=manager)


def test_a_dissolved_body_takes_nobody_in(acme: Organization) -> None:
    Organization.objects.filter(pk=acme.pk).update(dissolved_on=date(2026, 1, 1))
    acme.refresh_from_db()
    with pytest.raises(Invalid):
        create_user(
            username="late", password=PASSWORD, organization=acme, role=Role.ENTERPRISE_USER, by=SYSTEM
        )
    assert not Membership.objects.filter(organization=acme).exists()
