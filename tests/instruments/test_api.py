"""The main job over HTTP: the whole way, who sees what, what it costs, and what it refuses."""

import uuid
from copy import deepcopy

import pytest

from instruments.actions import records, review
from instruments.models import Job
from metrology.roles import Role
from tests import make
from tests.calls import API, HUGE, calling, listed, pointers

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(lasting):
    return make.house()


@pytest.fixture
def house(made, db):
    return deepcopy(made)


def post(actor, path, body=None, **headers):
    return calling(actor).post(f"{API}/{path}/", body or {}, format="json", headers=headers)


def get(actor, path, **query):
    return calling(actor).get(f"{API}/{path}/", query)


def done(answer, status=200):
    assert answer.status_code == status, answer.content
    return answer.json()


def ordered(house):
    """An instrument registered and an order for it accepted, all over HTTP."""
    instrument = done(
        post(
            house.clerk,
            "instruments",
            {
                "category": house.category.code,
                "name": "电子计价秤",
                "serial": "A-1",
                "purpose": "trade",
                "parameters": {"Max": "６０００", "accuracy_class": "III", "e": "2"},
            },
        ),
        201,
    )
    assert (instrument["parameters"]["Max"], instrument["is_mandatory"]) == ("6000", True)
    body = {"institute": str(house.institute.public_id), "items": [{"instrument": instrument["id"]}]}
    order = f"orders/{done(post(house.clerk, 'orders', body), 201)['id']}"
    done(post(house.clerk, f"{order}/submit"))
    assert done(post(house.counter, f"{order}/accept"))["promised_on"]
    return order


def test_the_whole_way_from_ledger_to_checker(house):
    order = ordered(house)
    received = done(post(house.counter, f"{order}/receive", {"counterpart": "王建国"}))
    assert received["items"][0]["job_state"] == "received"
    job = f"jobs/{received['items'][0]['job']}"
    done(post(house.manager, f"{job}/assign", {"assignee": str(house.tester.person.public_id)}))
    started = done(post(house.tester, f"{job}/start"))
    assert started["gate"]["open"] and started["equipment"][0]["role"] == "master"
    done(post(house.tester, f"{job}/environment", {"temperature": "20.1~20.6", "humidity": "45"}))
    grid = done(get(house.tester, f"{job}/plan"))
    assert [point["point"] for point in grid["tests"][0]["points"]] == ["1000", "3000", "6000"]
    row = Job.objects.get()
    saved = done(post(house.tester, f"{job}/readings", {"cells": make.cells(row)}))
    assert (len(saved["saved"]), saved["missing"], saved["errors"]) == (30, 0, [])
    assert {value["verdict"] for value in saved["outputs"] if value["key"] == "E"} == {"pass"}
    done(post(house.tester, f"{job}/submit"))
    returned = post(
        house.checker, f"{job}/return", {"text": "重读", "cell": "weighing/1000/P/1/none/as_found"}
    )
    assert done(returned)["remarks"][0]["text"] == "重读"
    again = {"test": "weighing", "point": "1000", "column": "P", "value": "１０００．２"}
    assert done(post(house.tester, f"{job}/readings", {"cells": [again]}))["saved"][0]["text"] == "1000.2"
    done(post(house.tester, f"{job}/submit"))
    checked = done(post(house.checker, f"{job}/check"))
    assert checked["state"] == "checked"
    first = next(cell for cell in checked["readings"] if cell["cell"] == "weighing/1000/P/1/none/as_found")
    assert [(row["text"], row["typed"], row["struck"]) for row in first["history"]] == [
        ("1000", "1000", True),
        ("1000.2", "１０００．２", False),
    ]
    assert [result["verdict"] for result in checked["results"]] == ["pass", "pass"]
    assert done(get(house.approver, f"{job}/gate"))["open"]
    assert not done(get(house.tester, f"{job}/gate"))["open"]
    assert done(get(house.clerk, order))["items"][0]["job_state"] == "checked"


def test_the_client_reads_the_state_of_its_piece_but_not_the_record(house):
    job = make.job("checked", at=house)
    order = done(get(house.clerk, f"orders/{job.item.order.public_id}"))
    assert (order["items"][0]["job"], order["items"][0]["job_state"]) == (None, "checked")
    for path in ("", "/gate", "/plan"):
        assert get(house.clerk, f"jobs/{job.public_id}{path}").status_code == 404
    assert listed(house.clerk, "jobs") == set()


