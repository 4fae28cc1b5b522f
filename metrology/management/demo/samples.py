"""Files to try things with: a table to import, and a certificate that somebody has altered."""

from __future__ import annotations

import io
from datetime import date

from certificates import render, snapshot
from certificates.models import Certificate, CertificateHead
from instruments.models import Category
from metrology.management.demo import import_file
from metrology.management.demo.ledger import CUFFS, GAUGES, METERS, SCALES, pieces
from metrology.management.demo.plan import SCALE
from metrology.models import Organization

YEARS_ADDED = 2


def import_table(owner: Organization) -> bytes:
    """The table of 500 rows with seventeen errors; one of its rows stands in the owner's ledger already."""
    titles = {category.code: category.name_zh for category in Category.objects.all()}
    kinds = {
        model.name: titles[model.category] for group in (SCALES, GAUGES, CUFFS, METERS) for model in group
    }
    stock = pieces(owner.pk, SCALE)
    known = None
    if stock:
        one = stock[0]
        known = import_file.Entry(one.name, titles[SCALE], one.model, one.serial)
    target = io.BytesIO()
    import_file.write(target, known, kinds)
    return target.getvalue()


def altered_certificate(client: Organization) -> tuple[str, bytes] | None:
    """An issued certificate of a client whose last day of validity somebody moved; its number and code stay.

    The register knows the bytes it sealed, so the public check tells this file from the issued one.
    """
    certificate: Certificate | None = (
        Certificate.objects.filter(
            client=client, kind=Certificate.Kind.VERIFICATION, head__state=CertificateHead.State.ISSUED
        )
        .order_by("-tested_on", "-pk")
        .first()
    )
    if certificate is None or certificate.valid_until is None:
        return None
    said = snapshot.thaw(certificate.snapshot)
    moved: date = certificate.valid_until.replace(day=1, year=certificate.valid_until.year + YEARS_ADDED)
    said["dates"]["valid_until"] = moved.isoformat()
    return certificate.number, render.document(said)
