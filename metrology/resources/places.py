"""The API's regions and the plan's targets."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from metrology.actions.regions import change_region, create_region
from metrology.actions.targets import set_target
from metrology.api import ScopedViewSet
from metrology.doors import MOST_ITEMS, Body, Day, Filters, Several, Whole, YearFilter, creates
from metrology.fields import PublicId, RegionKey, ScopedRelated, StrictText
from metrology.models import Organization, Region, Target, TargetRegion
from metrology.models.places import Confidence


class RegionSerializer(serializers.ModelSerializer[Region]):
    id = PublicId()
    parent = RegionKey(read_only=True, allow_null=True)  # type: ignore[assignment]  # a noun of ours

    class Meta:
        model = Region
        fields = (
            "id",
            "key",
            "code",
            "name_zh",
            "name_en",
            "level",
            "parent",
            "path",
            "has_own_institute",
            "confidence",
        )


class RegionChange(Body):
    name_zh = StrictText(max_length=80, required=False)
    name_en = StrictText(max_length=120, required=False)
    level = serializers.ChoiceField(Region.Level.choices, required=False)
    parent = RegionKey(required=False, allow_null=True)  # type: ignore[assignment]  # as above
    has_own_institute = serializers.BooleanField(required=False, allow_null=True)
    confidence = serializers.ChoiceField(Confidence.choices, required=False)


class NewRegion(Body):
    key = StrictText(max_length=20)
    code = StrictText(max_length=6, required=False, allow_null=True)
    name_zh = StrictText(max_length=80)
    name_en = StrictText(max_length=120)
    level = serializers.ChoiceField(Region.Level.choices)
    parent = RegionKey(required=False, allow_null=True)  # type: ignore[assignment]  # as above
    has_own_institute = serializers.BooleanField(required=False, allow_null=True)
    confidence = serializers.ChoiceField(Confidence.choices, required=False)


class RegionFilters(Filters):
    key = django_filters.CharFilter(max_length=20)
    level = django_filters.ChoiceFilter(choices=Region.Level.choices)
    parent = django_filters.CharFilter(field_name="parent__key", max_length=20)

    class Meta:
        model = Region
        fields = ("key", "level", "parent")


class RegionViewSet(ScopedViewSet[Region]):
    rows = Region.objects.select_related("parent")
    serializer_class = RegionSerializer
    filterset_class = RegionFilters
    orders = ("path",)

    @creates(NewRegion, RegionSerializer)
    def create(self, request: Request) -> Response:
        return self.answer(create_region(by=self.actor, **self.parsed(NewRegion)), status=201)

    @extend_schema(request=RegionChange)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        return self.answer(change_region(self.get_object(), by=self.actor, **self.parsed(RegionChange)))


class CountedRegion(serializers.ModelSerializer[TargetRegion]):
    region = RegionKey(read_only=True)

    class Meta:
        model = TargetRegion
        fields = ("region", "valid_from", "valid_to")


class TargetSerializer(serializers.ModelSerializer[Target]):
    id = PublicId()
    responsible = ScopedRelated(read_only=True, allow_null=True)
    denominator = CountedRegion(many=True, read_only=True)

    class Meta:
        model = Target
        fields = (
            "id",
            "indicator",
            "level",
            "year",
            "value",
            "aggregation",
            "responsible",
            "denominator",
            "source",
        )


class NewTarget(Body):
    indicator = StrictText(max_length=40)
    level = serializers.ChoiceField(Region.Level.choices)
    year = Whole(min_value=1900, max_value=2199)
    value = serializers.DecimalField(max_digits=12, decimal_places=2)
    aggregation = serializers.ChoiceField(Target.Aggregation.choices)
    regions = Several(child=RegionKey(), min_length=1, max_length=MOST_ITEMS)
    since = Day()
    responsible = ScopedRelated(queryset=Organization.objects.all(), required=False, allow_null=True)
    source = StrictText(max_length=200, required=False, allow_blank=True)  # type: ignore[assignment]  # ours


class TargetFilters(Filters):
    indicator = django_filters.CharFilter(max_length=40)
    level = django_filters.ChoiceFilter(choices=Region.Level.choices)
    year = YearFilter()

    class Meta:
        model = Target
        fields = ("indicator", "level", "year")


class TargetViewSet(ScopedViewSet[Target]):
    rows = Target.objects.select_related("responsible").prefetch_related("denominator__region")
    serializer_class = TargetSerializer
    filterset_class = TargetFilters
    orders = ("indicator", "-year", "-pk")

    @creates(NewTarget, TargetSerializer)
    def create(self, request: Request) -> Response:
        return self.answer(set_target(by=self.actor, **self.parsed(NewTarget)), status=201)
