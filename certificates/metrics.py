"""What waits to be sealed, and for how long, for `/metrics`."""

from collections.abc import Iterator

from django.db.models import Count, Max, Min

from certificates.models import CertificateHead
from metrology.metrics import Figure, age


def waiting() -> Iterator[Figure]:
    rows = CertificateHead.objects.filter(state=CertificateHead.State.SEALING)
    found = rows.aggregate(
        count=Count("pk"), first=Min("certificate__approved_at"), most=Max("attempts", default=0)
    )
    yield Figure("liangzhun_sealing", "Certificates that wait to be sealed.", found["count"])
    yield Figure("liangzhun_sealing_oldest_seconds", "Age of the oldest of them.", age(found["first"]))
    yield Figure("liangzhun_sealing_most_attempts", "Most attempts at one of them.", found["most"])
