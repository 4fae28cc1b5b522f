"""The technician's bench: start, write, look over, hand over; who may, what it costs, what is never lost."""

import json
from copy import deepcopy
from datetime import timedelta

import pytest
from django.urls import reverse

from instruments.actions import jobs, records
from instruments.models import Job, Reading, RecordDraft
from instruments.record import Record
from metrology import clock
from metrology.roles import Role
from tests import make
from tests.pages import enter, reads

SCALE = {"unit": "g", "accuracy_class": "III", "Max": "6000", "Min": "40", "e": "2", "d": "2"}
UP = "weighing/40/I/1/up/as_found"
PAGES = ("job_start", "job_record", "job_hand_over", "job_assign", "job_cancel", "job_subcontract")


@pytest.fixture(scope="module")
def made(lasting):
    house = make.house("jjg539-2016", parameters=SCALE)
    return house, make.job("assigned", at=house), make.job("measuring", at=house)


@pytest.fixture
def copies(made, db):
    return deepcopy(made)


@pytest.fixture
def house(copies):
    return copies[0]


@pytest.fixture
def waiting(copies):
    return copies[1]


@pytest.fixture
def job(copies):
    return copies[2]


def path(name, job):
    return reverse(name, args=[job.public_id])


def as_json(name):
    """A cell as the page sends it."""
    test, point, column, repeat, direction, adjustment = name.split("/")
    return {
        "test": test, "point": point, "column": column, "repeat": int(repeat),
        "direction": direction, "adjustment": adjustment,
    }  # fmt: skip


def sends(client, job, actor, *cells, name="job_cells", typed_by=None, revision="1.1", **more):
    enter(client, actor)
    body = {"typed_by": str((typed_by or actor).user.public_id), "revision": revision, **more}
    if cells:
        body["cells"] = [{**as_json(at), "value": text, "seen": seen} for at, text, seen in cells]
    return client.post(path(name, job), json.dumps(body), content_type="application/json")


# --- who may


def test_anothers_bench_is_as_absent_as_one_that_never_was(client, mallory, house, job):
    neighbour = make.actor(Role.STAFF, make.institute(region=make.county("370923")))
    for actor in (mallory, neighbour, house.clerk):
        for name in PAGES:
            assert is_absent_below(client, actor, name, job), (actor, name)
        assert sends(client, job, actor, (UP, "40", 0)).status_code == 404
    assert not Reading.objects.filter(job=job).exists()


def is_absent_below(client, actor, name, job):
    """The page of a foreign job is that of no job, for reading and for acting."""
    enter(client, actor)
    url = path(name, job)
    never = url.replace(str(job.public_id), "00000000-0000-7000-8000-000000000000")
    pairs = [(client.get(url), client.get(never)), (client.post(url), client.post(never))]
    return all(mine.status_code == none.status_code == 404 for mine, none in pairs)


def test_only_the_tester_writes_the_record(client, house, job):
    for actor in (house.manager, house.checker, house.counter):
        enter(client, actor)
        assert client.get(path("job_record", job)).status_code == 403
        assert client.get(path("job_hand_over", job)).status_code == 403
        assert sends(client, job, actor, (UP, "40", 0)).status_code == 403
    assert not Reading.objects.filter(job=job).exists()


def test_only_the_assigned_person_is_asked_to_start(client, house, waiting, job):
    enter(client, house.checker)
    assert client.get(path("job_start", waiting)).status_code == 403
    enter(client, house.tester)
    assert client.get(path("job_start", waiting)).status_code == 200
    assert client.get(path("job_start", job))["Location"] == path("job_record", job)
    assert client.get(path("job_record", waiting)).status_code == 409


def test_a_stranger_signs_in_first_and_a_script_is_told_so(client, job):
    for name in PAGES:
        assert client.get(path(name, job))["Location"].startswith("/accounts/login/")
    answer = client.post(path("job_cells", job), "{}", content_type="application/json")
    assert answer.status_code == 401 and answer["Content-Type"] == "application/problem+json"


# --- the grid


def test_the_tester_reads_the_grid_of_the_method(client, house, job, django_assert_max_num_queries):
    page = reads(client, house.tester, path("job_record", job))
    assert f'id="{UP}"' in page and 'inputmode="decimal"' in page
    with django_assert_max_num_queries(12):
        client.get(path("job_record", job))


