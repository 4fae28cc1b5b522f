"""The kernel's pages: home for strangers and for those who work here, settings, history."""

import json
import re

import pytest
from django.urls import reverse

from metrology import clock, navigation
from metrology.authentication import SESSION_KEY
from metrology.ledger import record, verb
from metrology.models import Membership
from metrology.roles import Role
from tests import make
from tests.pages import INLINE, SIGNED_IN, enter


@verb
def something_happens(to, *, by):
    record("organization.noted", to, by=by, organization=to, remark="<b>note</b>")


@pytest.mark.django_db
def test_a_stranger_reads_what_it_is_and_can_check_a_certificate(client):
    page = client.get("/").content.decode()
    assert 'action="/v/"' in page and reverse("account_login") in page
    assert "-demo" not in page and not INLINE.search(page)


@pytest.mark.django_db
def test_the_demonstration_offers_its_accounts_in_one_click(client, settings):
    settings.DEMO = True
    page = client.get("/").content.decode()
    for name in settings.DEMO_ACCOUNTS:
        assert f'value="{name}-demo"' in page


@pytest.mark.django_db
def test_a_demo_button_signs_in(client, settings):
    settings.DEMO = True
    someone = make.user(name="tester")
    someone.set_password("tester-demo")
    someone.save()
    answer = client.post(
        reverse("account_login"), {"login": "tester", "password": "tester-demo", "next": "/"}
    )
    assert answer.status_code == 302 and answer["Location"] == "/"
    assert client.get("/").context["actor"].user == someone


@pytest.mark.parametrize("path", ["/settings/", "/events/"])
@pytest.mark.django_db
def test_a_stranger_is_sent_to_sign_in_first(client, path):
    answer = client.get(path)
    assert answer.status_code == 302 and answer["Location"] == f"/accounts/login/?next={path}"


@pytest.mark.parametrize("path", ["/", "/settings/", "/events/"])
def test_a_page_costs_few_queries_and_has_nothing_inline(
    client, manager, path, django_assert_max_num_queries
):
    something_happens(manager.organization, by=manager)
    enter(client, manager)
    with django_assert_max_num_queries(10 if path == "/" else SIGNED_IN + 3):
        page = client.get(path)
    assert page.status_code == 200 and not INLINE.search(page.content.decode())


@pytest.mark.parametrize(
    ("who", "seen", "hidden"),
    [
        ("city", {"home", "standards", "jobs", "certificates", "events"}, set()),
        ("manager", {"home", "standards", "jobs", "orders", "people"}, set()),
        ("clerk", {"home", "instruments", "orders", "certificates"}, {"jobs", "people", "standards"}),
        ("operator", {"home"}, {"instruments", "jobs", "certificates", "orders", "standards", "events"}),
    ],
)
def test_the_menu_fits_the_role(client, request, who, seen, hidden, institute):
    actor = make.actor(Role.OPERATOR, institute) if who == "operator" else request.getfixturevalue(who)
    enter(client, actor)
    page = client.get("/").content.decode()
    menu = re.search(r'<nav class="collapse.*?</nav>', page, re.S).group(0)
    assert all(f'href="{reverse(name)}"' in menu for name in seen)
    assert not any(f'href="{reverse(name)}"' in menu for name in hidden)


def test_an_operator_counts_no_measurement(institute):
    operator = make.actor(Role.OPERATOR, institute)
    make.standard(institute)
    assert navigation.cards_for(operator) == []


def test_one_acts_in_another_of_ones_own_memberships(client, tester, acme):
    other = Membership.objects.create(
        user=tester.user, organization=acme, role=Role.ENTERPRISE_USER, valid_from=make.LONG_AGO
    )
    enter(client, tester)
    answer = client.post("/settings/acting/", {"membership": str(other.public_id)})
    assert answer.status_code == 302 and client.session[SESSION_KEY] == str(other.public_id)
    assert client.get("/").context["actor"].organization == acme


