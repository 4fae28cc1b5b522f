from datetime import date, timedelta
from decimal import Decimal

import pytest

from labs.actions.places import (
    add_room,
    close_laboratory,
    close_room,
    grant_authorisation,
    open_laboratory,
    record_environment,
    revoke_authorisation,
)
from labs.models import Authorisation, Laboratory, Room
from metrology import clock
from metrology.actors import Actor
from metrology.errors import Conflict, Forbidden, Invalid
from metrology.models import Event, Organization
from metrology.roles import Role
from tests import make

pytestmark = pytest.mark.django_db

TERM = {"issuer": "市局（演示）", "valid_from": date(2022, 1, 1), "valid_to": date(2026, 12, 31)}


@pytest.fixture
def laboratory(institute: Organization, manager: Actor) -> Laboratory:
    return open_laboratory(institute=institute, name_zh="力学室", valid_from=date(2024, 1, 1), by=manager)


@pytest.fixture
def room(laboratory: Laboratory, manager: Actor) -> Room:
    return add_room(
        laboratory=laboratory, name="101", area_m2=Decimal("40.5"), valid_from=date(2024, 1, 1), by=manager
    )


def test_a_room_counts_from_a_day_through_a_day(room: Room, manager: Actor) -> None:
    close_room(room, on=date(2025, 6, 30), by=manager)
    on = Room.objects.valid_on
    days = [date(2023, 12, 31), date(2024, 1, 1), date(2025, 6, 30), date(2025, 7, 1)]
    assert [on(day).filter(pk=room.pk).exists() for day in days] == [False, True, True, False]


def test_a_laboratory_closes_after_its_rooms(laboratory: Laboratory, room: Room, manager: Actor) -> None:
    with pytest.raises(Conflict):
        close_laboratory(laboratory, on=date(2025, 6, 30), by=manager)
    close_room(room, on=date(2025, 6, 30), by=manager)
    close_laboratory(laboratory, on=date(2025, 6, 30), by=manager)
    with pytest.raises(Invalid):
        add_room(laboratory=laboratory, name="102", area_m2=Decimal(1), by=manager)


def test_wrong_rooms_are_refused_with_every_reason(laboratory: Laboratory, manager: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        add_room(
            laboratory=laboratory,
            name="x",
            area_m2=Decimal(0),
            valid_from=date(2023, 1, 1),
            temperature_min="25",
            temperature_max="15",
            humidity_max="1，2",
            by=manager,
        )
    assert set(refused.value.fields) == {"/area_m2", "/valid_from", "/temperature_max", "/humidity_max"}


def test_only_the_manager_of_the_house_opens_and_only_an_institute(
    institute: Organization, tester: Actor, city: Actor, mallory: Actor
) -> None:
    for somebody in (tester, city, mallory):
        with pytest.raises(Forbidden):
            open_laboratory(institute=institute, name_zh="x", by=somebody)


def test_climate_is_kept_as_text_and_joins_no_history(room: Room, tester: Actor) -> None:
    before = Event.objects.count()
    made = record_environment(room, temperature="２０．０", humidity="50.0", by=tester)
    assert (made.temperature, made.humidity, made.person) == ("20.0", "50.0", tester.person)
    assert Event.objects.count() == before


def test_an_impossible_climate_is_refused(room: Room, tester: Actor, mallory: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        record_environment(
            room,
            temperature="warm",
            humidity="101",
            pressure="1013.25000000000",
            observed_at=clock.now() + timedelta(hours=1),
            person=mallory.person,
            by=tester,
        )
    assert set(refused.value.fields) == {
        "/temperature",
        "/humidity",
        "/pressure",
        "/observed_at",
        "/person",
    }
    with pytest.raises(Forbidden):
        record_environment(room, temperature="20", humidity="50", by=mallory)


def test_the_authority_above_authorises_and_takes_back(institute: Organization, city: Actor) -> None:
    made = grant_authorisation(
        institute=institute,
        number="A-1",
        methods=[make.method()],
        regions=[make.county()],
        by=city,
        **TERM,
    )
    revoke_authorisation(made, on=date(2025, 1, 1), reason="x", by=city)
    on = Authorisation.objects.valid_on
    assert [on(date(2024, 12, 31)).exists(), on(date(2025, 1, 1)).exists()] == [True, False]
    with pytest.raises(Conflict):
        revoke_authorisation(made, on=date(2025, 1, 2), reason="x", by=city)


def test_no_house_authorises_itself_nor_a_county_the_city(
    institute: Organization, acme: Organization, manager: Actor, city: Actor
) -> None:
    county = make.actor(Role.COUNTY_ADMIN, make.organization("authority", region=make.county()))
    scope = {"methods": [make.method()], "regions": [make.city()]}
    for somebody in (manager, county):
        with pytest.raises(Forbidden):
            grant_authorisation(institute=institute, number="A-1", by=somebody, **scope, **TERM)
    with pytest.raises(Invalid) as refused:
        grant_authorisation(
            institute=acme, number="A-1", methods=[], regions=[make.region("371000")], by=city, **TERM
        )
    assert set(refused.value.fields) == {"/institute", "/methods", "/regions/0"}
