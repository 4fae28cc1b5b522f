"""Who must have two-step sign-in, and from when.

REQUIRE_MFA_FOR names roles, and `approver` for whoever may approve a certificate; the apps hand in who
that is. Somebody of them is told at sign-in and has REQUIRE_MFA_AFTER_DAYS days; afterwards every page
leads to the set-up until it is done.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from django.conf import settings

from metrology import clock
from metrology.actors import Actor
from metrology.models import User
from metrology.reauthentication import has_second_step
from metrology.roles import Role

APPROVER = "approver"
WORDS = frozenset(Role.values) | {APPROVER}

signers: dict[str, Callable[[Actor], bool]] = {}


def is_required(actor: Actor) -> bool:
    """Whether this person, in this role, must have a second step."""
    wanted = settings.REQUIRE_MFA_FOR
    if not wanted or actor.user is None or actor.role is None:
        return False
    return actor.role in wanted or (APPROVER in wanted and any(signs(actor) for signs in signers.values()))


def set_up_by(actor: Actor) -> date | None:
    """The last day without a second step, counted from the first telling; None when nothing is missing."""
    user = actor.user
    if user is None or not is_required(actor) or has_second_step(user):
        return None
    if user.second_step_asked_on is None:
        user.second_step_asked_on = clock.today()
        User.objects.filter(pk=user.pk).update(second_step_asked_on=user.second_step_asked_on)
    return user.second_step_asked_on + timedelta(days=settings.REQUIRE_MFA_AFTER_DAYS)
