"""Plain functions that make what a test needs; each says only what matters to it."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from instruments.actions import jobs, orders, records, review
from instruments.models import Category, Instrument, Job, ServiceOrder
from instruments.record import Record
from labs import models as labs
from metrology import clock
from metrology.actors import SYSTEM, Actor
from metrology.models import Membership, Organization, Person, Region, User
from metrology.roles import Role

LONG_AGO = date(2020, 1, 1)
FAR_AHEAD = date(2099, 12, 31)
METHODS = Path(__file__).resolve().parent.parent / "metrology" / "seed" / "methods"
TEST_METHODS = Path(__file__).resolve().parent / "data" / "methods"
PRICE_SCALE = {"accuracy_class": "III", "Max": "6000", "e": "2"}

_numbers = itertools.count(1)


def number() -> int:
    return next(_numbers)


def region(key: str = "370900", *, parent: Region | None = None, level: str = "city") -> Region:
    found = Region.objects.filter(key=key).first()
    if found:
        return found
    return Region.objects.create(
        key=key,
        code=key if key.isdigit() else None,
        name_zh=f"区划{key}",
        name_en=f"Region {key}",
        level=level,
        parent=parent,
        path=f"{parent.path if parent else ''}{key}/",
    )


def city() -> Region:
    return region("370900")


def county(key: str = "370921") -> Region:
    return region(key, parent=city(), level="county")


def organization(kind: str = "enterprise", *, region: Region | None = None, **fields: Any) -> Organization:
    n = number()
    fields.setdefault("name_zh", f"单位{n}（演示）")
    fields.setdefault("name_en", f"Body {n} (demo)")
    fields.setdefault("code", f"T{n}" if kind == "institute" else None)
    return Organization.objects.create(kind=kind, region=region or city(), **fields)


def institute(**fields: Any) -> Organization:
    return organization("institute", **fields)


def enterprise(**fields: Any) -> Organization:
    return organization("enterprise", **fields)


def person(employer: Organization, name: str = "") -> Person:
    return Person.objects.create(name_zh=name or f"人{number()}", employer=employer)


def user(who: Person | None = None, *, name: str = "") -> User:
    return User.objects.create_user(name or f"user{number()}", password="a-long-password", person=who)


def actor(
    role: Role | str, organization: Organization, *, who: Person | None = None, name: str = ""
) -> Actor:
    """A person of the organization with a login, acting in one membership."""
    someone = user(who or person(organization), name=name)
    membership = Membership.objects.create(
        user=someone, organization=organization, role=role, valid_from=LONG_AGO
    )
    return Actor(user=someone, membership=membership)


def laboratory(of: Organization) -> labs.Laboratory:
    return labs.Laboratory.objects.create(institute=of, name_zh=f"力学室{number()}", valid_from=LONG_AGO)


def room(of: labs.Laboratory, *, area: str = "40.00") -> labs.Room:
    return labs.Room.objects.create(
        laboratory=of, name=f"{number()}", area_m2=Decimal(area), valid_from=LONG_AGO
    )


def discipline() -> labs.Discipline:
    return labs.Discipline.objects.get_or_create(
        code="12", defaults={"name_zh": "力学", "name_en": "Mechanics"}
    )[0]


def method(code: str = "JJG 539", *, months: int | None = 12) -> labs.Method:
    return labs.Method.objects.get_or_create(
        code=code,
        defaults={
            "kind": code[:3],
            "title_zh": f"{code} 检定规程",
            "title_en": code,
            "discipline": discipline(),
            "period_months": months,
        },
    )[0]


def edition(of: labs.Method, name: str = "2016", **fields: Any) -> labs.MethodEdition:
    fields.setdefault("valid_from", LONG_AGO)
    return labs.MethodEdition.objects.get_or_create(method=of, edition=name, defaults=fields)[0]


def document(name: str = "jjg539-2016") -> dict[str, Any]:
    """A method document shipped as seed data, or one of the tests' own."""
    folder = METHODS if (METHODS / f"{name}.json").exists() else TEST_METHODS
    text = (folder / f"{name}.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def method_version(
    content: dict[str, Any] | str = "r1-price-scale", *, confirmed_by: Organization | None = None
) -> labs.MethodVersion:
    """A version of a method document, confirmed by two people of an institute if one is named."""
    content = document(content) if isinstance(content, str) else content
    text = json.dumps(content, ensure_ascii=False)
    of = edition(method(content["code"], months=content.get("period_months")), content["edition"])
    made = labs.MethodVersion.objects.create(
        edition=of,
        number=of.versions.count() + 1,
        document=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        confidence="L",
        created_at=clock.now(),
    )
    if confirmed_by is not None:
        for who in (person(confirmed_by), person(confirmed_by)):
            labs.Confirmation.objects.create(
                institute=confirmed_by, version=made, person=who, agrees=True, at=clock.now()
            )
    return made


