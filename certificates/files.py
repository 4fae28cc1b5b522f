"""Certificate files lie under the SHA-256 of their content: a file is whole and right, or not there."""

import hashlib
import logging
import os
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from metrology.errors import DomainError

FOLDER = "certificates"

log = logging.getLogger(__name__)


class DamagedFile(DomainError):
    """A stored file is absent, or its bytes are no longer those that were sealed: it is not handed out."""

    status = 500
    code = "damaged_file"

    def __init__(self, what: str) -> None:
        super().__init__(
            _("The stored document is damaged or absent, so it is not handed out. Tell the operator.")
        )
        self.what = what

    def __str__(self) -> str:
        return self.what


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def path_of(sha256: str, kind: str = "pdf") -> Path:
    return Path(settings.MEDIA_ROOT) / FOLDER / sha256[:2] / f"{sha256}.{kind}"


def keep(content: bytes, kind: str = "pdf") -> str:
    """Store a file so that it survives a power cut: write aside, sync, rename, sync the folder."""
    sha256 = digest(content)
    target = path_of(sha256, kind)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f"{sha256}.{uuid4().hex}.tmp")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)
    for folder in (target.parent, target.parent.parent):
        _sync(folder)
    return sha256


def read(sha256: str, kind: str = "pdf") -> bytes:
    """The bytes that were sealed, or DamagedFile."""
    try:
        content = path_of(sha256, kind).read_bytes()
    except OSError as error:
        log.error("%s.%s cannot be read: %s", sha256, kind, error)
        raise DamagedFile(f"{sha256}.{kind} cannot be read") from error
    if digest(content) != sha256:
        log.error("%s.%s was altered after it was sealed", sha256, kind)
        raise DamagedFile(f"{sha256}.{kind} was altered after it was sealed")
    return content


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
