"""The drill of backup and restore: a backup taken while a writer commits comes back as of its moment.

    python -m tests.faults.drill

runs on the embedded stack, or on the PostgreSQL that DATABASE_URL names. One line of JSON says what was
found. The parts of it (`--writer`, `--heads`) run in processes of their own.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[2]
READY = "ready"
PATIENCE = 240


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Back up under load, restore elsewhere, compare.")
    parser.add_argument("--writer", action="store_true")
    parser.add_argument("--heads", action="store_true")
    given = parser.parse_args(arguments)
    if given.writer:
        return write()
    if given.heads:
        return tell_heads()
    folder = Path(tempfile.mkdtemp(prefix="liangzhun-drill-"))
    try:
        report = drill(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
    return 0


def write() -> int:
    """Approve and seal until killed, or until the drill is gone; every loop commits a dozen times."""
    os.environ["LIANGZHUN_SUPERVISED"] = "1"
    import_module("metrology.management.guarded").follow_parent()
    import_module("django").setup()
    scene, actions = import_module("tests.certificates.scene"), import_module("certificates.actions")
    place = scene.house(is_demo=True, code="DR")
    count = 0
    while True:
        certificate = actions.approve(scene.checked_job(place), by=place.approver)
        if count % 3 == 0:
            actions.seal(certificate.pk)
        count += 1
        if count == 3:
            sys.stdout.write(f"{READY}\n")
            sys.stdout.flush()


def tell_heads() -> int:
    import_module("django").setup()
    databases = import_module("metrology.management.backup.databases")
    events = import_module("metrology.models").Event.objects.values_list("chain", "seq", "hash")
    heads = databases.standing()
    said = {"history": heads.history(), "events": [list(event) for event in events]}
    sys.stdout.write(json.dumps(said) + "\n")
    return 0


def drill(folder: Path) -> dict[str, Any]:
    with place_of_its_own(folder / "busy", "busy") as busy, place_of_its_own(folder / "new", "new") as new:
        ready = manage(busy, "migrate", "--verbosity=0", "--skip-checks")
        assert ready.returncode == 0, ready.stderr
        writer = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.drill", "--writer"],
            cwd=ROOT,
            env=busy,
            stdout=subprocess.PIPE,
        )
        try:
            assert writer.stdout is not None and writer.stdout.readline().strip() == READY.encode()
            taken = [back_up(busy, folder / "backups") for _ in range(2)]
            time.sleep(1)
        finally:
            writer.kill()
            writer.wait()
        return report(folder / "backups", taken, busy, new)


def back_up(place: dict[str, str], target: Path) -> int:
    """A backup while the writer writes; the next one is taken in another second."""
    done = manage(place, "backup", f"--to={target}", "--keep=2")
    assert done.returncode == 0, done.stderr
    time.sleep(1.1)
    return done.returncode


def report(backups: Path, taken: list[int], busy: dict[str, str], new: dict[str, str]) -> dict[str, Any]:
    first, last = sorted(backups.glob("liangzhun-*"))
    manifest = json.loads((last / "manifest.json").read_text())
    said = manifest["heads"]
    promised = [said["chains"], said["log"], said["counts"]]
    shared = sum(1 for path in (last / "files").rglob("*.pdf") if path.stat().st_nlink > 1)
    damaged = spoil(first)
    refused = manage(new, "restore", str(first))
    untouched = not any(Path(new["DATA_DIR"], "files").rglob("*"))
    restored = manage(new, "restore", str(last))
    after, live = heads(new), heads(busy)
    return {
        "backups": taken,
        "parts": len(manifest["parts"]),
        "shared": shared,
        "damaged_refused": [refused.returncode, damaged in refused.stderr, untouched],
        "restored": [restored.returncode, "The ledger holds." in restored.stdout, restored.stderr],
        "as_promised": after["history"] == promised,
        "went_on": len(live["events"]) > len(after["events"]) > 0,
        "is_a_beginning": all(event in live["events"] for event in after["events"]),
        "again_refused": manage(new, "restore", str(last)).returncode,
        "replaced": manage(new, "restore", "--replace", str(last)).returncode,
    }


def spoil(backup: Path) -> str:
    """Change one byte of one certificate; tell its name."""
    path = next((backup / "files").rglob("*.pdf"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.unlink()  # it may be shared with the backup after it
    path.write_bytes(content)
    return path.name


def heads(place: dict[str, str]) -> dict[str, Any]:
    run = subprocess.run(
        [sys.executable, "-m", "tests.faults.drill", "--heads"],
        cwd=ROOT,
        env=place,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    said: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return said


def manage(place: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=place,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@contextmanager
def place_of_its_own(folder: Path, name: str) -> Iterator[dict[str, str]]:
    """The environment of an installation with a folder and a database that nobody else uses."""
    folder.mkdir(parents=True)
    place = {
        **{key: value for key, value in os.environ.items() if key not in ("REDIS_URL", "DATABASE_URL")},
        "DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "metrology.settings",
        "SECRET_KEY": "only-for-fault-tests-" + "0123456789abcdef" * 3,
        "DEMO": "0",
    }
    url = os.environ.get("DATABASE_URL")
    if not url:
        yield place
        return
    own = f"liangzhun_drill_{name}_{os.getpid()}"
    with import_module("psycopg").connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {own} ENCODING 'UTF8' TEMPLATE template0")
        try:
            yield {**place, "DATABASE_URL": urlunsplit(urlsplit(url)._replace(path=f"/{own}"))}
        finally:
            connection.execute(f"DROP DATABASE {own} WITH (FORCE)")


if __name__ == "__main__":
    sys.exit(main())
