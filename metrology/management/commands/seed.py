"""`manage.py seed`: load the reference data; what is there already stays as it is."""

from typing import Any

from django.core.management import BaseCommand

import instruments.seed
import labs.seed
from metrology import reference


class Command(BaseCommand):
    help = "Load the reference data: regions, targets, methods, the catalogue of instruments."

    def handle(self, *args: Any, **options: Any) -> None:
        reference.load()
        labs.seed.load()
        instruments.seed.load()
