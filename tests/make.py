"""Plain functions that make what a test needs; each says only what matters to it."""

from __future__ import annotations

import itertools
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from instruments.models import Category, Instrument
from labs import models as labs
from metrology import clock
from metrology.actors import Actor
from metrology.models import Membership, Organization, Person, Region, User
from metrology.roles import Role

LONG_AGO = date(2020, 1, 1)
FAR_AHEAD = date(2099, 12, 31)
METHODS = Path(__file__).resolve().parent.parent / "metrology" / "seed" / "methods"

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
    """A method document shipped as seed data."""
    text = (METHODS / f"{name}.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


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
        means="[]",
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
    fields.setdefault("label_no", f"370900{n:012d}")
    fields.setdefault("purpose", "trade")
    return Instrument.objects.create(owner=owner, **fields)
