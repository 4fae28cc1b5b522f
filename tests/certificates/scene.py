"""A finished job in a house where everything is in order, ready to be approved."""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from instruments import evaluate
from instruments.models import (
    Instrument,
    Job,
    JobEquipment,
    OrderItem,
    Point,
    PointSource,
    Reading,
    ServiceOrder,
)
from instruments.record import Record
from labs.models import Confirmation, Method, MethodVersion
from metrology import clock
from metrology.actors import Actor
from metrology.ledger import canonical
from metrology.models import Organization
from metrology.roles import Role
from metrology.science.method import ColumnKind, parse
from metrology.science.plan import points_for
from tests import make

SCALE = {"unit": "g", "accuracy_class": "III", "Max": "6000", "Min": "40", "e": "2", "d": "2"}
GAUGE = {"unit": "MPa", "accuracy_class": "1.6", "upper": "1.6", "intervals": "8", "division": "0.05"}
DOCUMENTS = {"jjg539-2016": SCALE, "jjg52-2013": GAUGE}


@dataclass
class House:
    """An institute that may issue, with its people, and one client."""

    institute: Organization
    client: Organization
    tester: Actor
    checker: Actor
    approver: Actor
    manager: Actor
    clerk: Actor
    standards: dict


def house(*, is_demo=False, code="TA", client=None) -> House:
    institute = make.institute(
        code=code,
        name_zh=f"泰山市计量检定所{'（演示）' if is_demo else ''}",
        name_en=f"Taishan Institute of Metrology{' (demo)' if is_demo else ''}",
        address="泰山市岱岳路 88 号",
        postcode="271000",
        phone="0538-5550100",
        is_demo=is_demo,
    )
    client = client or make.enterprise(
        name_zh="齐鲁惠民商贸有限公司（演示）",
        name_en="Qilu Huimin Trading Co., Ltd. (demo)",
        address="泰山市东岳大街 12 号",
        credit_code="91370900MA3ABCDE1X",
    )
    cast = {
        name: make.actor(Role.STAFF, institute, who=make.person(institute, chinese))
        for name, chinese in (("tester", "张明远"), ("checker", "李书瑶"), ("approver", "王志衡"))
    }
    return House(
        institute,
        client,
        **cast,
        manager=make.actor(Role.MANAGER, institute, who=make.person(institute, "赵怀德")),
        clerk=make.actor(Role.ENTERPRISE_ADMIN, client),
        standards={},
    )


def method_version(place: House, name: str) -> MethodVersion:
    """The shipped document of a method, confirmed by two people of the house."""
    document = make.document(name)
    method = make.method(document["code"], months=document["period_months"])
    edition = make.edition(method, document["edition"])
    method.title_zh, method.title_en = document["title"]["zh"], document["title"]["en"]
    method.save()
    text = canonical(document)
    version, _made = MethodVersion.objects.get_or_create(
        edition=edition,
        number=1,
        defaults={
            "document": text,
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
            "confidence": "M",
            "created_at": clock.now(),
        },
    )
    for actor in (place.checker, place.manager):
        Confirmation.objects.create(
            institute=place.institute, version=version, person=actor.person, agrees=True, at=clock.now()
        )
    acts = {place.tester: "test", place.checker: "check", place.approver: "approve", place.manager: "approve"}
    for actor, act in acts.items():
        known = getattr(actor.person, "metrologist", None)
        if known is None:
            make.metrologist(actor.person, act, methods=(method,))
        else:
            known.qualifications.create(method=method, act=act, valid_from=make.LONG_AGO)
    make.authorisation(place.institute, method)
    place.standards[name] = make.standard(place.institute, method)
    return version


def checked_job(place: House, name="jjg539-2016", *, fails=False, readings=None, **fields) -> Job:
    """A job that a tester measured and a checker checked today."""
    version = (
        MethodVersion.objects.filter(edition__method__code=make.document(name)["code"]).first()
        if name in place.standards
        else None
    ) or method_version(place, name)
    standard = place.standards[name]
    method = version.edition.method
    instrument = fields.pop("instrument", None) or own_instrument(place, name, method)
    now, today = clock.now(), clock.today()
    service = fields.setdefault("service", "verification")
    wants_verdict = fields.pop("wants_verdict", False)
    item = OrderItem.objects.create(
        order=own_order(place),
        instrument=instrument,
        method=method,
        service=service,
        state="received",
        wants_verdict=wants_verdict,
        received_at=now,
    )
    fields.setdefault("room", make.room(make.laboratory(place.institute)))
    job = Job.objects.create(
        number=f"JL-{make.number():06d}",
        item=item,
        institute=place.institute,
        instrument=instrument,
        stage=fields.pop("stage", "subsequent"),
        state="checked",
        method=method,
        method_version=version,
        standard=standard,
        tester=place.tester.person,
        checker=place.checker.person,
        parameters=DOCUMENTS[name],
        tested_on=fields.pop("tested_on", today),
        checked_on=today,
        temperature="20.3",
        humidity="52",
        received_at=now - timedelta(days=1),
        **fields,
    )
    measure(job, fails=fails, readings=readings)
    evaluate.store(Record(job))
    return job


