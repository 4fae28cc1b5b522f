"""The API's laboratories, rooms, environment records and authorisations."""

from __future__ import annotations

from typing import Any

import django_filters
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from labs.actions.places import (
    add_room,
    close_laboratory,
    close_room,
    grant_authorisation,
    open_laboratory,
    record_environment,
    revoke_authorisation,
)
from labs.api.fields import ByPersonBody, MethodCode, NumeralText
from labs.models import Authorisation, EnvironmentRecord, Laboratory, Room
from metrology.api import ScopedViewSet, post_action
from metrology.doors import (
    MOST_ITEMS,
    Body,
    Day,
    Filters,
    Moment,
    MomentFilter,
    OnBody,
    OnReasonBody,
    RegionFilter,
    Several,
    ValidOnFilter,
    creates,
)
from metrology.fields import PublicId, RegionKey, ScopedRelated, StrictText
from metrology.models import Organization


class LaboratorySerializer(serializers.ModelSerializer[Laboratory]):
    id = PublicId()
    institute = ScopedRelated(read_only=True)
    institute_name = serializers.CharField(source="institute.name", read_only=True)

    class Meta:
        model = Laboratory
        fields = (
            "id",
            "institute",
            "institute_name",
            "name_zh",
            "name_en",
            "phone",
            "valid_from",
            "valid_to",
        )


class NewLaboratory(Body):
    institute = ScopedRelated(queryset=Organization.objects.all())
    name_zh = StrictText(max_length=100)
    name_en = StrictText(max_length=160, required=False, allow_blank=True)
    phone = StrictText(max_length=40, required=False, allow_blank=True)
    valid_from = Day(required=False)


class LaboratoryFilters(Filters):
    institute = django_filters.UUIDFilter(field_name="institute__public_id")
    region = RegionFilter(field_name="institute__region")
    valid_on = ValidOnFilter()

    class Meta:
        model = Laboratory
        fields = ("institute", "region", "valid_on")


class LaboratoryViewSet(ScopedViewSet[Laboratory]):
    rows = Laboratory.objects.select_related("institute")
    serializer_class = LaboratorySerializer
    filterset_class = LaboratoryFilters
    orders = ("-pk", "name_zh")

    @creates(NewLaboratory, LaboratorySerializer)
    def create(self, request: Request) -> Response:
        return self.answer(open_laboratory(by=self.actor, **self.parsed(NewLaboratory)), status=201)

    @post_action("close", takes=OnBody, gives=LaboratorySerializer)
    def close(self, request: Request, **kwargs: Any) -> Response:
        return self.answer(close_laboratory(self.get_object(), by=self.actor, **self.parsed(OnBody)))


class RoomSerializer(serializers.ModelSerializer[Room]):
    id = PublicId()
    laboratory = ScopedRelated(read_only=True)

    class Meta:
        model = Room
        fields = (
            "id",
            "laboratory",
            "name",
            "use",
            "area_m2",
            "temperature_min",
            "temperature_max",
            "humidity_min",
            "humidity_max",
            "valid_from",
            "valid_to",
        )


class NewRoom(Body):
    laboratory = ScopedRelated(queryset=Laboratory.objects.select_related("institute"))
    name = StrictText(max_length=80)
    use = serializers.ChoiceField(Room.Use.choices, required=False)
    area_m2 = serializers.DecimalField(max_digits=8, decimal_places=2)
    temperature_min = NumeralText(max_length=12, required=False, allow_blank=True)
    temperature_max = NumeralText(max_length=12, required=False, allow_blank=True)
    humidity_min = NumeralText(max_length=12, required=False, allow_blank=True)
    humidity_max = NumeralText(max_length=12, required=False, allow_blank=True)
    valid_from = Day(required=False)


class RoomFilters(Filters):
    laboratory = django_filters.UUIDFilter(field_name="laboratory__public_id")
    institute = django_filters.UUIDFilter(field_name="laboratory__institute__public_id")
    region = RegionFilter(field_name="laboratory__institute__region")
    use = django_filters.ChoiceFilter(choices=Room.Use.choices)
    valid_on = ValidOnFilter()

    class Meta:
        model = Room
        fields = ("laboratory", "institute", "region", "use", "valid_on")


