"""The API's certified metrologists, their registrations and qualifications."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from labs.actions.people import (
    end_qualification,
    qualify,
    record_registration,
    register_metrologist,
    revoke_registration,
)
from labs.api.fields import MethodCode, PersonSummary
from labs.models import Metrologist, Qualification, Registration
from metrology.api import post_action
from metrology.doors import Body, Day, Filters, Noun, OnBody, OnReasonBody, RegionFilter, Whole, creates
from metrology.errors import Invalid
from metrology.fields import PublicId, ScopedRelated, StrictText
from metrology.models import Person


class RegistrationSerializer(serializers.ModelSerializer[Registration]):
    id = PublicId()
    institute = ScopedRelated(read_only=True)

    class Meta:
        model = Registration
        fields = ("id", "institute", "number", "valid_from", "valid_to", "revoked_on")


class QualificationSerializer(serializers.ModelSerializer[Qualification]):
    id = PublicId()
    method = MethodCode(read_only=True)

    class Meta:
        model = Qualification
        fields = (
            "id",
            "method",
            "act",
            "effect",
            "measuring_range",
            "number",
            "valid_from",
            "valid_to",
        )


class MetrologistSerializer(serializers.ModelSerializer[Metrologist]):
    id = PublicId()
    person = PersonSummary(read_only=True)
    institute = ScopedRelated(source="person.employer", read_only=True)
    registrations = RegistrationSerializer(many=True, read_only=True)

    class Meta:
        model = Metrologist
        fields = (
            "id",
            "person",
            "institute",
            "level",
            "certificate_no",
            "legacy_cert_no",
            "registrations",
            "version",
        )


class MetrologistDetail(MetrologistSerializer):
    qualifications = QualificationSerializer(many=True, read_only=True)

    class Meta:
        model = Metrologist
        fields = (*MetrologistSerializer.Meta.fields, "qualifications")


class NewMetrologist(Body):
    person = ScopedRelated(queryset=Person.objects.select_related("employer"))
    level = Whole(min_value=1, max_value=2, required=False)
    certificate_no = StrictText(max_length=60)
    legacy_cert_no = StrictText(max_length=60, required=False, allow_blank=True)


class NewRegistration(Body):
    number = StrictText(max_length=60)
    valid_from = Day()
    valid_to = Day()


class RevokeRegistrationBody(OnReasonBody):
    number = StrictText(max_length=60)


class NewQualification(Body):
    method = MethodCode()
    act = serializers.ChoiceField(Qualification.Act.choices)
    effect = serializers.ChoiceField(Qualification.Effect.choices, required=False)
    valid_from = Day(required=False)
    valid_to = Day(required=False, allow_null=True)
    measuring_range = StrictText(max_length=120, required=False, allow_blank=True)
    number = StrictText(max_length=60, required=False, allow_blank=True)


class EndQualificationBody(OnBody):
    qualification = serializers.UUIDField()


class MetrologistFilters(Filters):
    institute = django_filters.UUIDFilter(field_name="person__employer__public_id")
    region = RegionFilter(field_name="person__employer__region")
    level = django_filters.ChoiceFilter(choices=Metrologist.Level.choices)
    name = django_filters.CharFilter(field_name="person__name_zh", lookup_expr="icontains", max_length=60)

    class Meta:
        model = Metrologist
        fields = ("institute", "region", "level", "name")


class MetrologistViewSet(Noun[Metrologist]):
    rows = Metrologist.objects.select_related("person__employer__region").prefetch_related(
        "registrations__institute"
    )
    serializer_class = MetrologistSerializer
    detail_class = MetrologistDetail
    filterset_class = MetrologistFilters

    def answer(self, row: Metrologist, *, status: int = 200) -> Response:
        found = self.rows.all().prefetch_related("qualifications__method").get(pk=row.pk)
        return super().answer(found, status=status)

    @creates(NewMetrologist, MetrologistDetail)
    def create(self, request: Request) -> Response:
        given = self.parsed(NewMetrologist)
        return self.answer(register_metrologist(given.pop("person"), by=self.actor, **given), status=201)

    @post_action("registrations", takes=NewRegistration, gives=MetrologistDetail, status=201)
    def registrations(self, request: Request, **kwargs: Any) -> Response:
        row = self.get_object()
        record_registration(row, by=self.actor, **self.parsed(NewRegistration))
        return self.answer(row, status=201)

    @post_action("revoke-registration", takes=RevokeRegistrationBody, gives=MetrologistDetail)
    def revoke_registration(self, request: Request, **kwargs: Any) -> Response:
        row = self.get_object()
        given = self.parsed(RevokeRegistrationBody)
        found = row.registrations.filter(number=given.pop("number")).first()
        if found is None:
            raise Invalid({"/number": [_("There is no such object.")]})
        revoke_registration(found, by=self.actor, **given)
        return self.answer(row)

    @post_action("qualifications", takes=NewQualification, gives=MetrologistDetail, status=201)
    def qualifications(self, request: Request, **kwargs: Any) -> Response:
        row = self.get_object()
        qualify(row, by=self.actor, **self.parsed(NewQualification))
        return self.answer(row, status=201)

    @post_action("end-qualification", takes=EndQualificationBody, gives=MetrologistDetail)
    def end_qualification(self, request: Request, **kwargs: Any) -> Response:
        row = self.get_object()
        given = self.parsed(EndQualificationBody)
        found = row.qualifications.filter(public_id=given.pop("qualification")).first()
        if found is None:
            raise Invalid({"/qualification": [_("There is no such object.")]})
        end_qualification(found, by=self.actor, **given)
        return self.answer(row)
