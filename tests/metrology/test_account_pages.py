"""The pages of accounts: people, invitations, requests for access, sessions, and nothing inline on any."""

import re
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from metrology import clock
from metrology.accounts.invitations import MOST_DEAD_LINKS
from metrology.actions.invitations import invite, withdraw_invitation
from metrology.models import ApiToken, Invitation, Membership, User
from metrology.roles import Role
from tests import make
from tests.pages import INLINE, SIGNED_IN, enter, reads

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
NEW = {"username": "wangxm", "password": PASSWORD, "again": PASSWORD}


@pytest.fixture(autouse=True)
def fresh():
    cache.clear()


@pytest.fixture
def offered(institute, manager):
    """An invitation with the path of its link."""
    invitation, token = invite(organization=institute, role=Role.STAFF, name="王小明", by=manager)
    return invitation, f"/invitations/{token}/"


def sign_in(client, name, password="a-long-password", **more):
    return client.post("/accounts/login/", {"login": name, "password": password, **more})


# --- People -----------------------------------------------------------------------------------------


def test_a_manager_sees_who_has_access(client, manager, tester, mallory):
    page = reads(client, manager, "/settings/people/")
    assert "tester" in page and "mallory" not in page


@pytest.mark.parametrize("who", ["tester", "counter"])
def test_people_are_kept_by_who_runs_the_house(client, request, who):
    enter(client, request.getfixturevalue(who))
    for path in ("/settings/people/", "/settings/people/invite/"):
        assert client.get(path).status_code == 403
    assert "/settings/people/" not in client.get("/settings/").content.decode()


def test_the_list_costs_the_same_for_three_and_thirty(client, manager, institute):
    enter(client, manager)
    asked = []
    for count in (3, 27):
        for _ in range(count):
            make.actor(Role.STAFF, institute)
            invite(organization=institute, role=Role.STAFF, name="某人", by=manager)
        with CaptureQueriesContext(connection) as queries:
            client.get("/settings/people/")
        asked.append(len(queries))
    assert asked[0] == asked[1] <= SIGNED_IN + 4


def test_inviting_shows_the_link_once(client, manager, institute):
    enter(client, manager)
    given = {"organization": institute.pk, "role": "staff", "name": "王小明", "email": "wang@example.org"}
    answer = client.post("/settings/people/invite/", given)
    link = re.search(r'value="(http://testserver/invitations/[^"]+)"', answer.content.decode())
    assert link and answer["Cache-Control"] == "no-store"
    assert mail.outbox[-1].to == ["wang@example.org"] and link[1] in mail.outbox[-1].body
    assert not INLINE.search(answer.content.decode())
    assert link[1] not in client.get("/settings/people/").content.decode()
    stranger = type(client)()
    assert "王小明" in stranger.get(link[1]).content.decode()


@pytest.mark.parametrize("role", ["city_admin", "operator", "enterprise_admin", "x"])
def test_a_form_turned_over_offers_nothing_more(client, manager, institute, role):
    enter(client, manager)
    answer = client.post(
        "/settings/people/invite/", {"organization": institute.pk, "role": role, "name": "x"}
    )
    assert answer.status_code == 400
    other = make.institute()
    answer = client.post("/settings/people/invite/", {"organization": other.pk, "role": "staff", "name": "x"})
    assert answer.status_code == 400
    assert Invitation.objects.count() == 0


def test_a_foreign_membership_or_invitation_is_absent(client, mallory, tester, offered):
    for path in (
        f"/settings/people/{tester.membership.public_id}/end/",
        f"/settings/people/{tester.membership.public_id}/block/",
        f"/settings/people/{tester.membership.public_id}/unblock/",
        f"/settings/people/invitations/{offered[0].public_id}/withdraw/",
    ):
        enter(client, mallory)
        assert client.get(path).status_code == client.post(path).status_code == 404


def test_access_ends_with_a_day_and_history_stays(client, manager, tester):
    enter(client, manager)
    path = f"/settings/people/{tester.membership.public_id}/end/"
    assert client.get(path).status_code == 200
    answer = client.post(path, {"on": clock.today().isoformat()})
    assert answer.status_code == 302
    tester.membership.refresh_from_db()
    assert tester.membership.valid_to == clock.today()
    assert "tester" in client.get("/settings/people/").content.decode()


