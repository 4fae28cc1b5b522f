"""The gate's rules on the method, the climate and the result (rules 7, 5 and 7)."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from instruments import evaluate
from instruments.choice import usable_versions
from instruments.gate.facts import Facts
from instruments.gate.finding import Finding, judged
from labs.models import Confirmation
from metrology.science.conformity import Verdict

Limits = tuple[str, str, str, str, bool]


def method(facts: Facts) -> Iterator[Finding]:
    """Rule 5: the edition was in force on the test date."""
    rule = "method_in_force"
    if facts.version is None:
        yield judged(
            rule,
            False,
            _("No method version is chosen."),
            _("Confirm a version of an edition in force, or name one at the start."),
        )
        return
    edition, day = facts.version.edition, facts.day
    named = {"code": edition.code, "from": edition.valid_from, "to": edition.valid_to, "day": day}
    if edition.valid_from > day:
        holds, reason = (
            False,
            _("%(code)s comes into force on %(from)s, after the test date %(day)s.") % named,
        )
    elif edition.valid_to is not None and edition.valid_to < day:
        holds, reason = False, _("%(code)s was in force until %(to)s, before the test date %(day)s.") % named
    else:
        holds, reason = True, _("%(code)s was in force on %(day)s.") % named
    yield judged(rule, holds, reason, _("Measure by the edition in force."))


def confirmation(facts: Facts) -> Iterator[Finding]:
    """The data of the method are confirmed by two people of the institute (rules 5)."""
    rule = "method_confirmed"
    if facts.version is None:
        return
    if facts.institute.is_demo:
        yield judged(
            rule, True, _("A demonstration body needs no confirmation; its documents are watermarked."), ""
        )
        return
    words = Confirmation.objects.latest_words().filter(version=facts.version, institute=facts.institute)
    agreeing = sum(words.values_list("agrees", flat=True))
    yield judged(
        rule,
        usable_versions(facts.institute).filter(pk=facts.version.pk).exists(),
        _("%(version)s: %(agreeing)d of %(heard)d people of %(institute)s asked stand by its data; two must.")
        % {
            "version": facts.version,
            "agreeing": agreeing,
            "heard": len(words),
            "institute": facts.institute.name,
        },
        _("Let two people compare the data with the official text and confirm them."),
    )


def environment(facts: Facts) -> Iterator[Finding]:
    """Rule 7: the climate was within the limits of the method and of the room."""
    for key, name, low, high, is_required in _limits(facts):
        text = str(getattr(facts.job, key, ""))
        named = {"name": name, "text": text, "low": low or "…", "high": high or "…"}
        if not hasattr(facts.job, key):
            reason = (
                _("%(name)s has no place in the record; the method asks for %(low)s to %(high)s.") % named
            )
            yield judged("environment", False, reason, _("Compare it by hand."), blocking=False)
            continue
        if not text:
            late = is_required and not facts.is_preview
            reason = _("%(name)s is not on record.") % named
            yield judged("environment", not late, reason, _("Return the record and note the climate."))
            continue
        values = [Decimal(part) for part in text.split("~") if _number(part)]
        inside = (
            bool(values)
            and (not low or Decimal(low) <= min(values))
            and (not high or max(values) <= Decimal(high))
        )
        within, beyond = (
            _("%(name)s %(text)s lies within %(low)s to %(high)s."),
            _("%(name)s %(text)s lies outside %(low)s to %(high)s."),
        )
        yield judged(
            "environment",
            inside,
            (within if inside else beyond) % named,
            _("Measure again in the right climate."),
        )


def result(facts: Facts) -> Iterator[Finding]:
    """A result is stored, belongs to the present readings, and says what the document must say."""
    rule, way_out = "result", _("Return the record to the tester and submit it again.")
    record = facts.record
    if record is None or facts.is_preview:
        return
    kept = evaluate.latest(record, record.final_adjustment)
    if kept is None:
        yield judged(rule, False, _("No result has been computed."), way_out)
        return
    evaluation = evaluate.preview(record, record.final_adjustment)
    if evaluation.input_hash != kept.input_hash:
        yield judged(rule, False, _("The stored result does not belong to the present readings."), way_out)
    elif not evaluation.complete:
        yield judged(rule, False, _("The record is not complete."), way_out)
    elif facts.is_verification and kept.verdict not in (Verdict.PASS, Verdict.FAIL):
        reason = _("The verdict is “%(verdict)s”; a verification passes or fails.") % {
            "verdict": kept.verdict or "–"
        }
        yield judged(rule, False, reason, _("Measure with a smaller uncertainty, or agree on a rule."))
    elif facts.job.item.wants_verdict and not kept.verdict:
        reason = _("A statement of conformity is wanted, but nothing was judged.")
        yield judged(rule, False, reason, _("Use a method version that has limits."))
    else:
        yield judged(rule, True, _("The result belongs to the present readings."), "")


def _limits(facts: Facts) -> Iterator[Limits]:
    """The climate the method asks for, and the climate the room must keep."""
    names = {
        "temperature": _("Temperature (°C)"),
        "humidity": _("Relative humidity (%)"),
        "pressure": _("Air pressure"),
    }
    for limit in facts.document.environment if facts.document else ():
        low = "" if limit.min is None else str(limit.min)
        high = "" if limit.max is None else str(limit.max)
        yield limit.key, names.get(limit.key, limit.en), low, high, limit.required
    room = facts.job.room
    if room is None:
        return
    for key in ("temperature", "humidity"):
        low, high = (_number(getattr(room, f"{key}_{end}")) for end in ("min", "max"))
        if low or high:
            yield (
                key,
                _("%(name)s in room %(room)s") % {"name": names[key], "room": room.name},
                low,
                high,
                False,
            )


def _number(text: str) -> str:
    try:
        return str(Decimal(text)) if text else ""
    except InvalidOperation:
        return ""
