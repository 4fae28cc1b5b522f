"""Two questions a machine asks: does the process answer, and can the installation work?"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import KombuError

from metrology import clock
from metrology.models import Heartbeat

ALIVE = timedelta(seconds=60)
REMEMBERED = 2


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """503 names each part that fails and nothing else: an error text could carry an address or a name."""
    parts = {name: works() for name, works in PARTS.items()}
    return JsonResponse(parts, status=200 if all(parts.values()) else 503)


def database_works() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def broker_works() -> bool:
    """Asked of the broker at most every REMEMBERED seconds, so that a flood of probes stays here."""
    try:
        return bool(cache.get_or_set("readyz.broker", reach_broker, REMEMBERED))
    except OSError:
        return False


def reach_broker() -> bool:
    folder = settings.CELERY["broker_transport_options"].get("data_folder_in")
    if folder:
        return Path(folder).is_dir()
    try:
        with current_app.connection_for_write() as link:
            link.ensure_connection(max_retries=1, interval_start=0, timeout=2)
    except (OSError, KombuError):
        return False
    return True


def worker_works() -> bool:
    """A worker is alive when it has done a task within a minute, whatever its pid says."""
    try:
        return Heartbeat.objects.filter(name="worker", at__gt=clock.now() - ALIVE).exists()
    except DatabaseError:
        return False


PARTS: dict[str, Callable[[], bool]] = {
    "database": database_works,
    "broker": broker_works,
    "worker": worker_works,
}
