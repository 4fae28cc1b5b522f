"""Pages that do something: they ask, call one verb, and keep what was typed until the verb has taken it.

A refusal is shown beside the field it names, with the status the API would give; nothing typed is lost,
not even when the sign-in ended meanwhile (metrology/resume.py).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from django import forms
from django.contrib import messages
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metrology import navigation, resume
from metrology.errors import DomainError, Invalid, Stale
from metrology.pages import ActingView, ScopedPage
from metrology.roles import Role
from metrology.states import require_version

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class Deed:
    """A button in a page's head: a link to a page that asks, or with `post` the act itself.

    `fields` travel with the act; `confirm` is asked before it is sent.
    """

    label: Any
    url: str
    icon: str = ""
    primary: bool = False
    post: bool = False
    confirm: Any = ""
    fields: Mapping[str, Any] = field(default_factory=dict)


class ActForm(forms.Form):
    """What an act asks for; `places` says which field a verb's pointer means when the names differ."""

    required_css_class = "required"
    places: ClassVar[Mapping[str, str]] = {}

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def refuse(self, error: DomainError) -> None:
        """Put each reason of a refusal beside its field, and what belongs to none above the form."""
        if not isinstance(error, Invalid):
            self.add_error(None, str(error.message))
            return
        if not error.fields:
            self.add_error(None, str(error.message))
        for pointer, reasons in error.fields.items():
            name = self.places.get(pointer, pointer.strip("/").split("/")[0])
            self.add_error(name if name in self.fields else None, [str(reason) for reason in reasons])


class BareForm(ActForm):
    """For an act that asks nothing but to be meant."""


class FormPage(ActingView):
    """GET asks, POST calls one verb; a refused form comes back as it was typed."""

    form_class: ClassVar[type[ActForm]] = BareForm
    roles: ClassVar[Sequence[Role]] = ()
    title: ClassVar[Any]
    subtitle: ClassVar[Any] = ""
    submit_label: ClassVar[Any] = gettext_lazy("Save")
    said: ClassVar[Any] = ""
    template_name: ClassVar[str] = "metrology/act.html"
    subject: Any = None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.subject = self.found(**kwargs)
        self.permit()
        kept = resume.take(request)
        if kept is not None:
            messages.info(request, _("What you had typed is still here. Look at it and send it again."))
        form = self.form(initial={**self.initial(), **(kept or {})})
        return self.shown(form)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.subject = self.found(**kwargs)
        self.permit()
        form = self.form(data=request.POST, files=request.FILES or None)
        if not form.is_valid():
            return self.shown(form, status=400)
        given = dict(form.cleaned_data)
        try:
            self.require_seen(given.pop("version", None))
            done = self.act(given)
        except DomainError as error:
            form.refuse(error)
            return self.shown(form, status=error.status)
        return self.done(done)

    def found(self, **kwargs: Any) -> Any:
        """The object of the address; a page that makes something new has none."""
        return None

    def permit(self) -> None:
        """Who may even be asked; the verb judges again."""
        if self.roles:
            self.actor.require(*self.roles)

    def initial(self) -> dict[str, Any]:
        return {}

    def form(self, **bound: Any) -> ActForm:
        return self.form_class(**bound)

    def require_seen(self, version: int | None) -> None:
        """Refuse what was decided on an older state than the present; a noun may have no versions."""
        if version is None or not hasattr(self.subject, "version"):
            return
        try:
            require_version(self.subject, version)
        except Stale as error:
            raise Stale(
                _("Somebody changed this since you opened the page. Look at it again, then decide."),
                code=error.code,
            ) from error

    @abstractmethod
    def act(self, given: dict[str, Any]) -> Any:
        """Call the verb with the cleaned fields."""

    def done(self, made: Any) -> HttpResponse:
        if self.said:
            messages.success(self.request, self.said)
        return redirect(self.next_url(made))

    def next_url(self, made: Any) -> str:
        """Where the reader goes when it is done: the page of the row the verb gave, or of the subject."""
        for row in (made, self.subject):
            if isinstance(row, models.Model) and (url := navigation.address_of(row)):
                return url
        return reverse("home")

    def context(self, form: ActForm) -> dict[str, Any]:
        """What the template shows beside the form."""
        return {}

    def shown(self, form: ActForm, status: int = 200) -> HttpResponse:
        back = navigation.address_of(self.subject) if isinstance(self.subject, models.Model) else ""
        context = {
            "title": self.title,
            "subtitle": self.subtitle,
            "pretitle": str(self.subject) if self.subject is not None else "",
            "back_url": back,
            "cancel_url": back,
            "submit_label": self.submit_label,
            "form": form,
            "typed_by": resume.mark(self.request),
            **self.context(form),
        }
        return render(self.request, self.template_name, context, status=status)


class ActPage(ScopedPage[M], FormPage, Generic[M]):
    """An act on one row as the actor may see it; absent and another tenant's are the same 404."""

    lookup: ClassVar[str] = "public_id"
    subject: M

    def found(self, **kwargs: Any) -> M:
        row = self.visible().filter(**{self.lookup: kwargs["key"]}).first()
        if row is None:
            raise Http404
        return row

    def initial(self) -> dict[str, Any]:
        return {"version": getattr(self.subject, "version", None)}
