"""The API's events (what was done) and notices (what one is told)."""

from __future__ import annotations

from typing import Any

import django_filters
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from metrology.actions.notices import read_notice
from metrology.api import ScopedViewSet, post_action
from metrology.doors import Body, Filters, MomentFilter, StoredJson, YesNoFilter
from metrology.fields import PublicId, ScopedRelated
from metrology.models import Event, Notice


class EventSerializer(serializers.ModelSerializer[Event]):
    id = PublicId()
    organization = ScopedRelated(read_only=True, allow_null=True)
    actor = StoredJson(read_only=True)
    facts = StoredJson(read_only=True)

    class Meta:
        model = Event
        fields = (
            "id",
            "organization",
            "verb",
            "subject_type",
            "subject_id",
            "actor",
            "facts",
            "at",
            "chain",
            "seq",
            "prev_hash",
            "hash",
        )


class EventFilters(Filters):
    verb = django_filters.CharFilter(max_length=60)
    subject_type = django_filters.CharFilter(max_length=60)
    subject_id = django_filters.CharFilter(max_length=64)
    since = MomentFilter(field_name="at", lookup_expr="gte")
    until = MomentFilter(field_name="at", lookup_expr="lt")

    class Meta:
        model = Event
        fields = ("verb", "subject_type", "subject_id", "since", "until")


class EventViewSet(ScopedViewSet[Event]):
    rows = Event.objects.select_related("organization")
    serializer_class = EventSerializer
    filterset_class = EventFilters


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    id = PublicId()
    organization = ScopedRelated(read_only=True, allow_null=True)

    class Meta:
        model = Notice
        fields = (
            "id",
            "kind",
            "subject_type",
            "subject_id",
            "due_on",
            "stage",
            "organization",
            "message",
            "path",
            "created_at",
            "read_at",
        )


class NoticeFilters(Filters):
    unread = YesNoFilter(field_name="read_at", lookup_expr="isnull")
    kind = django_filters.CharFilter(max_length=40)

    class Meta:
        model = Notice
        fields = ("unread", "kind")


class NoticeViewSet(ScopedViewSet[Notice]):
    rows = Notice.objects.filter(channel=Notice.Channel.IN_APP).select_related("organization")
    serializer_class = NoticeSerializer
    filterset_class = NoticeFilters
    personal = True

    @post_action("read", takes=Body, gives=NoticeSerializer)
    def read(self, request: Request, **kwargs: Any) -> Response:
        self.parsed(Body)
        return self.answer(read_notice(self.get_object(), by=self.actor))
