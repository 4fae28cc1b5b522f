"""The raw record as it was written: values in their cells, what was replaced struck through (rules 4.7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from instruments.models import Adjustment, Direction, Job, OutputValue, Point, Reading, Result
from instruments.record import Address
from instruments.views.words import VERDICTS, verdict_cell
from labs.views.document import said
from metrology.actors import Actor
from metrology.pages import Column, Part, Table, table
from metrology.science.conformity import Verdict
from metrology.science.plan import fill

ARROWS = {Direction.UP: "↑", Direction.DOWN: "↓"}

Node = dict[str, Any]
Place = tuple[str, int, str]
Quantity = tuple[str, str, str]


def sheets(job: Job, content: Node, actor: Actor) -> Iterator[Part]:
    """One sheet per plan, test and adjustment; the sheets of a plan that was replaced count no more."""
    points = list(Point.objects.visible_to(actor).filter(job=job).order_by("revision", "position"))
    readings: dict[int, list[Reading]] = {}
    for row in Reading.objects.visible_to(actor).filter(job=job).order_by("pk"):
        readings.setdefault(row.point_id, []).append(row)
    last = points[-1].revision if points else 0
    tests = {test["key"]: test for test in content.get("tests", ())}
    for (revision, key), found in groupby(points, lambda point: (point.revision, point.test)):
        group = list(found)
        for adjustment in Adjustment:
            written = {
                point.pk: [row for row in readings.get(point.pk, ()) if row.adjustment == adjustment]
                for point in group
            }
            if any(written.values()):
                sheet = _sheet(tests.get(key, {"key": key}), group, written, job.parameters)
                sheet |= {"adjustment": adjustment.label, "replaced": revision != last}
                yield Part("instruments/_sheet.html", sheet, said(tests.get(key, {"key": key})))


def _sheet(
    test: Node, points: list[Point], written: dict[int, list[Reading]], parameters: dict[str, Any]
) -> Node:
    columns = {column["key"]: column for column in test.get("columns", ())}
    order = list(columns)
    places = sorted(
        {(row.column, row.repeat, row.direction) for rows in written.values() for row in rows},
        key=lambda place: (
            order.index(place[0]) if place[0] in order else len(order),
            place[1],
            place[2] == Direction.DOWN,
        ),
    )
    named = {point["key"]: said(point) for point in test.get("points", ()) if "key" in point}
    return {
        "headings": [
            _heading(columns.get(place[0], {"key": place[0]}), place, parameters) for place in places
        ],
        "rows": [
            {
                "point": named.get(point.key, "") or point.nominal or point.key,
                "unit": point.unit if point.nominal else "",
                "cells": [_cell(point, written[point.pk], place, columns) for place in places],
            }
            for point in points
        ],
    }


def _heading(column: Node, place: Place, parameters: dict[str, Any]) -> str:
    _key, repeat, direction = place
    unit = fill(column.get("unit", ""), parameters)
    several = column.get("repeats", 1) > 1 or column.get("repeats_at_most", 1) > 1
    parts = (
        said(column),
        f"#{repeat}" if several else "",
        ARROWS.get(Direction(direction), ""),
        f"({unit})" if unit else "",
    )
    return " ".join(part for part in parts if part)


def _cell(point: Point, written: list[Reading], place: Place, columns: dict[str, Node]) -> Node:
    rows = [row for row in written if (row.column, row.repeat, row.direction) == place]
    texts = [row.text for row in rows]
    if columns.get(place[0], {}).get("kind") == "check":
        texts = [_checked(text) for text in texts]
    address = Address(point.test, point.key, *place, rows[-1].adjustment) if rows else None
    return {
        "now": texts[-1] if texts else "",
        "before": [text for text in texts[:-1] if text],
        "address": str(address) if address else "",
        "record_revision": rows[-1].record_revision if rows else 0,
    }


def _checked(text: str) -> str:
    """A check by eye as its word; a number stays as it is."""
    return str(VERDICTS[Verdict(text)][0]) if text in ("pass", "fail") else text


def values(
    job: Job, results: list[Result], content: Node, actor: Actor, before: Mapping[Quantity, str] | None = None
) -> Iterator[Table]:
    """What the newest evaluation computed, before and after adjustment; beside it the values of last time."""
    newest = {result.adjustment: result for result in reversed(results)}
    found: dict[int, list[OutputValue]] = {}
    rows = OutputValue.objects.visible_to(actor).filter(result__in=newest.values()).select_related("point")
    for row in rows.order_by("pk"):
        found.setdefault(row.result_id, []).append(row)
    names = _names(content)
    for result in newest.values():
        when = result.get_adjustment_display()
        for test, computed in groupby(found.get(result.pk, ()), key=lambda row: row.test):
            heading = _("Computed: %(test)s") % {"test": names.get((test, ""), test)}
            lines = list(computed)
            uncertain = any(row.expanded for row in lines)
            columns = _columns(names, _point_names(content), uncertain=uncertain, before=before)
            yield table(heading, columns, lines, note=when)


def quantity(value: OutputValue) -> Quantity:
    """What a value says something about, the same in every record of a method: test, point and quantity."""
    return value.test, value.point.key if value.point else "", value.key


def _names(content: Node) -> dict[tuple[str, str], str]:
    """The words of each test and output by (test, key); a test is under the empty key."""
    names: dict[tuple[str, str], str] = {}
    for test in content.get("tests", ()):
        names[test["key"], ""] = said(test)
        for output in (*test.get("columns", ()), *test.get("outputs", ()), *test.get("summaries", ())):
            names[test["key"], output["key"]] = said(output)
    return names


def _point_names(content: Node) -> dict[tuple[str, str], str]:
    """The words of each point that has some, by (test, key)."""
    return {
        (test["key"], point["key"]): said(point)
        for test in content.get("tests", ())
        for point in test.get("points", ())
        if "key" in point
    }


def _columns(
    names: dict[tuple[str, str], str],
    points: dict[tuple[str, str], str],
    *,
    uncertain: bool,
    before: Mapping[Quantity, str] | None,
) -> tuple[Column, ...]:
    """The columns of a test's values; U only where something carries one."""

    def last_time(row: OutputValue) -> str:
        return _checked((before or {}).get(quantity(row), ""))

    def point(row: OutputValue) -> str:
        if row.point is None:
            return ""
        return points.get((row.test, row.point.key), "") or row.point.nominal or row.point.key

    return (
        Column(_("Point"), point, mono=True),
        Column(_("Quantity"), lambda row: names.get((row.test, row.key), row.key)),
        Column(_("Reported"), lambda row: f"{_checked(row.reported)} {row.unit}", mono=True, numeric=True),
        *([Column(_("Last time"), last_time, mono=True, numeric=True)] if before else []),
        *([Column("U", lambda row: f"{row.expanded} (k={row.k})", mono=True)] if uncertain else []),
        Column(_("MPE"), lambda row: row.mpe if row.low or row.high else "", mono=True, numeric=True),
        Column(_("Limits"), lambda row: f"{row.low} … {row.high}" if row.low or row.high else "", mono=True),
        Column(_("Verdict"), lambda row: verdict_cell(row.verdict)),
    )
