"""The acts of the history in words: what the kernel records; the apps add theirs from ready()."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from metrology.roles import Role

words: dict[str, Any] = {
    "access.approved": _("Request for access approved"),
    "access.asked": _("Access asked for"),
    "access.declined": _("Request for access declined"),
    "invitation.accepted": _("Invitation taken up"),
    "invitation.sent": _("Invitation made"),
    "invitation.withdrawn": _("Invitation withdrawn"),
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
    "user.unblocked": _("Account let in again"),
    "user.signed_out": _("Signed out everywhere"),
}
facts: dict[str, Any] = {
    "accepted": pgettext_lazy("test", "Accepted"),
    "act": _("Act"),
    "approver": _("Approver"),
    "area_m2": _("Area (m²)"),
    "assignee": _("Assigned to"),
    "called": _("Instrument"),
    "checked": _("How it was checked"),
    "cell": _("Cell"),
    "comment": _("Comment"),
    "count": _("Readings"),
    "counterpart": _("Handed over by or to"),
    "ended": _("Ended sessions"),
    "enterprise": _("Enterprise"),
    "groups": _("Groups"),
    "institute": _("Institute"),
    "instrument": _("Instrument"),
    "is_demo": _("Demonstration"),
    "is_mandatory": _("Mandatory verification"),
    "issuer": _("Issuer"),
    "items": _("Pieces"),
    "job": _("Job"),
    "jobs": _("Jobs"),
    "kind": _("Kind"),
    "level": _("Level"),
    "limit": _("Limit"),
    "method": _("Method"),
    "method_version": _("Method version"),
    "methods": _("Methods"),
    "need_still_met": _("Need still met"),
    "number": _("Number"),
    "on": _("On"),
    "order": _("Order no."),
    "person": _("Person"),
    "points": _("Points"),
    "readings": _("Readings"),
    "reason": _("Reason"),
    "regions": _("Regions"),
    "region_key": _("Region"),
    "role": _("Role"),
    "room": _("Room"),
    "serial": _("Serial no."),
    "since": _("valid from"),
    "stability": _("Stability"),
    "valid": _("Days"),
    "values": _("Values"),
    "verdict": _("Verdict"),
}
choices: dict[str, dict[str, Any]] = {"role": dict(Role.choices)}
