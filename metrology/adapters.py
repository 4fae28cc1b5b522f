"""How allauth behaves in this house: nobody signs up alone, and single sign-on gives no right."""

from __future__ import annotations

import base64
import hashlib
import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from metrology import oidc
from metrology.accounts import language
from metrology.models import User

logger = logging.getLogger(__name__)


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """Local sign-in: accounts are given out by an administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """The language of the account goes with the person to whatever computer this is."""
        answer: HttpResponse = super().post_login(request, user, **kwargs)
        language.carry(answer, user)
        return answer

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A letter that cannot be sent shows nobody whether the address is known here."""
        try:
            super().send_mail(template_prefix, email, context)
        except (SMTPException, OSError):
            logger.warning("A letter could not be sent: %s", template_prefix, exc_info=True)


class SecondStepAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is untyped
    """Keys of authenticator apps lie encrypted in the database, under a key drawn from SECRET_KEY."""

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()


def _box() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(secret)) for secret in secrets])


def _key(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"second step\0" + secret.encode()).digest())


class SingleSignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """The provider says who somebody is; the login must be here already, under an address both confirmed."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Link by an e-mail address confirmed on both sides; else send the person to ask for an account."""
        if sociallogin.is_existing or request.user.is_authenticated:
            return
        user = _same_address(sociallogin)
        if user is None:
            messages.info(
                request,
                _(
                    "No account here belongs to this sign-in. If you have one, sign in with it and connect it"
                    " in the settings; else ask for one here."
                ),
            )
            raise ImmediateHttpResponse(redirect("register"))
        sociallogin.connect(request, user)

    def get_requests_session(self) -> oidc.IssuerOnly:
        assert settings.OIDC is not None
        return oidc.IssuerOnly(settings.OIDC.origin, settings.SOCIALACCOUNT_REQUESTS_TIMEOUT)


def _same_address(sociallogin: SocialLogin) -> User | None:
    """The one active login with an address that the provider and this house both confirmed."""
    said = [address.email for address in sociallogin.email_addresses if address.verified is True]
    found = {
        address.user
        for email in said
        for address in EmailAddress.objects.filter(email__iexact=email, verified=True).select_related("user")
    }
    active = [user for user in found if user.is_active]
    return active[0] if len(found) == 1 and active else None
