"""The acts of the history in words: what the certificates record."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Any] = {
    "certificate.approved": _("Certificate approved"),
    "certificate.issued": _("Certificate issued"),
    "certificate.voided": _("Certificate voided"),
    "certificate.amended": _("Amendment asked for"),
    "certificate.superseded": _("Certificate superseded"),
    "certificate.revoked": _("Certificate revoked"),
}
