"""Moves of a workflow row: one declared table, one compare-and-swap (rules 3)."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import models
from django.db.models import F
from django.utils.translation import gettext as _

from metrology.errors import Conflict, Stale

M = TypeVar("M", bound=models.Model)

Moves = Mapping[Any, frozenset[Any]]


def advance(row: M, to: str, *, moves: Moves, field: str = "state", **changes: Any) -> M:
    """Move a row to a state its table allows, exactly once.

    The update matches the state and version that were read; when another transaction was first,
    no row changes and the caller gets a Conflict. `changes` are written in the same statement.
    """
    present = getattr(row, field)
    if to not in moves.get(present, frozenset()):
        raise Conflict(
            _("Not possible now: it is “%(present)s”, so it cannot become “%(to)s”.")
            % {"present": _label(row, field, present), "to": _label(row, field, to)},
            present=str(present),
            to=str(to),
        )
    return change(row, expected={field: present}, **{field: to}, **changes)


def change(row: M, *, expected: Mapping[str, Any] | None = None, **changes: Any) -> M:
    """Write columns of a versioned row by compare-and-swap on its version."""
    version: int = row.version  # type: ignore[attr-defined]  # every workflow row has a version column
    manager = type(row)._default_manager
    done = manager.filter(pk=row.pk, version=version, **(expected or {})).update(
        version=F("version") + 1, **changes
    )
    if done != 1:
        raise Conflict(_("Somebody else changed this at the same moment. Load it again and retry."))
    for name, value in changes.items():
        setattr(row, name, value)
    row.version = version + 1  # type: ignore[attr-defined]  # as above
    return row


def require_version(row: models.Model, version: int | None) -> None:
    """Refuse when the caller names a version (If-Match) that is no longer the present one."""
    if version is not None and version != row.version:  # type: ignore[attr-defined]  # as above
        raise Stale(_("This was changed since you loaded it. Load it again and retry."))


def _label(row: models.Model, field: str, value: Any) -> str:
    choices = dict(row._meta.get_field(field).flatchoices)  # type: ignore[union-attr]  # a concrete field
    return str(choices.get(value, value))
