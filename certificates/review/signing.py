"""The signer proves once more who it is."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from metrology.acting import ActForm
from metrology.reauthentication import confirm_identity


class SignForm(ActForm):
    """The password, or a code of the second factor, typed again at the moment of signing (rules 3)."""

    password = forms.CharField(
        label=_("Your password or one-time code"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def confirm(self, user: Any) -> None:
        """Refuse, and count the miss, unless this is the signer; before any transaction begins."""
        secret = self.cleaned_data.pop("password")
        is_code = secret.isascii() and secret.isdigit() and len(secret) == 6
        confirm_identity(user, password=secret, code=secret if is_code else "")
