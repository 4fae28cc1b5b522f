"""Before and after the grid: start, the last look, handing jobs out, the work list."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.urls import reverse

from instruments.actions import bench, jobs, records, review
from instruments.models import Job
from instruments.views.deeds import bench_deeds, next_act
from labs.models import EnvironmentRecord, StatusPeriod
from metrology import clock
from metrology.errors import Conflict, Forbidden, Invalid
from metrology.roles import Role
from tests import make
from tests.pages import enter, reads

SCALE = {"unit": "g", "accuracy_class": "III", "Max": "6000", "Min": "40", "e": "2", "d": "2"}
UP = "weighing/40/I/1/up/as_found"


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


# --- start


def test_the_start_shows_what_would_block_and_begins(client, house, waiting):
    room = make.room(make.laboratory(house.institute))
    EnvironmentRecord.objects.create(
        room=room, observed_at=clock.now() - timedelta(minutes=30), temperature="20.7", humidity="51"
    )
    page = reads(client, house.tester, f"{path('job_start', waiting)}?room={room.public_id}")
    assert 'value="20.7"' in page and 'value="51"' in page
    given = {
        "method_version": house.version.public_id, "standard": house.standard.public_id,
        "room": room.public_id, "temperature": "20.7", "humidity": "51",
        **{f"parameter_{key}": text for key, text in SCALE.items()},
    }  # fmt: skip
    answer = client.post(path("job_start", waiting), given)
    assert answer["Location"] == path("job_record", waiting)
    begun = Job.objects.get(pk=waiting.pk)
    assert (begun.state, begun.room, begun.temperature) == ("measuring", room, "20.7")


def test_the_start_asks_the_gate_once(client, house, waiting, django_assert_max_num_queries):
    """Nine of its own and eighteen of the sixteen rules, however many jobs there are."""
    make.job("measuring", at=house)
    enter(client, house.tester)
    with django_assert_max_num_queries(27):
        assert client.get(path("job_start", waiting)).status_code == 200


def test_a_climate_older_than_an_hour_is_not_proposed(client, house, waiting):
    room = make.room(make.laboratory(house.institute))
    EnvironmentRecord.objects.create(
        room=room, observed_at=clock.now() - timedelta(minutes=61), temperature="20.7", humidity="51"
    )
    page = reads(client, house.tester, f"{path('job_start', waiting)}?room={room.public_id}")
    assert 'value="20.7"' not in page


def test_a_wrong_parameter_is_named_beside_its_field_and_nothing_begins(client, house, waiting):
    enter(client, house.tester)
    given = {"method_version": house.version.public_id, "parameter_Max": "six", "temperature": "warm"}
    answer = client.post(path("job_start", waiting), given)
    assert answer.status_code == 400
    assert "parameter_Max" in answer.context["form"].errors
    assert 'value="six"' in answer.content.decode()
    assert Job.objects.get(pk=waiting.pk).state == "assigned"


def test_a_standard_that_may_not_be_used_is_named_with_its_reason(client, house, waiting):
    spare = make.standard(house.institute, house.method)
    StatusPeriod.objects.filter(standard=spare).update(status="suspended")
    page = reads(client, house.tester, path("job_start", waiting))
    assert spare.name in page
    enter(client, house.tester)
    blocked = client.get(path("job_start", waiting)).context["proposal"].blocked
    assert [one.standard for one in blocked] == [spare] and blocked[0].why


def test_a_start_and_its_climate_are_one_act(house, waiting):
    with pytest.raises(Invalid) as refused:
        bench.begin(waiting, by=house.tester, parameters=SCALE, climate={"temperature": "warm"})
    assert set(refused.value.fields) == {"/temperature"}
    assert Job.objects.get(pk=waiting.pk).state == "assigned"


# --- hand-over


def test_what_is_missing_leads_to_its_cell_and_keeps_the_button_away(client, house, job):
    page = reads(client, house.tester, path("job_hand_over", job))
    assert f"#{UP}" in page and 'data-hotkey="F2"' in page
    enter(client, house.tester)
    answer = client.post(path("job_hand_over", job), {"tested_on": clock.today().isoformat()})
    assert answer.status_code == 400 and Job.objects.get(pk=job.pk).state == "measuring"


def test_a_complete_record_is_handed_over_with_its_odd_cells_shown(
    client, house, job, django_assert_max_num_queries
):
    cells = make.cells(job)
    strange = next(cell for cell in cells if cell["test"] == "weighing" and cell["point"] == "3000")
    strange["value"] = "300"
    records.commit_readings(job, by=house.tester, cells=cells)
    enter(client, house.tester)
    with django_assert_max_num_queries(12):
        page = client.get(path("job_hand_over", job))
    assert not page.context["missing"] and any("300" in hint["why"] for hint in page.context["odd"])
    answer = client.post(path("job_hand_over", job), {"tested_on": clock.today().isoformat()})
    assert answer.status_code == 302 and Job.objects.get(pk=job.pk).state == "submitted"


def test_a_series_copied_from_another_instrument_is_told(client, house, job):
    for one in (job, make.job("measuring", at=house)):
        cells = make.cells(one)
        cells[3]["value"] = "40.2"
        records.commit_readings(one, by=house.tester, cells=cells)
    enter(client, house.tester)
    odd = client.get(path("job_hand_over", job)).context["odd"]
    assert any(str(one.instrument) in odd[0]["why"] for one in Job.objects.exclude(pk=job.pk))


def test_a_day_to_come_is_refused_beside_its_field(client, house, job):
    records.commit_readings(job, by=house.tester, cells=make.cells(job))
    enter(client, house.tester)
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    answer = client.post(path("job_hand_over", job), {"tested_on": tomorrow})
    assert answer.status_code == 400 and "tested_on" in answer.context["form"].errors


def test_a_returned_record_shows_the_remark_beside_its_cell_and_the_former_value_struck(client, house):
    job = make.job("submitted", at=house)
    review.return_(job, by=house.checker, text="再读一次", cell=UP)
    review_note = reads(client, house.tester, path("job_record", job))
    assert "再读一次" in review_note
    records.commit_readings(job, by=house.tester, cells=[{**as_json(UP), "value": "40.4"}])
    assert '<del class="mono">40</del>' in reads(client, house.tester, path("job_record", job))


# --- handing out


def test_a_manager_hands_out_several_jobs_at_once(client, house):
    many = [make.job("received", at=house) for _ in range(3)]
    enter(client, house.manager)
    keys = [str(one.public_id) for one in many]
    page = client.get(reverse("jobs_assign"), {"job": keys})
    assert all(one.number in page.content.decode() for one in many)
    given = {"job": keys, "assignee": str(house.tester.person.public_id), "laboratory": ""}
    assert client.post(reverse("jobs_assign"), given).status_code == 302
    assert {one.state for one in Job.objects.filter(pk__in=[one.pk for one in many])} == {"assigned"}


def test_several_are_handed_out_all_or_none(house, job):
    fresh, done = make.job("received", at=house), make.job("submitted", at=house)
    with pytest.raises(Invalid) as refused:
        bench.assign_many([fresh, done], by=house.manager, assignee=house.tester.person)
    assert done.number in refused.value.fields["/jobs"][0]
    assert Job.objects.get(pk=fresh.pk).state == "received"
    with pytest.raises(Invalid):
        bench.assign_many([], by=house.manager, assignee=house.tester.person)


def test_nobody_but_a_manager_hands_out(client, house):
    fresh = make.job("received", at=house)
    with pytest.raises(Forbidden):
        bench.assign_many([fresh], by=house.tester, assignee=house.tester.person)
    enter(client, house.tester)
    assert client.get(reverse("jobs_assign")).status_code == 403
    assert client.get(path("job_assign", fresh)).status_code == 403


def test_a_foreign_job_is_not_handed_out_even_if_its_id_is_known(client, job):
    rival = make.actor(Role.MANAGER, make.institute(region=make.county("370923")))
    enter(client, rival)
    assert client.get(reverse("jobs_assign"), {"job": str(job.public_id)}).status_code == 404


def test_a_manager_cancels_and_subcontracts_with_a_reason(client, house):
    first, second = make.job("received", at=house), make.job("received", at=house)
    enter(client, house.manager)
    assert client.post(path("job_cancel", first), {"reason": ""}).status_code == 400
    assert client.post(path("job_cancel", first), {"reason": "损坏"}).status_code == 302
    given = {"contractor": "省计量院（演示）", "reason": "超出能力"}
    assert client.post(path("job_subcontract", second), given).status_code == 302
    assert [Job.objects.get(pk=one.pk).state for one in (first, second)] == ["cancelled", "subcontracted"]


def test_the_next_act_is_offered_to_the_one_whose_act_it_is(house, waiting, job):
    fresh = make.job("received", at=house)
    assert next_act(waiting, house.tester).url == path("job_start", waiting)
    assert next_act(job, house.tester).url == path("job_record", job)
    assert next_act(fresh, house.manager).url == path("job_assign", fresh)
    assert [next_act(one, house.checker) for one in (fresh, waiting, job)] == [None, None, None]
    assert list(bench_deeds(make.job("submitted", at=house), house.tester)) == []


# --- the work list


def test_the_work_list_stands_by_the_promised_day_and_marks_what_is_late(client, house):
    for days in (3, -2, 1):
        one = make.job("received", at=house)
        Job.objects.filter(pk=one.pk).update(promised_on=clock.today() + timedelta(days=days))
    enter(client, house.manager)
    rows = client.get(reverse("jobs"), {"mine": "nobody"}).context["rows"]
    promised = [row.cells[6] for row in rows]
    assert promised[0].state == "overdue"
    assert [cell.text for cell in promised[1:]] == [clock.today() + timedelta(days=day) for day in (1, 3)]


def test_each_tab_shows_its_own(client, house, waiting, job):
    fresh, done = make.job("received", at=house), make.job("submitted", at=house)
    enter(client, house.tester)
    shown = {
        tab: {row.cells[0].text for row in client.get(reverse("jobs"), {"mine": tab}).context["rows"]}
        for tab in ("open", "nobody", "unfinished")
    }
    assert shown["open"] == {waiting.number, job.number}
    assert shown["nobody"] == {fresh.number}
    assert shown["unfinished"] == {waiting.number, job.number, fresh.number, done.number}


def test_only_those_who_hand_out_may_tick(client, house):
    make.job("received", at=house)
    box = 'type="checkbox" class="form-check-input tick"'
    assert box in reads(client, house.manager, reverse("jobs"))
    assert box not in reads(client, house.tester, reverse("jobs"))


def test_a_move_that_is_not_possible_is_refused_in_words(house):
    done = make.job("submitted", at=house)
    with pytest.raises(Conflict):
        jobs.cancel_job(done, by=house.manager, reason="x")
