"""Every other standard of the institutes: what they may serve, with both certificates and one master each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from labs.actions.equipment import add_equipment, add_trace_certificate
from labs.actions.standards import Item, assign_person, establish_standard, include_equipment
from labs.actions.standing import record_exam_certificate, record_public_licence, start_use
from labs.models import Equipment, Room, Standard
from metrology import clock, reference
from metrology.actors import SYSTEM
from metrology.ledger import verb
from metrology.management.demo.bodies import Cast, House
from metrology.management.demo.masters import MASTERS, TRACE, UPSTREAM
from metrology.management.demo.names import DEMO, MAKERS, chance

FIVE_YEARS = timedelta(days=5 * 365)
ENDING_SOON = (12, 26, 45, 58, 74, 86)
SERIES = "ABCD"


@dataclass(frozen=True)
class Kind:
    """One kind of standard out of the sample of the seed, in one of its series."""

    zh: str
    en: str
    discipline: str
    measuring_range: str
    accuracy: str
    methods: tuple[str, ...]
    series: str


@cache
def kinds() -> tuple[Kind, ...]:
    """What can be established, those of a county first; the demo's own two methods are left out."""
    taken = {master.method for master in MASTERS}
    rows = [
        row
        for row in reference.read("standards_sample")
        if not taken & {code.rsplit("-", 1)[0] for code in row["methods"]}
    ]
    rows.sort(key=lambda row: str(row["typical_level"]) != "county")
    return tuple(_kind(row, place) for place in range(len(SERIES)) for row in rows)


def _kind(row: dict[str, Any], place: int) -> Kind:
    return Kind(
        zh=row["zh"],
        en=row["en"],
        discipline=row["discipline"],
        measuring_range=row["range"],
        accuracy=row["accuracy"],
        methods=tuple(code.rsplit("-", 1)[0] for code in row["methods"]),
        series=SERIES[place] if place else "",
    )


@verb
def establish_others(cast: Cast, house: House, room: Room, count: int) -> None:
    """As many standards as are missing, each examined before the register began."""
    for place, kind in enumerate(kinds()[:count]):
        rng = chance("standard", house.institute.code, place)
        begun = cast.calendar.since - timedelta(days=rng.randrange(10, 560))
        if place < len(ENDING_SOON) and house is cast.city:
            begun = cast.calendar.today + timedelta(days=ENDING_SOON[place]) - FIVE_YEARS
        elif place == 0:
            begun = cast.calendar.today + timedelta(days=rng.randrange(20, 90)) - FIVE_YEARS
        establish(cast, house, room, kind, place, begun)


@verb
def establish(cast: Cast, house: House, room: Room, kind: Kind, place: int, begun: date) -> None:
    """One standard with its certificates, its master and its two people, in use from the day it began."""
    institute = house.institute
    methods = cast.methods
    standard = establish_standard(
        institute=institute,
        name_zh=f"{kind.zh}{kind.series and f'（{kind.series} 套）'}{DEMO}",
        name_en=f"{kind.en}{kind.series and f', set {kind.series}'} (demo)",
        discipline=cast.disciplines[kind.discipline],
        measuring_range=kind.measuring_range,
        accuracy=kind.accuracy,
        laboratory=room.laboratory,
        room=room,
        established_on=begun,
        items=[
            Item(methods[code].title_zh, methods[code], methods[code].title_en, valid_from=begun)
            for code in kind.methods
        ],
        by=SYSTEM,
    )
    number = f"{institute.code}-{place + 10:03d}"
    record_exam_certificate(
        standard,
        number=f"DEMO-EXAM-{number}",
        issuer=f"演示主管部门{DEMO}",
        valid_from=begun,
        valid_to=begun + FIVE_YEARS,
        by=SYSTEM,
    )
    record_public_licence(
        standard,
        number=f"DEMO-PUBLIC-{number}",
        issuer=cast.authority.name_zh,
        valid_from=begun,
        valid_to=begun + FIVE_YEARS,
        regions=[institute.region],
        by=SYSTEM,
    )
    _furnish(house, standard, kind, place, begun)
    start_use(standard, on=begun, by=SYSTEM)


def _furnish(house: House, standard: Standard, kind: Kind, place: int, begun: date) -> None:
    """Its master, who keeps it and who works with it."""
    equipment = add_equipment(
        owner=house.institute,
        name_zh=f"{kind.zh.removesuffix('装置').removesuffix('标准')}主标准器",
        serial=f"DEMO-{house.institute.code}-{place + 10:03d}",
        maker=MAKERS[place % len(MAKERS)],
        by=SYSTEM,
    )
    include_equipment(standard, equipment=equipment, role="master", valid_from=begun, by=SYSTEM)
    crew = house.staff
    keeper, operator = crew[place % len(crew)], crew[(place + 1) % len(crew)]
    assign_person(standard, person=keeper, role="responsible", valid_from=begun, by=SYSTEM)
    assign_person(standard, person=operator, role="operator", valid_from=begun, by=SYSTEM)


@verb
def establish_newer(cast: Cast, already: int, until: date) -> int:
    """The standards that the city built since the register began, up to a day; answers how many now."""
    scale, house = cast.scale, cast.city
    room = Room.objects.filter(laboratory__institute=house.institute).order_by("pk")[0]
    step = (cast.calendar.today - cast.calendar.since - timedelta(days=60)) / max(1, scale.newer_standards)
    first = scale.city_standards - scale.newer_standards - len(MASTERS)
    while already < scale.newer_standards:
        begun = cast.calendar.since + timedelta(days=30) + already * step
        if begun > until:
            break
        with clock.standing_at(begun):
            establish(cast, house, room, kinds()[first + already], first + already, begun)
        already += 1
    return already


@verb
def trace_others(house: House) -> None:
    """This year's trace certificates of the other masters, entered together; some end within weeks."""
    today = clock.today()
    rows = Equipment.objects.filter(owner=house.institute, trace_certificates=None).order_by("pk")
    for equipment in rows:
        day = today - timedelta(days=chance("trace", equipment.serial).randrange(5, 350))
        add_trace_certificate(
            equipment,
            number=f"DEMO-TRACE-{equipment.serial}-{day:%Y}",
            issuer=UPSTREAM,
            calibrated_on=day,
            valid_from=day,
            valid_to=day + TRACE,
            by=SYSTEM,
        )
