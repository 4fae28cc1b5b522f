"""The way of a job, the hands it passes through, and what each of them may not do."""

import pytest

from instruments.actions import jobs, orders, review
from instruments.models import Job
from metrology.actors import SYSTEM
from metrology.errors import Blocked, Conflict, Forbidden, Invalid
from metrology.ledger import verify
from metrology.models import Event
from metrology.roles import Role
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return make.house()


def test_it_goes_from_request_to_issue(house):
    job = make.job("issued", at=house)
    job.refresh_from_db()
    assert (job.state, job.item.order.state) == ("issued", "completed")
    assert job.number.isascii() and job.item.order.number.isascii()
    assert verify() == []
    assert list(Event.objects.filter(subject_id=job.public_id).values_list("verb", flat=True)) == [
        "job.assigned",
        "job.started",
        "job.environment_set",
        "job.submitted",
        "job.checked",
        "job.approved",
        "job.issued",
    ]


def test_only_the_manager_assigns_and_only_people_of_the_house(house):
    job = make.job("received", at=house)
    with pytest.raises(Forbidden):
        jobs.assign(job, by=house.counter, assignee=house.tester.person)
    with pytest.raises(Invalid):
        jobs.assign(job, by=house.manager, assignee=make.person(make.institute()))


def test_only_who_it_is_assigned_to_starts_it(house):
    job = make.job("assigned", at=house)
    with pytest.raises(Forbidden):
        jobs.start(job, by=house.checker)


def test_it_lays_out_the_points_and_takes_equipment_with_its_certificate(house):
    job = make.job("measuring", at=house)
    assert list(job.points.values_list("key", flat=True)) == ["1000", "3000", "6000"]
    use = job.equipment.get()
    assert (use.role, use.trace_certificate.equipment) == ("master", use.equipment)
    assert (job.standard, job.method_version) == (house.standard, house.version)


def test_it_names_every_parameter_that_the_method_lacks(house):
    house.parameters = {"Max": "6000", "e": "-2", "colour": "red"}
    job = make.job("assigned", at=house)
    with pytest.raises(Invalid) as refused:
        jobs.start(job, by=house.tester)
    assert set(refused.value.fields) == {"/parameters/accuracy_class", "/parameters/e"}
    jobs.start(job, by=house.tester, parameters={"accuracy_class": "III", "e": "２"})
    assert job.parameters == make.PRICE_SCALE


def test_an_unconfirmed_version_is_not_chosen(house):
    newer = make.method_version(make.document("r1-price-scale"))
    assert newer.number == 2
    assert make.job("measuring", at=house).method_version == house.version


def test_several_fitting_standards_must_be_chosen_from(house):
    other = make.standard(house.institute, house.method)
    job = make.job("assigned", at=house)
    with pytest.raises(Invalid) as refused:
        jobs.start(job, by=house.tester)
    assert list(refused.value.fields) == ["/standard"]
    jobs.start(job, by=house.tester, standard=other)
    assert job.standard == other


def test_another_house_s_standard_room_or_equipment_is_refused(house):
    other = make.institute()
    room = make.room(make.laboratory(other))
    job = make.job("assigned", at=house)
    with pytest.raises(Invalid) as refused:
        jobs.start(
            job,
            by=house.tester,
            standard=make.standard(other, house.method),
            room=room,
            equipment=[make.equipment(other)],
        )
    assert set(refused.value.fields) == {"/standard", "/room", "/equipment/0"}


def test_a_reassigned_job_begins_with_a_new_plan(house):
    job = make.job("measuring", at=house)
    jobs.assign(job, by=house.manager, assignee=house.checker.person)
    assert job.tester is None
    jobs.start(job, by=house.checker)
    assert set(job.points.values_list("revision", flat=True)) == {1, 2}


@pytest.mark.parametrize("text", ["warm", "20~19", "1~2~3", "２０，５"])
def test_a_climate_is_a_number_or_a_range(house, text):
    job = make.job("measuring", at=house)
    with pytest.raises(Invalid):
        jobs.set_environment(job, by=house.tester, temperature=text)
    jobs.set_environment(job, by=house.tester, temperature="２０．１～20.6")
    assert job.temperature == "20.1~20.6"


