"""The API of certificates, and the two acts on a job that lead to one."""

from typing import Any

import django_filters
from django.db.models import Prefetch
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from certificates import actions, files, render
from certificates.models import Certificate, CertificateHead, CertificateStatus
from instruments.models import Job
from metrology.api import ID_PARAMETER, ScopedViewSet, post_action
from metrology.doors import Body
from metrology.errors import Absent
from metrology.fields import PublicId, ScopedRelated, StrictText
from metrology.models import Organization, Person, User
from metrology.reauthentication import confirm_identity

PDF = OpenApiResponse(OpenApiTypes.BINARY, description="The document.")
NUMBER = OpenApiParameter("number", str, OpenApiParameter.PATH)


class PdfRenderer(BaseRenderer):
    media_type = "application/pdf"
    format = "pdf"
    charset = None
    render_style = "binary"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        """A document is passed through; only a refusal is not bytes."""
        return data if isinstance(data, bytes) else JSONRenderer().render(data)


class BodySerializer(serializers.ModelSerializer[Organization]):
    id = PublicId()

    class Meta:
        model = Organization
        fields = ("id", "name_zh", "name_en")


class StatusSerializer(serializers.ModelSerializer[CertificateStatus]):
    """One turn in a certificate's life."""

    person = serializers.CharField(source="person.name", default=None, read_only=True)
    second_person = serializers.CharField(source="second_person.name", default=None, read_only=True)

    class Meta:
        model = CertificateStatus
        fields = ("seq", "state", "reason", "person", "second_person", "at")


class CertificateSerializer(serializers.ModelSerializer[Certificate]):
    """A numbered document and where it stands."""

    id = PublicId()
    state = serializers.ChoiceField(
        source="head.state", choices=CertificateHead.State.choices, read_only=True
    )
    job = serializers.UUIDField(source="job.public_id", read_only=True)
    institute = BodySerializer(read_only=True)
    client = BodySerializer(read_only=True)
    instrument = serializers.UUIDField(source="instrument.public_id", read_only=True)
    instrument_name = serializers.CharField(source="instrument.name", read_only=True)
    serial = serializers.CharField(source="instrument.serial", read_only=True)
    approver = serializers.CharField(source="approver.name", read_only=True)
    refers = serializers.CharField(source="refers.number", default=None, read_only=True)
    issued_at = serializers.DateTimeField(source="head.issued_at", read_only=True)
    pdf_sha256 = serializers.CharField(source="seal.pdf_sha256", default=None, read_only=True)
    statuses = StatusSerializer(many=True, read_only=True)
    version = serializers.IntegerField(read_only=True)

    class Meta:
        model = Certificate
        fields = (
            "id",
            "number",
            "kind",
            "state",
            "issue_no",
            "job",
            "institute",
            "client",
            "instrument",
            "instrument_name",
            "serial",
            "approver",
            "approved_at",
            "issued_at",
            "tested_on",
            "valid_until",
            "code",
            "is_demo",
            "refers",
            "snapshot_sha256",
            "pdf_sha256",
            "statuses",
            "version",
        )
        read_only_fields = fields


class ReasonSerializer(Body):
    reason = StrictText()


class RevokeSerializer(ReasonSerializer):
    second = ScopedRelated(queryset=Person.objects.all())


class ApproveSerializer(Body):
    """The password, or instead the one-time code of a login with two-step sign-in."""

    password = StrictText(max_length=128, trim_whitespace=False, write_only=True, required=False)
    code = StrictText(max_length=16, write_only=True, required=False)

    def validate(self, attrs: Any) -> Any:
        if not attrs:
            raise serializers.ValidationError(
                {"password": [self.fields["password"].error_messages["required"]]}
            )
        return attrs


class ReopenedSerializer(serializers.ModelSerializer[Job]):
    """The job whose record is open again."""

    id = PublicId()

    class Meta:
        model = Job
        fields = ("id", "number", "state", "issue_no", "revision", "version")


class CertificateFilter(django_filters.FilterSet):  # type: ignore[misc]  # ships no types
    state = django_filters.ChoiceFilter(field_name="head__state", choices=CertificateHead.State.choices)
    kind = django_filters.ChoiceFilter(choices=Certificate.Kind.choices)
    instrument = django_filters.UUIDFilter(field_name="instrument__public_id")
    client = django_filters.UUIDFilter(field_name="client__public_id")
    job = django_filters.UUIDFilter(field_name="job__public_id")
    tested_on__gte = django_filters.DateFilter(field_name="tested_on", lookup_expr="gte")
    tested_on__lte = django_filters.DateFilter(field_name="tested_on", lookup_expr="lte")
    valid_until__gte = django_filters.DateFilter(field_name="valid_until", lookup_expr="gte")
    valid_until__lte = django_filters.DateFilter(field_name="valid_until", lookup_expr="lte")


