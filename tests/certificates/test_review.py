"""The reviewer's desk: what waits, by risk; one record and its decision; several signed at once."""

import pytest
from django.test import Client
from django.urls import reverse

from certificates.actions import batches
from certificates.models import Certificate
from instruments.actions import review
from instruments.models import Job, Opening, Remark
from metrology import clock
from metrology.errors import Forbidden, Invalid
from metrology.roles import Role
from tests import make
from tests.certificates import scene
from tests.pages import SIGNED_IN, enter, is_absent, reads

pytestmark = pytest.mark.django_db

SECRET = "a long secret"


@pytest.fixture
def gauge(house):
    """A gauge that reads true everywhere: nothing about it is doubtful."""
    return scene.checked_job(house, "jjg52-2013")


@pytest.fixture
def approver(house):
    house.approver.user.set_password(SECRET)
    house.approver.user.save()
    return house.approver


def path(name, job):
    return reverse(name, args=[job.public_id])


def handed_over(job):
    Job.objects.filter(pk=job.pk).update(state="submitted", checker=None, checked_on=None)
    job.refresh_from_db()
    return job


class TestQueue:
    def test_it_groups_by_risk_and_counts_beside_the_menu(self, client, house, gauge):
        failed = scene.checked_job(house, "jjg52-2013", fails=True)
        enter(client, house.approver)
        sections = client.get("/review/").context["sections"]
        found = {section.group.value: [row.job for row in section.rows] for section in sections}
        assert failed in found["failed"] and gauge in found["clean"]
        assert client.get("/notifications/bell/").context["counts"] == [("review", 3)]

    def test_nobody_is_offered_what_they_measured_themselves(self, client, house, gauge):
        enter(client, house.tester)
        assert client.get("/review/").context["sections"] == []

    def test_only_the_bench_of_the_own_institute_reviews(self, client, house, gauge):
        for actor in (house.clerk, make.actor(Role.COUNTER, house.institute)):
            enter(client, actor)
            assert client.get("/review/").status_code == 403
        enter(client, make.actor(Role.STAFF, make.institute()))
        assert client.get("/review/").context["sections"] == []

    def test_it_can_show_only_what_waits_for_a_check(self, client, house, gauge):
        waiting = handed_over(scene.checked_job(house, "jjg52-2013"))
        enter(client, house.approver)
        (section,) = client.get("/review/?act=check").context["sections"]
        assert [row.job for row in section.rows] == [waiting]

    def test_it_costs_few_queries_however_many_wait(
        self, client, house, gauge, django_assert_max_num_queries
    ):
        enter(client, house.approver)
        with django_assert_max_num_queries(SIGNED_IN + 7):
            client.get("/review/")
        for _ in range(3):
            scene.checked_job(house, "jjg52-2013")
        with django_assert_max_num_queries(SIGNED_IN + 7):
            client.get("/review/")


class TestPage:
    def test_it_shows_the_record_in_few_queries(self, client, house, gauge, django_assert_max_num_queries):
        page = reads(client, house.approver, path("review_job", gauge))
        assert gauge.number in page and 'data-cell="indication/' in page
        with django_assert_max_num_queries(10):
            client.get(path("review_job", gauge))

    def test_it_walks_the_queue(self, client, house, job, gauge):
        enter(client, house.approver)
        assert client.get(path("review_next", job)).url == path("review_job", gauge)
        assert client.get(path("review_previous", gauge)).url == path("review_job", job)
        assert client.get(path("review_next", gauge)).url == "/review/"

    def test_whoever_is_shown_what_it_leads_to_has_opened_it(self, client, house, gauge):
        enter(client, house.approver)
        for _ in range(2):
            client.get(path("review_outcome", gauge))
        opening = Opening.objects.get(job=gauge)
        assert (opening.person, opening.job_version) == (house.approver.person, gauge.version)

    def test_it_shows_what_the_instrument_showed_last_time(self, client, house, gauge):
        Job.objects.filter(pk=gauge.pk).update(state="issued")
        again = scene.checked_job(house, "jjg52-2013", instrument=scene.instrument_of(gauge))
        page = reads(client, house.approver, path("review_job", again))
        assert "上次" in page or "Last time" in page

    def test_it_names_what_changed_since_the_last_hand_over(self, client, house, gauge):
        reading = gauge.readings.exclude(text="pass").first()
        Job.objects.filter(pk=gauge.pk).update(revision=2)
        reading.pk, reading.revision, reading.record_revision, reading.text = None, 2, 2, "0.123"
        reading.public_id = make.user().public_id
        reading.save(force_insert=True)
        enter(client, house.approver)
        (change,) = client.get(path("review_job", gauge)).context["changes"]
        assert change["now"] == "0.123"

    def test_the_gate_and_the_document_are_fetched_after_it(self, client, house, gauge):
        page = reads(client, house.approver, path("review_outcome", gauge))
        assert house.client.name_zh in page and path("review_preview", gauge) in page
        preview = client.get(path("review_preview", gauge))
        assert preview.content.startswith(b"%PDF")
        assert preview["X-Frame-Options"] == "SAMEORIGIN"
        assert "frame-ancestors 'self'" in preview["Content-Security-Policy"]

    def test_another_institutes_record_does_not_exist(self, client, house, gauge):
        stranger = make.actor(Role.STAFF, make.institute())
        assert is_absent(client, stranger, path("review_job", gauge))

    def test_a_record_that_no_longer_waits_leads_to_its_job(self, client, house, gauge):
        Job.objects.filter(pk=gauge.pk).update(state="issued")
        enter(client, house.approver)
        assert client.get(path("review_job", gauge)).url == path("job", gauge)


