"""Readings are text: what was typed comes back, what is wrong is named, nothing good is lost."""

from copy import deepcopy
from datetime import timedelta

import pytest

from instruments.actions import records, review
from instruments.models import PointSource, Reading
from instruments.record import Record
from metrology import clock
from metrology.errors import Conflict, Forbidden, Invalid
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(lasting):
    """A house and a job in it, made once for the module."""
    house = make.house()
    return house, make.job("measuring", at=house)


@pytest.fixture
def copies(made, db):
    return deepcopy(made)


@pytest.fixture
def house(copies):
    return copies[0]


@pytest.fixture
def job(copies):
    return copies[1]


def cell(value, **place):
    return {"test": "weighing", "point": "1000", "column": "P", "value": value, **place}


def texts(job):
    return {str(address): reading.text for address, reading in Record(job).current.items()}


@pytest.mark.parametrize("value", ["10.00", "+1.50", "-0.0", "1E-9", "007", "1000.0"])
def test_it_gives_a_reading_back_character_for_character(house, job, value):
    records.commit_readings(job, by=house.tester, cells=[cell(value)])
    assert texts(job) == {"weighing/1000/P/1/none/as_found": value}


def test_it_shows_full_width_forms_as_ascii_and_keeps_what_was_typed(house, job):
    done = records.commit_readings(job, by=house.tester, cells=[cell("１０．００")])
    assert done.saved[0]["text"] == "10.00"
    assert Reading.objects.get().typed == "１０．００"


@pytest.mark.parametrize(
    "value", ["１，２", "1,2", "abc", "NaN", "Infinity", "1.", "--1", "²", "9" * 41, 10, None]
)
def test_it_refuses_what_is_no_number(house, job, value):
    done = records.commit_readings(job, by=house.tester, cells=[cell(value)])
    assert (done.saved, list(done.errors)) == ([], ["/cells/0/value"])
    assert not Reading.objects.exists()


def test_it_keeps_the_good_cells_of_a_call_with_bad_ones(house, job):
    done = records.commit_readings(
        job, by=house.tester, cells=[cell("1000.0"), cell("x", repeat=2), cell("1000.2", repeat=3)]
    )
    assert [saved["repeat"] for saved in done.saved] == [1, 3]
    assert list(done.errors) == ["/cells/1/value"]
    assert Reading.objects.count() == 2


@pytest.mark.parametrize(
    ("raw", "pointer"),
    [
        ("text", "/cells/0"),
        ([], "/cells/0"),
        ({}, "/cells/0/test"),
        (cell("1", repeat=11), "/cells/0"),
        (cell("1", repeat=0), "/cells/0/repeat"),
        (cell("1", repeat=2**63), "/cells/0/repeat"),
        (cell("1", repeat=True), "/cells/0/repeat"),
        (cell("1", direction="sideways"), "/cells/0/direction"),
        (cell("1", adjustment=[]), "/cells/0/adjustment"),
        (cell("1", point="9999"), "/cells/0"),
        (cell("1", colour="red"), "/cells/0/colour"),
        (cell("1", observed_at="yesterday"), "/cells/0/observed_at"),
        (cell("1", observed_at="2020-02-30T00:00:00+08:00"), "/cells/0/observed_at"),
        (cell("1", observed_at="2026-01-01T00:00:00"), "/cells/0/observed_at"),
        (cell("1", observed_at="2199-01-01T00:00:00+08:00"), "/cells/0/observed_at"),
    ],
)
def test_it_names_the_place_of_every_fault(house, job, raw, pointer):
    done = records.commit_readings(job, by=house.tester, cells=[raw])
    assert pointer in done.errors


def test_the_same_text_again_is_no_new_revision(house, job):
    for _ in range(2):
        records.commit_readings(job, by=house.tester, cells=[cell("10.0"), cell("10.0")])
    assert Reading.objects.count() == 1


def test_a_correction_is_the_next_revision_and_an_empty_text_withdraws(house, job):
    for value in ("10.0", "10.00", ""):
        records.commit_readings(job, by=house.tester, cells=[cell(value)])
    assert [(row.revision, row.text) for row in Reading.objects.order_by("pk")] == [
        (1, "10.0"),
        (2, "10.00"),
        (3, ""),
    ]
    assert texts(job) == {}


def test_an_empty_text_in_an_empty_cell_writes_nothing(house, job):
    records.commit_readings(job, by=house.tester, cells=[cell("  ")])
    assert not Reading.objects.exists()


