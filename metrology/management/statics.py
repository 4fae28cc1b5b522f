"""Static files for production: hashed and compressed once, again only when one of them has changed."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

UNUSED = ["redoc"]


def collect() -> None:
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=UNUSED)
    stamp().write_text(fingerprint(), encoding="ascii")


def collected() -> bool:
    return stamp().exists() and stamp().read_text(encoding="ascii") == fingerprint()


def stamp() -> Path:
    return Path(settings.STATIC_ROOT) / ".collected"


def fingerprint() -> str:
    """Changes when a file is added, removed, or written again."""
    files = sorted(
        (name, Path(storage.path(name)).stat())
        for finder in get_finders()
        for name, storage in finder.list(UNUSED)
    )
    seen = [f"{name} {stat.st_size} {stat.st_mtime_ns}" for name, stat in files]
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()
