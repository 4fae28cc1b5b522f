"""The gate's rules on people: each qualified for the method on the day of the act, and two of them."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from instruments.gate.facts import Facts
from instruments.gate.finding import Finding, judged
from instruments.gate.roll import refusal
from labs.models import Qualification
from metrology.models import Person


def tester(facts: Facts) -> Iterator[Finding]:
    """The tester, or before the start the person it is assigned to, on the test date."""
    person = facts.job.tester or facts.job.assignee
    if person is not None:
        yield _qualified(facts, "tester_qualified", person, "test", facts.day)
    elif not facts.is_preview:
        yield judged(
            "tester_qualified", False, _("The record has no tester."), _("Assign and start the job.")
        )


def checker(facts: Facts) -> Iterator[Finding]:
    """The checker, on the day of the check."""
    person = facts.job.checker
    if person is not None:
        yield _qualified(
            facts, "checker_qualified", person, "check", facts.job.checked_on or facts.approving_on
        )
    elif facts.approver is not None:
        yield judged(
            "checker_qualified",
            False,
            _("Nobody has checked this record."),
            _("Have another qualified person check it."),
        )


def approver(facts: Facts) -> Iterator[Finding]:
    """The approver, on the day of the approval."""
    if facts.approver is not None:
        yield _qualified(facts, "approver_qualified", facts.approver, "approve", facts.approving_on)


def separation(facts: Facts) -> Iterator[Finding]:
    """Tester ≠ checker and tester ≠ approver block, by person; checker = approver only warns."""
    job, way_out = facts.job, _("Let another qualified person do it.")
    if job.tester_id is None:
        return
    for rule, other, same, apart in (
        (
            "tester_is_not_checker",
            job.checker_id,
            _("The tester also checked the record."),
            _("Tester and checker are two people."),
        ),
        (
            "tester_is_not_approver",
            facts.approver.pk if facts.approver else None,
            _("The tester cannot approve the own measurement."),
            _("Tester and approver are two people."),
        ),
    ):
        if other is not None:
            is_same = other == job.tester_id
            yield judged(rule, not is_same, same if is_same else apart, way_out)
    if facts.approver is not None and job.checker_id is not None:
        is_same = job.checker_id == facts.approver.pk
        reason = (
            _("%(name)s checked it and approves it too.")
            if is_same
            else _("Checker and approver are two people.")
        )
        yield judged(
            "checker_is_not_approver",
            not is_same,
            reason % {"name": facts.approver.name},
            _("A third person is better; a small laboratory may go on."),
            blocking=False,
        )


def _qualified(facts: Facts, rule: str, person: Person, act: str, day: date) -> Finding:
    if facts.method is None or facts.roll is None:
        return judged(rule, False, _("The job has no method yet."), _("Start the job with a method version."))
    refused = refusal(facts.roll, facts.job, person, act, day)
    holds = _("%(name)s was qualified for “%(act)s” in %(method)s on %(day)s.") % {
        "name": person.name,
        "act": Qualification.Act(act).label,
        "method": facts.method.code,
        "day": day,
    }
    return judged(
        rule,
        refused is None,
        refused or holds,
        _("Let a qualified person act, or put the registration and qualification on record."),
    )
