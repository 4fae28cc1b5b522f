"""Numbers: given once, none missing, whatever is rolled back (rules 4.1)."""

import random
import threading
import time

import pytest
from django.db import OperationalError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certificates import actions, audit, numbers
from certificates.models import Certificate
from metrology.models import Counter
from tests import make
from tests.certificates import scene

YEAR = make.date(2026, 5, 1)


def test_a_series_is_of_one_institute_kind_and_year(db):
    house = make.institute(code="TA")

    assert numbers.series_of(house, "verification", YEAR) == "TA-V-2026"
    assert [numbers.series_of(house, kind, YEAR)[3] for kind in ("rejection", "calibration", "test")] == [
        "N",
        "C",
        "T",
    ]
    first, second = numbers.take(house, "test", YEAR), numbers.take(house, "test", YEAR)
    other = numbers.take(house, "test", YEAR.replace(year=2027))
    assert [first.number, second.number, other.number] == [
        "TA-T-2026-000001",
        "TA-T-2026-000002",
        "TA-T-2027-000001",
    ]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.booleans(), max_size=25))
def test_a_rollback_gives_its_number_back(db, kept):
    house = make.institute()
    taken = []
    for keep in kept:
        try:
            with transaction.atomic():
                number = numbers.take(house, "verification", YEAR)
                if not keep:
                    raise RuntimeError
                taken.append(number.seq)
        except RuntimeError:
            pass
    assert taken == list(range(1, sum(kept) + 1))


def attempt(house, job, roll_back):
    try:
        with transaction.atomic():
            actions.approve(type(job).objects.get(pk=job.pk), by=house.approver)
            if roll_back:
                raise RuntimeError
    except RuntimeError:
        pass


def insist(house, job, roll_back):
    """The in-memory test database has no busy timeout, so waiting for it is done here."""
    for _ in range(400):
        try:
            return attempt(house, job, roll_back)
        except OperationalError:
            time.sleep(0.02)
    raise TimeoutError


def race(jobs_and_houses):
    """Approve each job in its own thread; a random part is rolled back once before it is done again."""
    faults = []

    def work(house, job, clumsy):
        try:
            if clumsy:
                insist(house, job, roll_back=True)
            insist(house, job, roll_back=False)
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    dice = random.Random(7)
    threads = [
        threading.Thread(target=work, args=(house, job, dice.random() < 0.4))
        for house, job in jobs_and_houses
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


def sixteen_at_once():
    house = scene.house()
    jobs = [scene.checked_job(house) for _ in range(16)]
    assert race([(house, job) for job in jobs]) == []
    assert list(Certificate.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 17))
    assert Counter.objects.get(key__startswith="certificate:").value == 16
    assert list(audit.faults()) == []


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_sixteen_approvals_at_once_leave_no_gap_and_no_double():
    sixteen_at_once()


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_sixteen_approvals_at_once_hold_on_postgresql():
    assert connection.vendor == "postgresql"
    sixteen_at_once()


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_the_race_would_show_a_sequence(monkeypatch):
    """With numbers that are not given back the same race leaves gaps: the test above can fail."""
    lock, last = threading.Lock(), [0]

    def sequence(_key):
        with lock:
            last[0] += 1
            return last[0]

    monkeypatch.setattr(numbers, "next_number", sequence)
    house = scene.house()
    race([(house, scene.checked_job(house)) for _ in range(6)])
    taken = sorted(Certificate.objects.values_list("seq", flat=True))
    assert taken != list(range(1, 7))
