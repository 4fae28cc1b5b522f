"""Is a result within its limits? Rules by name, in exact decimals; a limit met exactly is met."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from enum import StrEnum

from metrology.science.errors import ConformityError, gettext_noop


class Verdict(StrEnum):
    """What a rule can say; never a boolean, because the third answer is real."""

    PASS = "pass"  # noqa: S105  a verdict, not a password
    FAIL = "fail"
    UNDETERMINED = "undetermined"
    CONDITIONAL_PASS = "conditional_pass"  # noqa: S105  a verdict, not a password
    CONDITIONAL_FAIL = "conditional_fail"


_WORST_FIRST = (
    Verdict.FAIL,
    Verdict.CONDITIONAL_FAIL,
    Verdict.UNDETERMINED,
    Verdict.CONDITIONAL_PASS,
    Verdict.PASS,
)

Limit = Decimal | None
Rule = Callable[[Decimal, Limit, Limit, Decimal | None], Verdict]


def judge(
    rule: str, value: Decimal, *, low: Limit = None, high: Limit = None, expanded: Decimal | None = None
) -> Verdict:
    """The verdict of a named rule on one value; `expanded` is its U, for the rules that ask for it."""
    if rule not in RULES:
        raise ConformityError("unknown_rule", gettext_noop("Unknown decision rule: %(rule)s."), rule=rule)
    if low is None and high is None:
        raise ConformityError("no_limit", gettext_noop("A decision needs at least one limit."))
    if low is not None and high is not None and low > high:
        raise ConformityError("limits_crossed", gettext_noop("The lower limit lies above the upper limit."))
    return RULES[rule](value, low, high, expanded)


def overall(verdicts: Iterable[Verdict]) -> Verdict | None:
    """The worst of many verdicts; None if nothing was judged."""
    found = set(verdicts)
    return next((verdict for verdict in _WORST_FIRST if verdict in found), None)


def jjg_simple(value: Decimal, low: Limit, high: Limit, expanded: Decimal | None) -> Verdict:
    """Simple acceptance: the regulation has limited the uncertainty itself, so there is no guard band."""
    inside = (low is None or value >= low) and (high is None or value <= high)
    return Verdict.PASS if inside else Verdict.FAIL


def jjf1094(value: Decimal, low: Limit, high: Limit, expanded: Decimal | None) -> Verdict:
    """JJF 1094-2002: simple acceptance while U <= MPEV/3, otherwise limits tightened and widened by U."""
    if expanded is None or expanded < 0:
        raise ConformityError(
            "uncertainty_needed", gettext_noop("This rule needs the expanded uncertainty of the result.")
        )
    if expanded * 3 <= _half_width(low, high):
        return jjg_simple(value, low, high, expanded)
    if (high is not None and value >= high + expanded) or (low is not None and value <= low - expanded):
        return Verdict.FAIL
    if (high is None or value <= high - expanded) and (low is None or value >= low + expanded):
        return Verdict.PASS
    return Verdict.UNDETERMINED


def _half_width(low: Limit, high: Limit) -> Decimal:
    """MPEV: half the distance of two limits, the size of a single one."""
    if low is not None and high is not None:
        return (high - low) / 2
    limit = high if high is not None else low
    return abs(limit) if limit is not None else Decimal()


RULES: dict[str, Rule] = {"jjg_simple": jjg_simple, "jjf1094": jjf1094}
