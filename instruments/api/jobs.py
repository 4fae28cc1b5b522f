"""The API's jobs: from assignment to the checker, with the record, its results and the gate."""

from typing import Any

import django_filters
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from instruments import evaluate, gate
from instruments.actions import jobs, records, review
from instruments.api.fields import SEARCH_LABEL, Parameters, ReasonBody, containing
from instruments.api.records import (
    CellSerializer,
    CommittedSerializer,
    GateSerializer,
    PlanSerializer,
    RemarkSerializer,
    ResultSerializer,
    UseSerializer,
    cells_of,
    gate_body,
    live_values,
    plan_of,
)
from instruments.models import Job, JobEquipment, RecordDraft
from instruments.record import Record
from labs.models import Equipment, Laboratory, MethodVersion, Room, Standard
from metrology.api import post_action
from metrology.doors import Body, Day, Filters, Noun, RegionFilter, Several
from metrology.errors import Conflict, Invalid
from metrology.fields import PublicId, ScopedRelated, StrictText
from metrology.models import Person


class JobSerializer(serializers.ModelSerializer[Job]):
    id = PublicId()
    order = serializers.CharField(source="item.order.number", read_only=True)
    client_name = serializers.CharField(source="item.order.client.name", read_only=True)
    institute = ScopedRelated(read_only=True)
    instrument = ScopedRelated(read_only=True)
    label_no = serializers.CharField(source="instrument.label_no", read_only=True)
    instrument_name = serializers.CharField(source="instrument.name", read_only=True)
    serial = serializers.CharField(source="instrument.serial", read_only=True)
    method: Any = serializers.SlugRelatedField("code", read_only=True)
    assignee_name = serializers.CharField(source="assignee.name", read_only=True, default=None)
    tester_name = serializers.CharField(source="tester.name", read_only=True, default=None)
    checker_name = serializers.CharField(source="checker.name", read_only=True, default=None)
    approver_name = serializers.CharField(source="approver.name", read_only=True, default=None)

    class Meta:
        model = Job
        fields: tuple[str, ...] = (
            "id",
            "number",
            "order",
            "client_name",
            "institute",
            "instrument",
            "label_no",
            "instrument_name",
            "serial",
            "service",
            "stage",
            "state",
            "place",
            "method",
            "assignee_name",
            "tester_name",
            "checker_name",
            "approver_name",
            "tested_on",
            "promised_on",
            "received_at",
            "revision",
            "issue_no",
            "version",
        )


class JobDetail(JobSerializer):
    method_version = serializers.CharField(read_only=True, allow_null=True)
    standard = ScopedRelated(read_only=True)
    standard_name = serializers.CharField(source="standard.name", read_only=True, default=None)
    room_name = serializers.CharField(source="room.name", read_only=True, default=None)
    repeats_job = ScopedRelated(read_only=True)
    parameters = Parameters(read_only=True)
    equipment = UseSerializer(many=True, read_only=True)
    readings = serializers.SerializerMethodField()
    results = ResultSerializer(many=True, read_only=True)
    remarks = RemarkSerializer(many=True, read_only=True)

    class Meta(JobSerializer.Meta):
        fields = (
            *JobSerializer.Meta.fields,
            "method_version",
            "standard",
            "standard_name",
            "parameters",
            "room_name",
            "site_address",
            "temperature",
            "humidity",
            "pressure",
            "checked_on",
            "approved_on",
            "submitted_at",
            "amend_reason",
            "repeats_job",
            "equipment",
            "readings",
            "results",
            "remarks",
        )

    @extend_schema_field(CellSerializer(many=True))
    def get_readings(self, row: Job) -> Any:
        return CellSerializer(cells_of(Record(row)), many=True).data


class StartedJob(JobDetail):
    gate = GateSerializer(read_only=True)

    class Meta(JobDetail.Meta):
        fields = (*JobDetail.Meta.fields, "gate")


class AssignBody(Body):
    assignee = ScopedRelated(queryset=Person.objects.all())
    laboratory = ScopedRelated(queryset=Laboratory.objects.all(), required=False, allow_null=True)


class StartBody(Body):
    method_version = ScopedRelated(
        queryset=MethodVersion.objects.select_related("edition__method"), required=False, allow_null=True
    )
    standard = ScopedRelated(queryset=Standard.objects.all(), required=False, allow_null=True)
    equipment = Several(child=ScopedRelated(queryset=Equipment.objects.all()), required=False, max_length=50)
    room = ScopedRelated(queryset=Room.objects.all(), required=False, allow_null=True)
    parameters = Parameters(required=False)