class TestDecisions:
    def test_a_checker_confirms_and_is_led_to_the_next(self, client, house, job, gauge):
        handed_over(gauge)
        enter(client, house.checker)
        answer = client.post(path("review_check", gauge), {"version": gauge.version})
        assert answer.status_code == 302 and answer.url == path("review_job", job)
        gauge.refresh_from_db()
        assert gauge.state == "checked" and gauge.checker == house.checker.person

    def test_the_tester_is_refused_in_words(self, client, house, gauge):
        handed_over(gauge)
        enter(client, house.tester)
        answer = client.post(path("review_check", gauge))
        assert answer.status_code == 403 and gauge.number in answer.content.decode()

    def test_a_record_is_returned_with_a_comment_at_a_cell(self, client, house, gauge):
        cell = str(next(iter(review.Record(gauge).current)))
        enter(client, house.checker)
        client.post(path("review_return", gauge), {"text": "请复核", "cell": cell})
        gauge.refresh_from_db()
        remark = Remark.objects.get(job=gauge)
        assert (gauge.state, gauge.revision, remark.cell, remark.text) == ("measuring", 2, cell, "请复核")

    def test_a_comment_stays_when_its_cell_is_unknown(self, client, house, gauge):
        enter(client, house.checker)
        answer = client.post(path("review_return", gauge), {"text": "请复核", "cell": "no/such/cell"})
        assert answer.status_code == 400 and "请复核" in answer.content.decode()
        assert answer.context["return_form"].errors["cell"]

    def test_two_people_deciding_on_one_record_hear_of_each_other(self, client, house, gauge):
        enter(client, house.checker)
        answer = client.post(path("review_return", gauge), {"text": "x", "version": gauge.version + 1})
        assert answer.status_code == 412 and not Remark.objects.exists()

    def test_signing_asks_for_the_password_again(self, client, house, gauge, approver):
        enter(client, approver)
        wrong = client.post(path("review_approve", gauge), {"password": "guess"})
        assert wrong.status_code == 403 and not Certificate.objects.exists()
        right = client.post(path("review_approve", gauge), {"password": SECRET, "version": gauge.version})
        assert right.status_code == 302 and Certificate.objects.get().job == gauge


class TestTogether:
    def test_clean_opened_records_are_signed_and_each_other_answers_for_itself(
        self, client, house, job, gauge, approver
    ):
        unopened, failed = (scene.checked_job(house, "jjg52-2013", fails=fails) for fails in (False, True))
        for one in (gauge, failed):
            review.open_record(one, by=approver)
        enter(client, approver)
        answer = client.post(
            "/review/",
            {"job": [one.public_id for one in (gauge, unopened, failed)], "password": SECRET},
        )
        assert [outcome.job for outcome in answer.context["signed"]] == [gauge]
        assert {outcome.job for outcome in answer.context["refused"]} == {unopened, failed}
        assert Certificate.objects.get().job == gauge

    def test_a_wrong_password_signs_nothing_and_keeps_the_choice(self, client, house, gauge, approver):
        review.open_record(gauge, by=approver)
        enter(client, approver)
        answer = client.post("/review/", {"job": [gauge.public_id], "password": "guess"})
        assert answer.status_code == 403 and answer.context["chosen"] == {gauge.pk}
        assert not Certificate.objects.exists()

    def test_an_older_version_does_not_count_as_opened(self, house, gauge, approver):
        review.open_record(gauge, by=approver)
        Job.objects.filter(pk=gauge.pk).update(version=gauge.version + 1)
        gauge.refresh_from_db()
        (outcome,) = batches.approve_several([gauge], by=approver)
        assert outcome.certificate is None and outcome.reasons

    def test_one_closed_gate_hinders_no_other(self, house, gauge, approver):
        shut = scene.checked_job(house, "jjg52-2013")
        Job.objects.filter(pk=shut.pk).update(temperature="55")
        shut.refresh_from_db()
        for one in (gauge, shut):
            review.open_record(one, by=approver)
        outcomes = batches.approve_several([shut, gauge], by=approver)
        assert [bool(outcome.certificate) for outcome in outcomes] == [False, True]
        assert "55" in outcomes[0].reasons[0]

    def test_sampling_is_a_setting_and_never_for_verification(self, house, gauge, approver, settings):
        settings.REVIEW_SAMPLING = True
        calibration = scene.checked_job(house, "jjg52-2013", service="calibration")
        outcomes = batches.approve_several([gauge, calibration], by=approver)
        assert [bool(outcome.certificate) for outcome in outcomes] == [False, True]
        settings.REVIEW_SAMPLING = False
        third = scene.checked_job(house, "jjg52-2013", service="calibration")
        (outcome,) = batches.approve_several([third], by=approver)
        assert outcome.certificate is None

    def test_what_one_may_not_see_cannot_be_chosen(self, house, gauge):
        client, rival = Client(), make.actor(Role.STAFF, make.institute())
        enter(client, rival)
        answer = client.post("/review/", {"job": [gauge.public_id], "password": "x"})
        assert answer.status_code == 400 and not Certificate.objects.exists()

    def test_nothing_chosen_is_said(self, house, approver):
        with pytest.raises(Invalid):
            batches.approve_several([], by=approver)


def test_only_the_bench_opens_records(house, job):
    with pytest.raises(Forbidden):
        review.open_record(job, by=house.clerk)
    assert clock.today() and not Opening.objects.exists()
