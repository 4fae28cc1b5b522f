"""Files that survive a power cut, with their digests."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

PIECE = 1 << 20
HALF_WRITTEN = ".tmp"


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def copy(source: Path, target: Path) -> str:
    """Copy a file with its time, force it to the disk, and tell the digest of what was written."""
    target.parent.mkdir(parents=True, exist_ok=True)
    told = hashlib.sha256()
    with source.open("rb") as reading, target.open("xb") as writing:
        while piece := reading.read(PIECE):
            told.update(piece)
            writing.write(piece)
        writing.flush()
        os.fsync(writing.fileno())
    shutil.copystat(source, target)
    return told.hexdigest()


def link(source: Path, target: Path) -> bool:
    """Share an unchanged file with an earlier backup, where the filesystem can."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        return False
    return True


def is_unchanged(one: Path, other: Path) -> bool:
    """Whether size and time of two files agree; what the register keeps is never written again."""
    try:
        mine, yours = one.stat(), other.stat()
    except OSError:
        return False
    return (mine.st_size, mine.st_mtime_ns) == (yours.st_size, yours.st_mtime_ns)


def inside(folder: Path) -> Iterator[Path]:
    """Every whole file under a folder, by its path from there."""
    if folder.is_dir():
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink() and path.suffix != HALF_WRITTEN:
                yield path.relative_to(folder)


def sync_tree(folder: Path) -> None:
    for path in [*(one for one in folder.rglob("*") if one.is_dir()), folder]:
        sync(path)


def publish(draft: Path, target: Path) -> None:
    """Give a finished folder or file its name, for good."""
    if draft.is_dir():
        sync_tree(draft)
    draft.rename(target)
    sync(target.parent)
