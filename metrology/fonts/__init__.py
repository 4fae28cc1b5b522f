"""The fonts that documents are printed with, shut off from whatever the machine has installed.

One folder, one cache folder under DATA_DIR, nothing else: the same bytes on every machine, and no silent
change to another face. `configure()` must run before WeasyPrint is imported (CERTIFICATES: fonts and speed).
"""

import hashlib
import json
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import TypedDict
from xml.sax.saxutils import escape

from fontTools.ttLib import TTFont

FOLDER = Path(__file__).resolve().parent
LOCK = FOLDER / "fonts.lock.json"
DEFAULT_DATA_DIR = FOLDER.parent.parent / "var"

SERIF = "Liangzhun Serif"
SANS = "Liangzhun Sans"
LATIN = "Liangzhun Latin"
LATIN_MARKS = "Liangzhun Latin Marks"
FAMILIES = frozenset({SERIF, SANS, LATIN, LATIN_MARKS})

TEMPLATE = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{folder}</dir>
  <cachedir>{cache}</cachedir>
  <alias binding="same">
    <family>serif</family>
    <prefer><family>{latin}</family><family>{serif}</family></prefer>
  </alias>
  <alias binding="same"><family>sans-serif</family><prefer><family>{sans}</family></prefer></alias>
  <alias binding="same"><family>monospace</family><prefer><family>{latin}</family></prefer></alias>
  <config><rescan><int>0</int></rescan></config>
</fontconfig>
"""


class FontEntry(TypedDict):
    """What the lock says about one font file."""

    family: str
    style: str
    package: str
    source: str
    characters: int
    bytes: int
    sha256: str


@cache
def entries() -> dict[str, FontEntry]:
    """The font files by name, as the lock lists them."""
    fonts: dict[str, FontEntry] = json.loads(LOCK.read_text(encoding="utf-8"))["fonts"]
    return fonts


def edition() -> str:
    """Names the set of fonts; fontconfig itself would not notice a file that was overwritten in place."""
    return hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]


def configure(data_dir: Path | None = None) -> Path:
    """Point fontconfig at the project's fonts alone, for this process and its children."""
    place = (data_dir or Path(os.environ.get("DATA_DIR") or DEFAULT_DATA_DIR)).resolve() / "fontconfig"
    kept = place / f"cache-{edition()}"
    kept.mkdir(parents=True, exist_ok=True)
    text = TEMPLATE.format(
        folder=escape(str(FOLDER)), cache=escape(str(kept)), latin=LATIN, serif=SERIF, sans=SANS
    )
    target = place / "fonts.conf"
    if not target.is_file() or target.read_text(encoding="utf-8") != text:
        replace(target, text)
    os.environ["FONTCONFIG_FILE"] = str(target)
    return target


def replace(target: Path, text: str) -> None:
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=target.parent, delete=False) as draft:
        draft.write(text)
    os.replace(draft.name, target)


def damaged() -> list[str]:
    """Names of the font files that are absent or differ from the lock."""
    return [
        name
        for name, entry in entries().items()
        if not (FOLDER / name).is_file()
        or hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() != entry["sha256"]
    ]


@cache
def characters() -> frozenset[int]:
    """Code points that at least one regular face can draw."""
    found: set[int] = set()
    for name, entry in entries().items():
        if entry["style"] == "Regular":
            with TTFont(FOLDER / name, lazy=True) as font:
                found.update(font.getBestCmap())
    return frozenset(found)
