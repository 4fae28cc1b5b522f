"""`manage.py bench`: a city of rows in a database of its own, and every figure beside its reference."""

import os
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connection

from metrology.management.bench import lists, work
from metrology.management.bench.city import SIZES, City, Size
from metrology.management.bench.figures import Figure
from metrology.management.bench.report import section, write
from metrology.management.demo import SMALL, Cast, build, present
from metrology.models import Counter, Organization

MARK = "bench:"
FIGURES: dict[str, Callable[[Cast], Iterator[Figure]]] = {
    "pages": lists.pages,
    "search": lists.found,
    "dashboard": work.dashboard,
    "evaluation": work.evaluation,
    "documents": work.documents,
    "sealed": work.sealed,
    "verification": work.verification,
    "alerts": work.told,
}


class Command(BaseCommand):
    help = "Measure: build a city of rows in an empty database of its own, then one JSON line per figure."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scale", choices=SIZES, default="small", help="how large a city")
        parser.add_argument("--data-dir", help="an SQLite database of its own in this folder")
        parser.add_argument("--jobs", type=int, help="so many jobs and certificates instead")
        parser.add_argument("--readings", type=int, help="so many readings instead")
        parser.add_argument("--only", choices=FIGURES, nargs="+", help="these figures alone")
        parser.add_argument(
            "--write", type=Path, help="put the table into this document, as docs/performance.md"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["data_dir"]:
            self.elsewhere(Path(options["data_dir"]))
            return
        size = self.size(options)
        cast = self.city(size, options["scale"])
        lines: list[str] = []
        for name in options["only"] or FIGURES:
            for figure in FIGURES[name](cast):
                lines.append(figure.line())
                self.stdout.write(lines[-1])
                self.stdout.flush()
        if options["write"]:
            write(options["write"], section(lines, size))

    def elsewhere(self, folder: Path) -> None:
        """The same command in a process whose whole installation lies in the folder."""
        own = {"DATA_DIR": str(folder), "DATABASE_URL": "", "REDIS_URL": "", "DEMO": "1", "PUBLIC_URL": ""}
        given = iter(sys.argv[1:])
        rest = [
            one
            for one in given
            if not (one == "--data-dir" and next(given, None)) and "--data-dir=" not in one
        ]
        done = subprocess.run([sys.executable, sys.argv[0], *rest], env=os.environ | own, check=False)
        if done.returncode:
            raise CommandError("the benchmark did not come to its end")

    def size(self, options: dict[str, Any]) -> Size:
        asked = SIZES[options["scale"]]
        jobs = asked.jobs if options["jobs"] is None else options["jobs"]
        readings = asked.readings if options["readings"] is None else options["readings"]
        return Size(asked.instruments, asked.enterprises, asked.standards, jobs, min(readings, jobs * 10))

    def city(self, size: Size, scale: str) -> Cast:
        """The city of an earlier run of this size, or a new one in an empty database, never in another's."""
        mark = f"{MARK}{scale}:{size.jobs}:{size.readings}"
        call_command("migrate", verbosity=0)
        if not Counter.objects.filter(key=mark).exists():
            if Organization.objects.exists():
                raise CommandError(
                    "This database holds rows, and the benchmark writes only into one of its own: "
                    "give it --data-dir FOLDER, or DATABASE_URL of an empty database."
                )
            if not settings.DEMO:
                raise CommandError("DEMO is off: the benchmark begins with the demonstration. Set DEMO=1.")
            call_command("seed", verbosity=0)
            City(build(SMALL), size, self.stderr.write).build()
            Counter.objects.create(key=mark, value=1)
        cast = present()
        if cast is None:
            raise CommandError(
                "The benchmark's demonstration is not whole: begin again in an empty database."
            )
        connection.close()
        return cast
