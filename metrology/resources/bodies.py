"""The API's organizations and people."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from metrology.actions.organizations import change_organization, create_organization, dissolve_organization
from metrology.actions.people import change_person, let_person_leave, register_person
from metrology.api import ScopedViewSet, post_action
from metrology.doors import Body, Day, Filters, OnBody, RegionFilter, creates
from metrology.fields import PublicId, RegionKey, ScopedRelated, StrictText
from metrology.models import Attachment, Organization, Person


class OrganizationSerializer(serializers.ModelSerializer[Organization]):
    id = PublicId()
    region = RegionKey(read_only=True)

    class Meta:
        model = Organization
        fields = (
            "id",
            "kind",
            "name_zh",
            "name_en",
            "code",
            "credit_code",
            "region",
            "address",
            "postcode",
            "phone",
            "email",
            "established_on",
            "dissolved_on",
            "is_demo",
            "version",
        )


class OrganizationChange(Body):
    name_zh = StrictText(max_length=160, required=False)
    name_en = StrictText(max_length=200, required=False, allow_blank=True)
    credit_code = StrictText(max_length=18, required=False, allow_null=True, allow_blank=True)
    region = RegionKey(required=False)
    address = StrictText(max_length=200, required=False, allow_blank=True)
    postcode = StrictText(max_length=12, required=False, allow_blank=True)
    phone = StrictText(max_length=40, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    established_on = Day(required=False, allow_null=True)


class NewOrganization(Body):
    kind = serializers.ChoiceField(Organization.Kind.choices)
    name_zh = StrictText(max_length=160)
    name_en = StrictText(max_length=200, required=False, allow_blank=True)
    code = StrictText(max_length=12, required=False, allow_null=True)
    credit_code = StrictText(max_length=18, required=False, allow_null=True)
    region = RegionKey()
    address = StrictText(max_length=200, required=False, allow_blank=True)
    postcode = StrictText(max_length=12, required=False, allow_blank=True)
    phone = StrictText(max_length=40, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    established_on = Day(required=False, allow_null=True)
    is_demo = serializers.BooleanField(default=False)


class OrganizationFilters(Filters):
    kind = django_filters.ChoiceFilter(choices=Organization.Kind.choices)
    region = RegionFilter(field_name="region")
    name = django_filters.CharFilter(field_name="name_zh", lookup_expr="icontains", max_length=160)
    credit_code = django_filters.CharFilter(max_length=18)

    class Meta:
        model = Organization
        fields = ("kind", "region", "name", "credit_code")


class OrganizationViewSet(ScopedViewSet[Organization]):
    rows = Organization.objects.select_related("region")
    serializer_class = OrganizationSerializer
    filterset_class = OrganizationFilters
    orders = ("-pk", "name_zh")

    @creates(NewOrganization, OrganizationSerializer)
    def create(self, request: Request) -> Response:
        made = create_organization(by=self.actor, **self.parsed(NewOrganization))
        return self.answer(made, status=201)

    @extend_schema(request=OrganizationChange)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        row = self.get_object()
        return self.answer(change_organization(row, by=self.actor, **self.parsed(OrganizationChange)))

    @post_action("dissolve", takes=OnBody, gives=OrganizationSerializer)
    def dissolve(self, request: Request, **kwargs: Any) -> Response:
        row = self.get_object()
        return self.answer(dissolve_organization(row, by=self.actor, **self.parsed(OnBody)))


class PersonSerializer(serializers.ModelSerializer[Person]):
    id = PublicId()
    employer = ScopedRelated(read_only=True)
    employer_name = serializers.CharField(source="employer.name", read_only=True)
    has_signature = serializers.SerializerMethodField()

    class Meta:
        model = Person
        fields = ("id", "name_zh", "name_en", "employer", "employer_name", "has_signature", "left_on")

    def get_has_signature(self, row: Person) -> bool:
        return row.signature_id is not None


class PersonChange(Body):
    name_zh = StrictText(max_length=60, required=False)
    name_en = StrictText(max_length=80, required=False, allow_blank=True)
    signature = ScopedRelated(queryset=Attachment.objects.all(), required=False)


class NewPerson(Body):
    employer = ScopedRelated(queryset=Organization.objects.all())
    name_zh = StrictText(max_length=60)
    name_en = StrictText(max_length=80, required=False, allow_blank=True)


class PersonFilters(Filters):
    employer = django_filters.UUIDFilter(field_name="employer__public_id")
    name = django_filters.CharFilter(field_name="name_zh", lookup_expr="icontains", max_length=60)

    class Meta:
        model = Person
        fields = ("employer", "name")


class PersonViewSet(ScopedViewSet[Person]):
    rows = Person.objects.select_related("employer")
    serializer_class = PersonSerializer
    filterset_class = PersonFilters
    orders = ("-pk", "name_zh")

    @creates(NewPerson, PersonSerializer)
    def create(self, request: Request) -> Response:
        return self.answer(register_person(by=self.actor, **self.parsed(NewPerson)), status=201)

    @extend_schema(request=PersonChange)
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        return self.answer(change_person(self.get_object(), by=self.actor, **self.parsed(PersonChange)))

    @post_action("leave", takes=OnBody, gives=PersonSerializer)
    def leave(self, request: Request, **kwargs: Any) -> Response:
        return self.answer(let_person_leave(self.get_object(), by=self.actor, **self.parsed(OnBody)))