class RoomViewSet(ScopedViewSet[Room]):
    rows = Room.objects.select_related("laboratory__institute")
    serializer_class = RoomSerializer
    filterset_class = RoomFilters
    orders = ("-pk", "name", "-area_m2")

    @creates(NewRoom, RoomSerializer)
    def create(self, request: Request) -> Response:
        return self.answer(add_room(by=self.actor, **self.parsed(NewRoom)), status=201)

    @post_action("close", takes=OnBody, gives=RoomSerializer)
    def close(self, request: Request, **kwargs: Any) -> Response:
        return self.answer(close_room(self.get_object(), by=self.actor, **self.parsed(OnBody)))


class EnvironmentRecordSerializer(serializers.ModelSerializer[EnvironmentRecord]):
    id = PublicId()
    room = ScopedRelated(read_only=True)
    person = ScopedRelated(read_only=True, allow_null=True)

    class Meta:
        model = EnvironmentRecord
        fields = ("id", "room", "observed_at", "temperature", "humidity", "pressure", "source", "person")


class NewEnvironmentRecord(ByPersonBody):
    room = ScopedRelated(queryset=Room.objects.select_related("laboratory__institute"))
    temperature = NumeralText()
    humidity = NumeralText()
    pressure = NumeralText(required=False, allow_blank=True)
    observed_at = Moment(required=False)
    source = serializers.ChoiceField(EnvironmentRecord.Source.choices, required=False)  # type: ignore[assignment]  # ours


class EnvironmentRecordFilters(Filters):
    room = django_filters.UUIDFilter(field_name="room__public_id")
    since = MomentFilter(field_name="observed_at", lookup_expr="gte")
    until = MomentFilter(field_name="observed_at", lookup_expr="lt")

    class Meta:
        model = EnvironmentRecord
        fields = ("room", "since", "until")


class EnvironmentRecordViewSet(ScopedViewSet[EnvironmentRecord]):
    rows = EnvironmentRecord.objects.select_related("room", "person")
    serializer_class = EnvironmentRecordSerializer
    filterset_class = EnvironmentRecordFilters
    orders = ("-pk", "-observed_at")

    @creates(NewEnvironmentRecord, EnvironmentRecordSerializer)
    def create(self, request: Request) -> Response:
        given = self.parsed(NewEnvironmentRecord)
        return self.answer(record_environment(given.pop("room"), by=self.actor, **given), status=201)


class AuthorisationSerializer(serializers.ModelSerializer[Authorisation]):
    id = PublicId()
    institute = ScopedRelated(read_only=True)
    methods = MethodCode(many=True, read_only=True)
    regions = RegionKey(many=True, read_only=True)

    class Meta:
        model = Authorisation
        fields = (
            "id",
            "institute",
            "kind",
            "number",
            "issuer",
            "valid_from",
            "valid_to",
            "revoked_on",
            "methods",
            "regions",
        )


class NewAuthorisation(Body):
    institute = ScopedRelated(queryset=Organization.objects.all())
    kind = serializers.ChoiceField(Authorisation.Kind.choices, required=False)
    number = StrictText(max_length=60)
    issuer = StrictText(max_length=120)
    valid_from = Day()
    valid_to = Day()
    methods = Several(child=MethodCode(), min_length=1, max_length=MOST_ITEMS)
    regions = Several(child=RegionKey(), min_length=1, max_length=MOST_ITEMS)


class AuthorisationFilters(Filters):
    institute = django_filters.UUIDFilter(field_name="institute__public_id")
    region = RegionFilter(field_name="institute__region")
    valid_on = ValidOnFilter()

    class Meta:
        model = Authorisation
        fields = ("institute", "region", "valid_on")


class AuthorisationViewSet(ScopedViewSet[Authorisation]):
    rows = Authorisation.objects.select_related("institute__region").prefetch_related("methods", "regions")
    serializer_class = AuthorisationSerializer
    filterset_class = AuthorisationFilters
    orders = ("-pk", "valid_to")

    @creates(NewAuthorisation, AuthorisationSerializer)
    def create(self, request: Request) -> Response:
        return self.answer(grant_authorisation(by=self.actor, **self.parsed(NewAuthorisation)), status=201)

    @post_action("revoke", takes=OnReasonBody, gives=AuthorisationSerializer)
    def revoke(self, request: Request, **kwargs: Any) -> Response:
        row = self.get_object()
        return self.answer(revoke_authorisation(row, by=self.actor, **self.parsed(OnReasonBody)))
