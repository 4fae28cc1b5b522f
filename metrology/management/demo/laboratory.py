"""What an institute of the demonstration has in order: rooms, authorisation, metrologists, standards."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from labs.actions.people import qualify, record_registration, register_metrologist
from labs.actions.places import add_room, grant_authorisation, open_laboratory
from labs.models import Laboratory, Qualification, Room
from metrology.actors import SYSTEM
from metrology.ledger import verb
from metrology.management.demo.bodies import Cast, House
from metrology.management.demo.masters import MASTERS, establish_masters
from metrology.management.demo.names import chance
from metrology.management.demo.standards import establish_others

Act = Qualification.Act
ACTS = {
    "tester": (Act.TEST,),
    "second": (Act.TEST,),
    "checker": (Act.TEST, Act.CHECK),
    "approver": (Act.CHECK, Act.APPROVE),
    "manager": (Act.TEST, Act.CHECK, Act.APPROVE),
}
DEPARTMENTS = (
    ("力学计量室", "Mechanics laboratory"),
    ("热工计量室", "Thermometry laboratory"),
    ("电学计量室", "Electricity laboratory"),
    ("长度计量室", "Dimensional laboratory"),
    ("理化计量室", "Physical chemistry laboratory"),
    ("医学计量室", "Medical laboratory"),
)
FIVE_YEARS = timedelta(days=5 * 365)
ENDING_SOON = (-20, 9, 18, 27, 34, 41, 48, 55, 63, 72, 81, 88)
"""Days from the first day of use until the registrations of the last few metrologists end."""


@verb
def equip(cast: Cast) -> None:
    """Bring every institute into a state in which it may issue."""
    number = 0
    for house, area, count in _houses(cast):
        room = _open(cast, house, area)
        _authorise(cast, house)
        number = _register(cast, house, number)
        establish_masters(cast, house, room)
        establish_others(cast, house, room, count - len(MASTERS))


def _houses(cast: Cast) -> list[tuple[House, int, int]]:
    scale = cast.scale
    first = (cast.city, scale.city_area, scale.city_standards - scale.newer_standards)
    return [first] + [
        (house, scale.county_areas[key], scale.county_standards[key]) for key, house in cast.counties.items()
    ]


def _open(cast: Cast, house: House, area: int) -> Room:
    """Departments with rooms whose areas add up; the first room is where the masters stand."""
    is_city = house is cast.city
    departments = DEPARTMENTS if is_city and area > 1000 else DEPARTMENTS[:1]
    each = 20 if is_city and area > 1000 else 4
    share = (Decimal(area) / (len(departments) * each)).quantize(Decimal("0.01"))
    rooms: list[Room] = []
    for place, (zh, en) in enumerate(departments, start=1):
        laboratory = open_laboratory(
            institute=house.institute,
            name_zh=zh,
            name_en=en,
            valid_from=cast.calendar.since,
            by=SYSTEM,
        )
        rooms += [_room(cast, laboratory, f"{place}{number:02d}", share) for number in range(1, each)]
        is_last = place == len(departments)
        rest = Decimal(area) - sum(room.area_m2 for room in rooms) if is_last else share
        rooms.append(_room(cast, laboratory, f"{place}{each:02d}", rest))
    return rooms[0]


def _room(cast: Cast, laboratory: Laboratory, name: str, area: Decimal) -> Room:
    return add_room(
        laboratory=laboratory,
        name=name,
        area_m2=area,
        use=Room.Use.CONSTANT_TEMPERATURE,
        temperature_min="15",
        temperature_max="25",
        humidity_max="80",
        valid_from=cast.calendar.since,
        by=SYSTEM,
    )


def _authorise(cast: Cast, house: House) -> None:
    grant_authorisation(
        institute=house.institute,
        number=f"DEMO-AUTH-{house.institute.code}",
        issuer=cast.authority.name_zh,
        valid_from=cast.calendar.since,
        valid_to=cast.calendar.until,
        methods=[cast.methods[code] for code in sorted(cast.methods)],
        regions=[house.institute.region],
        by=SYSTEM,
    )


def _register(cast: Cast, house: House, number: int) -> int:
    """Registrations and qualifications; those who act hold theirs for the whole time."""
    acting = {house.person(part).pk: part for part in house.actors if part in ACTS}
    others = [person for person in house.staff if person.pk not in acting]
    ends = dict(zip((person.pk for person in others), ENDING_SOON, strict=False))
    for person in house.staff:
        number += 1
        metrologist = register_metrologist(
            person, certificate_no=f"DEMO-Q-{number:04d}", level=1 if number % 3 else 2, by=SYSTEM
        )
        end = _end(cast, number, ends.get(person.pk), is_acting=person.pk in acting)
        record_registration(
            metrologist,
            number=f"DEMO-R-{number:04d}",
            valid_from=end - FIVE_YEARS,
            valid_to=end,
            by=SYSTEM,
        )
        for master in MASTERS:
            for act in ACTS[acting.get(person.pk, "second")]:
                qualify(
                    metrologist,
                    method=cast.methods[master.method],
                    act=act,
                    valid_from=cast.calendar.since,
                    by=SYSTEM,
                )
    return number


def _end(cast: Cast, number: int, soon: int | None, *, is_acting: bool) -> date:
    if is_acting:
        return cast.calendar.until
    if soon is not None:
        return cast.calendar.today + timedelta(days=soon)
    return cast.calendar.today + timedelta(days=chance("registration", number).randrange(200, 690))
