"""The gate's rules on standards and equipment, as of the test date (rules 7, 1–4 and 9)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Protocol

from django.utils.translation import gettext as _

from instruments.gate.facts import Facts
from instruments.gate.finding import Finding, judged
from instruments.gate.ratio import ratio
from labs.models import (
    Authorisation,
    Standard,
    StandardEquipment,
    StandardItem,
    StatusPeriod,
    TraceCertificate,
)
from metrology.models import Region
from metrology.science.evaluation import PointPlan

__all__ = ["authorisation", "coverage", "equipment", "examination", "in_use", "licence", "ratio", "tests"]

YEAR = timedelta(days=366)


class Dated(Protocol):
    number: Any
    valid_from: Any
    valid_to: Any
    revoked_on: Any


def examination(facts: Facts) -> Iterator[Finding]:
    """Rule 1: the examination certificate (考核证书) is valid."""
    rule = "examination_certificate"
    if not facts.is_verification:
        yield judged(rule, True, _("A calibration needs no examination certificate."), "")
    elif facts.standard is None:
        yield _no_standard(rule)
    else:
        rows = list(facts.standard.exam_certificates.all())
        holds, words = _validity(rows, facts.day)
        yield judged(
            rule,
            bool(holds),
            _("Examination certificate of “%(name)s”: %(words)s.")
            % {"name": facts.standard.name, "words": words},
            _("Put the renewed certificate on record, or use another standard."),
        )


def licence(facts: Facts) -> Iterator[Finding]:
    """Rule 2: the public-standard licence (社会公用计量标准证书) is valid and covers the region."""
    rule = "public_licence"
    if not facts.is_verification:
        yield judged(rule, True, _("A calibration needs no public-standard licence."), "")
        return
    if facts.standard is None:
        yield _no_standard(rule)
        return
    if facts.standard.category not in Standard.PUBLIC:
        yield judged(rule, True, _("“%(name)s” is no public standard.") % {"name": facts.standard.name}, "")
        return
    rows = list(facts.standard.public_licences.prefetch_related("regions"))
    holds, words = _validity(rows, facts.day)
    region = facts.job.instrument.region
    covered = any(_covers(row.regions.all(), region) for row in holds)
    named = {"name": facts.standard.name, "words": words, "region": region.name}
    reason = _("Public-standard licence of “%(name)s”: %(words)s.") % named
    if holds and not covered:
        reason = _("The public-standard licence of “%(name)s” does not cover %(region)s.") % named
    yield judged(
        rule, covered, reason, _("Put a valid licence for this region on record, or use another standard.")
    )


def authorisation(facts: Facts) -> Iterator[Finding]:
    """Rule 3: the institute is authorised for the method in the region; calibrating, only if it claims so."""
    rule, region = "authorisation", facts.job.instrument.region
    rows = list(
        Authorisation.objects.filter(institute=facts.institute, methods=facts.method).prefetch_related(
            "regions"
        )
    )
    named = {
        "institute": facts.institute.name,
        "method": facts.method.code if facts.method else "–",
        "region": region.name,
    }
    if not facts.is_verification and not rows:
        yield judged(rule, True, _("%(institute)s claims no authorisation for %(method)s.") % named, "")
        return
    way_out = _("Put the authorisation for this method and region on record.")
    if not rows:
        yield judged(rule, False, _("%(institute)s is not authorised for %(method)s.") % named, way_out)
        return
    holds, words = _validity(rows, facts.day)
    covered = any(_covers(list(row.regions.all()) or [facts.institute.region], region) for row in holds)
    reason = _("Authorisation for %(method)s: %(words)s.") % {**named, "words": words}
    if holds and not covered:
        reason = _("The authorisation for %(method)s does not cover %(region)s.") % named
    yield judged(rule, covered, reason, way_out)


def in_use(facts: Facts) -> Iterator[Finding]:
    """The standard was in use, neither suspended nor cancelled, on the test date."""
    rule = "standard_in_use"
    if facts.standard is None:
        if facts.is_verification:
            yield _no_standard(rule)
        return
    period: StatusPeriod | None = facts.standard.status_periods.valid_on(facts.day).last()
    named = {
        "name": facts.standard.name,
        "day": facts.day,
        "status": period.get_status_display() if period else _("not yet in use"),
    }
    yield judged(
        rule,
        period is not None and period.status == StatusPeriod.Status.IN_USE,
        _("“%(name)s” was “%(status)s” on %(day)s.") % named,
        _("Use a standard in use, or resume this one first."),
    )


def coverage(facts: Facts) -> Iterator[Finding]:
    """Every point lies within the range and class of one item of the standard."""
    rule = "range_and_class"
    if facts.standard is None:
        if facts.is_verification:
            yield _no_standard(rule)
        return
    items = list(
        StandardItem.objects.valid_on(facts.day)
        .filter(standard=facts.standard, method=facts.method)
        .order_by("pk")
    )
    if not items:
        named = {"name": facts.standard.name, "method": facts.method.code if facts.method else "–"}
        reason = _("“%(name)s” has no item for %(method)s on the test date.") % named
        yield judged(rule, False, reason, _("Choose the standard that has this item."))
        return
    plans = facts.record.plans if facts.record else ()
    faults = [_fault(item, facts, plans) for item in items]
    fits = None in faults
    reason = _("Every point lies within “%(name)s”.") % {"name": facts.standard.name}
    yield judged(
        rule,
        fits,
        reason if fits else next(fault for fault in faults if fault),
        _("Choose a standard whose item covers every point and the class."),
    )


def equipment(facts: Facts) -> Iterator[Finding]:
    """Rule 4: every piece had a valid trace certificate on the test date and was normal before use."""
    way_out = _("Trace it first and measure again, or use another piece.")
    if not any(use.role == StandardEquipment.Role.MASTER for use in facts.uses):
        yield judged("trace_certificate", False, _("No master standard is on record for this job."), way_out)
    for use in facts.uses:
        named = {"name": str(use.equipment), "note": use.note, "day": facts.day}
        rows = [use.trace_certificate] if use.trace_certificate else []
        holds, words = _validity(rows, facts.day)
        if rows or use.role in StandardEquipment.TRACEABLE:
            reason = _("%(name)s: %(words)s.") % {**named, "words": words}
            yield judged("trace_certificate", bool(holds), reason, way_out)
        normal, abnormal = (
            _("%(name)s was normal before use."),
            _("%(name)s was abnormal before use: %(note)s"),
        )
        yield judged(
            "equipment_condition", use.is_normal, (normal if use.is_normal else abnormal) % named, way_out
        )


def tests(facts: Facts) -> Iterator[Finding]:
    """Rule 9, a warning: repeatability and stability were tested within a year."""
    if facts.standard is None:
        return
    for rule, name, rows in (
        ("repeatability", _("repeatability test"), facts.standard.repeatability_tests),
        ("stability", _("stability test"), facts.standard.stability_tests),
    ):
        last = rows.filter(tested_on__lte=facts.day, accepted=True).order_by("-tested_on").first()
        named = {"test": name, "name": facts.standard.name, "day": last.tested_on if last else ""}
        known = _("The last %(test)s of “%(name)s” was on %(day)s.")
        absent = _("“%(name)s” has no accepted %(test)s.")
        yield judged(
            rule,
            last is not None and facts.day - last.tested_on <= YEAR,
            (known if last else absent) % named,
            _("Do the yearly test and put it on record."),
            blocking=False,
        )


def _no_standard(rule: str) -> Finding:
    return judged(
        rule,
        False,
        _("No measurement standard is chosen."),
        _("Start the job with the standard that was used."),
    )


def _validity(rows: Sequence[Dated | TraceCertificate], day: date) -> tuple[list[Any], str]:
    """The rows that hold on a day, and words about the one that says most."""
    holds = [
        row
        for row in rows
        if row.valid_from <= day <= row.valid_to and (row.revoked_on is None or row.revoked_on > day)
    ]
    if not rows:
        return [], _("none is on record for %(day)s") % {"day": day}
    row = max(holds or rows, key=lambda one: one.valid_to)
    named = {
        "number": row.number,
        "day": day,
        "from": row.valid_from,
        "to": row.valid_to,
        "revoked": row.revoked_on,
    }
    if row.valid_to < day:
        return holds, _("%(number)s ended on %(to)s, before the test date %(day)s") % named
    if row.valid_from > day:
        return holds, _("%(number)s begins on %(from)s, after the test date %(day)s") % named
    if not holds:
        return holds, _("%(number)s was revoked on %(revoked)s, not after the test date %(day)s") % named
    return holds, _("%(number)s holds until %(to)s, test date %(day)s") % named


def _covers(regions: Iterable[Region], region: Region) -> bool:
    return any(region.path.startswith(one.path) for one in regions)


def _fault(item: StandardItem, facts: Facts, plans: Sequence[PointPlan]) -> str | None:
    """What of the job lies outside an item, in words, or None."""
    given = facts.job.parameters.get("accuracy_class") or facts.job.instrument.accuracy_class
    classes = [part.strip() for part in item.accuracy_classes.replace("，", ",").split(",") if part.strip()]
    if classes and (facts.record or given) and not any(_same(given, one) for one in classes):
        named = {"given": given or "–", "classes": ", ".join(classes)}
        return _("Class %(given)s is not among the classes of the standard's item: %(classes)s.") % named
    if not (item.range_low or item.range_high):
        return None
    for plan in plans:
        if plan.nominal and not _inside(item, plan):
            named = {
                "point": f"{plan.nominal} {plan.unit}",
                "low": item.range_low or "…",
                "high": item.range_high or "…",
                "unit": item.unit,
            }
            return _("The point %(point)s lies outside %(low)s to %(high)s %(unit)s.") % named
    return None


def _inside(item: StandardItem, plan: PointPlan) -> bool:
    if item.unit != plan.unit:
        return False
    value = Decimal(plan.nominal)
    return (not item.range_low or Decimal(item.range_low) <= value) and (
        not item.range_high or value <= Decimal(item.range_high)
    )


def _same(one: str, other: str) -> bool:
    try:
        return Decimal(one) == Decimal(other)
    except ArithmeticError:
        return one == other
