"""A tile cartogram (示意图): regions as squares on a grid, an own drawing and no map of any boundary.

Where a tile stands is data of the region (`tile` in the seed: column and row); a region without a
place gets the next free one below the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from metrology import reference
from metrology.models import Region

SIZE = 120
GAP = 8
WIDE = 4
LONGEST, WIDEST = 14, 6


@dataclass(frozen=True)
class Tile:
    """One region: what stands in it, in which tone, and where it leads."""

    region: Region
    figure: str
    word: Any
    tone: str
    url: str
    column: int
    row: int

    @property
    def short(self) -> str:
        """As many words of the name as a tile holds; the whole stands in the table and is read aloud."""
        name, _bracket, _rest = self.region.name.partition(" (")
        most = LONGEST if name.isascii() else LONGEST // 2
        if len(name) <= most:
            return name
        kept = name[: most + 1].rpartition(" ")[0]
        return kept or f"{name[: most - 1]}…"

    @property
    def is_wide(self) -> bool:
        return len(self.figure) > WIDEST

    @property
    def x(self) -> int:
        return self.column * (SIZE + GAP)

    @property
    def y(self) -> int:
        return self.row * (SIZE + GAP)


@dataclass(frozen=True)
class Mark:
    """What is to be shown of a region."""

    region: Region
    figure: str
    word: Any
    tone: str
    url: str = ""


@dataclass(frozen=True)
class Cartogram:
    """The drawing: its tiles and the size of its sheet."""

    tiles: Sequence[Tile]
    width: int
    height: int
    size: int = SIZE


@cache
def places() -> dict[str, tuple[int, int]]:
    """Column and row of every region whose seed names them."""
    return {row["key"]: tuple(row["tile"]) for row in reference.read("regions") if row.get("tile")}


def draw(marks: Iterable[Mark]) -> Cartogram:
    """Every region on its own place, none on another's."""
    found = list(marks)
    known = {mark.region.pk: places()[mark.region.key] for mark in found if mark.region.key in places()}
    below = max((row for _column, row in known.values()), default=-1) + 1
    rest = [mark.region.pk for mark in found if mark.region.pk not in known]
    known |= {pk: (place % WIDE, below + place // WIDE) for place, pk in enumerate(rest)}
    tiles = [
        Tile(mark.region, mark.figure, mark.word, mark.tone, mark.url, *known[mark.region.pk])
        for mark in found
    ]
    columns = max((tile.column for tile in tiles), default=0) + 1
    rows = max((tile.row for tile in tiles), default=0) + 1
    return Cartogram(tiles, columns * (SIZE + GAP) - GAP, rows * (SIZE + GAP) - GAP)
