from importlib import import_module

from django.apps import AppConfig

from metrology import routine


class CertificatesConfig(AppConfig):
    name = "certificates"

    def ready(self) -> None:
        """Hand the kernel the pages, and what waits to be sealed: to the sweep and to the metrics."""
        import_module("certificates.pages").register()
        import_module("certificates.findable").register()
        import_module("certificates.scanned").register()
        import_module("certificates.indicators").register()
        sources = import_module("metrology.metrics").sources
        sources["certificates"] = import_module("certificates.metrics").waiting
        routine.sweeps["certificates"] = import_module("certificates.outbox").resend