def test_a_full_grid_costs_no_more_queries_than_an_empty_one(
    client, house, job, django_assert_max_num_queries
):
    records.commit_readings(job, by=house.tester, cells=make.cells(job))
    enter(client, house.tester)
    with django_assert_max_num_queries(12):
        assert client.get(path("job_record", job)).status_code == 200


def test_a_cell_that_was_left_is_saved_and_answered_with_what_it_comes_to(client, house, job):
    near = "zero/near_zero/{}/1/none/as_found"
    answer = sends(
        client, job, house.tester,
        (near.format("I"), "20", 0), (near.format("dL"), "1.0", 0), (UP, "1,2.3", 0),
    ).json()  # fmt: skip
    assert [(cell["cell"], cell["text"], cell["seen"]) for cell in answer["saved"]] == [
        (near.format("I"), "20", 1),
        (near.format("dL"), "1.0", 1),
    ]
    assert list(answer["refused"]) == ["2"]
    value = answer["live"]["values"]["zero/near_zero/E0"]
    assert (value["value"], value["limit"], value["state"]) == ("0.0", "±0.5", "passed")
    assert UP in answer["live"]["missing"] and answer["live"]["filled"] == 2


def test_a_value_nobody_saw_stays_and_both_are_shown(client, house, job):
    sends(client, job, house.tester, (UP, "40", 0))
    answer = sends(client, job, house.tester, (UP, "41", 0)).json()
    conflict = answer["conflicts"][0]
    assert (conflict["cell"], conflict["text"], conflict["seen"]) == (UP, "40", 1)
    assert conflict["person"] == house.tester.name and not answer["saved"]
    assert sends(client, job, house.tester, (UP, "41", 1)).json()["saved"][0]["seen"] == 2


def test_what_one_person_typed_is_never_sent_in_anothers_name(client, house, job):
    answer = sends(client, job, house.tester, (UP, "40", 0), typed_by=house.checker)
    assert answer.status_code == 403 and not Reading.objects.filter(job=job).exists()


def test_a_record_that_was_laid_out_anew_is_not_written_from_an_old_page(client, house, job):
    assert sends(client, job, house.tester, (UP, "40", 0), revision="9.1").status_code == 412
    assert sends(client, job, house.tester, (UP, "40", 0), revision="1.2").status_code == 412


def test_a_handed_over_record_takes_nothing_more(client, house):
    done = make.job("submitted", at=house)
    assert sends(client, done, house.tester, (UP, "40", 0)).status_code == 409


@pytest.mark.parametrize("body", ["", "[]", "{", '{"cells": 1}', '{"cells": []}', '{"typed_by": 5}', "null"])
def test_a_body_that_is_none_is_refused(client, house, job, body):
    enter(client, house.tester)
    answer = client.post(path("job_cells", job), body, content_type="application/json")
    assert answer.status_code == 400


def test_the_state_gives_every_cell_and_a_token_that_holds(client, house, job):
    sends(client, job, house.tester, (UP, "40", 0))
    state = client.get(path("job_cells", job)).json()
    assert state["cells"][UP] == ["40", 1, house.tester.name]
    assert state["typed_by"] == str(house.tester.user.public_id) and state["csrf"]


def test_the_climate_is_noted_and_a_wrong_value_named(client, house, job):
    given = {"name": "job_climate", "temperature": "２１．５", "humidity": "wet"}
    answer = sends(client, job, house.tester, **given).json()
    assert list(answer["refused"]) == ["humidity"]
    right = sends(client, job, house.tester, name="job_climate", temperature="２１．５").json()
    assert (right["values"]["temperature"], right["refused"]) == ("21.5", {})


def test_what_is_read_after_adjustment_has_a_sheet_of_its_own(client, house, job):
    left = UP.replace("as_found", "as_left")
    page = reads(client, house.tester, path("job_record", job) + "?adjustment=as_left")
    assert f'id="{left}"' in page and f'id="{UP}"' not in page
    answer = sends(client, job, house.tester, (left, "40", 0), adjustment="as_left").json()
    assert answer["live"]["filled"] == 1 and Record(job).final_adjustment == "as_left"


