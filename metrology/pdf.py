"""Printed documents: HTML in, the same bytes out every time, or a refusal that names what cannot be printed.

WeasyPrint stands behind `metrology.press`, which is loaded on the first render and not before: it reads
FONTCONFIG_FILE when it is imported, needs Pango, and costs half a second that a web process does not owe.
"""

import os
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from metrology import fonts

if TYPE_CHECKING:
    from metrology.press import Press

STATIC = Path(__file__).resolve().parent / "static"
LINE_MARKS = frozenset("\t\n\r")
SAMPLE = "<p>量准 Liangzhun 0.25 μm ± 0.02 ℃</p>"
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class MissingGlyph(ValueError):
    """Some characters are in none of the project's fonts, so the document must not be issued."""

    def __init__(self, characters: Sequence[str]) -> None:
        self.characters = list(characters)
        super().__init__("no glyph for " + ", ".join(map(named, self.characters)))


class ForeignFont(RuntimeError):
    """A face from outside the project's folder was used: the isolation of the fonts has failed."""

    def __init__(self, families: Sequence[str]) -> None:
        self.families = list(families)
        super().__init__(f"fonts from outside the project were used: {', '.join(self.families)}")


class RefusedResource(ValueError):
    """The document asked for something that is neither data: nor a file of the project."""


@dataclass(frozen=True)
class Enclosure:
    """A file carried inside the document."""

    name: str
    content: bytes
    description: str
    relationship: str = "Alternative"


@dataclass(frozen=True)
class Metadata:
    """What the document says of itself; all of it given by the caller, so that a re-render is identical."""

    title: str
    created: datetime
    modified: datetime
    author: str = ""
    description: str = ""
    language: str = "zh-Hans"


@dataclass(frozen=True)
class Outcome:
    """What came off the press, with what the guard wants to know."""

    content: bytes
    families: frozenset[str]
    missing: frozenset[str]


def render(
    html: str,
    *,
    metadata: Metadata,
    stylesheets: Sequence[str] = (),
    enclosures: Sequence[Enclosure] = (),
    base_url: str | None = None,
    variant: str | None = None,
) -> bytes:
    """Print a page; `stylesheets` are CSS texts (parsed once per process), relative URLs start at static/."""
    outcome = press().run(
        html,
        metadata=metadata,
        stylesheets=stylesheets,
        enclosures=enclosures,
        base_url=base_url or f"{STATIC.as_uri()}/",
        variant=variant,
    )
    if outcome.missing:
        raise MissingGlyph(sorted(outcome.missing))
    if foreign := outcome.families - fonts.FAMILIES:
        raise ForeignFont(sorted(foreign))
    return outcome.content


def unprintable(text: str) -> list[str]:
    """Characters of a text that no font of the project can draw, each once; for checks at data entry."""
    printable = fonts.characters()
    found = (
        character
        for character in unicodedata.normalize("NFC", text)
        if ord(character) not in printable and character not in LINE_MARKS
    )
    return list(dict.fromkeys(found))


def named(character: str) -> str:
    """A character with its code point: what a user can read out to somebody."""
    shown = character if character.isprintable() else "?"
    return f"{shown} (U+{ord(character):04X})"


def press() -> "Press":
    """The press of this process; a forked child builds its own."""
    return press_of(os.getpid())


@cache
def press_of(pid: int) -> "Press":
    fonts.configure()
    made: Press = import_module("metrology.press").Press()
    return made


def check_environment() -> list[str]:
    """What keeps this machine from printing, one sentence each with its cure; empty when it prints."""
    if damaged := fonts.damaged():
        return [
            f"The print fonts {', '.join(damaged)} are absent or altered in {fonts.FOLDER}: "
            "restore metrology/fonts from the repository (git checkout -- metrology/fonts)."
        ]
    try:
        fonts.configure()
    except OSError as error:
        return [
            f"The font cache cannot be written ({error}): "
            "set DATA_DIR to a folder that this user may write to."
        ]
    try:
        faults = press().faults()
    except OSError as error:
        reason = str(error).strip().splitlines()[0]
        return [
            f"Pango cannot be loaded ({reason}): on Debian or Ubuntu run `apt-get install libpango-1.0-0 "
            "libpangoft2-1.0-0 libharfbuzz-subset0`, on macOS `brew install pango`."
        ]
    return faults or try_out()


def try_out() -> list[str]:
    try:
        render(SAMPLE, metadata=Metadata(title="sample", created=EPOCH, modified=EPOCH))
    except Exception as error:
        return [
            f"A sample page could not be printed ({error}): "
            "clear the folder fontconfig in DATA_DIR and start again."
        ]
    return []
