"""The API's measurement standards and their examinations."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from labs.actions import standards, standing, trials
from labs.api import standard_bodies as bodies
from labs.models import Examination, Standard
from metrology import clock
from metrology.api import ScopedViewSet, post_action
from metrology.doors import Filters, Noun, OnBody, OnReasonBody, RegionFilter, YesNoFilter, creates
from metrology.errors import Invalid


class StandardFilters(Filters):
    """Filters of the list; `as_of` is the day on which the standing is judged."""

    institute = django_filters.UUIDFilter(field_name="institute__public_id")
    region = RegionFilter(field_name="institute__region")
    discipline = django_filters.CharFilter(field_name="discipline__code", max_length=2)
    category = django_filters.ChoiceFilter(choices=Standard.Category.choices)
    method = django_filters.CharFilter(field_name="items__method__code", max_length=40, distinct=True)
    name = django_filters.CharFilter(field_name="name_zh", lookup_expr="icontains", max_length=160)
    as_of = django_filters.DateFilter(method="judged_later")
    usable = YesNoFilter(field_name="is_usable")

    class Meta:
        model = Standard
        fields = ("institute", "region", "discipline", "category", "method", "name", "as_of", "usable")

    def judged_later(self, rows: Any, name: str, value: Any) -> Any:
        return rows

    def filter_queryset(self, queryset: Any) -> Any:
        day = self.form.cleaned_data.get("as_of") or clock.today()
        return super().filter_queryset(queryset.with_standing(day))


class StandardViewSet(Noun[Standard]):
    rows = Standard.objects.select_related("institute__region", "laboratory", "room", "discipline")
    serializer_class = bodies.StandardSerializer
    detail_class = bodies.StandardDetail
    filterset_class = StandardFilters
    orders = ("-pk", "name_zh")

    def answer(self, row: Standard, *, status: int = 200) -> Response:
        """The standard as it stands today, with all its dated parts."""
        found = self.rows.all().with_standing(clock.today()).prefetch_related(*PARTS).get(pk=row.pk)
        return super().answer(found, status=status)

    @creates(bodies.NewStandard, bodies.StandardDetail)
    def create(self, request: Request) -> Response:
        made = standards.establish_standard(by=self.actor, **self.parsed(bodies.NewStandard))
        return self.answer(made, status=201)

    @post_action("items", takes=bodies.ItemBody, gives=bodies.StandardDetail, status=201)
    def items(self, request: Request, **kwargs: Any) -> Response:
        row = self.get_object()
        item: Any = self.parsed(bodies.ItemBody)
        standards.add_item(row, item, by=self.actor)
        return self.answer(row, status=201)

    @post_action("equipment", takes=bodies.EquipmentPartBody, gives=bodies.StandardDetail, status=201)
    def equipment(self, request: Request, **kwargs: Any) -> Response:
        row = self.get_object()
        standards.include_equipment(row, by=self.actor, **self.parsed(bodies.EquipmentPartBody))
        return self.answer(row, status=201)

    @post_action("people", takes=bodies.PersonPartBody, gives=bodies.StandardDetail, status=201)
    def people(self, request: Request, **kwargs: Any) -> Response:
        row = self.get_object()
        standards.assign_person(row, by=self.actor, **self.parsed(bodies.PersonPartBody))
        return self.answer(row, status=201)

    @post_action("end-part", takes=bodies.EndPartBody, gives=bodies.StandardDetail)
    def end_part(self, request: Request, **kwargs: Any) -> Response:
        row = self.get_object()
        given = self.parsed(bodies.EndPartBody)
        for parts in (row.items, row.equipment_parts, row.people):
            part = parts.filter(public_id=given["part"]).select_related("standard__institute").first()
            if part is not None:
                standards.end_part(part, on=given["on"], by=self.actor)
                return self.answer(row)
        raise Invalid({"/part": [_("There is no such object.")]})

    @post_action(
        "exam-certificates", takes=bodies.NewExamCertificate, gives=bodies.StandardDetail, status=201
    )
    def exam_certificates(self, request: Request, **kwargs: Any) -> Response:
        row = self.get_object()
        standing.record_exam_certificate(row, by=self.actor, **self.parsed(bodies.NewExamCertificate))
        return self.answer(row, status=201)

    @post_action("public-licences", takes=bodies.NewPublicLicence, gives=bodies.StandardDetail, status=201)
    def public_licences(self, request: Request, **kwargs: Any) -> Response:
        row = self.get_object()
        standing.record_public_licence(row, by=self.actor, **self.parsed(bodies.NewPublicLicence))
        return self.answer(row, status=201)

    @post_action("revoke-certificate", takes=bodies.RevokeCertificateBody, gives=bodies.StandardDetail)
    def revoke_certificate(self, request: Request, **kwargs: Any) -> Response:
        row = self.get_object()
        given = self.parsed(bodies.RevokeCertificateBody)
        number = given.pop("number")
        for certificates in (row.exam_certificates, row.public_licences):
            found = certificates.filter(number=number).select_related("standard__institute__region").first()
            if found is not None:
                standing.revoke_certificate(found, by=self.actor, **given)
                return self.answer(row)
        raise Invalid({"/number": [_("There is no such object.")]})

    @post_action("start-use", takes=OnBody, gives=bodies.StandardDetail)
    def start_use(self, request: Request, **kwargs: Any) -> Response:
        row = self.get_object()
        standing.start_use(row, by=self.actor, **self.parsed(OnBody))
        return self.answer(row)

    @post_action("suspend", takes=OnReasonBody, gives=bodies.StandardDetail)
    def suspend(self, request: Request, **kwargs: Any) -> Response:
        row = self.get_object()
        standing.suspend(row, by=self.actor, **self.parsed(OnReasonBody))
        return self.answer(row)

    @post_action("resume", takes=OnBody, gives=bodies.StandardDetail)
    def resume(self, request: Request, **kwargs: Any) -> Response:
        row = self.get_object()
        standing.resume(row, by=self.actor, **self.parsed(OnBody))
        return self.answer(row)

    @post_action("cancel", takes=OnReasonBody, gives=bodies.StandardDetail)
    def cancel(self, request: Request, **kwargs: Any) -> Response:
        row = self.get_object()
        standing.cancel(row, by=self.actor, **self.parsed(OnReasonBody))
        return self.answer(row)

    @post_action("examinations", takes=bodies.NewExamination, gives=bodies.StandardDetail, status=201)
    def examinations(self, request: Request, **kwargs: Any) -> Response:
        row = self.get_object()
        standing.open_examination(row, by=self.actor, **self.parsed(bodies.NewExamination))
        return self.answer(row, status=201)

    @post_action(
        "repeatability-tests", takes=bodies.RepeatabilityBody, gives=bodies.StandardDetail, status=201
    )
    def repeatability_tests(self, request: Request, **kwargs: Any) -> Response:
        row = self.get_object()
        trials.record_repeatability(row, by=self.actor, **self.parsed(bodies.RepeatabilityBody))
        return self.answer(row, status=201)

    @post_action("stability-tests", takes=bodies.StabilityBody, gives=bodies.StandardDetail, status=201)
    def stability_tests(self, request: Request, **kwargs: Any) -> Response:
        row = self.get_object()
        trials.record_stability(row, by=self.actor, **self.parsed(bodies.StabilityBody))
        return self.answer(row, status=201)


PARTS = (
    "items__method",
    "equipment_parts__equipment",
    "people__person",
    "exam_certificates",
    "public_licences__regions",
    "status_periods",
    "examinations__standard",
    "repeatability_tests__person",
    "stability_tests__person",
)


class ExaminationFilters(Filters):
    standard = django_filters.UUIDFilter(field_name="standard__public_id")
    region = RegionFilter(field_name="standard__institute__region")
    state = django_filters.ChoiceFilter(choices=Examination.State.choices)
    kind = django_filters.ChoiceFilter(choices=Examination.Kind.choices)

    class Meta:
        model = Examination
        fields = ("standard", "region", "state", "kind")


class ExaminationViewSet(ScopedViewSet[Examination]):
    rows = Examination.objects.select_related("standard__institute__region")
    serializer_class = bodies.ExaminationSerializer
    filterset_class = ExaminationFilters
    orders = ("-pk", "-opened_on")

    @post_action("move", takes=bodies.MoveBody, gives=bodies.ExaminationSerializer)
    def move(self, request: Request, **kwargs: Any) -> Response:
        row = self.get_object()
        return self.answer(standing.move_examination(row, by=self.actor, **self.parsed(bodies.MoveBody)))