def test_a_stranger_s_object_answers_as_one_that_is_not_there(house, mallory):
    job = make.job("checked", at=house)
    rival = make.actor(Role.STAFF, make.institute(region=make.county()))
    for noun, row in (("orders", job.item.order), ("instruments", job.instrument), ("jobs", job)):
        for other in (mallory, rival):
            absent = get(other, f"{noun}/{uuid.uuid4()}")
            answer = get(other, f"{noun}/{row.public_id}")
            assert (answer.status_code, answer.content) == (404, absent.content)
            assert listed(other, noun) == set()
    for verb in ("assign", "start", "readings", "submit", "check", "return", "cancel"):
        assert post(rival, f"jobs/{job.public_id}/{verb}").status_code == 404


def test_nobody_orders_for_another_s_instrument(house, mallory):
    foreign = make.instrument(house.client)
    body = {"institute": str(house.institute.public_id), "items": [{"instrument": str(foreign.public_id)}]}
    assert pointers(post(mallory, "orders", body)) == {"/items/0/instrument"}
    body["client"] = str(house.client.public_id)
    assert pointers(post(mallory, "orders", body)) == {"/client"}


@pytest.mark.parametrize("noun", ["instruments", "orders", "jobs", "categories"])
def test_a_list_costs_the_same_however_long_it_is(house, noun, django_assert_max_num_queries):
    for _ in range(4):
        make.job("assigned", at=house)
    client = calling(house.manager)
    with django_assert_max_num_queries(10):
        assert client.get(f"{API}/{noun}/", {"page_size": 500}).status_code == 200


def test_a_job_is_shown_with_few_questions(house, django_assert_max_num_queries):
    job = make.job("checked", at=house)
    client = calling(house.manager)
    with django_assert_max_num_queries(16):
        assert client.get(f"{API}/jobs/{job.public_id}/").status_code == 200


def test_lists_are_narrowed_by_their_filters(house):
    one = make.job("assigned", at=house)
    two = make.job("received", at=house)
    asked = [
        ("jobs", {"state": "assigned"}, one),
        ("jobs", {"q": two.instrument.label_no}, two),
        ("jobs", {"assignee": str(house.tester.person.public_id)}, one),
        ("instruments", {"q": one.instrument.serial}, one.instrument),
        ("orders", {"q": two.item.order.number}, two.item.order),
    ]
    for noun, query, row in asked:
        assert listed(house.manager, noun, **query) == {str(row.public_id)}, query
    both = {str(job.public_id) for job in (one, two)}
    shared = {"category": house.category.code, "region": "370900", "owner": str(house.client.public_id)}
    assert listed(house.manager, "jobs", **shared, promised_on__gte="2020-01-01") == both
    assert listed(house.manager, "jobs", region="370921") == set()
    assert listed(house.manager, "instruments", due_on__lte="2199-01-01") == set()


@pytest.mark.parametrize(
    ("noun", "query"),
    [
        ("instruments", {"due_on__gte": "yesterday"}),
        ("instruments", {"owner": "x"}),
        ("instruments", {"q": "\0"}),
        ("jobs", {"state": "lost"}),
        ("jobs", {"ordering": "secret"}),
        ("orders", {"cursor": "x"}),
        ("orders", {"page_size": "0"}),
    ],
)
def test_a_wrong_filter_is_refused(house, noun, query):
    assert get(house.manager, noun, **query).status_code == 400


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({}, {"/category", "/name", "/serial"}),
        ({"category": 5, "name": 5, "serial": None}, {"/category", "/name", "/serial"}),
        ({"category": "nothing"}, {"/category", "/name", "/serial"}),
        ({"own_interval_months": HUGE}, {"/category", "/name", "/serial", "/own_interval_months"}),
        ({"parameters": ["x"]}, {"/category", "/name", "/serial", "/parameters"}),
        ({"parameters": {"e": 1}}, {"/category", "/name", "/serial", "/parameters/e"}),
        ({"label_no": "1"}, {"/category", "/name", "/serial", "/label_no"}),
        ({"owner": str(uuid.uuid4())}, {"/category", "/name", "/serial", "/owner"}),
        ({"plan_fields": ["fun"]}, {"/category", "/name", "/serial", "/plan_fields/0"}),
    ],
)
def test_every_fault_of_a_new_instrument_is_named(house, body, places):
    answer = post(house.clerk, "instruments", body)
    assert answer.status_code == 400
    assert pointers(answer) == places


@pytest.mark.parametrize(
    "items", [None, [], {}, "x", [[]], [{"instrument": "x"}], [{"instrument": HUGE**3}], [{}] * 501]
)
def test_an_order_with_wrong_items_is_refused(house, items):
    body = {"institute": str(house.institute.public_id), "items": items}
    assert post(house.clerk, "orders", body).status_code == 400


def test_an_order_for_a_past_day_is_refused(house):
    piece = make.instrument(house.client)
    body = {
        "institute": str(house.institute.public_id),
        "items": [{"instrument": str(piece.public_id), "method": "JJG 0", "stage": "never"}],
        "wanted_on": "2001-01-01",
    }
    assert pointers(post(house.clerk, "orders", body)) == {"/items/0/stage"}
    body["items"] = [{"instrument": str(piece.public_id)}]
    assert pointers(post(house.clerk, "orders", body)) == {"/wanted_on"}


