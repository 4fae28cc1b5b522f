"""Signing several clean records at once: each by itself, each through the gate, each with its own answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from certificates.actions.approval import approve, decide
from certificates.models import Certificate
from instruments.models import Job, Opening
from instruments.risk import Risk, weigh
from metrology import clock
from metrology.actors import Actor
from metrology.errors import Blocked, DomainError, Invalid

MOST_AT_ONCE = 100


@dataclass(frozen=True)
class Outcome:
    """What became of one job of a batch: its certificate, or why there is none."""

    job: Job
    certificate: Certificate | None = None
    reasons: tuple[str, ...] = ()


def approve_several(jobs: Sequence[Job], *, by: Actor) -> list[Outcome]:
    """Sign each job that is clean and was opened by the approver; one refusal hinders no other.

    Not one transaction: what was signed stays signed when the next record is refused.
    """
    if not 1 <= len(jobs) <= MOST_AT_ONCE:
        raise Invalid({"/jobs": [_("Choose 1 to %(most)d records.") % {"most": MOST_AT_ONCE}]})
    risks = weigh(jobs, clock.today())
    seen = opened(jobs, by)
    return [_one(job, risks[job.pk], job.pk in seen, by) for job in jobs]


def opened(jobs: Sequence[Job], by: Actor) -> set[int]:
    """The jobs whose present version the actor has had open."""
    rows = Opening.objects.filter(job__in=jobs, person=by.person).values_list("job", "job_version")
    versions = {job.pk: job.version for job in jobs}
    return {job for job, version in rows if versions[job] == version}


def hindrance(job: Job, risk: Risk, *, was_opened: bool) -> str:
    """Why this record is not signed together with others, or nothing."""
    if job.state != Job.State.CHECKED:
        return _("Not possible now: the job is “%(state)s”.") % {"state": job.get_state_display()}
    if not risk.is_clean:
        return _("It is not clean (%(why)s). Open it and sign it by itself.") % {"why": risk.group.label}
    if was_opened:
        return ""
    try:
        sampled = settings.REVIEW_SAMPLING and decide(job).kind != Certificate.Kind.VERIFICATION
    except DomainError as error:
        return str(error.message)
    return "" if sampled else _("You have not opened this record as it is now. Open it first.")


def _one(job: Job, risk: Risk, was_opened: bool, by: Actor) -> Outcome:
    reason = hindrance(job, risk, was_opened=was_opened)
    if reason:
        return Outcome(job, reasons=(reason,))
    try:
        return Outcome(job, approve(job, by=by, version=job.version))
    except DomainError as error:
        return Outcome(job, reasons=tuple(_said(error)))


def _said(error: DomainError) -> list[Any]:
    """The refusal in words; a closed gate names every rule that closed it."""
    if not isinstance(error, Blocked):
        return [str(error.message)]
    failed = [finding for finding in error.report if finding["blocking"] and not finding["passed"]]
    return [f"{finding['reason']} {finding['way_out']}".strip() for finding in failed]
