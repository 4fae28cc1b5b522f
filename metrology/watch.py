"""What every request and every task leaves behind: a line in the log and a count by route or name."""

import logging
import re
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from celery.signals import before_task_publish, task_postrun, task_prerun
from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram

from metrology import logs
from metrology.actors import Actor

log = logging.getLogger(__name__)

REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
TICKING = frozenset({"metrology.tasks.heartbeat", "metrology.tasks.sweep", "metrology.tasks.claim"})

REQUESTS = Counter("liangzhun_requests_total", "Answered requests by route.", ("method", "route", "status"))
SECONDS = Histogram(
    "liangzhun_request_seconds",
    "Time to the answer by route.",
    ("route",),
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10),
)


class RequestMiddleware:
    """Give each request an id (a sane X-Request-ID is kept), answer with it, note how the request went."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        identity = given if REQUEST_ID.fullmatch(given) else uuid4().hex
        begun = time.perf_counter()
        with logs.saying(request_id=identity):
            response = self.get_response(request)
            response["X-Request-ID"] = identity
            note_request(request, response.status_code, time.perf_counter() - begun)
        return response


def note_request(request: HttpRequest, status: int, seconds: float) -> None:
    method = request.method if request.method in METHODS else "other"
    route = logs.route_of(request)
    REQUESTS.labels(method, route, str(status)).inc()
    SECONDS.labels(route).observe(seconds)
    level = logging.DEBUG if route in PROBES and status < 400 else logging.INFO
    milliseconds = round(seconds * 1000, 1)
    fields = {"method": method, "route": route, "status": status, "ms": milliseconds}
    log.log(level, "%s %s %d in %.1f ms", method, route, status, milliseconds, extra={"fields": fields})


def acting(actor: Actor) -> Actor:
    """Note who acts, by public ids, and hand the actor on."""
    if actor.user is not None:
        logs.note(user=str(actor.user.public_id))
    if actor.organization is not None:
        logs.note(organization=str(actor.organization.public_id))
    return actor


@before_task_publish.connect
def send_along(headers: dict[str, Any] | None = None, **kwargs: Any) -> None:
    """A task carries the id of the request that asked for it."""
    if headers is not None and logs.noted("request_id"):
        headers.setdefault("request_id", logs.noted("request_id"))


_running: dict[str, tuple[Any, float]] = {}


@task_prerun.connect
def begin(task_id: str, task: Any, **kwargs: Any) -> None:
    asked_by = getattr(task.request, "request_id", None)
    context = logs.saying(task=task.name, task_id=task_id, **({"request_id": asked_by} if asked_by else {}))
    context.__enter__()
    _running[task_id] = (context, time.perf_counter())


@task_postrun.connect
def end(task_id: str, task: Any, state: str | None = None, **kwargs: Any) -> None:
    context, begun = _running.pop(task_id, (None, 0.0))
    if context is None:
        return
    went_well = state == "SUCCESS"
    level = logging.DEBUG if went_well and task.name in TICKING else logging.INFO
    milliseconds = round((time.perf_counter() - begun) * 1000, 1)
    fields = {"state": state, "ms": milliseconds}
    log.log(level, "%s %s in %.1f ms", task.name, state, milliseconds, extra={"fields": fields})
    context.__exit__(None, None, None)
