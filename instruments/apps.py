from importlib import import_module

from django.apps import AppConfig

from metrology import navigation, routine


class InstrumentsConfig(AppConfig):
    name = "instruments"

    def ready(self) -> None:
        """Hand the kernel what ledger, orders and jobs offer on pages."""
        import_module("instruments.navigation").register()
        import_module("instruments.views.gaps").register()
        import_module("instruments.findable").register()
        import_module("instruments.alerts").register()
        outbox = import_module("instruments.imports.outbox")
        routine.sweeps["imports"], routine.janitors["imports"] = outbox.resend, outbox.forget
        navigation.agendas["instruments"] = (10, import_module("instruments.today").agendas)
