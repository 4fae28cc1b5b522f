"""Migrations run as the owner of the tables where the application's own role does not own them."""

import os
import subprocess
import sys

from django.conf import settings
from django.core.management import CommandError, call_command


def migrate() -> None:
    owner = settings.DATABASE_OWNER_URL
    if not owner:
        call_command("migrate", interactive=False, verbosity=0)
        return
    environment = {**os.environ, "DATABASE_URL": owner}
    environment.pop("DATABASE_URL_FILE", None)
    manage = str(settings.BASE_DIR / "manage.py")
    step = [sys.executable, manage, "migrate", "--noinput", "--verbosity=0"]
    if subprocess.run(step, env=environment, check=False).returncode:
        raise CommandError("The migrations failed as the owner named by DATABASE_OWNER_URL (see above).")
