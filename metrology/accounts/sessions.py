"""Where one is signed in, ending it, and handing a shared computer over."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from metrology.actions.memberships import sign_out_everywhere
from metrology.models import ApiToken
from metrology.pages import ActingView, Cell, Column, table

LONGEST_NAME = 60
PROGRAMS = ("Edg", "MicroMessenger", "Firefox", "Chrome", "Safari")
SYSTEMS = ("Windows", "Android", "iPhone", "iPad", "Mac OS X", "Linux")


class Sessions(ActingView):
    """The reader's own sign-ins and tokens; POST ends all but this one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        here = request.session.session_key
        held = UserSession.objects.purge_and_list(request.user)
        tokens = ApiToken.objects.filter(user=request.user.pk).select_related("membership__organization")
        columns = (
            Column(gettext_lazy("Browser"), lambda row: Cell(_browser(row.user_agent), note=row.ip)),
            Column(gettext_lazy("Signed in at"), "created_at"),
            Column(
                gettext_lazy("State"),
                lambda row: (
                    Cell(_("This one"), state="active") if row.session_key == here else Cell(_("Open"))
                ),
            ),
        )
        context = {
            "title": _("Where I am signed in"),
            "back_url": reverse("settings"),
            "back_label": _("Settings"),
            "sections": [
                table(gettext_lazy("Browsers"), columns, held),
                table(gettext_lazy("Tokens for programs"), TOKEN_COLUMNS, tokens),
            ],
        }
        return render(request, "account/sessions.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        sign_out_everywhere(by=self.actor, keep=request.session.session_key or "")
        messages.success(request, _("Everywhere else you are signed out, and your tokens are ended."))
        return redirect("sessions")


TOKEN_COLUMNS = (
    Column(gettext_lazy("Name"), lambda row: row.name or row.token_key),
    Column(gettext_lazy("Acting as"), "membership"),
    Column(gettext_lazy("Made at"), "created"),
    Column(gettext_lazy("Valid through"), "expiry"),
)


def _browser(agent: str) -> str:
    """What a person calls their browser, from what it calls itself."""
    program = next((name for name in PROGRAMS if name in agent), "")
    system = next((name for name in SYSTEMS if name in agent), "")
    words = {"Edg": "Edge", "MicroMessenger": "WeChat"}
    named = " · ".join(part for part in (words.get(program, program), system) if part)
    return named or agent[:LONGEST_NAME] or _("Unknown program")


@require_POST
def switch_user(request: HttpRequest) -> HttpResponse:
    """Sign out and let the next person sign in; they come to the page that was open."""
    next_page = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(next_page, {request.get_host()}, request.is_secure()):
        next_page = reverse("home")
    logout(request)
    return redirect_to_login(next_page)
