"""Whoever signs proves once more who it is, through every door alike (rules 3)."""

from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _

from metrology import limits
from metrology.errors import Forbidden, TooMany
from metrology.models import User

KIND = "password"


def confirm_identity(user: User, *, password: str = "", code: str = "") -> None:
    """Accept the password, or a one-time code if the user has two-step sign-in; else refuse and count.

    Forbidden when neither is right, TooMany after five wrong tries in ten minutes. Hashing takes a
    third of a second: call it before the transaction begins.
    """
    who = str(user.public_id)
    if limits.is_shut(KIND, who, limits.MOST_WRONG_PASSWORDS):
        raise TooMany(_("Too many wrong tries. Wait ten minutes, then try again."), wait=limits.WINDOW)
    if not (_is_code(user, code) or (password and user.check_password(password))):
        limits.miss(KIND, who)
        raise Forbidden(_("The password is not right, so nothing was approved."), code="wrong_password")
    limits.forget(KIND, who)


def has_second_step(user: User) -> bool:
    """Whether this login asks for a one-time code."""
    return bool(Authenticator.objects.filter(user=user.pk, type=Authenticator.Type.TOTP).exists())


def check_code(user: User, code: str) -> bool:
    """Whether this is the code of the moment, or a recovery code not used before; each counts once."""
    if not code:
        return False
    wanted = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
    return any(
        held.wrap().validate_code(code)
        for held in Authenticator.objects.filter(user=user.pk, type__in=wanted)
    )


def _is_code(user: User, code: str) -> bool:
    if not code:
        return False
    held = Authenticator.objects.filter(user=user.pk, type=Authenticator.Type.TOTP).first()
    return held is not None and bool(held.wrap().validate_code(code))
