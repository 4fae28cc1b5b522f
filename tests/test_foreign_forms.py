"""Ids of another house in the fields of forms: they are ids of nothing, and the answer does not tell."""

from __future__ import annotations

import csv
import io
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse

from certificates.actions import approve, seal
from certificates.models import Certificate
from instruments.models import Instrument, Job, RecordDraft, ServiceOrder
from instruments.record import Record
from metrology import clock
from metrology.actors import Actor
from metrology.models import Invitation
from metrology.roles import Role
from tests import make
from tests.certificates import scene
from tests.hostile import ABSENT
from tests.pages import enter
from tests.test_tenants import Two, key, two  # noqa: F401  two houses of two counties

pytestmark = pytest.mark.django_db

SECRET = "a long secret"


@pytest.fixture(autouse=True)
def _english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


def answers(client: Client, path: str, fields: dict[str, Any], name: str, foreign: str) -> tuple[Any, Any]:
    """What a form says to a foreign id, and what to one that never was; alike but for the id itself."""
    said = []
    for one in (foreign, ABSENT):
        answer = client.post(path, {**fields, name: [one]})
        assert answer.status_code < 500, answer.content
        said.append((answer.status_code, masked(answer, one)))
    return said[0], said[1]


def masked(answer: Any, sent: str) -> str:
    text = answer.content.decode().replace(sent, "…")
    for token in {str(answer.context["csrf_token"])} if answer.context else set():
        text = text.replace(token, "")
    return text


def test_an_order_takes_no_piece_of_another_client(client: Client, two: Two) -> None:
    foreign = make.instrument(two.other.client, category=two.other.category)
    for by in (two.own.clerk, two.own.counter):
        enter(client, by)
        fields = {
            "institute": key(two.own.institute), "client": key(two.own.client), "service": "verification",
            "reason": "periodic", "mode": "drop_off", "contact": "x", "phone": "1", "do": "send",
        }  # fmt: skip
        for do in ("send", "save", "add"):
            found, absent = answers(
                client, reverse("order_new"), fields | {"do": do}, "instrument", key(foreign)
            )
            assert found == absent
    assert not ServiceOrder.objects.exists()


def test_a_client_or_institute_of_elsewhere_is_not_filed_for(client: Client, two: Two) -> None:
    piece = make.instrument(two.own.client, category=two.own.category)
    enter(client, two.own.counter)
    fields = {"instrument": key(piece), "service": "verification", "reason": "periodic", "do": "send"}
    found, absent = answers(client, reverse("order_new"), fields, "client", key(two.other.client))
    assert found == absent and found[0] == 404
    fields |= {"client": key(two.own.client), "contact": "x", "phone": "1"}
    answer = client.post(reverse("order_new"), fields | {"institute": key(two.other.institute)})
    assert answer.status_code == 400
    assert not ServiceOrder.objects.exists()


def test_labels_of_another_house_are_not_printed(client: Client, two: Two) -> None:
    foreign = make.instrument(two.other.client, category=two.other.category)
    order = make.order("accepted", at=two.other)
    enter(client, two.own.counter)
    for do in ("print", "csv", "xlsx", ""):
        fields = {"do": do, "layout": "sheet"}
        for name, row in (("instrument", foreign), ("order", order)):
            found, absent = answers(client, reverse("labels"), fields, name, key(row))
            assert found == absent, (do, name)
            assert found[0] in (400, 404)


def test_jobs_of_another_house_are_not_handed_out(client: Client, two: Two) -> None:
    own, foreign = make.job("received", at=two.own), make.job("received", at=two.other)
    enter(client, two.own.manager)
    path, tester = reverse("jobs_assign"), key(two.own.tester.person)
    found, absent = answers(client, path, {"assignee": tester}, "job", key(foreign))
    assert found == absent and found[0] == 404
    mixed = client.post(path, {"assignee": tester, "job": [key(own), key(foreign)]})
    assert mixed.status_code in (302, 404)
    foreign.refresh_from_db()
    assert foreign.state == "received" and foreign.assignee is None
    named = client.post(path, {"assignee": key(two.other.tester.person), "job": [key(own)]})
    assert named.status_code in (302, 400)
    own.refresh_from_db()
    assert own.assignee != two.other.tester.person


def test_pieces_of_another_order_are_neither_received_nor_given_back(client: Client, two: Two) -> None:
    mine, foreign = make.order("accepted", at=two.own), make.order("accepted", at=two.other)
    enter(client, two.own.counter)
    for path in ("order_receive", "order_return"):
        item = key(foreign.items.get())
        fields = {"counterpart": "x", "reason": "x"}
        name = "here" if path == "order_receive" else "items"
        answer = client.post(reverse(path, args=[mine.public_id]), fields | {name: [item], "item": [item]})
        assert answer.status_code < 500
    assert foreign.items.get().state == "requested"


