from datetime import date

import pytest

from metrology import clock, ledger
from metrology.actions.organizations import change_organization, create_organization, dissolve_organization
from metrology.actions.people import change_person, let_person_leave, register_person
from metrology.actors import SYSTEM, Actor
from metrology.authentication import actor_of_session
from metrology.credit_code import check_character
from metrology.errors import Conflict, Forbidden, Invalid
from metrology.models import Event, Membership, Organization
from metrology.roles import Role
from tests import make

pytestmark = pytest.mark.django_db

FIRST = "91370900MA0000001"
CREDIT_CODE = FIRST + check_character(FIRST)


def test_the_system_enters_an_institute_and_its_history_begins() -> None:
    made = create_organization(
        kind="institute", name_zh="演示所（演示）", code="DEMO", region=make.city(), is_demo=True, by=SYSTEM
    )
    assert made.is_demo
    assert Event.objects.get(organization=made).verb == "organization.created"
    assert ledger.verify() == []


def test_an_institute_needs_a_code_and_a_wrong_credit_code_is_told_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        create_organization(
            kind="institute", name_zh="所", region=make.city(), credit_code="91370900MA0000001A", by=SYSTEM
        )
    assert set(refused.value.fields) == {"/code", "/credit_code"}


def test_a_credit_code_stands_for_one_body() -> None:
    create_organization(
        kind="enterprise", name_zh="甲", region=make.city(), credit_code=CREDIT_CODE, by=SYSTEM
    )
    with pytest.raises(Invalid) as refused:
        create_organization(
            kind="enterprise", name_zh="乙", region=make.city(), credit_code=CREDIT_CODE, by=SYSTEM
        )
    assert set(refused.value.fields) == {"/credit_code"}


def test_the_counter_enters_customers_of_its_region_and_nobody_else(counter: Actor) -> None:
    made = create_organization(kind="enterprise", name_zh="客户", region=make.county(), by=counter)
    assert made.kind == "enterprise"
    with pytest.raises(Forbidden):
        create_organization(kind="institute", name_zh="所", code="X", region=make.city(), by=counter)
    elsewhere = make.region("371000")
    with pytest.raises(Forbidden):
        create_organization(kind="enterprise", name_zh="外地", region=elsewhere, by=counter)


def test_a_county_enters_nothing_outside_its_county() -> None:
    office = make.actor(Role.COUNTY_ADMIN, make.organization("authority", region=make.county()))
    assert create_organization(kind="enterprise", name_zh="本县", region=make.county(), by=office).pk
    with pytest.raises(Forbidden):
        create_organization(kind="enterprise", name_zh="邻县", region=make.county("370923"), by=office)


def test_what_a_demonstration_house_enters_is_a_demonstration(counter: Actor) -> None:
    Organization.objects.filter(pk=counter.organization.pk).update(is_demo=True)
    again = actor_of_session(counter.user, None)
    assert create_organization(kind="enterprise", name_zh="客户", region=make.city(), by=again).is_demo


def test_only_the_operator_enters_demonstration_bodies(city: Actor) -> None:
    with pytest.raises(Forbidden):
        create_organization(kind="enterprise", name_zh="演示", region=make.city(), is_demo=True, by=city)


def test_the_demo_flag_kind_and_code_never_change(acme: Organization, clerk: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        change_organization(acme, is_demo=True, kind="institute", code="X", by=clerk)
    assert set(refused.value.fields) == {"/is_demo", "/kind", "/code"}


def test_its_own_administrator_changes_the_address_but_not_the_region(
    acme: Organization, clerk: Actor
) -> None:
    change_organization(acme, address="新路 1 号", by=clerk)
    assert Organization.objects.get(pk=acme.pk).address == "新路 1 号"
    with pytest.raises(Invalid) as refused:
        change_organization(acme, region=make.county(), by=clerk)
    assert set(refused.value.fields) == {"/region"}


def test_another_enterprise_changes_nothing(acme: Organization, mallory: Actor) -> None:
    with pytest.raises(Forbidden):
        change_organization(acme, address="x", by=mallory)


def test_two_changes_of_one_reading_conflict(acme: Organization, clerk: Actor) -> None:
    stale = Organization.objects.get(pk=acme.pk)
    change_organization(acme, phone="1", by=clerk)
    with pytest.raises(Conflict):
        change_organization(stale, phone="2", by=clerk)


def test_dissolving_ends_the_memberships(acme: Organization, clerk: Actor, city: Actor) -> None:
    dissolve_organization(acme, on=date(2026, 1, 5), by=city)
    assert Membership.objects.get(pk=clerk.membership.pk).valid_to == date(2026, 1, 5)
    with pytest.raises(Conflict):
        dissolve_organization(Organization.objects.get(pk=acme.pk), on=date(2026, 1, 6), by=city)


def test_its_own_administrator_does_not_dissolve_a_body(acme: Organization, clerk: Actor) -> None:
    with pytest.raises(Forbidden):
        dissolve_organization(acme, on=date(2026, 1, 5), by=clerk)


def test_a_person_registers_corrects_and_leaves(institute: Organization, manager: Actor) -> None:
    person = register_person(employer=institute, name_zh="张三", by=manager)
    change_person(person, name_zh="张三丰", by=manager)
    let_person_leave(person, on=date(2026, 3, 31), by=manager)
    person.refresh_from_db()
    assert (person.name_zh, person.left_on) == ("张三丰", date(2026, 3, 31))
    with pytest.raises(Conflict):
        let_person_leave(person, on=date(2026, 4, 1), by=manager)


def test_staff_and_strangers_register_nobody(institute: Organization, tester: Actor, mallory: Actor) -> None:
    for somebody in (tester, mallory):
        with pytest.raises(Forbidden):
            register_person(employer=institute, name_zh="李四", by=somebody)


def test_a_dissolved_body_was_not_established_afterwards(city: Actor, acme: Organization) -> None:
    dissolve_organization(acme, on=clock.today(), by=city)
    with pytest.raises(Invalid) as refused:
        change_organization(acme, by=city, established_on=date(2199, 1, 1))
    assert set(refused.value.fields) == {"/established_on"}
