"""Approve under fire: nothing is lost, doubled or left out, however often the worker group is killed.

    python -m tests.faults.kill --approvals 200 --kills 20

runs on the embedded stack, or on the PostgreSQL and Redis that DATABASE_URL and REDIS_URL name (a
database and a Redis database of its own). `--no-sweep` shows that the check can fail. One line of
JSON says what was found; exit code 0 only when every certificate is issued once and all agrees.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit, urlunsplit

REDIS_DATABASE = 11
LONGEST = 180.0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Kill the worker while certificates are approved.")
    parser.add_argument("--approvals", type=int, default=200)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--suppress", type=int, default=5, help="percent of messages never sent")
    parser.add_argument("--no-sweep", action="store_true", help="switch the outbox sweep off")
    parser.add_argument(
        "--patience", type=float, default=60.0, help="seconds without progress before giving up"
    )
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args(arguments)
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(2**31)
    folder = tempfile.mkdtemp(prefix="liangzhun-kill-")
    try:
        with database_of_its_own(folder):
            os.environ |= {
                "DATA_DIR": folder,
                "DJANGO_SETTINGS_MODULE": "metrology.settings",
                "SECRET_KEY": "only-for-fault-tests-" + "0123456789abcdef" * 3,
                "DEMO": "0",
                "SUPPRESS_PUBLISH": str(given.suppress),
                "OUTBOX_SWEEP": "0" if given.no_sweep else "1",
                "WORKER_CONCURRENCY": "2",
            }
            report = {
                "seed": seed,
                **under_fire(given.approvals, given.kills, given.patience, random.Random(seed)),
            }
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
    return 0 if report["healthy"] else 1


@contextmanager
def database_of_its_own(folder: str) -> Iterator[None]:
    """Point DATABASE_URL and REDIS_URL at places that nobody else uses, and clear them afterwards."""
    url, queue = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    if not url or not queue:
        os.environ.pop("DATABASE_URL", None)
        os.environ.pop("REDIS_URL", None)
        yield
        return
    psycopg, redis = import_module("psycopg"), import_module("redis")
    name = f"liangzhun_kill_{os.getpid()}"
    broker = urlunsplit(urlsplit(queue)._replace(path=f"/{REDIS_DATABASE}"))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
        redis.from_url(broker).flushdb()
        try:
            os.environ |= {
                "DATABASE_URL": urlunsplit(urlsplit(url)._replace(path=f"/{name}")),
                "REDIS_URL": broker,
            }
            yield
        finally:
            os.environ |= {"DATABASE_URL": url, "REDIS_URL": queue}
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
            redis.from_url(broker).flushdb()


def under_fire(approvals: int, kills: int, patience: float, chance: random.Random) -> dict[str, Any]:
    """Approve, kill, wait for quiet, and count."""
    import_module("django").setup()
    import_module("django.core.management").call_command("migrate", verbosity=0)
    scene = import_module("tests.certificates.scene")
    place = scene.house(is_demo=True, code="KT")
    jobs = [scene.checked_job(place) for _ in range(approvals)]
    started = time.monotonic()
    group = WorkerGroup()
    killer = threading.Thread(target=shoot, args=(group, kills, chance), daemon=True)
    try:
        group.start("beat")
        group.start("worker")
        killer.start()
        approve_all(place, jobs, chance, killer)
        killer.join()
        wait_until_sealed(patience)
    finally:
        group.stop()
    return {**verdict(approvals), "kills": group.kills, "seconds": round(time.monotonic() - started, 1)}


class WorkerGroup:
    """The worker and the beat as `serve` starts them, each in a process group of its own."""

    def __init__(self) -> None:
        self.commands = import_module("metrology.management.processes").commands()
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.kills = 0

    def start(self, name: str) -> None:
        self.running[name] = subprocess.Popen(
            [sys.executable, "-m", *self.commands[name]],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self, name: str) -> None:
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for name in list(self.running):
            self.kill(name)


def shoot(group: WorkerGroup, kills: int, chance: random.Random) -> None:
    for _ in range(kills):
        time.sleep(chance.uniform(1.0, 4.5))
        group.kill("worker")
        group.kills += 1
        group.start("worker")


def approve_all(place: Any, jobs: list[Any], chance: random.Random, killer: threading.Thread) -> None:
    """Spread the approvals over the shooting, so that every kill finds work under way."""
    approve = import_module("certificates.actions").approve
    for position, job in enumerate(jobs):
        approve(job, by=place.approver)
        if killer.is_alive() and position % 4 == 0:
            time.sleep(chance.uniform(0.0, 1.0))


def wait_until_sealed(patience: float) -> None:
    heads = import_module("certificates.models").CertificateHead.objects
    deadline = time.monotonic() + LONGEST
    last, quiet = -1, time.monotonic()
    while time.monotonic() < deadline:
        left = heads.filter(state="sealing").count()
        if not left:
            return
        if left != last:
            last, quiet = left, time.monotonic()
        elif time.monotonic() - quiet > patience:
            return
        time.sleep(0.5)


def verdict(approvals: int) -> dict[str, Any]:
    """What is on record, file by file and link by link."""
    models, files = import_module("certificates.models"), import_module("certificates.files")
    ledger, event = import_module("metrology.ledger"), import_module("metrology.models").Event
    numbers = sorted(models.Certificate.objects.values_list("seq", flat=True))
    states: dict[str, int] = {}
    for state in models.CertificateHead.objects.values_list("state", flat=True):
        states[state] = states.get(state, 0) + 1
    stored = list(models.CertificateFile.objects.filter(kind="pdf").values_list("sha256", flat=True))
    damaged = sum(is_damaged(files, sha256) for sha256 in stored)
    issued = event.objects.filter(verb="certificate.issued")
    found = {
        "approved": approvals,
        "states": states,
        "numbers_without_gap_or_double": numbers == list(range(1, approvals + 1)),
        "files": len(stored),
        "files_damaged": damaged,
        "issue_events": issued.count(),
        "events_doubled": issued.count() - issued.values("subject_id").distinct().count(),
        "history_faults": len(ledger.verify()),
    }
    healthy = (
        states == {"issued": approvals}
        and found["numbers_without_gap_or_double"]
        and len(stored) == found["issue_events"] == approvals
        and not (damaged or found["events_doubled"] or found["history_faults"])
    )
    return {"healthy": bool(healthy), **found}


def is_damaged(files: Any, sha256: str) -> bool:
    try:
        files.read(sha256)
    except files.DamagedFile:
        return True
    return False


if __name__ == "__main__":
    sys.exit(main())
