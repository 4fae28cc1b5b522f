"""Taking a backup: the database first, then the files, so that every file the database speaks of is there."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError
from django.db import connection

from metrology import clock
from metrology.management.backup import databases, files, manifest
from metrology.management.backup.manifest import Manifest, Part
from metrology.metrics import MANIFEST

PREFIX = "liangzhun-"
FILES = "files"
ABANDONED = timedelta(hours=24)


@dataclass(frozen=True)
class Taken:
    """A finished backup."""

    folder: Path
    manifest: Manifest
    shared: int

    @property
    def size(self) -> int:
        return sum(part.size for part in self.manifest.parts.values())


def take(place: Path) -> Taken:
    """Write a backup under a temporary name, force it to the disk, then give it its name."""
    made_at = clock.now()
    name = f"{PREFIX}{made_at.astimezone(UTC):%Y%m%dT%H%M%S}Z"
    earlier = next(reversed(finished(place)), None)
    place.mkdir(parents=True, exist_ok=True)
    draft = place / f".{name}.{os.getpid()}.tmp"
    draft.mkdir(mode=0o700)
    try:
        if (place / name).exists():
            raise CommandError(f"{place / name} is there already: a backup was taken in this very second.")
        database = databases.NAMES[connection.vendor]
        heads = databases.dump(draft / database)
        files.sync(draft / database)
        parts = {database: part(draft / database)}
        shared = gather(draft, earlier, parts)
        listed = Manifest(made_at, manifest.version(), connection.vendor, database, heads, parts)
        listed.write(draft)
        files.publish(draft, place / name)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return Taken(place / name, listed, shared)


def part(path: Path) -> Part:
    return Part(files.digest(path), path.stat().st_size)


def gather(draft: Path, earlier: Path | None, parts: dict[str, Part]) -> int:
    """Copy the files of DATA_DIR, sharing what the backup before already holds; tell how many are shared."""
    known = manifest.read(earlier).parts if earlier else {}
    root, shared = Path(settings.MEDIA_ROOT), 0
    for relative in files.inside(root):
        name = f"{FILES}/{relative.as_posix()}"
        old = earlier / name if earlier and name in known else None
        if old and files.is_unchanged(root / relative, old) and files.link(old, draft / name):
            parts[name] = known[name]
            shared += 1
            continue
        try:
            sha256 = files.copy(root / relative, draft / name)
        except FileNotFoundError:  # removed meanwhile: nothing that is issued ever is
            continue
        parts[name] = Part(sha256, (draft / name).stat().st_size)
    return shared


def finished(place: Path) -> list[Path]:
    """The backups in a folder, oldest first."""
    return sorted(path.parent for path in place.glob(f"{PREFIX}*/{MANIFEST}"))


def prune(place: Path, keep: int) -> list[str]:
    """Remove all but the newest `keep` backups, and what a killed backup left behind a day ago."""
    gone = []
    for folder in finished(place)[:-keep]:
        doomed = folder.with_name(f".{folder.name}.gone.tmp")
        folder.rename(doomed)
        shutil.rmtree(doomed)
        gone.append(folder.name)
    for leftover in abandoned(place):
        shutil.rmtree(leftover, ignore_errors=True)
    return gone


def abandoned(place: Path) -> Iterator[Path]:
    limit = (clock.now() - ABANDONED).timestamp()
    return (path for path in place.glob(f".{PREFIX}*.tmp") if path.stat().st_mtime < limit)
