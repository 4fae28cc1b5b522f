"""The API's equipment and trace certificates."""

from __future__ import annotations

from typing import Any

import django_filters
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from labs.actions.equipment import (
    TraceValue,
    add_equipment,
    add_trace_certificate,
    correct_trace_certificate,
    move_equipment,
    record_intermediate_check,
    revoke_trace_certificate,
)
from labs.api.fields import ByPersonBody, NumeralText, PersonSummary
from labs.models import Equipment, IntermediateCheck, TraceCertificate
from metrology.api import ScopedViewSet, post_action
from metrology.doors import (
    MOST_ITEMS,
    Body,
    Day,
    Filters,
    Noun,
    OnReasonBody,
    RegionFilter,
    Several,
    StoredJson,
    ValidOnFilter,
    creates,
)
from metrology.fields import PublicId, ScopedRelated, StrictText
from metrology.models import Organization


class TraceCertificateSerializer(serializers.ModelSerializer[TraceCertificate]):
    id = PublicId()
    equipment = ScopedRelated(read_only=True)
    values = StoredJson(read_only=True)
    replaces = ScopedRelated(read_only=True, allow_null=True)

    class Meta:
        model = TraceCertificate
        fields = (
            "id",
            "equipment",
            "number",
            "issuer",
            "calibrated_on",
            "valid_from",
            "valid_to",
            "uncertainty",
            "values",
            "sha256",
            "replaces",
            "revoked_on",
            "revoked_reason",
            "version",
        )


class IntermediateCheckSerializer(serializers.ModelSerializer[IntermediateCheck]):
    id = PublicId()
    person = PersonSummary(read_only=True)

    class Meta:
        model = IntermediateCheck
        fields = ("id", "checked_on", "result", "accepted", "person")


class EquipmentSerializer(serializers.ModelSerializer[Equipment]):
    id = PublicId()
    owner = ScopedRelated(read_only=True)

    class Meta:
        model = Equipment
        fields = (
            "id",
            "owner",
            "name_zh",
            "name_en",
            "model",
            "serial",
            "maker",
            "asset_no",
            "measuring_range",
            "accuracy",
            "state",
            "version",
        )


class EquipmentDetail(EquipmentSerializer):
    trace_certificates = TraceCertificateSerializer(many=True, read_only=True)
    intermediate_checks = IntermediateCheckSerializer(many=True, read_only=True)

    class Meta:
        model = Equipment
        fields = (*EquipmentSerializer.Meta.fields, "trace_certificates", "intermediate_checks")


class NewEquipment(Body):
    owner = ScopedRelated(queryset=Organization.objects.all())
    name_zh = StrictText(max_length=120)
    name_en = StrictText(max_length=160, required=False, allow_blank=True)
    model = StrictText(max_length=80, required=False, allow_blank=True)
    serial = StrictText(max_length=80)
    maker = StrictText(max_length=120, required=False, allow_blank=True)
    asset_no = StrictText(max_length=60, required=False, allow_blank=True)
    measuring_range = StrictText(max_length=120, required=False, allow_blank=True)
    accuracy = StrictText(max_length=120, required=False, allow_blank=True)


class StateBody(Body):
    to = serializers.ChoiceField(Equipment.State.choices)
    reason = StrictText(max_length=200, required=False, allow_blank=True)


class TraceValueBody(Body):
    point = NumeralText()
    value = NumeralText()
    U = NumeralText()
    k = NumeralText()
    unit = StrictText(max_length=16, required=False, allow_blank=True)

    def to_internal_value(self, data: Any) -> TraceValue:
        return TraceValue(**super().to_internal_value(data))


class NewTraceCertificate(Body):
    number = StrictText(max_length=80)
    issuer = StrictText(max_length=160)
    calibrated_on = Day()
    valid_from = Day()
    valid_to = Day()
    uncertainty = StrictText(max_length=120, required=False, allow_blank=True)
    values = Several(child=TraceValueBody(), required=False, max_length=MOST_ITEMS)
    sha256 = StrictText(max_length=64, required=False, allow_blank=True)
    replaces = ScopedRelated(queryset=TraceCertificate.objects.all(), required=False, allow_null=True)


