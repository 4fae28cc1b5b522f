from importlib import import_module

from django.apps import AppConfig


class MetrologyConfig(AppConfig):
    name = "metrology"

    def ready(self) -> None:
        """Bind shared tasks to our Celery app and register the start-up checks."""
        for module in ("metrology.celery", "metrology.checks"):
            import_module(module)
