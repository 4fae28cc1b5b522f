"""The gaps of required standards: of all regions one may see into, and of one region as a tab."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instruments import gaps
from instruments.models import Requirement
from metrology import indicators, scorecard
from metrology.actors import Actor
from metrology.cockpit import tables
from metrology.cockpit.pages import CockpitPage
from metrology.indicators import Holding
from metrology.models import Region
from metrology.pages import Cell, Column, Line, Table

COLUMNS = (
    Column(gettext_lazy("Region"), "region"),
    Column(gettext_lazy("Required kind"), "category"),
    Column(gettext_lazy("Instruments in the ledger"), "instruments", numeric=True),
)


class GapPage(CockpitPage):
    """Which region lacks which required kind of standard."""

    template_name = "metrology/cockpit/gaps.html"

    def content(self, **given: Any) -> dict[str, Any]:
        inside = [one for one in scorecard.area_of(self.actor) if scorecard.is_inside(self.actor, one)]
        return {
            "title": _("Missing standards"),
            "subtitle": _("Required kinds of instruments for which a region has no standard in use."),
            "table": _table(inside, self.actor, self.day, self.query),
            "is_empty_plan": not Requirement.objects.exists(),
        }


def _table(regions: Sequence[Region], actor: Actor, day: date, query: dict[str, str]) -> Table:
    lines = [
        Line(
            [
                Cell(gap.region.name, url=tables.address(gap.region, actor, query)),
                Cell(gap.category.name),
                Cell(gap.instruments, numeric=True),
            ]
        )
        for gap in gaps.missing(regions, day)
    ]
    return Table(_("Missing standards"), COLUMNS, lines)


def _of_region(region: Region, actor: Actor, day: date) -> Table:
    return _table([region], actor, day, {})


def register() -> None:
    """Called once from ready()."""
    indicators.offer(Holding("gaps", gettext_lazy("Missing standards"), 5, _of_region))
