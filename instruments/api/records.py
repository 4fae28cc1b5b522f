"""How the API shows a record: cells with their struck-through past, results, remarks, the empty grid."""

from typing import Any

from rest_framework import serializers

from instruments.gate import Finding, is_open
from instruments.models import Job, JobEquipment, OutputValue, Reading, Remark, Result
from instruments.record import Address, Record
from metrology.fields import PublicId, ScopedRelated
from metrology.science.evaluation import Evaluation


class RevisionSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    typed = serializers.CharField()
    person = serializers.CharField()
    observed_at = serializers.DateTimeField()
    revision = serializers.IntegerField()
    record_revision = serializers.IntegerField()
    struck = serializers.BooleanField(help_text="Replaced after a hand-over: shown struck through.")


class CellSerializer(serializers.Serializer[Any]):
    cell = serializers.CharField(help_text="test/point/column/repeat/direction/adjustment")
    test = serializers.CharField()
    point = serializers.CharField()
    column = serializers.CharField()
    repeat = serializers.IntegerField()
    direction = serializers.CharField()
    adjustment = serializers.CharField()
    text = serializers.CharField()
    revision = serializers.IntegerField()
    history = RevisionSerializer(many=True, help_text="Every revision, oldest first.")


class ValueSerializer(serializers.ModelSerializer[OutputValue]):
    point = serializers.CharField(source="point.key", read_only=True, default="")

    class Meta:
        model = OutputValue
        fields = (
            "test",
            "point",
            "key",
            "raw",
            "reported",
            "unit",
            "u",
            "nu",
            "k",
            "expanded",
            "mpe",
            "low",
            "high",
            "verdict",
            "contributions",
        )


class ResultSerializer(serializers.ModelSerializer[Result]):
    id = PublicId()
    adjustment = serializers.CharField(read_only=True)
    values = ValueSerializer(many=True, read_only=True)

    class Meta:
        model = Result
        fields = (
            "id",
            "adjustment",
            "revision",
            "record_revision",
            "verdict",
            "rule",
            "conclusion_zh",
            "conclusion_en",
            "engine_version",
            "input_hash",
            "evaluated_at",
            "values",
        )


class RemarkSerializer(serializers.ModelSerializer[Remark]):
    person = serializers.CharField(source="person.name", read_only=True)

    class Meta:
        model = Remark
        fields = ("text", "cell", "person", "revision", "at")


class UseSerializer(serializers.ModelSerializer[JobEquipment]):
    equipment = ScopedRelated(read_only=True)
    name = serializers.CharField(source="equipment.name_zh", read_only=True)
    serial = serializers.CharField(source="equipment.serial", read_only=True)
    trace_certificate = serializers.CharField(source="trace_certificate.number", read_only=True, default=None)
    valid_to = serializers.DateField(source="trace_certificate.valid_to", read_only=True, default=None)
    role = serializers.CharField(read_only=True)

    class Meta:
        model = JobEquipment
        fields = (
            "equipment",
            "name",
            "serial",
            "role",
            "condition",
            "note",
            "trace_certificate",
            "valid_to",
        )


class FindingSerializer(serializers.Serializer[Any]):
    rule = serializers.CharField()
    passed = serializers.BooleanField()
    blocking = serializers.BooleanField()
    reason = serializers.CharField()
    way_out = serializers.CharField()


class GateSerializer(serializers.Serializer[Any]):
    open = serializers.BooleanField()
    findings = FindingSerializer(many=True)


class LiveValueSerializer(serializers.Serializer[Any]):
    test = serializers.CharField()
    point = serializers.CharField()
    key = serializers.CharField()
    reported = serializers.CharField(allow_null=True)
    unit = serializers.CharField()
    mpe = serializers.CharField(allow_null=True)
    low = serializers.CharField(allow_null=True)
    high = serializers.CharField(allow_null=True)
    verdict = serializers.CharField(allow_null=True)


class SavedSerializer(serializers.Serializer[Any]):
    test = serializers.CharField()
    point = serializers.CharField()
    column = serializers.CharField()
    repeat = serializers.IntegerField()
    direction = serializers.CharField()
    adjustment = serializers.CharField()
    text = serializers.CharField()
    revision = serializers.IntegerField()


