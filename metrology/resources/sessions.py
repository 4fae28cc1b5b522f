"""Coming in and going out: tokens, who am I, and in which membership."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib.auth import authenticate, logout
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from metrology import limits
from metrology.actors import Actor
from metrology.authentication import SESSION_KEY, actor_of
from metrology.doors import Body
from metrology.errors import DomainError, Invalid, TooMany
from metrology.fields import PublicId, ScopedRelated, StrictText
from metrology.models import ApiToken, Membership, User
from metrology.reauthentication import check_code, has_second_step
from metrology.resources.memberships import MembershipSerializer


class Credentials(Body):
    username = StrictText(max_length=150)
    password = StrictText(max_length=400, trim_whitespace=False, write_only=True)
    code = StrictText(
        max_length=16,
        required=False,
        write_only=True,
        help_text=gettext_lazy("The one-time code of a login with two-step sign-in."),
    )
    membership = serializers.UUIDField(
        required=False, help_text=gettext_lazy("In which membership the token acts, where there are several.")
    )
    name = StrictText(max_length=80, required=False, allow_blank=True)


class TokenAnswer(serializers.Serializer[Any]):
    token = serializers.CharField()
    expiry = serializers.DateTimeField(allow_null=True)
    membership = MembershipSerializer(allow_null=True)


class MeSerializer(serializers.Serializer[Any]):
    """Who is signed in, as what, and as what else they may act."""

    id = PublicId()
    username = serializers.CharField()
    language = serializers.CharField()
    person = ScopedRelated(read_only=True, allow_null=True)
    name = serializers.CharField()
    acting = MembershipSerializer(allow_null=True)
    memberships = MembershipSerializer(many=True)


class ActingChoice(Body):
    membership = serializers.UUIDField()


def memberships_of(user: User) -> list[Membership]:
    return list(Membership.objects.current().filter(user=user).order_by("pk"))


class LoginNameThrottle(SimpleRateThrottle):
    """As many tries per user name as per address: guesses from many addresses are counted together."""

    scope = "login"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        name = request.data.get("username") if isinstance(request.data, dict) else None
        ident = hashlib.sha256(str(name).encode("utf-8", "backslashreplace")).hexdigest()
        return self.cache_format % {"scope": "login-name", "ident": ident}


class TokenView(APIView):
    """A token for a user name and password; it acts in one membership."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (*APIView.throttle_classes, LoginNameThrottle)
    throttle_scope = "login"

    @extend_schema(request=Credentials, responses={201: TokenAnswer}, auth=[])
    def post(self, request: Request) -> Response:
        body = Credentials(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        user = authenticate(request._request, username=given["username"], password=given["password"])
        if not isinstance(user, User):
            raise AuthenticationFailed(_("The user name or the password is not right."))
        _require_second_step(user, given.get("code", ""))
        membership = _chosen(memberships_of(user), given.get("membership"))
        token, text = ApiToken.objects.create(user=user, membership=membership, name=given.get("name", ""))
        answer = {"token": text, "expiry": token.expiry, "membership": membership}
        return Response(TokenAnswer(answer).data, status=201)


def _require_second_step(user: User, code: str) -> None:
    """A login with two-step sign-in gets no token for its password alone."""
    if not has_second_step(user):
        return
    who = str(user.public_id)
    if limits.is_shut("code", who, limits.MOST_WRONG_PASSWORDS):
        raise TooMany(_("Too many wrong tries. Wait ten minutes, then try again."), wait=limits.WINDOW)
    if not check_code(user, code):
        if code:
            limits.miss("code", who)
        raise Invalid({"/code": [_("This login has two-step sign-in: give the code of the moment.")]})
    limits.forget("code", who)


def _chosen(held: list[Membership], wanted: Any) -> Membership | None:
    if wanted is not None:
        for membership in held:
            if membership.public_id == wanted:
                return membership
        raise Invalid({"/membership": [_("There is no such object.")]})
    if len(held) > 1:
        asked = [_("Choose one of your memberships:")]
        raise Invalid(
            {"/membership": asked + [f"{one.public_id} · {one.role} · {one.organization}" for one in held]}
        )
    return held[0] if held else None


class ActingView(APIView):
    """A view that knows in which membership the request acts."""

    def actor(self, request: Request) -> Actor:
        return actor_of(request.user, request.auth, request._request.session.get(SESSION_KEY))

    def me(self, request: Request) -> Response:
        user = request.user
        assert isinstance(user, User)
        shown = {
            "public_id": user.public_id,
            "username": user.username,
            "language": user.language,
            "person": user.person,
            "name": user.person.name if user.person else user.username,
            "acting": self.actor(request).membership,
            "memberships": memberships_of(user),
        }
        return Response(MeSerializer(shown).data)


class LogoutView(ActingView):
    """End the token or the session this request came with."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        if isinstance(request.auth, ApiToken):
            request.auth.delete()
        else:
            logout(request._request)
        return Response(status=204)


class MeView(ActingView):
    """Who am I, and as what do I act?"""

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        return self.me(request)


class ActingChoiceView(ActingView):
    """Act in another of one's own memberships for the rest of the session."""

    @extend_schema(request=ActingChoice, responses=MeSerializer)
    def post(self, request: Request) -> Response:
        body = ActingChoice(data=request.data)
        body.is_valid(raise_exception=True)
        if isinstance(request.auth, ApiToken):
            raise DomainError(_("A token acts in the membership it was made for. Make another token."))
        assert isinstance(request.user, User)
        membership = _chosen(memberships_of(request.user), body.validated_data["membership"])
        assert membership is not None
        request._request.session[SESSION_KEY] = str(membership.public_id)
        return self.me(request)