class ClimateBody(Body):
    temperature = StrictText(max_length=24, required=False, allow_blank=True)
    humidity = StrictText(max_length=24, required=False, allow_blank=True)
    pressure = StrictText(max_length=24, required=False, allow_blank=True)
    room = ScopedRelated(queryset=Room.objects.all(), required=False, allow_null=True)


class UseBody(Body):
    equipment = ScopedRelated(queryset=Equipment.objects.all())
    condition = serializers.ChoiceField(JobEquipment.Condition.choices)
    note = StrictText(max_length=200, required=False, allow_blank=True)


@extend_schema_field(
    {
        "type": "array",
        "maxItems": records.MOST_CELLS,
        "items": {
            "type": "object",
            "required": ["test", "point", "column", "value"],
            "properties": {
                "test": {"type": "string"},
                "point": {"type": "string"},
                "column": {"type": "string"},
                "repeat": {"type": "integer", "minimum": 1, "default": 1},
                "direction": {"type": "string", "enum": ["none", "up", "down"], "default": "none"},
                "adjustment": {"type": "string", "enum": ["as_found", "as_left"], "default": "as_found"},
                "value": {"type": "string", "description": "As read; an empty text withdraws the value."},
                "observed_at": {"type": "string", "format": "date-time"},
                "seen": {
                    "type": "integer",
                    "minimum": 0,
                    "description": "The revision the writer has seen; a later one is not written over.",
                },
            },
        },
    }
)
class Cells(Several):
    """Cells that are judged one by one: a bad one does not lose the good ones."""

    child = serializers.JSONField()


class ReadingsBody(Body):
    cells = Cells(min_length=1, max_length=records.MOST_CELLS)


class DraftBody(Body):
    cells = serializers.DictField(child=StrictText(max_length=200, allow_blank=True))


class DraftSerializer(serializers.ModelSerializer[RecordDraft]):
    class Meta:
        model = RecordDraft
        fields = ("updated_at",)


class SubmitBody(Body):
    tested_on = Day(required=False, allow_null=True)


class ReturnBody(Body):
    text = StrictText(max_length=400)
    cell = StrictText(max_length=160, required=False, allow_blank=True)


class SubcontractBody(Body):
    contractor = StrictText(max_length=160)
    reason = StrictText(max_length=400)


class JobFilters(Filters):
    category = django_filters.CharFilter(field_name="instrument__category__code", max_length=24)
    region = RegionFilter(field_name="instrument__region")
    owner = django_filters.UUIDFilter(field_name="instrument__owner__public_id")
    assignee = django_filters.UUIDFilter(field_name="assignee__public_id")
    instrument = django_filters.UUIDFilter(field_name="instrument__public_id")
    promised_on__gte = django_filters.DateFilter(field_name="promised_on", lookup_expr="gte")
    promised_on__lte = django_filters.DateFilter(field_name="promised_on", lookup_expr="lte")
    q = django_filters.CharFilter(method="search", max_length=80, label=SEARCH_LABEL)

    class Meta:
        model = Job
        fields = ("state", "service", "stage", "place")

    def search(self, rows: Any, _name: str, text: str) -> Any:
        fields = ("number", "instrument__label_no", "instrument__name", "instrument__serial")
        return rows.filter(containing(text, *fields))


DETAIL = ("equipment__equipment", "equipment__trace_certificate", "results__values__point", "remarks__person")


