"""What of ledgers, orders and jobs the search box finds."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from instruments.models import Instrument, Job, ServiceOrder
from metrology.models import Organization
from metrology.search.sources import Source, offer


def register() -> None:
    """Called once from ready()."""
    offer(OWNERS, INSTRUMENTS, ORDERS, JOBS)


OWNERS = Source(
    2,
    Organization.objects.filter(kind__in=(Organization.Kind.ENTERPRISE, Organization.Kind.OTHER)),
    _("Owners and clients"),
    "building-factory",
    lambda key: f"{reverse('instruments')}?{urlencode({'owner': key})}",
    title=("name_zh",),
    subtitle=("credit_code", "region__name_zh"),
    codes=("credit_code",),
    names=("name_zh",),
    words=("name_en", "region__name_zh"),
    follows={"metrology.region": "region"},
    position=40,
)
INSTRUMENTS = Source(
    20,
    Instrument.objects.all(),
    _("Instruments"),
    "gauge",
    lambda key: reverse("instrument", args=[key]),
    title=("name", "serial"),
    subtitle=("model", "label_no", "owner__name_zh"),
    codes=("serial", "label_no", "asset_no"),
    names=("name", "owner__name_zh"),
    words=("model", "maker", "owner__name_en"),
    follows={"metrology.organization": "owner"},
    position=10,
)
ORDERS = Source(
    21,
    ServiceOrder.objects.all(),
    _("Orders"),
    "clipboard-list",
    lambda key: reverse("order", args=[key]),
    title=("number",),
    subtitle=("client__name_zh", "institute__name_zh"),
    codes=("number",),
    names=("client__name_zh",),
    follows={"metrology.organization": "client"},
    position=20,
)
JOBS = Source(
    22,
    Job.objects.all(),
    _("Jobs"),
    "ruler-measure",
    lambda key: reverse("job", args=[key]),
    title=("number",),
    subtitle=("instrument__name", "instrument__serial"),
    codes=("number",),
    words=("instrument__serial",),
    follows={"instruments.instrument": "instrument"},
    position=24,
)
