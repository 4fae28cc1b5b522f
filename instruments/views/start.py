"""开始检定: what the job will stand on, what would block its certificate, and one button."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instruments.actions.bench import CLIMATE, begin
from instruments.actions.checks import acting_person, require_state
from instruments.models import Job
from instruments.record import document_of
from instruments.starting import Proposal, other_equipment, propose
from instruments.views.grid import said
from instruments.workflow import MAY
from labs.models import MethodVersion
from metrology.acting import ActForm, ActPage
from metrology.errors import Forbidden


class StartForm(ActForm):
    """What a start asks; the parameters come from the method document, their values from the ledger."""

    method_version = forms.ChoiceField(label=gettext_lazy("Method version"))
    standard = forms.ChoiceField(label=gettext_lazy("Standard"), required=False)
    room = forms.ChoiceField(label=gettext_lazy("Room"), required=False)
    temperature = forms.CharField(label=gettext_lazy("Temperature (°C)"), max_length=24, required=False)
    humidity = forms.CharField(label=gettext_lazy("Relative humidity (%)"), max_length=24, required=False)
    pressure = forms.CharField(label=gettext_lazy("Air pressure (hPa)"), max_length=24, required=False)
    equipment = forms.MultipleChoiceField(label=gettext_lazy("Other equipment taken"), required=False)

    def __init__(self, *args: Any, proposal: Proposal, job: Job, others: list[Any], **more: Any) -> None:
        super().__init__(*args, **more)
        self._choose("method_version", proposal.versions, "—" if len(proposal.versions) != 1 else "")
        self._choose("standard", proposal.usable, "—" if len(proposal.usable) != 1 else "")
        if job.place == Job.Place.ON_SITE:
            del self.fields["room"]
        else:
            self._choose("room", proposal.rooms, "—")
        self.fields["equipment"].choices = [(str(one.public_id), str(one)) for one in others]  # type: ignore[attr-defined]  # a choice field
        self.fields["equipment"].widget.attrs["size"] = 6
        for key in CLIMATE:
            self.fields[key].widget.attrs["inputmode"] = "decimal"
        self.parameters = list(self._ask(proposal.version)) if proposal.version else []
        for name in ("method_version", "standard", "room"):
            if name in self.fields:
                self.fields[name].widget.attrs |= {
                    "hx-get": "",
                    "hx-include": "closest form",
                    "hx-target": "#start",
                    "hx-select": "#start",
                    "hx-swap": "outerHTML",
                }

    def _choose(self, name: str, rows: list[Any], empty: str) -> None:
        named = [(str(row.public_id), _named(row)) for row in rows]
        self.fields[name].choices = [("", empty), *named] if empty else named  # type: ignore[attr-defined]  # as above

    def _ask(self, version: MethodVersion) -> Any:
        for parameter in document_of(version).parameters:
            name = f"parameter_{parameter.key}"
            label = f"{said(parameter.zh, parameter.en)} {parameter.key}"
            if parameter.choices:
                options = [("", "—"), *((choice, choice) for choice in parameter.choices)]
                self.fields[name] = forms.ChoiceField(label=label, choices=options, required=False)
            else:
                self.fields[name] = forms.CharField(label=label, max_length=40, required=False)
            yield parameter.key

    def refuse(self, error: Any) -> None:
        """A pointer of a parameter is the field of that parameter."""
        self.places = {f"/parameters/{key}": f"parameter_{key}" for key in self.parameters}  # type: ignore[misc]  # per form
        super().refuse(error)

    def groups(self) -> dict[str, list[Any]]:
        """The fields as the page sets them apart."""
        parameters = [self[f"parameter_{key}"] for key in self.parameters]
        base = [self[name] for name in ("method_version", "standard", "room") if name in self.fields]
        return {"base": base, "climate": [self[key] for key in CLIMATE], "parameters": parameters}


def _named(row: Any) -> str:
    laboratory = getattr(row, "laboratory", None)
    return f"{laboratory} · {row}" if laboratory is not None and hasattr(row, "area_m2") else str(row)


class StartPage(ActPage[Job]):
    """The start of one job by the person it is assigned to."""

    rows = Job.objects.select_related("institute", "instrument__owner", "method", "room", "item", "assignee")
    title = gettext_lazy("Begin to measure")
    submit_label = gettext_lazy("Begin to measure")
    template_name = "instruments/start.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        job = self.found(**kwargs)
        if job.state == Job.State.MEASURING and job.tester_id == getattr(self.actor.person, "pk", 0):
            return redirect("job_record", key=job.public_id)
        return super().get(request, *args, **kwargs)

    def found(self, **kwargs: Any) -> Job:
        if getattr(self, "subject", None) is None:
            self.subject = super().found(**kwargs)
        return self.subject

    def permit(self) -> None:
        self.actor.require(*MAY["job.start"], within=self.subject.institute)
        person = acting_person(self.actor)
        require_state(self.subject, Job.State.ASSIGNED)
        if self.subject.assignee_id != person.pk:
            raise Forbidden(_("This job is assigned to somebody else."))

    @cached_property
    def asked(self) -> Any:
        return self.request.POST if self.request.method == "POST" else self.request.GET

    @cached_property
    def proposal(self) -> Proposal:
        named = {name: self.asked.get(name, "") for name in ("standard", "room")}
        return propose(self.subject, self.actor, version=self.asked.get("method_version", ""), **named)

    def form(self, **bound: Any) -> ActForm:
        others = other_equipment(self.subject, self.actor)
        return StartForm(proposal=self.proposal, job=self.subject, others=others, **bound)

    def initial(self) -> dict[str, Any]:
        found = self.proposal
        chosen = {"method_version": found.version, "standard": found.standard, "room": found.room}
        initial: dict[str, Any] = {
            name: str(row.public_id) for name, row in chosen.items() if row is not None
        }
        if found.version is not None:
            for parameter in document_of(found.version).parameters:
                known = self.subject.instrument.parameters.get(parameter.key) or parameter.default
                initial[f"parameter_{parameter.key}"] = known
        for key in CLIMATE:
            initial[key] = getattr(self.subject, key) or getattr(found.climate, key, "")
        typed = {
            name: text
            for name, text in self.request.GET.items()
            if name in CLIMATE or name.startswith("parameter_")
        }
        return {**super().initial(), **initial, **{name: text for name, text in typed.items() if text}}

    def context(self, form: ActForm) -> dict[str, Any]:
        found = self.proposal
        return {
            "proposal": found,
            "groups": form.groups() if isinstance(form, StartForm) else {},
            "obstacles": found.obstacles,
            "held": [finding for finding in found.findings if finding.passed],
            "subtitle": f"{self.subject.instrument} · {self.subject.instrument.owner}",
        }

    def act(self, given: dict[str, Any]) -> Job:
        found = self.proposal
        wanted = set(given["equipment"])
        parameters = {
            name.removeprefix("parameter_"): text
            for name, text in given.items()
            if name.startswith("parameter_")
        }
        return begin(
            self.subject,
            by=self.actor,
            method_version=found.version,
            standard=found.standard,
            equipment=[
                one
                for one in (other_equipment(self.subject, self.actor) if wanted else ())
                if str(one.public_id) in wanted
            ],
            room=found.room,
            parameters=parameters,
            climate={name: given[name] for name in CLIMATE},
        )

    def next_url(self, made: Any) -> str:
        return reverse("job_record", args=[self.subject.public_id])
