"""Reference data of the ledger: the mandatory catalogue's categories with their methods, and required kinds.

Loading enters what is missing and leaves what is there; every row keeps the confidence of its source.
"""

from typing import Any

from instruments.actions.requirements import require_category
from instruments.models import Category, PlanField, Requirement
from labs.models import Method
from metrology import reference
from metrology.actors import SYSTEM, Actor
from metrology.ledger import record, verb
from metrology.models.places import Confidence

PLAN_FIELDS = {
    "trade": PlanField.TRADE,
    "medical": PlanField.HEALTH,
    "safety": PlanField.PRODUCTION_SAFETY,
}


@verb
def load(*, by: Actor = SYSTEM) -> None:
    """Enter every category that is not there yet, with its methods."""
    known = set(Category.objects.values_list("code", flat=True))
    methods = {method.code: method for method in Method.objects.all()}
    catalogue = {row["no"]: row for row in reference.read("catalogue_2020")["rows"]}
    codes = reference.read("categories")
    for row in codes["catalogue"]:
        if row["code"] not in known:
            _enter(row, _listed(catalogue[row["no"]], row), methods, by)
    for row in codes["outside"]:
        if row["code"] not in known:
            fields = {"name_zh": row["zh"], "name_en": row["en"], "confidence": Confidence.HIGH}
            _enter(row, fields, methods, by)
    _require(by)


def _require(by: Actor) -> None:
    """The kinds every region of a level is to cover, where none is required yet."""
    if Requirement.objects.exists():
        return
    wanted = reference.read("requirements")
    for category in Category.objects.filter(code__in=wanted["categories"]):
        for level in wanted["levels"]:
            require_category(level=level, category=category, by=by, source=wanted["source"])


def _listed(entry: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """A catalogue entry as columns; a sub-entry with its own mode has its own name."""
    sub = row.get("sub")
    mode = entry["verification_mode"]
    regime = entry["regime"].split("+")
    fields = [PLAN_FIELDS[use] for use in entry["uses"] if use in PLAN_FIELDS]
    return {
        "catalogue_no": entry["no"],
        "name_zh": sub or entry["zh"],
        "name_en": entry["en"],
        "type_approval": "type_approval" in regime,
        "verification": "verification" in regime,
        "mode": (mode[sub] if isinstance(mode, dict) else mode) or Category.Mode.NONE,
        "uses": entry["uses"],
        "plan_fields": sorted({*fields, *row.get("plan_fields", ())}),
        "confidence": entry["conf"],
    }


def _enter(row: dict[str, Any], fields: dict[str, Any], methods: dict[str, Method], by: Actor) -> None:
    category = Category.objects.create(code=row["code"], **fields)
    category.methods.set(methods[code] for code in row["methods"] if code in methods)
    record("category.entered", category, by=by, organization=None, code=category.code)
