"""Serializer fields that every app's API uses: public ids that respect scope, text that stays text."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from metrology.models import Region
from metrology.scope import ScopedQuerySet


@extend_schema_field(OpenApiTypes.UUID)
class ScopedRelated(serializers.RelatedField[Any, Any, Any]):
    """Another noun by its public id; one the actor may not see is answered as one that is not there."""

    default_error_messages = {"absent": _("There is no such object."), "form": _("This is not an id.")}

    def get_queryset(self) -> Any:
        queryset = super().get_queryset()
        actor = getattr(self.context.get("request"), "actor", None)
        if isinstance(queryset, ScopedQuerySet):
            return queryset.visible_to(actor) if actor is not None else queryset.none()
        return queryset

    def use_pk_only_optimization(self) -> bool:
        return False

    def to_internal_value(self, data: Any) -> models.Model:
        try:
            key = UUID(data) if isinstance(data, str) else self.fail("form")
        except ValueError:
            self.fail("form")
        row: models.Model | None = self.get_queryset().filter(public_id=key).first()
        if row is None:
            self.fail("absent")
        return row

    def to_representation(self, value: Any) -> str:
        return str(value.public_id)


@extend_schema_field(OpenApiTypes.STR)
class RegionKey(serializers.SlugRelatedField[Region]):
    """A region by its key: the GB/T 2260 code, or the own key of a functional zone."""

    def __init__(self, **kwargs: Any) -> None:
        if not kwargs.get("read_only"):
            kwargs.setdefault("queryset", Region.objects.all())
        super().__init__(slug_field="key", **kwargs)

    def to_internal_value(self, data: Any) -> Region:
        if not isinstance(data, str) or len(data) > 20:
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictText(serializers.CharField):
    """Text as it was typed: a number or a truth value is not text."""

    default_error_messages = {"type": _("This must be text, in quotation marks.")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 400)
        kwargs.setdefault("trim_whitespace", True)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("type")
        return super().to_internal_value(data)


class PublicId(serializers.UUIDField):
    """The public id of a row, as `id`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(source="public_id", read_only=True, **kwargs)
