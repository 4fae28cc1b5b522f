"""What was verified when: the history of three years as a list of visits, decided before anything is done.

One visit a week, so that numbers, history and log follow each other in the order of their days. A group of
scales comes back every 51 weeks, a group of gauges every 25 or 26, before its verification ends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from metrology.management.demo.bodies import COUNTIES
from metrology.management.demo.names import chance
from metrology.management.demo.readings import FAIL, NEAR, PASS
from metrology.management.demo.scale import Calendar, Scale
from metrology.science.intervals import due_on

SCALE, GAUGE = "scale", "pressure-gauge"
MONTHS = {SCALE: 12, GAUGE: 6}
ROUND, HALF = 51, 25
RECENT = 150
SEASONED = 5
SHOP = 0


@dataclass(frozen=True)
class Piece:
    """One instrument of a visit, by its place in its owner's ledger, and how its test ends."""

    place: int
    outcome: str = PASS
    twist: str = ""


@dataclass(frozen=True)
class Visit:
    """One order of a client: brought on one day, tested, signed the next day and fetched the day after."""

    week: int
    weekday: int
    client: int
    category: str
    pieces: tuple[Piece, ...]
    is_fetched: bool = True

    def day(self, calendar: Calendar, scale: Scale) -> date:
        return calendar.monday(self.week, scale.weeks) + timedelta(days=self.weekday)

    @property
    def failed(self) -> tuple[Piece, ...]:
        return tuple(piece for piece in self.pieces if piece.outcome == FAIL)

    @property
    def documents(self) -> int:
        """How many certificates it leads to: what failed is tested again, what is amended is issued again."""
        return len(self.pieces) + len(self.failed) + sum(piece.twist == "amend" for piece in self.pieces)


CITY_VISITS = (
    Visit(103, 1, SHOP, SCALE, (Piece(0), Piece(1, NEAR))),
    Visit(108, 1, SHOP, SCALE, (Piece(2),)),
    Visit(112, 2, SHOP, SCALE, (Piece(3),)),
    Visit(134, 0, SHOP, GAUGE, (Piece(0, FAIL),)),
    Visit(140, 0, SHOP, SCALE, (Piece(4, PASS, "amend"),)),
    Visit(146, 0, SHOP, SCALE, (Piece(5, PASS, "revoke"),)),
    Visit(155, 1, SHOP, SCALE, (Piece(6),), is_fetched=False),
)
"""The enterprise of the demo account: two scales overdue, one due within a month, one within two; a gauge
that failed and passed after repair; one certificate replaced, one revoked, one not fetched yet."""
SMALL_CITY = (Visit(140, 0, SHOP, SCALE, (Piece(0),)),)
SMALL_COUNTY = (Visit(100, 1, 1, SCALE, (Piece(0),)), Visit(151, 2, 1, SCALE, (Piece(0, NEAR),)))


def city_visits(scale: Scale) -> tuple[Visit, ...]:
    return CITY_VISITS if scale.name == "full" else SMALL_CITY


def county_visits(scale: Scale, calendar: Calendar) -> tuple[Visit, ...]:
    """The visits of the county institutes, oldest first, as many documents as the scale has."""
    if scale.name != "full":
        return SMALL_COUNTY
    visits = sorted((visit for group in _groups() for visit in group), key=lambda visit: visit.week)
    visits = _missed(visits, scale, calendar)
    spare = sum(visit.documents for visit in visits) - scale.certificates
    spare += sum(visit.documents for visit in city_visits(scale))
    return tuple(_shorter(visits, spare))


def _groups() -> Iterator[list[Visit]]:
    """Three times 51 weeks of visits: every week has its group, each group its weeks."""
    free: Counter[tuple[int, str]] = Counter()
    number = 0
    for residue in range(ROUND):
        is_gauge = residue % 3 == 2 and residue < HALF
        if residue >= HALF and (residue - HALF) % 3 == 2 and residue - HALF < HALF:
            continue  # the other half of a group of gauges
        county = number % len(COUNTIES)
        number += 1
        trade = ("hospital", "factory")[residue % 2] if is_gauge else "market"
        category = GAUGE if is_gauge else SCALE
        client = 1 + {"market": 0, "hospital": 1, "factory": 4}[trade] * len(COUNTIES) + county
        rng = chance("group", residue)
        size = rng.choice((2, 2, 3) if is_gauge else (3, 3, 3, 2))
        first = free[client, category]
        free[client, category] += size
        weeks = [week for week in range(residue, 157, ROUND)]
        if is_gauge:
            weeks = sorted({*weeks, *range(residue + HALF, 157, ROUND)})
        yield [_visit(week, client, category, first, size) for week in weeks]


def _visit(week: int, client: int, category: str, first: int, size: int) -> Visit:
    rng = chance("visit", week)
    pieces = tuple(Piece(first + place, _outcome(rng.random(), week)) for place in range(size))
    fails = any(piece.outcome == FAIL for piece in pieces)
    return Visit(week, 0 if fails else rng.randrange(3), client, category, pieces)


def _outcome(draw: float, week: int) -> str:
    if draw < 0.05 and SEASONED < week < RECENT:
        return FAIL
    return NEAR if draw < 0.15 else PASS


def _missed(visits: list[Visit], scale: Scale, calendar: Calendar) -> list[Visit]:
    """Some pieces stayed away from their last visit, so that exactly as many are overdue as promised."""
    wanted = scale.overdue - len(overdue(city_visits(scale), scale, calendar))
    for place in range(len(visits) - 1, -1, -1):
        late = overdue(visits, scale, calendar)
        if len(late) >= wanted:
            break
        visit = visits[place]
        if len(visit.pieces) == 1 or visit.week > scale.weeks - 3:
            continue
        shorter = [*visits[:place], replace(visit, pieces=visit.pieces[1:]), *visits[place + 1 :]]
        if len(overdue(shorter, scale, calendar)) > len(late):
            visits = shorter
    return visits


def overdue(visits: Sequence[Visit], scale: Scale, calendar: Calendar) -> set[tuple[int, str, int]]:
    """The instruments whose last verification has ended."""
    ends: dict[tuple[int, str, int], date] = {}
    for visit in visits:
        for piece in visit.pieces:
            tested = visit.day(calendar, scale) + timedelta(days=3 if piece.outcome == FAIL else 0)
            ends[visit.client, visit.category, piece.place] = due_on(tested, MONTHS[visit.category])
    return {key for key, end in ends.items() if end < calendar.today}


def _shorter(visits: list[Visit], spare: int) -> Iterator[Visit]:
    """Leave out as many documents as there are too many, among the oldest visits that keep one piece."""
    for visit in visits:
        if spare > 0 and len(visit.pieces) > 1 and not visit.failed:
            less = min(spare, len(visit.pieces) - 1)
            spare -= less
            visit = replace(visit, pieces=visit.pieces[less:])
        yield visit
