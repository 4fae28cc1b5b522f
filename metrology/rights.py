"""Who decides over a body or a place: the authority above it, and whoever runs the house."""

from django.utils.translation import gettext as _

from metrology.actors import Actor
from metrology.errors import Forbidden
from metrology.models import Organization, Region
from metrology.roles import ADMINISTRATORS, Role

HEADS = frozenset({Role.CITY_ADMIN, Role.COUNTY_ADMIN, Role.MANAGER, Role.ENTERPRISE_ADMIN})


def governs(by: Actor, region: Region) -> bool:
    """Whether the actor administers this region; the system does everywhere."""
    return by.is_system or (by.role in ADMINISTRATORS and region.path.startswith(by.region_path))


def require_authority_over(by: Actor, region: Region) -> None:
    if not governs(by, region):
        raise Forbidden(_("Only the authority of this region may do this."))


def runs(by: Actor, organization: Organization) -> bool:
    """Whether the actor heads this body, or operates the system."""
    own = by.organization is not None and by.organization.pk == organization.pk
    return by.is_system or by.role == Role.OPERATOR or (own and by.role in HEADS)


def require_head_of(by: Actor, organization: Organization) -> None:
    if not runs(by, organization):
        raise Forbidden(_("Only who runs this organization may do this."))
