"""What a reviewer should look at first: each waiting record in the group of its greatest risk.

A record is clean when nothing failed, nothing lies near a limit and nothing was changed after it had been
handed over. Near means within U of a limit, or, where no U is known, within a tenth of the half-width.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.db import models
from django.utils.translation import gettext_lazy as _

from instruments.models import Job, OutputValue, Result
from metrology.science.conformity import Verdict

NEAR_SHARE = Decimal("0.1")


class Group(models.TextChoices):
    """The groups of the queue, the riskiest first."""

    FAILED = "failed", _("Not conforming")
    NEAR = "near", _("Near a limit")
    CHANGED = "changed", _("Changed after hand-over")
    OVERDUE = "overdue", _("Promised day passed")
    CLEAN = "clean", _("Clean")


@dataclass(frozen=True)
class Risk:
    """Why a record deserves a look; the first reason gives its group."""

    reasons: tuple[Group, ...]
    verdict: str = ""

    @property
    def group(self) -> Group:
        return self.reasons[0] if self.reasons else Group.CLEAN

    @property
    def is_clean(self) -> bool:
        """Lateness is no doubt about the record."""
        return not set(self.reasons) - {Group.OVERDUE}


def weigh(jobs: Iterable[Job], today: date) -> dict[int, Risk]:
    """The risk of each job from its newest result, by primary key; two queries for all of them."""
    found = list(jobs)
    newest: dict[int, Result] = {}
    for result in Result.objects.filter(job__in=found).order_by("pk"):
        newest[result.job_id] = result
    values: dict[int, list[OutputValue]] = {}
    for value in OutputValue.objects.filter(result__in=[result.pk for result in newest.values()]):
        values.setdefault(value.result_id, []).append(value)
    return {job.pk: _risk(job, newest.get(job.pk), values, today) for job in found}


def _risk(job: Job, result: Result | None, values: Mapping[int, list[OutputValue]], today: date) -> Risk:
    reasons = []
    verdict = result.verdict if result else ""
    if verdict not in ("", Verdict.PASS):
        reasons.append(Group.FAILED)
    if result is not None and any(is_near(value) for value in values.get(result.pk, ())):
        reasons.append(Group.NEAR)
    if job.revision > 1 or job.issue_no > 1:
        reasons.append(Group.CHANGED)
    if job.promised_on is not None and job.promised_on < today:
        reasons.append(Group.OVERDUE)
    return Risk(tuple(reasons), verdict)


def is_near(value: OutputValue) -> bool:
    """Whether a conforming value lies so near a limit that a second look is due.

    A mere minimum, as in a discrimination test, is met or not: such values stand at it by design.
    """
    reported, low, high = (_number(text) for text in (value.reported, value.low, value.high))
    if reported is None or high is None:
        return False
    half_width = (high - low) / 2 if low is not None else abs(high)
    band = _number(value.expanded) or NEAR_SHARE * half_width
    distances = [high - reported, *([reported - low] if low is not None else [])]
    return any(0 <= distance < band for distance in distances)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
