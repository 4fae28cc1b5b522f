"""Writing rows that have no version of their own: once, ended once, revoked once."""

from datetime import date
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from metrology.errors import Conflict, Invalid

M = TypeVar("M", bound=models.Model)


def make_once(model: type[M], pointer: str, /, **fields: Any) -> M:
    """A new row; when its unique key is taken, the refusal names the field at `pointer`."""
    try:
        with transaction.atomic():
            return model._default_manager.create(**fields)
    except IntegrityError as error:
        raise Invalid({pointer: [_("This is already recorded.")]}) from error


def end(row: M, on: date, *, pointer: str = "/on") -> M:
    """Let a dated row end on a day, that day included; an end once set only moves earlier."""
    first: date = row.valid_from  # type: ignore[attr-defined]  # every dated row has it
    last: date | None = row.valid_to  # type: ignore[attr-defined]  # as above
    if on < first:
        raise Invalid({pointer: [_("It began on %(day)s and cannot end before.") % {"day": first}]})
    if last is not None and on > last:
        raise Conflict(_("It ended on %(day)s already.") % {"day": last})
    return _swap(row, "valid_to", on)


def revoke(row: M, on: date, *, pointer: str = "/on") -> M:
    """Let a certificate count no more from a day on; a revocation is never taken back or moved."""
    first: date = row.valid_from  # type: ignore[attr-defined]  # every certificate has it
    if on < first:
        raise Invalid({pointer: [_("It was not valid before %(day)s.") % {"day": first}]})
    if row.revoked_on is not None:  # type: ignore[attr-defined]  # as above
        raise Conflict(_("It is revoked already."))
    return _swap(row, "revoked_on", on)


def _swap(row: M, field: str, value: date) -> M:
    manager = type(row)._default_manager
    if manager.filter(pk=row.pk, **{field: getattr(row, field)}).update(**{field: value}) != 1:
        raise Conflict(_("Somebody else changed this at the same moment. Load it again and retry."))
    setattr(row, field, value)
    return row
