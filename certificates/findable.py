"""Certificates for the search box: by their number, and by the serial number of their instrument."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from certificates.models import Certificate
from metrology.search.sources import Source, offer


def register() -> None:
    """Called once from ready()."""
    offer(CERTIFICATES)


CERTIFICATES = Source(
    30,
    Certificate.objects.all(),
    _("Certificates"),
    "certificate",
    lambda key: reverse("certificate", args=[key]),
    title=("number",),
    subtitle=("instrument__name", "instrument__serial", "tested_on"),
    codes=("number",),
    words=("instrument__serial",),
    follows={"instruments.instrument": "instrument"},
    key="number",
    position=15,
)
