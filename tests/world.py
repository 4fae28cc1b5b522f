"""One house with one of everything in it, and everybody who may come to its doors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model

from certificates.actions import approve, seal
from instruments.models import Campaign, ImportBatch, ImportRow
from labs import models as labs
from metrology import clock
from metrology.actions.invitations import invite
from metrology.actors import STRANGER, Actor
from metrology.models import Attachment, Notice, RegistrationRequest, Target
from metrology.roles import Role
from tests import make
from tests.certificates import scene

ROLES = (
    "stranger",
    "owner",
    "mallory",
    "counter",
    "manager",
    "tester",
    "rival",
    "city",
    "county",
    "auditor",
    "operator",
)


@dataclass
class World:
    """The cast by name and, per model, one row that belongs to the house or its client.

    `words` stand for arguments that no row is looked up by.
    """

    cast: dict[str, Actor]
    rows: dict[str, Model]
    words: dict[str, str]

    def row(self, model: type[Model]) -> Model:
        """The house's row of a model; a route whose noun nobody made is a gap in this file."""
        label = model._meta.label
        assert label in self.rows, f"tests/world.py makes no {label}: the routes of that noun go untested"
        return self.rows[label]


def build() -> World:
    """A house with a checked job, an issued certificate and one row of every noun that has a route."""
    at = scene.house(code="TA")
    checked = scene.checked_job(at)
    seal(approve(checked, by=at.approver).pk)
    furnish(at)
    bring_table(at)
    words = {"region": at.institute.region.key, "token": address(at)}
    far, farther = make.county("370921"), make.county("370923")
    cast = {
        "stranger": STRANGER,
        "owner": at.clerk,
        "mallory": make.actor(Role.ENTERPRISE_ADMIN, make.enterprise(region=far)),
        "counter": make.actor(Role.COUNTER, at.institute),
        "manager": at.manager,
        "tester": at.tester,
        "rival": make.actor(Role.MANAGER, make.institute(region=farther)),
        "city": make.actor(Role.CITY_ADMIN, make.organization("authority")),
        "county": make.actor(Role.COUNTY_ADMIN, make.organization("authority", region=far)),
        "auditor": make.actor(Role.AUDITOR, make.organization("authority")),
        "operator": make.actor(Role.OPERATOR, make.organization("authority")),
    }
    assert tuple(cast) == ROLES
    return World(cast, first_rows(at), words)


def furnish(at: scene.House) -> None:
    """Rows of nouns that a certificate does not need: the house's own."""
    standard = labs.Standard.objects.get()
    room = labs.Room.objects.first()
    assert room is not None
    common: dict[str, Any] = {"institute": at.institute}
    labs.EnvironmentRecord.objects.create(
        room=room, observed_at=clock.now(), temperature="20.1", humidity="50", person=at.tester.person
    )
    labs.Examination.objects.create(standard=standard, kind="renewal", opened_on=clock.today())
    labs.StandardPerson.objects.create(
        standard=standard, person=at.manager.person, role="responsible", valid_from=make.LONG_AGO
    )
    labs.IntermediateCheck.objects.create(
        equipment=labs.Equipment.objects.first(),
        checked_on=clock.today(),
        result="ok",
        accepted=True,
        person=at.tester.person,
    )
    labs.Comparison.objects.create(name="比对", quantity="质量", held_on=clock.today(), **common)
    Campaign.objects.create(region=at.institute.region, name="集市", planned_on=clock.today(), **common)
    Target.objects.create(indicator="standards", level="city", year=2026, value=160, aggregation="total")
    Attachment.objects.create(
        owner=at.institute,
        kind="scan",
        name="scan.pdf",
        media_type="application/pdf",
        sha256="0" * 64,
        size=1,
        stored_at=clock.now(),
    )


def address(at: scene.House) -> str:
    """What is told to people, and how they come in; returns the token of the open invitation."""
    Notice.objects.create(
        kind="due",
        subject_type="x",
        subject_id="x",
        due_on=clock.today(),
        stage="30",
        recipient=at.clerk.user,
        message="到期",
        created_at=clock.now(),
    )
    invitation, token = invite(organization=at.institute, role=Role.STAFF, name="王小明", by=at.manager)
    RegistrationRequest.objects.create(
        credit_code="91370900MA00000019",
        name="新来商贸",
        region=at.institute.region,
        contact="赵六",
        phone="0538-1234567",
        asked_at=invitation.invited_at,
    )
    return token


def bring_table(at: scene.House) -> None:
    """A client's table on its way into its ledger."""
    batch = ImportBatch.objects.create(
        organization=at.client,
        owner=at.client,
        uploaded_by=at.clerk.membership,
        name="台账.xlsx",
        content="名称,项别,出厂编号\n秤,x,1".encode(),
        headings=["名称", "项别", "出厂编号"],
        mapping=["name", "category", "serial"],
        state=ImportBatch.State.REVIEW,
        total=1,
        created_at=clock.now(),
    )
    ImportRow.objects.create(batch=batch, line=2, values={"name": "秤", "serial": "1"}, state="wrong")


def first_rows(at: scene.House) -> dict[str, Model]:
    found: dict[str, Model] = {}
    for model in apps.get_models():
        row = model._default_manager.order_by("pk").first()
        if row is not None:
            found[model._meta.label] = row
    found["metrology.Organization"] = at.client
    found["metrology.Person"] = at.tester.person
    found["metrology.Membership"] = at.tester.membership
    return found
