"""What a person still has to do, as the apps hand it in from ready(): named before the person goes."""

from __future__ import annotations

from collections.abc import Callable

from metrology.models import Person

MOST_NAMED = 10

open_work: dict[str, Callable[[Person], list[str]]] = {}


def of(person: Person | None) -> list[str]:
    """What somebody else must take over, in words."""
    if person is None:
        return []
    return [words for source in open_work.values() for words in source(person)]