def test_only_the_tester_writes(house, job):
    for other in (house.checker, house.manager):
        with pytest.raises(Forbidden):
            records.commit_readings(job, by=other, cells=[cell("1")])
    with pytest.raises(Forbidden):
        records.save_draft(job, by=house.checker, cells={})


def test_nothing_is_written_after_the_hand_over(house):
    job = make.job("submitted", at=house)
    with pytest.raises(Conflict):
        records.commit_readings(job, by=house.tester, cells=[cell("1")])


def test_a_hand_over_needs_every_mandatory_cell(house, job):
    records.commit_readings(job, by=house.tester, cells=make.cells(job)[:-1])
    with pytest.raises(Invalid) as refused:
        review.submit(job, by=house.tester)
    assert list(refused.value.fields) == ["/cells/weighing/6000/P/10/none/as_found"]


def test_changes_after_the_hand_over_stay_visible(house):
    job = make.job("submitted", at=house)
    review.return_(job, by=house.checker, text="重读", cell="weighing/1000/P/1/none/as_found")
    records.commit_readings(job, by=house.tester, cells=[cell("1000.2")])
    revisions = Record(job).history[next(iter(Record(job).history))]
    assert [(row.text, row.record_revision) for row in revisions] == [("1000", 1), ("1000.2", 2)]


def test_each_point_keeps_its_sources_for_each_revision_of_the_record(house):
    job = make.job("submitted", at=house)
    review.return_(job, by=house.checker, text="再看")
    review.submit(job, by=house.tester)
    use = job.equipment.get()
    sources = PointSource.objects.filter(point__job=job)
    assert sources.count() == 2 * job.points.count()
    assert set(sources.values_list("equipment", "trace_certificate", "tester", "method_version")) == {
        (use.equipment_id, use.trace_certificate_id, house.tester.person.pk, house.version.pk)
    }


def test_the_test_date_is_the_day_of_the_last_reading_in_shanghai(house):
    with clock.standing_at(clock.now() - timedelta(days=3)):
        job = make.job("measuring", at=house)
        records.commit_readings(job, by=house.tester, cells=make.cells(job))
        then = clock.today()
    review.submit(job, by=house.tester)
    assert job.tested_on == then


@pytest.mark.parametrize("days", [1, -1])
def test_a_test_date_lies_between_receipt_and_today(house, job, days):
    records.commit_readings(job, by=house.tester, cells=make.cells(job))
    with pytest.raises(Invalid) as refused:
        review.submit(job, by=house.tester, tested_on=clock.today() + timedelta(days=days))
    assert list(refused.value.fields) == ["/tested_on"]


def test_a_draft_may_be_overwritten_and_ends_with_the_hand_over(house, job):
    for text in ("1", "10"):
        records.save_draft(job, by=house.tester, cells={"weighing/1000/P/1/none/as_found": text})
    assert list(job.drafts.get().cells.values()) == ["10"]
    records.commit_readings(job, by=house.tester, cells=make.cells(job))
    review.submit(job, by=house.tester)
    assert not job.drafts.exists()


def test_it_does_not_write_over_a_value_the_writer_has_not_seen(house, job):
    records.commit_readings(job, by=house.tester, cells=[cell("1000.0", seen=0)])
    done = records.commit_readings(job, by=house.tester, cells=[cell("1000.2", seen=0), cell("5", repeat=2)])
    assert [(found["text"], found["revision"], found["position"]) for found in done.conflicts] == [
        ("1000.0", 1, 0)
    ]
    assert done.conflicts[0]["person"] == house.tester.name
    assert [saved["repeat"] for saved in done.saved] == [2]
    assert texts(job)["weighing/1000/P/1/none/as_found"] == "1000.0"


def test_who_has_seen_the_other_value_may_replace_it(house, job):
    for seen, value in enumerate(("1000.0", "1000.2")):
        done = records.commit_readings(job, by=house.tester, cells=[cell(value, seen=seen)])
        assert (done.conflicts, done.saved[0]["revision"]) == ([], seen + 1)


def test_two_who_typed_the_same_do_not_contradict_each_other(house, job):
    for _ in range(2):
        done = records.commit_readings(job, by=house.tester, cells=[cell("1000.0", seen=0)])
        assert (done.conflicts, done.saved[0]["revision"]) == ([], 1)


@pytest.mark.parametrize("seen", [-1, True, "1", 1.5])
def test_a_revision_that_cannot_have_been_seen_is_refused(house, job, seen):
    done = records.commit_readings(job, by=house.tester, cells=[cell("1000.0", seen=seen)])
    assert list(done.errors) == ["/cells/0/seen"]
