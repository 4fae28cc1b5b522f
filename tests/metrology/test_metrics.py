"""What an operator's monitoring reads: who may, what waits, and requests of all processes together."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest

from certificates.actions import approve
from metrology import clock, metrics
from metrology.models import Delivery, Heartbeat, Notice, ScheduleSlot
from metrology.roles import Role
from tests import make
from tests.certificates import scene

pytestmark = pytest.mark.django_db

TOKEN = "a-token-of-twenty-four-signs"


@pytest.fixture(autouse=True)
def _open(settings, tmp_path):
    settings.METRICS_TOKEN = ""
    settings.BACKUP_DIR = tmp_path


def read(client, **headers):
    return client.get("/metrics", headers=headers)


def values(client):
    """Every sample by name with its labels."""
    lines = read(client).content.decode().splitlines()
    return {
        name: float(value)
        for name, _, value in (line.rpartition(" ") for line in lines if not line.startswith("#"))
    }


def test_this_machine_may_read_without_a_token(client):
    answer = read(client)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
def test_a_proxy_on_this_machine_speaks_for_others(client, header):
    answer = read(client, **{header: "203.0.113.9"})
    assert answer.status_code == 403
    assert b"METRICS_TOKEN" in answer.content and b"liangzhun_" not in answer.content


def test_another_machine_is_told_how_to_get_in(client):
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 403


def test_a_token_opens_from_anywhere_and_its_absence_from_nowhere(client, settings):
    settings.METRICS_TOKEN = TOKEN
    assert read(client).status_code == 403
    assert read(client, Authorization=f"Bearer {TOKEN}x").status_code == 403
    far = {"REMOTE_ADDR": "203.0.113.9", "headers": {"Authorization": f"Bearer {TOKEN}"}}
    assert client.get("/metrics", **far).status_code == 200


def test_it_only_answers_questions(client):
    assert client.post("/metrics").status_code == 405


def test_it_tells_what_waits_to_be_sealed_and_since_when(client):
    place = scene.house()
    assert values(client)["liangzhun_sealing"] == 0
    long_ago = clock.now() - timedelta(minutes=5)
    with clock.standing_at(long_ago):
        make_sealing(place)
    found = values(client)
    assert found["liangzhun_sealing"] == 1
    assert 299 <= found["liangzhun_sealing_oldest_seconds"] < 320


def make_sealing(place):
    return approve(scene.checked_job(place), by=place.approver)


def test_it_tells_the_age_of_heartbeats_slots_and_notices(client, institute):
    now = clock.now()
    Heartbeat.objects.create(name="worker", at=now - timedelta(seconds=90))
    ScheduleSlot.objects.create(task="metrology.tasks.daily", slot=now)
    reader = make.actor(Role.MANAGER, institute).user
    notice = Notice.objects.create(
        kind="due",
        subject_type="x",
        subject_id="1",
        due_on=clock.today(),
        stage="30",
        recipient=reader,
        channel="email",
        message="…",
        created_at=now - timedelta(hours=1),
    )
    Delivery.objects.create(notice=notice, message_id="1")
    found = values(client)
    assert 90 <= found['liangzhun_heartbeat_age_seconds{name="worker"}'] < 100
    assert found['liangzhun_slots_unfinished{task="metrology.tasks.daily"}'] == 1
    assert found["liangzhun_notices_pending"] == 1
    assert 3600 <= found["liangzhun_notices_oldest_seconds"] < 3620


def test_it_tells_the_age_of_the_newest_finished_backup(client, tmp_path):
    assert "liangzhun_backup_age_seconds" not in values(client)
    for name, hours in (("liangzhun-1", 30), ("liangzhun-2", 2), (".liangzhun-3.tmp", 0)):
        (tmp_path / name).mkdir()
        made_at = (clock.now() - timedelta(hours=hours)).isoformat()
        (tmp_path / name / "manifest.json").write_text(f'{{"made_at": "{made_at}"}}')
    found = values(client)
    assert found["liangzhun_backups"] == 2
    assert 7200 <= found["liangzhun_backup_age_seconds"] < 7220


def test_it_misses_a_guard_and_a_decision(client, settings):
    found = values(client)
    assert (found["liangzhun_guards_missing"], found["liangzhun_decisions_missing"]) == (0, 0)
    settings.PRODUCTION, settings.SIGNING = True, ""
    assert values(client)["liangzhun_decisions_missing"] == 1


def test_a_source_that_fails_is_counted_and_holds_up_nobody(client, monkeypatch):
    def fail():
        raise RuntimeError

    monkeypatch.setitem(metrics.sources, "broken", fail)
    found = values(client)
    assert found['liangzhun_figures_failed{source="broken"}'] == 1
    assert "liangzhun_notices_pending" in found


def test_it_counts_requests_by_route_never_by_address(client):
    name = 'liangzhun_requests_total{method="GET",route="/healthz",status="200"}'
    before = values(client).get(name, 0)
    client.get("/healthz")
    client.get("/no/such/place/")
    found = values(client)
    assert found[name] == before + 1
    assert found['liangzhun_requests_total{method="GET",route="(no route)",status="404"}'] >= 1
    assert not any("such" in one for one in found)


def test_it_asks_few_questions(client, django_assert_max_num_queries):
    read(client)
    with django_assert_max_num_queries(10):
        read(client)


COUNT = """
import django; django.setup()
from django.test import Client
Client().get("/healthz", headers={"Host": "localhost"})
"""


@pytest.mark.long
def test_the_requests_of_two_processes_add_up(tmp_path, monkeypatch):
    shared = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", COUNT], env=shared, check=True)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    text = metrics.generate_latest(metrics.counted()).decode()
    assert 'liangzhun_requests_total{method="GET",route="/healthz",status="200"} 2.0' in text
