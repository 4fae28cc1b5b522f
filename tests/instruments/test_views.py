"""Pages of the ledger, orders and jobs: who reads them, what stands there, and what they cost."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.urls import reverse

from instruments.actions import records, review
from instruments.models import Instrument, OrderItem, ServiceOrder
from instruments.views.jobs import PATH
from metrology import clock
from metrology.roles import Role
from tests import make
from tests.pages import enter, is_absent, reads

CEILING = 15
LISTS = ("instruments", "orders", "jobs")


@pytest.fixture(scope="module")
def made(lasting):
    return make.house()


@pytest.fixture
def house(made, db):
    return deepcopy(made)


@pytest.fixture
def job(house):
    return make.job("submitted", at=house)


@pytest.fixture
def nouns(job):
    return {"job": job, "order": job.item.order, "instrument": job.instrument}


def path_of(name, row):
    return reverse(name, args=[row.public_id])


def before_hand_over(house):
    job = make.job("measuring", at=house)
    records.commit_readings(job, by=house.tester, cells=make.cells(job))
    return job


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.django_db
def test_a_stranger_signs_in_first(client, name):
    answer = client.get(reverse(name))
    assert answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_for_one_row_and_for_many(client, house, name, django_assert_max_num_queries):
    for _ in range(6):
        make.job("received", at=house)
    enter(client, house.manager)
    with django_assert_max_num_queries(6):
        assert len(client.get(reverse(name)).context["rows"]) == 6


@pytest.mark.parametrize(("name", "ceiling"), [("instrument", 8), ("order", 10), ("job", CEILING)])
def test_a_page_is_read_by_institute_and_authority(
    client, house, city, nouns, name, ceiling, django_assert_max_num_queries
):
    for actor in (house.manager, house.tester, city):
        assert "<h1" in reads(client, actor, path_of(name, nouns[name]))
        with django_assert_max_num_queries(ceiling):
            client.get(path_of(name, nouns[name]))


def test_an_enterprise_follows_its_order_but_reads_no_record(client, house, nouns):
    page = reads(client, house.clerk, path_of("order", nouns["order"]))
    assert nouns["job"].number in page and path_of("job", nouns["job"]) not in page
    assert nouns["job"].number in reads(client, house.clerk, path_of("instrument", nouns["instrument"]))
    assert is_absent(client, house.clerk, path_of("job", nouns["job"]))


def test_anothers_page_is_the_page_of_what_never_was(client, mallory, house, nouns):
    others = (
        mallory,
        make.actor(Role.COUNTY_ADMIN, make.organization("authority", region=make.county())),
        make.actor(Role.OPERATOR, house.institute),
    )
    for actor in others:
        for name, row in nouns.items():
            assert is_absent(client, actor, path_of(name, row)), (actor, name)
            assert client.get(reverse(f"{name}s")).context["rows"] == []


def test_another_institute_finds_neither_order_nor_job(client, nouns):
    neighbour = make.actor(Role.MANAGER, make.institute(region=make.county("370923")))
    for name in ("order", "job"):
        assert is_absent(client, neighbour, path_of(name, nouns[name])), name


def test_a_second_institute_sees_of_an_instrument_only_its_own_work(client, house, job):
    second = make.institute()
    instrument = job.instrument
    later = ServiceOrder.objects.create(
        number="ELSEWHERE-1",
        client=house.client,
        institute=second,
        filed_by=house.clerk.user,
        filed_at=clock.now(),
        state="submitted",
    )
    OrderItem.objects.create(order=later, instrument=instrument)
    page = reads(client, make.actor(Role.MANAGER, second), path_of("instrument", instrument))
    assert later.number in page and job.number not in page and job.item.order.number not in page


def test_a_record_shows_what_was_replaced_struck_through(client, house):
    job = before_hand_over(house)
    cell = make.cells(job)[0] | {"value": "1000.40"}
    records.commit_readings(job, by=house.tester, cells=[cell])
    page = reads(client, house.tester, path_of("job", job))
    assert "<del>1000</del>" in page and "<span>1000.40</span>" in page


def test_a_withdrawn_reading_stays_readable(client, house):
    job = before_hand_over(house)
    records.commit_readings(job, by=house.tester, cells=[make.cells(job)[0] | {"value": ""}])
    page = reads(client, house.tester, path_of("job", job))
    assert "<del>1000</del>" in page and "<span>—</span>" in page


def test_a_job_shows_its_conditions_equipment_results_and_remarks(client, house, job):
    review.return_(job, by=house.checker, text="第三点重读")
    page = reads(client, house.manager, path_of("job", job))
    for text in ("20.5", "45", job.equipment.first().equipment.serial, "1000", "合格", "第三点重读"):
        assert text in page


def test_measured_text_is_not_touched_by_the_language(client, house):
    job = before_hand_over(house)
    records.commit_readings(job, by=house.tester, cells=[make.cells(job)[0] | {"value": "1000.500"}])
    client.cookies["django_language"] = "en"
    assert "<span>1000.500</span>" in reads(client, house.tester, path_of("job", job))


@pytest.mark.parametrize("state", ["received", "measuring", "checked", "issued"])
def test_a_timeline_marks_the_present_step(client, house, state):
    job = make.job(state, at=house)
    page = reads(client, house.manager, path_of("job", job))
    assert page.count('aria-current="step"') == 1
    done = [step.value for step in PATH].index(job.__class__.objects.get(pk=job.pk).state)
    assert page.count("✓") == done


@pytest.mark.parametrize(
    ("days", "shown"),
    [(-1, {"overdue"}), (0, {"30", "60", "90"}), (30, {"30", "60", "90"}), (31, {"60", "90"}), (91, set())],
)
def test_the_ledger_is_narrowed_to_what_is_due(client, clerk, acme, days, shown):
    instrument = make.instrument(acme)
    Instrument.objects.filter(pk=instrument.pk).update(due_on=clock.today() + timedelta(days=days))
    enter(client, clerk)
    found = {
        asked
        for asked in ("overdue", "30", "60", "90", "never")
        if client.get(f"/instruments/?due={asked}").context["rows"]
    }
    assert found == shown


def test_what_is_out_of_service_is_not_overdue(client, clerk, acme):
    instrument = make.instrument(acme, state="out_of_service")
    Instrument.objects.filter(pk=instrument.pk).update(due_on=make.LONG_AGO)
    enter(client, clerk)
    assert client.get("/instruments/?due=overdue").context["rows"] == []


def test_the_due_list_pages_in_the_order_of_dates(client, clerk, acme):
    for days in range(55, 0, -1):
        instrument = make.instrument(acme)
        Instrument.objects.filter(pk=instrument.pk).update(due_on=clock.today() - timedelta(days=days))
    enter(client, clerk)
    first = client.get("/instruments/?due=overdue")
    second = client.get(first.context["next_url"])
    dates = [line.cells[-1].note for answer in (first, second) for line in answer.context["rows"]]
    assert dates == sorted(dates) and len(dates) == 55


def test_home_counts_what_its_lists_show(client, house):
    for state in ("received", "assigned", "measuring", "submitted", "checked"):
        make.job(state, at=house)
    make.order("submitted", at=house)
    for actor in (house.manager, house.tester, house.clerk, house.counter):
        enter(client, actor)
        for card in client.get("/").context["cards"]:
            if card.url.startswith(("/jobs", "/orders", "/instruments")):
                assert len(client.get(card.url).context["rows"]) == card.count, (actor.name, str(card.label))


def test_home_costs_at_most_ten_queries(client, house, city, django_assert_max_num_queries):
    make.job("checked", at=house)
    for actor in (house.manager, house.tester, house.clerk, city):
        enter(client, actor)
        with django_assert_max_num_queries(10):
            client.get("/")


def test_a_tester_finds_the_jobs_assigned_to_them(client, house):
    make.job("assigned", at=house)
    jobs_of_others = make.job("received", at=house)
    enter(client, house.tester)
    found = [line.cells[0].text for line in client.get("/jobs/?mine=all").context["rows"]]
    assert len(found) == 1 and jobs_of_others.number not in found


@pytest.mark.parametrize(
    "path", ["/jobs/?state=x", "/orders/?is_urgent=x", "/instruments/?due=1e9", "/jobs/?instrument=%00"]
)
def test_a_mistyped_filter_is_answered_with_a_reason(client, house, path):
    enter(client, house.manager)
    assert client.get(path).status_code == 400


def test_a_job_that_was_not_begun_has_a_page(client, house):
    job = make.job("received", at=house)
    assert job.number in reads(client, house.manager, path_of("job", job))