def equipment(owner: Organization, **fields: Any) -> labs.Equipment:
    fields.setdefault("name_zh", "砝码组")
    fields.setdefault("serial", f"E{number()}")
    return labs.Equipment.objects.create(owner=owner, **fields)


def trace_certificate(of: labs.Equipment, **fields: Any) -> labs.TraceCertificate:
    fields.setdefault("number", f"TC-{number()}")
    fields.setdefault("issuer", "上级计量院（演示）")
    fields.setdefault("calibrated_on", LONG_AGO)
    fields.setdefault("valid_from", LONG_AGO)
    fields.setdefault("valid_to", FAR_AHEAD)
    return labs.TraceCertificate.objects.create(equipment=of, **fields)


def authorisation(of: Organization, *methods: labs.Method, **fields: Any) -> labs.Authorisation:
    fields.setdefault("number", f"AUTH-{number()}")
    fields.setdefault("valid_from", LONG_AGO)
    fields.setdefault("valid_to", FAR_AHEAD)
    made = labs.Authorisation.objects.create(institute=of, issuer="授权部门（演示）", **fields)
    made.methods.set(methods)
    made.regions.set([of.region])
    return made


def standard(of: Organization, *methods: labs.Method, equipped: bool = True) -> labs.Standard:
    """A public standard that may be used on any day: both certificates, in use, equipped, fresh tests."""
    n = number()
    made = labs.Standard.objects.create(
        institute=of,
        name_zh=f"砝码标准装置{n}",
        name_en=f"Weight standard {n}",
        discipline=discipline(),
        measuring_range="(1 mg~20 kg)",
        accuracy="M1",
    )
    dates = {"standard": made, "issuer": "主管部门（演示）", "valid_from": LONG_AGO, "valid_to": FAR_AHEAD}
    labs.ExamCertificate.objects.create(number=f"EX-{n}", **dates)
    licence = labs.PublicLicence.objects.create(number=f"PL-{n}", **dates)
    licence.regions.set([of.region])
    labs.StatusPeriod.objects.create(standard=made, status="in_use", valid_from=LONG_AGO)
    for one in methods:
        labs.StandardItem.objects.create(standard=made, uut_name_zh="衡器", method=one, valid_from=LONG_AGO)
    if equipped:
        master = equipment(of)
        trace_certificate(master)
        labs.StandardEquipment.objects.create(
            standard=made, equipment=master, role="master", valid_from=LONG_AGO
        )
    labs.RepeatabilityTest.objects.create(
        standard=made,
        tested_on=clock.today(),
        readings="[]",
        unit="g",
        s="0.01",
        accepted=True,
        person=person(of),
    )
    labs.StabilityTest.objects.create(
        standard=made,
        tested_on=clock.today(),
        means='["0.01"]',
        unit="g",
        stability="0.01",
        limit="0.1",
        accepted=True,
        person=person(of),
    )
    return made


def metrologist(who: Person, *acts: str, methods: tuple[labs.Method, ...] = ()) -> labs.Metrologist:
    """A registered metrologist qualified for these acts in these methods, for as long as it matters."""
    made = labs.Metrologist.objects.create(person=who, certificate_no=f"Q-{number()}")
    labs.Registration.objects.create(
        metrologist=made,
        institute=who.employer,
        number=f"R-{number()}",
        valid_from=LONG_AGO,
        valid_to=FAR_AHEAD,
    )
    labs.Qualification.objects.bulk_create(
        labs.Qualification(metrologist=made, method=one, act=act, valid_from=LONG_AGO)
        for one in methods
        for act in acts
    )
    return made


def category(code: str = "scale", *methods: labs.Method) -> Category:
    made, _ = Category.objects.get_or_create(
        code=code,
        defaults={
            "name_zh": "非自动衡器",
            "name_en": "Non-automatic weighing instrument",
            "verification": True,
            "mode": "periodic",
            "uses": ["trade"],
        },
    )
    if methods:
        made.methods.add(*methods)
    return made


def instrument(owner: Organization, **fields: Any) -> Instrument:
    n = number()
    fields.setdefault("category", category())
    fields.setdefault("region", owner.region)
    fields.setdefault("name", "电子计价秤")
    fields.setdefault("model", "ACS-6")
    fields.setdefault("serial", f"SN{n:05d}")
    fields.setdefault("label_no", f"999999{n:012d}")
    fields.setdefault("purpose", "trade")
    return Instrument.objects.create(owner=owner, **fields)


