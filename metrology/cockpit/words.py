"""How the plan's figures are said: numbers, distances, and the sentence of each target."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from metrology.indicators import Indicator
from metrology.models import Region, Target
from metrology.scorecard import NEAR, Goal, Part, Rate

COUNTIES = (Region.Level.COUNTY, Region.Level.DISTRICT, Region.Level.COUNTY_CITY)

STATES = {"good": "passed", "warn": "pending", "bad": "failed"}


def number(value: Decimal, places: int = 2) -> str:
    """A figure for reading: thousands set apart, no zeros behind the last digit that counts."""
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN).normalize()
    return f"{rounded:,f}"


def with_unit(value: Decimal, indicator: Indicator) -> str:
    unit = indicator.unit if indicator.unit in ("m²", "%") else ""
    return f"{number(value)} {unit}".strip()


def percent(rate: Rate) -> str:
    """A rate, or that there was nothing to reckon it from."""
    return "—" if rate.percent is None else f"{rate.percent:f} %"


def figure(indicator: Indicator, value: Any) -> str:
    return percent(value) if isinstance(value, Rate) else with_unit(value, indicator)


def sentence(goal: Goal) -> str:
    """What the bar says: the figure, what is asked, and over what it is reckoned."""
    asked = with_unit(goal.target.value, goal.indicator)
    if goal.target.aggregation == Target.Aggregation.EACH:
        count = len(goal.parts)
        said = ngettext(
            "%(reached)s of %(count)d institute reaches %(asked)s",
            "%(reached)s of %(count)d institutes reach %(asked)s",
            count,
        )
        return said % {"reached": number(goal.figure), "count": count, "asked": asked}
    own = number(goal.figure, 1)
    if goal.target.aggregation == Target.Aggregation.MEAN:
        count = len(goal.regions)
        said = ngettext(
            "%(own)s of %(asked)s, mean of %(count)d county",
            "%(own)s of %(asked)s, mean of %(count)d counties",
            count,
        )
        return said % {"own": own, "asked": asked, "count": count}
    return _("%(own)s of %(asked)s") % {"own": own, "asked": asked}


def verdict(goal: Goal) -> str:
    if goal.reached:
        return _("Reached")
    if not goal.parts:
        return _("No region counts on this day")
    missing = number(goal.missing, 1)
    if goal.target.aggregation == Target.Aggregation.EACH:
        return _("%(count)s below") % {"count": missing}
    if goal.target.aggregation == Target.Aggregation.MEAN:
        return _("%(count)s short on average") % {"count": missing}
    return _("%(count)s short") % {"count": with_unit(goal.missing, goal.indicator)}


def tone(part: Part) -> str:
    """The colour family of a distance; the word beside it says the same."""
    if part.reached:
        return "good"
    return "warn" if part.value >= NEAR * part.asked else "bad"


def distance(part: Part, indicator: Indicator) -> str:
    """How far from what is asked: reached, reached with so much over, or so much short."""
    if part.distance > 0:
        return _("%(count)s over") % {"count": with_unit(part.distance, indicator)}
    if part.distance == 0:
        return _("Reached")
    return _("%(count)s short") % {"count": with_unit(-part.distance, indicator)}


def scope_of(goal: Goal) -> str:
    """Whose target it is."""
    if goal.target.level in COUNTIES:
        return _("Counties")
    return str(goal.target.get_level_display())
