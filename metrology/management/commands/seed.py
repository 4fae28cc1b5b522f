"""`manage.py seed`: load the reference data; what is there already stays as it is."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.core.management import BaseCommand

LOADERS = ("metrology.reference", "labs.seed", "instruments.seed")


class Command(BaseCommand):
    help = "Load the reference data: regions, targets, methods, the catalogue of instruments."

    def handle(self, *args: Any, **options: Any) -> None:
        for name in LOADERS:
            if find_spec(name):
                import_module(name).load()
