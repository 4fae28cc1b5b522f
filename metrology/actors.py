"""Who is acting: a user in one of their memberships, or the system itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from metrology import roles
from metrology.errors import Forbidden
from metrology.roles import Role

if TYPE_CHECKING:
    from metrology.models import Membership, Organization, Person, User


@dataclass(frozen=True)
class Actor:
    """One user acting in one membership; no user and no membership is a stranger."""

    user: User | None = None
    membership: Membership | None = None
    is_system: bool = False

    @property
    def is_stranger(self) -> bool:
        return self.user is None and not self.is_system

    @property
    def role(self) -> Role | None:
        return Role(self.membership.role) if self.membership else None

    @property
    def organization(self) -> Organization | None:
        return self.membership.organization if self.membership else None

    @property
    def person(self) -> Person | None:
        if self.membership is not None:
            return self.membership.user.person
        return self.user.person if self.user else None

    @property
    def region_path(self) -> str:
        return self.membership.organization.region.path if self.membership else "\0"

    @property
    def side(self) -> str:
        """The side of the counter the actor stands on: authority, institute, enterprise or nowhere."""
        role = self.role
        if role in roles.ADMINISTRATORS:
            return "authority"
        if role in roles.INSTITUTE:
            return "institute"
        if role in roles.ENTERPRISE:
            return "enterprise"
        if role == Role.AUDITOR and self.organization is not None:
            return "enterprise" if self.organization.kind == "other" else self.organization.kind
        return "nowhere"

    @property
    def name(self) -> str:
        if self.is_system:
            return "system"
        if self.person is not None:
            return self.person.name
        return self.user.get_username() if self.user else ""

    def allowed(self, *allowed: Role, within: Organization | None = None) -> bool:
        """Whether the actor holds one of these roles, in this organization if one is named."""
        if self.is_system:
            return True
        if self.role not in allowed:
            return False
        return within is None or (self.organization is not None and self.organization.pk == within.pk)

    def require(self, *allowed: Role, within: Organization | None = None) -> None:
        """Refuse unless `allowed`; the system is always allowed."""
        if not self.allowed(*allowed, within=within):
            names = ", ".join(str(role.label) for role in allowed)
            raise Forbidden(_("Your role does not allow this. It needs: %(roles)s.") % {"roles": names})

    def facts(self) -> dict[str, Any]:
        """The actor as the history keeps it: names frozen at the time of the act."""
        return {
            "user": str(self.user.public_id) if self.user else None,
            "name": self.name,
            "role": str(self.role) if self.role else None,
            "organization": str(self.organization.public_id) if self.organization else None,
        }


SYSTEM = Actor(is_system=True)
STRANGER = Actor()
