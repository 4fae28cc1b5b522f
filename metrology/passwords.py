"""What a password may not be, beside Django's own rules."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LEAST_DIFFERENT = 5
RUNS = ("01234567890", "98765432109", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
LEAST_RUN = 5


class NotOnesOwnName:
    """A password does not contain the person's name or the user name."""

    def validate(self, password: str, user: Any = None) -> None:
        person = getattr(user, "person", None)
        names = {
            getattr(user, "username", ""),
            getattr(person, "name_zh", ""),
            getattr(person, "name_en", ""),
        }
        low = re.sub(r"[\W_]", "", password.casefold())
        for name in names:
            plain = re.sub(r"[\W_]", "", (name or "").casefold())
            if len(plain) >= 2 and plain in low and len(low) - len(plain) < 8:
                raise ValidationError(
                    _("Your own name and a few characters are no password."), code="own_name"
                )

    def get_help_text(self) -> str:
        return str(_("Your password must not be your own name with a few characters added."))


class NoRow:
    """A password is no row of keys such as 123456, and no few characters over and over."""

    def validate(self, password: str, user: Any = None) -> None:
        low = password.casefold()
        rest = low
        for run in RUNS:
            for length in range(len(run), LEAST_RUN - 1, -1):
                for start in range(len(run) - length + 1):
                    rest = rest.replace(run[start : start + length], "")
        if len(set(low)) < LEAST_DIFFERENT or len(rest) < LEAST_RUN:
            raise ValidationError(
                _("A row of keys such as 123456, or few characters repeated, is no password."), code="row"
            )

    def get_help_text(self) -> str:
        return str(_("Your password must not be a row of keys such as 123456."))