# --- drafts and the way without scripts


def test_a_draft_comes_back_to_its_owner_unless_something_was_written_since(client, house, job):
    sends(client, job, house.tester, name="job_draft", **{"cells": {f"{UP}@0": "4x"}})
    assert RecordDraft.objects.get().cells == {f"{UP}@0": "4x"}
    assert 'value="4x"' in reads(client, house.tester, path("job_record", job))
    sends(client, job, house.tester, (UP, "40", 0))
    assert 'value="4x"' not in reads(client, house.tester, path("job_record", job))


def posted(client, job, house, **fields):
    enter(client, house.tester)
    return client.post(path("job_record", job), {"seen": "{}", **fields})


def test_without_scripts_a_form_saves_the_same(client, house, job):
    answer = posted(
        client, job, house, **{UP: "４０．０", "climate/temperature": "22", "climate/humidity": "45"}
    )
    assert answer.status_code == 302
    assert Reading.objects.get(job=job).text == "40.0"
    assert Job.objects.get(pk=job.pk).temperature == "22"


def test_without_scripts_a_bad_cell_stays_as_typed_and_the_good_ones_are_saved(client, house, job):
    other = UP.replace("/up/", "/down/")
    answer = posted(client, job, house, **{UP: "1,2.3", other: "40", "climate/temperature": "hot"})
    page = answer.content.decode()
    assert answer.status_code == 400 and 'value="1,2.3"' in page and 'value="hot"' in page
    assert f'id="n:{UP}"' in page and 'id="n:climate/temperature"' in page
    assert [row.text for row in Reading.objects.filter(job=job)] == ["40"]


def test_without_scripts_an_unseen_value_is_not_written_over_at_first(client, house, job):
    records.commit_readings(job, by=house.tester, cells=[{**as_json(UP), "value": "41"}])
    answer = posted(client, job, house, **{UP: "40"})
    assert answer.status_code == 400 and "41" in answer.content.decode()
    again = posted(client, job, house, **{UP: "40", "seen": json.dumps({UP: 1})})
    assert again.status_code == 302
    assert [row.text for row in Reading.objects.filter(job=job).order_by("pk")] == ["41", "40"]


@pytest.mark.parametrize(
    "seen",
    ["", "{", "[]", "[1]", "5", "[[1]]", '{"x": "y"}', f'{{"{UP}": -5}}', f'{{"{UP}": 10}}', "[" * 100_000],
)
def test_whatever_stands_in_the_hidden_field_the_page_answers(client, house, job, seen):
    assert posted(client, job, house, **{UP: "40", "seen": seen}).status_code in (302, 400)


def test_typed_fields_come_back_after_a_lost_sign_in(client, house, job):
    mark = str(house.tester.user.public_id)
    client.post(path("job_record", job), {UP: "40.5", "typed_by": mark, "seen": "{}"})
    enter(client, house.tester)
    assert 'value="40.5"' in client.get(path("job_record", job)).content.decode()


# --- repeating the last one


def test_checks_and_climate_are_taken_over_from_the_last_one_but_no_measured_value(client, house):
    first = make.job("measuring", at=house)
    records.commit_readings(first, by=house.tester, cells=make.cells(first))
    second = make.job("assigned", at=house)
    jobs.start(second, by=house.tester)
    page = reads(client, house.tester, path("job_record", second) + "?repeat=1")
    assert '<option value="pass" selected>' in page
    assert 'id="climate/temperature"' in page and 'value="20.5"' in page
    assert f'id="{UP}" name="{UP}" value=""' in page
    assert not Record(second).current, "nothing is saved by looking"


def test_an_old_climate_is_not_taken_over(client, house):
    first = make.job("measuring", at=house)
    records.commit_readings(first, by=house.tester, cells=make.cells(first))
    second = make.job("assigned", at=house)
    jobs.start(second, by=house.tester)
    with clock.standing_at(clock.now() + timedelta(hours=5)):
        page = reads(client, house.tester, path("job_record", second) + "?repeat=1")
    assert 'value="20.5"' not in page and '<option value="pass" selected>' in page
