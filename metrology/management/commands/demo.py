"""`manage.py demo`: fill an empty register with the demonstration, and go on with its history."""

import os
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

from metrology.management.demo import SCALES, build, go_on, present
from metrology.models import Organization, Region

PAUSE = 0.05
SAID_EVERY = 20
NICENESS = 10


class Command(BaseCommand):
    requires_system_checks: list[str] = []
    help = "Fill an empty register with invented bodies, people and instruments to try things out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scale", choices=SCALES, default=settings.DEMO_SCALE, help="how large")
        parser.add_argument(
            "--go-on", action="store_true", help="add the history to a demonstration that is there already"
        )

    def handle(self, *args: Any, scale: str, go_on: bool, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "DEMO is off: the demonstration never enters a real register. Set DEMO=1 to try it."
            )
        if go_on:
            self.continue_history()
            return
        if Organization.objects.exists():
            raise CommandError("The register is not empty: give the demonstration a DATA_DIR of its own.")
        if not Region.objects.exists():
            call_command("seed", verbosity=0)
        cast = build(SCALES[scale])
        accounts = len(settings.DEMO_ACCOUNTS)
        self.stdout.write(f"{cast.institute.name_zh}: {accounts} accounts, password: name-demo")

    def continue_history(self) -> None:
        """At low priority, a few short transactions at a time; begins where a former run was ended."""
        cast = present()
        if cast is None:
            return
        if hasattr(os, "nice"):
            os.nice(NICENESS)
        self.said = 0
        go_on(cast, self.tell, lambda: time.sleep(PAUSE))

    def tell(self, done: int, total: int) -> None:
        if done - self.said >= SAID_EVERY or done == total:
            self.said = done
            self.stdout.write(f"demonstration 演示数据: {done}/{total} certificates")
            self.stdout.flush()
