"""The story: `serve` with its own worker, and the main job over HTTP, to both ends and through every turn."""

from __future__ import annotations

import os
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from metrology.management.story import Plot
from metrology.management.story.client import Client
from metrology.management.story.plot import API, GAUGE, SCALE
from tests.faults.kill import database_of_its_own

pytestmark = pytest.mark.story

ROOT = Path(__file__).resolve().parent.parent
FIRST_START = 240.0


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Plot, list[str]]]:
    """A demonstration in its second start, and what the first one said; on the stack of this run."""
    with tempfile.TemporaryDirectory(prefix="liangzhun-story-") as folder, database_of_its_own(folder):
        port = free_port()
        environment = {
            **os.environ,
            "PORT": str(port),
            "DATA_DIR": folder,
            "STATIC_ROOT": f"{folder}/static",
            "DEMO": "1",
            "DEMO_SCALE": "small",
            "SECRET_KEY": "only-for-the-story-" + "0123456789abcdef" * 3,
            "DJANGO_SETTINGS_MODULE": "metrology.settings",
            "PYTHONUNBUFFERED": "1",
            "THROTTLE_USER": "6000/min",
            "THROTTLE_LOGIN": "100/min",
        }
        with serving(environment) as lines:
            heard = wait_for(lines, "Issued:", "The story stopped")
        with serving(environment) as lines:
            wait_for(lines, "Ctrl-C stops it.")
            yield Plot(f"http://localhost:{port}"), heard


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[queue.Queue[str]]:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield listen(process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def listen(process: subprocess.Popen[str]) -> queue.Queue[str]:
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line.rstrip("\n"))

    threading.Thread(target=read, daemon=True).start()
    return lines


def wait_for(lines: queue.Queue[str], *ends: str) -> list[str]:
    heard: list[str] = []
    deadline = time.monotonic() + FIRST_START
    while time.monotonic() < deadline:
        try:
            heard.append(lines.get(timeout=1))
        except queue.Empty:
            continue
        if heard[-1].startswith(ends):
            return heard
    raise AssertionError("\n".join(heard))


def test_it_plays_the_main_job_when_it_starts_for_the_first_time(served: tuple[Plot, list[str]]) -> None:
    _plot, heard = served
    assert heard[-1].startswith("Issued: DZ-V-"), "\n".join(heard)
    assert any("out_of_service" in line for line in heard)


def test_it_moves_the_due_date_by_a_pass(served: tuple[Plot, list[str]]) -> None:
    plot, _heard = served
    scale = plot.register(SCALE, "T-1")
    assert scale["due_on"] is None
    certificate = plot.carry(scale)
    after = plot.instrument(scale)
    assert certificate["kind"] == "verification"
    assert after["due_on"] == certificate["valid_until"]
    assert (after["state"], after["last_tested_on"]) == ("in_use", certificate["tested_on"])


def test_it_stops_a_failed_instrument_until_it_passes_after_repair(served: tuple[Plot, list[str]]) -> None:
    plot, _heard = served
    gauge = plot.register(GAUGE, "T-2")
    notice = plot.carry(gauge, fails=True)
    stopped = plot.instrument(gauge)
    assert (notice["kind"], notice["valid_until"]) == ("rejection", None)
    assert (stopped["state"], stopped["due_on"]) == ("out_of_service", None)
    passed = plot.carry(gauge, reason="after_repair")
    assert passed["refers"] == notice["number"]
    assert plot.instrument(gauge)["state"] == "in_use"


def test_it_returns_a_record_and_shows_what_was_changed(served: tuple[Plot, list[str]]) -> None:
    plot, _heard = served
    order = plot.request(plot.register(SCALE, "T-3"))
    job = plot.receive(order)
    plot.assign(job)
    plot.measure(job)
    cell = plot["checker"].get(f"{API}/jobs/{job}/")["readings"][-1]
    where = {key: cell[key] for key in ("test", "point", "column", "repeat", "direction")}
    plot["checker"].post(f"{API}/jobs/{job}/return/", {"text": "请复测"})
    plot["tester"].post(f"{API}/jobs/{job}/readings/", {"cells": [{**where, "value": "６．００４"}]})
    detail = plot["tester"].get(f"{API}/jobs/{job}/")
    changed = next(
        row for row in detail["readings"] if all(row[key] == value for key, value in where.items())
    )
    assert changed["text"] == "6.004"
    assert changed["history"]
    assert detail["remarks"][0]["text"] == "请复测"
    plot["tester"].post(f"{API}/jobs/{job}/submit/")
    plot.check(job)
    assert plot.approve(job)["state"] == "issued"


def test_it_replaces_an_amended_certificate_and_ends_a_revoked_one(served: tuple[Plot, list[str]]) -> None:
    plot, _heard = served
    scale = plot.register(SCALE, "T-4")
    first = plot.carry(scale)
    plot["manager"].post(f"{API}/certificates/{first['number']}/amend/", {"reason": "委托方名称有误"})
    job = first["job"]
    plot.check(job)
    second = plot.approve(job)
    assert (second["refers"], second["issue_no"]) == (first["number"], 2)
    anyone = Client(plot.base_url)
    assert anyone.get(f"/v/{first['code']}.json")["status"] == "superseded"
    assert anyone.get(f"/v/{second['code']}.json")["status"] == "valid"
    witness = plot["approver"].get(f"{API}/me/")["person"]
    plot["manager"].post(
        f"{API}/certificates/{second['number']}/revoke/", {"reason": "标准器失准", "second": witness}
    )
    assert anyone.get(f"/v/{second['code']}.json")["status"] == "revoked"
    assert plot.instrument(scale)["due_on"] is None


def test_it_answers_a_stranger_and_a_wrong_code_alike(served: tuple[Plot, list[str]]) -> None:
    plot, _heard = served
    anyone = Client(plot.base_url)
    status, body = anyone.ask("GET", "/v/22222222222222222222")
    assert status == 404
    assert "未找到" in body.decode()
    assert anyone.ask("GET", f"{API}/jobs/")[0] == 401


def test_it_serves_every_page_to_every_demo_account(served: tuple[Plot, list[str]]) -> None:
    plot, _heard = served
    lists: list[Any] = [
        plot[name].get(f"{API}/{noun}/")["results"]
        for name in ("city", "ningyang", "manager", "counter", "enterprise")
        for noun in ("standards", "instruments", "orders", "jobs", "certificates", "notices", "targets")
    ]
    assert len(lists) == 35
