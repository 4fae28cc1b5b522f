"""Sealing: exactly once, whatever is killed, sent twice or cannot be printed."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from certificates import actions, audit, files, outbox, render, tasks
from certificates.actions import sealing
from certificates.models import Certificate, CertificateFile, CertificateHead, LogEntry, Seal
from instruments.models import Instrument, Job
from metrology import clock, ledger, pdf, routine
from tests.certificates import scene


@pytest.fixture
def certificate(house, job):
    return actions.approve(job, by=house.approver)


@pytest.fixture
def sent(monkeypatch):
    taken = []
    monkeypatch.setattr(outbox, "send", lambda pk: taken.append(pk) or True)
    return taken


def head(certificate):
    return CertificateHead.objects.get(pk=certificate.pk)


def test_it_issues_stores_and_logs(certificate, job, press):
    assert actions.seal(certificate.pk) is True

    stored = CertificateFile.objects.get(certificate=certificate)
    content = files.read(stored.sha256)
    assert content.startswith(b"%PDF-") and len(content) == stored.size
    assert Seal.objects.get(certificate=certificate).pdf_sha256 == stored.sha256
    assert LogEntry.objects.get().seq == 1
    assert head(certificate).state == "issued"
    assert Job.objects.get(pk=job.pk).state == "issued"
    instrument = Instrument.objects.get(pk=job.instrument_id)
    assert (instrument.due_on, instrument.last_tested_on) == (certificate.valid_until, job.tested_on)
    assert instrument.state == "in_use"
    assert ledger.verify() == [] and list(audit.faults()) == []


def test_it_does_nothing_the_second_time(certificate):
    assert [actions.seal(certificate.pk) for _ in range(3)] == [True, False, False]
    assert head(certificate).attempts == 1
    assert LogEntry.objects.count() == 1


def test_a_message_about_nothing_is_harmless(db):
    tasks.seal(424242)


def test_two_that_race_issue_once(certificate, monkeypatch):
    """The second worker prints the same bytes and finds the head moved when it comes to issue."""
    printed = sealing._print

    def overtaken(row):
        stored = printed(row)
        monkeypatch.setattr(sealing, "_print", printed)
        assert actions.seal(row.pk) is True
        return stored

    monkeypatch.setattr(sealing, "_print", overtaken)
    assert actions.seal(certificate.pk) is False
    assert LogEntry.objects.count() == Seal.objects.count() == 1
    assert head(certificate).attempts == 2
    assert list(audit.faults()) == []


def test_a_worker_killed_after_storing_leaves_work_for_the_next(certificate, monkeypatch):
    class Killed(BaseException):
        pass

    def die(*_args):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(sealing, "issue", die)
        with pytest.raises(Killed):
            actions.seal(certificate.pk)
    assert head(certificate).state == "sealing"
    assert actions.seal(certificate.pk) is True
    assert list(audit.faults()) == []


def test_a_document_without_a_glyph_is_void_at_once(certificate, job, monkeypatch):
    def refuse(_snapshot):
        raise pdf.MissingGlyph(["\U0001f600"])

    monkeypatch.setattr(render, "document", refuse)
    assert actions.seal(certificate.pk) is False

    assert head(certificate).state == "void"
    assert "U+1F600" in certificate.statuses.last().reason
    job.refresh_from_db()
    assert (job.state, job.approver) == ("checked", None)
    assert list(audit.faults()) == []


def test_a_number_once_void_is_not_given_again(house, certificate, job, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(render, "document", lambda _s: (_ for _ in ()).throw(pdf.MissingGlyph(["x"])))
        actions.seal(certificate.pk)
    job.refresh_from_db()
    again = actions.approve(job, by=house.approver)
    assert actions.seal(again.pk) is True

    assert [row.seq for row in Certificate.objects.order_by("pk")] == [1, 2]
    assert again.refers is None
    assert list(audit.faults()) == []


def test_an_unforeseen_fault_is_tried_five_times(certificate, monkeypatch):
    def fail(_snapshot):
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(render, "document", fail)
    for _ in range(4):
        with pytest.raises(ZeroDivisionError):
            actions.seal(certificate.pk)
    assert head(certificate).last_error == "ZeroDivisionError: oops"
    assert actions.seal(certificate.pk) is False
    assert head(certificate).state == "void"


def test_a_full_disk_is_never_the_documents_fault(certificate, monkeypatch):
    def full(_content):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(files, "keep", full)
        for _ in range(7):
            CertificateHead.objects.filter(pk=certificate.pk).update(sent_at=clock.now())
            with pytest.raises(OSError, match="No space"):
                actions.seal(certificate.pk)
    assert head(certificate).state == "sealing"
    assert actions.seal(certificate.pk) is True


def test_a_message_that_keeps_killing_its_worker_waits_for_the_sweep(certificate):
    stale = clock.now() - timedelta(minutes=1)
    CertificateHead.objects.filter(pk=certificate.pk).update(attempts=5, sent_at=stale)
    assert actions.seal(certificate.pk) is False
    CertificateHead.objects.filter(pk=certificate.pk).update(sent_at=clock.now())
    assert actions.seal(certificate.pk) is True


def test_the_sweep_sends_what_waits_and_only_once(certificate, sent, settings):
    assert routine.sweeps["certificates"] is outbox.resend
    assert outbox.resend() == 0
    later = clock.now() + timedelta(seconds=16)
    with clock.standing_at(later):
        assert [outbox.resend(), outbox.resend()] == [1, 0]
    assert sent == [certificate.pk]
    settings.OUTBOX_SWEEP = False
    with clock.standing_at(later + timedelta(hours=1)):
        assert outbox.resend() == 0


def test_the_sweep_grows_patient(certificate, sent):
    CertificateHead.objects.filter(pk=certificate.pk).update(attempts=8)
    with clock.standing_at(clock.now() + timedelta(seconds=60)):
        assert outbox.resend() == 0
    with clock.standing_at(clock.now() + timedelta(seconds=121)):
        assert outbox.resend() == 1


def test_a_broker_that_is_away_does_not_undo_an_approval(certificate, monkeypatch):
    def away(*_args, **_options):
        raise outbox.KombuError("no broker")

    monkeypatch.setattr(outbox.current_app, "send_task", away)
    outbox.publish(certificate.pk)


def test_publishes_can_be_lost_on_purpose(certificate, sent, settings):
    settings.SUPPRESS_PUBLISH = 100
    outbox.publish(certificate.pk)
    settings.SUPPRESS_PUBLISH = 0
    outbox.publish(certificate.pk)
    assert sent == [certificate.pk]


def test_a_failure_stops_the_instrument_and_a_repair_frees_it(house):
    failed = scene.checked_job(house, fails=True)
    notice = actions.approve(failed, by=house.approver)
    actions.seal(notice.pk)
    instrument = scene.instrument_of(failed)
    assert (instrument.state, instrument.due_on) == ("out_of_service", None)

    repeat = scene.checked_job(house, instrument=instrument, repeats_job=failed)
    passed = actions.approve(repeat, by=house.approver)
    assert passed.refers == notice
    actions.seal(passed.pk)

    instrument.refresh_from_db()
    assert (instrument.state, instrument.due_on) == ("in_use", passed.valid_until)
    assert head(notice).state == "issued"
    assert list(audit.faults()) == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_the_same_moment_issue_once():
    house = scene.house()
    certificate = actions.approve(scene.checked_job(house), by=house.approver)
    answers = []

    def insist():
        """The in-memory test database has no busy timeout, so waiting for it is done here."""
        for _ in range(200):
            try:
                return actions.seal(certificate.pk)
            except OperationalError:
                time.sleep(0.02)
        raise TimeoutError

    def work():
        try:
            answers.append(insist())
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(answers) == [False, False, True]
    assert LogEntry.objects.count() == 1
    assert list(audit.faults()) == []
