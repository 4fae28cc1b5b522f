from datetime import date

import pytest

from labs.actions.people import (
    end_qualification,
    qualify,
    record_registration,
    register_metrologist,
    revoke_registration,
)
from labs.models import Metrologist, Qualification, Registration
from metrology.actors import Actor
from metrology.errors import Conflict, Forbidden, Invalid
from metrology.models import Person
from metrology.roles import Role
from tests import make

pytestmark = pytest.mark.django_db

DAY = date(2026, 5, 1)


@pytest.fixture
def metrologist(tester: Actor, manager: Actor) -> Metrologist:
    assert tester.person is not None
    return register_metrologist(tester.person, certificate_no="Q-1", by=manager)


def may(metrologist: Metrologist, act: str = "test", day: date = DAY) -> bool:
    return Qualification.objects.allows(metrologist.person, make.method(), act, day)


def test_a_person_is_recorded_once_by_their_manager(
    metrologist: Metrologist, tester: Actor, manager: Actor, city: Actor
) -> None:
    assert tester.person is not None
    with pytest.raises(Invalid):
        register_metrologist(tester.person, certificate_no="Q-2", by=manager)
    rival = make.actor(Role.MANAGER, make.institute())
    for somebody in (city, rival, tester):
        with pytest.raises(Forbidden):
            register_metrologist(make.person(tester.person.employer), certificate_no="Q-3", by=somebody)


def test_a_certificate_number_stands_once(metrologist: Metrologist, manager: Actor, checker: Actor) -> None:
    assert checker.person is not None
    with pytest.raises(Invalid) as refused:
        register_metrologist(checker.person, certificate_no="Q-1", by=manager)
    assert set(refused.value.fields) == {"/certificate_no"}


def test_a_registration_has_its_days_and_may_be_revoked(
    metrologist: Metrologist, manager: Actor, city: Actor
) -> None:
    made = record_registration(
        metrologist,
        number="R-1",
        valid_from=date(2024, 1, 1),
        valid_to=date(2028, 12, 31),
        by=manager,
    )
    revoke_registration(made, on=DAY, reason="x", by=city)
    on = Registration.objects.valid_on
    assert [on(date(2026, 4, 30)).exists(), on(DAY).exists()] == [True, False]
    with pytest.raises(Invalid):
        record_registration(
            metrologist,
            number="R-2",
            valid_from=date(2024, 1, 1),
            valid_to=date(2023, 1, 1),
            by=manager,
        )


def test_a_qualification_allows_one_act_by_one_method(metrologist: Metrologist, manager: Actor) -> None:
    qualify(metrologist, method=make.method(), act="test", valid_from=date(2026, 1, 1), by=manager)
    assert may(metrologist)
    assert not may(metrologist, "check")
    assert not may(metrologist, day=date(2025, 12, 31))
    assert not Qualification.objects.allows(metrologist.person, make.method("JJG 52"), "test", DAY)


def test_an_exclusion_outweighs_every_allowance_on_its_days(metrologist: Metrologist, manager: Actor) -> None:
    qualify(metrologist, method=make.method(), act="test", valid_from=date(2026, 1, 1), by=manager)
    qualify(
        metrologist,
        method=make.method(),
        act="test",
        effect="exclude",
        valid_from=date(2026, 4, 1),
        valid_to=date(2026, 5, 31),
        by=manager,
    )
    days = [date(2026, 3, 31), date(2026, 4, 1), date(2026, 5, 31), date(2026, 6, 1)]
    assert [may(metrologist, day=day) for day in days] == [True, False, False, True]


def test_who_has_left_holds_nothing(metrologist: Metrologist, manager: Actor) -> None:
    qualify(metrologist, method=make.method(), act="test", valid_from=date(2026, 1, 1), by=manager)
    Person.objects.filter(pk=metrologist.person.pk).update(left_on=date(2026, 4, 30))
    assert may(metrologist, day=date(2026, 4, 30))
    assert not may(metrologist)


def test_an_ended_qualification_holds_through_its_last_day(
    metrologist: Metrologist, manager: Actor, tester: Actor
) -> None:
    made = qualify(metrologist, method=make.method(), act="test", valid_from=date(2026, 1, 1), by=manager)
    with pytest.raises(Forbidden):
        end_qualification(made, on=DAY, by=tester)
    end_qualification(made, on=DAY, by=manager)
    assert may(metrologist) and not may(metrologist, day=date(2026, 5, 2))
    with pytest.raises(Conflict):
        end_qualification(made, on=date(2026, 6, 1), by=manager)


def test_unknown_acts_and_doubled_rows_are_refused(
    metrologist: Metrologist, manager: Actor, tester: Actor
) -> None:
    with pytest.raises(Invalid) as refused:
        qualify(metrologist, method=make.method(), act="verify", effect="maybe", by=manager)
    assert set(refused.value.fields) == {"/act", "/effect"}
    qualify(metrologist, method=make.method(), act="test", by=manager)
    with pytest.raises(Invalid):
        qualify(metrologist, method=make.method(), act="test", by=manager)
    with pytest.raises(Forbidden):
        qualify(metrologist, method=make.method(), act="approve", by=tester)
