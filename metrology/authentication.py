"""Tokens and sessions: a request acts in exactly one membership."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication as KnoxAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from metrology.actors import STRANGER, Actor
from metrology.models import ApiToken, Membership, User
from metrology.parsing import is_storable

SESSION_KEY = "membership"


class TokenAuthentication(KnoxAuthentication):  # type: ignore[misc]  # knox ships no types
    """A hashed, expiring token; what cannot be decoded or looked up is a wrong token, not a fault of ours."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        if not is_storable(request.headers.get("Authorization", "")):
            raise AuthenticationFailed(_("Invalid token."))
        try:
            found: tuple[User, ApiToken] | None = super().authenticate(request)
        except UnicodeError as error:
            raise AuthenticationFailed(_("Invalid token.")) from error
        return found


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its base registers itself
    target_class = "metrology.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token <token>`, from auth/token/",
        }


def actor_of_session(user: User, chosen: str | None) -> Actor:
    """The actor of a signed-in user: the membership chosen in the session, else the first one."""
    memberships = list(Membership.objects.current().filter(user=user).order_by("pk"))
    for membership in memberships:
        if chosen == str(membership.public_id):
            return Actor(user=user, membership=membership)
    return Actor(user=user, membership=memberships[0] if memberships else None)


def actor_of_token(user: User, token: ApiToken) -> Actor:
    """The actor of a token: its own membership while that holds, else none at all."""
    membership = Membership.objects.current().filter(user=user, pk=token.membership_id).first()
    return Actor(user=user, membership=membership)


def actor_of(user: Any, token: Any, chosen: str | None) -> Actor:
    """The actor behind any request; nobody signed in is a stranger."""
    if not isinstance(user, User) or not user.is_active:
        return STRANGER
    if isinstance(token, ApiToken):
        return actor_of_token(user, token)
    return actor_of_session(user, chosen)
