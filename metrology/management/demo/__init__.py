"""The demonstration: invented bodies in which every step of the main job can be tried.

`build` makes what a newcomer needs at once, in one transaction; `go_on` adds the history of the county
institutes, visit by visit, and begins where a former run was ended.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from certificates import outbox
from labs.models import Metrologist
from metrology import clock
from metrology.ledger import verb
from metrology.management.demo.bodies import Cast, assemble, found_bodies
from metrology.management.demo.carry import carry
from metrology.management.demo.desk import fill_desks
from metrology.management.demo.laboratory import equip
from metrology.management.demo.ledger import enter_instruments
from metrology.management.demo.masters import keep_in_order
from metrology.management.demo.plan import city_visits, county_visits
from metrology.management.demo.scale import FULL, SCALES, SMALL, Calendar, Scale, moment
from metrology.management.demo.standards import establish_newer, trace_others

__all__ = ["FULL", "SCALES", "SMALL", "Cast", "build", "go_on", "present"]


def build(scale: Scale = FULL) -> Cast:
    """Bodies, laboratories, ledgers, the city's own history and today's desks, by real verbs."""
    calendar = Calendar(clock.today())
    with outbox.held():
        return _build(scale, calendar)


@verb
def _build(scale: Scale, calendar: Calendar) -> Cast:
    with clock.standing_at(moment(calendar.since, 8)):
        cast = found_bodies(scale, calendar)
        equip(cast)
    with clock.standing_at(moment(calendar.since + timedelta(days=1), 9)):
        enter_instruments(cast)
    built = 0
    for visit in city_visits(scale):
        built = establish_newer(cast, built, visit.day(calendar, scale))
        carry(cast, visit)
    establish_newer(cast, built, calendar.today - timedelta(days=4))
    fill_desks(cast)
    return cast


def present() -> Cast | None:
    """The cast of the demonstration in the register, and its size by the last of its metrologists."""
    last = f"DEMO-Q-{FULL.metrologists:04d}"
    return assemble(FULL if Metrologist.objects.filter(certificate_no=last).exists() else SMALL)


def go_on(cast: Cast, told: Callable[[int, int], None], rest: Callable[[], None]) -> None:
    """The visits of the county institutes, oldest first; tells how many documents of how many are made.

    Each visit is a few short transactions, and `rest` lets others write between them.
    """
    calendar, scale = cast.calendar, cast.scale
    done = sum(visit.documents for visit in city_visits(scale))
    for visit in county_visits(scale, calendar):
        carry(cast, visit)
        done += visit.documents
        told(done, scale.certificates)
        rest()
    for house in cast.counties.values():
        with clock.standing_at(moment(calendar.today - timedelta(days=3), 9)):
            keep_in_order(house)
            trace_others(house)
        rest()