class RefusedSerializer(serializers.Serializer[Any]):
    pointer = serializers.CharField()
    detail = serializers.CharField()


class ConflictSerializer(SavedSerializer):
    position = serializers.IntegerField(help_text="Which of the sent cells was not written.")
    person = serializers.CharField()
    observed_at = serializers.DateTimeField()


class CommittedSerializer(serializers.Serializer[Any]):
    saved = SavedSerializer(many=True)
    conflicts = ConflictSerializer(many=True, help_text="Cells where a value stands that was not seen.")
    errors = RefusedSerializer(many=True)  # type: ignore[assignment]  # a field of this name
    outputs = LiveValueSerializer(many=True)
    missing = serializers.IntegerField(help_text="Cells that are still needed.")


def gate_body(findings: list[Finding]) -> dict[str, Any]:
    return {"open": is_open(findings), "findings": [finding.as_dict() for finding in findings]}


def cells_of(record: Record) -> list[dict[str, Any]]:
    """Every cell that was ever written, with all its revisions."""
    return [_cell(address, rows) for address, rows in record.history.items()]


def live_values(evaluation: Evaluation) -> list[dict[str, Any]]:
    return [
        {
            "test": output.test,
            "point": output.point,
            "key": output.key,
            "reported": output.reported,
            "unit": output.unit,
            "mpe": output.mpe,
            "low": output.low,
            "high": output.high,
            "verdict": output.verdict.value if output.verdict else None,
        }
        for output in evaluation.outputs
    ]


def _cell(address: Address, rows: list[Reading]) -> dict[str, Any]:
    later = [*rows[1:], None]
    return {
        "cell": str(address),
        **address._asdict(),
        "text": rows[-1].text,
        "revision": rows[-1].revision,
        "history": [
            {
                "text": row.text,
                "typed": row.typed,
                "person": row.person.name,
                "observed_at": row.observed_at,
                "revision": row.revision,
                "record_revision": row.record_revision,
                "struck": after is not None and after.record_revision > row.record_revision,
            }
            for row, after in zip(rows, later, strict=True)
        ],
    }


class PlanSerializer(serializers.Serializer[Any]):
    """The grid of a job: tests, points and cells, as the method lays them out for this instrument."""

    method = serializers.CharField()
    parameters = serializers.DictField(child=serializers.CharField())
    environment = serializers.ListField(child=serializers.DictField())
    tests = serializers.ListField(child=serializers.DictField())
    draft = serializers.DictField(child=serializers.CharField())


def plan_of(record: Record) -> dict[str, Any]:
    job: Job = record.job
    return {
        "method": record.version.edition.code,
        "parameters": job.parameters,
        "environment": [
            {
                "key": limit.key,
                "zh": limit.zh,
                "en": limit.en,
                "unit": limit.unit,
                "min": None if limit.min is None else str(limit.min),
                "max": None if limit.max is None else str(limit.max),
                "required": limit.required,
            }
            for limit in record.method.environment
        ],
        "tests": [
            {
                "key": section.key,
                "zh": section.zh,
                "en": section.en,
                "clause": section.clause,
                "mandatory": section.mandatory,
                "points": _points(record, section.key),
            }
            for section in record.method.tests
        ],
    }


def _points(record: Record, test: str) -> list[dict[str, Any]]:
    return [
        {
            "point": plan.point,
            "nominal": plan.nominal,
            "unit": plan.unit,
            "mandatory": plan.mandatory,
            "zh": plan.label_zh,
            "en": plan.label_en,
            "columns": [
                {
                    "key": column.key,
                    "zh": column.zh,
                    "en": column.en,
                    "unit": column.unit,
                    "kind": column.kind.value,
                    "directions": [direction.value for direction in column.directions],
                    "repeats": column.repeats,
                    "repeats_at_most": column.repeats_at_most,
                }
                for column in plan.columns
            ],
        }
        for plan in record.plans
        if plan.test == test
    ]
