"""`manage.py serve`: prepare the database, then run web, worker and beat until told to stop."""

import os
import socket
import sys
import threading
import time
from argparse import ArgumentParser
from http.client import HTTPConnection, HTTPException
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command, get_commands
from django.db import connections

from metrology.checks import GUARDS, INSTALLATION
from metrology.management import statics
from metrology.management.guarded import SUPERVISED
from metrology.management.migrating import migrate
from metrology.management.processes import NAMES, commands
from metrology.management.story import StoryError, tell
from metrology.management.supervisor import Child, Supervisor

PORT_PATIENCE = 4.0
COUNTS = "liangzhun-counts-"
SET_UP = "setup"
GO_ON = ["django", "demo", "--go-on"]


class Command(BaseCommand):
    help = "Set up, then run the web server, the worker and the beat; Ctrl-C stops them."
    requires_system_checks: list[str] = []
    is_new = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parts = (*NAMES, SET_UP)
        parser.add_argument(
            "--only", choices=parts, help="one process in the foreground, or the set-up alone"
        )

    def handle(self, *args: Any, only: str | None = None, **options: Any) -> None:
        self.check(tags=[INSTALLATION], databases=["default"])
        if only in NAMES:
            self.check(tags=[GUARDS], databases=["default"])
            os.environ.update(child_environment(mkdtemp(prefix=COUNTS)))
            os.execv(sys.executable, [sys.executable, "-m", *commands()[only]])
        if only is None:
            claim_port(settings.HOST, settings.PORT)
            self.collect()
        self.prepare()
        if only is None:
            self.supervise()

    def supervise(self) -> None:
        self.say("Starting …")
        with TemporaryDirectory(prefix=COUNTS) as counts:
            environment = child_environment(counts)
            children = [Child(name, command, environment) for name, command in commands().items()]
            if settings.DEMO:
                children.append(Child("demo", GO_ON, environment, once=True))
            Supervisor(children, self.say, self.greeted).run()
        self.say("Stopped.")

    def greeted(self) -> bool:
        """Once the server answers, say where to go and who may come in."""
        if not answers():
            return False
        self.say(f"\n量准 Liangzhun  {settings.PUBLIC_URL}/")
        if settings.DEMO:
            self.say(f"演示 demonstration accounts: {' '.join(settings.DEMO_ACCOUNTS)}")
            self.say("password: the name followed by -demo")
        self.say("Ctrl-C stops it.")
        if self.is_new:
            threading.Thread(target=self.play, name="story", daemon=True).start()
        return True

    def play(self) -> None:
        """Show a newcomer the main job once, over HTTP and through the real worker."""
        self.say("\nThe main job, played by the demonstration accounts:")
        try:
            numbers = tell(settings.PUBLIC_URL, self.say, mark="0001")
        except StoryError as trouble:
            self.say(f"The story stopped: {trouble}")
            return
        self.say(f"Issued: {', '.join(numbers)}. Play it again: python3 manage.py story")

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def collect(self) -> None:
        if settings.PRODUCTION and not statics.collected():
            self.say("Collecting the static files …")
            statics.collect()

    def prepare(self) -> None:
        """Migrate, see that the guards stand, fill an empty database."""
        self.say("Preparing the database …")
        migrate()
        self.check(tags=[GUARDS], databases=["default"])
        if not apps.get_model("metrology", "Region").objects.exists():
            self.fill("seed", "Loading the reference data …")
        if settings.DEMO and not apps.get_model("metrology", "Organization").objects.exists():
            self.fill("demo", "Loading the demonstration …")
            self.is_new = True
        connections.close_all()

    def fill(self, command: str, line: str) -> None:
        if command in get_commands():
            self.say(line)
            call_command(command, verbosity=0)


def child_environment(counts: str) -> dict[str, str]:
    """The children find the project from any working folder, follow their parents into death, and add up
    their counts of requests in one folder."""
    inherited = os.environ.get("PYTHONPATH", "")
    path = os.pathsep.join(filter(None, [str(settings.BASE_DIR), inherited]))
    return {"PYTHONPATH": path, SUPERVISED: "1", "PROMETHEUS_MULTIPROC_DIR": counts}


def claim_port(host: str, port: int) -> None:
    """Fail early and in one line; a server that is just stopping gets a moment to let go."""
    deadline = time.monotonic() + PORT_PATIENCE
    while True:
        try:
            with socket.create_server((host, port), family=family_of(host)):
                return
        except OSError as error:
            if time.monotonic() > deadline:
                raise CommandError(
                    f"Port {port} on {host} cannot be used ({os.strerror(error.errno or 0)}):"
                    f" stop the other program or choose another port, for example PORT={port + 1}."
                ) from None
            time.sleep(0.2)


def family_of(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def answers() -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.HOST, settings.HOST)  # noqa: S104  compared, not bound
    connection = HTTPConnection(host, settings.PORT, timeout=2)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
