from typing import Any

from django.core.management.base import BaseCommand

from metrology.search import index
from metrology.search.sources import sources


class Command(BaseCommand):
    help = "Make every entry of the search box anew from the rows; run as the owner of the tables."

    def handle(self, *args: Any, **options: Any) -> None:
        for number, count in index.rebuild().items():
            self.stdout.write(f"{count:>9}  {sources[number].label}")
