"""What templates may say beyond Django's own words: an icon, a state, a form field."""

from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

ICONS = Path(__file__).resolve().parent.parent / "static" / "vendor" / "tabler-icons"
ICON_OPENING = (
    '<svg xmlns="http://www.w3.org/2000/svg" class="{}" width="24" height="24" viewBox="0 0 24 24" '
    'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" {}>'
)

TONES: dict[str, frozenset[str]] = {
    "good": frozenset(
        {
            "valid",
            "issued",
            "passed",
            "pass",
            "active",
            "in_use",
            "completed",
            "accepted",
            "done",
            "sent",
            "closed",
        }
    ),
    "busy": frozenset(
        {
            "submitted",
            "received",
            "assigned",
            "measuring",
            "checked",
            "approved",
            "in_progress",
            "sealing",
            "applied",
        }
    ),
    "warn": frozenset(
        {
            "returned",
            "due",
            "due_soon",
            "expiring",
            "suspended",
            "subcontracted",
            "rectifying",
            "limited",
            "pending",
        }
    ),
    "bad": frozenset(
        {
            "revoked",
            "failed",
            "fail",
            "declined",
            "refused",
            "rejected",
            "expired",
            "overdue",
            "stopped",
            "blocked",
        }
    ),
}


@cache
def shapes(name: str) -> str:
    """The inner part of a vendored icon; an unknown name is a mistake in a template and says so."""
    path = ICONS / f"{name}.svg"
    if not name.replace("-", "").isalnum() or not path.is_file():
        raise LookupError(f"no icon {name!r} in static/vendor/tabler-icons: add it to .ci/vendor.py")
    drawing = path.read_text(encoding="utf-8").strip()
    return drawing[drawing.index(">") + 1 : drawing.rindex("</svg>")]


@register.simple_tag
def icon(name: str, label: Any = "", css: str = "") -> SafeString:
    """{% icon "bell" %} is decoration; {% icon "bell" label=text %} speaks to a screen reader."""
    said = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    opening = format_html(ICON_OPENING, f"icon {css}".strip(), said)
    return SafeString(opening + shapes(name) + "</svg>")


def tone(state: str) -> str:
    """The colour family of a state; the word beside it always says the same without colour."""
    return next((name for name, states in TONES.items() if state in states), "plain")


@register.simple_tag
def badge(state: Any, label: Any = "") -> SafeString:
    """{% badge job.state job.get_state_display %}: a state as a word on a quiet colour."""
    value = str(getattr(state, "value", state))
    shown = label or getattr(state, "label", "") or value.replace("_", " ")
    return format_html('<span class="badge state state-{}">{}</span>', tone(value), shown)


@register.inclusion_tag("metrology/_field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """{% field form.name %}: label, control, help and errors, tied together for screen readers."""
    widget = bound.field.widget
    choices = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    css = "form-control"
    if isinstance(widget, CheckboxInput):
        css = "form-check-input"
    elif isinstance(widget, Select) and not choices:
        css = "form-select"
    attributes: dict[str, str | bool] = {"class": f"{css} is-invalid" if bound.errors else css}
    if choices:
        attributes = {}
    if bound.errors:
        attributes["aria-invalid"] = "true"
    return {
        "field": bound,
        "control": bound.as_widget(attrs=attributes),
        "is_check": isinstance(widget, CheckboxInput),
        "is_group": choices,
    }


@register.filter
def initials(name: Any) -> str:
    """What stands in the round badge of a person: the last two Han characters or two first letters."""
    text = str(name).strip()
    if text and ord(text[-1]) > 0x2E7F:
        return text[-2:]
    return "".join(word[0] for word in text.split()[:2]).upper()
