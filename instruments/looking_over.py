"""What a tester is shown before handing over: what is missing, what is odd, each with its cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from instruments import evaluate, odd
from instruments.actions.checks import sentence
from instruments.models import Direction, Job, Reading
from instruments.record import Address, Record
from metrology.actors import Actor
from metrology.science.evaluation import CellKey, Evaluation
from metrology.science.plan import fill

MOST_OTHERS = 20
ARROWS = {Direction.UP: "↑", Direction.DOWN: "↓"}


@dataclass(frozen=True)
class Hint:
    """One line of the list: a cell, what is the matter with it."""

    cell: str
    where: str
    why: str


@dataclass(frozen=True)
class Overview:
    record: Record
    adjustment: str
    evaluation: Evaluation
    missing: tuple[Hint, ...]
    odd: tuple[Hint, ...]

    @property
    def is_complete(self) -> bool:
        return not self.missing


def look_over(record: Record, actor: Actor, words: str) -> Overview:
    """Everything worth a second look, in the words of the method (`words` is "zh" or "en")."""
    adjustment = record.final_adjustment
    evaluation = evaluate.preview(record, adjustment)
    readings = record.cells(adjustment)
    finding = odd.find(record.plans, readings, evaluation.outputs, words)
    copied = [_copied(record, job) for job in copies(record, actor, adjustment)]
    return Overview(
        record,
        adjustment,
        evaluation,
        tuple(_missing(record, evaluation, adjustment, words)),
        (*copied, *(_hint(record, one.cell, adjustment, one.reason, words) for one in finding)),
    )


def copies(record: Record, actor: Actor, adjustment: str) -> list[Job]:
    """Recent jobs of the institute with the same method whose whole series of numbers is this one."""
    mine = odd.numeric(record.plans, record.cells(adjustment))
    if len(mine) < odd.SHORTEST_SERIES:
        return []
    job = record.job
    recent = {
        row.pk: row
        for row in Job.objects.visible_to(actor)
        .select_related("instrument")
        .filter(institute=job.institute_id, method_version=job.method_version_id)
        .exclude(pk=job.pk)
        .exclude(instrument=job.instrument_id)
        .order_by("-pk")[:MOST_OTHERS]
    }
    series: dict[int, dict[CellKey, str]] = {pk: {} for pk in recent}
    rows = (
        Reading.objects.filter(job__in=recent, adjustment=adjustment).select_related("point").order_by("pk")
    )
    for row in rows.select_related("point").order_by("pk"):
        at = Address(row.point.test, row.point.key, row.column, row.repeat, row.direction)
        series[row.job_id][at.key] = row.text
    nominals = {(plan.test, plan.point): plan.nominal for plan in record.plans}
    return [
        recent[pk]
        for pk, found in series.items()
        if odd.is_copy(
            mine, odd.numeric(record.plans, {key: text for key, text in found.items() if text}), nominals
        )
    ]


def _missing(record: Record, evaluation: Evaluation, adjustment: str, words: str) -> Iterator[Hint]:
    for limit in record.method.environment:
        if limit.required and not getattr(record.job, limit.key, "x"):
            name = limit.zh if words == "zh" else limit.en
            yield Hint(f"climate/{limit.key}", name, _("The method asks for this climate value."))
    for key in evaluation.missing:
        yield _hint(record, key, adjustment, _("This cell is empty."), words)
    for problem in evaluation.problems:
        if problem.cell is not None:
            yield _hint(record, problem.cell, adjustment, sentence(problem), words)
        else:
            yield Hint("", f"{problem.test} {problem.point}", sentence(problem))


def _copied(record: Record, job: Job) -> Hint:
    first = next(iter(record.current))
    why = _("The whole series is that of %(instrument)s (%(job)s).") % {
        "instrument": job.instrument,
        "job": job.number,
    }
    return Hint(str(first), _("All readings"), why)


def _hint(record: Record, key: CellKey, adjustment: str, why: str, words: str) -> Hint:
    return Hint(str(Address.of(key, adjustment)), where(record, key, words), why)


def where(record: Record, key: CellKey, words: str) -> str:
    """A cell as people call it: test, point, column, repeat, direction."""
    section = record.method.section(key.test)
    plan = next(plan for plan in record.plans if (plan.test, plan.point) == (key.test, key.point))
    column = next(column for column in plan.columns if column.key == key.column)
    named = plan.label_zh if words == "zh" else plan.label_en
    label = " ".join(part for part in (named, plan.nominal) if part) or plan.point
    unit = fill(section.unit, record.job.parameters) if plan.nominal else ""
    several = f"#{key.repeat}" if column.repeats_at_most > 1 else ""
    parts = (
        section.zh if words == "zh" else section.en,
        f"{label} {unit}".strip(),
        column.zh if words == "zh" else column.en,
        several,
        ARROWS.get(Direction(key.direction.value), ""),
    )
    return " · ".join(part for part in parts if part)
