from datetime import date, timedelta

import pytest

from labs.actions.standards import (
    Item,
    add_item,
    assign_person,
    end_part,
    establish_standard,
    include_equipment,
)
from labs.actions.standing import (
    cancel,
    move_examination,
    open_examination,
    record_exam_certificate,
    record_public_licence,
    resume,
    revoke_certificate,
    start_use,
    suspend,
)
from labs.models import Equipment, Examination, Standard, StatusPeriod
from metrology import clock, ledger
from metrology.actors import Actor
from metrology.errors import Conflict, DomainError, Forbidden, Invalid
from metrology.models import Organization
from metrology.roles import Role
from tests import make

pytestmark = pytest.mark.django_db

YEARS = {"issuer": "主管部门（演示）", "valid_from": date(2022, 1, 1), "valid_to": date(2026, 12, 31)}


@pytest.fixture
def standard(institute: Organization, manager: Actor) -> Standard:
    return establish_standard(
        institute=institute,
        name_zh="砝码标准装置",
        discipline=make.discipline(),
        measuring_range="(1 mg~20 kg)",
        accuracy="M1",
        by=manager,
    )


@pytest.fixture
def licensed(standard: Standard, manager: Actor) -> Standard:
    record_exam_certificate(standard, number="EX-1", by=manager, **YEARS)
    record_public_licence(standard, number="PL-1", regions=[make.city()], by=manager, **YEARS)
    return standard


def usable(standard: Standard, day: date) -> bool:
    return Standard.objects.usable_on(day).filter(pk=standard.pk).exists()


def test_a_standard_is_established_with_its_items_and_is_not_yet_usable(
    institute: Organization, manager: Actor
) -> None:
    made = establish_standard(
        institute=institute,
        name_zh="砝码",
        discipline=make.discipline(),
        measuring_range="20 kg",
        accuracy="M1",
        items=[Item("电子秤", make.method(), range_low="０", range_high="30", unit="kg")],
        by=manager,
    )
    assert made.items.get().range_low == "0"
    assert not usable(made, clock.today())


def test_wrong_numbers_ranges_and_houses_are_told_at_once(institute: Organization, manager: Actor) -> None:
    elsewhere = make.laboratory(make.institute())
    with pytest.raises(Invalid) as refused:
        establish_standard(
            institute=institute,
            name_zh="砝码",
            code="1234",
            discipline=make.discipline(),
            category="highest_enterprise",
            laboratory=elsewhere,
            room=make.room(elsewhere),
            measuring_range="20 kg",
            accuracy="M1",
            items=[
                Item("秤", make.method(), range_low="1，2", range_high="30", unit="kg"),
                Item("秤", make.method(), range_low="30", range_high="1"),
            ],
            by=manager,
        )
    assert set(refused.value.fields) == {
        "/category",
        "/code",
        "/laboratory",
        "/room",
        "/items/0/range_low",
        "/items/1/range_high",
        "/items/1/unit",
    }


def test_only_the_manager_of_the_house_establishes(
    institute: Organization, tester: Actor, city: Actor, clerk: Actor
) -> None:
    rival = make.actor(Role.MANAGER, make.institute())
    for somebody in (tester, city, clerk, rival):
        with pytest.raises(Forbidden):
            establish_standard(
                institute=institute,
                name_zh="x",
                discipline=make.discipline(),
                measuring_range="x",
                accuracy="x",
                by=somebody,
            )


def test_one_name_stands_for_one_standard(
    standard: Standard, institute: Organization, manager: Actor
) -> None:
    with pytest.raises(Invalid):
        establish_standard(
            institute=institute,
            name_zh=standard.name_zh,
            discipline=make.discipline(),
            measuring_range="x",
            accuracy="x",
            by=manager,
        )


