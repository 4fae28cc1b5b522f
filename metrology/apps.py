from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MetrologyConfig(AppConfig):
    name = "metrology"

    def ready(self) -> None:
        """Bind shared tasks to our Celery app, register the checks, guard the tables after a migrate."""
        for module in ("metrology.celery", "metrology.checks", "metrology.watch"):
            import_module(module)
        post_migrate.connect(_guard_tables, sender=self, dispatch_uid="guard_tables")


def _guard_tables(*, using: str, **_ignored: Any) -> None:
    import_module("metrology.guards").install(using)
