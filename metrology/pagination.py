"""Keyset pages: a signed cursor of (sort key, id), right on ties and as fast on the last page.

DRF's own cursor loops on more than a thousand equal keys, and OFFSET reads what it skips
(measured in the runtime notes), so neither is used.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.core import signing
from django.db.models import F, Model, Q, QuerySet
from django.utils.translation import gettext as _

from metrology.errors import Invalid

M = TypeVar("M", bound=Model)

PAGE_SIZE = 50
MAX_PAGE_SIZE = 500
_SALT = "liangzhun.cursor"


@dataclass(frozen=True)
class Page(Generic[M]):
    """Rows of one page and the cursor of the next, if there is one."""

    rows: list[M]
    next_cursor: str | None


def page_of(rows: QuerySet[M], *, order: str, cursor: str | None, size: int) -> Page[M]:
    """One page of `rows` ordered by `order` ("-due_on") and then by pk in the same direction.

    Null keys come last in both directions. The condition `key >= x and (key > x or pk > y)` uses
    an index on both databases, where the plain OR form does not.
    """
    descending = order.startswith("-")
    key = order.lstrip("-")
    if cursor:
        nullable = key != "pk" and bool(getattr(rows.model._meta.get_field(key), "null", False))
        rows = rows.filter(_after(key, descending, nullable, _read(cursor, order)))
    direction = "-" if descending else ""
    sorting: Sequence[Any] = (f"{direction}pk",) if key == "pk" else _sorting(rows, key, descending)
    found = list(rows.order_by(*sorting)[: size + 1])
    more = len(found) > size
    found = found[:size]
    return Page(found, _write(order, key, found[-1]) if more else None)


def _sorting(rows: QuerySet[M], key: str, descending: bool) -> Sequence[Any]:
    pk = "-pk" if descending else "pk"
    if not getattr(rows.model._meta.get_field(key), "null", False):
        return (order_name(key, descending), pk)
    return (F(key).desc(nulls_last=True) if descending else F(key).asc(nulls_last=True), pk)


def order_name(key: str, descending: bool) -> str:
    return f"-{key}" if descending else key


def _after(key: str, descending: bool, nullable: bool, position: tuple[Any, int]) -> Q:
    value, pk = position
    beyond = "lt" if descending else "gt"
    if key == "pk":
        return Q(**{f"pk__{beyond}": pk})
    if value is None:
        return Q(**{f"{key}__isnull": True, f"pk__{beyond}": pk})
    reach = Q(**{f"{key}__{beyond}e": value}) & (
        Q(**{f"{key}__{beyond}": value}) | Q(**{f"pk__{beyond}": pk})
    )
    return reach | Q(**{f"{key}__isnull": True}) if nullable else reach


def _write(order: str, key: str, row: Model) -> str:
    value = None if key == "pk" else getattr(row, key)
    plain = value if value is None or isinstance(value, int) else str(value)
    return signing.dumps([order, plain, row.pk], salt=_SALT, serializer=_Plain)


def _read(cursor: str, order: str) -> tuple[Any, int]:
    try:
        made_for, value, pk = signing.loads(cursor, salt=_SALT, serializer=_Plain)
    except (signing.BadSignature, ValueError) as error:
        raise Invalid(
            {"/cursor": [_("This page link is not valid. Start again from the first page.")]}
        ) from error
    if made_for != order:
        raise Invalid({"/cursor": [_("The order changed. Start again from the first page.")]})
    return value, pk


class _Plain:
    def dumps(self, value: Any) -> bytes:
        return json.dumps(value, separators=(",", ":")).encode()

    def loads(self, raw: bytes) -> Any:
        return json.loads(raw)


def next_link(path: str, query: dict[str, Any], cursor: str | None) -> str | None:
    """The relative link to the next page, keeping every other filter."""
    return f"{path}?{urlencode({**query, 'cursor': cursor}, doseq=True)}" if cursor else None
