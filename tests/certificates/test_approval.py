"""Approval: what opens and closes it, which document it leads to, what it freezes."""

import json
from datetime import date

import pytest

from certificates import actions, snapshot
from certificates.models import Certificate, CertificateHead
from instruments.models import Job
from metrology import clock
from metrology.errors import Blocked, Conflict, DomainError, Forbidden, Stale
from metrology.models import Counter, Event
from tests import make
from tests.certificates import scene


def approve(house, job):
    return actions.approve(job, by=house.approver)


def test_it_numbers_freezes_and_waits_to_be_sealed(house, job, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as sent:
        certificate = approve(house, job)

    job.refresh_from_db()
    assert certificate.number == f"TA-V-{clock.today().year}-000001"
    assert certificate.head.state == "sealing"
    assert [row.state for row in certificate.statuses.all()] == ["sealing"]
    assert (job.state, job.approver, job.approved_on) == ("approved", house.approver.person, clock.today())
    assert snapshot.freeze(snapshot.thaw(certificate.snapshot)) == (
        certificate.snapshot,
        certificate.snapshot_sha256,
    )
    assert len(sent) == 1
    assert Event.objects.filter(verb="certificate.approved").count() == 1


def test_it_gives_a_pass_the_validity_of_the_method(house):
    job = scene.checked_job(house)
    certificate = approve(house, job)

    assert certificate.kind == "verification"
    assert certificate.valid_until == job.tested_on.replace(year=job.tested_on.year + 1) - date.resolution


def test_it_gives_a_failure_a_notice_without_validity(house):
    certificate = approve(house, scene.checked_job(house, fails=True))

    assert (certificate.kind, certificate.valid_until) == ("rejection", None)
    assert "-N-" in certificate.number
    assert snapshot.thaw(certificate.snapshot)["conclusion"]["zh"] == "不合格"


def test_it_gives_an_inspection_in_use_a_report(house):
    certificate = approve(house, scene.checked_job(house, stage="in_use"))

    assert (certificate.kind, certificate.valid_until) == ("test", None)


@pytest.mark.parametrize("wanted", [False, True])
def test_it_says_a_verdict_on_a_calibration_only_when_asked(house, wanted):
    job = scene.checked_job(house, service="calibration", wants_verdict=wanted)
    job.approver, job.approved_on = house.approver.person, clock.today()
    decision = actions.decide(job)
    said = snapshot.assemble(job, kind=decision.kind, valid_until=decision.valid_until, refers=None)

    assert (decision.kind, decision.valid_until) == ("calibration", None)
    assert bool(said["verdict"]) is wanted
    assert bool(said["conclusion"]["zh"]) is wanted


def test_it_is_blocked_with_the_whole_report_and_takes_no_number(house, job):
    job.standard.exam_certificates.update(revoked_on=job.tested_on)

    with pytest.raises(Blocked) as refusal:
        approve(house, job)
    assert any(not line["passed"] and line["blocking"] for line in refusal.value.report)
    assert not Certificate.objects.exists()
    assert not Counter.objects.filter(key__startswith="certificate:").exists()
    assert Job.objects.get(pk=job.pk).state == "checked"


def test_it_is_blocked_for_the_tester(house, job):
    house.tester.person.metrologist.qualifications.create(
        method=job.method, act="approve", valid_from=make.LONG_AGO
    )
    with pytest.raises(DomainError):
        actions.approve(job, by=house.tester)


def test_it_refuses_roles_other_houses_and_persons_unknown(house, job):
    for stranger in (house.clerk, make.actor("staff", make.institute())):
        with pytest.raises(Forbidden):
            actions.approve(job, by=stranger)


def test_it_refuses_a_stale_version_and_a_second_approval(house, job):
    with pytest.raises(Stale):
        actions.approve(job, by=house.approver, version=job.version + 1)
    approve(house, job)
    with pytest.raises(Conflict):
        approve(house, job)
    assert Certificate.objects.count() == 1


def test_it_names_the_characters_that_cannot_be_printed(house, job):
    type(job.instrument).objects.filter(pk=job.instrument_id).update(name="秤\U0001f600")

    with pytest.raises(DomainError) as refusal:
        approve(house, job)
    assert refusal.value.code == "unprintable"
    assert "U+1F600" in str(refusal.value.message)
    assert not Certificate.objects.exists()


def test_it_freezes_everything_the_paper_needs(house, job):
    said = json.loads(approve(house, job).snapshot)

    assert said["institute"]["name_zh"] == house.institute.name_zh
    assert said["institute"]["authorisations"][0]["number"].startswith("AUTH-")
    assert said["client"]["name_zh"] == house.client.name_zh
    assert said["people"]["tester"]["registration_no"].startswith("R-")
    assert said["people"]["approver"]["name"] == "王志衡"
    assert said["standard"]["exam_certificate"]["number"].startswith("EX-")
    assert said["standard"]["public_licence"]["valid_to"] == "2099-12-31"
    assert said["equipment"][0]["trace"]["number"].startswith("TC-")
    assert said["method"]["sha256"] == job.method_version.sha256
    assert said["environment"]["temperature"] == "20.3"
    assert said["dates"]["received_on"] <= said["dates"]["tested_on"]
    weighing = next(s for s in said["records"][0]["sections"] if s["key"] == "weighing")
    reading = weighing["points"][0]["readings"][0]
    assert reading["text"] == "40" and isinstance(reading["text"], str)
    assert weighing["points"][0]["values"][0]["mpe"] == "1"
    assert weighing["points"][0]["sources"][0].endswith(said["equipment"][0]["trace"]["number"])


def test_it_keeps_what_was_struck_through(house):
    job = scene.checked_job(house)
    first = job.readings.filter(point__test="weighing").order_by("pk").first()
    again = type(first)(
        **{
            name: getattr(first, name)
            for name in ("job", "point", "column", "repeat", "direction", "adjustment", "typed", "person")
        },
        revision=2,
        record_revision=2,
        text="41",
        observed_at=first.observed_at,
        received_at=clock.now(),
    )
    again.save()
    Job.objects.filter(pk=job.pk).update(revision=2)
    job.refresh_from_db()
    scene.evaluate.store(scene.Record(job))
    job.approver = house.approver.person

    said = snapshot.assemble(job, kind="verification", valid_until=None, refers=None)
    readings = said["records"][0]["sections"][2]["points"][0]["readings"]
    changed = next(reading for reading in readings if reading["history"])
    assert changed["text"] == "41"
    assert (changed["history"][0]["text"], changed["history"][0]["struck"]) == (first.text, True)


def test_a_demo_house_marks_its_documents(db):
    house = scene.house(is_demo=True, code="DM", client=make.enterprise())
    certificate = approve(house, scene.checked_job(house))

    assert certificate.is_demo
    assert CertificateHead.objects.get(pk=certificate.pk).valid_until == certificate.valid_until
