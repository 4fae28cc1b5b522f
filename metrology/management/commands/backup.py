"""`manage.py backup`: the database and its files at one moment, while everybody goes on working."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from metrology.management.backup.take import prune, take


class Command(BaseCommand):
    help = "Back up the database and the files into a folder of BACKUP_DIR, with a manifest of digests."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, default=None, help="another folder than BACKUP_DIR")
        parser.add_argument(
            "--keep", type=int, default=None, metavar="N", help="then remove all but the newest N"
        )

    def handle(self, *args: Any, to: Path | None, keep: int | None, **options: Any) -> None:
        if keep is not None and keep < 1:
            raise CommandError("--keep is at least 1: the backup just taken stays.")
        place = (to or Path(settings.BACKUP_DIR)).resolve()
        begun = time.monotonic()
        try:
            taken = take(place)
            gone = prune(place, keep) if keep else []
        except OSError as error:
            raise CommandError(f"The backup failed: {error}") from None
        self.stdout.write(
            f"{taken.folder}: {len(taken.manifest.parts)} parts, {taken.shared} shared with the one before,"
            f" {taken.size / 1e6:.1f} MB, {time.monotonic() - begun:.1f} s"
        )
        for name in gone:
            self.stdout.write(f"removed {name}")