class CorrectionBody(Body):
    on = Day()
    reason = StrictText(max_length=200)
    number = StrictText(max_length=80)
    valid_from = Day()
    valid_to = Day()
    uncertainty = StrictText(max_length=120, required=False, allow_blank=True)
    values = Several(child=TraceValueBody(), required=False, max_length=MOST_ITEMS)
    sha256 = StrictText(max_length=64, required=False, allow_blank=True)


class IntermediateCheckBody(ByPersonBody):
    checked_on = Day(required=False)
    result = StrictText(max_length=200)
    accepted = serializers.BooleanField()


class EquipmentFilters(Filters):
    owner = django_filters.UUIDFilter(field_name="owner__public_id")
    region = RegionFilter(field_name="owner__region")
    state = django_filters.ChoiceFilter(choices=Equipment.State.choices)
    serial = django_filters.CharFilter(max_length=80)
    name = django_filters.CharFilter(field_name="name_zh", lookup_expr="icontains", max_length=120)

    class Meta:
        model = Equipment
        fields = ("owner", "region", "state", "serial", "name")


class EquipmentViewSet(Noun[Equipment]):
    rows = Equipment.objects.select_related("owner")
    serializer_class = EquipmentSerializer
    detail_class = EquipmentDetail
    filterset_class = EquipmentFilters
    orders = ("-pk", "name_zh")

    @creates(NewEquipment, EquipmentDetail)
    def create(self, request: Request) -> Response:
        return self.answer(add_equipment(by=self.actor, **self.parsed(NewEquipment)), status=201)

    @post_action("state", takes=StateBody, gives=EquipmentDetail)
    def state(self, request: Request, **kwargs: Any) -> Response:
        return self.answer(move_equipment(self.get_object(), by=self.actor, **self.parsed(StateBody)))

    @post_action("trace-certificates", takes=NewTraceCertificate, gives=EquipmentDetail, status=201)
    def trace_certificates(self, request: Request, **kwargs: Any) -> Response:
        row = self.get_object()
        add_trace_certificate(row, by=self.actor, **self.parsed(NewTraceCertificate))
        return self.answer(self.fresh(row), status=201)

    @post_action("intermediate-checks", takes=IntermediateCheckBody, gives=EquipmentDetail, status=201)
    def intermediate_checks(self, request: Request, **kwargs: Any) -> Response:
        row = self.get_object()
        record_intermediate_check(row, by=self.actor, **self.parsed(IntermediateCheckBody))
        return self.answer(self.fresh(row), status=201)


class TraceCertificateFilters(Filters):
    equipment = django_filters.UUIDFilter(field_name="equipment__public_id")
    owner = django_filters.UUIDFilter(field_name="equipment__owner__public_id")
    number = django_filters.CharFilter(max_length=80)
    valid_on = ValidOnFilter()
    ends_before = django_filters.DateFilter(field_name="valid_to", lookup_expr="lt")

    class Meta:
        model = TraceCertificate
        fields = ("equipment", "owner", "number", "valid_on", "ends_before")


class TraceCertificateViewSet(ScopedViewSet[TraceCertificate]):
    rows = TraceCertificate.objects.select_related("equipment__owner__region", "replaces")
    serializer_class = TraceCertificateSerializer
    filterset_class = TraceCertificateFilters
    orders = ("-pk", "valid_to")

    @post_action("revoke", takes=OnReasonBody, gives=TraceCertificateSerializer)
    def revoke(self, request: Request, **kwargs: Any) -> Response:
        row = self.get_object()
        return self.answer(revoke_trace_certificate(row, by=self.actor, **self.parsed(OnReasonBody)))

    @post_action("correct", takes=CorrectionBody, gives=TraceCertificateSerializer, status=201)
    def correct(self, request: Request, **kwargs: Any) -> Response:
        row = self.get_object()
        made = correct_trace_certificate(row, by=self.actor, **self.parsed(CorrectionBody))
        return self.answer(made, status=201)
