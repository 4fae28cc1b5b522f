"""Facts that hold from a day to a day, both inclusive; whether they hold is never stored."""

from __future__ import annotations

from datetime import date
from typing import Generic, Self, TypeVar

from django.db import models
from django.db.models import F, Q

from metrology.scope import ScopedQuerySet

M = TypeVar("M", bound=models.Model)


class DatedQuerySet(ScopedQuerySet[M], Generic[M]):
    def valid_on(self, day: date) -> Self:
        """Rows whose days include `day`; revoked ones count until the day before revocation."""
        rows = self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)
        names = {field.name for field in self.model._meta.get_fields()}
        if "revoked_on" in names:
            rows = rows.filter(Q(revoked_on__isnull=True) | Q(revoked_on__gt=day))
        return rows


def dates_in_order(name: str) -> models.CheckConstraint:
    """The constraint that a row does not end before it begins."""
    return models.CheckConstraint(
        condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name=name
    )
