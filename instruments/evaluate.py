"""The only bridge from readings to results: record + method version → science → append-only Result."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.translation import gettext as _

from instruments.models import Job, OutputValue, Reading, Result
from instruments.record import Address, Record, document_of
from metrology import clock
from metrology.science.evaluation import CellKey, Evaluation, conclusion, evaluate
from metrology.science.mpe import Tables, load_tables


@cache
def tables() -> Tables:
    """The published limits shipped as data."""
    return load_tables(settings.BASE_DIR / "metrology" / "seed" / "mpe_tables.json")


def preview(record: Record, adjustment: str) -> Evaluation:
    """What the present readings come to; nothing is stored."""
    return evaluate(
        record.method,
        parameters=record.job.parameters,
        stage=record.job.stage,
        cells=record.cells(adjustment),
        tables=tables(),
    )


def store(record: Record) -> Result:
    """Keep the results of every adjustment state; equal input is kept once. Answers the judged one."""
    return [_stored(record, adjustment) for adjustment in record.adjustments][-1]


def latest(record: Record, adjustment: str) -> Result | None:
    """The last stored result of the present plan in one state of adjustment."""
    rows = record.job.results.filter(adjustment=adjustment, plan=record.plan_revision)
    result: Result | None = rows.order_by("-revision").first()
    return result


def counting(job: Job) -> list[Result]:
    """The results that speak for a job: as found, then as left if it was adjusted; the last one is judged."""
    if job.method_version_id is None:
        return []
    record = Record(job)
    found = (latest(record, adjustment) for adjustment in record.adjustments)
    return [result for result in found if result is not None]


def is_fresh(record: Record, result: Result) -> bool:
    """Whether a stored result still says what the present readings come to."""
    return preview(record, result.adjustment).input_hash == result.input_hash


def _stored(record: Record, adjustment: str) -> Result:
    evaluation = preview(record, adjustment)
    before = latest(record, adjustment)
    if before is not None and before.input_hash == evaluation.input_hash:
        return before
    verdict = evaluation.verdict
    words = conclusion(record.method, record.job.parameters, verdict) if verdict else None
    result: Result = Result.objects.create(
        job=record.job,
        adjustment=adjustment,
        revision=record.job.results.filter(adjustment=adjustment).count() + 1,
        record_revision=record.job.revision,
        plan=record.plan_revision,
        parameters=record.job.parameters,
        verdict=verdict.value if verdict else "",
        rule=",".join(sorted({output.rule for output in evaluation.outputs if output.rule}))[:24],
        conclusion_zh=words.zh if words else "",
        conclusion_en=words.en if words else "",
        engine_version=evaluation.engine,
        input_hash=evaluation.input_hash,
        method_version=record.version,
        evaluated_at=clock.now(),
    )
    OutputValue.objects.bulk_create(_values(record, result, evaluation))
    return result


def _values(record: Record, result: Result, evaluation: Evaluation) -> Iterator[OutputValue]:
    for output in evaluation.outputs:
        yield OutputValue(
            result=result,
            point=record.points.get((output.test, output.point)),
            test=output.test,
            key=output.key,
            raw=output.value or "",
            reported=output.reported or "",
            unit=output.unit,
            u=output.u or "",
            nu=output.nu or "",
            k=output.k or "",
            expanded=output.U or "",
            mpe=output.mpe or "",
            low=output.low or "",
            high=output.high or "",
            verdict=output.verdict.value if output.verdict else "",
            contributions=[
                {"symbol": line.symbol, "value": line.value, "share": line.share}
                for line in output.contributions
            ],
        )


@dataclass(frozen=True)
class Difference:
    """A stored result that today's engine does not confirm, and in what."""

    result: Result
    what: str


def recompute() -> Iterator[Difference]:
    """Compare every stored result with a new evaluation of the readings it rested on."""
    rows = Result.objects.select_related("job", "method_version").order_by("pk")
    for result in rows.iterator(chunk_size=200):
        yield from _differences(result)


def _differences(result: Result) -> Iterator[Difference]:
    evaluation = evaluate(
        document_of(result.method_version),
        parameters=result.parameters,
        stage=result.job.stage,
        cells=_cells_behind(result),
        tables=tables(),
    )
    if evaluation.engine == result.engine_version and evaluation.input_hash != result.input_hash:
        yield Difference(result, _("the input is another"))
    verdict = evaluation.verdict.value if evaluation.verdict else ""
    if verdict != result.verdict:
        yield Difference(result, _("the verdict would be “%(verdict)s”") % {"verdict": verdict})
    kept = {
        (value.test, value.point.key if value.point else "", value.key): (value.raw, value.reported)
        for value in result.values.select_related("point")
    }
    computed = {
        (output.test, output.point, output.key): (output.value or "", output.reported or "")
        for output in evaluation.outputs
    }
    for place in sorted(kept.keys() | computed.keys()):
        if kept.get(place) != computed.get(place):
            facts = {"place": "/".join(place), "kept": kept.get(place), "now": computed.get(place)}
            yield Difference(result, _("%(place)s: kept %(kept)s, computed %(now)s") % facts)


def _cells_behind(result: Result) -> Mapping[CellKey, str]:
    """The cells as they stood when the result was computed."""
    rows = (
        Reading.objects.filter(
            job=result.job_id,
            adjustment=result.adjustment,
            point__revision=result.plan,
            record_revision__lte=result.record_revision,
            received_at__lte=result.evaluated_at,
        )
        .select_related("point")
        .order_by("pk")
    )
    texts = {
        Address(
            row.point.test, row.point.key, row.column, row.repeat, row.direction, row.adjustment
        ).key: row.text
        for row in rows
    }
    return {key: text for key, text in texts.items() if text}
