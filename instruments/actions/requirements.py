"""Which kinds of instruments the regions of a level must be able to verify (必建项目)."""

from django.utils.translation import gettext as _

from instruments.models import Category, Requirement
from metrology.actors import Actor
from metrology.errors import Forbidden
from metrology.faults import Faults
from metrology.ledger import record, verb
from metrology.models import Region
from metrology.roles import Role
from metrology.rows import make_once


@verb
def require_category(*, level: str, category: Category, by: Actor, source: str = "") -> Requirement:
    """Say that every region of a level must cover a category; `source` names who asks for it."""
    if not by.allowed(Role.CITY_ADMIN, Role.OPERATOR):
        raise Forbidden(_("Only the city's administrator or the operator may do this."))
    faults = Faults()
    faults.unless(level in Region.Level.values, "/level", _("There is no such object."))
    faults.stop()
    made = make_once(Requirement, "/category", level=level, category=category)
    record(
        "requirement.set",
        made,
        by=by,
        organization=by.organization,
        level=level,
        category=category.code,
        source=source,
    )
    return made
