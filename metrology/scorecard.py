"""The plan against the facts on any day: targets, their denominators, and who is how far.

A mean is taken over the regions that count on the day, one without a body counts as zero; "each" is
judged institute by institute, and a region without one does not reach it (rules of Target).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from metrology import indicators, roles
from metrology.actors import Actor
from metrology.indicators import ZERO, Indicator, Tally
from metrology.models import Organization, Region, Target, TargetRegion
from metrology.roles import Role

Aggregation = Target.Aggregation
FULL = Decimal(100)
NEAR = Decimal("0.8")
MONTHS = 24


@dataclass(frozen=True)
class Part:
    """A region, or an institute in it, with its figure beside what the target asks of it."""

    region: Region
    value: Decimal
    asked: Decimal
    body: Organization | None = None

    @property
    def distance(self) -> Decimal:
        return self.value - self.asked

    @property
    def reached(self) -> bool:
        return self.value >= self.asked


@dataclass(frozen=True)
class Goal:
    """A target on a day: the figure it is judged by, and the parts the figure is made of."""

    target: Target
    indicator: Indicator
    figure: Decimal
    asked: Decimal
    parts: Sequence[Part]

    @property
    def reached(self) -> bool:
        return bool(self.parts) and self.figure >= self.asked

    @property
    def share(self) -> Decimal:
        """How much of what is asked is there, in percent and at most 100."""
        return min(FULL, FULL * self.figure / self.asked) if self.asked else ZERO

    @property
    def missing(self) -> Decimal:
        return max(self.asked - self.figure, ZERO)

    @property
    def regions(self) -> list[Region]:
        return list({part.region.pk: part.region for part in self.parts}.values())


@dataclass(frozen=True)
class Rate:
    """A share of a whole; without a whole there is none."""

    indicator: Indicator
    value: Decimal
    of: Decimal

    @property
    def percent(self) -> Decimal | None:
        return (FULL * self.value / self.of).quantize(Decimal("0.1")) if self.of else None


@dataclass
class Facts:
    """All that one scorecard is reckoned from, fetched once for all of its days."""

    root: Region
    days: Sequence[date]
    regions: list[Region]
    bodies: list[Organization]
    authorities: dict[int, Organization]
    counted: list[TargetRegion]
    tallies: dict[str, list[Tally]] = field(default_factory=dict)

    def of(self, name: str, day: date, within: Collection[int] | None = None) -> list[Tally]:
        return [
            tally
            for tally in self.tallies.get(name, ())
            if tally.day == day and (within is None or tally.region in within)
        ]


def may_read(actor: Actor) -> bool:
    """Administrators, managers, and auditors of authorities and institutes read the figures of the plan."""
    if actor.role in roles.ADMINISTRATORS or actor.role == Role.MANAGER:
        return True
    return actor.role == Role.AUDITOR and actor.side in ("authority", "institute")


def is_inside(actor: Actor, region: Region) -> bool:
    """Whether the actor may see more of a region than its figures."""
    if actor.side == "authority":
        return region.path.startswith(actor.region_path)
    return actor.side == "institute" and region.path == actor.region_path


def area_of(actor: Actor) -> list[Region]:
    """The regions of the plan the actor reads: the nearest city at or above its own region, and all below."""
    assert actor.organization is not None
    own = actor.organization.region
    top, _slash, _rest = own.path.partition("/")
    known = list(Region.objects.filter(path__startswith=f"{top}/").order_by("path"))
    above = [one for one in known if own.path.startswith(one.path) and one.level == Region.Level.CITY]
    root = above[-1] if above else own
    inside = [one for one in known if one.path.startswith(root.path)]
    return sorted(inside, key=lambda one: (one.level == Region.Level.ZONE, one.path))


def must_act(facts: Facts, goal: Goal, region: Region | None = None) -> Organization | None:
    """Who answers for a target: whom it names, or else the authority of the region, or else of the city."""
    own = facts.authorities.get(region.pk) if region is not None else None
    return goal.target.responsible or own or facts.authorities.get(facts.root.pk)


def gather(area: list[Region], days: Sequence[date], *, only_targets: bool = False) -> Facts:
    """One query for bodies and one for denominators, and one per indicator, whatever the days."""
    root = area[0]
    kinds = (Organization.Kind.INSTITUTE, Organization.Kind.AUTHORITY)
    bodies = list(
        Organization.objects.filter(kind__in=kinds, region__path__startswith=root.path).order_by(
            "region__path", "name_zh", "pk"
        )
    )
    facts = Facts(
        root=root,
        days=days,
        regions=area,
        bodies=[body for body in bodies if body.kind == Organization.Kind.INSTITUTE],
        authorities={body.region_id: body for body in bodies if body.kind == Organization.Kind.AUTHORITY},
        counted=list(
            TargetRegion.objects.filter(region__path__startswith=root.path)
            .select_related("target__responsible")
            .order_by("target__indicator", "target__year", "pk")
        ),
    )
    asked = {row.target.indicator for row in facts.counted}
    for indicator in indicators.all_of():
        if indicator.name in asked or not only_targets:
            facts.tallies[indicator.name] = list(indicator.count(days, root.path))
    return facts


def goals(facts: Facts, day: date) -> list[Goal]:
    """The targets that speak of a day, in the order of their indicators, the city's before the counties'."""
    by_target: dict[int, list[TargetRegion]] = defaultdict(list)
    for row in facts.counted:
        by_target[row.target_id].append(row)
    chosen = _speaking(({rows[0].target.pk: rows[0].target for rows in by_target.values()}).values(), day)
    found = [
        _goal(facts, day, target, indicators.offered[target.indicator], by_target[target.pk])
        for target in chosen
        if target.indicator in facts.tallies
    ]
    return sorted(found, key=_place)


def _place(goal: Goal) -> tuple[int, bool, int]:
    return goal.indicator.position, goal.target.aggregation != Aggregation.TOTAL, goal.target.pk


def _speaking(targets: Iterable[Target], day: date) -> list[Target]:
    """Per indicator and level the target of the nearest year to come, or else the last one set."""
    series: dict[tuple[str, str], list[Target]] = defaultdict(list)
    for target in targets:
        series[target.indicator, target.level].append(target)
    return [
        min(
            (one for one in known if one.year >= day.year),
            key=lambda one: one.year,
            default=max(known, key=lambda one: one.year),
        )
        for known in series.values()
    ]


def _goal(
    facts: Facts, day: date, target: Target, indicator: Indicator, rows: Iterable[TargetRegion]
) -> Goal:
    counted = {
        row.region_id
        for row in rows
        if row.valid_from <= day and (row.valid_to is None or row.valid_to >= day)
    }
    regions = [region for region in facts.regions if region.pk in counted]
    held = facts.of(indicator.name, day, counted)
    if target.aggregation == Aggregation.EACH and not indicator.is_rate:
        parts = _each(facts, day, regions, held, target.value)
    else:
        own = {
            region.pk: _sum(indicator, [one for one in held if one.region == region.pk]) for region in regions
        }
        alone = target.aggregation != Aggregation.TOTAL or len(regions) == 1
        asked = target.value if alone else ZERO
        parts = [Part(region, own[region.pk], asked) for region in regions]
    if target.aggregation == Aggregation.EACH:
        reached = Decimal(sum(part.reached for part in parts))
        return Goal(target, indicator, reached, Decimal(len(parts)), parts)
    if target.aggregation == Aggregation.TOTAL:
        return Goal(target, indicator, _sum(indicator, held), target.value, parts)
    mean = sum((part.value for part in parts), ZERO) / len(parts) if parts else ZERO
    return Goal(target, indicator, mean, target.value, parts)


def _sum(indicator: Indicator, held: Sequence[Tally]) -> Decimal:
    """A total; of a rate, the percentage of the whole."""
    value = sum((tally.value for tally in held), ZERO)
    if not indicator.is_rate:
        return value
    return Rate(indicator, value, sum((tally.of for tally in held), ZERO)).percent or ZERO


def _each(
    facts: Facts, day: date, regions: Iterable[Region], held: Iterable[Tally], asked: Decimal
) -> list[Part]:
    values = {tally.body: tally.value for tally in held}
    parts: list[Part] = []
    for region in regions:
        bodies = [body for body in facts.bodies if body.region_id == region.pk and _existed(body, day)]
        parts += [Part(region, values.get(body.pk, ZERO), asked, body) for body in bodies]
        if not bodies:
            parts.append(Part(region, ZERO, asked))
    return parts


def _existed(body: Organization, day: date) -> bool:
    founded = body.established_on is None or body.established_on <= day
    return founded and (body.dissolved_on is None or body.dissolved_on >= day)


def rates(facts: Facts, day: date, region: Region | None = None) -> list[Rate]:
    """Coverage and on-time of the whole area, or of one region and what lies below it."""
    within = None
    if region is not None:
        within = {one.pk for one in facts.regions if one.path.startswith(region.path)}
    found = []
    for indicator in indicators.all_of():
        if indicator.is_rate and indicator.name in facts.tallies:
            held = facts.of(indicator.name, day, within)
            value = sum((tally.value for tally in held), ZERO)
            found.append(Rate(indicator, value, sum((tally.of for tally in held), ZERO)))
    return found


def figures(facts: Facts, day: date) -> dict[int, dict[str, Any]]:
    """Per region its own figure of every indicator: a total, or a Rate."""
    found: dict[int, dict[str, Any]] = {region.pk: {} for region in facts.regions}
    for indicator in indicators.all_of():
        held = facts.of(indicator.name, day)
        for region in facts.regions:
            own = [tally for tally in held if tally.region == region.pk]
            value = sum((tally.value for tally in own), ZERO)
            whole = sum((tally.of for tally in own), ZERO)
            found[region.pk][indicator.name] = Rate(indicator, value, whole) if indicator.is_rate else value
    return found


def month_ends(last: date, count: int = MONTHS, step: int = 1) -> list[date]:
    """The last days of the months (or quarters) before a day, and the day itself at the end."""
    days: list[date] = []
    end = last.replace(day=1) - timedelta(days=1)
    while len(days) * step < count:
        if step == 1 or end.month % step == 0:
            days.append(end)
        end = end.replace(day=1) - timedelta(days=1)
    return [*reversed(days), last]