@pytest.fixture
def issued(settings: Any, tmp_path: Any) -> tuple[scene.House, Certificate]:
    settings.MEDIA_ROOT = tmp_path
    at = scene.house(code="TA")
    certificate = approve(scene.checked_job(at), by=at.approver)
    seal(certificate.pk)
    return at, certificate


@pytest.mark.long
def test_an_archive_holds_nothing_of_another_house(client: Client, issued: Any, mallory: Actor) -> None:
    at, certificate = issued
    enter(client, mallory)
    path = reverse("certificates_zip")
    found, absent = answers(client, path, {}, "number", certificate.number)
    assert found == absent and found[0] == 400
    enter(client, at.clerk)
    answer = client.post(path, {"number": [certificate.number, ABSENT]})
    content = ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]  # it streams
    index = list(csv.reader(io.StringIO(content.read("index.csv").decode("utf-8-sig"))))
    assert len(index) == 2


@pytest.mark.long
def test_a_batch_is_signed_by_the_qualified_alone(client: Client) -> None:
    """Neither another institute, nor the tester by a second login, nor who is not qualified on the day."""
    at = scene.house(code="TA")
    job = scene.checked_job(at, "jjg52-2013")
    unqualified = make.actor(Role.STAFF, at.institute)
    again = make.actor(Role.MANAGER, at.institute, who=at.tester.person)
    elsewhere = make.actor(Role.MANAGER, make.institute())
    for by in (unqualified, again, elsewhere):
        assert by.user is not None
        by.user.set_password(SECRET)
        by.user.save()
        enter(client, by)
        client.get(reverse("review_outcome", args=[job.public_id]))
        answer = client.post(reverse("review"), {"job": [key(job)], "password": SECRET})
        assert answer.status_code in (200, 400)
        single = client.post(reverse("review_approve", args=[job.public_id]), {"password": SECRET})
        assert single.status_code in (403, 404, 422)
    assert not Certificate.objects.exists()
    assert Job.objects.get(pk=job.pk).state == "checked"


def test_a_draft_is_seen_by_whoever_typed_it(client: Client) -> None:
    at = make.house()
    job = make.job("measuring", at=at)
    cells = {f"{next(iter(Record(job).known))}@0": "77.7077"}
    RecordDraft.objects.create(job=job, user=at.tester.user, cells=cells, updated_at=clock.now())
    enter(client, at.tester)
    assert "77.7077" in client.get(f"/jobs/{key(job)}/record/").content.decode()
    colleague = make.actor(Role.STAFF, at.institute)
    for by in (colleague, at.manager, at.checker):
        enter(client, by)
        for path in (f"/jobs/{key(job)}/record/", f"/jobs/{key(job)}/record/cells/", f"/jobs/{key(job)}/"):
            assert "77.7077" not in client.get(path).content.decode()


def test_what_a_form_does_not_ask_is_not_taken(client: Client, two: Two) -> None:
    """State, owner, institute or label in the fields of a form change nothing."""
    piece = make.instrument(two.own.client, category=two.own.category)
    enter(client, two.own.clerk)
    path = reverse("instrument_change", args=[piece.public_id])
    shown = client.get(path).context["form"]
    fields = {name: value for name, value in shown.initial.items() if value not in (None, [])}
    planted = {
        "owner": two.other.client.pk, "owner_id": two.other.client.pk, "label_no": "1" * 18,
        "state": "scrapped", "due_on": "2099-01-01", "id": "1", "public_id": ABSENT, "location": "new",
    }  # fmt: skip
    answer = client.post(path, {**fields, **planted})
    assert answer.status_code == 302, answer.content.decode()
    kept = Instrument.objects.get(pk=piece.pk)
    assert (kept.owner_id, kept.label_no, kept.state) == (piece.owner_id, piece.label_no, piece.state)
    assert (kept.due_on, kept.location) == (piece.due_on, "new")


def test_an_invitation_leads_into_ones_own_house_alone(client: Client, two: Two) -> None:
    enter(client, two.own.manager)
    person = two.other.tester.person
    assert person is not None
    for fields in (
        {"organization": two.other.institute.pk, "role": "staff", "name": "x"},
        {"organization": two.own.institute.pk, "role": "staff", "name": "x", "person": person.pk},
        {"organization": two.own.institute.pk, "role": "operator", "name": "x"},
        {"organization": two.own.institute.pk, "role": "city_admin", "name": "x"},
    ):
        assert client.post(reverse("invite"), fields).status_code in (400, 403)
    assert not Invitation.objects.exists()
    own = {"organization": two.own.institute.pk, "role": "staff", "name": "x"}
    assert client.post(reverse("invite"), own).status_code == 200
