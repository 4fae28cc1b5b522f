import json
from datetime import date, timedelta

import pytest

from labs.actions.equipment import (
    TraceValue,
    add_equipment,
    add_trace_certificate,
    correct_trace_certificate,
    move_equipment,
    record_intermediate_check,
    revoke_trace_certificate,
)
from labs.models import Equipment, TraceCertificate
from metrology import clock
from metrology.actors import Actor
from metrology.errors import Conflict, Forbidden, Invalid
from metrology.models import Organization
from tests import make

pytestmark = pytest.mark.django_db

YEAR = {
    "issuer": "上级院（演示）",
    "calibrated_on": date(2026, 1, 5),
    "valid_from": date(2026, 1, 5),
    "valid_to": date(2027, 1, 4),
}


@pytest.fixture
def weights(institute: Organization, manager: Actor) -> Equipment:
    return add_equipment(owner=institute, name_zh="砝码组", serial="W-1", by=manager)


def test_one_serial_stands_once(weights: Equipment, institute: Organization, manager: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        add_equipment(owner=institute, name_zh="砝码组", serial="W-1", by=manager)
    assert set(refused.value.fields) == {"/serial"}


def test_a_house_keeps_its_own_equipment_only(
    institute: Organization, acme: Organization, clerk: Actor, tester: Actor, city: Actor
) -> None:
    assert add_equipment(owner=acme, name_zh="标准表", serial="1", by=clerk).owner == acme
    for somebody in (clerk, tester, city):
        with pytest.raises(Forbidden):
            add_equipment(owner=institute, name_zh="x", serial="2", by=somebody)


def test_scrapped_equipment_never_returns(weights: Equipment, manager: Actor) -> None:
    move_equipment(weights, "out_of_service", reason="损坏", by=manager)
    move_equipment(weights, "in_use", by=manager)
    move_equipment(weights, "scrapped", by=manager)
    with pytest.raises(Conflict):
        move_equipment(weights, "in_use", by=manager)
    with pytest.raises(Invalid):
        move_equipment(weights, "lost", by=manager)


def test_values_are_kept_as_printed(weights: Equipment, manager: Actor) -> None:
    made = add_trace_certificate(
        weights, number="TC-1", values=[TraceValue("1", "１.0000", "0.0010", "2", "kg")], by=manager, **YEAR
    )
    assert json.loads(made.values) == [
        {"point": "1", "value": "1.0000", "U": "0.0010", "k": "2", "unit": "kg"}
    ]


def test_every_wrong_place_of_a_certificate_is_told_at_once(weights: Equipment, manager: Actor) -> None:
    foreign = make.trace_certificate(make.equipment(make.institute()))
    with pytest.raises(Invalid) as refused:
        add_trace_certificate(
            weights,
            number="TC-1",
            issuer="院",
            calibrated_on=clock.today() + timedelta(days=1),
            valid_from=date(2026, 1, 2),
            valid_to=date(2026, 1, 1),
            sha256="abc",
            values=[TraceValue("1", "1,2", "-1", "")],
            replaces=foreign,
            by=manager,
        )
    assert set(refused.value.fields) == {
        "/calibrated_on",
        "/valid_from",
        "/valid_to",
        "/sha256",
        "/replaces",
        "/values/0/value",
        "/values/0/U",
        "/values/0/k",
    }


def test_a_new_certificate_leaves_the_old_one_as_it_was(weights: Equipment, manager: Actor) -> None:
    old = add_trace_certificate(weights, number="TC-1", by=manager, **YEAR)
    next_year = {**YEAR, "calibrated_on": date(2026, 6, 1), "valid_from": date(2026, 6, 1)}
    new = add_trace_certificate(weights, number="TC-2", replaces=old, by=manager, **next_year)
    assert weights.trace_certificates.count() == 2
    assert new.replaces == old
    with pytest.raises(Invalid):
        add_trace_certificate(weights, number="TC-2", by=manager, **next_year)


def test_a_revocation_upstream_is_a_dated_fact(
    weights: Equipment, manager: Actor, city: Actor, tester: Actor
) -> None:
    certificate = add_trace_certificate(weights, number="TC-1", by=manager, **YEAR)
    with pytest.raises(Forbidden):
        revoke_trace_certificate(certificate, on=date(2026, 3, 1), reason="x", by=tester)
    revoke_trace_certificate(certificate, on=date(2026, 3, 1), reason="上级撤销", by=city)
    on = TraceCertificate.objects.valid_on
    assert on(date(2026, 2, 28)).filter(pk=certificate.pk).exists()
    assert not on(date(2026, 3, 1)).filter(pk=certificate.pk).exists()
    with pytest.raises(Conflict):
        revoke_trace_certificate(certificate, on=date(2026, 2, 1), reason="x", by=manager)


def test_a_correction_revokes_the_old_and_refers_to_it(weights: Equipment, manager: Actor) -> None:
    old = add_trace_certificate(weights, number="TC-1", by=manager, **YEAR)
    new = correct_trace_certificate(
        old,
        on=date(2026, 2, 1),
        reason="数值更正",
        number="TC-1A",
        valid_from=date(2026, 2, 1),
        valid_to=date(2027, 1, 4),
        values=[TraceValue("1", "1.0002", "0.0010", "2")],
        by=manager,
    )
    old.refresh_from_db()
    assert (old.revoked_on, new.replaces, new.calibrated_on) == (date(2026, 2, 1), old, old.calibrated_on)


def test_a_refused_correction_leaves_the_old_valid(weights: Equipment, manager: Actor) -> None:
    old = add_trace_certificate(weights, number="TC-1", by=manager, **YEAR)
    with pytest.raises(Invalid):
        correct_trace_certificate(
            old,
            on=date(2026, 2, 1),
            reason="x",
            number="TC-1",
            valid_from=date(2026, 2, 1),
            valid_to=date(2027, 1, 4),
            by=manager,
        )
    old.refresh_from_db()
    assert old.revoked_on is None


def test_an_intermediate_check_names_who_did_it(
    weights: Equipment, tester: Actor, mallory: Actor, institute: Organization
) -> None:
    made = record_intermediate_check(weights, result="En = 0.3", accepted=True, by=tester)
    assert made.person == tester.person
    with pytest.raises(Forbidden):
        record_intermediate_check(weights, result="x", accepted=True, by=mallory)
    with pytest.raises(Invalid) as refused:
        record_intermediate_check(
            weights,
            result="x",
            accepted=True,
            checked_on=clock.today() + timedelta(days=1),
            person=mallory.person,
            by=tester,
        )
    assert set(refused.value.fields) == {"/checked_on", "/person"}
