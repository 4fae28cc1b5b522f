"""`manage.py seed`: load the reference data; what is there already stays as it is."""

from typing import Any

from django.core.management import BaseCommand
from django.db import transaction

import instruments.seed
import labs.seed
from metrology import reference


class Command(BaseCommand):
    help = "Load the reference data: regions, targets, methods, the catalogue of instruments."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Everything or nothing, so that an interrupted first start is made up by the second."""
        reference.load()
        labs.seed.load()
        instruments.seed.load()
