"""`/metrics`: how the installation is doing, for Prometheus.

What waits and how long is read from the database at the time of asking, so every process tells the same.
Requests are counted in each web process and added up through the folder PROMETHEUS_MULTIPROC_DIR, which
`serve` makes; without it the figures are those of the one process that answers.
"""

import hmac
import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from metrology import clock, decisions, guards
from metrology.env import is_loopback
from metrology.models import Delivery, Heartbeat, ScheduleSlot

log = logging.getLogger(__name__)

OFF = "Figures are off: set METRICS_TOKEN and send it as 'Authorization: Bearer …', or ask on this machine.\n"
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Figure:
    """One number with its name, help and labels."""

    name: str
    help: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


Source = Callable[[], Iterable[Figure]]

# The apps hand in what waits in their outboxes from ready().
sources: dict[str, Source] = {}


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text for whoever holds METRICS_TOKEN; without one, for this machine alone."""
    if not may_read(request):
        return HttpResponse(OFF, status=403, content_type="text/plain; charset=utf-8")
    text = generate_latest(counted()) + generate_latest(Measured())
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def may_read(request: HttpRequest) -> bool:
    """A proxy in front always names whom it speaks for; loopback without that name is this machine."""
    token = settings.METRICS_TOKEN
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    is_direct = "X-Forwarded-For" not in request.headers and "Forwarded" not in request.headers
    return is_direct and is_loopback(str(request.META.get("REMOTE_ADDR", "")))


def counted() -> CollectorRegistry:
    """The requests of all processes of this web server."""
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # has no types
    return together


class Measured:
    """What every source says now; one that fails is counted and holds up nobody."""

    def collect(self) -> Iterator[Metric]:
        failed = GaugeMetricFamily(
            "liangzhun_figures_failed", "Sources of figures that failed.", labels=["source"]
        )
        families: dict[str, GaugeMetricFamily] = {}
        for name, source in {**OWN, **sources}.items():
            try:
                found = list(source())
            except Exception:
                log.exception("the figures of %s failed", name)
                failed.add_metric([name], 1)
                continue
            for figure in found:
                labels = [label for label, _ in figure.labels]
                if figure.name not in families:
                    families[figure.name] = GaugeMetricFamily(figure.name, figure.help, labels=labels)
                families[figure.name].add_metric([value for _, value in figure.labels], figure.value)
        yield from families.values()
        yield failed


def age(moment: datetime | None) -> float:
    """Seconds since a moment; 0 where there is none."""
    return max(0.0, (clock.now() - moment).total_seconds()) if moment else 0.0


def heartbeats() -> Iterator[Figure]:
    for name, at in Heartbeat.objects.values_list("name", "at"):
        yield Figure(
            "liangzhun_heartbeat_age_seconds",
            "Since a process last proved its work.",
            age(at),
            (("name", name),),
        )


def schedule() -> Iterator[Figure]:
    rows = ScheduleSlot.objects.filter(done_at=None).values("task").annotate(count=Count("pk"))
    for row in rows:
        yield Figure(
            "liangzhun_slots_unfinished",
            "Claimed slots of the schedule that are not done.",
            row["count"],
            (("task", row["task"]),),
        )


def deliveries() -> Iterator[Figure]:
    waiting = Delivery.objects.filter(state=Delivery.State.PENDING)
    found = waiting.aggregate(count=Count("pk"), first=Min("notice__created_at"))
    yield Figure("liangzhun_notices_pending", "Notices that wait to be sent.", found["count"])
    yield Figure("liangzhun_notices_oldest_seconds", "Age of the oldest of them.", age(found["first"]))
    failed = Delivery.objects.filter(state=Delivery.State.FAILED).count()
    yield Figure("liangzhun_notices_failed", "Notices that could not be sent.", failed)


def safety() -> Iterator[Figure]:
    yield Figure(
        "liangzhun_guards_missing", "Guards of write-once tables that are gone.", len(guards.missing())
    )
    yield Figure(
        "liangzhun_decisions_missing",
        "Decisions on signing that keep formal verification documents back.",
        len(decisions.gaps()),
    )


def backups() -> Iterator[Figure]:
    """Only a finished backup has its manifest under its own name."""
    made = [datetime.fromisoformat(json.loads(path.read_text("utf-8"))["made_at"]) for path in manifests()]
    yield Figure("liangzhun_backups", "Finished backups in BACKUP_DIR.", len(made))
    if made:
        yield Figure("liangzhun_backup_age_seconds", "Since the newest backup.", age(max(made)))


def manifests() -> list[Path]:
    folder = Path(settings.BACKUP_DIR)
    return sorted(folder.glob(f"liangzhun-*/{MANIFEST}")) if folder.is_dir() else []


OWN: dict[str, Source] = {
    "heartbeats": heartbeats,
    "schedule": schedule,
    "notices": deliveries,
    "safety": safety,
    "backups": backups,
}
