"""`manage.py story`: play the main job with the demo accounts against a running demonstration."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from metrology import clock
from metrology.management.story import StoryError, tell


class Command(BaseCommand):
    help = "Play the main job, from request to certificate, against a running demonstration."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default=settings.PUBLIC_URL, help="where the server answers")

    def handle(self, *args: Any, url: str, **options: Any) -> None:
        try:
            numbers = tell(url, self.stdout.write, mark=f"{clock.now():%Y%m%d%H%M%S}")
        except StoryError as trouble:
            raise CommandError(f"The story stopped: {trouble}") from None
        self.stdout.write(f"Issued: {', '.join(numbers)}")
