"""Divisions and zones; the path of a region follows its place in the tree."""

import re
from typing import Any

from django.db.models import Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from metrology.actors import Actor
from metrology.errors import Forbidden, Invalid
from metrology.faults import Faults
from metrology.ledger import record, verb
from metrology.models import Region
from metrology.models.places import Confidence
from metrology.roles import Role
from metrology.rows import make_once

KEY = re.compile(r"[0-9A-Za-z-]{1,20}", re.ASCII)
CODE = re.compile(r"[0-9]{6}", re.ASCII)
LONGEST_PATH = 120
CHANGEABLE = frozenset({"name_zh", "name_en", "level", "has_own_institute", "confidence", "parent"})


@verb
def create_region(
    *,
    key: str,
    name_zh: str,
    name_en: str,
    level: str,
    by: Actor,
    parent: Region | None = None,
    code: str | None = None,
    has_own_institute: bool | None = None,
    confidence: str = Confidence.HIGH,
) -> Region:
    """Enter a division by its GB/T 2260 code, or a zone, which has none, by a key of its own."""
    _require_planner(by, parent)
    faults = Faults()
    faults.unless(bool(KEY.fullmatch(key)), "/key", _("Only ASCII letters, digits and hyphens."))
    faults.unless(code is None or bool(CODE.fullmatch(code)), "/code", _("A code has six digits."))
    faults.unless(code is None or code == key, "/key", _("Where there is a code, it is the key."))
    faults.unless(level in Region.Level.values, "/level", _("There is no such level."))
    path = f"{parent.path if parent else ''}{key}/"
    faults.unless(len(path) <= LONGEST_PATH, "/parent", _("Regions are nested too deeply."))
    faults.stop()
    made = make_once(
        Region,
        "/key",
        key=key,
        code=code,
        name_zh=name_zh,
        name_en=name_en,
        level=level,
        parent=parent,
        path=path,
        has_own_institute=has_own_institute,
        confidence=confidence,
    )
    record("region.created", made, by=by, organization=None, region=made, key=key, name_zh=name_zh)
    return made


@verb
def change_region(region: Region, *, by: Actor, **changes: Any) -> Region:
    """Correct a region; a new parent moves the whole subtree."""
    _require_planner(by, region)
    faults = Faults()
    for name in sorted(changes.keys() - CHANGEABLE):
        faults.add(f"/{name}", _("This never changes."))
    faults.stop()
    parent = changes.get("parent", region.parent)
    if parent is not None and parent.path.startswith(region.path):
        raise Invalid({"/parent": [_("A region cannot lie within itself.")]})
    if "parent" in changes:
        _require_planner(by, parent)
    before = {name: getattr(region, name) for name in changes}
    for name, value in changes.items():
        setattr(region, name, value)
    if changes:
        region.save(update_fields=list(changes))
    _move(region, f"{parent.path if parent else ''}{region.key}/")
    said = {name: [before[name], changes[name]] for name in changes if before[name] != changes[name]}
    record("region.changed", region, by=by, organization=None, region=region, changes=said)
    return region


def _move(region: Region, path: str) -> None:
    if path == region.path:
        return
    old = region.path
    deepest = max(
        len(one) for one in Region.objects.filter(path__startswith=old).values_list("path", flat=True)
    )
    if deepest - len(old) + len(path) > LONGEST_PATH:
        raise Invalid({"/parent": [_("Regions are nested too deeply.")]})
    Region.objects.filter(path__startswith=old).update(path=Concat(Value(path), Substr("path", len(old) + 1)))
    region.path = path


def _require_planner(by: Actor, place: Region | None) -> None:
    if by.allowed(Role.OPERATOR):
        return
    if not (by.allowed(Role.CITY_ADMIN) and place is not None and place.path.startswith(by.region_path)):
        raise Forbidden(_("Only the city's administrator or the operator may do this."))
