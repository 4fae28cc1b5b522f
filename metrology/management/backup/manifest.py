"""What a backup holds: every part with its digest, and where the history stood."""

import json
import os
import tomllib
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.core.management import CommandError

from metrology.management.backup import files
from metrology.management.backup.heads import Heads
from metrology.metrics import MANIFEST

FORMAT = 1


@dataclass(frozen=True)
class Part:
    """One file of a backup."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """The list in the backup's own folder; the database is one of the parts."""

    made_at: datetime
    version: str
    vendor: str
    database: str
    heads: Heads
    parts: dict[str, Part]

    def write(self, folder: Path) -> None:
        said = {
            "format": FORMAT,
            "made_at": self.made_at.isoformat(),
            "version": self.version,
            "vendor": self.vendor,
            "database": self.database,
            "heads": self.heads.as_dict(),
            "parts": {name: asdict(part) for name, part in self.parts.items()},
        }
        with (folder / MANIFEST).open("x", encoding="utf-8") as file:
            json.dump(said, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())


def read(folder: Path) -> Manifest:
    """The manifest of a finished backup; a sentence where there is none or it is not ours."""
    try:
        said: Any = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if said["format"] != FORMAT:
            raise CommandError(
                f"{folder} is a backup of format {said['format']}; this version reads {FORMAT}."
            )
        found = Manifest(
            made_at=datetime.fromisoformat(said["made_at"]),
            version=said["version"],
            vendor=said["vendor"],
            database=said["database"],
            heads=Heads(**said["heads"]),
            parts={name: Part(**part) for name, part in said["parts"].items()},
        )
    except FileNotFoundError:
        raise CommandError(f"{folder} holds no {MANIFEST}: this is no finished backup.") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CommandError(f"The manifest of {folder} cannot be read: {error}") from None
    if found.database not in found.parts or not all(map(is_plain, found.parts)):
        raise CommandError(f"The manifest of {folder} names parts that do not belong into a backup.")
    return found


def is_plain(name: str) -> bool:
    """Whether a part lies inside the folder: no absolute path, no way up."""
    path = PurePosixPath(name)
    return bool(name) and not path.is_absolute() and ".." not in path.parts and "\\" not in name


def damage(folder: Path, manifest: Manifest) -> list[str]:
    """Every part that is missing or differs from its digest."""
    found = []
    for name, part in manifest.parts.items():
        path = folder / name
        if path.is_symlink() or not path.is_file():
            found.append(f"{name} is missing")
        elif path.stat().st_size != part.size or files.digest(path) != part.sha256:
            found.append(f"{name} was altered after the backup")
    return found


def version() -> str:
    with (settings.BASE_DIR / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])