def test_blocking_ends_every_session_and_token_at_once(client, manager, tester):
    elsewhere = type(client)()
    assert sign_in(elsewhere, "tester").status_code == 302
    ApiToken.objects.create(user=tester.user, membership=tester.membership)
    enter(client, manager)
    assert client.post(f"/settings/people/{tester.membership.public_id}/block/").status_code == 302
    assert elsewhere.get("/settings/").status_code == 302
    assert not ApiToken.objects.filter(user=tester.user).exists()
    assert not UserSession.objects.filter(user=tester.user).exists()
    assert sign_in(elsewhere, "tester").headers.get("Location", "") != "/"
    assert elsewhere.get("/settings/").status_code == 302
    assert client.post(f"/settings/people/{tester.membership.public_id}/unblock/").status_code == 302
    assert sign_in(elsewhere, "tester")["Location"] == "/"


def test_the_last_administrator_stays(client, manager, institute):
    enter(client, manager)
    base = f"/settings/people/{manager.membership.public_id}"
    assert client.post(f"{base}/end/", {"on": clock.today().isoformat()}).status_code == 409
    assert client.post(f"{base}/block/").status_code == 409
    make.actor(Role.MANAGER, institute)
    assert client.post(f"{base}/end/", {"on": clock.today().isoformat()}).status_code == 302


def test_open_work_is_named_before_somebody_goes(client):
    at = make.house()
    job = make.job("assigned", at=at)
    page = reads(client, at.manager, f"/settings/people/{at.tester.membership.public_id}/end/")
    assert job.number in page


# --- The link -----------------------------------------------------------------------------------------


def test_a_person_takes_an_invitation_up_and_signs_in(client, offered, institute):
    page = client.get(offered[1])
    assert page.status_code == 200 and not INLINE.search(page.content.decode())
    assert (page["Cache-Control"], page["Referrer-Policy"]) == ("no-store", "same-origin")
    assert client.post(offered[1], NEW)["Location"] == "/accounts/login/"
    assert sign_in(client, "wangxm", PASSWORD)["Location"] == "/"
    assert client.get("/").context["actor"].organization == institute


def test_a_refusal_stands_beside_its_field_and_uses_nothing_up(client, offered):
    answer = client.post(offered[1], NEW | {"again": "another password"})
    assert answer.status_code == 400 and answer.context["form"].errors.keys() == {"again"}
    answer = client.post(offered[1], {"username": "manager", "password": "123456", "again": "123456"})
    assert answer.context["form"].errors.keys() == {"username", "password"}
    assert PASSWORD not in answer.content.decode() and '123456"' not in answer.content.decode()
    assert client.post(offered[1], NEW).status_code == 302


def test_every_dead_link_is_the_same_calm_page(client, offered, institute, manager):
    client.post(offered[1], NEW, follow=True)
    withdrawn, token = invite(organization=institute, role=Role.STAFF, name="x", by=manager)
    withdraw_invitation(withdrawn, by=manager)
    _late, late = invite(organization=institute, role=Role.STAFF, name="x", by=manager)
    bodies = set()
    with clock.standing_at(clock.today() + timedelta(days=9)):
        for path in (offered[1], f"/invitations/{token}/", f"/invitations/{late}/", "/invitations/never/"):
            for answer in (client.get(path), client.post(path, NEW | {"username": "later"})):
                assert answer.status_code == 404
                text = answer.content.decode().replace(path, "…")
                bodies.add(re.sub(r'(csrfmiddlewaretoken" value|hx-headers)=.[^>]*', "", text))
    assert len(bodies) == 1


def test_guessing_links_ends_in_a_closed_door(client, offered):
    for number in range(MOST_DEAD_LINKS):
        assert client.get(f"/invitations/{number}/").status_code == 404
    assert client.get("/invitations/again/").status_code == 429
    assert client.get(offered[1]).status_code == 429


def test_somebody_signed_in_adds_the_role(client, offered, mallory, institute):
    enter(client, mallory)
    assert "mallory" in client.get(offered[1]).content.decode()
    assert client.get(f"{offered[1]}join/").status_code == 302
    assert client.post(f"{offered[1]}join/")["Location"] == "/"
    assert client.get("/").context["actor"].organization == institute
    assert Membership.objects.current().filter(user=mallory.user).count() == 2


def test_joining_needs_a_sign_in(client, offered):
    assert client.post(f"{offered[1]}join/")["Location"].startswith("/accounts/login/")


# --- Passwords, sessions, language ------------------------------------------------------------------------


