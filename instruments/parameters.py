"""What the methods of a category must know of an instrument: asked for as their documents say."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from instruments.models import Category
from labs.models import MethodVersion
from labs.views.document import said
from metrology.actors import Actor


@dataclass(frozen=True)
class Asked:
    """One parameter: its symbol, its words in the reader's language, and what may be chosen."""

    key: str
    label: str
    unit: str
    choices: tuple[str, ...]
    default: str

    @property
    def title(self) -> str:
        """The words with the unit behind them, if the unit does not depend on another parameter."""
        unit = f" ({self.unit})" if self.unit and "{" not in self.unit else ""
        return f"{self.label}{unit} · {self.key}" if self.label != self.key else f"{self.key}{unit}"


def asked_for(category: Category | None, actor: Actor) -> list[Asked]:
    """The parameters of the newest document of each method of a category, each key once."""
    if category is None:
        return []
    versions = (
        MethodVersion.objects.visible_to(actor)
        .filter(edition__method__categories=category)
        .order_by("edition__method__code", "edition__valid_from", "number")
        .values_list("edition__method_id", "document")
    )
    newest = dict(versions)
    found: dict[str, Asked] = {}
    for text in newest.values():
        for node in json.loads(text).get("parameters", ()):
            one = _asked(node)
            found[one.key] = _joined(found[one.key], one) if one.key in found else one
    return list(found.values())


def _asked(node: dict[str, Any]) -> Asked:
    return Asked(
        node["key"],
        said(node),
        str(node.get("unit", "")),
        tuple(map(str, node.get("choices", ()))),
        str(node.get("default", "")),
    )


def _joined(one: Asked, other: Asked) -> Asked:
    """A parameter that two methods ask for; where one takes any text, any text will do."""
    both = (*one.choices, *(choice for choice in other.choices if choice not in one.choices))
    choices = both if one.choices and other.choices else ()
    return Asked(one.key, one.label, one.unit, choices, one.default or other.default)
