"""What is asked of a sign-in on every request: not idle too long, and a second step where it is required."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from metrology import clock
from metrology.accounts import policy

SEEN = "seen"
SEEN_EVERY = 60
ASKED = "second_step"
FREE = ("/accounts/", "/i18n/", "/static/", "/v/", "/healthz", "/readyz", "/metrics")
OWN_ACCOUNT = frozenset({"/settings/", "/settings/acting/", "/settings/sessions/", "/settings/switch-user/"})


class SignInMiddleware:
    """Stands behind ActorMiddleware; an anonymous request costs nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_IDLE_MINUTES and settings.SESSION_COOKIE_NAME in request.COOKIES:
            end_if_idle(request)
        if settings.REQUIRE_MFA_FOR and settings.SESSION_COOKIE_NAME in request.COOKIES:
            refusal = second_step(request)
            if refusal is not None:
                return refusal
        return self.get_response(request)


def end_if_idle(request: HttpRequest) -> None:
    """A sign-in that nobody used for SESSION_IDLE_MINUTES ends; use is noted once a minute."""
    if not request.user.is_authenticated:
        return
    now = int(time.time())
    seen = request.session.get(SEEN, now)
    if now - seen > settings.SESSION_IDLE_MINUTES * 60:
        logout(request)
    elif SEEN not in request.session or now - seen >= SEEN_EVERY:
        request.session[SEEN] = now


def second_step(request: HttpRequest) -> HttpResponse | None:
    """Tell once per sign-in and role; from the day after the last, lead every page to the set-up."""
    if request.path.startswith(FREE) or request.path in OWN_ACCOUNT or not request.user.is_authenticated:
        return None
    actor = request.actor  # type: ignore[attr-defined]  # set by ActorMiddleware
    acting = str(actor.membership.public_id) if actor.membership else ""
    asked = request.session.get(ASKED)
    if asked is None or asked["as"] != acting or _is_over(asked["by"]):
        last = policy.set_up_by(actor)
        asked = {"as": acting, "by": last.isoformat() if last else ""}
        if request.session.get(ASKED) != asked:
            request.session[ASKED] = asked
            _tell(request, last)
    if not _is_over(asked["by"]):
        return None
    if request.path.startswith("/api/"):
        return HttpResponse(_("Set up two-step sign-in first."), status=403, content_type="text/plain")
    return redirect("mfa_activate_totp")


def _is_over(day: str) -> bool:
    return bool(day) and clock.today() > date.fromisoformat(day)


def _tell(request: HttpRequest, last: date | None) -> None:
    if last is not None:
        messages.warning(
            request,
            _("Your role asks for two-step sign-in. Set it up in the settings by %(day)s.") % {"day": last},
        )
