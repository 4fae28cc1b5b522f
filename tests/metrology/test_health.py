"""Alive is one question, ready another; neither tells a stranger more than a name of a part."""

from datetime import timedelta

import pytest

from metrology import clock, health
from metrology.models import Heartbeat


@pytest.fixture
def queue(settings, tmp_path):
    settings.CELERY = {"broker_transport_options": {"data_folder_in": str(tmp_path)}}
    health.cache.clear()
    return tmp_path


def beat(seconds_ago):
    Heartbeat.objects.create(name="worker", at=clock.now() - timedelta(seconds=seconds_ago))


def test_it_answers_without_asking_the_database(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_it_is_ready_when_every_part_works(client, queue):
    beat(seconds_ago=5)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"database": True, "broker": True, "worker": True}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_it_does_not_take_an_old_heartbeat_for_life(client, queue):
    beat(seconds_ago=61)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["worker"] is False


@pytest.mark.django_db
def test_it_notices_that_the_queue_is_gone(client, queue):
    beat(seconds_ago=5)
    queue.rmdir()
    assert client.get("/readyz").json() == {"database": True, "broker": False, "worker": True}


@pytest.mark.django_db
def test_it_notices_an_unreachable_redis(client, settings, monkeypatch):
    settings.CELERY = {"broker_transport_options": {}}
    health.cache.clear()
    link = health.current_app.connection_for_write("redis://127.0.0.1:1/0")
    monkeypatch.setattr(health.current_app, "connection_for_write", lambda: link)
    assert client.get("/readyz").json()["broker"] is False


@pytest.mark.django_db
def test_it_notices_that_the_database_is_away(client, queue, monkeypatch):
    def refuse():
        raise health.DatabaseError("password authentication failed for user lz")

    monkeypatch.setattr(health.connection, "cursor", refuse)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] is False and b"password" not in answer.content


def test_it_only_answers_questions(client):
    assert client.post("/healthz").status_code == 405
