"""Filters of list pages: their state lives in the query string, and a link from elsewhere is one of them."""

from functools import reduce
from operator import or_
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from metrology.search.query import narrowed


class PageFilter(django_filters.FilterSet):  # type: ignore[misc]  # ships no types
    """A search over what the search box knows of the noun, or over the `searched` columns of one it does not.

    Subclasses add what their list can be narrowed to.
    """

    searched: ClassVar[tuple[str, ...]] = ()
    indexed: ClassVar[bool] = False

    q = django_filters.CharFilter(method="search", max_length=100, label=_("Search"))

    def search(self, rows: Any, name: str, value: str) -> Any:
        found = narrowed(rows, value) if self.indexed else None
        if found is not None:
            return found
        return rows.filter(reduce(or_, (Q(**{f"{path}__icontains": value}) for path in self.searched)))


def chosen(field: str, choices: Any, label: Any, **more: Any) -> Any:
    """One of the declared choices of a column."""
    return django_filters.ChoiceFilter(
        field_name=field, choices=choices, label=label, empty_label=_("All"), **more
    )


def of(path: str) -> Any:
    """Rows that belong to the object another page linked from; kept, never shown."""
    return django_filters.UUIDFilter(field_name=f"{path}__public_id", widget=forms.HiddenInput)
