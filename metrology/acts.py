"""The acts of the history in words: what the kernel records; the apps add theirs from ready()."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

words: dict[str, Any] = {
    "membership.granted": _("Role given"),
    "membership.ended": _("Role ended"),
    "organization.created": _("Organization entered"),
    "organization.changed": _("Organization changed"),
    "organization.dissolved": _("Organization dissolved"),
    "person.registered": _("Person entered"),
    "person.changed": _("Person changed"),
    "person.left": _("Person left"),
    "region.created": _("Region entered"),
    "region.changed": _("Region changed"),
    "target.set": _("Target set"),
    "user.created": _("Account opened"),
    "user.blocked": _("Account blocked"),
}
