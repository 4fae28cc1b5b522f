"""Amending, revoking and voiding as a manager does it on the page."""

import pytest
from django.urls import reverse

from certificates import actions
from certificates.models import Certificate
from metrology.roles import Role
from tests import make
from tests.pages import enter, is_absent, reads

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealing(house, job):
    return actions.approve(job, by=house.approver)


@pytest.fixture
def issued(sealing):
    actions.seal(sealing.pk)
    return Certificate.objects.get(pk=sealing.pk)


def path(name, certificate):
    return reverse(f"certificate_{name}", args=[certificate.number])


def state(certificate):
    return Certificate.objects.select_related("head").get(pk=certificate.pk).head.state


def test_the_page_offers_what_fits_the_state_to_the_manager_alone(client, house, issued):
    page = reads(client, house.manager, reverse("certificate", args=[issued.number]))
    assert path("amend", issued) in page and path("revoke", issued) in page
    assert path("void", issued) not in page
    page = reads(client, house.clerk, reverse("certificate", args=[issued.number]))
    assert path("revoke", issued) not in page


def test_revoking_names_a_second_person_and_a_reason(client, house, issued):
    enter(client, house.manager)
    data = {"reason": "砝码超差", "second": house.checker.person.pk}
    assert client.post(path("revoke", issued), {"reason": "砝码超差"}).status_code == 400
    assert state(issued) == "issued"
    assert client.post(path("revoke", issued), data).status_code == 302
    assert state(issued) == "revoked"


def test_amending_opens_the_record_and_leaves_the_old_one_in_force(client, house, issued):
    enter(client, house.manager)
    client.post(path("amend", issued), {"reason": "客户名称写错"})
    issued.job.refresh_from_db()
    assert issued.job.state == "submitted" and state(issued) == "issued"


def test_only_what_is_not_yet_issued_can_be_voided(client, house, sealing):
    enter(client, house.manager)
    assert client.post(path("void", sealing), {"reason": "缺字"}).status_code == 302
    assert state(sealing) == "void"
    again = client.post(path("void", sealing), {"reason": "缺字"})
    assert again.status_code == 409 and "缺字" in again.content.decode()


@pytest.mark.parametrize("name", ["amend", "revoke", "void"])
def test_nobody_else_is_asked(client, house, issued, name):
    for actor in (house.clerk, house.approver):
        enter(client, actor)
        assert client.get(path(name, issued)).status_code == 403
    assert is_absent(client, make.actor(Role.MANAGER, make.institute()), path(name, issued))
