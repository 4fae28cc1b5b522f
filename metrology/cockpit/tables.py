"""The tables of the cockpit: each is a view of its own, the twin of a drawing, and the file it exports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metrology import indicators
from metrology.actors import Actor
from metrology.cartogram import Mark
from metrology.cockpit import words
from metrology.expiries import Expiry
from metrology.indicators import Indicator
from metrology.models import Region
from metrology.pages import Cell, Column, Line, Table
from metrology.scorecard import Facts, Goal, Part, Rate, figures, goals, is_inside, must_act, rates

REGION = "region"


@dataclass(frozen=True)
class Heading(Column):
    """A heading that sorts its table; `sorted_as` is "ascending" or "descending" when it does so now."""

    url: str = ""
    sorted_as: str = ""


def address(region: Region, actor: Actor, query: dict[str, str]) -> str:
    """A region's page, for those who may see more of it than its figures."""
    if not is_inside(actor, region):
        return ""
    kept = {name: query[name] for name in ("as_of",) if name in query}
    return reverse("dashboard_region", args=[region.key]) + (f"?{urlencode(kept)}" if kept else "")


def parts_of(found: Sequence[Goal], name: str) -> dict[int, list[tuple[Goal, Part]]]:
    """Per region what the targets of an indicator ask of it."""
    asked: dict[int, list[tuple[Goal, Part]]] = {}
    for goal in found:
        if goal.indicator.name == name:
            for part in goal.parts:
                if part.asked:
                    asked.setdefault(part.region.pk, []).append((goal, part))
    return asked


def worst(held: Sequence[tuple[Goal, Part]]) -> Part | None:
    return min((part for _goal, part in held), key=lambda part: part.distance, default=None)


# --- Regions and all indicators -------------------------------------------------------------------
def regions(facts: Facts, day: date, actor: Actor, query: dict[str, str]) -> Table:
    """Every region with its own figures and its distance to the targets, sorted as asked."""
    own = figures(facts, day)
    found = goals(facts, day)
    asked = {one.name: parts_of(found, one.name) for one in indicators.all_of()}
    order = query.get("sort", REGION)
    rows = sorted(facts.regions, key=lambda region: _key(order, region, own), reverse=order.startswith("-"))
    lines = [
        Line(
            [
                Cell(region.name, url=address(region, actor, query)),
                *(
                    _figure(one, own[region.pk][one.name], worst(asked[one.name].get(region.pk, ())))
                    for one in indicators.all_of()
                ),
            ]
        )
        for region in rows
    ]
    headings = [_heading(gettext_lazy("Region"), REGION, query, numeric=False)]
    headings += [_heading(one.label, one.name, query) for one in indicators.all_of()]
    return Table(_("Regions"), headings, lines)


def _figure(indicator: Indicator, value: Any, part: Part | None) -> Cell:
    note = words.distance(part, indicator) if part is not None else ""
    if isinstance(value, Rate) and value.of:
        note = _("%(value)s of %(whole)s") % {"value": f"{value.value:f}", "whole": f"{value.of:f}"}
    return Cell(words.figure(indicator, value), numeric=True, note=note)


def _key(order: str, region: Region, own: dict[int, dict[str, Any]]) -> Any:
    name = order.lstrip("-")
    found = own[region.pk].get(name)
    if found is None:
        return (Decimal(0), region.path)
    if isinstance(found, Rate):
        found = found.percent if found.percent is not None else Decimal(-1)
    return (found, region.path)


def _heading(label: Any, name: str, query: dict[str, str], *, numeric: bool = True) -> Heading:
    order = query.get("sort", REGION)
    now = order.lstrip("-") == name
    first = name if not numeric else f"-{name}"
    turned = name if order.startswith("-") else f"-{name}"
    link = urlencode({**query, "view": "table", "sort": turned if now else first})
    sorted_as = ("descending" if order.startswith("-") else "ascending") if now else ""
    return Heading(label, name, numeric=numeric, url=f"?{link}", sorted_as=sorted_as)


# --- One indicator: the cartogram and its twin ----------------------------------------------------
def marks(facts: Facts, day: date, indicator: Indicator, actor: Actor, query: dict[str, str]) -> list[Mark]:
    """What the tile of each region shows: its figure, its distance in words, its tone."""
    own = figures(facts, day)
    asked = parts_of(goals(facts, day), indicator.name)
    found = []
    for region in facts.regions:
        part = worst(asked.get(region.pk, ()))
        word = words.distance(part, indicator) if part is not None else _("No target")
        found.append(
            Mark(
                region,
                words.figure(indicator, own[region.pk][indicator.name]),
                word,
                words.tone(part) if part is not None else "plain",
                address(region, actor, query),
            )
        )
    return found