class CertificateViewSet(ScopedViewSet[Certificate]):
    """Issued documents, by number."""

    rows = Certificate.objects.select_related(
        "head", "seal", "institute", "client", "instrument__region", "approver", "refers", "job"
    ).prefetch_related(
        Prefetch("statuses", CertificateStatus.objects.select_related("person", "second_person"))
    )
    serializer_class = CertificateSerializer
    filterset_class = CertificateFilter
    orders = ("-pk", "approved_at", "tested_on", "valid_until", "number")
    lookup_field = "number"
    lookup_url_kwarg = "number"
    lookup_value_regex = r"[A-Za-z0-9-]{1,40}"

    @extend_schema(responses={(200, "application/pdf"): PDF}, parameters=[NUMBER])
    @action(detail=True, methods=["get"], renderer_classes=[PdfRenderer, JSONRenderer])
    def pdf(self, request: Request, **kwargs: Any) -> Response:
        certificate = self.get_object()
        if not hasattr(certificate, "seal"):
            raise Absent(_("This document has no file yet."))
        content = files.read(certificate.seal.pdf_sha256)
        return Response(
            content,
            content_type="application/pdf",
            headers={
                "Content-Disposition": f'attachment; filename="{certificate.number}.pdf"',
                "ETag": f'"{certificate.seal.pdf_sha256}"',
            },
        )

    @post_action("amend", takes=ReasonSerializer, gives=ReopenedSerializer)
    def amend(self, request: Request, **kwargs: Any) -> Response:
        certificate = self.get_object()
        data = self.parsed(ReasonSerializer)
        job = actions.amend(certificate, by=self.actor, reason=data["reason"])
        return Response(ReopenedSerializer(job).data)

    @post_action("revoke", takes=RevokeSerializer, gives=CertificateSerializer)
    def revoke(self, request: Request, **kwargs: Any) -> Response:
        certificate = self.get_object()
        data = self.parsed(RevokeSerializer)
        actions.revoke(certificate, by=self.actor, second=data["second"], reason=data["reason"])
        return self.answer(self._again(certificate))

    @post_action("void", takes=ReasonSerializer, gives=CertificateSerializer)
    def void(self, request: Request, **kwargs: Any) -> Response:
        certificate = self.get_object()
        data = self.parsed(ReasonSerializer)
        actions.void(certificate, by=self.actor, reason=data["reason"])
        return self.answer(self._again(certificate))

    def _again(self, certificate: Certificate) -> Certificate:
        row: Certificate = self.rows.all().get(pk=certificate.pk)
        return row


class JobIssueViewSet(ScopedViewSet[Any]):
    """From a checked job to its certificate; lists and details of jobs stand elsewhere."""

    rows = Job.objects.select_related("institute__region", "instrument__region")
    serializer_class = CertificateSerializer

    def get_renderers(self) -> list[BaseRenderer]:
        return [PdfRenderer(), JSONRenderer()] if self.action == "preview" else super().get_renderers()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """The password is checked before any transaction begins: hashing it takes a third of a second."""
        super().initial(request, *args, **kwargs)
        if request.method == "POST":
            assert isinstance(request.user, User)
            confirm_identity(request.user, **self.parsed(ApproveSerializer))

    @extend_schema(parameters=[ID_PARAMETER])
    @post_action("approve", takes=ApproveSerializer, gives=CertificateSerializer, status=201)
    def approve(self, request: Request, **kwargs: Any) -> Response:
        """Sign: the password once more, then gate, number and frozen snapshot; a worker seals it."""
        job = self.get_object()
        certificate = actions.approve(job, by=self.actor, version=self.expected_version())
        row = CertificateViewSet.rows.all().get(pk=certificate.pk)
        return self.answer(row, status=201)

    @extend_schema(responses={(200, "application/pdf"): PDF}, parameters=[ID_PARAMETER])
    @action(detail=True, methods=["get"])
    def preview(self, request: Request, **kwargs: Any) -> Response:
        """What would be issued, without number or code."""
        content = render.document(actions.draft_of(self.get_object(), by=self.actor))
        return Response(content, content_type="application/pdf")
