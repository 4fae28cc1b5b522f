"""The API's methods, editions, versions and their confirmations."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from labs.actions.methods import confirm_version, publish_edition, publish_method, publish_version
from labs.api.fields import DisciplineCode, PersonSummary
from labs.models import Confirmation, Method, MethodEdition, MethodVersion
from metrology.api import post_action
from metrology.doors import Body, Day, Filters, Noun, StoredJson, Whole, creates
from metrology.errors import Forbidden
from metrology.fields import PublicId, ScopedRelated, StrictText
from metrology.models.places import Confidence


class VersionSummary(serializers.ModelSerializer[MethodVersion]):
    id = PublicId()

    class Meta:
        model = MethodVersion
        fields = ("id", "number", "sha256", "confidence", "created_at")


class EditionSerializer(serializers.ModelSerializer[MethodEdition]):
    id = PublicId()
    superseded_by = ScopedRelated(read_only=True, allow_null=True)
    versions = VersionSummary(many=True, read_only=True)

    class Meta:
        model = MethodEdition
        fields = ("id", "edition", "valid_from", "valid_to", "superseded_by", "versions")


class MethodSerializer(serializers.ModelSerializer[Method]):
    id = PublicId()
    discipline = DisciplineCode(read_only=True, allow_null=True)
    editions = EditionSerializer(many=True, read_only=True)

    class Meta:
        model = Method
        fields = (
            "id",
            "code",
            "kind",
            "title_zh",
            "title_en",
            "discipline",
            "period_months",
            "confidence",
            "note",
            "editions",
        )


class ConfirmationSerializer(serializers.ModelSerializer[Confirmation]):
    id = PublicId()
    institute = ScopedRelated(read_only=True)
    person = PersonSummary(read_only=True)

    class Meta:
        model = Confirmation
        fields = ("id", "institute", "person", "agrees", "note", "at")


class VersionSerializer(serializers.ModelSerializer[MethodVersion]):
    id = PublicId()
    method = serializers.CharField(source="edition.method.code", read_only=True)
    edition = serializers.CharField(source="edition.edition", read_only=True)

    class Meta:
        model = MethodVersion
        fields = ("id", "method", "edition", "number", "sha256", "confidence", "created_at")


class VersionDetail(VersionSerializer):
    """A version with its document, what one's own house said of it, and whether it may be used there."""

    document = StoredJson(read_only=True)
    confirmations = serializers.SerializerMethodField()
    confirmed = serializers.SerializerMethodField()

    class Meta:
        model = MethodVersion
        fields = (*VersionSerializer.Meta.fields, "document", "confirmations", "confirmed")

    def get_confirmations(self, row: MethodVersion) -> list[dict[str, Any]]:
        actor = self.context["request"].actor
        words = Confirmation.objects.visible_to(actor).filter(version=row)
        return list(ConfirmationSerializer(words.select_related("institute", "person"), many=True).data)

    def get_confirmed(self, row: MethodVersion) -> bool | None:
        institute = self.context["request"].actor.organization
        if institute is None or institute.kind != "institute":
            return None
        return MethodVersion.objects.confirmed_for(institute).filter(pk=row.pk).exists()


class NewMethod(Body):
    code = serializers.RegexField(r"^(JJG|JJF|[A-Z][A-Z/]*) [0-9A-Z.]+$", max_length=40)
    kind = serializers.ChoiceField(Method.Kind.choices)
    title_zh = StrictText(max_length=160)
    title_en = StrictText(max_length=200, required=False, allow_blank=True)
    discipline = DisciplineCode(required=False, allow_null=True)
    period_months = Whole(min_value=1, max_value=240, required=False, allow_null=True)
    confidence = serializers.ChoiceField(Confidence.choices, required=False)
    note = StrictText(max_length=400, required=False, allow_blank=True)


class NewEdition(Body):
    edition = StrictText(max_length=12)
    valid_from = Day()
    supersedes = ScopedRelated(queryset=MethodEdition.objects.all(), required=False, allow_null=True)


class NewVersion(Body):
    document = serializers.JSONField(help_text="The method document; it names its code and edition itself.")


class WordBody(Body):
    agrees = serializers.BooleanField(default=True)
    note = StrictText(max_length=400, required=False, allow_blank=True)


class MethodFilters(Filters):
    kind = django_filters.ChoiceFilter(choices=Method.Kind.choices)
    code = django_filters.CharFilter(max_length=40)
    discipline = django_filters.CharFilter(field_name="discipline__code", max_length=2)
    confidence = django_filters.ChoiceFilter(choices=Confidence.choices)

    class Meta:
        model = Method
        fields = ("kind", "code", "discipline", "confidence")


class MethodViewSet(Noun[Method]):
    rows = Method.objects.select_related("discipline").prefetch_related(
        "editions__superseded_by", "editions__versions"
    )
    serializer_class = MethodSerializer
    filterset_class = MethodFilters
    orders = ("code", "-pk")

    @creates(NewMethod, MethodSerializer)
    def create(self, request: Request) -> Response:
        return self.answer(publish_method(by=self.actor, **self.parsed(NewMethod)), status=201)

    @post_action("editions", takes=NewEdition, gives=MethodSerializer, status=201)
    def editions(self, request: Request, **kwargs: Any) -> Response:
        row = self.get_object()
        publish_edition(row, by=self.actor, **self.parsed(NewEdition))
        return self.answer(self.fresh(row), status=201)

    @post_action("versions", takes=NewVersion, gives=VersionDetail, status=201)
    def versions(self, request: Request, **kwargs: Any) -> Response:
        made = publish_version(self.get_object(), by=self.actor, **self.parsed(NewVersion))
        return Response(VersionDetail(made, context=self.get_serializer_context()).data, status=201)


class VersionFilters(Filters):
    method = django_filters.CharFilter(field_name="edition__method__code", max_length=40)
    edition = django_filters.UUIDFilter(field_name="edition__public_id")

    class Meta:
        model = MethodVersion
        fields = ("method", "edition")


class MethodVersionViewSet(Noun[MethodVersion]):
    rows = MethodVersion.objects.select_related("edition__method")
    serializer_class = VersionSerializer
    detail_class = VersionDetail
    filterset_class = VersionFilters

    @post_action("confirm", takes=WordBody, gives=VersionDetail)
    def confirm(self, request: Request, **kwargs: Any) -> Response:
        row = self.get_object()
        institute = self.actor.organization
        if institute is None:
            raise Forbidden(_("Only people of an institute confirm its methods."))
        confirm_version(row, institute=institute, by=self.actor, **self.parsed(WordBody))
        return self.answer(row)
