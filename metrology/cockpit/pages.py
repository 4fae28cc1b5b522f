"""The cockpit: the plan on any day, one region, and what ends next.

The figures of regions are published to every administrator; rows behind them are read through
`visible_to`, and a region outside one's own answers as one that is not there (rules 4.9).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metrology import charts, clock, expiries, exports, indicators, scorecard
from metrology.actors import Actor
from metrology.cartogram import draw
from metrology.cockpit import tables, words
from metrology.doors import FIRST_DAY, LAST_DAY
from metrology.indicators import Indicator
from metrology.models import Region
from metrology.navigation import WORKING
from metrology.pages import ActingView, Table
from metrology.scorecard import FULL, Facts, Goal

VIEWS = (
    ("map", gettext_lazy("Tiles"), "map-pin"),
    ("table", gettext_lazy("Table"), "list"),
    ("trend", gettext_lazy("Trend"), "chart-bar"),
)
STEPS = {"month": 1, "quarter": 3}
WITHIN = (30, 60, 90, 180)
SHOWN, NEXT = 100, 10
OVERVIEW = "overview"


class CockpitPage(ActingView):
    """A page of figures as of a day in the query string; those it is not for are refused."""

    template_name: ClassVar[str]

    def get(self, request: HttpRequest, **given: Any) -> HttpResponseBase:
        if not self.is_for(self.actor):
            raise PermissionDenied
        self.faults: list[str] = []
        self.query = {name: str(value) for name, value in request.GET.items() if name != exports.PARAMETER}
        self.day = self.asked_day(request.GET.get("as_of", ""))
        context = self.content(**given)
        wanted = exports.asked(request)
        shown: Table = context["table"]
        if wanted and not self.faults:
            title = f"{context['title']} {shown.heading}"
            return exports.respond(wanted, title, shown.columns, shown.rows)
        context |= {
            "day": self.day,
            "is_today": self.day == clock.today(),
            "is_ahead": self.day > clock.today(),
            "fault": " ".join(self.faults),
            "exports": exports.links(request),
            "query": self.query,
        }
        return render(request, self.template_name, context, status=400 if self.faults else 200)

    def is_for(self, actor: Actor) -> bool:
        return scorecard.may_read(actor)

    def content(self, **given: Any) -> dict[str, Any]:
        """What stands on the page: at least its title and the table that is exported."""
        raise NotImplementedError

    def asked_day(self, text: str) -> date:
        if not text:
            return clock.today()
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = None
        if day is None or not FIRST_DAY <= day <= LAST_DAY:
            self.faults.append(_("This is not a day: write it like 2026-03-31."))
            return clock.today()
        return day

    def chosen(self, name: str, known: Sequence[str], first: str) -> str:
        """One of the known words of the query string; another is answered with a reason."""
        word = self.query.get(name) or first
        if word in known:
            return word
        self.faults.append(_("A filter was not understood and is left out."))
        return first

    def link(self, **changed: str) -> str:
        query = self.request.GET.copy()
        query.pop(exports.PARAMETER, None)
        for name, value in changed.items():
            query[name] = value
        return f"?{query.urlencode()}"


class Dashboard(CockpitPage):
    """The plan's targets, coverage and on-time, by region or over time."""

    template_name = "metrology/cockpit/dashboard.html"

    def content(self, **given: Any) -> dict[str, Any]:
        view = self.chosen("view", [name for name, _label, _icon in VIEWS], "map")
        area = scorecard.area_of(self.actor)
        facts = scorecard.gather(area, self._days(view))
        shown = getattr(self, f"_{view}")(facts)
        return {
            "title": _("Plan cockpit"),
            "subtitle": facts.root.name,
            "view": view,
            "views": [
                {"label": label, "icon": icon, "url": self.link(view=name), "active": name == view}
                for name, label, icon in VIEWS
            ],
            "bars": [bar(facts, goal) for goal in scorecard.goals(facts, self.day)],
            "rates": [
                {"rate": rate, "percent": words.percent(rate)} for rate in scorecard.rates(facts, self.day)
            ],
            **shown,
        }

    def _days(self, view: str) -> list[date]:
        if view != "trend":
            return [self.day]
        self.step = self.chosen("step", list(STEPS), "month")
        return scorecard.month_ends(self.day, step=STEPS[self.step])

    def _map(self, facts: Facts) -> dict[str, Any]:
        known = list(indicators.offered)
        indicator = indicators.offered[self.chosen("indicator", known, known[0])]
        return {
            "indicator": indicator,
            "choices": self._choices(indicator),
            "cartogram": draw(tables.marks(facts, self.day, indicator, self.actor, self.query)),
            "table": tables.twin(facts, self.day, indicator, self.actor, self.query),
        }

    def _choices(self, chosen: Indicator) -> list[dict[str, Any]]:
        return [
            {"label": one.label, "url": self.link(indicator=one.name), "active": one is chosen}
            for one in indicators.all_of()
        ]

    def _table(self, facts: Facts) -> dict[str, Any]:
        names = [tables.REGION, *indicators.offered]
        order = self.chosen("sort", [*names, *(f"-{name}" for name in names)], tables.REGION)
        query = {**self.query, "sort": order}
        return {"table": tables.regions(facts, self.day, self.actor, query)}

    def _trend(self, facts: Facts) -> dict[str, Any]:
        last, series = tables.over_time(facts)
        drawn = [
            charts.line(
                f"{goal.indicator.label} · {words.scope_of(goal)}",
                series[tables.series_key(goal)],
                target=goal.asked,
            )
            for goal in last
        ]
        drawn += [
            charts.line(one.label, series[one.name], most=FULL, unit=" %")
            for one in indicators.all_of()
            if one.is_rate
        ]
        steps = [("month", _("Month ends")), ("quarter", _("Quarter ends"))]
        return {
            "charts": drawn,
            "table": tables.months(facts, last, series),
            "choices": [
                {"label": label, "url": self.link(step=name), "active": name == self.step}
                for name, label in steps
            ],
        }