@pytest.mark.parametrize("cells", [None, [], {}, "x", ["x"], [None], [{"value": "１，２"}]])
def test_wrong_cells_are_refused(house, cells):
    job = make.job("measuring", at=house)
    assert post(house.tester, f"jobs/{job.public_id}/readings", {"cells": cells}).status_code == 400


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("assign", {"assignee": str(uuid.uuid4())}),
        ("assign", {"assignee": [1]}),
        ("start", {"equipment": "x"}),
        ("start", {"parameters": {"e": "１，２"}}),
        ("cancel", {}),
        ("cancel", {"reason": "x" * 401}),
    ],
)
def test_a_wrong_body_of_a_verb_is_refused(house, verb, body):
    job = make.job("assigned", at=house)
    by = house.tester if verb == "start" else house.manager
    assert post(by, f"jobs/{job.public_id}/{verb}", body).status_code == 400


def test_the_good_cells_of_a_bad_call_are_kept(house):
    job = make.job("measuring", at=house)
    good = {"test": "weighing", "point": "1000", "column": "P", "value": "1000.0"}
    body = done(
        post(house.tester, f"jobs/{job.public_id}/readings", {"cells": [{**good, "value": "１，２"}, good]})
    )
    assert [error["pointer"] for error in body["errors"]] == ["/cells/0/value"]
    assert body["saved"][0]["text"] == "1000.0"


def test_an_incomplete_record_is_refused_with_every_missing_cell(house):
    job = make.job("measuring", at=house)
    records.commit_readings(job, by=house.tester, cells=make.cells(job)[:-2])
    answer = post(house.tester, f"jobs/{job.public_id}/submit")
    assert answer.status_code == 400
    assert len(pointers(answer)) == 2


def test_who_acts_on_an_old_version_is_told(house):
    job = make.job("submitted", at=house)
    stale = str(job.version)
    review.return_(job, by=house.checker, text="?")
    answer = post(house.tester, f"jobs/{job.public_id}/submit", **{"If-Match": stale})
    assert answer.status_code == 412
    fresh = calling(house.tester).get(f"{API}/jobs/{job.public_id}/")["ETag"]
    assert post(house.tester, f"jobs/{job.public_id}/submit", **{"If-Match": fresh}).status_code == 200


def test_a_repeated_order_is_filed_once(house):
    piece = make.instrument(house.client)
    body = {"institute": str(house.institute.public_id), "items": [{"instrument": str(piece.public_id)}]}
    first, second = (post(house.clerk, "orders", body, **{"Idempotency-Key": "k"}) for _ in range(2))
    assert first.json() == second.json()
    assert len(listed(house.clerk, "orders")) == 1


def test_a_plan_is_there_after_the_start_only(house):
    job = make.job("assigned", at=house)
    assert get(house.tester, f"jobs/{job.public_id}/plan").status_code == 409


def test_a_draft_comes_back_to_who_typed_it(house):
    job = make.job("measuring", at=house)
    cells = {"weighing/1000/P/1/none/as_found": "10０"}
    done(post(house.tester, f"jobs/{job.public_id}/draft", {"cells": cells}))
    assert done(get(house.tester, f"jobs/{job.public_id}/plan"))["draft"] == cells
    assert done(get(house.manager, f"jobs/{job.public_id}/plan"))["draft"] == {}


def test_a_draft_is_amended_and_what_is_not_named_stays(house):
    first, second = (make.instrument(house.client, category=house.category) for _ in range(2))
    items = [{"instrument": str(first.public_id)}]
    body = {"institute": str(house.institute.public_id), "items": items, "contact": "张三", "note": "轻放"}
    filed = done(post(house.clerk, "orders", body), 201)
    amended = {"items": [{"instrument": str(second.public_id), "service": "calibration"}], "contact": "李四"}
    order = f"orders/{filed['id']}"
    got = done(post(house.clerk, f"{order}/amend", amended, **{"If-Match": f'"{filed["version"]}"'}))
    assert (got["number"], got["contact"], got["note"]) == (filed["number"], "李四", "轻放")
    assert [(item["serial"], item["service"]) for item in got["items"]] == [(second.serial, "calibration")]
    assert post(house.clerk, f"{order}/amend", amended, **{"If-Match": '"1"'}).status_code == 412
    assert pointers(post(house.clerk, f"{order}/amend", {"items": []})) == {"/items"}
    done(post(house.clerk, f"{order}/submit"))
    assert post(house.clerk, f"{order}/amend", amended).status_code == 409
