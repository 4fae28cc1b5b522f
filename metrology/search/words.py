"""How text is folded, spelled in pinyin and cut into grams; the same for what is kept and what is asked.

A word is found wherever it stands in a field. Pinyin initials are found from the beginning of a
name, and from three letters on anywhere in it; full pinyin from the beginning (`ylb`, `yalibiao`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

EDITION = 2
"""Of the grams: raised with every change of what they are, so that the next migrate makes them anew."""
LEAST = 2
ANYWHERE = 3
SIZES = (2, 3, 5)
MOST_WORDS = 8
MOST_CHARACTERS = 100
LINE = "\n"
INITIAL, BEGINNING, WHOLE = "~", "^", "="

_GAP = re.compile(r"[\s\x00-\x1f\x7f]+")
_LETTERS = re.compile(r"[a-z]+")
_LATIN = re.compile(r"[a-z0-9]+")
_LATIN_RUN = re.compile(r"[!-~]{3,}")
_HAN = re.compile(r"[\u3400-\u9fff]")


def fold(text: object) -> str:
    """Text as it is compared: half-width (NFKC), no letter case, single spaces."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", str(text)).casefold())
    return _GAP.sub(" ", plain).strip()


def lines(values: Iterable[str]) -> str:
    """Each different value on a line of its own, so that no word reaches over two fields."""
    kept = dict.fromkeys(value for value in values if value)
    return f"{LINE}{LINE.join(kept)}{LINE}" if kept else ""


@lru_cache(maxsize=50_000)
def pinyin(name: str) -> tuple[str, str]:
    """The initials and the whole pinyin of a folded name, polyphones by their phrase; nothing without Han."""
    if not _HAN.search(name):
        return "", ""
    syllables = lazy_pinyin(name, style=Style.NORMAL, errors=_others)  # type: ignore[arg-type]  # a list is taken as so many syllables
    return "".join(_initial(one) for one in syllables), "".join(syllables)


def _others(text: str) -> list[str]:
    return _LATIN.findall(text)


def _initial(syllable: str) -> str:
    return syllable if syllable[:1].isdigit() else syllable[:1]


def whole(code: str) -> str:
    """The gram of a folded code that is given in full."""
    return WHOLE + code.replace(" ", "")


def grams(words: str, codes: str, initials: str, spelled: str) -> set[str]:
    """Every gram an entry can be found by; PostgreSQL makes the same ones (metrology/search/tables.py)."""
    found: set[str] = {whole(code) for code in codes.split(LINE) if code}
    for part in words.split():
        found.update(_plain(part))
    for part in initials.split():
        found.update(INITIAL + gram for gram in _cut(part, ANYWHERE))
        found.update(_beginnings(part))
    for part in spelled.split():
        found.update(_beginnings(part))
    return found


def _cut(part: str, size: int) -> list[str]:
    return [part[i : i + size] for i in range(len(part) - size + 1)]


def _plain(part: str) -> list[str]:
    found = _cut(part, SIZES[0])
    for run in (part,) if part.isascii() else _LATIN_RUN.findall(part):
        for size in SIZES[1:]:
            found += _cut(run, size)
    return found


def _beginnings(part: str) -> Iterator[str]:
    return (BEGINNING + part[:size] for size in SIZES if len(part) >= size)


def _size(word: str) -> int:
    return max(size for size in SIZES if size <= len(word))


@dataclass(frozen=True)
class Word:
    """One word of a query: the grams that any entry with it has, by each way it can be meant."""

    text: str

    @property
    def is_spelled(self) -> bool:
        return _LETTERS.fullmatch(self.text) is not None

    @property
    def initials(self) -> str:
        """What the initials must contain."""
        return self.text if len(self.text) >= ANYWHERE else LINE + self.text

    def ways(self) -> list[list[str]]:
        """Alternative sets of grams; an entry with the word has every gram of at least one of them."""
        ascii_only = self.text.isascii()
        size = _size(self.text) if ascii_only else SIZES[0]
        found = [list(dict.fromkeys(_cut(self.text, size)))]
        if not ascii_only:
            found[0] += [gram for run in _LATIN_RUN.findall(self.text) for gram in _cut(run, _size(run))]
        if self.is_spelled:
            beginning = BEGINNING + self.text[: _size(self.text)]
            if len(self.text) >= ANYWHERE:
                found.append([INITIAL + gram for gram in dict.fromkeys(_cut(self.text, ANYWHERE))])
            found.append([beginning])
        return found

    def is_in(self, words: str, initials: str, spelled: str) -> bool:
        return self.text in words or (
            self.is_spelled and (self.initials in initials or LINE + self.text in spelled)
        )


@dataclass(frozen=True)
class Query:
    """What was asked: every word must be found."""

    text: str
    words: tuple[Word, ...]

    @property
    def is_too_short(self) -> bool:
        return not self.words


def parse(asked: str) -> Query:
    """The query of a text; single characters beside longer words narrow nothing down and are left out."""
    text = fold(asked[:MOST_CHARACTERS])
    long = [part for part in dict.fromkeys(text.split(" ")) if len(part) >= LEAST]
    return Query(text, tuple(Word(part) for part in long[:MOST_WORDS]))
