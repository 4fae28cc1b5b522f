"""提交核验: what is missing and what is odd, each with the way to its cell; then one button."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django import forms
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy

from instruments.actions.checks import require_tester
from instruments.actions.review import submit
from instruments.api.bench import JOINS
from instruments.looking_over import Hint, Overview, look_over
from instruments.models import Job
from instruments.record import Record
from instruments.views.words import verdict_cell
from metrology import clock
from metrology.acting import ActForm, ActPage
from metrology.errors import DomainError, Invalid


class HandOverForm(ActForm):
    tested_on = forms.DateField(
        label=gettext_lazy("Tested on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def refuse(self, error: DomainError) -> None:
        """What the record lacks stands in the list already."""
        if isinstance(error, Invalid) and "/tested_on" not in error.fields:
            self.add_error(None, str(error.message))
            return
        super().refuse(error)


class HandOverPage(ActPage[Job]):
    """The last look at a record by its tester."""

    rows = Job.objects.select_related(*JOINS, "instrument__owner", "item")
    form_class = HandOverForm
    title = gettext_lazy("Look over and hand over")
    submit_label = gettext_lazy("Hand over to be checked")
    said = gettext_lazy("The record is handed over to be checked.")
    template_name = "instruments/hand_over.html"

    def permit(self) -> None:
        require_tester(self.subject, self.actor)

    @cached_property
    def overview(self) -> Overview:
        chinese = (get_language() or "").startswith("zh")
        return look_over(Record(self.subject), self.actor, "zh" if chinese else "en")

    def initial(self) -> dict[str, Any]:
        readings = self.overview.record.current.values()
        last = max((reading.observed_at for reading in readings), default=clock.now())
        return {**super().initial(), "tested_on": clock.local_date(last)}

    def context(self, form: ActForm) -> dict[str, Any]:
        found = self.overview
        return {
            "subtitle": f"{self.subject.instrument} · {self.subject.instrument.owner}",
            "back_url": self.record_url(),
            "missing": [self.linked(hint) for hint in found.missing],
            "odd": [self.linked(hint) for hint in found.odd],
            "is_complete": found.is_complete,
            "verdict": verdict_cell(found.evaluation.verdict.value) if found.evaluation.verdict else None,
            "count": len(found.record.current),
            "record_url": self.record_url(),
            "user_id": str(self.actor.user.public_id) if self.actor.user else "",
            "job": self.subject,
        }

    def record_url(self) -> str:
        return reverse("job_record", args=[self.subject.public_id])

    def linked(self, hint: Hint) -> dict[str, Any]:
        at = f"?adjustment={self.overview.adjustment}#{quote(hint.cell)}"
        return {"where": hint.where, "why": hint.why, "url": self.record_url() + at}

    def act(self, given: dict[str, Any]) -> Job:
        return submit(self.subject, by=self.actor, tested_on=given["tested_on"])
