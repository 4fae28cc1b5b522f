"""The scorecard as JSON: the same figures as the cockpit, of any day and region."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from metrology import clock, indicators, scorecard
from metrology.doors import FIRST_DAY, LAST_DAY
from metrology.errors import Forbidden, Invalid
from metrology.models import Region
from metrology.resources.sessions import ActingView
from metrology.scorecard import Facts, Goal, Part, Rate

PARAMETERS = [
    OpenApiParameter("as_of", date, description="Any day, past or to come; today unless told."),
    OpenApiParameter("region", str, description="The key of a region: only what lies in it."),
]


class PartSerializer(serializers.Serializer[Any]):
    """A region, or an institute in it, that a target counts."""

    region = serializers.CharField()
    institute = serializers.CharField(allow_null=True)
    value = serializers.CharField()
    distance = serializers.CharField()
    reached = serializers.BooleanField()


class GoalSerializer(serializers.Serializer[Any]):
    """A target: `figure` is compared with `asked` (institutes that reach it, for "each")."""

    indicator = serializers.CharField()
    level = serializers.CharField()
    year = serializers.IntegerField()
    aggregation = serializers.CharField()
    target = serializers.CharField()
    figure = serializers.CharField()
    asked = serializers.CharField()
    reached = serializers.BooleanField()
    responsible = serializers.CharField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]  # the name of a column of ours
    denominator = serializers.ListField(child=serializers.CharField())
    parts = PartSerializer(many=True)


class RateSerializer(serializers.Serializer[Any]):
    """A share of a whole; `percent` is null where there is nothing to count."""

    indicator = serializers.CharField()
    value = serializers.CharField()
    of = serializers.CharField()
    percent = serializers.CharField(allow_null=True)


class RegionFiguresSerializer(serializers.Serializer[Any]):
    """One region's own figures by indicator."""

    region = serializers.CharField()
    figures = serializers.DictField(child=serializers.CharField(allow_null=True))


class ScorecardSerializer(serializers.Serializer[Any]):
    as_of = serializers.DateField()
    region = serializers.CharField()
    targets = GoalSerializer(many=True)
    rates = RateSerializer(many=True)
    regions = RegionFiguresSerializer(many=True)


class ScorecardView(ActingView):
    """The plan against the facts of a day, for administrators, managers and auditors."""

    @extend_schema(parameters=PARAMETERS, responses=ScorecardSerializer, operation_id="scorecard")
    def get(self, request: Request) -> Response:
        actor = self.actor(request)
        if not scorecard.may_read(actor):
            raise Forbidden(_("Your role does not read the plan's figures."))
        day = _day(request.query_params.get("as_of", ""))
        area = scorecard.area_of(actor)
        region = _region(area, request.query_params.get("region", ""))
        return Response(card(scorecard.gather(area, [day]), day, region))


def _day(text: str) -> date:
    if not text:
        return clock.today()
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Invalid({"/as_of": [_("This is not a day: write it like 2026-03-31.")]}) from error
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Invalid({"/as_of": [_("Choose a day from 1900 to 2199.")]})
    return day


def _region(area: list[Region], key: str) -> Region:
    found = next((one for one in area if key in ("", one.key)), None)
    if found is None:
        raise Invalid({"/region": [_("There is no such object.")]})
    return found


def card(facts: Facts, day: date, region: Region) -> dict[str, Any]:
    """The whole answer; figures are text, so that no digit is lost."""
    inside = {one.pk: one.key for one in facts.regions if one.path.startswith(region.path)}
    own = scorecard.figures(facts, day)
    goals = scorecard.goals(facts, day)
    return {
        "as_of": day.isoformat(),
        "region": region.key,
        "targets": [
            _goal(goal, inside) for goal in goals if any(part.region.pk in inside for part in goal.parts)
        ],
        "rates": [_rate(rate) for rate in scorecard.rates(facts, day, region)],
        "regions": [
            {
                "region": key,
                "figures": {one.name: _figure(own[pk][one.name]) for one in indicators.all_of()},
            }
            for pk, key in inside.items()
        ],
    }


def _goal(goal: Goal, inside: dict[int, str]) -> dict[str, Any]:
    target = goal.target
    return {
        "indicator": target.indicator,
        "level": target.level,
        "year": target.year,
        "aggregation": target.aggregation,
        "target": f"{target.value:f}",
        "figure": f"{goal.figure:.4f}".rstrip("0").rstrip("."),
        "asked": f"{goal.asked:f}",
        "reached": goal.reached,
        "responsible": str(target.responsible.public_id) if target.responsible else None,
        "source": target.source,
        "denominator": [region.key for region in goal.regions],
        "parts": [_part(part) for part in goal.parts if part.region.pk in inside],
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "region": part.region.key,
        "institute": str(part.body.public_id) if part.body else None,
        "value": f"{part.value:f}",
        "distance": f"{part.distance:f}",
        "reached": part.reached,
    }


def _rate(rate: Rate) -> dict[str, Any]:
    percent = rate.percent
    return {
        "indicator": rate.indicator.name,
        "value": f"{rate.value:f}",
        "of": f"{rate.of:f}",
        "percent": None if percent is None else f"{percent:f}",
    }


def _figure(value: Any) -> str | None:
    if isinstance(value, Rate):
        return None if value.percent is None else f"{value.percent:f}"
    return f"{value:f}"
