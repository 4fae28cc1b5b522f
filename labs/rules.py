"""What several verbs of a laboratory ask: who keeps it in order, and whether rows belong together."""

from datetime import date

from django.utils.translation import gettext as _

from metrology import clock, rights
from metrology.actors import Actor
from metrology.errors import Forbidden
from metrology.faults import Faults
from metrology.models import Organization, Person
from metrology.roles import Role


def require_manager(by: Actor, institute: Organization) -> None:
    """The manager of the institute keeps its laboratory in order; administrators read."""
    by.require(Role.MANAGER, within=institute)


def require_manager_or_authority(by: Actor, institute: Organization) -> None:
    if not (by.allowed(Role.MANAGER, within=institute) or rights.governs(by, institute.region)):
        raise Forbidden(_("Only the laboratory manager or the authority of this region may do this."))


def absent_unless(faults: Faults, holds: bool, pointer: str) -> None:
    """A row of another house is answered as one that is not there (rules 4.9)."""
    faults.unless(holds, pointer, _("There is no such object."))


def employed(faults: Faults, person: Person | None, institute: Organization, day: date) -> None:
    """The person works for the institute on the day."""
    if person is None:
        return
    absent_unless(faults, person.employer_id == institute.pk, "/person")
    faults.unless(
        person.left_on is None or person.left_on >= day, "/person", _("This person had left by then.")
    )


def happened(faults: Faults, day: date, pointer: str) -> None:
    """What is recorded as done lies not in the future."""
    faults.unless(day <= clock.today(), pointer, _("This day is still to come."))