def test_use_starts_only_with_both_certificates(standard: Standard, manager: Actor) -> None:
    day = date(2023, 1, 1)
    with pytest.raises(DomainError) as unexamined:
        start_use(standard, on=day, by=manager)
    record_exam_certificate(standard, number="EX-1", by=manager, **YEARS)
    with pytest.raises(DomainError) as unlicensed:
        start_use(standard, on=day, by=manager)
    record_public_licence(standard, number="PL-1", regions=[make.city()], by=manager, **YEARS)
    start_use(standard, on=day, by=manager)
    assert (unexamined.value.code, unlicensed.value.code) == ("not_examined", "not_licensed")
    assert [usable(standard, day - timedelta(days=1)), usable(standard, day)] == [False, True]
    assert [usable(standard, date(2026, 12, 31)), usable(standard, date(2027, 1, 1))] == [True, False]


def test_suspension_resumption_and_cancellation_are_periods(licensed: Standard, manager: Actor) -> None:
    start_use(licensed, on=date(2023, 1, 1), by=manager)
    suspend(licensed, on=date(2024, 1, 1), reason="搬迁", by=manager)
    resume(licensed, on=date(2024, 6, 1), by=manager)
    cancel(licensed, on=date(2025, 1, 1), reason="不再需要", by=manager)
    days = [date(2023, 12, 31), date(2024, 1, 1), date(2024, 5, 31), date(2024, 6, 1), date(2025, 1, 1)]
    assert [usable(licensed, day) for day in days] == [True, False, False, True, False]
    assert StatusPeriod.objects.filter(standard=licensed, valid_to__isnull=True).count() == 1
    with pytest.raises(Conflict):
        resume(licensed, on=date(2025, 2, 1), by=manager)
    assert ledger.verify() == []


def test_a_status_neither_repeats_nor_goes_back_in_time_nor_ahead(licensed: Standard, manager: Actor) -> None:
    start_use(licensed, on=date(2023, 1, 1), by=manager)
    with pytest.raises(Conflict):
        start_use(licensed, on=date(2023, 2, 1), by=manager)
    for day in (date(2023, 1, 1), date(2022, 6, 1), clock.today() + timedelta(days=1)):
        with pytest.raises(Invalid):
            suspend(licensed, on=day, reason="x", by=manager)
    stale = Standard.objects.get(pk=licensed.pk)
    suspend(licensed, on=date(2023, 3, 1), reason="x", by=manager)
    with pytest.raises(Conflict):
        cancel(stale, on=date(2023, 4, 1), reason="x", by=manager)


def test_after_the_certificates_ended_a_sealed_standard_does_not_resume(
    licensed: Standard, manager: Actor
) -> None:
    start_use(licensed, on=date(2023, 1, 1), by=manager)
    suspend(licensed, on=date(2024, 1, 1), reason="x", by=manager)
    revoke_certificate(licensed.exam_certificates.get(), on=date(2024, 2, 1), reason="收回", by=manager)
    with pytest.raises(DomainError) as refused:
        resume(Standard.objects.get(pk=licensed.pk), on=date(2024, 3, 1), by=manager)
    assert refused.value.code == "not_examined"


def test_a_revoked_certificate_counts_until_the_day_before(
    licensed: Standard, manager: Actor, city: Actor, tester: Actor
) -> None:
    start_use(licensed, on=date(2023, 1, 1), by=manager)
    licence = licensed.public_licences.get()
    with pytest.raises(Forbidden):
        revoke_certificate(licence, on=date(2024, 2, 1), reason="x", by=tester)
    revoke_certificate(licence, on=date(2024, 2, 1), reason="收回", by=city)
    assert [usable(licensed, date(2024, 1, 31)), usable(licensed, date(2024, 2, 1))] == [True, False]
    with pytest.raises(Conflict):
        revoke_certificate(licence, on=date(2024, 3, 1), reason="x", by=city)


