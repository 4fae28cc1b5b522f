"""A list whose rows can be chosen with a box each (templates/metrology/_pick_table.html)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from metrology import navigation
from metrology.pages import Column, Line


@dataclass(frozen=True)
class Pick:
    """A row with its box: `key` is sent, `name` is read out, the cell at `name_at` leads to its page."""

    key: Any
    name: str
    line: Line
    name_at: int = 0
    skip: bool = False


def picks(
    columns: Sequence[Column],
    rows: Iterable[Any],
    key: Callable[[Any], Any],
    *,
    name_at: int = 0,
    skip: Callable[[Any], bool] = lambda row: False,
) -> list[Pick]:
    """The rows with their boxes; "all" passes over those that `skip`."""
    return [
        Pick(
            key(row),
            str(row),
            Line([column.cell(row) for column in columns], navigation.address_of(row)),
            name_at,
            skip(row),
        )
        for row in rows
    ]
