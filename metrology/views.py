"""The kernel's own pages: home, settings, history, and the switch of the acting membership."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import UUID

import django_filters
from django import forms
from django.apps import apps
from django.contrib import messages
from django.core.exceptions import FieldDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.http import require_POST

from metrology import acts, navigation
from metrology.accounts.people import KEEPERS
from metrology.authentication import SESSION_KEY
from metrology.models import Event, Membership
from metrology.pages import ActingView, Cell, Column, ScopedListView
from metrology.reauthentication import has_second_step

FACTS_SHOWN = 6
MACHINE = re.compile(r"[0-9a-f]{64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Home(View):
    """What it is, for anybody; what to do today, for those who work here."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = request.actor  # type: ignore[attr-defined]  # set by ActorMiddleware
        if actor.is_stranger:
            return render(request, "metrology/welcome.html")
        context = {
            "title": _("Today"),
            "agendas": navigation.agendas_for(actor),
            "cards": navigation.cards_for(actor),
        }
        return render(request, "metrology/home.html", context)


class Settings(ActingView):
    """The reader's own account: acting membership, language, signing in, and who else has access."""

    def get(self, request: HttpRequest) -> HttpResponse:
        context = {
            "title": _("Settings"),
            "memberships": own_memberships(request),
            "has_second_step": self.actor.user is not None and has_second_step(self.actor.user),
            "keeps_people": self.actor.allowed(*KEEPERS),
        }
        return render(request, "metrology/settings.html", context)


def own_memberships(request: HttpRequest) -> list[Membership]:
    return list(Membership.objects.current().filter(user=request.user.pk).order_by("pk"))


@require_POST
def act_as(request: HttpRequest) -> HttpResponse:
    """Act in another of one's own memberships from now on; anybody else's does not exist."""
    chosen = _uuid(request.POST.get("membership", ""))
    for membership in own_memberships(request):
        if membership.public_id == chosen:
            request.session[SESSION_KEY] = str(chosen)
            messages.success(request, _("You now act as: %(role)s.") % {"role": membership})
            return redirect("home")
    raise Http404


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


class EventFilter(django_filters.FilterSet):  # type: ignore[misc]  # ships no types
    subject = django_filters.UUIDFilter(method="of_subject", label=gettext_lazy("Object"))
    verb = django_filters.CharFilter(
        lookup_expr="startswith", max_length=60, label=gettext_lazy("Act begins with")
    )
    since = django_filters.DateFilter(
        field_name="at",
        lookup_expr="date__gte",
        label=gettext_lazy("Since"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def of_subject(self, rows: Any, name: str, value: UUID) -> Any:
        return rows.filter(subject_id=str(value))


def _act(event: Event) -> Cell:
    """What was done, in words, with the name the filter takes beside it."""
    known = acts.words.get(event.verb)
    return Cell(known, note=event.verb) if known else Cell(event.verb, mono=True)


def _subject(event: Event) -> Cell:
    nouns = {model._meta.label_lower: model._meta.verbose_name for model in apps.get_models()}
    return Cell(
        nouns.get(event.subject_type, event.subject_type),
        url=navigation.address(event.subject_type, event.subject_id),
        note=_facts(event),
    )


def _facts(event: Event) -> str:
    facts = json.loads(event.facts)
    shown = [
        _("%(name)s: %(text)s") % _fact(event.subject_type, name, value)
        for name, value in facts.items()
        if value not in (None, "", [], {}) and not MACHINE.fullmatch(str(value))
    ]
    return " · ".join(shown[:FACTS_SHOWN])


def _fact(subject_type: str, name: str, value: Any) -> dict[str, str]:
    """The name and the value of a fact in words, where the noun has such a field."""
    try:
        field: Any = apps.get_model(subject_type)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        field = None
    if isinstance(value, bool):
        text = _("Yes") if value else _("No")
    elif isinstance(value, list):
        text = ", ".join(str(one) for one in value)
    else:
        words = dict(getattr(field, "flatchoices", ())) or acts.choices.get(name, {})
        text = str(words.get(value, value))
    label = acts.facts.get(name) or getattr(field, "verbose_name", name)
    return {"name": str(label), "text": text[:80]}


def _who(event: Event) -> str:
    name = str(json.loads(event.actor).get("name") or "")
    return _("system") if name == "system" else name


class Events(ScopedListView[Event]):
    """What was done, newest first, as far as the reader may know."""

    rows = Event.objects.select_related("organization")
    title = gettext_lazy("History")
    subtitle = gettext_lazy("Every act as it was recorded; nothing here can be edited or removed.")
    filterset_class = EventFilter
    columns = (
        Column(gettext_lazy("At"), "at"),
        Column(gettext_lazy("Act"), _act),
        Column(gettext_lazy("Object"), _subject),
        Column(gettext_lazy("By"), _who),
        Column(gettext_lazy("Organization"), "organization"),
    )
