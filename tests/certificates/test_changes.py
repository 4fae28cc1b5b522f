"""Replaced, revoked, void: each once, by whom it may, and with what follows from it."""

import pytest

from certificates import actions, audit, snapshot
from certificates.models import CertificateHead, LogEntry
from instruments.models import Instrument, Job
from metrology import clock, ledger
from metrology.errors import Conflict, Forbidden, Invalid
from tests.certificates import scene


@pytest.fixture
def issued(house, job):
    certificate = actions.approve(job, by=house.approver)
    actions.seal(certificate.pk)
    return certificate


def state(certificate):
    return CertificateHead.objects.get(pk=certificate.pk).state


def approved_again(house, job):
    Job.objects.filter(pk=job.pk).update(
        state="checked", checker=house.checker.person, checked_on=clock.today()
    )
    scene.evaluate.store(scene.Record(Job.objects.get(pk=job.pk)))
    return actions.approve(Job.objects.get(pk=job.pk), by=house.approver)


def test_an_amendment_replaces_only_when_the_new_one_is_issued(house, job, issued):
    reopened = actions.amend(issued, by=house.manager, reason="送检单位名称有误")
    assert (reopened.state, reopened.issue_no, state(issued)) == ("submitted", 2, "issued")

    new = approved_again(house, job)
    assert (new.refers, new.issue_no, new.seq) == (issued, 2, 2)
    assert state(issued) == "issued"
    actions.seal(new.pk)

    assert (state(issued), state(new)) == ("superseded", "issued")
    said = snapshot.thaw(new.snapshot)["refers"]
    assert (said["number"], said["relation"], said["reason"]) == (
        issued.number,
        "replaces",
        "送检单位名称有误",
    )
    assert scene.instrument_of(job).due_on == new.valid_until
    assert [entry.leaf.split('"event":"')[1].split('"')[0] for entry in LogEntry.objects.all()] == [
        "issued",
        "superseded",
        "issued",
    ]
    assert ledger.verify() == [] and list(audit.faults()) == []


def test_only_what_is_issued_can_be_amended(house, job):
    sealing = actions.approve(job, by=house.approver)
    with pytest.raises(Conflict):
        actions.amend(sealing, by=house.manager, reason="x")


def test_a_revocation_takes_two_people_and_gives_up_the_due_date(house, job, issued):
    with pytest.raises(Invalid):
        actions.revoke(issued, by=house.manager, second=house.manager.person, reason="标准器失准")
    with pytest.raises(Invalid):
        actions.revoke(issued, by=house.manager, second=house.clerk.person, reason="标准器失准")
    with pytest.raises(Invalid):
        actions.revoke(issued, by=house.manager, second=house.checker.person, reason="  ")
    with pytest.raises(Forbidden):
        actions.revoke(issued, by=house.approver, second=house.checker.person, reason="标准器失准")

    actions.revoke(issued, by=house.manager, second=house.checker.person, reason="标准器失准")

    turn = issued.statuses.last()
    assert (turn.state, turn.person, turn.second_person) == (
        "revoked",
        house.manager.person,
        house.checker.person,
    )
    assert Instrument.objects.get(pk=job.instrument_id).due_on is None
    assert list(audit.faults()) == []
    with pytest.raises(Conflict):
        actions.revoke(issued, by=house.manager, second=house.checker.person, reason="again")


def test_void_is_for_what_was_never_issued(house, job, issued):
    with pytest.raises(Conflict):
        actions.void(issued, by=house.manager, reason="x")


def test_a_manager_may_void_what_waits(house, job):
    waiting = actions.approve(job, by=house.approver)
    actions.void(waiting, by=house.manager, reason="数据有误")

    assert (state(waiting), Job.objects.get(pk=job.pk).state) == ("void", "checked")
    assert actions.seal(waiting.pk) is False
    assert list(audit.faults()) == []
