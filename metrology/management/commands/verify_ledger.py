"""Prove that the register still says what was done: Event chains, certificates, files, numbers, log."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from certificates import audit
from metrology import ledger


class Command(BaseCommand):
    help = "Verify the history and every certificate; prints each fault and exits with 1 if there is one."

    def handle(self, *args: Any, **options: Any) -> None:
        found = [f"events {fault.chain} {fault.seq}: {fault.reason}" for fault in ledger.verify()]
        found += audit.faults()
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(f"{len(found)} faults found.", returncode=1)
        self.stdout.write("The ledger holds.")