def own_order(place: House) -> ServiceOrder:
    return ServiceOrder.objects.create(
        number=f"WT-{make.number():06d}",
        client=place.client,
        institute=place.institute,
        filed_by=place.clerk.user,
        state="in_progress",
        filed_at=clock.now(),
    )


def own_instrument(place: House, name: str, method: Method) -> Instrument:
    scale = name == "jjg539-2016"
    return make.instrument(
        place.client,
        category=make.category("scale" if scale else "gauge", method),
        name="电子计价秤" if scale else "弹簧管式一般压力表",
        model="ACS-6" if scale else "Y-100",
        maker="海岱衡器有限公司（演示）",
        measuring_range="(0.04~6) kg" if scale else "(0~1.6) MPa",
        accuracy_class="Ⅲ" if scale else "1.6",
        asset_no="QL-017",
        parameters=DOCUMENTS[name],
        is_mandatory=True,
    )


def measure(job: Job, *, fails=False, adjustment="as_found", readings=None) -> None:
    """Points, sources and a plausible reading for every cell that must be filled."""
    method = parse(json.loads(job.method_version.document))
    part = job.standard.equipment_parts.get()
    trace = part.equipment.trace_certificates.get()
    JobEquipment.objects.get_or_create(
        job=job, equipment=part.equipment, defaults={"trace_certificate": trace, "role": "master"}
    )
    for position, plan in enumerate(points_for(method, job.parameters), start=1):
        point, made = Point.objects.get_or_create(
            job=job,
            revision=1,
            test=plan.test,
            key=plan.point,
            defaults={"nominal": plan.nominal, "unit": plan.unit, "position": position},
        )
        if made:
            PointSource.objects.create(
                point=point,
                revision=1,
                equipment=part.equipment,
                trace_certificate=trace,
                tester=job.tester,
                method_version=job.method_version,
            )
        if not plan.mandatory:
            continue
        kinds = {column.key: column for column in plan.columns}
        for cell in plan.cells():
            column = kinds[cell.column]
            if cell.repeat > column.repeats:
                continue
            text = (readings or {}).get(tuple(cell)) or value(job, plan, cell, column, position, fails)
            Reading.objects.create(
                job=job,
                point=point,
                column=cell.column,
                repeat=cell.repeat,
                direction=cell.direction.value,
                adjustment=adjustment,
                revision=1,
                record_revision=job.revision,
                text=text,
                typed=text,
                person=job.tester,
                observed_at=clock.now(),
                received_at=clock.now(),
            )


def value(job, plan, cell, column, position, fails) -> str:
    if column.kind is ColumnKind.CHECK:
        return "pass"
    nominal = Decimal(plan.nominal or "0")
    last = fails and plan.test in ("weighing", "indication") and nominal >= Decimal("0.9") * _top(job)
    if job.method.code == "JJG 539":
        return _scale(nominal, cell, position, last)
    wobble = Decimal("0.01") * ((position + (cell.direction.value == "down")) % 3 - 1)
    return str(nominal + wobble + (Decimal("0.08") if last else 0)) if nominal else "0.00"


def _scale(nominal: Decimal, cell, position: int, last: bool) -> str:
    if cell.column == "dL":
        return str(Decimal("1.0") + Decimal("0.2") * ((position + (cell.direction.value == "down")) % 3 - 1))
    if cell.column == "P":
        return str(nominal + Decimal("0.2") * (cell.repeat % 3))
    if cell.column == "I2":
        return str(nominal + 2)
    return str(nominal + (8 if last else 0))


def _top(job: Job) -> Decimal:
    return Decimal(job.parameters.get("Max") or job.parameters["upper"])


def instrument_of(job: Job) -> Instrument:
    return Instrument.objects.get(pk=job.instrument_id)
