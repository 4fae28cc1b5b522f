"""`manage.py demo`: fill an empty register with the demonstration."""

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

from metrology.management.demo import build
from metrology.models import Organization, Region


class Command(BaseCommand):
    help = "Fill an empty register with invented bodies, people and instruments to try things out."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "DEMO is off: the demonstration never enters a real register. Set DEMO=1 to try it."
            )
        if Organization.objects.exists():
            raise CommandError("The register is not empty: give the demonstration a DATA_DIR of its own.")
        if not Region.objects.exists():
            call_command("seed", verbosity=0)
        cast = build()
        self.stdout.write(f"{cast.institute.name_zh}: {len(cast.actors)} accounts, password: name-demo")
