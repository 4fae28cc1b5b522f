"""What the nouns of this app share at the door."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from instruments.models import Category
from metrology.doors import Body
from metrology.fields import StrictText


@extend_schema_field(OpenApiTypes.STR)
class CategoryCode(serializers.SlugRelatedField[Category]):
    """A category by its code."""

    def __init__(self, **kwargs: Any) -> None:
        if not kwargs.get("read_only"):
            kwargs.setdefault("queryset", Category.objects.all())
        super().__init__(slug_field="code", **kwargs)

    def to_internal_value(self, data: Any) -> Category:
        if not isinstance(data, str) or len(data) > 24:
            self.fail("invalid")
        return super().to_internal_value(data)


class Parameters(serializers.DictField):
    """What the methods must know of an instrument, as text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=StrictText(max_length=40, allow_blank=True), **kwargs)


class ReasonBody(Body):
    reason = StrictText(max_length=400)


class HandOverBody(Body):
    counterpart = StrictText(max_length=80)


def containing(text: str, *fields: str) -> Q:
    """Rows that contain a text in any of these fields."""
    condition = Q()
    for field in fields:
        condition |= Q(**{f"{field}__icontains": text})
    return condition


SEARCH_LABEL = _("Search")
