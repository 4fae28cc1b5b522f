"""What can be found: each app hands in its nouns from ready(), the kernel knows none of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, QuerySet

from metrology.actors import Actor
from metrology.models import SearchEntry
from metrology.search.words import fold, lines, pinyin

SHIFT = 40
ROW = (1 << SHIFT) - 1
TITLE, SUBTITLE = 240, 400


@dataclass(frozen=True)
class Source:
    """A noun that can be found, by lookups from its row.

    `codes` are what a label or a document carries: typed in full, they lead straight to the page.
    `names` are found by pinyin too. `follows` says which other noun's words are repeated here, by
    the lookup that leads there. `number` stands in every key: it is never used for another noun.
    """

    number: int
    rows: QuerySet[Any]
    label: Any
    icon: str
    page: Callable[[str], str]
    title: tuple[str, ...]
    subtitle: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    follows: Mapping[str, str] = field(default_factory=dict)
    key: str = "public_id"
    position: int = 50

    @property
    def model(self) -> type[Model]:
        return self.rows.model

    @property
    def first(self) -> int:
        """The key before every entry of this source."""
        return self.number << SHIFT

    @property
    def last(self) -> int:
        return self.first | ROW

    @property
    def fields(self) -> tuple[str, ...]:
        every = ("pk", self.key, *self.title, *self.subtitle, *self.codes, *self.names, *self.words)
        return tuple(dict.fromkeys(every))

    def visible_to(self, actor: Actor) -> Any:
        return self.rows.all().visible_to(actor)  # type: ignore[attr-defined]  # every source is a scoped noun

    def entry(self, row: Mapping[str, Any]) -> SearchEntry:
        return SearchEntry(*self.columns(row))  # type: ignore[misc]  # in the order of its fields

    def columns(self, row: Mapping[str, Any]) -> tuple[int | str, ...]:
        """The columns of the entry of a row that is given as its `fields`."""

        def said(names: tuple[str, ...]) -> list[str]:
            return [str(row[name]) for name in names if row[name] not in (None, "")]

        names = [fold(name) for name in said(self.names)]
        codes = [fold(code) for code in said(self.codes)]
        spelled = [pinyin(name) for name in names]
        return (
            self.first | row["pk"],
            str(row[self.key]),
            " ".join(said(self.title))[:TITLE],
            " · ".join(dict.fromkeys(said(self.subtitle)))[:SUBTITLE],
            lines([*codes, *names, *(fold(word) for word in said(self.words))]),
            lines(codes),
            lines([initials for initials, _whole in spelled]),
            lines([whole for _initials, whole in spelled]),
        )


sources: dict[int, Source] = {}


def offer(*found: Source) -> None:
    """Let these nouns be found; handing one in again replaces it."""
    sources.update({source.number: source for source in found})


def in_order() -> list[Source]:
    return sorted(sources.values(), key=lambda source: (source.position, source.number))


def of_model(label: str) -> list[Source]:
    return [source for source in sources.values() if source.model._meta.label_lower == label]


def following(label: str) -> list[tuple[Source, str]]:
    """The sources that repeat words of this noun, with the lookup that leads to it."""
    return [(source, source.follows[label]) for source in sources.values() if label in source.follows]
