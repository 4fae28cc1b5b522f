"""A line of the log tells a machine what happened and repeats nothing that somebody typed."""

import json
import logging
import sys

import pytest
from django.test import RequestFactory

from metrology import logs, watch
from metrology.roles import Role
from tests import make
from tests.calls import API, calling


def line(record):
    text = logs.JsonLines().format(record)
    assert "\n" not in text
    return json.loads(text)


def record_of(message="hello", *args, error=None, **extra):
    made = logging.makeLogRecord(
        {"name": "liangzhun", "levelname": "ERROR", "msg": message, "args": args, **extra}
    )
    if error is not None:
        try:
            raise error
        except Exception:
            made.exc_info = sys.exc_info()
    return made


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.DEBUG, logger="metrology.watch")

    def of_requests():
        return [record.fields for record in caplog.records if record.name == "metrology.watch"]

    return of_requests


def test_it_writes_one_object_with_the_fields_of_the_request():
    with logs.saying(request_id="abcdefgh"):
        logs.note(user="u1")
        said = line(record_of("%s done", "it", fields={"ms": 3}))
    assert said["message"] == "it done"
    assert (said["request_id"], said["user"], said["ms"], said["level"]) == ("abcdefgh", "u1", 3, "ERROR")
    assert "request_id" not in line(record_of())


def test_it_tells_the_class_and_place_of_an_exception_but_not_what_it_quotes():
    said = line(record_of(error=ValueError("Key (name)=(张明远) already exists")))
    assert said["error"] == "builtins.ValueError"
    assert said["where"][-1].startswith("tests/metrology/test_logs.py:")
    assert "张明远" not in json.dumps(said, ensure_ascii=False)


def test_it_keeps_the_message_of_a_machine_that_does_not_answer():
    assert line(record_of(error=ConnectionRefusedError("port 6379")))["reason"] == "port 6379"


def test_it_leaves_out_the_exception_that_celery_writes_into_its_sentence():
    data = {
        "name": "certificates.tasks.seal",
        "exc": "KeyError('李书瑶')",
        "description": "raised unexpected",
    }
    said = line(record_of("Task %(name)s %(exc)s", data, data=data))
    assert said["message"] == "task certificates.tasks.seal raised unexpected"


def test_it_names_the_route_and_not_the_address():
    request = RequestFactory().get("/v/secret-code-123/")
    said = line(record_of("%s: %s", "Not Found", request.path, request=request))
    assert said["message"] == "Not Found: (no route)"


@pytest.mark.parametrize("given", ["a" * 7, "a" * 65, "abc\tdefgh", "张明远张明远张明", "-abcdefgh", ""])
def test_a_request_id_that_is_not_sane_is_replaced(client, given):
    answer = client.get("/healthz", headers={"X-Request-ID": given})
    assert answer["X-Request-ID"] != given
    assert watch.REQUEST_ID.fullmatch(answer["X-Request-ID"])


def test_a_sane_request_id_comes_back(client):
    assert client.get("/healthz", headers={"X-Request-ID": "proxy-0815.7"})["X-Request-ID"] == "proxy-0815.7"


def test_an_error_carries_the_id_too(client, db):
    assert client.get("/nowhere/")["X-Request-ID"]


@pytest.mark.django_db
def test_it_notes_who_asked_by_public_id_and_the_route_without_its_arguments(caplog, institute, lines):
    caplog.handler.setFormatter(logs.JsonLines())
    actor = make.actor(Role.MANAGER, institute, name="manager")
    job = make.job("assigned")
    calling(actor).get(f"{API}/jobs/{job.public_id}/")
    said = json.loads([text for text in caplog.text.splitlines() if '"metrology.watch"' in text][-1])
    assert said["user"] == str(actor.user.public_id)
    assert said["organization"] == str(institute.public_id)
    assert said["route"].startswith("/api/v1/") and str(job.public_id) not in said["route"]
    assert said["status"] in (200, 404) and said["ms"] >= 0
    assert actor.person.name not in caplog.text


@pytest.mark.django_db
def test_noting_who_asked_costs_no_query(client, institute, django_assert_num_queries, lines):
    with django_assert_num_queries(0):
        client.get("/healthz")
    assert "user" not in lines()[-1]


def test_a_task_carries_the_id_of_the_request_that_asked_for_it():
    headers = {}
    with logs.saying(request_id="abcdefgh"):
        watch.send_along(headers=headers)
    assert headers == {"request_id": "abcdefgh"}
    watch.send_along(headers=(other := {}))
    assert other == {}


def test_a_finished_task_leaves_a_line_with_its_time(lines, caplog):
    class Task:
        name = "certificates.tasks.seal"
        request = type("Request", (), {"request_id": "abcdefgh"})

    caplog.handler.setFormatter(logs.JsonLines())
    watch.begin(task_id="t1", task=Task)
    watch.end(task_id="t1", task=Task, state="FAILURE")
    said = json.loads(caplog.text.splitlines()[-1])
    assert (said["task"], said["state"], said["request_id"]) == (Task.name, "FAILURE", "abcdefgh")
    assert logs.noted("request_id") is None


def test_a_request_is_noted_in_production_even_where_only_warnings_are():
    loggers = logs.configuration("json", "WARNING")["loggers"]
    assert loggers["metrology.watch"]["level"] == "INFO"
    assert logs.configuration("line", "WARNING")["loggers"]["metrology.watch"]["level"] == "WARNING"
