"""Serializer fields for what laboratories name by a code of their own."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from labs.models import Discipline, Method
from metrology.doors import Body
from metrology.fields import PublicId, ScopedRelated, StrictText
from metrology.models import Person


@extend_schema_field(OpenApiTypes.STR)
class MethodCode(serializers.SlugRelatedField[Method]):
    """A method by its code without edition, like "JJG 539"."""

    def __init__(self, **kwargs: Any) -> None:
        if not kwargs.get("read_only"):
            kwargs.setdefault("queryset", Method.objects.all())
        super().__init__(slug_field="code", **kwargs)

    def to_internal_value(self, data: Any) -> Method:
        if not isinstance(data, str) or len(data) > 40:
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field(OpenApiTypes.STR)
class DisciplineCode(serializers.SlugRelatedField[Discipline]):
    """A first-level field of JJF 1022 by its two digits."""

    def __init__(self, **kwargs: Any) -> None:
        if not kwargs.get("read_only"):
            kwargs.setdefault("queryset", Discipline.objects.all())
        super().__init__(slug_field="code", **kwargs)

    def to_internal_value(self, data: Any) -> Discipline:
        if not isinstance(data, str) or len(data) > 2:
            self.fail("invalid")
        return super().to_internal_value(data)


class NumeralText(StrictText):
    """A measured value as it was typed; the verb says whether it is a number."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 24)
        super().__init__(**kwargs)


class PersonSummary(serializers.Serializer[Any]):
    """A person as a line of something else."""

    id = PublicId()
    name = serializers.CharField(read_only=True)


class ByPersonBody(Body):
    """Something a person did; the one who sends it, unless told."""

    person = ScopedRelated(queryset=Person.objects.all(), required=False)
