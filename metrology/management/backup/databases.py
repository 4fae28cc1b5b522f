"""The database as one file and back: SQLite by its online backup, PostgreSQL by pg_dump of one snapshot."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import CommandError
from django.db import connection, connections, transaction
from psycopg.conninfo import make_conninfo

from metrology import env
from metrology.management.backup import files, heads
from metrology.management.backup.heads import Heads

NAMES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
AFRESH = "SET lock_timeout = '30s'; DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public"


def dump(target: Path) -> Heads:
    """Write the database as of one moment, while others go on writing; tell where its history stood."""
    return dump_postgresql(target) if connection.vendor == "postgresql" else dump_sqlite(target)


def load(source: Path, aside: datetime) -> None:
    """Put a dump in the place of the present database, whole or not at all."""
    if connection.vendor == "postgresql":
        load_postgresql(source)
    else:
        load_sqlite(source, aside)


def standing() -> Heads:
    """Where the history of the present database stands."""
    with connection.cursor() as cursor:
        return heads.read(lambda question: rows(cursor, question))


def rows(cursor: Any, question: str) -> list[tuple[Any, ...]]:
    cursor.execute(question)
    found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def dump_sqlite(target: Path) -> Heads:
    """One step of the backup API: a reader in WAL holds up no writer, and sees one moment."""
    connection.ensure_connection()
    with closing(sqlite3.connect(target)) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        copy.execute("PRAGMA ignore_check_constraints=ON")  # they call functions that only Django brings
        answer = copy.execute("PRAGMA integrity_check").fetchone()[0]
        if answer != "ok":
            raise CommandError(f"The database is damaged: {answer}")
        return heads.read(lambda question: copy.execute(question).fetchall())


def load_sqlite(source: Path, aside: datetime) -> None:
    path = Path(connection.settings_dict["NAME"])
    draft = path.with_name(f"{path.name}.restoring")
    draft.unlink(missing_ok=True)
    files.copy(source, draft)
    connections.close_all()
    stamp = f"{aside:%Y%m%dT%H%M%SZ}"
    for tail in ("", "-wal", "-shm"):
        old = path.with_name(path.name + tail)
        if old.exists():
            old.rename(path.with_name(f"{path.name}.before-{stamp}{tail}"))
    files.publish(draft, path)


def dump_postgresql(target: Path) -> Heads:
    """pg_dump and the heads read the same snapshot, so that the manifest is true to the letter."""
    tool = found("pg_dump")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        [(snapshot,)] = rows(cursor, "SELECT pg_export_snapshot()")
        place = connection.settings_dict
        run([tool, "--format=custom", f"--snapshot={snapshot}", f"--file={target}"], place)
        return heads.read(lambda question: rows(cursor, question))


def load_postgresql(source: Path) -> None:
    """As the owner of the tables, in one transaction: the new schema takes the old one's place or fails."""
    tools = found("pg_restore"), found("psql")
    owner = settings.DATABASE_OWNER_URL
    place = env.postgresql(urlsplit(owner)) if owner else connection.settings_dict
    script = Path(settings.DATA_DIR) / f"restoring.{os.getpid()}.sql"
    connections.close_all()
    try:
        run([tools[0], "--no-owner", "--no-privileges", f"--file={script}", str(source)])
        once = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
        run([tools[1], *once, f"--command={AFRESH}", f"--file={script}"], place)
    finally:
        script.unlink(missing_ok=True)


def found(tool: str) -> str:
    path = shutil.which(tool)
    if path is None:
        raise CommandError(
            f"{tool} is not on PATH: install the client programs of PostgreSQL, of the server's version or"
            " newer (Debian and Ubuntu: postgresql-client)."
        )
    return path


def run(command: Sequence[str], place: dict[str, Any] | None = None) -> None:
    """Run a tool of PostgreSQL; the password goes by the environment, where other users cannot read it."""
    environment = {**os.environ, "PGAPPNAME": "liangzhun-backup"}
    if place is not None:
        command = [*command, f"--dbname={conninfo(place)}"]
        environment["PGPASSWORD"] = str(place["PASSWORD"] or "")
    if not environment.get("PGPASSWORD"):
        environment.pop("PGPASSWORD", None)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in done.stderr.strip().splitlines() if line] or ["no reason given"]
        reason = next((line for line in said if "error" in line.lower()), said[0])
        raise CommandError(f"{Path(command[0]).name} failed: {reason}")


def conninfo(place: dict[str, Any]) -> str:
    options = {
        name: value
        for name, value in place.get("OPTIONS", {}).items()
        if isinstance(value, str) and (name.startswith("ssl") or name in ("options", "service"))
    }
    names = {"dbname": place["NAME"], "user": place["USER"], "host": place["HOST"], "port": place["PORT"]}
    return make_conninfo(**{name: str(value) for name, value in names.items() if value}, **options)
