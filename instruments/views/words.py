"""Words and cells that several pages of this app share."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instruments.models import Job
from metrology import clock
from metrology.pages import Cell
from metrology.science.conformity import Verdict

DUE_SOON = timedelta(days=30)

VERDICTS = {
    Verdict.PASS: (gettext_lazy("Conforming"), "passed"),
    Verdict.FAIL: (gettext_lazy("Not conforming"), "failed"),
    Verdict.UNDETERMINED: (gettext_lazy("Undetermined"), "limited"),
    Verdict.CONDITIONAL_PASS: (gettext_lazy("Conforming, within the guard band"), "limited"),
    Verdict.CONDITIONAL_FAIL: (gettext_lazy("Not conforming, within the guard band"), "failed"),
}

RULES = {
    "check": gettext_lazy("By inspection"),
    "jjg_simple": gettext_lazy("Simple acceptance"),
    "jjf1094": gettext_lazy("JJF 1094"),
}


def rules(names: str) -> str:
    """The decision rules of a result in words."""
    return " · ".join(str(RULES.get(name, name)) for name in names.split(",") if name)


def verdict_cell(verdict: str) -> Cell:
    """A verdict as its word; no verdict says nothing."""
    if verdict not in VERDICTS:
        return Cell(verdict)
    word, state = VERDICTS[Verdict(verdict)]
    return Cell(word, state=state)


def due_cell(due_on: date | None) -> Cell:
    """A due date, with the word beside it where it matters."""
    if due_on is None:
        return Cell(None)
    today = clock.today()
    if due_on < today:
        return Cell(_("Overdue"), state="overdue", note=due_on)
    if due_on <= today + DUE_SOON:
        return Cell(_("Due soon"), state="due_soon", note=due_on)
    return Cell(due_on)


def job_state(item: Any) -> Cell:
    """How far an order item came: its own state until there is a job, then the job's."""
    job: Job | None = getattr(item, "job", None)
    if job is None or item.state != item.State.RECEIVED:
        return Cell(item.get_state_display(), state=item.state)
    return Cell(job.get_state_display(), state=job.state)
