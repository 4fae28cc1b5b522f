"""The issue gate: each rule closes it alone, and says why and what to do."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.utils.translation import override

from instruments import gate
from instruments.actions import jobs, orders, review
from instruments.models import Job, JobEquipment
from labs import models as labs
from metrology import clock, guards
from metrology.errors import Blocked, Forbidden, Invalid
from metrology.models import Organization
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


@pytest.fixture(scope="module")
def made(lasting):
    """A house and a job in it, made once for the module."""
    house = make.house()
    return house, make.job("checked", at=house)


@pytest.fixture
def copies(made, db):
    return deepcopy(made)


@pytest.fixture
def house(copies):
    return copies[0]


@pytest.fixture
def job(copies):
    return copies[1]


def findings(job, house):
    return gate.examine(job, approver=house.approver.person, approving_on=clock.today())


def closed(job, house, rule):
    """The sentence of the one rule that closes the gate."""
    failed = [one for one in findings(job, house) if not one.passed and one.blocking]
    assert {one.rule for one in failed} == {rule}, failed
    assert all(one.way_out for one in failed)
    with pytest.raises(Blocked):
        jobs.begin_issue(Job.objects.get(pk=job.pk), approver=house.approver.person, by=house.approver)
    return failed[0].reason


def warned(job, house, rule):
    failed = [one for one in findings(job, house) if not one.passed]
    assert [one.rule for one in failed] == [rule], failed
    assert gate.is_open(failed)
    return failed[0].reason


def yesterday():
    return clock.today() - timedelta(days=1)


def test_it_is_open_when_everything_is_in_order(house, job):
    found = findings(job, house)
    assert gate.is_open(found)
    assert [one.rule for one in found if not one.passed] == []
    assert len({one.rule for one in found}) == 20
    assert all(one.reason and not one.way_out for one in found)


def test_1_the_examination_certificate_must_be_valid(house, job):
    labs.ExamCertificate.objects.update(valid_to=yesterday())
    reason = closed(job, house, "examination_certificate")
    assert f"ended on {yesterday()}, before the test date {clock.today()}" in reason
    assert house.standard.name in reason


def test_1_a_certificate_revoked_on_the_test_date_does_not_hold(house, job):
    labs.ExamCertificate.objects.update(revoked_on=clock.today())
    assert "was revoked on" in closed(job, house, "examination_certificate")


def test_1_validity_is_judged_on_the_test_date_not_today(house, job):
    labs.ExamCertificate.objects.update(valid_to=clock.today())
    with clock.standing_at(clock.today() + timedelta(days=5)):
        assert gate.is_open(findings(job, house))


def test_2_the_public_licence_must_be_valid(house, job):
    labs.PublicLicence.objects.update(valid_from=clock.today() + timedelta(days=1))
    assert "after the test date" in closed(job, house, "public_licence")


def test_2_the_public_licence_must_cover_the_region(house, job):
    labs.PublicLicence.objects.get().regions.set([make.county("370923")])
    assert "does not cover" in closed(job, house, "public_licence")


def test_3_the_institute_must_be_authorised_for_the_method(house, job):
    labs.Authorisation.objects.get().methods.clear()
    assert "is not authorised for TEST R1" in closed(job, house, "authorisation")


def test_3_the_authorisation_must_cover_the_region(house, job):
    labs.Authorisation.objects.get().regions.set([make.county("370923")])
    assert "does not cover" in closed(job, house, "authorisation")


def test_4_every_trace_certificate_must_be_valid(house, job):
    labs.TraceCertificate.objects.update(valid_to=yesterday())
    assert "before the test date" in closed(job, house, "trace_certificate")


def test_4_a_job_without_a_master_standard_is_refused(house, job):
    JobEquipment.objects.update(role="ancillary")
    assert "No master standard" in closed(job, house, "trace_certificate")


def test_5_the_edition_must_be_in_force(house, job):
    labs.MethodEdition.objects.update(valid_to=yesterday())
    assert "was in force until" in closed(job, house, "method_in_force")


@pytest.mark.parametrize(
    ("who", "rule"),
    [("tester", "tester_qualified"), ("checker", "checker_qualified"), ("approver", "approver_qualified")],
)
def test_6_everybody_must_be_qualified(house, job, who, rule):
    person = getattr(house, who).person
    labs.Qualification.objects.filter(metrologist__person=person).update(valid_to=yesterday())
    assert f"{person.name} was not qualified for" in closed(job, house, rule)


def test_6_an_exclusion_outweighs_an_allowance(house, job):
    labs.Qualification.objects.create(
        metrologist=house.tester.person.metrologist,
        method=house.method,
        act="test",
        effect="exclude",
        valid_from=yesterday(),
    )
    assert "was excluded from" in closed(job, house, "tester_qualified")


def test_6_a_registration_must_hold_with_this_institute(house, job):
    labs.Registration.objects.filter(metrologist__person=house.checker.person).update(
        institute=make.institute()
    )
    assert "had no valid registration" in closed(job, house, "checker_qualified")


def test_6_somebody_unknown_to_the_register_is_not_qualified(house, job):
    stranger = make.person(house.institute)
    found = gate.examine(job, approver=stranger, approving_on=clock.today())
    failed = [one for one in found if not one.passed]
    assert [one.rule for one in failed] == ["approver_qualified"]
    assert "is not a certified metrologist" in failed[0].reason


def test_7_the_climate_must_lie_within_the_method():
    document = make.document("r1-price-scale")
    document["environment"] = [{"key": "temperature", "zh": "温度", "en": "T", "unit": "°C", "max": "20"}]
    warm = make.house(document)
    job = make.job("checked", at=warm)
    assert "20.5 lies outside … to 20" in closed(job, warm, "environment")


def test_7_the_climate_must_lie_within_the_room(house, job):
    room = make.room(make.laboratory(house.institute))
    labs.Room.objects.update(humidity_min="50", humidity_max="60")
    Job.objects.update(room=room)
    assert "45 lies outside 50 to 60" in closed(job, house, "environment")


def test_7_a_range_of_climate_must_lie_within_wholly(house, job):
    room = make.room(make.laboratory(house.institute))
    labs.Room.objects.update(temperature_max="20.6")
    Job.objects.update(room=room, temperature="20.1~20.7")
    assert "lies outside" in closed(job, house, "environment")


def test_8_the_tester_never_approves(house, job):
    make_qualified(house, house.tester, "approve")
    found = gate.examine(job, approver=house.tester.person, approving_on=clock.today())
    assert [one.rule for one in found if not one.passed] == ["tester_is_not_approver"]
    with pytest.raises(Blocked):
        jobs.begin_issue(job, approver=house.tester.person, by=house.tester)


def test_8_a_second_login_of_the_tester_is_still_the_tester(house):
    job = make.job("submitted", at=house)
    make_qualified(house, house.tester, "check")
    other_login = make.actor("staff", house.institute, who=house.tester.person)
    with pytest.raises(Forbidden, match="You measured this yourself"):
        review.check(job, by=other_login)


def test_the_checker_may_approve_but_is_warned(house, job):
    make_qualified(house, house.checker, "approve")
    found = gate.examine(job, approver=house.checker.person, approving_on=clock.today())
    assert [one.rule for one in found if not one.passed] == ["checker_is_not_approver"]
    assert gate.is_open(found)


@pytest.mark.parametrize(
    ("rule", "model"), [("repeatability", labs.RepeatabilityTest), ("stability", labs.StabilityTest)]
)
def test_9_an_old_yearly_test_only_warns(house, job, rule, model):
    with guards.lifted():
        model.objects.update(tested_on=clock.today() - timedelta(days=400))
    assert f"The last {rule} test of" in warned(job, house, rule)


def test_a_suspended_standard_closes_it(house, job):
    labs.StatusPeriod.objects.update(status="suspended")
    assert "was “Suspended”" in closed(job, house, "standard_in_use")


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"range_high": "5999", "unit": "g"}, "The point 6000 g lies outside"),
        ({"range_low": "1000.1", "unit": "g"}, "The point 1000 g lies outside"),
        ({"range_high": "60", "unit": "kg"}, "lies outside"),
        ({"accuracy_classes": "I,II"}, "Class III is not among"),
    ],
)
def test_every_point_must_lie_within_the_item(house, job, item, words):
    labs.StandardItem.objects.update(**item)
    assert words in closed(job, house, "range_and_class")


@pytest.mark.parametrize(
    "item", [{"range_low": "1000", "range_high": "6000.0", "unit": "g"}, {"accuracy_classes": "III，IIII"}]
)
def test_the_ends_of_a_range_belong_to_it(house, job, item):
    labs.StandardItem.objects.update(**item)
    assert gate.is_open(findings(job, house))


@pytest.mark.parametrize(("printed", "opens"), [("0.33", True), ("0.34", False)])
def test_the_standard_must_be_better_as_the_method_asks(printed, opens):
    document = make.document("r1-price-scale")
    document["standards"] = [{"role": "master", "zh": "砝码", "en": "Weights", "ratio": "0.333"}]
    fine = make.house(document)
    job = make.job("checked", at=fine)
    assert "no uncertainty is on record" in warned(job, fine, "accuracy_ratio")
    labs.TraceCertificate.objects.update(
        values=f'[{{"value": "1000", "U": "{printed}", "k": "2", "unit": "g"}}]'
    )
    if opens:
        assert gate.is_open(findings(job, fine))
    else:
        assert f"U = {printed} g, |MPE| = 1 g" in closed(job, fine, "accuracy_ratio")


def test_the_data_of_the_method_must_be_confirmed_by_two(house, job):
    with guards.lifted():
        labs.Confirmation.objects.order_by("pk").last().delete()
    assert "1 of 1 people" in closed(job, house, "method_confirmed")


def test_a_demonstration_body_needs_no_confirmation(house, job):
    with guards.lifted():
        labs.Confirmation.objects.all().delete()
    Organization.objects.filter(pk=house.institute.pk).update(is_demo=True)
    assert gate.is_open(findings(job, house))


def test_the_result_must_belong_to_the_readings(house, job):
    with guards.lifted():
        job.readings.filter(repeat=1, point__key="1000").update(text="1000.2")
    assert "does not belong to the present readings" in closed(job, house, "result")


def test_a_verification_neither_passed_nor_failed_is_not_issued(house, job):
    with guards.lifted():
        job.results.update(verdict="undetermined")
    assert "The verdict is “undetermined”" in closed(job, house, "result")


def test_a_failed_verification_may_be_issued_as_a_rejection(house):
    job = make.job("checked", at=house, fails=True)
    assert gate.is_open(findings(job, house))


def test_abnormal_equipment_closes_it(house, job):
    JobEquipment.objects.update(condition="abnormal", note="砝码有锈")
    assert "abnormal before use: 砝码有锈" in closed(job, house, "equipment_condition")


def test_a_calibration_needs_no_public_standard():
    document = calibration()
    own = make.house(document)
    job = make.job("checked", at=own, service="calibration")
    labs.PublicLicence.objects.update(valid_to=yesterday())
    labs.Authorisation.objects.all().delete()
    assert gate.is_open(findings(job, own))


def test_a_calibration_under_a_claimed_authorisation_needs_it_valid():
    document = calibration()
    own = make.house(document)
    job = make.job("checked", at=own, service="calibration")
    labs.Authorisation.objects.update(valid_to=yesterday())
    assert "before the test date" in closed(job, own, "authorisation")


def test_the_start_of_a_job_already_says_what_would_block(house):
    job = make.job("assigned", at=house)
    assert gate.is_open(gate.examine(job))
    labs.TraceCertificate.objects.update(valid_to=yesterday())
    failed = [one for one in gate.examine(job) if not one.passed]
    assert [one.rule for one in failed] == ["trace_certificate"]


def test_an_order_on_site_keeps_no_room_climate(house):
    order = make.order("accepted", at=house, mode="on_site", address="东岳大街")
    job = orders.receive_items(order, receipts=[orders.Receipt(item=order.items.get())], by=house.tester)[0]
    assert (job.state, job.assignee, job.place) == ("assigned", house.tester.person, "on_site")
    assert not order.items.get().custody.exists()


def test_it_asks_the_database_little(house, job, django_assert_max_num_queries):
    with django_assert_max_num_queries(30):
        findings(job, house)


def make_qualified(house, actor, act):
    labs.Qualification.objects.create(
        metrologist=actor.person.metrologist, method=house.method, act=act, valid_from=make.LONG_AGO
    )


def calibration():
    document = make.document("r1-price-scale")
    del document["period_months"]
    return {**document, "service": "calibration"}


def test_7_what_the_record_has_no_place_for_only_warns():
    document = make.document("r1-price-scale")
    document["environment"] = [
        {"key": "voltage", "zh": "电压", "en": "Supply voltage", "unit": "V", "min": "215"}
    ]
    house = make.house(document)
    assert "Supply voltage has no place" in warned(make.job("checked", at=house), house, "environment")


def test_7_a_required_climate_value_is_asked_for_at_the_hand_over():
    document = make.document("r1-price-scale")
    document["environment"] = [{"key": "pressure", "zh": "气压", "en": "Pressure", "unit": "hPa"}]
    with pytest.raises(Invalid) as refused:
        make.job("submitted", at=make.house(document))
    assert list(refused.value.fields) == ["/environment/pressure"]
