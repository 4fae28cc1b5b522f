"""Putting a backup back: everything is checked before anything is touched, and proved afterwards."""

import shutil
from datetime import UTC, timedelta
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader

from metrology import clock, guards
from metrology.management.backup import databases, files, manifest
from metrology.management.backup.manifest import Manifest
from metrology.management.backup.take import FILES
from metrology.management.migrating import migrate
from metrology.models import Event, Heartbeat, Organization, User

ALIVE = timedelta(seconds=60)
OURS = (Organization, User, Event)


def examine(folder: Path) -> Manifest:
    """Refuse a backup that is damaged, of the other kind of database, or of a newer version."""
    listed = manifest.read(folder)
    broken = manifest.damage(folder, listed)
    if broken:
        raise CommandError("\n".join([*broken, f"{folder} is damaged; nothing was touched."]))
    if listed.vendor != connection.vendor:
        raise CommandError(
            f"The backup is of {listed.vendor}, this installation runs on {connection.vendor}:"
            " set or unset DATABASE_URL accordingly."
        )
    known = MigrationLoader(None).disk_migrations
    newer = [f"{app} {name}" for app, name in listed.heads.migrations.items() if (app, name) not in known]
    if newer:
        raise CommandError(
            f"The backup was made by version {listed.version}, which knows migrations that this one"
            f" ({manifest.version()}) does not: {', '.join(newer)}. Install that version first."
        )
    return listed


def require_place(replace: bool) -> None:
    """Refuse to overwrite a register unless told, and one that is being served in any case."""
    tables = connection.introspection.table_names()
    limit = clock.now() - ALIVE
    if Heartbeat._meta.db_table in tables and Heartbeat.objects.filter(at__gt=limit).exists():
        raise CommandError(
            "A worker is at work here: stop web, worker and beat first, wait a minute, repeat."
        )
    filled = any(model._meta.db_table in tables and model.objects.exists() for model in OURS)
    if (filled or any(files.inside(Path(settings.MEDIA_ROOT)))) and not replace:
        raise CommandError(
            "This installation is not empty. Give --replace to put the backup in its place; back it up first."
        )


def put_back(folder: Path, listed: Manifest) -> None:
    """Files, database, migrations, guards, proof; each step is whole or not done."""
    now = clock.now().astimezone(UTC)
    draft = copied(folder, listed)
    databases.load(folder / listed.database, now)
    swap(draft, Path(settings.MEDIA_ROOT), f"{now:%Y%m%dT%H%M%SZ}")
    if databases.standing().history() != listed.heads.history():
        raise CommandError("The restored history does not stand where the manifest says. Do not serve it.")
    migrate()
    connections.close_all()
    gaps = guards.missing()
    if gaps:
        raise CommandError(f"{len(gaps)} guards are missing, the first is {gaps[0]}. Do not serve it.")
    call_command("verify_ledger")


def copied(folder: Path, listed: Manifest) -> Path:
    """The files beside their place, each compared again with its digest while it is written."""
    root = Path(settings.MEDIA_ROOT)
    draft = root.with_name(f"{root.name}.restoring")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for name, part in listed.parts.items():
        if not name.startswith(f"{FILES}/"):
            continue
        if files.copy(folder / name, draft / name.removeprefix(f"{FILES}/")) != part.sha256:
            raise CommandError(f"{name} changed while it was read; nothing was touched.")
    return draft


def swap(draft: Path, root: Path, stamp: str) -> None:
    """The files that were here are kept aside until somebody removes them."""
    if any(files.inside(root)):
        root.rename(root.with_name(f"{root.name}.before-{stamp}"))
    elif root.exists():
        shutil.rmtree(root)
    files.publish(draft, root)
