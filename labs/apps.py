from importlib import import_module

from django.apps import AppConfig


class LabsConfig(AppConfig):
    name = "labs"

    def ready(self) -> None:
        """Hand the kernel what the laboratories offer on pages."""
        import_module("labs.navigation").register()
        import_module("labs.findable").register()
        import_module("labs.cockpit").register()
