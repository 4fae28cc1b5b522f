"""Forms of pages: a refusal stands beside its field, and nothing typed is lost when the sign-in runs out."""

import pytest
from django.urls import reverse

from certificates import actions
from certificates.models import Certificate
from tests.pages import enter

pytestmark = pytest.mark.django_db

TYPED = "客户名称写错，改为营业执照上的名称"


@pytest.fixture
def path(house, job):
    certificate = actions.approve(job, by=house.approver)
    actions.seal(certificate.pk)
    return reverse("certificate_amend", args=[certificate.number])


def typed_as(actor):
    return {"reason": TYPED, "typed_by": str(actor.user.public_id)}


def test_what_was_typed_comes_back_after_signing_in_again(client, house, path):
    answer = client.post(path, typed_as(house.manager))
    assert answer.status_code == 302 and answer.url.startswith("/accounts/login/")
    enter(client, house.manager)
    assert TYPED in client.get(path).content.decode()
    assert TYPED not in client.get(path).content.decode()
    assert Certificate.objects.get().head.state == "issued"


def test_somebody_else_at_the_same_computer_is_not_shown_it(client, house, path):
    client.post(path, typed_as(house.approver))
    enter(client, house.manager)
    assert TYPED not in client.get(path).content.decode()


def test_a_form_of_nobody_is_not_kept(client, house, path):
    client.post(path, {"reason": TYPED})
    enter(client, house.manager)
    assert TYPED not in client.get(path).content.decode()


def test_a_password_is_never_kept(client, house, job):
    address = reverse("review_approve", args=[job.public_id])
    client.post(address, {"password": "my secret", "typed_by": str(house.approver.user.public_id)})
    assert "my secret" not in str(dict(client.session))


def test_a_refusal_stands_beside_its_field_and_the_text_stays(client, house, path):
    enter(client, house.manager)
    answer = client.post(path, {"reason": "x" * 401})
    assert answer.status_code == 400 and answer.context["form"].errors["reason"]
    assert "x" * 401 in answer.content.decode()
