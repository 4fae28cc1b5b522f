"""Two-step sign-in: setting it up, being asked, being required to, and no way round it."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.core.checks import run_checks
from rest_framework.test import APIClient

from labs.models import Qualification
from metrology import checks, clock
from metrology.accounts import policy
from metrology.reauthentication import has_second_step
from metrology.roles import Role
from tests import make
from tests.metrology.test_reauthentication import SECRET, code_now
from tests.pages import INLINE, enter

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh():
    cache.clear()


def sign_in(client, name):
    return client.post("/accounts/login/", {"login": name, "password": "a-long-password"})


def test_it_is_set_up_with_a_code_and_gives_recovery_codes(client, tester):
    sign_in(client, "tester")
    proof = client.get("/accounts/2fa/totp/activate/")["Location"]
    page = client.post(proof, {"password": "a-long-password"}, follow=True)
    assert page.status_code == 200 and not INLINE.search(page.content.decode())
    assert 'src="data:image/svg+xml;base64,' in page.content.decode()
    session = client.session
    session["mfa.totp.secret"] = SECRET
    session.save()
    assert client.post("/accounts/2fa/totp/activate/", {"code": "000000"}).status_code == 200
    assert not has_second_step(tester.user)
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code_now()}, follow=True)
    assert len(re.findall(r"<li>\d{8}</li>", answer.content.decode())) == 10
    assert not INLINE.search(answer.content.decode())
    for last in ("", "totp/deactivate/", "recovery-codes/generate/"):
        path = f"/accounts/2fa/{last}"
        page = client.get(path)
        assert page.status_code == 200 and not INLINE.search(page.content.decode()), path


def test_the_password_alone_no_longer_opens_the_account(client, tester):
    TOTP.activate(tester.user, SECRET)
    assert sign_in(client, "tester")["Location"].startswith("/accounts/2fa/authenticate/")
    assert client.get("/settings/").status_code == 302
    page = client.get("/accounts/2fa/authenticate/")
    assert page.status_code == 200 and not INLINE.search(page.content.decode())
    assert client.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert client.get("/settings/").status_code == 302
    assert client.post("/accounts/2fa/authenticate/", {"code": code_now()})["Location"] == "/"
    assert client.get("/settings/").status_code == 200


def test_a_recovery_code_opens_it_once(client, tester):
    TOTP.activate(tester.user, SECRET)
    code = RecoveryCodes.activate(tester.user).get_unused_codes()[0]
    for expected in (302, 200):
        other = type(client)()
        sign_in(other, "tester")
        assert other.post("/accounts/2fa/authenticate/", {"code": code}).status_code == expected


def test_no_token_for_the_password_alone(tester):
    TOTP.activate(tester.user, SECRET)
    given = {"username": "tester", "password": "a-long-password"}
    client = APIClient()
    assert client.post("/api/v1/auth/token/", given).status_code == 400
    assert client.post("/api/v1/auth/token/", given | {"code": "000000"}).status_code == 400
    code = code_now()
    assert client.post("/api/v1/auth/token/", given | {"code": code}).status_code == 201
    assert client.post("/api/v1/auth/token/", given | {"code": code}).status_code == 400


def test_guessing_codes_for_a_token_shuts_the_door(tester):
    TOTP.activate(tester.user, SECRET)
    given = {"username": "tester", "password": "a-long-password"}
    for number in range(5):
        APIClient().post("/api/v1/auth/token/", given | {"code": f"00000{number}"})
    assert APIClient().post("/api/v1/auth/token/", given | {"code": code_now()}).status_code == 429


def test_the_back_room_has_no_door_of_its_own(client):
    answer = client.get("/admin/login/?next=/admin/")
    assert answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")


def test_changing_the_second_step_asks_for_proof_again(client, tester):
    TOTP.activate(tester.user, SECRET)
    enter(client, tester)  # a session without a fresh proof
    for path in ("/accounts/2fa/totp/deactivate/", "/accounts/2fa/recovery-codes/generate/"):
        assert "reauthenticate" in client.get(path)["Location"]
    client.post("/accounts/2fa/totp/deactivate/")
    assert has_second_step(tester.user)


def test_nobody_is_asked_where_it_is_not_required(client, manager, settings):
    assert frozenset() == settings.REQUIRE_MFA_FOR
    enter(client, manager)
    assert client.get("/events/").status_code == 200


def test_a_role_that_must_have_it_is_told_and_then_led_to_it(client, manager, tester, settings):
    settings.REQUIRE_MFA_FOR = frozenset({"manager"})
    sign_in(client, "manager")
    assert "alert-warning" in client.get("/events/").content.decode()
    assert "alert-warning" not in client.get("/events/").content.decode()
    last = clock.today() + timedelta(days=settings.REQUIRE_MFA_AFTER_DAYS)
    assert last == policy.set_up_by(manager)
    with clock.standing_at(last):
        assert client.get("/events/").status_code == 200
    with clock.standing_at(last + timedelta(days=1)):
        assert client.get("/events/")["Location"] == "/accounts/2fa/totp/activate/"
        assert client.get("/api/v1/me/").status_code == 403
        for free in ("/settings/", "/accounts/logout/", "/v/"):
            assert client.get(free).status_code == 200
        TOTP.activate(manager.user, SECRET)
        assert client.get("/events/").status_code == 200
        other = type(client)()
        sign_in(other, "tester")
        assert other.get("/events/").status_code == 200


def test_the_days_run_from_the_first_telling_not_from_each_sign_in(client, manager, settings):
    settings.REQUIRE_MFA_FOR = frozenset({"manager"})
    first = policy.set_up_by(manager)
    with clock.standing_at(clock.today() + timedelta(days=3)):
        manager.user.refresh_from_db()
        assert policy.set_up_by(manager) == first


def test_whoever_may_approve_must_have_it(settings):
    settings.REQUIRE_MFA_FOR = frozenset({"approver"})
    at = make.house()
    assert Qualification.objects.filter(act="approve").exists()
    assert policy.is_required(at.approver)
    assert not policy.is_required(make.actor(Role.STAFF, at.institute))


def test_asking_costs_no_query_once_it_is_known(client, manager, settings, django_assert_num_queries):
    settings.REQUIRE_MFA_FOR = frozenset({"manager"})
    TOTP.activate(manager.user, SECRET)
    enter(client, manager)
    client.get("/settings/people/invite/")
    client.get("/events/")
    assert Authenticator.objects.filter(user=manager.user).count() == 1
    with django_assert_num_queries(3):
        client.get("/settings/switch-user/")
        client.get("/api/v1/me/acting/")


def test_a_role_written_wrongly_is_refused_at_the_start(settings):
    settings.REQUIRE_MFA_FOR = frozenset({"manger"})
    found = [message.msg for message in run_checks(tags=[checks.INSTALLATION])]
    assert any("REQUIRE_MFA_FOR" in text and "manger" in text for text in found)
