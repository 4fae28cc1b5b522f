from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class MetrologyConfig(AppConfig):
    name = "metrology"

    def ready(self) -> None:
        """Bind shared tasks to our Celery app, register the checks, guard the tables after a migrate."""
        for module in ("metrology.celery", "metrology.checks", "metrology.watch"):
            import_module(module)
        import_module("metrology.accounts.registrations").register()
        import_module("metrology.cockpit.home").register()
        tables = import_module("metrology.search.tables")
        connection_created.connect(tables.prepare, dispatch_uid="search_tokens")
        for connection in connections.all(initialized_only=True):
            if connection.connection is not None:
                tables.prepare(connection=connection)
        post_migrate.connect(_finish_tables, sender=self, dispatch_uid="finish_tables")
        index = import_module("metrology.search.index")
        routine = import_module("metrology.routine")
        routine.dailies["search"] = index.reconcile
        routine.dailies["alerts"] = import_module("metrology.alerts").daily
        routine.sweeps["deliveries"] = import_module("metrology.deliveries").send_waiting


def _finish_tables(*, using: str, **_ignored: Any) -> None:
    import_module("metrology.search.tables").install(using)
    import_module("metrology.guards").install(using)
    import_module("metrology.search.index").begin(using)
