"""May this be issued? Every rule of the gate (rules 7) with its reason in words and a way out.

Standards, equipment, method, authorisation and tester are judged as of the test date, checker and
approver as of the day of their own act. The same findings serve the start of a job, the approver
and the API; the worker only prints what the gate let through.
"""

from collections.abc import Callable, Iterable
from datetime import date

from django.utils.translation import gettext as _

from instruments.gate import installation, people, records, standards
from instruments.gate.facts import Facts, load
from instruments.gate.finding import Finding
from instruments.gate.roll import Roll, refusal
from instruments.models import Job
from metrology.models import Person

__all__ = ["Finding", "check_refusal", "examine", "is_open"]

RULES: tuple[Callable[[Facts], Iterable[Finding]], ...] = (
    standards.examination,
    standards.licence,
    standards.authorisation,
    standards.in_use,
    standards.coverage,
    standards.equipment,
    standards.ratio,
    standards.tests,
    records.method,
    records.confirmation,
    records.environment,
    records.result,
    people.tester,
    people.checker,
    people.approver,
    people.separation,
    installation.signing,
)


def examine(job: Job, *, approver: Person | None = None, approving_on: date | None = None) -> list[Finding]:
    """Every rule's finding for a job; with an approver, as for approval, else as a preview."""
    facts = load(job, approver=approver, approving_on=approving_on)
    return [finding for rule in RULES for finding in rule(facts)]


def is_open(findings: Iterable[Finding]) -> bool:
    """Whether nothing that blocks has failed."""
    return not any(finding.blocking and not finding.passed for finding in findings)


def check_refusal(job: Job, person: Person, day: date) -> str | None:
    """Why a person may not check this job on a day, or None."""
    if job.method is None:
        return _("The job has no method yet.")
    return refusal(Roll([person.pk], job.method), job, person, "check", day)