def test_certificates_have_ordered_dates_and_numbers_of_their_own(
    licensed: Standard, institute: Organization, manager: Actor
) -> None:
    with pytest.raises(Invalid) as taken:
        record_exam_certificate(licensed, number="EX-1", by=manager, **YEARS)
    licensed.refresh_from_db()
    backwards = {**YEARS, "valid_to": date(2021, 1, 1)}
    with pytest.raises(Invalid) as unordered:
        record_public_licence(licensed, number="PL-2", regions=[], by=manager, **backwards)
    assert set(taken.value.fields) == {"/number"}
    assert set(unordered.value.fields) == {"/valid_to", "/regions"}


def test_a_renewal_under_way_leaves_the_standard_in_use(licensed: Standard, manager: Actor) -> None:
    start_use(licensed, on=date(2023, 1, 1), by=manager)
    examination = open_examination(licensed, kind="renewal", by=manager)
    move_examination(examination, "applied", by=manager)
    assert usable(licensed, clock.today())
    with pytest.raises(Conflict):
        open_examination(licensed, kind="change", by=manager)


def test_an_examination_moves_along_its_table_only(standard: Standard, manager: Actor, city: Actor) -> None:
    examination = open_examination(standard, kind="initial", by=manager)
    with pytest.raises(Conflict):
        move_examination(examination, "approved", by=manager)
    for state in ("applied", "accepted", "document_review", "onsite", "rectifying", "approved"):
        move_examination(examination, state, by=city if state == "accepted" else manager)
    examination = Examination.objects.get(pk=examination.pk)
    assert (examination.state, examination.closed_on) == ("approved", clock.today())
    with pytest.raises(Conflict):
        move_examination(examination, "refused", by=manager)
    assert open_examination(standard, kind="renewal", by=manager).state == "draft"


def test_equipment_joins_once_and_leaves_on_a_day(
    standard: Standard, institute: Organization, manager: Actor
) -> None:
    weights = make.equipment(institute)
    part = include_equipment(
        standard, equipment=weights, role="master", valid_from=date(2024, 1, 1), by=manager
    )
    with pytest.raises(Conflict):
        include_equipment(standard, equipment=weights, role="ancillary", by=manager)
    end_part(part, on=date(2024, 12, 31), by=manager)
    fresh = Standard.objects.get(pk=standard.pk)
    include_equipment(fresh, equipment=weights, role="master", valid_from=date(2025, 1, 1), by=manager)
    assert standard.equipment_parts.count() == 2


def test_equipment_of_another_house_is_not_there_and_scrap_is_of_no_use(
    standard: Standard, institute: Organization, manager: Actor
) -> None:
    foreign = make.equipment(make.institute())
    scrap = make.equipment(institute, state=Equipment.State.SCRAPPED)
    for one in (foreign, scrap):
        with pytest.raises(Invalid) as refused:
            include_equipment(standard, equipment=one, role="master", by=manager)
        assert set(refused.value.fields) == {"/equipment"}


def test_one_person_is_responsible_and_works_in_the_house(
    standard: Standard, institute: Organization, manager: Actor
) -> None:
    assign_person(standard, person=make.person(institute), role="responsible", by=manager)
    with pytest.raises(Conflict):
        assign_person(standard, person=make.person(institute), role="responsible", by=manager)
    with pytest.raises(Invalid):
        assign_person(standard, person=make.person(make.institute()), role="operator", by=manager)


def test_an_item_is_added_and_ended(standard: Standard, manager: Actor) -> None:
    item = add_item(standard, Item("秤", make.method(), valid_from=date(2024, 1, 1)), by=manager)
    end_part(item, on=date(2025, 1, 1), by=manager)
    with pytest.raises(Invalid):
        add_item(Standard.objects.get(pk=standard.pk), Item("秤", make.method(), range_low="x"), by=manager)
    item.refresh_from_db()
    assert item.valid_to == date(2025, 1, 1)
    with pytest.raises(Conflict):
        end_part(item, on=date(2026, 1, 1), by=manager)