def test_the_tester_never_checks(house):
    job = make.job("submitted", at=house)
    with pytest.raises(Forbidden):
        review.check(job, by=house.tester)


def test_somebody_unqualified_never_checks(house):
    job = make.job("submitted", at=house)
    with pytest.raises(Forbidden):
        review.check(job, by=make.actor(Role.STAFF, house.institute))


def test_a_returned_job_comes_back_with_the_comment_at_its_cell(house):
    job = make.job("checked", at=house)
    review.return_(job, by=house.approver, text="请核对", cell="weighing/1000/P/1/none/as_found")
    job.refresh_from_db()
    assert (job.state, job.revision, job.checker) == ("measuring", 2, None)
    assert job.remarks.get().revision == 1
    with pytest.raises(Conflict):
        review.return_(job, by=house.approver, text="再来")


def test_a_comment_is_anchored_to_a_cell_that_exists(house):
    job = make.job("submitted", at=house)
    with pytest.raises(Invalid):
        review.return_(job, by=house.checker, text="?", cell="weighing/1000/Q/1/none/as_found")


def test_nobody_approves_in_another_name(house):
    job = make.job("checked", at=house)
    with pytest.raises(Forbidden):
        jobs.begin_issue(job, approver=house.approver.person, by=house.manager)


def test_a_voided_document_brings_the_job_back_for_the_next_issue(house):
    job = make.job("approved", at=house)
    jobs.take_back(job, by=SYSTEM, reason="字体缺字")
    assert (job.state, job.issue_no, job.approver) == ("checked", 2, None)


def test_an_amendment_goes_through_check_gate_and_approval_again(house):
    job = make.job("issued", at=house)
    jobs.reopen(job, by=house.manager, reason="客户名称有误")
    assert (job.state, job.issue_no, job.revision, job.checker) == ("submitted", 2, 2, None)
    with pytest.raises(Conflict):
        jobs.begin_issue(job, approver=house.approver.person, by=house.approver)
    review.check(job, by=house.checker)
    jobs.begin_issue(job, approver=house.approver.person, by=house.approver)
    jobs.finish_issue(job, by=SYSTEM)
    assert job.state == "issued"


def test_two_who_move_at_once_are_not_both_right(house):
    job = make.job("submitted", at=house)
    stale = Job.objects.get(pk=job.pk)
    review.check(job, by=house.checker)
    with pytest.raises(Conflict):
        review.check(stale, by=house.checker)


def test_a_cancelled_job_completes_its_order(house):
    job = make.job("assigned", at=house)
    jobs.cancel_job(job, by=house.manager, reason="客户撤回")
    job.item.order.refresh_from_db()
    assert job.item.order.state == "completed"


def test_a_subcontracted_job_completes_its_order(house):
    job = make.job("received", at=house)
    jobs.subcontract(job, by=house.manager, contractor="省院（演示）", reason="无此项目")
    job.item.order.refresh_from_db()
    assert job.item.order.state == "completed"


def test_after_repair_the_new_job_refers_to_the_failed_one(house):
    failed = make.job("issued", at=house, fails=True)
    orders.collect(refreshed(failed.item.order), by=house.counter, counterpart="王建国")
    again = make.job("received", at=house, pieces=[failed.instrument], reason="after_repair")
    assert again.repeats_job == failed


def test_a_blocked_approval_changes_nothing(house):
    job = make.job("checked", at=house)
    house.standard.exam_certificates.all().delete()
    with pytest.raises(Blocked) as refused:
        jobs.begin_issue(job, approver=house.approver.person, by=house.approver)
    assert [row["rule"] for row in refused.value.report if not row["passed"]] == ["examination_certificate"]
    job.refresh_from_db()
    assert (job.state, job.approver) == ("checked", None)


def refreshed(row):
    row.refresh_from_db()
    return row
