"""A scanned certificate: by its number or its verification address it leads to its instrument."""

from __future__ import annotations

import re

from certificates.models import Certificate
from instruments import scan
from instruments.models import Instrument
from metrology.actors import Actor

_CHECK = re.compile(r"/v/([0-9A-Za-z]{8,24})(?:[/.?#]|$)")


def register() -> None:
    """Called once from ready()."""
    scan.finders["certificates"] = instrument_of


def instrument_of(text: str, actor: Actor) -> Instrument | None:
    """The instrument of a visible certificate with this number or verification code."""
    checked = _CHECK.search(text)
    rows = Certificate.objects.visible_to(actor).select_related("job__instrument__owner")
    found = (rows.filter(code=checked[1]) if checked else rows.filter(number__iexact=text)).first()
    if found is None:
        return None
    instrument: Instrument | None = (
        Instrument.objects.visible_to(actor)
        .select_related("owner")
        .filter(pk=found.job.instrument_id)
        .first()
    )
    return instrument
