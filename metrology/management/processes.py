"""The three processes of an installation and the exact commands that start them."""

import os
from collections.abc import Mapping

from django.conf import settings

NAMES = ("web", "worker", "beat")
THREADS_PER_WEB_WORKER = 4


def commands() -> Mapping[str, list[str]]:
    return {"web": web(), "worker": worker(), "beat": beat()}


def web() -> list[str]:
    return [
        "granian",
        "--interface=wsgi",
        f"--host={settings.HOST}",
        f"--port={settings.PORT}",
        f"--workers={settings.WEB_WORKERS}",
        f"--blocking-threads={THREADS_PER_WEB_WORKER}",
        "--no-ws",
        "--respawn-failed-workers",
        "--workers-kill-timeout=10",
        "--log-level=warning",
        "metrology.wsgi:application",
    ]


def worker() -> list[str]:
    """Prefork where there is fork; Celery's other pool on Windows is threads."""
    return [
        *celery("worker"),
        f"--pool={'prefork' if os.name == 'posix' else 'threads'}",
        f"--concurrency={settings.WORKER_CONCURRENCY}",
        "--without-gossip",
        "--without-mingle",
    ]


def beat() -> list[str]:
    return [*celery("beat"), "--pidfile="]


def celery(command: str) -> list[str]:
    return [
        "celery",
        "--quiet",
        "--app=metrology.celery",
        command,
        f"--loglevel={settings.LOG_LEVEL}",
    ]
