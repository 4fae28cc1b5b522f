"""A world with a row in every state, all who may write to it, and requests that take themselves back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from instruments.models import Job, OrderItem
from labs.models import Metrologist, Standard
from metrology import clock
from metrology.actors import Actor
from tests import hostile, make, world
from tests.calls import calling
from tests.hostile import Operation

TRIED = ("manager", "counter", "bench", "tester", "owner", "city", "operator", "checker", "approver")
FIRST = {"jobs": ("bench", "checker", "approver"), "orders": ("manager", "owner")} | dict.fromkeys(
    ("authorisations", "methods", "organizations", "regions", "targets"), ("city",)
)
UNFORESEEN = b"problem:contradiction"
RANK = {2: 0, 422: 1, 409: 2, 400: 3}
NOUNS = {
    "authorisations": "labs.Authorisation",
    "certificates": "certificates.Certificate",
    "equipment": "labs.Equipment",
    "examinations": "labs.Examination",
    "instrument-imports": "instruments.ImportBatch",
    "instruments": "instruments.Instrument",
    "jobs": "instruments.Job",
    "laboratories": "labs.Laboratory",
    "memberships": "metrology.Membership",
    "method-versions": "labs.MethodVersion",
    "methods": "labs.Method",
    "metrologists": "labs.Metrologist",
    "notices": "metrology.Notice",
    "orders": "instruments.ServiceOrder",
    "organizations": "metrology.Organization",
    "people": "metrology.Person",
    "regions": "metrology.Region",
    "rooms": "labs.Room",
    "standards": "labs.Standard",
    "trace-certificates": "labs.TraceCertificate",
}


@dataclass
class Bench:
    """The world, who may try, and what to write where a name is known."""

    cast: dict[str, Actor]
    clients: dict[str, Client]
    hints: dict[str, Any]
    special: dict[str, dict[str, Any]]
    foreign: list[str]
    schema: dict[str, Any]
    words: dict[str, str]
    answers: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    doors: dict[str, tuple[str, str, int]] = field(default_factory=dict)

    def send(self, role: str, method: str, address: str, raw: bytes = b"", **more: Any) -> Any:
        """One request whose effects are taken back; what is refused has written nothing."""
        client = self.clients[role]
        cookies = client.cookies.copy()
        more.setdefault("content_type", "application/json")
        if "HTTP_COOKIE" in more:
            client.cookies.clear()
        with transaction.atomic():
            before = rows()
            answer = client.generic(method.upper(), address, raw, **more)
            if 400 <= answer.status_code < 500:
                assert rows() == before, f"{method} {address} was refused and wrote"
            transaction.set_rollback(True)
        client.cookies = cookies
        self.answers[answer.status_code] += 1
        return answer

    def judge(self, answer: Any, told: str, place: str | None = None) -> None:
        found = fault(answer, place)
        if found:
            self.faults.append(f"{told}: {found}")


def rows() -> tuple[int, ...]:
    """How many rows every table holds, but for sessions."""
    tables = [model._meta.db_table for model in apps.get_models() if model._meta.db_table != "django_session"]
    counts = ", ".join(f'(SELECT COUNT(*) FROM "{table}")' for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}")
        found: tuple[int, ...] = cursor.fetchone()
    return found


def build() -> Bench:
    made = world.build()
    cast = dict(made.cast)
    house = make.house(
        institute=cast["manager"].organization,
        client=cast["owner"].organization,
        clerk=cast["owner"],
        counter=cast["counter"],
        manager=cast["manager"],
    )
    cast |= {"bench": house.tester, "checker": house.checker, "approver": house.approver}
    make.edition(make.method("JJG 539"), "2099")
    for state in ("received", "assigned", "measuring", "submitted", "checked", "issued"):
        make.job(state, at=house)
    for state in ("draft", "submitted", "accepted"):
        make.order(state, at=house)
    make.instrument(house.client, category=house.category, serial="free", parameters=house.parameters)
    clients = {role: calling(cast[role]) for role in TRIED}
    for client in clients.values():
        client.raise_request_exception = False
    return Bench(
        cast,
        clients,
        hints(made, house),
        special(house),
        [str(one.public_id) for one in (cast["mallory"].organization, house.institute) if one],
        SchemaGenerator().get_schema(request=None, public=True),
        made.words,
    )


PLAIN_HINTS: dict[str, Any] = {
    "document": make.document() | {"edition": "2099"},
    "key": "370999",
    "parent": None,
    "name": "某",
    "code": None,
    "replaces": None,
    "supersedes": None,
    "responsible": None,
    "credit_code": None,
    "sha256": "0" * 64,
    "email": "a@example.org",
    "notional_fee": "1.00",
    "area_m2": "20.00",
    "is_demo": False,
}


def hints(made: world.World, house: make.House) -> dict[str, Any]:
    """What to write under a name that several bodies share."""

    def key(label: str) -> str:
        return str(getattr(made.rows[label], "public_id"))  # noqa: B009  Model has no such attribute

    today = clock.today().isoformat()
    institute, tester = str(house.institute.public_id), str(house.tester.person.public_id)  # type: ignore[union-attr]  # they have one
    free = house.client.instruments.get(serial="free")
    return {
        "institute": institute,
        "organization": institute,
        "employer": institute,
        "client": str(house.client.public_id),
        "laboratory": key("labs.Laboratory"),
        "room": key("labs.Room"),
        "standard": str(house.standard.public_id),
        "method_version": str(house.version.public_id),
        "person": tester,
        "assignee": tester,
        "second": tester,
        "user": str(house.tester.user.public_id),  # type: ignore[union-attr]  # they have one
        "membership": str(house.tester.membership.public_id),  # type: ignore[union-attr]  # they have one
        "method": "JJG 539",
        "methods": ["JJG 539"],
        "discipline": "12",
        "region": "370900",
        "regions": ["370900"],
        "category": house.category.code,
        "instrument": str(free.public_id),
        "on": today,
        "valid_to": "2099-12-31",
        "readings": ["100.02", "100.03"] * 5,
        "password": "a-long-password",
        "role": "staff",
        "parameters": {"Max": "6000"},
        "signature": key("metrology.Attachment"),
    } | PLAIN_HINTS


def special(house: make.House) -> dict[str, dict[str, Any]]:
    """What to write where a noun, or the last word of an address, means another thing by a name."""
    measuring = Job.objects.get(state="measuring")
    use = measuring.equipment.get().equipment
    item = OrderItem.objects.filter(order__state="accepted").get()
    standard = Standard.objects.order_by("pk")[0]
    metrologist = Metrologist.objects.order_by("pk")[0]
    return {
        "equipment": {"owner": str(house.institute.public_id), "to": "out_of_service"},
        "instruments": {"owner": str(house.client.public_id), "equipment": None},
        "methods": {"code": "JJG 1", "kind": "JJG"},
        "standards": {"category": "public_statutory", "room": None, "laboratory": None},
        "metrologists": {"person": str(make.person(house.institute).public_id)},
        "/equipment": {"equipment": str(use.public_id), "role": "auxiliary"},
        "/people": {"role": "operator"},
        "/end-part": {"part": str(standard.items.get().public_id)},
        "/end-qualification": {"qualification": str(metrologist.qualifications.all()[0].public_id)},
        "/revoke-registration": {"number": metrologist.registrations.get().number},
        "/revoke-certificate": {"number": standard.public_licences.get().number},
        "/move": {"to": "applied"},
        "/start": {"equipment": [], "standard": None},
        "/readings": {"cells": make.cells(measuring)[:3]},
        "/return": {"cell": ""},
        "/submit": {"tested_on": None},
        "/receive": {"items": [{"item": str(item.public_id), "notional_fee": "1.00"}]},
        "/return-item": {"item": str(item.public_id)},
        "/token": {"username": "nobody"},
    }


def addresses(bench: Bench, operation: Operation, role: str) -> list[str]:
    """The addresses of an operation for the rows that a role may see, those of every state."""
    if "{" not in operation.path:
        return [operation.path]
    model = apps.get_model(NOUNS[operation.noun])
    kinds: dict[Any, Model] = {}
    for row in model._default_manager.all().visible_to(bench.cast[role]).order_by("pk"):  # type: ignore[attr-defined]  # scoped
        kinds.setdefault(getattr(row, "state", getattr(row, "kind", None)), row)
    keys = [
        str(getattr(row, "number" if operation.noun == "certificates" else "public_id"))
        for row in kinds.values()
    ]
    return [operation.path.replace("{id}", key).replace("{number}", key) for key in keys]


def door(bench: Bench, operation: Operation, body: Any) -> tuple[str, str, int]:
    """Who may use an operation on which row: the first that succeeds, else the one that came furthest."""
    if operation.name not in bench.doors:
        bench.doors[operation.name] = found_door(bench, operation, body)
    return bench.doors[operation.name]


def found_door(bench: Bench, operation: Operation, body: Any) -> tuple[str, str, int]:
    best = ("manager", operation.path.replace("{id}", hostile.ABSENT).replace("{number}", "X"), 404)
    for role in dict.fromkeys((*FIRST.get(operation.noun, ()), *TRIED)):
        for address in addresses(bench, operation, role):
            code = bench.send(role, operation.method, address, hostile.written(body)).status_code
            if code >= 500:
                bench.faults.append(f"{operation.name} as {role}: {code}")
            if code < 300:
                return role, address, code
            if RANK.get(code, 9) < RANK.get(best[2], 9):
                best = (role, address, code)
    return best


def body_of(bench: Bench, operation: Operation) -> dict[str, Any]:
    """A plausible body: what its noun, then what its last word calls for, outweighs the common hints."""
    word = operation.path.rstrip("/").rsplit("/", 1)[1]
    known = bench.hints | bench.special.get(operation.noun, {}) | bench.special.get(f"/{word}", {})
    return hostile.plausible(operation.body, operation.schemas, known)


def fault(answer: Any, place: str | None = None) -> str:
    """What is wrong with an answer: a failure, a refusal in another shape or that does not name `place`."""
    if answer.status_code >= 500 or UNFORESEEN in answer.content:
        return f"{answer.status_code} {answer.content[:200]!r}"
    if answer.status_code < 400:
        return "" if place is None else f"{answer.status_code}, though {place} is wrong"
    if not answer["Content-Type"].startswith("application/problem+json"):
        return f"{answer.status_code} as {answer['Content-Type']}"
    problem = answer.json()
    if not (problem["status"] == answer.status_code and problem["title"] and problem["detail"]):
        return f"an empty problem {problem}"
    errors = problem.get("errors", [])
    if problem["type"].endswith(":invalid") and not (errors and all(one["detail"] for one in errors)):
        return "invalid without a reason"
    if place is None or answer.status_code == 413 or problem["type"].endswith(":parse_error"):
        return ""
    named = [one["pointer"] for one in errors]
    return "" if any(f"{one}/".startswith(f"{place}/") for one in named) else f"{place} not among {named}"
