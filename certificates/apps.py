from importlib import import_module

from django.apps import AppConfig

from metrology import routine


class CertificatesConfig(AppConfig):
    name = "certificates"

    def ready(self) -> None:
        """Hand the kernel the pages, and the sweep that sends again what waits to be sealed."""
        import_module("certificates.pages").register()
        routine.sweeps["certificates"] = import_module("certificates.outbox").resend