TWIN = (
    Column(gettext_lazy("Region"), "region"),
    Column(gettext_lazy("Figure"), "figure", numeric=True),
    Column(gettext_lazy("Distance"), "distance"),
    Column(gettext_lazy("Target"), "asked", numeric=True),
    Column(gettext_lazy("Must act"), "responsible"),
)


def twin(facts: Facts, day: date, indicator: Indicator, actor: Actor, query: dict[str, str]) -> Table:
    """The cartogram as a table: institute by institute where the target asks it of each."""
    own = figures(facts, day)
    asked = parts_of(goals(facts, day), indicator.name)
    lines = []
    for region in facts.regions:
        held = asked.get(region.pk, [])
        name = Cell(region.name, url=address(region, actor, query))
        for goal, part in held:
            lines.append(_twin_line(facts, name, goal, part))
        if not held:
            value = Cell(words.figure(indicator, own[region.pk][indicator.name]), numeric=True)
            lines.append(Line([name, value, Cell(_("No target")), Cell("", numeric=True), Cell("")]))
    return Table(indicator.label, TWIN, lines)


def _twin_line(facts: Facts, name: Cell, goal: Goal, part: Part) -> Line:
    of_each = str(part.body) if part.body else ""
    return Line(
        [
            Cell(name.text, url=name.url, note=of_each),
            Cell(words.with_unit(part.value, goal.indicator), numeric=True),
            Cell(words.distance(part, goal.indicator), state=words.STATES[words.tone(part)]),
            Cell(words.with_unit(part.asked, goal.indicator), numeric=True),
            Cell("" if part.reached else must_act(facts, goal, part.region) or ""),
        ]
    )


# --- Over the months ------------------------------------------------------------------------------
def over_time(facts: Facts) -> tuple[list[Goal], dict[str, list[tuple[date, Decimal | None]]]]:
    """The goals of the last day, and for each of them and each rate its figure on every day."""
    last = goals(facts, facts.days[-1])
    series: dict[str, list[tuple[date, Decimal | None]]] = {}
    for day in facts.days:
        by_key = {series_key(goal): goal for goal in goals(facts, day)}
        for goal in last:
            found = by_key.get(series_key(goal))
            figure = found.figure if found is not None and found.parts else None
            series.setdefault(series_key(goal), []).append((day, figure))
        for rate in rates(facts, day):
            series.setdefault(rate.indicator.name, []).append((day, rate.percent))
    return last, series


def series_key(goal: Goal) -> str:
    return f"{goal.indicator.name}/{goal.target.level}"


def months(facts: Facts, last: Sequence[Goal], series: dict[str, list[tuple[date, Decimal | None]]]) -> Table:
    """The trend as a table, the newest day first."""
    rated = [one for one in indicators.all_of() if one.is_rate and one.name in series]
    columns = [
        Column(gettext_lazy("As of"), "day"),
        *(Column(f"{goal.indicator.label} · {words.scope_of(goal)}", "x", numeric=True) for goal in last),
        *(Column(one.label, "x", numeric=True) for one in rated),
    ]
    keys = [*(series_key(goal) for goal in last), *(one.name for one in rated)]
    lines = [
        Line([Cell(day), *(_at(series[key][place][1], key in indicators.offered) for key in keys)])
        for place, day in reversed(list(enumerate(facts.days)))
    ]
    return Table(_("Trend"), columns, lines)


def _at(value: Decimal | None, is_rate: bool) -> Cell:
    if value is None:
        return Cell("—", numeric=True)
    return Cell(f"{value:f} %" if is_rate else words.number(value, 1), numeric=True)


# --- What ends ------------------------------------------------------------------------------------
EXPIRY = (
    Column(gettext_lazy("Ends on"), "ends_on"),
    Column(gettext_lazy("Kind"), "kind"),
    Column(gettext_lazy("Of"), "subject"),
    Column(gettext_lazy("Number"), "number", mono=True),
    Column(gettext_lazy("Body"), "body"),
    Column(gettext_lazy("Who must act"), "deed"),
)


def expiry(heading: Any, rows: Sequence[Expiry], day: date, *, note: Any = "") -> Table:
    lines = [
        Line(
            [
                Cell(row.ends_on, note=_left(row.ends_on, day)),
                Cell(row.source.label),
                Cell(row.subject, url=row.url),
                Cell(row.number, mono=True),
                Cell(row.body, url=row.body_url),
                Cell(row.source.deed),
            ]
        )
        for row in rows
    ]
    return Table(heading, EXPIRY, lines, note)


def _left(ends_on: date, day: date) -> str:
    days = (ends_on - day).days
    if days < 0:
        return _("%(count)d days ago") % {"count": -days}
    return _("in %(count)d days") % {"count": days}
