"""`manage.py test`: the whole unit suite by pytest on two processes; what follows goes to pytest."""

import subprocess
import sys
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand


class Command(BaseCommand):
    help = "Run the tests with pytest; all arguments are pytest's own."
    requires_system_checks: list[str] = []

    def run_from_argv(self, argv: list[str]) -> None:
        self.handle(*argv[2:])

    def handle(self, *args: Any, **options: Any) -> None:
        command = [sys.executable, "-m", "pytest", "-n", "2", *args]
        sys.exit(subprocess.call(command, cwd=settings.BASE_DIR))
