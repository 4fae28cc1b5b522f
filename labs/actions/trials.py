"""Repeatability and stability of a standard, computed from readings and judged (JJF 1033; rules 8.3)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal

from django.utils.translation import gettext as _

from labs.models import RepeatabilityTest, StabilityTest, Standard
from labs.rules import employed, happened
from metrology import clock
from metrology.actors import Actor
from metrology.faults import Faults
from metrology.ledger import canonical, record, verb
from metrology.models import Person
from metrology.roles import Role
from metrology.science.intervals import due_on
from metrology.science.numerals import plain
from metrology.science.statistics import mean, standard_deviation

LEAST_READINGS = 10
LEAST_GROUPS = 4
MOST_READINGS = 200
_KEPT = Context(prec=12)


@dataclass(frozen=True)
class Group:
    """One group of readings of a stability test."""

    measured_on: date
    readings: Sequence[str]


@verb
def record_repeatability(
    standard: Standard,
    *,
    readings: Sequence[str],
    unit: str,
    by: Actor,
    tested_on: date | None = None,
    reference_s: str | None = None,
    need_still_met: bool = False,
    person: Person | None = None,
) -> RepeatabilityTest:
    """Compute s of at least ten readings and compare it with the s of the uncertainty budget.

    A larger s passes only if U, reckoned anew with it, still meets the need (`need_still_met`);
    then it is the reference from there on.
    """
    day, who, faults = _begun(standard, tested_on, person, by)
    texts = _readings(faults, readings, "/readings")
    given = faults.numeral(reference_s, "/reference_s") if reference_s else ""
    faults.stop()
    assert who is not None
    found = _text(standard_deviation([Decimal(text) for text in texts]))
    reference = given or _reference(standard)
    accepted = not reference or Decimal(found) <= Decimal(reference) or need_still_met
    made = RepeatabilityTest.objects.create(
        standard=standard,
        tested_on=day,
        readings=canonical(texts),
        unit=unit,
        s=found,
        reference_s=reference,
        accepted=accepted,
        person=who,
    )
    record(
        "standard.repeatability_tested",
        standard,
        by=by,
        organization=standard.institute,
        on=day,
        readings=texts,
        s=found,
        reference_s=reference,
        need_still_met=need_still_met,
        accepted=accepted,
    )
    return made


@verb
def record_stability(
    standard: Standard,
    *,
    groups: Sequence[Group],
    limit: str,
    unit: str,
    by: Actor,
    person: Person | None = None,
) -> StabilityTest:
    """Compute the stability of a standard and compare it with its limit.

    A new standard: the range of at least four group means, each group of ten or more readings, a
    month or more apart. Afterwards, yearly: this mean against the last one. `limit` is |MPE|, or U
    of the correction where the standard is used with one.
    """
    last_day = max((group.measured_on for group in groups), default=None)
    day, who, faults = _begun(standard, last_day, person, by)
    allowed = faults.numeral(limit, "/limit")
    known = standard.stability_tests.first()
    means = [] if known is None else [mean_of(known)]
    means += _means(faults, groups)
    _check_groups(faults, groups, is_new=known is None)
    faults.stop()
    assert who is not None
    found = max(means) - min(means)
    made = StabilityTest.objects.create(
        standard=standard,
        tested_on=day,
        means=canonical([_text(one) for one in means]),
        unit=unit,
        stability=_text(found),
        limit=allowed,
        accepted=found < Decimal(allowed),
        person=who,
    )
    record(
        "standard.stability_tested",
        standard,
        by=by,
        organization=standard.institute,
        on=day,
        groups=[[group.measured_on, *group.readings] for group in groups],
        stability=made.stability,
        limit=allowed,
        accepted=made.accepted,
    )
    return made


def mean_of(test: StabilityTest) -> Decimal:
    """The mean found last in an earlier test, with which the next one is compared."""
    means: list[str] = json.loads(test.means)
    return Decimal(means[-1])


def _begun(
    standard: Standard, tested_on: date | None, person: Person | None, by: Actor
) -> tuple[date, Person | None, Faults]:
    by.require(Role.MANAGER, Role.STAFF, within=standard.institute)
    day = tested_on or clock.today()
    who = person or by.person
    faults = Faults()
    happened(faults, day, "/tested_on")
    if who is None:
        faults.add("/person", _("Say who did it."))
    employed(faults, who, standard.institute, day)
    return day, who, faults


def _readings(faults: Faults, readings: Sequence[str], pointer: str) -> list[str]:
    faults.unless(
        LEAST_READINGS <= len(readings) <= MOST_READINGS,
        pointer,
        _("From %(least)d to %(most)d readings are needed.")
        % {"least": LEAST_READINGS, "most": MOST_READINGS},
    )
    return [faults.numeral(text, f"{pointer}/{place}") for place, text in enumerate(readings)]


def _means(faults: Faults, groups: Sequence[Group]) -> list[Decimal]:
    texts = [
        _readings(faults, group.readings, f"/groups/{place}/readings") for place, group in enumerate(groups)
    ]
    return [mean([Decimal(text) for text in row]) for row in texts if row and all(row)]


def _check_groups(faults: Faults, groups: Sequence[Group], *, is_new: bool) -> None:
    if is_new:
        enough = len(groups) >= LEAST_GROUPS
        faults.unless(enough, "/groups", _("A new standard needs at least four groups of readings."))
    else:
        faults.unless(len(groups) == 1, "/groups", _("The yearly test is one group of readings."))
    for place in range(1, len(groups)):
        earliest = due_on(groups[place - 1].measured_on, 1, minus_one_day=False)
        faults.unless(
            groups[place].measured_on >= earliest,
            f"/groups/{place}/measured_on",
            _("Groups lie a month or more apart, in order."),
        )


def _reference(standard: Standard) -> str:
    last = standard.repeatability_tests.filter(accepted=True).first()
    if last is None:
        return ""
    if not last.reference_s or Decimal(last.s) > Decimal(last.reference_s):
        return last.s
    return last.reference_s


def _text(number: Decimal) -> str:
    return plain(_KEPT.plus(number))
