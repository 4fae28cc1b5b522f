"""The roles a membership can carry, and the groups that rules speak of."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person is to an organization; tester, checker and approver are acts, not roles."""

    CITY_ADMIN = "city_admin", _("City administrator")
    COUNTY_ADMIN = "county_admin", _("County administrator")
    MANAGER = "manager", _("Laboratory manager")
    COUNTER = "counter", _("Counter staff")
    STAFF = "staff", _("Laboratory staff")
    ENTERPRISE_ADMIN = "enterprise_admin", _("Enterprise administrator")
    ENTERPRISE_USER = "enterprise_user", _("Enterprise user")
    AUDITOR = "auditor", _("Auditor")
    OPERATOR = "operator", _("System operator")


ADMINISTRATORS = frozenset({Role.CITY_ADMIN, Role.COUNTY_ADMIN})
INSTITUTE = frozenset({Role.MANAGER, Role.COUNTER, Role.STAFF})
ENTERPRISE = frozenset({Role.ENTERPRISE_ADMIN, Role.ENTERPRISE_USER})
READ_ONLY = frozenset({Role.AUDITOR})

FITTING_KINDS = {
    Role.CITY_ADMIN: frozenset({"authority"}),
    Role.COUNTY_ADMIN: frozenset({"authority"}),
    Role.MANAGER: frozenset({"institute"}),
    Role.COUNTER: frozenset({"institute"}),
    Role.STAFF: frozenset({"institute"}),
    Role.ENTERPRISE_ADMIN: frozenset({"enterprise", "other"}),
    Role.ENTERPRISE_USER: frozenset({"enterprise", "other"}),
    Role.AUDITOR: frozenset({"authority", "institute", "enterprise"}),
    Role.OPERATOR: frozenset({"authority", "institute"}),
}
