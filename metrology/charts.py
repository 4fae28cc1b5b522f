"""Line charts drawn on the server as SVG; the numbers stand in a table beside each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

WIDTH, HEIGHT = 640, 200
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 26, 26
STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Tick:
    """A line of the grid, or a word on the axis."""

    at: str
    text: str


@dataclass(frozen=True)
class Chart:
    """Everything a template needs: one line (broken where there is no figure), the target, the axes."""

    title: Any
    paths: Sequence[str]
    dots: Sequence[tuple[str, str]]
    last: tuple[str, str, str] | None
    target: Tick | None
    levels: Sequence[Tick]
    days: Sequence[Tick]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


def line(
    title: Any,
    points: Sequence[tuple[date, Decimal | None]],
    *,
    target: Decimal | None = None,
    most: Decimal | None = None,
    unit: str = "",
) -> Chart:
    """A figure over the days, from zero up to a round number above everything shown."""
    values = [value for _day, value in points if value is not None]
    top = most or _round_up(max([*values, target or Decimal(0), Decimal(1)]))
    first, last = points[0][0], points[-1][0]
    span = max((last - first).days, 1)

    def across(day: date) -> str:
        return f"{LEFT + (WIDTH - LEFT - RIGHT) * (day - first).days / span:.1f}"

    def up(value: Decimal) -> str:
        return f"{HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * float(value / top):.1f}"

    dots = [(across(day), up(value)) for day, value in points if value is not None]
    end = points[-1][1]
    return Chart(
        title=title,
        paths=_paths(points, across, up),
        dots=dots,
        last=(*dots[-1], f"{_short(end)}{unit}") if end is not None else None,
        target=Tick(up(target), _short(target)) if target is not None else None,
        levels=[Tick(up(top * part / 4), _short(top * part / 4)) for part in range(5)],
        days=[Tick(across(day), f"{day:%Y-%m}") for day, _value in _few(points)],
    )


def _short(value: Decimal) -> str:
    return f"{round(value, 1).normalize():,f}"


def _paths(points: Sequence[tuple[date, Decimal | None]], across: Any, up: Any) -> list[str]:
    runs: list[list[str]] = [[]]
    for day, value in points:
        if value is None:
            runs.append([])
        else:
            runs[-1].append(f"{across(day)},{up(value)}")
    return [" ".join(run) for run in runs if len(run) > 1]


def _few(points: Sequence[tuple[date, Any]]) -> Sequence[tuple[date, Any]]:
    step = max(len(points) // 6, 1)
    return [*points[:-1][::step][:6], points[-1]] if len(points) > 6 else points


def _round_up(value: Decimal) -> Decimal:
    scale = Decimal(1).scaleb(value.adjusted())
    return next((step * scale for step in STEPS if step * scale >= value), 10 * scale)
