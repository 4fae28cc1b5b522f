"""Numbers of the plan by name: each app hands in its own from ready(), the cockpit asks for them.

What an indicator answers are totals per body and region, as the scorecard publishes them; which rows
stand behind them remains a matter of `visible_to`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from metrology.actors import Actor
from metrology.models import Region

ZERO = Decimal(0)


@dataclass(frozen=True)
class Tally:
    """What one body (or a region as a whole) contributes on a day; a rate has what it is part `of`."""

    day: date
    region: int
    value: Decimal
    body: int | None = None
    of: Decimal = ZERO


Count = Callable[[Sequence[date], str], Iterable[Tally]]
"""The tallies of all bodies below a path of regions, on each of these days, in one grouped query."""


@dataclass(frozen=True)
class Indicator:
    """A number that can be asked of any day (指标)."""

    name: str
    label: Any
    unit: Any
    count: Count
    position: int
    is_rate: bool = False
    note: Any = ""
    decimals: int = 0


@dataclass(frozen=True)
class Holding:
    """What a region's page lists under a tab: rows as the actor may see them, ready as a table."""

    name: str
    label: Any
    position: int
    table: Callable[[Region, Actor, date], Any]


offered: dict[str, Indicator] = {}
holdings: dict[str, Holding] = {}


def offer(*found: Indicator | Holding) -> None:
    """Called once from ready()."""
    for one in found:
        if isinstance(one, Indicator):
            offered[one.name] = one
        else:
            holdings[one.name] = one


def all_of() -> list[Indicator]:
    return sorted(offered.values(), key=lambda one: one.position)


def tabs() -> list[Holding]:
    return sorted(holdings.values(), key=lambda one: one.position)


def column(place: int) -> str:
    """The name under which a query counts the day at this place."""
    return f"day_{place}"


def tallies(
    rows: Iterable[Any],
    days: Sequence[date],
    *,
    region: str,
    body: str = "",
    of: bool = False,
    places: int = 0,
) -> list[Tally]:
    """The rows of a grouped query with one column per day, as tallies; days without anything are left out.

    A sum of decimals comes back from SQLite as a binary fraction: it is rounded to the places it has.
    """
    exact = Decimal(1).scaleb(-places)
    found: list[Tally] = []
    for row in rows:
        for place, day in enumerate(days):
            value = Decimal(row[column(place)] or 0).quantize(exact)
            whole = Decimal(row[f"of_{place}"] or 0) if of else ZERO
            if value or whole:
                found.append(Tally(day, row[region], value, row[body] if body else None, whole))
    return found
