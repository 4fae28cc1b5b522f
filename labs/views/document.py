"""A method document as a reader meets it: what must be known, what is read, what is computed and judged.

The document was checked by `metrology.science.method.parse` before it was stored; formulas and
values are shown exactly as they stand in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from labs.models import StandardEquipment
from metrology.pages import Column, Table, table

Node = dict[str, Any]


def said(node: Any) -> str:
    """The words of a node in the reader's language."""
    if not isinstance(node, dict):
        return str(node or "")
    chinese = (get_language() or "").startswith("zh")
    return str(node.get("zh" if chinese else "en") or node.get("zh") or node.get("key") or "")


PARAMETER: tuple[Column, ...] = (
    Column(gettext_lazy("Symbol"), lambda node: node.get("key"), mono=True),
    Column(gettext_lazy("Meaning"), said),
    Column(gettext_lazy("Unit"), lambda node: node.get("unit"), mono=True),
    Column(gettext_lazy("Choices"), lambda node: ", ".join(node.get("choices", ())), mono=True),
)
CONDITION: tuple[Column, ...] = (
    Column(gettext_lazy("Condition"), said),
    Column(gettext_lazy("From"), lambda node: node.get("min"), mono=True),
    Column(gettext_lazy("To"), lambda node: node.get("max"), mono=True),
    Column(gettext_lazy("Unit"), lambda node: node.get("unit"), mono=True),
)
ROLES = dict(StandardEquipment.Role.choices)
STANDARD: tuple[Column, ...] = (
    Column(gettext_lazy("Standard"), said),
    Column(gettext_lazy("Role"), lambda node: ROLES.get(str(node.get("role")), node.get("role"))),
    Column(gettext_lazy("Accuracy ratio at least"), lambda node: node.get("ratio"), mono=True),
)
QUANTITY = (
    Column(gettext_lazy("What"), lambda line: line["what"]),
    Column(gettext_lazy("Symbol"), lambda line: line["key"], mono=True),
    Column(gettext_lazy("Meaning"), lambda line: line["meaning"]),
    Column(gettext_lazy("Unit"), lambda line: line["unit"], mono=True),
    Column(gettext_lazy("Formula"), lambda line: line["formula"], mono=True),
    Column(gettext_lazy("Limits"), lambda line: line["limits"], mono=True),
)
SOURCE: tuple[Column, ...] = (
    Column(gettext_lazy("Statement"), lambda node: node.get("text")),
    Column(gettext_lazy("Confidence"), lambda node: node.get("confidence")),
)
NOTE: tuple[Column, ...] = (Column(gettext_lazy("Note"), said),)


def sections(content: Node) -> Iterator[Table]:
    """The document, part by part; parts it does not have are left out."""
    for key, heading, columns in (
        ("parameters", _("What must be known of the instrument"), PARAMETER),
        ("environment", _("Conditions of the room"), CONDITION),
        ("standards", _("Standards it asks for"), STANDARD),
    ):
        if content.get(key):
            yield table(heading, columns, content[key])
    for test in content.get("tests", ()):
        yield table(said(test), QUANTITY, _quantities(test), note=_points(test))
    for key, heading, columns in (
        ("sources", _("Where this comes from"), SOURCE),
        ("notes", _("Notes"), NOTE),
    ):
        if content.get(key):
            yield table(heading, columns, content[key])


def _line(what: str, node: Node, *, formula: str = "", limits: str = "") -> dict[str, str]:
    return {
        "what": what,
        "key": str(node.get("key", "")),
        "meaning": said(node) if "zh" in node else "",
        "unit": str(node.get("unit", "")),
        "formula": formula,
        "limits": limits,
    }


def _quantities(test: Node) -> Iterator[dict[str, str]]:
    for column in test.get("columns", ()):
        yield _line(_("Reading"), column, formula=_repeats(column))
    if test.get("mpe"):
        yield _line(_("Limit"), {"key": "mpe", "unit": test.get("unit", "")}, formula=_mpe(test["mpe"]))
    for key, what in (("outputs", _("Result")), ("summaries", _("Summary"))):
        for output in test.get(key, ()):
            yield _line(what, output, formula=str(output.get("expression", "")), limits=_limits(output))


def _repeats(column: Node) -> str:
    repeats = f"× {column['repeats']}" if column.get("repeats", 1) != 1 else ""
    return " ".join(part for part in (repeats, *column.get("directions", ())) if part)


def _mpe(mpe: Node) -> str:
    if "table" not in mpe:
        return str(mpe.get("expression", ""))
    given = ", ".join(f"{name} = {value}" for name, value in mpe.get("arguments", {}).items())
    return f"{mpe['table']}({given})"


def _limits(output: Node) -> str:
    low, high = output.get("low"), output.get("high")
    return f"{low or ''} … {high or ''}" if low or high else ""


def _points(test: Node) -> str:
    return "; ".join(_point(point) for point in test.get("points", ()))


def _point(point: Node) -> str:
    if "first" in point:
        return f"{point['first']} … {point['last']} ({point['count']})"
    return said(point) if "zh" in point else str(point.get("nominal") or point.get("key", ""))