def bar(facts: Facts, goal: Goal) -> dict[str, Any]:
    """A target as the page shows it."""
    return {
        "goal": goal,
        "scope": words.scope_of(goal),
        "responsible": None if goal.reached else scorecard.must_act(facts, goal),
        "sentence": words.sentence(goal),
        "verdict": words.verdict(goal),
        "state": "passed" if goal.reached else "pending" if goal.share >= 80 else "failed",
        "share": f"{goal.share:.1f}",
        "counted": "、".join(region.name for region in goal.regions) if len(goal.regions) > 1 else "",
    }


class RegionPage(CockpitPage):
    """One region: its figures and distances, what it holds, what is missing, what ends next."""

    template_name = "metrology/cockpit/region.html"

    def content(self, **given: Any) -> dict[str, Any]:
        area = scorecard.area_of(self.actor)
        region = next((one for one in area if one.key == given["region"]), None)
        if region is None or not scorecard.is_inside(self.actor, region):
            raise Http404
        held = {one.name: one for one in indicators.tabs()}
        tab = self.chosen("tab", [OVERVIEW, *held], OVERVIEW)
        labels = [(OVERVIEW, _("Overview")), *((one.name, one.label) for one in held.values())]
        context = {
            "title": region.name,
            "pretitle": region.get_level_display(),
            "back_url": reverse("dashboard") + (f"?as_of={self.day}" if "as_of" in self.query else ""),
            "back_label": _("Plan cockpit"),
            "tabs": [
                {"label": label, "url": self.link(tab=name), "active": name == tab} for name, label in labels
            ],
        }
        if tab != OVERVIEW:
            return {**context, "table": held[tab].table(region, self.actor, self.day)}
        return {**context, **self._overview(area, region)}

    def _overview(self, area: list[Region], region: Region) -> dict[str, Any]:
        facts = scorecard.gather(area, [self.day])
        found = scorecard.goals(facts, self.day)
        own = scorecard.figures(facts, self.day)[region.pk]
        cards = []
        for one in indicators.all_of():
            held = tables.parts_of(found, one.name).get(region.pk, [])
            cards.append(
                {
                    "indicator": one,
                    "figure": words.figure(one, own[one.name]),
                    "lines": [_part_line(facts, goal, part) for goal, part in held],
                }
            )
        last = self.day + timedelta(days=WITHIN[-1])
        rows = expiries.ending(self.actor, first=self.day, last=last, most=NEXT, region_path=region.path)
        heading = _("What ends next (%(days)d days)") % {"days": WITHIN[-1]}
        return {"cards": cards, "table": tables.expiry(heading, rows, self.day)}


def _part_line(facts: Facts, goal: Goal, part: scorecard.Part) -> dict[str, Any]:
    return {
        "name": part.body or "",
        "asked": words.with_unit(part.asked, goal.indicator),
        "distance": words.distance(part, goal.indicator),
        "state": words.STATES[words.tone(part)],
        "responsible": None if part.reached else scorecard.must_act(facts, goal, part.region),
    }


class ExpiryPage(CockpitPage):
    """Everything that ends within so many days, and who must act."""

    template_name = "metrology/cockpit/expiry.html"

    def is_for(self, actor: Actor) -> bool:
        return actor.side in WORKING

    def content(self, **given: Any) -> dict[str, Any]:
        within = self.chosen("within", ["past", *map(str, WITHIN)], "90")
        kind = self.chosen("kind", ["", *expiries.sources], "")
        if within == "past":
            first, last = self.day - timedelta(days=365), self.day - timedelta(days=1)
        else:
            first, last = self.day, self.day + timedelta(days=int(within))
        exporting = bool(exports.asked(self.request))
        most = exports.MOST_ROWS + 1 if exporting else SHOWN + 1
        rows = expiries.ending(self.actor, first=first, last=last, most=most, only=[kind] if kind else ())
        cut = not exporting and len(rows) > SHOWN
        note = _("The first %(count)d; the file has all of them.") % {"count": SHOWN} if cut else ""
        heading = _("From %(first)s to %(last)s") % {"first": first, "last": last}
        return {
            "title": _("What ends"),
            "subtitle": _("Certificates, licences, registrations and authorisations, soonest first."),
            "table": tables.expiry(heading, rows[:SHOWN] if cut else rows, self.day, note=note),
            "within": within,
            "kind": kind,
            "spans": [
                ("past", _("Ended in the last twelve months")),
                *((str(days), _("Within %(days)d days") % {"days": days}) for days in WITHIN),
            ],
            "kinds": [("", _("All")), *((one.kind, one.label) for one in expiries.kinds())],
        }
