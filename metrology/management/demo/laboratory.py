"""What the city institute of the demonstration has in order: rooms, standards, equipment, people."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from labs.actions.equipment import TraceValue, add_equipment, add_trace_certificate
from labs.actions.people import qualify, record_registration, register_metrologist
from labs.actions.places import add_room, grant_authorisation, open_laboratory
from labs.actions.standards import Item, assign_person, establish_standard, include_equipment
from labs.actions.standing import record_exam_certificate, record_public_licence, start_use
from labs.actions.trials import Group, record_repeatability, record_stability
from labs.models import Discipline, Laboratory, Method, Qualification, Room, Standard
from metrology import clock
from metrology.actors import SYSTEM
from metrology.ledger import verb
from metrology.management.demo.bodies import Cast

Act = Qualification.Act
ACTS = {
    "tester": (Act.TEST,),
    "checker": (Act.TEST, Act.CHECK),
    "approver": (Act.CHECK, Act.APPROVE),
    "manager": (Act.TEST, Act.CHECK, Act.APPROVE),
}


@dataclass(frozen=True)
class Master:
    """A demo standard with its one master and what it may verify."""

    name_zh: str
    name_en: str
    method: str
    measuring_range: str
    accuracy: str
    item: tuple[str, str, str, str, str]
    equipment: tuple[str, str, str]
    values: tuple[TraceValue, ...]
    readings: str
    unit: str


MASTERS = (
    Master(
        name_zh="M1等级砝码标准装置",
        name_en="Class M1 weight standard",
        method="JJG 539",
        measuring_range="(0.001~150) kg",
        accuracy="M1 等级",
        item=("数字指示秤", "Digital weighing instrument", "0", "150", "III,IIII"),
        equipment=("M1 等级砝码组", "Class M1 weight set", "DEMO-W-01"),
        values=(TraceValue("5", "5.000021", "0.00008", "2", "kg"),),
        readings="5.0002 5.0001 5.0002 5.0003 5.0002 5.0001 5.0002 5.0002 5.0003 5.0002",
        unit="kg",
    ),
    Master(
        name_zh="0.1级数字压力计标准装置",
        name_en="Class 0.1 digital pressure gauge standard",
        method="JJG 52",
        measuring_range="(0~10) MPa",
        accuracy="0.1 级",
        item=("弹性元件式一般压力表", "Elastic element pressure gauge", "0", "10", "1.6,2.5,4.0"),
        equipment=("数字压力计", "Digital pressure gauge", "DEMO-P-01"),
        values=(TraceValue("1.6", "1.6003", "0.0012", "2", "MPa"),),
        readings="1.6003 1.6004 1.6003 1.6002 1.6003 1.6003 1.6004 1.6003 1.6002 1.6003",
        unit="MPa",
    ),
)


@verb
def equip(cast: Cast) -> None:
    """Bring the institute into a state in which it may issue today."""
    laboratory = open_laboratory(
        institute=cast.institute,
        name_zh="力学计量室",
        name_en="Mechanics laboratory",
        valid_from=cast.since,
        by=SYSTEM,
    )
    room = add_room(
        laboratory=laboratory,
        name="301",
        area_m2=Decimal("86.50"),
        use=Room.Use.CONSTANT_TEMPERATURE,
        temperature_min="15",
        temperature_max="25",
        humidity_max="80",
        valid_from=cast.since,
        by=SYSTEM,
    )
    methods = [Method.objects.get(code=master.method) for master in MASTERS]
    grant_authorisation(
        institute=cast.institute,
        number="DEMO-AUTH-0001",
        issuer=cast.authority.name_zh,
        valid_from=cast.since,
        valid_to=cast.until,
        methods=methods,
        regions=[cast.institute.region],
        by=SYSTEM,
    )
    _qualify(cast, methods)
    for number, master in enumerate(MASTERS, start=1):
        _establish(cast, number, master, laboratory, room)


def _qualify(cast: Cast, methods: list[Method]) -> None:
    for number, (name, acts) in enumerate(ACTS.items(), start=1):
        metrologist = register_metrologist(
            cast.people[name], certificate_no=f"DEMO-Q-{number:04d}", level=1, by=SYSTEM
        )
        record_registration(
            metrologist,
            number=f"DEMO-R-{number:04d}",
            valid_from=cast.since,
            valid_to=cast.until,
            by=SYSTEM,
        )
        for method in methods:
            for act in acts:
                qualify(metrologist, method=method, act=act, valid_from=cast.since, by=SYSTEM)


def _establish(cast: Cast, number: int, master: Master, laboratory: Laboratory, room: Room) -> None:
    uut_zh, uut_en, low, high, classes = master.item
    method = Method.objects.get(code=master.method)
    standard = establish_standard(
        institute=cast.institute,
        name_zh=master.name_zh + "（演示）",
        name_en=f"{master.name_en} (demo)",
        discipline=Discipline.objects.get(code="12"),
        measuring_range=master.measuring_range,
        accuracy=master.accuracy,
        laboratory=laboratory,
        room=room,
        established_on=cast.since,
        items=[Item(uut_zh, method, uut_en, low, high, master.unit, classes, cast.since)],
        by=SYSTEM,
    )
    record_exam_certificate(
        standard,
        number=f"DEMO-EXAM-{number:03d}",
        issuer="演示主管部门",
        valid_from=cast.since,
        valid_to=cast.until,
        by=SYSTEM,
    )
    record_public_licence(
        standard,
        number=f"DEMO-PUBLIC-{number:03d}",
        issuer=cast.authority.name_zh,
        valid_from=cast.since,
        valid_to=cast.until,
        regions=[cast.institute.region],
        by=SYSTEM,
    )
    _equip_standard(cast, number, master, standard)
    assign_person(
        standard, person=cast.people["manager"], role="responsible", valid_from=cast.since, by=SYSTEM
    )
    assign_person(standard, person=cast.people["tester"], role="operator", valid_from=cast.since, by=SYSTEM)
    start_use(standard, on=cast.since, by=SYSTEM)
    _try(cast, master, standard)


def _equip_standard(cast: Cast, number: int, master: Master, standard: Standard) -> None:
    name_zh, name_en, serial = master.equipment
    equipment = add_equipment(
        owner=cast.institute,
        name_zh=name_zh,
        name_en=name_en,
        serial=serial,
        model="DEMO",
        maker="演示仪器厂",
        measuring_range=master.measuring_range,
        accuracy=master.accuracy,
        by=SYSTEM,
    )
    calibrated_on = clock.today() - timedelta(days=90)
    add_trace_certificate(
        equipment,
        number=f"DEMO-TRACE-{number:04d}",
        issuer="演示上级计量院",
        calibrated_on=calibrated_on,
        valid_from=calibrated_on,
        valid_to=calibrated_on + timedelta(days=365),
        values=master.values,
        uncertainty=f"U = {master.values[0].U} {master.unit} (k = 2)",
        by=SYSTEM,
    )
    include_equipment(standard, equipment=equipment, role="master", valid_from=cast.since, by=SYSTEM)


def _try(cast: Cast, master: Master, standard: Standard) -> None:
    readings = master.readings.split()
    keeper = cast.people["manager"]
    record_repeatability(
        standard,
        readings=readings,
        unit=master.unit,
        tested_on=clock.today() - timedelta(days=60),
        person=keeper,
        by=SYSTEM,
    )
    days = [clock.today() - timedelta(days=60 + 35 * place) for place in reversed(range(4))]
    record_stability(
        standard,
        groups=[Group(day, readings) for day in days],
        limit="0.01",
        unit=master.unit,
        person=keeper,
        by=SYSTEM,
    )
