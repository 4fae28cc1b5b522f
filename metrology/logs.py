"""How a line of the log looks: one JSON object in production, words elsewhere.

A JSON line names request, user and organization by identifiers only. It never repeats what somebody typed:
addresses give way to their route, and of an exception only its class and place are told, because messages
of a database quote rows. Exceptions of machines (network, files, servers) keep their message.
"""

import json
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

BASE_DIR = Path(__file__).resolve().parent.parent
OF_MACHINES = frozenset({"OperationalError", "InterfaceError", "ImproperlyConfigured", "ConnectionError"})
DEEPEST = 12

_said: ContextVar[dict[str, Any] | None] = ContextVar("said", default=None)


@contextmanager
def saying(**fields: Any) -> Iterator[dict[str, Any]]:
    """Every line of the log inside carries these fields; more may be noted on the way."""
    said = dict(fields)
    token = _said.set(said)
    try:
        yield said
    finally:
        _said.reset(token)


def note(**fields: Any) -> None:
    """Add fields to the lines of the present request or task; outside of both nothing happens."""
    said = _said.get()
    if said is not None:
        said.update(fields)


def noted(name: str) -> Any:
    """What is noted under a name, or None."""
    return (_said.get() or {}).get(name)


class JsonLines(logging.Formatter):
    """One object per line; `extra={"fields": {…}}` adds to it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message_of(record),
            **(_said.get() or {}),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line |= trouble(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, separators=(",", ":"), default=str)


def message_of(record: logging.LogRecord) -> str:
    """The sentence without the address that was asked for, or the exception that Celery writes into it."""
    task = getattr(record, "data", None)
    if isinstance(task, dict) and {"name", "exc"} <= task.keys():
        return f"task {task['name']} {task.get('description') or 'ended'}"
    text = record.getMessage()
    request = getattr(record, "request", None)
    path = getattr(request, "path", "")
    if len(path) > 1:
        text = text.replace(path, route_of(request))
    return text


def route_of(request: Any) -> str:
    """The pattern of an address with the names of its arguments, never their values."""
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match is not None else "(no route)"


def trouble(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)[-DEEPEST:]
    told: dict[str, Any] = {
        "error": f"{type(error).__module__}.{type(error).__qualname__}",
        "where": [f"{place(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames],
    }
    if isinstance(error, OSError) or type(error).__name__ in OF_MACHINES:
        told["reason"] = str(error)
    return told


def place(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(BASE_DIR) if path.is_relative_to(BASE_DIR) else Path(*path.parts[-3:]))


def is_unexpected(record: logging.LogRecord) -> bool:
    """A 503 of the readiness probe is an answer, not a fault."""
    return bool(getattr(record, "status_code", 0) != 503)


def configuration(style: str, level: str) -> dict[str, Any]:
    """LOGGING for Django and Celery; with JSON each request and task is one line, whatever LOG_LEVEL says."""
    watched = "INFO" if style == "json" and level in {"WARNING", "ERROR", "CRITICAL"} else level
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
            "json": {"()": JsonLines},
        },
        "filters": {"unexpected": {"()": "django.utils.log.CallbackFilter", "callback": is_unexpected}},
        "handlers": {
            "stdout": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": style,
                "filters": ["unexpected"],
            }
        },
        "root": {"handlers": ["stdout"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "metrology.watch": {"level": watched},
        },
    }
