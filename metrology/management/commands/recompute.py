"""`manage.py recompute`: does the engine still say of every stored result what was said then?"""

from typing import Any

from django.core.management import BaseCommand, CommandError

from instruments.evaluate import recompute
from instruments.models import Result


class Command(BaseCommand):
    help = "Compute every stored result again and report differences; exit code 1 if there are any."

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for difference in recompute():
            found += 1
            self.stdout.write(
                f"{difference.result.job.number} r{difference.result.revision}: {difference.what}"
            )
        if found:
            raise CommandError(f"{found} differences in {Result.objects.count()} results.")
        self.stdout.write(f"{Result.objects.count()} results computed again, no difference.")
