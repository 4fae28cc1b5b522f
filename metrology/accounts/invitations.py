"""The page behind the link of an invitation: choose a name and a password, or add the role to a login."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views import View

from metrology import limits
from metrology.acting import ActForm
from metrology.actions.invitations import accept_invitation, invitation_of, join_by_invitation
from metrology.authentication import SESSION_KEY
from metrology.errors import Absent, DomainError, TooMany
from metrology.pages import ActingView

MISSES = "invitation"
MOST_DEAD_LINKS = 100


class AcceptForm(ActForm):
    """A new login: its name, and the password twice."""

    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
        help_text=gettext_lazy("Letters, digits or Chinese characters; you sign in with it."),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 10 characters, not only digits, not your own name."),
    )
    again = forms.CharField(
        label=gettext_lazy("Password again"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("password") and given.get("again") and given["password"] != given["again"]:
            self.add_error("again", _("The two passwords are not the same."))
        return given


class Guarded(View):
    """Unknown, used, withdrawn and expired links answer alike, and guessing ends in a closed door."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        who = limits.address_of(request)
        try:
            if limits.is_shut(MISSES, who, MOST_DEAD_LINKS):
                raise TooMany(
                    _("Too many wrong tries. Wait ten minutes, then try again."), wait=limits.WINDOW
                )
            answer = super().dispatch(request, *args, **kwargs)
        except Absent as error:
            limits.miss(MISSES, who)
            answer = render(request, "account/invitation_gone.html", {"error": error}, status=error.status)
        answer["Cache-Control"] = "no-store"
        return answer


class Accept(Guarded):
    """Anybody with the link: who invites to what, and the form of a new login."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.shown(request, token, AcceptForm())

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        invitation_of(token)
        form = AcceptForm(request.POST)
        if not form.is_valid():
            return self.shown(request, token, form, status=400)
        given = form.cleaned_data
        try:
            made = accept_invitation(
                token,
                username=given["username"],
                password=given["password"],
                language=get_language() or "",
            )
        except Absent:
            raise
        except DomainError as error:
            form.refuse(error)
            return self.shown(request, token, form, status=error.status)
        messages.success(
            request, _("Your account %(name)s is ready. Sign in with it.") % {"name": made.user.username}
        )
        return redirect("account_login")

    def shown(self, request: HttpRequest, token: str, form: AcceptForm, status: int = 200) -> HttpResponse:
        here = reverse("invitation", args=[token])
        context = {
            "invitation": invitation_of(token),
            "form": form,
            "join_url": reverse("join_invitation", args=[token]),
            "login_url": f"{reverse('account_login')}?next={here}",
            "here": here,
        }
        return render(request, "account/invitation.html", context, status=status)


class Join(Guarded, ActingView):
    """Somebody signed in adds the role to their login and acts in it from now on."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return redirect("invitation", token)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        made = join_by_invitation(token, by=self.actor)
        request.session[SESSION_KEY] = str(made.public_id)
        messages.success(request, _("You now act as: %(role)s.") % {"role": made})
        return redirect("home")
