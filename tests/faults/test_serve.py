"""The real web, worker and beat under kill -9: what dies comes back, and nothing outlives the supervisor."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks processes up in /proc"),
]


def table():
    """Parent and command line of every living process."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if state != "Z":
            found[int(folder.name)] = (int(parent), command)
    return found


def family(pid):
    everybody, members = table(), {pid}
    while grown := {child for child, (parent, _) in everybody.items() if parent in members} - members:
        members |= grown
    return {member: everybody[member][1] for member in members if member in everybody}


def wait(condition, seconds=PATIENCE):
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() < begun + seconds, "waited in vain"
        time.sleep(0.1)
    return time.monotonic() - begun


class Installation:
    def __init__(self, folder):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.folder = folder
        self.start()

    def start(self):
        clean = {name: value for name, value in os.environ.items() if name not in ("SECRET_KEY", "DEMO")}
        if "DATABASE_URL" in clean:
            clean["SECRET_KEY"] = "k7Zp2vQx9RtWm4Ls8Yb1Nc6Hd3Gf5JaEuTiOoPwVzXqBrCyMn0"
        self.log = (self.folder / "log").open("a+")
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env={
                **clean,
                "DJANGO_SETTINGS_MODULE": "metrology.settings",
                "DATA_DIR": str(self.folder / "data"),
                "DEMO_SCALE": "small",
                "PORT": str(self.port),
            },
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )

    def answers(self, path):
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status == 200
        except (URLError, OSError):
            return False

    def leader(self, word):
        """The supervised process whose command holds a word."""
        for pid, command in family(self.process.pid).items():
            if word in command and table().get(pid, (0, ""))[0] == self.process.pid:
                return pid
        return None


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    it = Installation(tmp_path_factory.mktemp("serve"))
    yield it
    it.process.terminate()
    it.process.wait(PATIENCE)
    it.log.close()


def test_it_serves_with_a_living_worker(installation):
    wait(lambda: installation.answers("/healthz"))
    wait(lambda: installation.answers("/readyz"))


@pytest.mark.parametrize("word", ["celery --quiet --app=metrology.celery worker", "granian", "beat"])
def test_it_brings_a_killed_process_back_without_its_old_children(installation, word):
    wait(lambda: installation.answers("/readyz"))
    leader = wait_for(lambda: installation.leader(word))
    old = set(family(leader))
    os.kill(leader, signal.SIGKILL)
    wait(lambda: not old & set(table()))
    assert wait_for(lambda: installation.leader(word)) != leader
    wait(lambda: installation.answers("/readyz"))


def wait_for(find):
    wait(lambda: find() is not None)
    return find()


def test_it_leaves_nobody_behind_and_starts_again_quickly(installation):
    wait(lambda: installation.answers("/readyz"))
    wait(lambda: all(installation.leader(word) for word in ("granian", "worker", "beat")))
    everybody = set(family(installation.process.pid))
    assert len(everybody) >= 8
    installation.process.kill()
    installation.process.wait()
    wait(lambda: not everybody & set(table()), seconds=15)
    installation.start()
    seconds = wait(lambda: installation.answers("/healthz"))
    sys.stdout.write(f"second start: {seconds:.1f} s\n")


def test_it_stops_cleanly_when_asked(installation):
    wait(lambda: all(installation.leader(word) for word in ("granian", "worker", "beat")))
    everybody = set(family(installation.process.pid))
    installation.process.send_signal(signal.SIGINT)
    assert installation.process.wait(PATIENCE) == 0
    assert not everybody & set(table())
    assert "Traceback" not in (installation.folder / "log").read_text()
