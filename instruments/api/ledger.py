"""The API's categories and instruments."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from instruments.actions import ledger
from instruments.api.fields import SEARCH_LABEL, CategoryCode, Parameters, ReasonBody, containing
from instruments.models import Category, Delivery, Instrument, PlanField, Purpose
from labs.models import Equipment
from metrology.api import ScopedViewSet, post_action
from metrology.doors import Body, Filters, RegionFilter, Several, Whole, creates
from metrology.errors import Invalid
from metrology.fields import PublicId, RegionKey, ScopedRelated, StrictText
from metrology.models import Organization


class CategorySerializer(serializers.ModelSerializer[Category]):
    id = PublicId()
    methods: Any = serializers.SlugRelatedField("code", many=True, read_only=True)

    class Meta:
        model = Category
        fields = (
            "id",
            "code",
            "catalogue_no",
            "name_zh",
            "name_en",
            "type_approval",
            "verification",
            "mode",
            "uses",
            "plan_fields",
            "methods",
            "confidence",
        )


class CategoryFilters(Filters):
    q = django_filters.CharFilter(method="search", max_length=80, label=SEARCH_LABEL)

    class Meta:
        model = Category
        fields = ("verification", "mode")

    def search(self, rows: Any, _name: str, text: str) -> Any:
        return rows.filter(containing(text, "code", "name_zh", "name_en"))


class CategoryViewSet(ScopedViewSet[Category]):
    rows = Category.objects.prefetch_related("methods")
    serializer_class = CategorySerializer
    filterset_class = CategoryFilters
    orders = ("catalogue_no", "code")


class InstrumentSerializer(serializers.ModelSerializer[Instrument]):
    id = PublicId()
    owner = ScopedRelated(read_only=True)
    owner_name = serializers.CharField(source="owner.name", read_only=True)
    region = RegionKey(read_only=True)
    category = CategoryCode(read_only=True)
    category_name = serializers.CharField(source="category.name", read_only=True)
    parameters = Parameters(read_only=True)
    plan_fields = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Instrument
        fields = (
            "id",
            "label_no",
            "owner",
            "owner_name",
            "region",
            "category",
            "category_name",
            "name",
            "kind",
            "model",
            "serial",
            "asset_no",
            "maker",
            "origin",
            "measuring_range",
            "accuracy_class",
            "parameters",
            "purpose",
            "plan_fields",
            "location",
            "delivery",
            "is_mandatory",
            "own_interval_months",
            "state",
            "due_on",
            "last_tested_on",
            "version",
        )


class InstrumentChange(Body):
    category = CategoryCode(required=False)
    region = RegionKey(required=False)
    name = StrictText(max_length=120, required=False)
    kind = StrictText(max_length=80, required=False, allow_blank=True)
    model = StrictText(max_length=80, required=False, allow_blank=True)
    serial = StrictText(max_length=80, required=False)
    asset_no = StrictText(max_length=60, required=False, allow_blank=True)
    maker = StrictText(max_length=120, required=False, allow_blank=True)
    origin = StrictText(max_length=80, required=False, allow_blank=True)
    measuring_range = StrictText(max_length=120, required=False, allow_blank=True)
    accuracy_class = StrictText(max_length=40, required=False, allow_blank=True)
    parameters = Parameters(required=False)
    purpose = serializers.ChoiceField(Purpose.choices, required=False)
    plan_fields = Several(child=serializers.ChoiceField(PlanField.choices), required=False, max_length=10)
    location = StrictText(max_length=200, required=False, allow_blank=True)
    delivery = serializers.ChoiceField(Delivery.choices, required=False, allow_blank=True)
    own_interval_months = Whole(min_value=1, max_value=240, required=False, allow_null=True)
    equipment = ScopedRelated(queryset=Equipment.objects.all(), required=False, allow_null=True)


class NewInstrument(InstrumentChange):
    owner = ScopedRelated(queryset=Organization.objects.all(), required=False)
    category = CategoryCode()
    name = StrictText(max_length=120)
    serial = StrictText(max_length=80)


class InstrumentFilters(Filters):
    category = django_filters.CharFilter(field_name="category__code", max_length=24)
    region = RegionFilter(field_name="region")
    owner = django_filters.UUIDFilter(field_name="owner__public_id")
    due_on__gte = django_filters.DateFilter(field_name="due_on", lookup_expr="gte")
    due_on__lte = django_filters.DateFilter(field_name="due_on", lookup_expr="lte")
    q = django_filters.CharFilter(method="search", max_length=80, label=SEARCH_LABEL)

    class Meta:
        model = Instrument
        fields = ("state", "purpose", "is_mandatory")

    def search(self, rows: Any, _name: str, text: str) -> Any:
        return rows.filter(containing(text, "label_no", "name", "model", "serial", "asset_no"))


class InstrumentViewSet(ScopedViewSet[Instrument]):
    rows = Instrument.objects.select_related("owner__region", "region", "category")
    serializer_class = InstrumentSerializer
    filterset_class = InstrumentFilters
    orders = ("-pk", "due_on", "name", "last_tested_on")

    @creates(NewInstrument, InstrumentSerializer)
    def create(self, request: Request) -> Response:
        details = self.parsed(NewInstrument)
        owner = details.pop("owner", None) or self.actor.organization
        if owner is None:
            raise Invalid({"/owner": [serializers.Field.default_error_messages["required"]]})
        return self.answer(ledger.register_instrument(owner, by=self.actor, **details), status=201)

    @extend_schema(request=InstrumentChange)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        row, details = self.get_object(), self.parsed(InstrumentChange)
        return self.answer(ledger.change_instrument(row, by=self.actor, **details))

    @post_action("scrap", takes=ReasonBody, gives=InstrumentSerializer)
    def scrap(self, request: Request, **kwargs: Any) -> Response:
        return self.answer(ledger.scrap(self.get_object(), by=self.actor, **self.parsed(ReasonBody)))

    @post_action("out-of-service", takes=ReasonBody, gives=InstrumentSerializer)
    def out_of_service(self, request: Request, **kwargs: Any) -> Response:
        row, body = self.get_object(), self.parsed(ReasonBody)
        return self.answer(ledger.put_out_of_service(row, by=self.actor, **body))

    @post_action("return-to-use", takes=ReasonBody, gives=InstrumentSerializer)
    def return_to_use(self, request: Request, **kwargs: Any) -> Response:
        return self.answer(ledger.return_to_use(self.get_object(), by=self.actor, **self.parsed(ReasonBody)))