class JobViewSet(Noun[Job]):
    rows = Job.objects.select_related(
        "item__order__client",
        "institute__region",
        "instrument__region",
        "instrument__category",
        "method",
        "method_version__edition__method",
        "standard",
        "room",
        "repeats_job",
        "assignee",
        "tester",
        "checker",
        "approver",
    )
    serializer_class = JobSerializer
    detail_class = JobDetail
    filterset_class = JobFilters
    orders = ("-pk", "promised_on", "number", "tested_on")

    @post_action("assign", takes=AssignBody, gives=JobDetail)
    def assign(self, request: Request, **kwargs: Any) -> Response:
        return self._after(jobs.assign(self.get_object(), by=self.actor, **self.parsed(AssignBody)))

    @post_action("start", takes=StartBody, gives=StartedJob)
    def start(self, request: Request, **kwargs: Any) -> Response:
        """Begin to measure; the answer also says what would block the issue as things stand."""
        job = jobs.start(self.get_object(), by=self.actor, **self.parsed(StartBody))
        answer = self._after(job)
        answer.data["gate"] = gate_body(gate.examine(job))
        return answer

    @post_action("environment", takes=ClimateBody, gives=JobDetail)
    def environment(self, request: Request, **kwargs: Any) -> Response:
        return self._after(jobs.set_environment(self.get_object(), by=self.actor, **self.parsed(ClimateBody)))

    @post_action("equipment", takes=UseBody, gives=JobDetail)
    def equipment(self, request: Request, **kwargs: Any) -> Response:
        job = self.get_object()
        jobs.note_equipment(job, by=self.actor, **self.parsed(UseBody))
        return self._after(job)

    @post_action("readings", takes=ReadingsBody, gives=CommittedSerializer)
    def readings(self, request: Request, **kwargs: Any) -> Response:
        """Keep the good cells and name the bad ones; 400 only if no cell was good."""
        job, body = self.get_object(), self.parsed(ReadingsBody)
        done = records.commit_readings(job, by=self.actor, cells=body["cells"])
        if not done.saved and not done.conflicts:
            raise Invalid(done.errors)
        record = Record(job)
        evaluation = evaluate.preview(record, record.final_adjustment)
        refused = [
            {"pointer": pointer, "detail": str(reason)}
            for pointer, reasons in done.errors.items()
            for reason in reasons
        ]
        return Response(
            {
                "saved": done.saved,
                "conflicts": done.conflicts,
                "errors": refused,
                "outputs": live_values(evaluation),
                "missing": len(evaluation.missing),
            }
        )

    @post_action("draft", takes=DraftBody, gives=DraftSerializer)
    def draft(self, request: Request, **kwargs: Any) -> Response:
        draft = records.save_draft(self.get_object(), by=self.actor, **self.parsed(DraftBody))
        return Response(DraftSerializer(draft).data)

    @post_action("submit", takes=SubmitBody, gives=JobDetail)
    def submit(self, request: Request, **kwargs: Any) -> Response:
        return self._after(review.submit(self.get_object(), by=self.actor, **self.parsed(SubmitBody)))

    @post_action("check", gives=JobDetail)
    def check(self, request: Request, **kwargs: Any) -> Response:
        return self._after(review.check(self.get_object(), by=self.actor))

    @post_action("return", takes=ReturnBody, gives=JobDetail)
    def return_(self, request: Request, **kwargs: Any) -> Response:
        return self._after(review.return_(self.get_object(), by=self.actor, **self.parsed(ReturnBody)))

    @post_action("cancel", takes=ReasonBody, gives=JobDetail)
    def cancel(self, request: Request, **kwargs: Any) -> Response:
        return self._after(jobs.cancel_job(self.get_object(), by=self.actor, **self.parsed(ReasonBody)))

    @post_action("subcontract", takes=SubcontractBody, gives=JobDetail)
    def subcontract(self, request: Request, **kwargs: Any) -> Response:
        return self._after(jobs.subcontract(self.get_object(), by=self.actor, **self.parsed(SubcontractBody)))

    @extend_schema(responses=GateSerializer)
    @action(detail=True, methods=["get"], url_path="gate", url_name="gate")
    def gate(self, request: Request, **kwargs: Any) -> Response:
        """May this be issued? For a checked job, as if the reader approved it today."""
        job = self.get_object()
        approver = self.actor.person if job.state == Job.State.CHECKED else None
        return Response(gate_body(gate.examine(job, approver=approver)))

    @extend_schema(responses=PlanSerializer)
    @action(detail=True, methods=["get"], url_path="plan", url_name="plan")
    def plan(self, request: Request, **kwargs: Any) -> Response:
        """The grid to fill, and what the reader was last typing."""
        job = self.get_object()
        if job.method_version is None:
            raise Conflict(_("The job has not been started yet."))
        draft = job.drafts.filter(user=self.actor.user).first()
        return Response({**plan_of(Record(job)), "draft": draft.cells if draft else {}})

    def answer(self, row: Job, *, status: int = 200) -> Response:
        prefetch_related_objects([row], *DETAIL)
        return super().answer(row, status=status)

    def _after(self, job: Job) -> Response:
        return self.answer(self.fresh(job))