def test_forgetting_a_password_is_answered_alike_for_every_address(client):
    someone = make.user(name="known")
    User.objects.filter(pk=someone.pk).update(email="known@example.org")
    bodies = []
    for address in ("known@example.org", "never@example.org"):
        answer = client.post("/accounts/password/reset/", {"email": address}, follow=True)
        assert answer.redirect_chain[-1][0] == "/accounts/password/reset/done/"
        bodies.append(re.sub(r'(csrfmiddlewaretoken" value|hx-headers)=.[^>]*', "", answer.content.decode()))
    assert bodies[0] == bodies[1]
    assert [message.to for message in mail.outbox] == [["known@example.org"]]
    link = re.search(r"http://testserver(\S+)", mail.outbox[0].body)[1]
    form = client.get(link, follow=True)
    refused = client.post(form.request["PATH_INFO"], {"password1": "123456", "password2": "123456"})
    assert refused.status_code == 200
    client.post(form.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    assert sign_in(client, "known", PASSWORD)["Location"] == "/"


def test_wrong_names_and_wrong_passwords_are_answered_alike(client):
    make.user(name="known")
    said = []
    for name in ("known", "never"):
        page = sign_in(client, name, "guess").content.decode()
        said.append(re.search(r"alert-danger.*?</div>", page, re.S)[0])
    assert said[0] == said[1]


def test_guessing_a_password_shuts_the_login(client):
    make.user(name="known")
    for _ in range(5):
        sign_in(client, "known", "guess")
    assert sign_in(client, "known").status_code != 302


def test_a_sign_in_ends_with_the_browser_unless_asked_otherwise(client):
    make.user(name="known")
    sign_in(client, "known")
    assert client.session.get_expire_at_browser_close()
    sign_in(type(client)(), "known")
    other = type(client)()
    sign_in(other, "known", remember="on")
    assert not other.session.get_expire_at_browser_close()


def test_one_ends_every_other_sign_in_of_ones_own(client, tester, manager):
    here, there, others = client, type(client)(), type(client)()
    sign_in(here, "tester")
    sign_in(there, "tester")
    sign_in(others, "manager")
    ApiToken.objects.create(user=tester.user, membership=tester.membership)
    assert here.get("/settings/sessions/").status_code == 200
    here.post("/settings/sessions/")
    assert here.get("/settings/").status_code == 200
    assert there.get("/settings/").status_code == 302
    assert others.get("/settings/").status_code == 200
    assert not ApiToken.objects.filter(user=tester.user).exists()


def test_a_shared_computer_changes_hands(client, tester):
    sign_in(client, "tester")
    answer = client.post("/settings/switch-user/", {"next": "/jobs/"})
    assert answer["Location"] == "/accounts/login/?next=/jobs/"
    assert client.get("/settings/").status_code == 302
    answer = client.post("/settings/switch-user/", {"next": "https://evil.example/"})
    assert answer["Location"] == "/accounts/login/?next=/"
    assert client.get("/settings/switch-user/").status_code == 405


def test_an_idle_sign_in_ends(client, tester, settings):
    settings.SESSION_IDLE_MINUTES = 10
    sign_in(client, "tester")
    assert client.get("/settings/").status_code == 200
    session = client.session
    session["seen"] -= 9 * 60
    session.save()
    assert client.get("/settings/").status_code == 200
    session = client.session
    session["seen"] -= 11 * 60
    session.save()
    assert client.get("/settings/").status_code == 302


def test_the_language_goes_with_the_account(client, tester):
    sign_in(client, "tester")
    client.post("/i18n/setlang/", {"language": "en", "next": "/settings/"})
    tester.user.refresh_from_db()
    assert tester.user.language == "en"
    elsewhere = type(client)()
    assert '<html lang="zh-Hans"' in elsewhere.get("/accounts/login/").content.decode()
    sign_in(elsewhere, "tester")
    assert '<html lang="en"' in elsewhere.get("/settings/").content.decode()
    client.post("/i18n/setlang/", {"language": "xx", "next": "/settings/"})
    tester.user.refresh_from_db()
    assert tester.user.language == "en"


PUBLIC = (
    "/accounts/login/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/x-y/",
    "/accounts/password/reset/key/done/",
    "/accounts/inactive/",
    "/accounts/signup/",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/x/",
    "/accounts/3rdparty/login/error/",
    "/accounts/3rdparty/login/cancelled/",
    "/register/",
    "/register/check/",
    "/register/thanks/",
    "/invitations/x/",
)
OWN = (
    "/settings/",
    "/settings/people/",
    "/settings/people/invite/",
    "/settings/sessions/",
    "/accounts/logout/",
    "/accounts/password/change/",
    "/accounts/email/",
    "/accounts/2fa/",
    "/accounts/3rdparty/",
    "/accounts/reauthenticate/",
)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("path", PUBLIC + OWN)
def test_no_page_of_accounts_has_anything_inline(client, manager, path, language):
    client.cookies["django_language"] = language
    if path in OWN:
        enter(client, manager)
        client.post("/accounts/reauthenticate/", {"password": "a-long-password"})
    page = client.get(path)
    assert page.status_code in (200, 401, 404), page.status_code
    assert not INLINE.search(page.content.decode())
    assert "data-theme-switch" in page.content.decode() and "/i18n/setlang/" in page.content.decode()
