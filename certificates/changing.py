"""What a manager may still do with a numbered document, each as a page that asks why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from certificates import actions
from certificates.models import Certificate, CertificateHead
from metrology.acting import ActForm, ActPage, Deed
from metrology.actors import Actor
from metrology.models import Person
from metrology.roles import Role

State = CertificateHead.State


class ReasonForm(ActForm):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )


class RevokeForm(ReasonForm):
    """A withdrawal names a second person of the institute."""

    second = forms.ModelChoiceField(Person.objects.none(), label=gettext_lazy("Second person"))

    def __init__(self, *args: Any, colleagues: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["second"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = colleagues


class Changing(ActPage[Certificate]):
    """Base: the document is found by its number, and only a manager is asked."""

    rows = Certificate.objects.select_related(
        "head", "seal", "institute", "client", "instrument__region", "job"
    )
    lookup = "number"
    roles = (Role.MANAGER,)
    form_class = ReasonForm


class Amend(Changing):
    """`/certificates/<no>/amend/`: replace it by a new one under a new number."""

    title = gettext_lazy("Amend the document")
    subtitle = gettext_lazy("It stays valid until the new one is issued under a new number.")
    submit_label = gettext_lazy("Open the record again")
    said = gettext_lazy("The record is open again; it goes through check and approval.")

    def act(self, given: dict[str, Any]) -> Any:
        return actions.amend(self.subject, by=self.actor, reason=given["reason"])


class Revoke(Changing):
    """`/certificates/<no>/revoke/`: withdraw it for good."""

    title = gettext_lazy("Revoke the document")
    subtitle = gettext_lazy(
        "From now on everybody who scans it is told not to rely on it. This cannot be undone."
    )
    submit_label = gettext_lazy("Revoke for good")
    said = gettext_lazy("Revoked. The public page says so at once.")

    def form(self, **bound: Any) -> ActForm:
        colleagues = Person.objects.visible_to(self.actor).filter(
            employer=self.subject.institute, left_on__isnull=True
        )
        own = self.actor.person
        return RevokeForm(colleagues=colleagues.exclude(pk=own.pk) if own else colleagues, **bound)

    def act(self, given: dict[str, Any]) -> Any:
        return actions.revoke(self.subject, by=self.actor, second=given["second"], reason=given["reason"])


class Void(Changing):
    """`/certificates/<no>/void/`: give up one that cannot be sealed."""

    title = gettext_lazy("Void the number")
    subtitle = gettext_lazy("The number stays on record as void; the job goes back to its approver.")
    submit_label = gettext_lazy("Void it")
    said = gettext_lazy("Void. The job waits for approval again.")

    def act(self, given: dict[str, Any]) -> Any:
        return actions.void(self.subject, by=self.actor, reason=given["reason"])


def deeds(row: Any, actor: Actor) -> Iterator[Deed]:
    """The buttons that fit the document's state."""
    if not actor.allowed(Role.MANAGER, within=row.institute):
        return
    if row.head.state == State.ISSUED:
        yield Deed(_("Amend"), reverse("certificate_amend", args=[row.number]), "pencil")
        yield Deed(_("Revoke"), reverse("certificate_revoke", args=[row.number]), "ban")
    if row.head.state == State.SEALING:
        yield Deed(_("Void the number"), reverse("certificate_void", args=[row.number]), "ban")
