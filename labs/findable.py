"""What of the laboratories the search box finds."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from labs.models import Equipment, Laboratory, Metrologist, Standard
from metrology.models import Organization, Region
from metrology.search.sources import Source, offer


def register() -> None:
    """Called once from ready()."""
    offer(INSTITUTES, REGIONS, LABORATORIES, STANDARDS, EQUIPMENT, METROLOGISTS)


REGIONS = Source(
    1,
    Region.objects.all(),
    _("Regions"),
    "map-pin",
    lambda name: f"{reverse('labs')}?{urlencode({'q': name})}",
    title=("name_zh",),
    subtitle=("name_en", "code"),
    names=("name_zh",),
    words=("name_en", "code"),
    key="name_zh",
    position=90,
)
INSTITUTES = Source(
    3,
    Organization.objects.filter(kind=Organization.Kind.INSTITUTE),
    _("Institutes"),
    "building-bank",
    lambda key: reverse("lab", args=[key]),
    title=("name_zh",),
    subtitle=("name_en", "region__name_zh"),
    codes=("code", "credit_code"),
    names=("name_zh",),
    words=("name_en", "region__name_zh"),
    follows={"metrology.region": "region"},
    position=60,
)
LABORATORIES = Source(
    10,
    Laboratory.objects.all(),
    _("Laboratories"),
    "thermometer",
    lambda key: reverse("lab", args=[key]),
    title=("name_zh",),
    subtitle=("name_en", "institute__name_zh"),
    names=("name_zh",),
    words=("name_en", "institute__name_zh"),
    follows={"metrology.organization": "institute"},
    key="institute__public_id",
    position=62,
)
STANDARDS = Source(
    11,
    Standard.objects.all(),
    _("Standards"),
    "scale",
    lambda key: reverse("standard", args=[key]),
    title=("name_zh",),
    subtitle=("measuring_range", "institute__name_zh"),
    codes=("code",),
    names=("name_zh", "institute__name_zh"),
    words=("name_en", "measuring_range", "accuracy"),
    follows={"metrology.organization": "institute"},
    position=50,
)
EQUIPMENT = Source(
    12,
    Equipment.objects.all(),
    _("Equipment"),
    "tool",
    lambda key: reverse("equipment", args=[key]),
    title=("name_zh", "serial"),
    subtitle=("model", "maker", "owner__name_zh"),
    codes=("serial", "asset_no"),
    names=("name_zh",),
    words=("name_en", "model", "maker", "owner__name_zh"),
    follows={"metrology.organization": "owner"},
    position=52,
)
METROLOGISTS = Source(
    13,
    Metrologist.objects.all(),
    _("Metrologists"),
    "users",
    lambda key: reverse("metrologist", args=[key]),
    title=("person__name_zh",),
    subtitle=("certificate_no", "person__employer__name_zh"),
    codes=("certificate_no", "legacy_cert_no"),
    names=("person__name_zh",),
    words=("person__name_en", "person__employer__name_zh"),
    follows={"metrology.person": "person", "metrology.organization": "person__employer"},
    position=56,
)
