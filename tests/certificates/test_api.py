"""The API's doors: who may pass, what a wrong password does, what a stranger sees."""

import pytest
from rest_framework.test import APIClient

from certificates import actions
from certificates.models import Certificate
from instruments.models import Job
from metrology import limits

PASSWORD = {"password": "a-long-password"}


def signed_in(actor):
    client = APIClient()
    client.force_authenticate(user=actor.user)
    return client


@pytest.fixture
def issued(house, job):
    certificate = actions.approve(job, by=house.approver)
    actions.seal(certificate.pk)
    return certificate


def test_approving_needs_the_password_again(house, job):
    client, address = signed_in(house.approver), f"/api/v1/jobs/{job.public_id}/approve/"

    wrong = client.post(address, {"password": "guess"})
    assert (wrong.status_code, wrong.json()["type"]) == (403, "urn:liangzhun:problem:wrong_password")
    assert client.post(address, {}).status_code == 400
    assert not Certificate.objects.exists()

    answer = client.post(address, PASSWORD, headers={"If-Match": f'"{job.version}"', "Idempotency-Key": "a"})
    assert (answer.status_code, answer.json()["state"]) == (201, "sealing")
    assert answer["ETag"] == '"1"'
    again = client.post(address, PASSWORD, headers={"If-Match": f'"{job.version}"', "Idempotency-Key": "a"})
    assert again.json() == answer.json()
    assert Certificate.objects.count() == 1


def test_wrong_passwords_close_the_door(house, job):
    client, address = signed_in(house.approver), f"/api/v1/jobs/{job.public_id}/approve/"
    for _ in range(limits.MOST_WRONG_PASSWORDS):
        client.post(address, {"password": "guess"})
    answer = client.post(address, PASSWORD)
    assert answer.status_code == 429 and int(answer["Retry-After"]) > 0


@pytest.mark.parametrize("body", [{"password": 2**63}, {"password": None}, [], {"password": ["x"]}])
def test_bad_bodies_are_refused(house, job, body):
    address = f"/api/v1/jobs/{job.public_id}/approve/"
    assert signed_in(house.approver).post(address, body).status_code == 400


def test_the_closed_gate_is_reported(house, job):
    job.standard.exam_certificates.update(revoked_on=job.tested_on)
    answer = signed_in(house.approver).post(f"/api/v1/jobs/{job.public_id}/approve/", PASSWORD)
    assert answer.status_code == 422
    assert any(not line["passed"] for line in answer.json()["gate"])


def test_what_is_foreign_is_absent(house, job, issued, mallory):
    client = signed_in(mallory)
    absent = client.get("/api/v1/certificates/TA-V-1999-000001/").json()
    assert client.get(f"/api/v1/certificates/{issued.number}/").json() == absent
    assert client.get(f"/api/v1/certificates/{issued.number}/pdf/").json() == absent
    assert client.post(f"/api/v1/certificates/{issued.number}/amend/", {"reason": "x"}).json() == absent
    assert client.post(f"/api/v1/jobs/{job.public_id}/approve/", PASSWORD).json() == absent
    assert client.get(f"/api/v1/jobs/{job.public_id}/preview/").json() == absent
    assert client.get("/api/v1/certificates/").json()["results"] == []


def test_the_holder_reads_lists_and_downloads(house, issued, django_assert_max_num_queries):
    client = signed_in(house.clerk)
    with django_assert_max_num_queries(10):
        rows = client.get("/api/v1/certificates/?state=issued&kind=verification").json()["results"]
    assert [row["number"] for row in rows] == [issued.number]
    assert [turn["state"] for turn in rows[0]["statuses"]] == ["sealing", "issued"]
    answer = client.get(f"/api/v1/certificates/{issued.number}/pdf/", headers={"accept": "application/pdf"})
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert client.post(f"/api/v1/certificates/{issued.number}/amend/", {"reason": "x"}).status_code == 403


def test_nothing_to_download_before_it_is_sealed(house, job):
    waiting = actions.approve(job, by=house.approver)
    answer = signed_in(house.clerk).get(f"/api/v1/certificates/{waiting.number}/pdf/")
    assert answer.status_code == 404


@pytest.mark.long
def test_a_preview_takes_no_number(house, job, press):
    answer = signed_in(house.approver).get(f"/api/v1/jobs/{job.public_id}/preview/")
    assert answer.status_code == 200 and answer.content.startswith(b"%PDF-")
    assert not Certificate.objects.exists()
    assert Job.objects.get(pk=job.pk).state == "checked"


def test_revoking_names_a_second_person(house, issued):
    client, address = signed_in(house.manager), f"/api/v1/certificates/{issued.number}/revoke/"
    wrong = client.post(address, {"second": str(issued.public_id)})
    assert {line["pointer"] for line in wrong.json()["errors"]} == {"/reason", "/second"}
    stale = client.post(
        address,
        {"reason": "x", "second": str(house.checker.person.public_id)},
        headers={"If-Match": '"1"'},
    )
    assert stale.status_code == 412
    answer = client.post(address, {"reason": "标准器失准", "second": str(house.checker.person.public_id)})
    assert (answer.status_code, answer.json()["state"]) == (200, "revoked")


def test_amending_opens_the_record(house, issued):
    answer = signed_in(house.manager).post(
        f"/api/v1/certificates/{issued.number}/amend/", {"reason": "送检单位名称有误"}
    )
    assert (answer.status_code, answer.json()["state"], answer.json()["issue_no"]) == (200, "submitted", 2)
