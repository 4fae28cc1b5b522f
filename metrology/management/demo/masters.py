"""The two standards by which the demonstration verifies: scales and pressure gauges, kept in order yearly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from labs.actions.equipment import TraceValue, add_equipment, add_trace_certificate
from labs.actions.standards import Item, assign_person, establish_standard, include_equipment
from labs.actions.standing import record_exam_certificate, record_public_licence, start_use
from labs.actions.trials import Group, record_repeatability, record_stability
from labs.models import Equipment, Room, Standard, TraceCertificate
from metrology import clock
from metrology.actors import SYSTEM
from metrology.ledger import verb
from metrology.management.demo.bodies import Cast, House
from metrology.management.demo.names import DEMO, MAKERS

TRACE = timedelta(days=365)
AHEAD = timedelta(days=14)
UPSTREAM = f"演示上级计量院{DEMO}"


@dataclass(frozen=True)
class Master:
    """A demo standard with its one master and what it may verify."""

    key: str
    name_zh: str
    name_en: str
    method: str
    measuring_range: str
    accuracy: str
    item: tuple[str, str, str, str, str]
    equipment: tuple[str, str]
    values: tuple[TraceValue, ...]
    readings: str
    unit: str


MASTERS = (
    Master(
        key="W",
        name_zh="M1等级砝码标准装置",
        name_en="Class M1 weight standard",
        method="JJG 539",
        measuring_range="(0.001~150) kg",
        accuracy="M1 等级",
        item=("数字指示秤", "Digital weighing instrument", "0", "150", "III,IIII"),
        equipment=("M1 等级砝码组", "Class M1 weight set"),
        values=(TraceValue("5", "5.000021", "0.00008", "2", "kg"),),
        readings="5.0002 5.0001 5.0002 5.0003 5.0002 5.0001 5.0002 5.0002 5.0003 5.0002",
        unit="kg",
    ),
    Master(
        key="P",
        name_zh="0.1级数字压力计标准装置",
        name_en="Class 0.1 digital pressure gauge standard",
        method="JJG 52",
        measuring_range="(0~10) MPa",
        accuracy="0.1 级",
        item=("弹性元件式一般压力表", "Elastic element pressure gauge", "0", "10", "1.6,2.5,4.0"),
        equipment=("数字压力计", "Digital pressure gauge"),
        values=(TraceValue("1.6", "1.6003", "0.0012", "2", "MPa"),),
        readings="1.6003 1.6004 1.6003 1.6002 1.6003 1.6003 1.6004 1.6003 1.6002 1.6003",
        unit="MPa",
    ),
)


@verb
def establish_masters(cast: Cast, house: House, room: Room) -> None:
    """Give an institute the two standards by which it can issue."""
    for master in MASTERS:
        _establish(cast, house, master, room)


def _establish(cast: Cast, house: House, master: Master, room: Room) -> None:
    uut_zh, uut_en, low, high, classes = master.item
    institute, since, until = house.institute, cast.calendar.since, cast.calendar.until
    method = cast.methods[master.method]
    standard = establish_standard(
        institute=institute,
        name_zh=master.name_zh + DEMO,
        name_en=f"{master.name_en} (demo)",
        discipline=cast.disciplines["12"],
        measuring_range=master.measuring_range,
        accuracy=master.accuracy,
        laboratory=room.laboratory,
        room=room,
        established_on=since,
        items=[Item(uut_zh, method, uut_en, low, high, master.unit, classes, since)],
        by=SYSTEM,
    )
    number = f"{institute.code}-{master.key}01"
    dates = {"valid_from": since, "valid_to": until}
    record_exam_certificate(
        standard, number=f"DEMO-EXAM-{number}", issuer=f"演示主管部门{DEMO}", by=SYSTEM, **dates
    )
    record_public_licence(
        standard,
        number=f"DEMO-PUBLIC-{number}",
        issuer=cast.authority.name_zh,
        regions=[institute.region],
        by=SYSTEM,
        **dates,
    )
    name_zh, name_en = master.equipment
    equipment = add_equipment(
        owner=institute,
        name_zh=name_zh,
        name_en=name_en,
        serial=f"DEMO-{number}",
        model="DEMO",
        maker=MAKERS[0],
        measuring_range=master.measuring_range,
        accuracy=master.accuracy,
        by=SYSTEM,
    )
    include_equipment(standard, equipment=equipment, role="master", valid_from=since, by=SYSTEM)
    keeper, tester = house.person("manager"), house.person("tester")
    assign_person(standard, person=keeper, role="responsible", valid_from=since, by=SYSTEM)
    assign_person(standard, person=tester, role="operator", valid_from=since, by=SYSTEM)
    start_use(standard, on=since, by=SYSTEM)
    _trace(master, equipment, since)
    _try(house, master, standard, since)


@verb
def keep_in_order(house: House) -> None:
    """Trace both masters and repeat the yearly tests before their papers end; does nothing otherwise."""
    today = clock.today()
    for master in MASTERS:
        equipment = Equipment.objects.get(serial=f"DEMO-{house.institute.code}-{master.key}01")
        last = TraceCertificate.objects.filter(equipment=equipment).order_by("-valid_to").first()
        if last is None or last.valid_to >= today + AHEAD:
            continue
        standard = Standard.objects.get(equipment_parts__equipment=equipment)
        _trace(master, equipment, today)
        _try(house, master, standard, today)


def _trace(master: Master, equipment: Equipment, day: date) -> None:
    add_trace_certificate(
        equipment,
        number=f"DEMO-TRACE-{equipment.serial}-{day:%Y}",
        issuer=UPSTREAM,
        calibrated_on=day,
        valid_from=day,
        valid_to=day + TRACE,
        values=master.values,
        uncertainty=f"U = {master.values[0].U} {master.unit} (k = 2)",
        by=SYSTEM,
    )


def _try(house: House, master: Master, standard: Standard, day: date) -> None:
    """The yearly tests: repeatability, and stability by this day's mean beside the earlier ones."""
    readings, keeper = master.readings.split(), house.person("manager")
    record_repeatability(
        standard, readings=readings, unit=master.unit, tested_on=day, person=keeper, by=SYSTEM
    )
    is_new = not standard.stability_tests.exists()
    places = reversed(range(4)) if is_new else (0,)
    record_stability(
        standard,
        groups=[Group(day - timedelta(days=35 * place), readings) for place in places],
        limit="0.01",
        unit=master.unit,
        person=keeper,
        by=SYSTEM,
    )
