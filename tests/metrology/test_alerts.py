"""Who is told of what ends, once per stage, whatever was missed in between."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils.translation import gettext_lazy as _

from metrology import alerts, clock, deliveries
from metrology.alerts import Alert, Subject, scan
from metrology.models import Delivery, Notice
from metrology.roles import Role
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return make.enterprise()


@pytest.fixture
def reader(owner):
    return make.actor(Role.ENTERPRISE_ADMIN, owner).user


@pytest.fixture
def due(owner, reader):
    """An instrument that falls due on a day."""

    def made(days, **fields):
        return make.instrument(owner, due_on=clock.today() + timedelta(days=days), **fields)

    return made


def told(**wanted):
    rows = Notice.objects.filter(channel="in_app", **wanted).order_by("created_at", "pk")
    return list(rows.values_list("stage", flat=True))


class TestStages:
    @pytest.mark.parametrize(
        ("days", "stage"), [(60, ["60"]), (31, ["60"]), (30, ["30"]), (8, ["30"]), (7, ["7"]), (0, ["7"])]
    )
    def test_each_day_before_the_end_stands_in_one_stage(self, due, days, stage):
        due(days)
        scan()
        assert told(kind="instrument_due") == stage

    @pytest.mark.parametrize(("days", "stage"), [(-1, ["overdue"]), (-30, ["overdue"]), (-31, []), (61, [])])
    def test_what_is_past_is_told_for_a_while(self, due, days, stage):
        due(days)
        scan()
        assert told(kind="instrument_due") == stage

    def test_windows_leave_no_day_out_and_take_none_twice(self):
        today = clock.today()
        days = [
            day
            for alert in alerts.every()[:1]
            for _stage, first, last in alert.windows(today)
            for day in range(first.toordinal(), last.toordinal() + 1)
        ]
        assert sorted(days) == list(range(min(days), max(days) + 1))

    def test_what_is_out_of_service_is_not_told(self, due):
        due(7, state="out_of_service")
        scan()
        assert told() == []


class TestOnce:
    def test_a_second_scan_tells_nothing(self, due):
        for days in (3, 20, 50, -2):
            due(days)
        assert scan().notices == 4
        assert scan().notices == 0 and Notice.objects.count() == 4

    def test_every_stage_is_told_as_its_time_comes(self, due):
        due(60)
        for day in range(62):
            with clock.standing_at(clock.now() + timedelta(days=day)):
                scan()
        assert told() == ["60", "30", "7", "overdue"]

    def test_after_an_outage_only_the_latest_stage_is_told(self, due):
        due(60)
        scan()
        with clock.standing_at(clock.now() + timedelta(days=58)):
            scan()
        assert told() == ["60", "7"]

    def test_a_new_due_date_is_a_new_subject(self, due):
        instrument = due(7)
        scan()
        type(instrument).objects.filter(pk=instrument.pk).update(due_on=clock.today() + timedelta(days=6))
        assert scan().notices == 1

    def test_a_scan_of_many_costs_few_queries(self, due, django_assert_max_num_queries):
        for days in [5] * 30:
            due(days)
        with django_assert_max_num_queries(60):
            assert scan().notices == 30


class TestWho:
    def test_every_user_of_the_owner_is_told_and_nobody_else(self, due, owner, reader):
        second = make.actor(Role.ENTERPRISE_USER, owner).user
        make.actor(Role.ENTERPRISE_ADMIN, make.enterprise())
        make.actor(Role.AUDITOR, owner)
        due(5)
        scan()
        assert set(Notice.objects.values_list("recipient", flat=True)) == {reader.pk, second.pk}

    def test_a_login_that_was_closed_is_not_told(self, due, reader):
        reader.is_active = False
        reader.save()
        due(5)
        assert scan().notices == 0

    def test_a_late_job_is_told_to_its_assignee_and_the_managers(self):
        house = make.house()
        job = make.job("assigned", at=house)
        type(job).objects.filter(pk=job.pk).update(promised_on=clock.today() - timedelta(days=1))
        scan()
        told_to = set(Notice.objects.filter(kind="job_promised").values_list("recipient", flat=True))
        assert told_to == {house.manager.user.pk, house.tester.user.pk}

    def test_papers_of_a_laboratory_are_told_to_its_managers(self):
        house = make.house()
        certificate = make.trace_certificate(
            make.equipment(house.institute), valid_to=clock.today() + timedelta(days=20)
        )
        scan()
        (notice,) = Notice.objects.filter(kind="trace_certificate", subject_id=str(certificate.public_id))
        assert notice.recipient == house.manager.user and certificate.number in notice.message

    def test_each_reads_it_in_their_own_language(self, due, owner, reader):
        other = make.actor(Role.ENTERPRISE_USER, owner).user
        other.language = "en"
        other.save()
        due(5, name="压力表")
        scan()
        texts = dict(Notice.objects.values_list("recipient", "message"))
        assert "is valid until" in texts[other.pk] and texts[reader.pk] != texts[other.pk]


def test_a_sentence_with_an_empty_word_is_never_sent():
    alert = Alert("x", "X", "x", lambda first, last: [], frozenset(), _("%(name)s ends"), _("%(name)s ended"))
    with pytest.raises(ValueError, match="name"):
        alerts.sentence(alert, "7", Subject("k", clock.today(), 1, {"name": " "}, ""), "en")


class TestMail:
    @pytest.fixture
    def addressed(self, reader):
        reader.email = "clerk@example.com"
        reader.save()
        return reader

    def test_one_message_tells_everything_new(self, due, addressed, settings):
        for days in (3, 20, 50):
            due(days)
        assert scan().mails == 3
        assert deliveries.send_waiting() == 1
        (message,) = mail.outbox
        assert message.to == ["clerk@example.com"] and message.body.count("/instruments/") == 3
        assert deliveries.send_waiting() == 0
        assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}

    def test_a_message_sent_again_after_a_crash_has_the_same_id(self, due, addressed, monkeypatch):
        due(3)
        scan()
        real = Delivery.objects.all().__class__.update

        def killed(rows, **changes):
            if changes.get("state") == "sent":
                raise SystemExit
            return real(rows, **changes)

        monkeypatch.setattr(Delivery.objects.all().__class__, "update", killed)
        with pytest.raises(SystemExit):
            deliveries.send_waiting()
        monkeypatch.undo()
        due(4)
        scan()
        with clock.standing_at(clock.now() + timedelta(hours=1)):
            deliveries.send_waiting()
        again = [
            one.extra_headers["Message-ID"] for one in mail.outbox if one.body.count("/instruments/") == 1
        ]
        assert len(mail.outbox) == 3 and len(set(again)) == 2

    def test_a_refused_message_waits_and_is_given_up_at_last(self, due, addressed, settings):
        settings.EMAIL_BACKEND = "tests.metrology.test_alerts.Refusing"
        due(3)
        scan()
        assert deliveries.send_waiting() == 0
        delivery = Delivery.objects.get()
        assert delivery.attempts == 1 and delivery.last_error and delivery.not_before > clock.now()
        assert deliveries.send_waiting() == 0 and Delivery.objects.get().attempts == 1
        for day in range(1, 12):
            with clock.standing_at(clock.now() + timedelta(days=2 * day)):
                deliveries.send_waiting()
        assert Delivery.objects.get().state == "failed"
        assert Delivery.objects.get().attempts == deliveries.MOST_ATTEMPTS


class Refusing:
    """A mail server that is down."""

    def __init__(self, **ignored):
        pass

    def send_messages(self, messages):
        raise ConnectionRefusedError("the server is down")
