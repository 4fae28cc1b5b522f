"""Holes that no walk over routes can see: ids of other houses inside bodies, one person in two logins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from certificates.actions import approve as sign
from certificates.actions import seal
from instruments.models import Instrument, Job, OrderItem, ServiceOrder
from labs.models import Confirmation, Equipment, Standard, StandardPerson
from metrology import clock
from metrology.actors import Actor
from metrology.models import Event, Membership, Organization, Person
from metrology.roles import Role
from tests import make
from tests.calls import API, HUGE, calling, pointers
from tests.certificates import scene

pytestmark = pytest.mark.django_db

ABSENT = "0190b1a2-0000-7000-8000-000000000000"
PASSWORD = "a-long-password"


@dataclass
class Two:
    """Two houses of two counties, each with a client."""

    own: make.House
    other: make.House


@pytest.fixture
def two(db: None) -> Two:
    houses = []
    for key in ("370921", "370923"):
        county = make.county(key)
        houses.append(
            make.house(institute=make.institute(region=county), client=make.enterprise(region=county))
        )
    return Two(*houses)


def person_of(actor: Actor) -> Person:
    assert actor.person is not None
    return actor.person


def key(row: Any) -> str:
    return str(row.public_id)


def refused_as_absent(by: Actor, path: str, body: dict[str, Any], name: str) -> None:
    """A foreign id in a body gets the very answer of an id that never was."""
    foreign = calling(by).post(f"{API}/{path}/", body)
    absent = calling(by).post(f"{API}/{path}/", body | {name: ABSENT})
    assert foreign.status_code == absent.status_code == 400, foreign.content
    assert foreign.json() == absent.json()
    assert pointers(foreign) == {f"/{name}"}


def test_ids_of_another_house_in_a_body_are_ids_of_nothing(two: Two) -> None:
    own, other = two.own, two.other
    job = make.job("assigned", at=own)
    foreign_standard = Standard.objects.get(institute=other.institute)
    foreign_equipment = Equipment.objects.get(owner=other.institute)
    foreign_lab = make.laboratory(other.institute)
    standard = key(Standard.objects.get(institute=own.institute))
    someone = key(person_of(other.tester))
    cases = [
        (own.manager, f"jobs/{key(make.job('received', at=own))}/assign", {}, "assignee", someone),
        (own.tester, f"jobs/{key(job)}/start", {}, "standard", key(foreign_standard)),
        (own.tester, f"jobs/{key(job)}/start", {}, "room", key(make.room(foreign_lab))),
        (own.manager, f"standards/{standard}/people", {"role": "operator"}, "person", someone),
        (
            own.manager,
            f"standards/{standard}/equipment",
            {"role": "master"},
            "equipment",
            key(foreign_equipment),
        ),
        (own.manager, "metrologists", {"certificate_no": "X"}, "person", someone),
        (own.manager, "rooms", {"name": "1", "area_m2": "9"}, "laboratory", key(foreign_lab)),
        (
            own.manager,
            "memberships",
            {"organization": key(own.institute), "role": "staff"},
            "user",
            key(other.tester.user),
        ),
    ]
    for by, path, body, name, foreign in cases:
        refused_as_absent(by, path, body | {name: foreign}, name)
    started = calling(own.tester).post(
        f"{API}/jobs/{key(job)}/start/", {"equipment": [key(foreign_equipment)]}
    )
    assert (started.status_code, pointers(started)) == (400, {"/equipment/0"})
    assert not StandardPerson.objects.exists()


def test_a_visible_institute_is_not_a_house_of_ones_own(two: Two) -> None:
    """Institutes are public bodies: their ids pass the door, so the verbs must refuse them."""
    own, other = two.own, two.other
    client = calling(own.manager)
    house = key(other.institute)
    before = Event.objects.count()
    for path, body in (
        ("laboratories", {"institute": house, "name_zh": "x"}),
        ("equipment", {"owner": house, "name_zh": "x", "serial": "1"}),
        ("people", {"employer": house, "name_zh": "x"}),
        (
            "memberships/with-login",
            {"username": "u", "password": PASSWORD, "organization": house, "role": "staff"},
        ),
        (
            "standards",
            {
                "institute": house,
                "name_zh": "x",
                "discipline": make.discipline().code,
                "measuring_range": "x",
                "accuracy": "x",
            },
        ),
    ):
        answer = client.post(f"{API}/{path}/", body)
        assert answer.status_code == 403, f"{path}: {answer.content!r}"
    assert Event.objects.count() == before


def test_an_order_holds_only_pieces_of_its_client(two: Two) -> None:
    own, other = two.own, two.other
    foreign = make.instrument(other.client, category=other.category)
    body = {"institute": key(own.institute), "items": [{"instrument": key(foreign)}]}
    for by in (own.clerk, own.counter):
        client = {"client": key(own.client)}
        asked = calling(by).post(f"{API}/orders/", body | client)
        absent = calling(by).post(f"{API}/orders/", body | client | {"items": [{"instrument": ABSENT}]})
        assert asked.status_code == absent.status_code == 400
        assert asked.json() == absent.json()
    neighbour = make.instrument(make.enterprise(region=own.institute.region), category=own.category)
    mixed = calling(own.counter).post(
        f"{API}/orders/",
        {
            "client": key(own.client),
            "institute": key(own.institute),
            "items": [{"instrument": key(neighbour)}],
        },
    )
    assert (mixed.status_code, pointers(mixed)) == (400, {"/items/0/instrument"})
    assert not ServiceOrder.objects.exists()


def test_an_order_is_not_filed_in_another_enterprises_name(two: Two) -> None:
    own, other = two.own, two.other
    piece = make.instrument(own.client, category=own.category)
    body = {"institute": key(own.institute), "items": [{"instrument": key(piece)}]}
    answer = calling(other.clerk).post(f"{API}/orders/", body | {"client": key(own.client)})
    assert (answer.status_code, pointers(answer)) == (400, {"/client"})
    assert calling(other.clerk).post(f"{API}/orders/", body).status_code == 400


def test_a_counter_files_with_its_own_institute_only(two: Two) -> None:
    own, other = two.own, two.other
    piece = make.instrument(own.client, category=own.category)
    body = {"client": key(own.client), "items": [{"instrument": key(piece)}]}
    elsewhere = calling(own.counter).post(f"{API}/orders/", body | {"institute": key(other.institute)})
    assert (elsewhere.status_code, pointers(elsewhere)) == (400, {"/institute"})
    for by, institute in ((own.counter, own.institute), (own.clerk, other.institute)):
        filed = calling(by).post(f"{API}/orders/", body | {"institute": key(institute)})
        if by is own.counter:
            assert filed.status_code == 201
            ServiceOrder.objects.update(state="cancelled")
        else:
            assert filed.status_code == 201, "the client itself may choose any institute"


def test_items_of_another_order_are_neither_received_nor_returned(two: Two) -> None:
    own = two.own
    mine, second = make.order("accepted", at=own), make.order("accepted", at=own)
    foreign = make.order("accepted", at=two.other)
    for item in (second.items.get(), foreign.items.get()):
        received = calling(own.counter).post(
            f"{API}/orders/{key(mine)}/receive/", {"counterpart": "x", "items": [{"item": key(item)}]}
        )
        returned = calling(own.counter).post(
            f"{API}/orders/{key(mine)}/return-item/",
            {"item": key(item), "counterpart": "x", "reason": "x"},
        )
        assert (received.status_code, pointers(received)) == (400, {"/items/0/item"})
        assert (returned.status_code, pointers(returned)) == (400, {"/item"})
    assert set(OrderItem.objects.values_list("state", flat=True)) == {"requested"}


def test_a_refused_batch_does_not_tell_how_many_of_its_ids_exist(two: Two) -> None:
    """Ids of another house, of nothing and of another noun are all named, each alike."""
    other = [key(make.instrument(two.other.client)) for _ in range(3)]
    ids = [*other, ABSENT, key(two.own.institute)]
    answer = calling(two.own.clerk).post(
        f"{API}/orders/",
        {"institute": key(two.own.institute), "items": [{"instrument": one} for one in ids]},
    )
    errors = answer.json()["errors"]
    assert [one["pointer"] for one in errors] == [f"/items/{place}/instrument" for place in range(len(ids))]
    assert len({one["detail"] for one in errors}) == 1


def test_a_method_is_confirmed_for_ones_own_house_alone(two: Two) -> None:
    """The institute is the acting one; a person of another house has no word here, whatever the role."""
    version = make.method_version("jjg539-2016")
    guest = make.actor(Role.STAFF, two.own.institute, who=person_of(two.other.tester))
    path = f"{API}/method-versions/{key(version)}/confirm/"
    refused = calling(guest).post(path, {})
    assert refused.status_code == 400
    assert calling(two.own.tester).post(path, {"institute": key(two.other.institute)}).status_code == 400
    assert not Confirmation.objects.filter(version=version).exists()
    assert calling(two.own.tester).post(path, {}).status_code == 200
    second_login = make.actor(Role.MANAGER, two.own.institute, who=person_of(two.own.tester))
    twice = calling(second_login).post(path, {})
    assert twice.status_code == 409
    assert calling(two.own.manager).get(f"{API}/method-versions/{key(version)}/").json()["confirmed"] is False
    assert (
        calling(two.other.manager).get(f"{API}/method-versions/{key(version)}/").json()["confirmations"] == []
    )


def test_a_second_login_of_one_person_neither_checks_nor_approves_the_own_work(two: Two) -> None:
    at = two.own
    tester = person_of(at.tester)
    for act in ("check", "approve"):
        tester.metrologist.qualifications.create(method=at.method, act=act, valid_from=make.LONG_AGO)
    again = make.actor(Role.MANAGER, at.institute, who=tester)
    submitted, checked = make.job("submitted", at=at), make.job("checked", at=at)
    assert calling(again).post(f"{API}/jobs/{key(submitted)}/check/").status_code == 403
    blocked = calling(again).post(f"{API}/jobs/{key(checked)}/approve/", {"password": PASSWORD})
    assert blocked.status_code == 422
    failed = {one["rule"] for one in blocked.json()["gate"] if not one["passed"]}
    assert failed == {"tester_is_not_approver"}
    assert set(Job.objects.values_list("state", flat=True)) == {"submitted", "checked"}


@pytest.fixture
def issued(db: None) -> tuple[scene.House, Any]:
    at = scene.house(code="TA")
    certificate = sign(scene.checked_job(at), by=at.approver)
    seal(certificate.pk)
    return at, certificate


@pytest.mark.long
def test_a_second_person_from_elsewhere_revokes_nothing(issued: Any) -> None:
    at, certificate = issued
    elsewhere = make.house()
    visible_elsewhere = make.person(elsewhere.institute)
    left = make.person(at.institute)
    left.left_on = clock.today()
    left.save()
    path = f"{API}/certificates/{certificate.number}/revoke/"
    for second in (visible_elsewhere, person_of(at.clerk), at.manager.person, left):
        answer = calling(at.manager).post(path, {"reason": "x", "second": key(second)})
        assert (answer.status_code, pointers(answer)) == (400, {"/second"})
    again = make.actor(Role.MANAGER, at.institute, who=person_of(at.manager))
    own = calling(again).post(path, {"reason": "x", "second": key(at.manager.person)})
    assert own.status_code == 400
    assert calling(elsewhere.manager).post(path, {"reason": "x"}).status_code == 404
    assert calling(at.manager).get(f"{API}/certificates/{certificate.number}/").json()["state"] == "issued"


@pytest.mark.long
def test_a_login_without_a_person_revokes_nothing(issued: Any) -> None:
    at, certificate = issued
    nobody = make.user()
    membership = Membership.objects.create(
        user=nobody, organization=at.institute, role=Role.MANAGER, valid_from=make.LONG_AGO
    )
    answer = calling(Actor(nobody, membership)).post(
        f"{API}/certificates/{certificate.number}/revoke/",
        {"reason": "x", "second": key(at.checker.person)},
    )
    assert answer.status_code == 403


def test_an_instrument_is_not_registered_into_a_foreign_ledger(two: Two) -> None:
    body = {"category": two.own.category.code, "name": "秤", "serial": "1"}
    for by in (two.other.clerk, two.other.counter):
        answer = calling(by).post(f"{API}/instruments/", body | {"owner": key(two.own.client)})
        assert answer.status_code in (400, 403), answer.content
    assert not Instrument.objects.exists()


def test_the_former_employer_is_a_stranger(clerk: Actor, acme: Organization) -> None:
    """Who once belonged to an enterprise sees it no more, even from another membership."""
    assert clerk.membership is not None and clerk.user is not None
    clerk.membership.valid_to = clock.today().replace(day=1).replace(year=2021)
    clerk.membership.save()
    elsewhere = make.actor(Role.ENTERPRISE_ADMIN, make.enterprise(), who=None)
    moved = Membership.objects.create(
        user=clerk.user,
        organization=elsewhere.organization,
        role=Role.ENTERPRISE_USER,
        valid_from=make.LONG_AGO,
    )
    assert calling(Actor(clerk.user, moved)).get(f"{API}/organizations/{key(acme)}/").status_code == 404


def test_a_reading_is_observed_in_a_time_that_every_database_holds(two: Two) -> None:
    job = make.job("measuring", at=two.own)
    cells = make.cells(job)[:7]
    moments = (
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-02-30T00:00:00+08:00",
        "2026-01-01",
        HUGE,
        None,
        clock.now().isoformat(),
    )
    sent = [cell | {"observed_at": moment} for cell, moment in zip(cells, moments, strict=True)]
    answer = calling(two.own.tester).post(f"{API}/jobs/{key(job)}/readings/", {"cells": sent})
    assert answer.status_code == 200, answer.content
    assert pointers(answer) == {f"/cells/{place}/observed_at" for place in range(5)}
    assert len(answer.json()["saved"]) == 2
