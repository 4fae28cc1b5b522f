"""Coverage and promises kept: what the ledger says today, and what history says of a past day."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest

from certificates import indicators
from certificates.actions import approve, seal
from instruments.actions import ledger
from instruments.models import Instrument, Job, ServiceOrder
from metrology import clock
from metrology.actors import SYSTEM
from tests import make
from tests.certificates import scene

pytestmark = pytest.mark.django_db
FIRST = date(2026, 3, 2)


def on(day):
    return clock.standing_at(datetime.combine(day, time(9), tzinfo=clock.LOCAL))


def issued(at, day, **fields):
    """A mandatory instrument entered, verified and certified on one day."""
    with on(day):
        job = scene.checked_job(at)
        Instrument.objects.filter(pk=job.instrument_id).update(is_mandatory=True, **fields)
        seal(approve(job, by=at.approver).pk)
        return job


def coverage(day, path="370900/"):
    found = indicators.coverage([day], path)
    return (sum(one.value for one in found), sum(one.of for one in found))


@pytest.fixture
def at():
    with on(FIRST):
        return scene.house(code="TA")


def test_an_instrument_counts_from_its_entry_and_is_covered_from_its_issue(at):
    with on(FIRST):
        make.instrument(at.client, is_mandatory=True)
    issued(at, FIRST + timedelta(days=10))
    with on(FIRST + timedelta(days=20)):
        days = (-1, 0, 9, 10, 20)
        assert [coverage(FIRST + timedelta(days=n)) for n in days] == [(0, 0), (0, 1), (0, 1), (1, 2), (1, 2)]


def test_coverage_ends_the_day_after_the_validity(at):
    issued(at, FIRST)
    last = Instrument.objects.exclude(due_on=None).get().due_on
    for today in (last, last + timedelta(days=40)):
        with on(today):
            assert coverage(last)[0] == 1
    with on(last + timedelta(days=40)):
        assert [coverage(last + timedelta(days=n))[0] for n in (1, 40)] == [0, 0]


def test_an_instrument_out_of_service_is_asked_for_nothing_while_it_is(at):
    with on(FIRST):
        one = make.instrument(at.client, is_mandatory=True)
    with on(FIRST + timedelta(days=5)):
        ledger.put_out_of_service(one, by=SYSTEM, reason="坏")
    one.refresh_from_db()
    with on(FIRST + timedelta(days=8)):
        ledger.return_to_use(one, by=SYSTEM, reason="修好")
    one.refresh_from_db()
    with on(FIRST + timedelta(days=12)):
        ledger.scrap(one, by=SYSTEM, reason="旧")
    with on(FIRST + timedelta(days=20)):
        days = (0, 4, 5, 7, 8, 11, 12, 20)
        assert [coverage(FIRST + timedelta(days=n))[1] for n in days] == [1, 1, 0, 0, 1, 1, 0, 0]


def test_what_is_not_mandatory_counts_for_nothing(at):
    with on(FIRST):
        make.instrument(at.client)
        assert coverage(FIRST) == (0, 0)


def test_today_and_history_agree(at):
    issued(at, FIRST)
    with on(FIRST):
        make.instrument(at.client, is_mandatory=True)
        now = coverage(FIRST)
    with on(FIRST + timedelta(days=3)):
        assert coverage(FIRST) == now == (1, 2)


def test_coverage_is_counted_where_the_instrument_is(at):
    far = make.county()
    with on(FIRST):
        make.instrument(make.enterprise(region=far), is_mandatory=True)
        found = indicators.coverage([FIRST], "370900/")
        assert [(one.region, one.of) for one in found] == [(far.pk, 1)]
        assert coverage(FIRST, "370900/370923/") == (0, 0)


def test_coverage_of_today_is_one_grouped_query_by_an_index(at, django_assert_num_queries):
    with on(FIRST), django_assert_num_queries(1):
        indicators.coverage([FIRST], "370900/")


def promised(job, day):
    ServiceOrder.objects.filter(items__job=job).update(promised_on=day)


def rate(day):
    found = indicators.on_time([day], "370900/")
    return (sum(one.value for one in found), sum(one.of for one in found))


def test_a_promise_is_kept_through_its_day(at):
    job = issued(at, FIRST)
    asked = FIRST + timedelta(days=30)
    with on(asked):
        for promise, expected in ((FIRST, (1, 1)), (FIRST - timedelta(days=1), (0, 1))):
            promised(job, promise)
            assert rate(asked) == expected


def test_what_was_promised_and_never_came_is_late(at):
    with on(FIRST):
        job = scene.checked_job(at)
        promised(job, FIRST + timedelta(days=5))
        assert rate(FIRST) == (0, 0), "not yet due"
    with on(FIRST + timedelta(days=6)):
        assert rate(FIRST + timedelta(days=5)) == (0, 1)
        Job.objects.filter(pk=job.pk).update(state=Job.State.CANCELLED)
        assert rate(FIRST + timedelta(days=5)) == (0, 0)


def test_a_promise_is_remembered_for_a_year(at):
    job = issued(at, FIRST)
    promised(job, FIRST)
    year = FIRST + timedelta(days=365)
    with on(year):
        assert [rate(day)[1] for day in (year - timedelta(days=1), year)] == [Decimal(1), 0]
