"""The pages by which an enterprise asks to be let in, and the queue behind them."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from metrology.models import Membership, Organization, RegistrationRequest
from tests import make
from tests.metrology.test_registrations import ask, credit_code
from tests.pages import enter, is_absent, reads

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh():
    cache.clear()


def filled(**more):
    given = {
        "code": credit_code(),
        "name": "新来商贸",
        "region": make.city().key,
        "contact": "赵六",
        "phone": "0538-1234567",
        "email": "zhao@example.org",
        "wish": "",
        "website": "",
    }
    return given | more


def test_asking_is_answered_alike_whether_or_not_the_code_is_known(client, acme, clerk):
    Organization.objects.filter(pk=acme.pk).update(credit_code=credit_code(7))
    answers = [client.post("/register/", filled(code=code)) for code in (credit_code(1), credit_code(7))]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, "/register/thanks/")}
    assert RegistrationRequest.objects.count() == 2
    assert Membership.objects.filter(organization=acme).count() == 1


def test_a_machine_that_fills_every_field_is_thanked_and_forgotten(client):
    answer = client.post("/register/", filled(website="http://spam.example"))
    assert answer["Location"] == "/register/thanks/"
    assert RegistrationRequest.objects.count() == 0


def test_a_code_is_read_as_people_type_it(client):
    code = credit_code()
    typed = f"{code[:6]} {code[6:12].lower()}-{code[12:]}"
    assert client.post("/register/", filled(code=typed)).status_code == 302
    assert RegistrationRequest.objects.get().credit_code == code


def test_an_address_asks_five_times_an_hour(client):
    for number in range(5):
        assert client.post("/register/", filled(code=credit_code(number))).status_code == 302
    assert client.post("/register/", filled(code=credit_code(6))).status_code == 429
    assert RegistrationRequest.objects.count() == 5


@pytest.mark.parametrize(
    ("code", "right"),
    [(credit_code(), True), (credit_code()[:-1], False), ("O" * 18, False), ("\0", False), ("", False)],
)
def test_the_check_digit_is_checked_while_typing(client, code, right, django_assert_num_queries):
    with django_assert_num_queries(0):
        page = client.get("/register/check/", {"code": code}, headers={"HX-Request": "true"})
    assert ("code-right" in page.content.decode()) is right
    assert "<html" not in page.content.decode()
    assert "<html" in client.get("/register/check/", {"code": code}).content.decode()


def test_the_counter_finds_the_request_and_invites(client, counter):
    request = ask(email="zhao@example.org")
    page = reads(client, counter, "/")
    assert "/registrations/?state=pending" in page
    assert "新来商贸" in reads(client, counter, "/registrations/")
    assert reverse("approve_registration_request", args=[request.public_id]) in reads(
        client, counter, f"/registrations/{request.public_id}/"
    )
    answer = client.post(f"/registrations/{request.public_id}/approve/", {"role": "enterprise_admin"})
    assert answer.status_code == 200 and "/invitations/" in answer.content.decode()
    assert "/approve/" not in reads(client, counter, f"/registrations/{request.public_id}/")


def test_the_queue_is_for_who_opens_the_door(client, tester, mallory):
    request = ask()
    enter(client, tester)
    assert client.get("/registrations/").status_code == 403
    assert client.get(f"/registrations/{request.public_id}/").status_code == 403
    for last in ("", "approve/", "decline/"):
        enter(client, mallory)
        assert client.get(f"/registrations/{request.public_id}/{last}").status_code == 404
    assert is_absent(client, mallory, f"/registrations/{request.public_id}/")


def test_declining_asks_for_the_reason(client, counter):
    request = ask()
    enter(client, counter)
    assert client.post(f"/registrations/{request.public_id}/decline/", {}).status_code == 400
    assert client.post(f"/registrations/{request.public_id}/decline/", {"reason": "重复"}).status_code == 302
    request.refresh_from_db()
    assert (request.state, request.reason) == ("declined", "重复")
