"""Many entries of one ledger at once: the same rules as for one, set by set."""

import hashlib
from collections.abc import Sequence
from typing import Any

from instruments.actions.checks import cleaned
from instruments.actions.ledger import derive, label_numbers
from instruments.imports.checking import Found
from instruments.models import ImportRow, Instrument, Purpose
from metrology.ledger import canonical
from metrology.models import Organization
from metrology.search.index import refresh
from metrology.states import change

CHUNK = 500


def write(owner: Organization, findings: Sequence[Found]) -> dict[str, Any]:
    """Enter what is new and change what differs, inside the caller's verb; counts and a digest of it all."""
    entered = _enter(owner, [found for found in findings if found.doing == ImportRow.Doing.ENTER])
    updated = [found for found in findings if found.doing == ImportRow.Doing.UPDATE]
    for found in updated:
        _change(found)
    touched = [*entered, *(found.instrument for found in updated if found.instrument is not None)]
    refresh(Instrument, [row.pk for row in touched])
    said = [[row.label_no, row.name, row.model, row.serial, row.version] for row in touched]
    return {
        "entered": len(entered),
        "updated": len(updated),
        "left": len(findings) - len(touched),
        "labels": [entered[0].label_no, entered[-1].label_no] if entered else [],
        "digest": hashlib.sha256(canonical(said).encode()).hexdigest(),
    }


def _enter(owner: Organization, findings: Sequence[Found]) -> list[Instrument]:
    rows = []
    for found in findings:
        details = {"region": owner.region, "purpose": Purpose.OTHER, **found.details}
        details["plan_fields"] = list(details["category"].plan_fields)
        row = Instrument(owner=owner, label_no="0" * 18, **details)
        derive(cleaned(row))
        rows.append(row)
    if rows:
        for row, label in zip(rows, label_numbers([row.region for row in rows]), strict=True):
            row.label_no = label
    for found, row in zip(findings, Instrument.objects.bulk_create(rows, batch_size=CHUNK), strict=True):
        found.instrument = row
    return rows


def _change(found: Found) -> None:
    """Write the differing columns of one entry, if nobody else wrote it since it was judged."""
    row = found.instrument
    assert row is not None
    for name, value in found.changes.items():
        setattr(row, name, value)
    derive(cleaned(row))
    columns: dict[str, Any] = {name: getattr(row, name) for name in found.changes}
    change(row, **columns, is_mandatory=row.is_mandatory)
