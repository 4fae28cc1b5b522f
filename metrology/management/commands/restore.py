"""`manage.py restore FOLDER`: put a backup in the place of this installation, and prove that it holds."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from metrology.management.backup.restore import examine, put_back, require_place


class Command(BaseCommand):
    help = "Restore a backup; nothing is touched before every part agrees with its digest."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a backup, with its manifest.json")
        parser.add_argument("--replace", action="store_true", help="even if this installation is not empty")
        parser.add_argument("--check", action="store_true", help="check the backup and touch nothing")

    def handle(self, *args: Any, folder: Path, replace: bool, check: bool, **options: Any) -> None:
        listed = examine(folder)
        told = f"{listed.made_at:%Y-%m-%d %H:%M:%S %Z}, version {listed.version}, {len(listed.parts)} parts"
        self.stdout.write(f"Whole: {told}.")
        if check:
            return
        require_place(replace)
        try:
            put_back(folder, listed)
        except OSError as error:
            raise CommandError(f"The restore failed: {error}") from None
        self.stdout.write(f"Restored as of {listed.made_at.isoformat()}.")
