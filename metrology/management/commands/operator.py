"""`manage.py operator`: the first login of a new installation, which lets everybody else in."""

import getpass
import os
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from metrology.actions.memberships import create_user
from metrology.actions.organizations import create_organization
from metrology.actors import SYSTEM
from metrology.errors import Invalid
from metrology.ledger import verb
from metrology.models import Membership, Organization, Region
from metrology.roles import Role

VARIABLE = "OPERATOR_PASSWORD"


class Command(BaseCommand):
    help = f"Give out an operator's login. The password is asked for, or read from {VARIABLE}."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--region", required=True, help="key of the authority's region, like 370900")
        parser.add_argument("--authority", required=True, help="Chinese name of the authority")

    def handle(self, *args: Any, username: str, region: str, authority: str, **options: Any) -> None:
        place = Region.objects.filter(key=region).first()
        if place is None:
            raise CommandError(f"There is no region {region}. Load the regions first: manage.py seed")
        password = os.environ.get(VARIABLE) or getpass.getpass("Password: ")
        try:
            enter(username, password, authority, place)
        except Invalid as error:
            reasons = [
                f"{pointer[1:]}: {reason}" for pointer, found in error.fields.items() for reason in found
            ]
            raise CommandError("\n".join(reasons)) from None
        self.stdout.write(f"{username} may now sign in as operator.")


@verb
def enter(username: str, password: str, authority: str, place: Region) -> Membership:
    """The operator belongs to an authority, entered now unless it is there."""
    found = Organization.objects.filter(kind="authority", name_zh=authority, region=place).first()
    body = found or create_organization(kind="authority", name_zh=authority, region=place, by=SYSTEM)
    return create_user(username=username, password=password, organization=body, role=Role.OPERATOR, by=SYSTEM)
