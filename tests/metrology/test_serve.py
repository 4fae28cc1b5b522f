"""The supervisor restarts what dies, stops everything together and leaves nobody behind."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from metrology.management import supervisor
from metrology.management.commands import serve
from metrology.management.supervisor import Child, Supervisor

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 15

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(os.name != "posix", reason="process groups and signals are POSIX's own"),
]

SLEEPER = """
import os, signal, sys, time
note, stubborn = sys.argv[1], "stubborn" in sys.argv
if stubborn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
fork = os.fork()
with open(note, "a") as file:
    file.write(f"{os.getpid()}\\n")
if fork == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
time.sleep(60)
"""
DRIVER = """
import sys
from metrology.management.supervisor import Child, Supervisor
def say(line):
    sys.stdout.write(line + "\\n")
    sys.stdout.flush()
Supervisor([Child("sleeper", sys.argv[1:])], say, patience=1.0).run()
"""


class Ward:
    """A supervisor in a process of its own over a child that forks another and notes both their ids."""

    def __init__(self, folder, *words):
        (folder / "sleeper.py").write_text(textwrap.dedent(SLEEPER))
        self.note = folder / "pids"
        self.process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, "sleeper", str(self.note), *words],
            cwd=folder,
            env={**os.environ, "STOP_GRACE": "0.5", "PYTHONPATH": os.pathsep.join([str(ROOT), str(folder)])},
            stdout=subprocess.PIPE,
            text=True,
        )

    def pids(self, count):
        """The ids of the first `count` processes, once they have noted themselves."""
        wait(lambda: self.note.exists() and len(self.note.read_text().split()) >= count)
        return [int(word) for word in self.note.read_text().split()]


@pytest.fixture
def ward(tmp_path):
    wards = []

    def begin(*words):
        wards.append(Ward(tmp_path, *words))
        return wards[-1]

    yield begin
    for each in wards:
        each.process.kill()
        each.process.communicate()
        for pid in each.pids(0) if each.note.exists() else []:
            if running(pid):
                os.kill(pid, signal.SIGKILL)


def running(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait(condition, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def test_it_starts_a_killed_child_again(ward):
    it = ward()
    first, forked = sorted(it.pids(2))
    os.kill(first, signal.SIGKILL)
    assert len(it.pids(4)) == 4
    assert it.process.stdout.readline() == "sleeper ended (code -9); starting it again in 0.5 s\n"
    assert not running(forked), "what the dead child had forked must not live on"


def test_it_stops_its_children_with_itself(ward):
    it = ward()
    pids = it.pids(2)
    it.process.terminate()
    assert it.process.wait(PATIENCE) == 0
    assert not any(map(running, pids))


def test_it_insists_when_a_child_will_not_stop(ward):
    it = ward("stubborn")
    pids = it.pids(2)
    it.process.send_signal(signal.SIGINT)
    assert it.process.wait(PATIENCE) == 0
    assert not any(map(running, pids))


@pytest.mark.parametrize("words", [(), ("stubborn",)])
def test_it_leaves_no_orphan_when_killed_itself(ward, words):
    it = ward(*words)
    pids = it.pids(2)
    it.process.kill()
    wait(lambda: not any(map(running, pids)))


def test_it_waits_longer_after_every_failure(monkeypatch):
    child = Child("web", ["nothing"])
    waits = []
    for _ in range(9):
        waits.append(child.delay)
        Supervisor([child], lambda line: None).mourn(child, child.started + 1)
    assert waits[:4] == [0.5, 1.0, 2.0, 4.0]
    assert waits[-1] == supervisor.LONGEST_DELAY


def test_it_forgives_a_child_that_ran_well():
    child = Child("web", ["nothing"], delay=16.0)
    Supervisor([child], lambda line: None).mourn(child, child.started + supervisor.SETTLED + 1)
    assert child.due == child.started + supervisor.SETTLED + 1 + supervisor.FIRST_DELAY


@pytest.mark.django_db
def test_it_says_that_the_port_is_taken_before_it_sets_anything_up(monkeypatch, settings):
    monkeypatch.setattr(serve, "PORT_PATIENCE", 0)
    monkeypatch.setattr(serve.Command, "prepare", lambda command: pytest.fail("set up in vain"))
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings.HOST, settings.PORT = other.getsockname()
        with pytest.raises(CommandError) as trouble:
            call_command("serve")
    line = str(trouble.value)
    assert line.startswith(f"Port {settings.PORT} on 127.0.0.1 cannot be used (Address already in use):")
    assert f"PORT={settings.PORT + 1}" in line and "\n" not in line


def test_it_gives_a_stopping_server_a_moment():
    other = socket.create_server(("127.0.0.1", 0))
    port = other.getsockname()[1]
    other.close()
    serve.claim_port("127.0.0.1", port)


@pytest.mark.parametrize(("code", "starts"), [(0, 1), (1, 2)])
def test_it_lets_a_child_that_runs_once_end_well_and_starts_it_again_otherwise(tmp_path, code, starts):
    note = tmp_path / "starts"
    (tmp_path / "brief.py").write_text(
        f"import sys\nwith open({str(note)!r}, 'a') as file:\n    file.write('x')\nsys.exit({code})\n"
    )
    child = Child("brief", ["brief"], {"PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}, once=True)
    ward = Supervisor([child], lambda line: None)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and not child.done and len(starts_in(note)) < 2:
        ward.look_after([child])
        time.sleep(0.05)
    ward.stop()
    assert len(starts_in(note)) == starts
    assert child.done is (code == 0)


def starts_in(note):
    return note.read_text() if note.exists() else ""
