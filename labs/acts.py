"""The acts of the history in words: what the laboratories record."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Any] = {
    "authorisation.granted": _("Authorisation recorded"),
    "authorisation.revoked": _("Authorisation revoked"),
    "laboratory.opened": _("Laboratory opened"),
    "laboratory.closed": _("Laboratory closed"),
    "room.added": _("Room added"),
    "room.closed": _("Room closed"),
    "equipment.added": _("Equipment added"),
    "equipment.moved": _("Equipment put in another state"),
    "equipment.checked": _("Intermediate check recorded"),
    "trace_certificate.added": _("Trace certificate recorded"),
    "trace_certificate.revoked": _("Trace certificate revoked"),
    "standard.established": _("Standard established"),
    "standard.item_added": _("Item added to a standard"),
    "standard.equipment_included": _("Equipment added to a standard"),
    "standard.person_assigned": _("Person assigned to a standard"),
    "standard.part_ended": _("Part of a standard ended"),
    "standard.examined": _("Examination certificate recorded"),
    "standard.licensed": _("Public-standard licence recorded"),
    "standard.certificate_revoked": _("Certificate of a standard revoked"),
    "standard.in_use": _("Standard put to use"),
    "standard.suspended": _("Standard suspended"),
    "standard.cancelled": _("Standard cancelled"),
    "standard.repeatability_tested": _("Repeatability test recorded"),
    "standard.stability_tested": _("Stability test recorded"),
    "examination.opened": _("Examination opened"),
    "examination.moved": _("Examination went on"),
    "method.published": _("Method published"),
    "method.edition_published": _("Edition published"),
    "method.version_published": _("Data version published"),
    "method.version_confirmed": _("Data version confirmed"),
    "method.version_doubted": _("Data version doubted"),
    "metrologist.registered": _("Metrologist entered"),
    "metrologist.registration_recorded": _("Registration recorded"),
    "metrologist.registration_revoked": _("Registration revoked"),
    "metrologist.qualified": _("Qualification given"),
    "metrologist.excluded": _("Excluded from an act"),
    "metrologist.qualification_ended": _("Qualification ended"),
}