@pytest.mark.parametrize("given", ["", "x", "\0", "0" * 400])
def test_a_mistyped_membership_is_not_found(client, tester, given):
    enter(client, tester)
    assert client.post("/settings/acting/", {"membership": given}).status_code == 404


def test_nobody_acts_in_anothers_membership_nor_in_one_that_ended(client, tester, manager):
    ended = Membership.objects.create(
        user=tester.user,
        organization=make.enterprise(),
        role=Role.ENTERPRISE_USER,
        valid_from=make.LONG_AGO,
        valid_to=make.LONG_AGO,
    )
    enter(client, tester)
    for membership in (manager.membership, ended):
        answer = client.post("/settings/acting/", {"membership": str(membership.public_id)})
        assert answer.status_code == 404
        assert client.session[SESSION_KEY] == str(tester.membership.public_id)


def test_the_switch_takes_post_only(client, tester):
    enter(client, tester)
    assert client.get("/settings/acting/").status_code == 405


def test_the_language_is_switched_and_kept(client, tester):
    enter(client, tester)
    assert 'lang="zh-Hans"' in client.get("/settings/").content.decode()
    client.post(reverse("set_language"), {"language": "en", "next": "/settings/"})
    assert '<html lang="en"' in client.get("/settings/").content.decode()


def test_history_shows_what_was_done_and_by_whom_as_text(client, manager):
    something_happens(manager.organization, by=manager)
    enter(client, manager)
    page = client.get("/events/").content.decode()
    assert "organization.noted" in page and manager.name in page
    assert "&lt;b&gt;note&lt;/b&gt;" in page and "<b>note" not in page
    assert clock.today().isoformat() in page


def test_history_of_one_object_only(client, manager, institute):
    something_happens(institute, by=manager)
    enter(client, manager)
    assert "organization.noted" in client.get(f"/events/?subject={institute.public_id}").content.decode()
    other = make.institute().public_id
    assert "organization.noted" not in client.get(f"/events/?subject={other}").content.decode()


def test_anothers_history_is_not_shown(client, mallory, manager):
    something_happens(manager.organization, by=manager)
    enter(client, mallory)
    assert "organization.noted" not in client.get("/events/").content.decode()


@pytest.mark.parametrize("query", ["cursor=x", "subject=x", "since=x", "verb=%00", "subject=%ff"])
def test_a_mistyped_query_is_answered_with_a_reason(client, manager, query):
    enter(client, manager)
    answer = client.get(f"/events/?{query}")
    assert answer.status_code == 400 and 'role="alert"' in answer.content.decode()


def test_a_second_page_follows_the_first(client, manager):
    for _ in range(51):
        something_happens(manager.organization, by=manager)
    enter(client, manager)
    first = client.get("/events/")
    second = client.get(first.context["next_url"])
    assert len(first.context["rows"]) == 50 and len(second.context["rows"]) == 1
    assert second.context["next_url"] is None and second.context["first_url"]


@pytest.mark.parametrize("path", ["login/", "signup/", "password/reset/", "inactive/"])
@pytest.mark.django_db
def test_an_account_page_wears_our_frame_and_nothing_inline(client, path):
    page = client.get(f"/accounts/{path}").content.decode()
    assert "liangzhun/app.css" in page and not INLINE.search(page)


@pytest.mark.parametrize("path", ["password/change/", "logout/", "reauthenticate/", "email/"])
def test_an_own_account_page_wears_our_frame(client, tester, path):
    enter(client, tester)
    answer = client.get(f"/accounts/{path}")
    assert answer.status_code in (200, 302)
    assert answer.status_code == 302 or not INLINE.search(answer.content.decode())


def test_an_event_keeps_its_actor_as_it_was(client, manager):
    something_happens(manager.organization, by=manager)
    event = manager.organization.events.get()
    assert json.loads(event.actor)["name"] == manager.name