@dataclass
class House:
    """An institute where everything is in order, its people, and one client."""

    institute: Organization
    client: Organization
    version: labs.MethodVersion
    standard: labs.Standard
    category: Category
    parameters: dict[str, str]
    clerk: Actor
    counter: Actor
    manager: Actor
    tester: Actor
    checker: Actor
    approver: Actor

    @property
    def method(self) -> labs.Method:
        return self.version.edition.method


def house(
    content: dict[str, Any] | str = "r1-price-scale",
    *,
    parameters: dict[str, str] | None = None,
    **given: Any,
) -> House:
    """A house that may issue by one method; pass an institute, a client or actors to use them."""
    at = given.get("institute") or institute()
    client = given.get("client") or enterprise(region=at.region)
    version = method_version(content, confirmed_by=at)
    of = version.edition.method
    authorisation(at, of)
    cast = {
        name: given.get(name) or actor(role, client if name == "clerk" else at)
        for name, role in (
            ("clerk", Role.ENTERPRISE_ADMIN),
            ("counter", Role.COUNTER),
            ("manager", Role.MANAGER),
            ("tester", Role.STAFF),
            ("checker", Role.STAFF),
            ("approver", Role.STAFF),
        )
    }
    for name, acts in (("tester", ("test",)), ("checker", ("check",)), ("approver", ("approve", "check"))):
        metrologist(cast[name].person, *acts, methods=(of,))
    return House(
        institute=at,
        client=client,
        version=version,
        standard=standard(at, of),
        category=category(f"c-{number()}", of),
        parameters=PRICE_SCALE if parameters is None else parameters,
        **cast,
    )


def order(
    state: str = "draft", *, at: House | None = None, pieces: Sequence[Instrument] = (), **wishes: Any
) -> ServiceOrder:
    """An order moved by the verbs to draft, submitted, accepted or in_progress (everything received)."""
    at = at or house()
    item = {key: wishes.pop(key) for key in ("service", "stage", "reason", "wants_verdict") if key in wishes}
    owned = pieces or [instrument(at.client, category=at.category, parameters=at.parameters)]
    requests = [orders.ItemRequest(instrument=one, **item) for one in owned]
    made = orders.file_order(at.client, institute=at.institute, requests=requests, by=at.clerk, **wishes)
    if state != "draft":
        orders.submit_order(made, by=at.clerk)
    if state in ("accepted", "in_progress"):
        orders.accept_order(made, by=at.counter)
    if state == "in_progress":
        receipts = [orders.Receipt(item=one) for one in made.items.all()]
        orders.receive_items(made, receipts=receipts, counterpart="王建国", by=at.counter)
    return made


def job(
    state: str = "checked",
    *,
    at: House | None = None,
    readings: list[dict[str, Any]] | None = None,
    fails: bool = False,
    **wishes: Any,
) -> Job:
    """A job moved by the verbs to received, assigned, measuring, submitted, checked, approved or issued."""
    at = at or house()
    made: Job = Job.objects.get(item__order=order("in_progress", at=at, **wishes))
    steps = ("received", "assigned", "measuring", "submitted", "checked", "approved", "issued")
    reached = steps.index(state)
    if reached >= 1:
        jobs.assign(made, by=at.manager, assignee=at.tester.person)
    if reached >= 2:
        jobs.start(made, by=at.tester)
        jobs.set_environment(made, by=at.tester, temperature="20.5", humidity="45")
    if reached >= 3:
        records.commit_readings(made, by=at.tester, cells=readings or cells(made, fails=fails))
        review.submit(made, by=at.tester)
    if reached >= 4:
        review.check(made, by=at.checker)
    if reached >= 5:
        jobs.begin_issue(made, approver=at.approver.person, by=at.approver)
    if reached >= 6:
        jobs.finish_issue(made, by=SYSTEM)
    return made


def cells(of: Job, *, fails: bool = False) -> list[dict[str, Any]]:
    """Every cell of a plan read at its nominal value; a failing one reads far off at the last point."""
    plans = Record(of).plans
    return [
        {
            "test": plan.test,
            "point": plan.point,
            "column": key.column,
            "repeat": key.repeat,
            "direction": key.direction.value,
            "value": "9" + plan.nominal if fails and plan is plans[-1] else plan.nominal or "pass",
        }
        for plan in plans
        for key in plan.cells()
    ]
