"""The public way in for an enterprise: it asks, and hears the same whatever is known of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from metrology import credit_code, limits
from metrology.acting import ActForm
from metrology.actions.registrations import ask_for_access
from metrology.errors import DomainError, TooMany
from metrology.models import Region
from metrology.parsing import is_storable
from metrology.usernames import folded

ASKS = "register"
MOST_PER_ADDRESS, HOUR = 5, 3600
MOST_ALTOGETHER = 200


class RegisterForm(ActForm):
    """Who asks; `website` is a field that only machines see and fill."""

    places = {"/credit_code": "code"}

    code = forms.CharField(
        label=gettext_lazy("Unified social credit code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("18 characters, as on the business licence."),
    )
    name = forms.CharField(
        label=gettext_lazy("Name of the enterprise"),
        max_length=160,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    region = forms.ModelChoiceField(
        Region.objects.exclude(level=Region.Level.PROVINCE), label=gettext_lazy("Region"), to_field_name="key"
    )
    contact = forms.CharField(
        label=gettext_lazy("Contact person"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "tel"})
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=gettext_lazy("The invitation is sent here; without one it is handed over at the counter."),
    )
    wish = forms.CharField(
        label=gettext_lazy("What you would like to do"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    website = forms.CharField(required=False, max_length=400)

    def clean_code(self) -> str:
        code = cleaned_code(self.cleaned_data["code"])
        if not credit_code.is_valid(code):
            raise forms.ValidationError(fault_of(code))
        return code

    @property
    def asked(self) -> list[Any]:
        """The fields that people see."""
        return [field for field in self.visible_fields() if field.name != "website"]


def cleaned_code(text: str) -> str:
    """Full-width forms folded, blanks and hyphens dropped, letters in capitals."""
    return "".join(character for character in folded(text).upper() if character not in " -")


def fault_of(code: str) -> str:
    """What is wrong with a code, as precisely as the standard allows."""
    if len(code) != 18:
        return _("A credit code has 18 characters; this has %(count)s.") % {"count": len(code)}
    strange = sorted({character for character in code if character not in credit_code.ALPHABET})
    if strange:
        return _("These characters do not occur in a credit code: %(characters)s.") % {
            "characters": " ".join(strange)
        }
    return _("The last character does not fit the others: a character is mistyped or two are swapped.")


class Register(View):
    """Ask for access. Whether the code is known changes nothing of the answer."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.shown(request, RegisterForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = RegisterForm(request.POST)
        if not form.is_valid():
            return self.shown(request, form, status=400)
        given = dict(form.cleaned_data)
        given.pop("version", None)
        if given.pop("website"):
            return redirect("register_thanks")
        try:
            self.count(request)
            ask_for_access(**given)
        except DomainError as error:
            form.refuse(error)
            return self.shown(request, form, status=error.status)
        return redirect("register_thanks")

    def count(self, request: HttpRequest) -> None:
        """A few requests an hour from one address, and no flood from many."""
        who = limits.address_of(request)
        for name, most in ((who, MOST_PER_ADDRESS), ("all", MOST_ALTOGETHER)):
            if limits.is_shut(ASKS, name, most):
                raise TooMany(
                    _("Too many requests came from here. Try again in an hour, or call the counter."),
                    wait=HOUR,
                )
        for name in (who, "all"):
            limits.miss(ASKS, name, HOUR)

    def shown(self, request: HttpRequest, form: RegisterForm, status: int = 200) -> HttpResponse:
        return render(request, "account/register.html", {"form": form}, status=status)


class CheckCode(View):
    """Whether a code is written correctly; says nothing about who has it, and asks no table."""

    def get(self, request: HttpRequest) -> HttpResponse:
        typed = request.GET.get("code", "")[:40]
        code = cleaned_code(typed if is_storable(typed) else "")
        context = {
            "code": code,
            "is_right": credit_code.is_valid(code),
            "fault": fault_of(code) if code else "",
        }
        page = "account/_code_check.html" if request.headers.get("HX-Request") else "account/code_check.html"
        return render(request, page, context)


class Thanks(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "account/register_thanks.html")
