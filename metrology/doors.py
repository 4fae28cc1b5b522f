"""What the API's doors share: bodies that refuse what they do not know, days, and filters."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

import django_filters
from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers

from metrology import clock
from metrology.api import POST_PARAMETERS, Handler, ScopedViewSet, once
from metrology.fields import StrictText
from metrology.models import Region

M = TypeVar("M", bound=models.Model)

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2199, 12, 31)
MOST_ITEMS = 200


class Body(serializers.Serializer[Any]):
    """What a verb takes. A field it does not know is refused, so that nothing sent is lost in silence."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        faults: dict[str, Any] = {name: [_("There is no such field.")] for name in sorted(unknown)}
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if isinstance(error.detail, dict):
                faults |= error.detail
            else:
                raise
        if faults:
            raise serializers.ValidationError(faults)
        return value


class Day(serializers.DateField):
    """A calendar day of this or the neighbouring centuries."""

    default_error_messages = {"range": _("Choose a day from 1900 to 2199.")}

    def to_internal_value(self, value: Any) -> date:
        day = super().to_internal_value(value)
        if not FIRST_DAY <= day <= LAST_DAY:
            self.fail("range")
        return day


class Moment(serializers.DateTimeField):
    """An instant of this or the neighbouring centuries; without an offset it is local time."""

    default_error_messages = {"range": _("Choose a day from 1900 to 2199.")}

    def to_internal_value(self, value: Any) -> datetime:
        try:
            moment = super().to_internal_value(value)
        except OverflowError:
            self.fail("range")
        if not FIRST_DAY <= moment.date() <= LAST_DAY:
            self.fail("range")
        return moment


@extend_schema_field(OpenApiTypes.INT)
class Whole(serializers.IntegerField):
    """A whole number, written as one."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class Several(serializers.ListField):
    """A list whose length is judged before its members are looked up, one query each."""

    def run_child_validation(self, data: Any) -> Any:
        if self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().run_child_validation(data)


@extend_schema_field({})
class StoredJson(serializers.CharField):
    """JSON kept as text, because a hash covers its very bytes; read as the object it is."""

    def to_representation(self, value: Any) -> Any:
        return json.loads(value)


class OnBody(Body):
    """The day from or through which a verb counts; today unless told."""

    on = Day(default=clock.today)


class OnReasonBody(OnBody):
    reason = StrictText(max_length=200)


def creates(takes: Any, gives: Any) -> Callable[[Handler], Handler]:
    """A repeatable `create()`, described in the schema."""

    def decorate(handler: Handler) -> Handler:
        described: Handler = extend_schema(request=takes, responses={201: gives}, parameters=POST_PARAMETERS)(
            once(handler)
        )
        return described

    return decorate


class Noun(ScopedViewSet[M]):
    """A noun whose detail says more than its line in a list."""

    detail_class: type[serializers.BaseSerializer[Any]] | None = None

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        if self.detail_class is None or self.action == "list":
            return super().get_serializer_class()
        return self.detail_class

    def fresh(self, row: M) -> M:
        """The row as it is now, with its joins; what was loaded before the verb is stale."""
        found = self.rows.all().filter(pk=row.pk).first()
        assert found is not None
        return found


class YesNoField(forms.NullBooleanField):
    widget = forms.TextInput

    def to_python(self, value: Any) -> Any:
        if value in (None, ""):
            return None
        known = {"true": True, "1": True, "false": False, "0": False}
        if str(value).lower() not in known:
            raise forms.ValidationError(_("Write true or false."))
        return known[str(value).lower()]


class YesNoFilter(django_filters.BooleanFilter):  # type: ignore[misc]  # django-filter ships no types
    """True or false; anything else is refused, not passed over."""

    field_class = YesNoField


class Filters(django_filters.FilterSet):  # type: ignore[misc]  # as above
    """The filters of one list."""

    FILTER_DEFAULTS = django_filters.FilterSet.FILTER_DEFAULTS | {
        models.BooleanField: {"filter_class": YesNoFilter}
    }


class RegionFilter(django_filters.CharFilter):  # type: ignore[misc]  # as above
    """Rows of a region and everything within it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 20)
        kwargs.setdefault("label", _("region"))
        super().__init__(**kwargs)

    def filter(self, qs: Any, value: Any) -> Any:
        if not value:
            return qs
        region = Region.objects.filter(key=value).first()
        if region is None:
            return qs.none()
        return qs.filter(**{f"{self.field_name}__path__startswith": region.path})


class ValidOnFilter(django_filters.DateFilter):  # type: ignore[misc]  # as above
    """Rows that hold on a day."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Valid on"))
        super().__init__(**kwargs)

    def filter(self, qs: Any, value: Any) -> Any:
        return qs.valid_on(value) if value else qs


class MomentField(django_filters.fields.IsoDateTimeField):  # type: ignore[misc]  # as above
    def clean(self, value: Any) -> datetime | None:
        far = forms.ValidationError(_("Choose a day from 1900 to 2199."))
        try:
            moment: datetime | None = super().clean(value)
        except OverflowError:
            raise far from None
        if moment is not None and not FIRST_DAY <= moment.date() <= LAST_DAY:
            raise far
        return moment


class MomentFilter(django_filters.IsoDateTimeFilter):  # type: ignore[misc]  # as above
    """An instant both databases can compare with."""

    field_class = MomentField


class YearFilter(django_filters.Filter):  # type: ignore[misc]  # as above
    """A year both databases can hold."""

    field_class = forms.IntegerField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1900, max_value=2199, **kwargs)
