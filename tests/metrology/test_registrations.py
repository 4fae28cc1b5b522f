"""Enterprises ask to be let in: nothing follows by itself, and a ledger is joined by invitation alone."""

import pytest
from django.core import mail

from metrology.actions.invitations import accept_invitation
from metrology.actions.registrations import approve_registration, ask_for_access, decline_registration
from metrology.credit_code import check_character
from metrology.errors import Conflict, Forbidden, Invalid
from metrology.models import Event, Invitation, Membership, Organization, RegistrationRequest
from metrology.roles import Role
from tests import make
from tests.pages import enter

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


def credit_code(number: int = 1) -> str:
    body = f"91370900MA{number:07d}"
    return body + check_character(body)


def ask(code: str | None = None, **more):
    given = {"name": "新来商贸", "region": make.city(), "contact": "赵六", "phone": "0538-1234567"} | more
    return ask_for_access(code=code or credit_code(), **given)


def test_asking_makes_nobody(institute):
    before = Organization.objects.count()
    request = ask()
    assert request.state == "pending"
    assert Organization.objects.count() == before
    assert not Membership.objects.exists() and not Invitation.objects.exists()
    assert Event.objects.filter(verb="access.asked").count() == 1


@pytest.mark.parametrize("code", ["", "91370900MA0000001X", "x" * 18, "9137"])
def test_a_mistyped_code_is_refused(code):
    with pytest.raises(Invalid) as refused:
        ask_for_access(code=code, name="", region=make.city(), contact="", phone=" ")
    assert set(refused.value.fields) == {"/credit_code", "/name", "/contact", "/phone"}


def test_the_counter_lets_an_enterprise_in_by_an_invitation(counter):
    request = ask(email="zhao@example.org")
    invitation, token = approve_registration(request, by=counter, role=Role.ENTERPRISE_ADMIN)
    organization = Organization.objects.get(credit_code=credit_code())
    assert (invitation.organization, invitation.name) == (organization, "赵六")
    made = accept_invitation(token, username="zhaoliu", password=PASSWORD)
    assert (made.role, made.organization) == ("enterprise_admin", organization)
    request.refresh_from_db()
    assert (request.state, request.invitation) == ("approved", invitation)
    with pytest.raises(Conflict):
        approve_registration(request, by=counter, role=Role.ENTERPRISE_ADMIN)


def test_a_code_with_a_ledger_is_joined_by_invitation_alone(counter, acme, clerk):
    Organization.objects.filter(pk=acme.pk).update(credit_code=credit_code(7))
    request = ask(credit_code(7))
    assert Membership.objects.filter(organization=acme).count() == 1
    with pytest.raises(Invalid) as refused:
        approve_registration(request, by=counter, role=Role.ENTERPRISE_ADMIN)
    assert set(refused.value.fields) == {"/checked"}
    invitation, _token = approve_registration(
        request, by=counter, role=Role.ENTERPRISE_USER, checked="营业执照和委托书已核对"
    )
    assert invitation.organization == acme
    assert Membership.objects.filter(organization=acme).count() == 1
    assert Organization.objects.filter(credit_code=credit_code(7)).count() == 1


def test_the_administrator_of_the_enterprise_decides_who_joins_it(acme, clerk, mallory):
    Organization.objects.filter(pk=acme.pk).update(credit_code=credit_code(7))
    request = ask(credit_code(7))
    assert RegistrationRequest.objects.visible_to(clerk).get() == request
    assert not RegistrationRequest.objects.visible_to(mallory).exists()
    with pytest.raises(Forbidden):
        approve_registration(request, by=mallory, role=Role.ENTERPRISE_USER, checked="x")
    invitation, _token = approve_registration(request, by=clerk, role=Role.ENTERPRISE_USER)
    assert invitation.organization == acme


def test_no_role_of_an_institute_is_given_on_request(counter, institute):
    request = ask()
    with pytest.raises(Invalid):
        approve_registration(request, by=counter, role=Role.MANAGER)
    Organization.objects.filter(pk=institute.pk).update(credit_code=credit_code(9))
    with pytest.raises(Forbidden):
        approve_registration(ask(credit_code(9)), by=counter, role=Role.ENTERPRISE_ADMIN, checked="x")


@pytest.mark.parametrize("role", [Role.COUNTER, Role.MANAGER])
def test_only_the_region_concerned_decides(role):
    request = ask(region=make.county("370921"))
    elsewhere = make.actor(role, make.institute(region=make.county("370923")))
    assert not RegistrationRequest.objects.visible_to(elsewhere).exists()
    with pytest.raises(Forbidden):
        approve_registration(request, by=elsewhere, role=Role.ENTERPRISE_ADMIN)
    there = make.actor(role, make.institute(region=make.county("370921")))
    approve_registration(request, by=there, role=Role.ENTERPRISE_ADMIN)


def test_staff_and_auditors_decide_nothing(institute):
    request = ask()
    for role in (Role.STAFF, Role.AUDITOR):
        with pytest.raises(Forbidden):
            decline_registration(request, by=make.actor(role, institute), reason="x")


def test_declining_needs_a_reason_and_is_final(counter):
    request = ask()
    with pytest.raises(Invalid):
        decline_registration(request, by=counter, reason=" ")
    decline_registration(request, by=counter, reason="电话不通")
    assert request.state == "declined"
    with pytest.raises(Conflict):
        approve_registration(request, by=counter, role=Role.ENTERPRISE_ADMIN)


def test_the_fourth_waiting_request_for_a_code_is_not_kept():
    kept = [ask() for _ in range(4)]
    assert [request is not None for request in kept] == [True, True, True, False]


def test_a_name_of_two_lines_is_one_line_and_adds_no_header_to_a_letter(client, counter):
    request = ask(name="新来\r\nBcc: all@example.org", contact="赵\n六", email="zhao@example.org")
    assert (request.name, request.contact) == ("新来 Bcc: all@example.org", "赵 六")
    Organization.objects.create(
        kind="enterprise", name_zh="旧\n名", region=request.region, credit_code=request.credit_code
    )
    enter(client, counter)
    path = f"/registrations/{request.public_id}/approve/"
    answer = client.post(path, {"role": "enterprise_admin", "checked": "营业执照"})
    assert answer.status_code == 200 and len(mail.outbox) == 1
    assert "旧 名" in mail.outbox[0].subject
