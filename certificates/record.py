"""The measured part of a snapshot: sections, points, readings with their history, and results."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from instruments import evaluate
from instruments.models import Job, OutputValue, Point, PointSource, Reading, Result
from metrology.science.method import ColumnKind, MethodDocument, Section
from metrology.science.plan import PointPlan, fill, points_for

Record = dict[str, Any]


def records_of(job: Job, document: MethodDocument) -> list[Record]:
    """The latest evaluation before and after adjustment, as found first; the last one decides."""
    ordered = evaluate.counting(job)
    if not ordered:
        raise LookupError("a job without a result cannot be certified")
    parameters = {key: str(text) for key, text in job.parameters.items()}
    plans = {(plan.test, plan.point): plan for plan in points_for(document, parameters)}
    points = _points(job)
    return [_record(job, document, result, points, plans, parameters) for result in ordered]


def people_of_readings(records: Iterable[Record]) -> list[str]:
    """The names of everybody who entered a value, each once."""
    names = (
        reading["person"]
        for record in records
        for section in record["sections"]
        for point in section["points"]
        for reading in point["readings"]
    )
    return list(dict.fromkeys(names))


def _points(job: Job) -> list[Point]:
    rows = list(
        job.points.order_by("revision", "position").prefetch_related(
            "sources__equipment", "sources__trace_certificate"
        )
    )
    return [point for point in rows if point.revision == rows[-1].revision]


def _record(
    job: Job,
    document: MethodDocument,
    result: Result,
    points: list[Point],
    plans: dict[tuple[str, str], PointPlan],
    parameters: dict[str, str],
) -> Record:
    readings = _readings(job, result)
    values: dict[tuple[str, int | None], list[OutputValue]] = defaultdict(list)
    for value in result.values.order_by("pk"):
        values[(value.test, value.point_id)].append(value)
    sections = [_section(section, points, plans, parameters, readings, values) for section in document.tests]
    return {
        "adjustment": result.adjustment,
        "verdict": result.verdict,
        "rule": result.rule,
        "conclusion": {"zh": result.conclusion_zh, "en": result.conclusion_en},
        "engine": result.engine_version,
        "input_hash": result.input_hash,
        "sections": [section for section in sections if section["points"] or section["whole"]],
    }


def _readings(job: Job, result: Result) -> dict[int, list[Record]]:
    """Per point its cells as they stood for this result, each with the values that were before."""
    cells: dict[tuple[int, str, int, str], list[Reading]] = defaultdict(list)
    rows = job.readings.filter(
        adjustment=result.adjustment, record_revision__lte=result.record_revision
    ).select_related("person")
    for row in rows.order_by("revision"):
        cells[(row.point_id, row.column, row.repeat, row.direction)].append(row)
    found: dict[int, list[Record]] = defaultdict(list)
    for (point, column, repeat, direction), revisions in cells.items():
        last = revisions[-1]
        if not any(row.text for row in revisions):
            continue
        found[point].append(
            {
                "column": column,
                "repeat": repeat,
                "direction": direction,
                "text": last.text,
                "person": last.person.name_zh,
                "at": last.observed_at.isoformat(),
                "history": [_earlier(row, after) for row, after in pairwise(revisions)],
            }
        )
    return found


def _earlier(row: Reading, after: Reading) -> Record:
    """A value that was replaced; struck through when it had been handed over before."""
    return {
        "text": row.text,
        "person": row.person.name_zh,
        "at": row.observed_at.isoformat(),
        "struck": after.record_revision > row.record_revision,
    }


def _section(
    section: Section,
    points: list[Point],
    plans: dict[tuple[str, str], PointPlan],
    parameters: dict[str, str],
    readings: dict[int, list[Record]],
    values: dict[tuple[str, int | None], list[OutputValue]],
) -> Record:
    names = {output.key: (output.zh, output.en) for output in (*section.outputs, *section.summaries)}
    names |= {column.key: (column.zh, column.en) for column in section.columns}
    rows = []
    for point in points:
        if point.test != section.key:
            continue
        measured = readings.get(point.pk, [])
        computed = values.get((section.key, point.pk), [])
        if measured or computed:
            rows.append(_point(point, plans.get((point.test, point.key)), measured, computed, names))
    return {
        "key": section.key,
        "zh": section.zh,
        "en": section.en,
        "clause": section.clause,
        "unit": fill(section.unit, parameters),
        "columns": [
            {
                "key": column.key,
                "zh": column.zh,
                "en": column.en,
                "unit": fill(column.unit, parameters),
                "check": column.kind is ColumnKind.CHECK,
            }
            for column in section.columns
        ],
        "points": rows,
        "whole": [_value(value, names) for value in values.get((section.key, None), [])],
    }


def _point(
    point: Point,
    plan: PointPlan | None,
    readings: list[Record],
    values: list[OutputValue],
    names: dict[str, tuple[str, str]],
) -> Record:
    return {
        "key": point.key,
        "zh": plan.label_zh if plan else "",
        "en": plan.label_en if plan else "",
        "nominal": point.nominal,
        "unit": point.unit,
        "readings": readings,
        "values": [_value(value, names) for value in values],
        "sources": list(dict.fromkeys(_source(source) for source in point.sources.all())),
    }


def _source(source: PointSource) -> str:
    """Equipment and trace certificate that a point rests on."""
    trace = source.trace_certificate
    return f"{source.equipment.public_id}:{trace.number if trace else ''}"


def _value(value: OutputValue, names: dict[str, tuple[str, str]]) -> Record:
    zh, en = names.get(value.key, (value.key, value.key))
    return {
        "key": value.key,
        "zh": zh,
        "en": en,
        "unit": value.unit,
        "raw": value.raw,
        "reported": value.reported,
        "u": value.u,
        "nu": value.nu,
        "k": value.k,
        "U": value.expanded,
        "mpe": value.mpe,
        "low": value.low,
        "high": value.high,
        "verdict": value.verdict,
    }
