"""The API's imports: upload a table, read what is wrong with it, enter it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from instruments.actions import imports
from instruments.imports.words import sentence
from instruments.models import ImportBatch, ImportRow
from metrology.api import PAGE_PARAMETERS, post_action
from metrology.doors import Body, Noun, Several, creates
from metrology.errors import Invalid
from metrology.fields import PublicId, ScopedRelated, StrictText
from metrology.importing import MOST_BYTES, MOST_COLUMNS
from metrology.models import Organization
from metrology.pagination import next_link, page_of
from metrology.parsing import StrictJSONParser


class ImportSerializer(serializers.ModelSerializer[ImportBatch]):
    id = PublicId()
    owner = ScopedRelated(read_only=True)
    headings = serializers.ListField(child=serializers.CharField(), read_only=True)
    mapping = serializers.ListField(child=serializers.CharField(allow_blank=True), read_only=True)
    sheets = serializers.ListField(child=serializers.CharField(), read_only=True)
    counts = serializers.SerializerMethodField()

    class Meta:
        model = ImportBatch
        fields = (
            "id",
            "owner",
            "name",
            "sha256",
            "sheet",
            "sheets",
            "headings",
            "mapping",
            "on_duplicate",
            "state",
            "total",
            "counts",
            "created_at",
            "finished_at",
            "version",
        )

    def get_counts(self, batch: ImportBatch) -> dict[str, int]:
        return imports.counts_of(batch)


class ProblemSerializer(serializers.Serializer[Any]):
    column = serializers.CharField()
    level = serializers.ChoiceField(("wrong", "look"))
    code = serializers.CharField()
    detail = serializers.CharField()


class ImportRowSerializer(serializers.ModelSerializer[ImportRow]):
    id = PublicId()
    values = serializers.DictField(child=serializers.CharField(), read_only=True)
    problems = serializers.SerializerMethodField()
    instrument = ScopedRelated(read_only=True)

    class Meta:
        model = ImportRow
        fields = ("id", "line", "state", "doing", "values", "problems", "instrument")

    @extend_schema_field(ProblemSerializer(many=True))
    def get_problems(self, row: ImportRow) -> list[dict[str, str]]:
        return [
            {"column": key, "level": level, "code": code, "detail": sentence(code, facts)}
            for key, level, code, facts in row.problems
        ]


class NewImport(Body):
    """A file, or a table as text with its headings."""

    file = serializers.FileField(required=False, max_length=200)
    text = StrictText(required=False, max_length=MOST_BYTES, trim_whitespace=False)
    owner = ScopedRelated(queryset=Organization.objects.all(), required=False)


class ColumnsBody(Body):
    mapping = Several(child=StrictText(max_length=30, allow_blank=True), max_length=MOST_COLUMNS)
    sheet = StrictText(required=False, max_length=120)


class EnterBody(Body):
    whole = serializers.BooleanField(default=True)
    on_duplicate = serializers.ChoiceField(ImportBatch.OnDuplicate.choices, required=False)


class ImportViewSet(Noun[ImportBatch]):
    rows = ImportBatch.objects.select_related("owner__region").defer("content")
    serializer_class = ImportSerializer
    parser_classes = (StrictJSONParser, MultiPartParser)
    orders = ("-pk",)

    @creates(NewImport, ImportSerializer)
    def create(self, request: Request) -> Response:
        given = self.parsed(NewImport)
        file, text = given.get("file"), given.get("text", "")
        owner = given.get("owner") or self.actor.organization
        if bool(file) == bool(text.strip()):
            raise Invalid({"/file": [_("Send a file, or the table as text: one of the two.")]})
        if owner is None:
            raise Invalid({"/owner": [serializers.Field.default_error_messages["required"]]})
        if file is not None and file.size > MOST_BYTES:
            raise Invalid(
                {
                    "/file": [
                        _("The file is larger than %(most)d MB. Split it.")
                        % {"most": MOST_BYTES // 1_000_000}
                    ]
                }
            )
        content = file.read() if file else text.encode("utf-8", "replace")
        name = file.name if file else "table.txt"
        batch = imports.open_batch(owner, by=self.actor, content=content, name=name)
        return self.answer(self.fresh(batch), status=201)

    @post_action("columns", takes=ColumnsBody, gives=ImportSerializer)
    def columns(self, request: Request, **kwargs: Any) -> Response:
        batch, given = self.get_object(), self.parsed(ColumnsBody)
        return self.answer(self.fresh(imports.match_columns(batch, by=self.actor, **given)))

    @post_action("enter", takes=EnterBody, gives=ImportSerializer)
    def enter(self, request: Request, **kwargs: Any) -> Response:
        batch, given = self.get_object(), self.parsed(EnterBody)
        if "on_duplicate" in given:
            imports.decide(batch, by=self.actor, on_duplicate=given["on_duplicate"])
        return self.answer(self.fresh(imports.enter(batch, by=self.actor, whole=given["whole"])))

    @extend_schema(
        responses=ImportRowSerializer(many=True),
        parameters=[*PAGE_PARAMETERS, OpenApiParameter("state", str, enum=ImportRow.State.values)],
    )
    @action(detail=True, methods=["get"], url_path="rows")
    def lines(self, request: Request, **kwargs: Any) -> Response:
        """The rows with every problem of every cell, in the order of the file."""
        found = ImportRow.objects.filter(batch=self.get_object()).select_related("instrument")
        state = request.query_params.get("state", "")
        if state:
            if state not in ImportRow.State.values:
                raise Invalid({"/state": [_("Choose one of the list.")]})
            found = found.filter(state=state)
        cursor = request.query_params.get("cursor")
        page = page_of(found, order="line", cursor=cursor, size=self._page_size())
        query = {"state": state} if state else {}
        return Response(
            {
                "results": ImportRowSerializer(page.rows, many=True).data,
                "next": next_link(request.path, query, page.next_cursor),
            }
        )
