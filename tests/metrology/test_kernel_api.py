from typing import Any

import pytest
from django.core.cache import cache
from rest_framework.throttling import SimpleRateThrottle

from metrology import clock
from metrology.actors import Actor
from metrology.models import ApiToken, Membership, Notice, Organization
from metrology.roles import Role
from tests import make
from tests.calls import API, HUGE, calling, listed, pointers

pytestmark = pytest.mark.django_db

PASSWORD = "a-long-password"
ABSENT = "0190b1a2-0000-7000-8000-000000000000"


def login(**body: Any) -> Any:
    return calling().post(f"{API}/auth/token/", body)


def test_a_name_and_a_password_get_a_token_that_acts(clerk: Actor) -> None:
    answer = login(username="clerk", password=PASSWORD)
    assert answer.status_code == 201
    client = calling()
    client.credentials(HTTP_AUTHORIZATION=f"Token {answer.json()['token']}")
    me = client.get(f"{API}/me/").json()
    assert (me["username"], me["acting"]["role"]) == ("clerk", "enterprise_admin")
    assert client.post(f"{API}/auth/logout/").status_code == 204
    assert client.get(f"{API}/me/").status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {"username": "clerk", "password": "wrong"},
        {"username": "nobody", "password": PASSWORD},
        {"username": "clerk", "password": PASSWORD + " "},
    ],
)
def test_a_wrong_name_and_a_wrong_password_are_answered_alike(clerk: Actor, body: dict[str, str]) -> None:
    answer = login(**body)
    assert answer.status_code in (401, 403)
    assert answer.json()["detail"] == login(username="x", password="y").json()["detail"]
    assert not ApiToken.objects.exists()


def test_who_holds_several_memberships_chooses_one(clerk: Actor, mallory: Actor) -> None:
    assert clerk.user is not None and mallory.membership is not None
    second = Membership.objects.create(
        user=clerk.user,
        organization=make.enterprise(),
        role=Role.ENTERPRISE_USER,
        valid_from=make.LONG_AGO,
    )
    asked = login(username="clerk", password=PASSWORD)
    assert asked.status_code == 400 and str(second.public_id) in asked.content.decode()
    chosen = login(username="clerk", password=PASSWORD, membership=str(second.public_id))
    assert chosen.json()["membership"]["role"] == "enterprise_user"
    foreign = login(username="clerk", password=PASSWORD, membership=str(mallory.membership.public_id))
    assert foreign.status_code == 400


def test_a_session_acts_in_the_chosen_membership(clerk: Actor, mallory: Actor) -> None:
    assert clerk.user is not None and mallory.membership is not None
    other = make.enterprise()
    second = Membership.objects.create(
        user=clerk.user, organization=other, role=Role.ENTERPRISE_USER, valid_from=make.LONG_AGO
    )
    client = calling(clerk)
    answer = client.post(f"{API}/me/acting/", {"membership": str(second.public_id)})
    assert answer.json()["acting"]["organization"] == str(other.public_id)
    foreign = client.post(f"{API}/me/acting/", {"membership": str(mallory.membership.public_id)})
    assert foreign.status_code == 400


def test_logins_are_limited_per_address(monkeypatch: Any) -> None:
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "login", "3/min")
    cache.clear()
    codes = [login(username=f"x{n}", password="y").status_code for n in range(4)]
    assert (codes[2] == 429, codes[3] == 429) == (False, True)


def test_logins_are_limited_per_name_whatever_the_address(monkeypatch: Any) -> None:
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "login", "3/min")
    cache.clear()
    client = calling()
    codes = [
        client.post(
            f"{API}/auth/token/", {"username": "x", "password": "y"}, REMOTE_ADDR=f"10.0.0.{n}"
        ).status_code
        for n in range(4)
    ]
    assert (codes[2] == 429, codes[3] == 429) == (False, True)
    cache.clear()


def test_a_stranger_gets_nothing() -> None:
    for noun in ("regions", "organizations", "people", "memberships", "events", "notices", "targets", "me"):
        assert calling().get(f"{API}/{noun}/").status_code == 401, noun


def test_an_enterprise_sees_itself_and_public_bodies(
    acme: Organization, clerk: Actor, mallory: Actor, institute: Organization
) -> None:
    assert mallory.organization is not None
    assert listed(clerk, "organizations") == {str(acme.public_id), str(institute.public_id)}
    assert calling(clerk).get(f"{API}/organizations/{mallory.organization.public_id}/").status_code == 404


def test_foreign_people_memberships_and_notices_answer_as_absent(clerk: Actor, mallory: Actor) -> None:
    assert clerk.person is not None and clerk.membership is not None
    notice = Notice.objects.create(
        kind="due",
        subject_type="x",
        subject_id="1",
        due_on=clock.today(),
        stage="30",
        recipient=clerk.user,
        message="到期",
        created_at=clock.now(),
    )
    for noun, row in (("people", clerk.person), ("memberships", clerk.membership), ("notices", notice)):
        path = f"{API}/{noun}/{row.public_id}/"
        assert calling(clerk).get(path).status_code == 200
        foreign = calling(mallory).get(path)
        absent = calling(mallory).get(f"{API}/{noun}/{ABSENT}/")
        assert foreign.status_code == absent.status_code == 404
        assert foreign.json() == absent.json()
    assert calling(mallory).post(f"{API}/notices/{notice.public_id}/read/", {}).status_code == 404
    read = calling(clerk).post(f"{API}/notices/{notice.public_id}/read/", {})
    assert read.json()["read_at"] is not None


def test_the_county_sees_its_own_enterprises_only(clerk: Actor, acme: Organization) -> None:
    county = make.county()
    inside = make.enterprise(region=county)
    office = make.actor(Role.COUNTY_ADMIN, make.organization("authority", region=county))
    seen = listed(office, "organizations")
    assert str(inside.public_id) in seen
    assert str(acme.public_id) not in seen


def test_an_organization_is_created_changed_and_dissolved(city: Actor) -> None:
    make.county()
    client = calling(city)
    made = client.post(
        f"{API}/organizations/", {"kind": "enterprise", "name_zh": "新公司（演示）", "region": "370921"}
    )
    assert made.status_code == 201 and made["ETag"] == '"1"'
    path = f"{API}/organizations/{made.json()['id']}/"
    assert client.patch(path, {"phone": "1"}, HTTP_IF_MATCH='"7"').status_code == 412
    changed = client.patch(path, {"phone": "1"}, HTTP_IF_MATCH='"1"')
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert client.patch(path, {"is_demo": True}).status_code == 400
    assert client.post(f"{path}dissolve/", {}).json()["dissolved_on"] == clock.today().isoformat()


def test_a_repeated_post_creates_one_body(city: Actor) -> None:
    body = {"kind": "enterprise", "name_zh": "新公司（演示）", "region": city.organization.region.key}
    answers = [calling(city).post(f"{API}/organizations/", body, HTTP_IDEMPOTENCY_KEY="k1") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Organization.objects.filter(name_zh="新公司（演示）").count() == 1


def test_a_manager_hires_somebody_and_blocks_the_login_again(manager: Actor, institute: Organization) -> None:
    client = calling(manager)
    house = str(institute.public_id)
    person = client.post(f"{API}/people/", {"employer": house, "name_zh": "王五"}).json()
    made = client.post(
        f"{API}/memberships/with-login/",
        {
            "username": "wangwu",
            "password": PASSWORD,
            "person": person["id"],
            "organization": house,
            "role": "staff",
        },
    )
    assert made.status_code == 201, made.content
    assert PASSWORD not in made.content.decode()
    assert login(username="wangwu", password=PASSWORD).status_code == 201
    blocked = client.post(f"{API}/memberships/{made.json()['id']}/block-login/", {})
    assert blocked.json()["is_active"] is False
    assert login(username="wangwu", password=PASSWORD).status_code in (401, 403)
    left = client.post(f"{API}/people/{person['id']}/leave/", {"on": "2026-01-31"})
    assert left.json()["left_on"] == "2026-01-31"


def test_a_known_login_gets_a_second_role_and_a_foreign_one_is_absent(
    manager: Actor, tester: Actor, mallory: Actor, institute: Organization
) -> None:
    assert tester.user is not None and mallory.user is not None
    body = {"organization": str(institute.public_id), "role": "counter"}
    client = calling(manager)
    made = client.post(f"{API}/memberships/", {**body, "user": str(tester.user.public_id)})
    assert made.status_code == 201
    foreign = client.post(f"{API}/memberships/", {**body, "user": str(mallory.user.public_id)})
    assert (foreign.status_code, pointers(foreign)) == (400, {"/user"})
    ended = client.post(f"{API}/memberships/{made.json()['id']}/end/", {})
    assert ended.json()["valid_to"] == clock.today().isoformat()


def test_events_are_shown_as_objects_to_their_own_house(
    acme: Organization, clerk: Actor, mallory: Actor
) -> None:
    calling(clerk).patch(f"{API}/organizations/{acme.public_id}/", {"phone": "0538-1"})
    rows = calling(clerk).get(f"{API}/events/", {"verb": "organization.changed"}).json()["results"]
    assert rows[0]["facts"] == {"changes": {"phone": ["", "0538-1"]}}
    assert rows[0]["actor"]["role"] == "enterprise_admin"
    assert listed(mallory, "events") == set()


def test_regions_are_filtered_and_drawn_by_the_city(city: Actor, clerk: Actor) -> None:
    make.county()
    body = {"key": "370900-x", "name_zh": "区", "name_en": "Zone", "level": "zone", "parent": "370900"}
    assert calling(clerk).post(f"{API}/regions/", body).status_code == 403
    made = calling(city).post(f"{API}/regions/", body)
    assert made.json()["path"] == "370900/370900-x/"
    changed = calling(city).patch(f"{API}/regions/{made.json()['id']}/", {"parent": "370921"})
    assert changed.json()["path"] == "370900/370921/370900-x/"
    assert len(listed(clerk, "regions", parent="370921")) == 1


@pytest.mark.parametrize(
    ("noun", "body", "expected"),
    [
        ("organizations", {}, {"/kind", "/name_zh", "/region"}),
        ("organizations", [], {""}),
        ("organizations", "text", {""}),
        (
            "organizations",
            {"kind": "guild", "name_zh": HUGE, "region": "９", "phone": ["1"], "email": "x", "extra": 1},
            {"/kind", "/name_zh", "/region", "/phone", "/email", "/extra"},
        ),
        (
            "organizations",
            {"kind": "enterprise", "name_zh": "a\0b", "region": "370900"},
            {"/name_zh"},
        ),
        (
            "organizations",
            {"kind": "enterprise", "name_zh": "a", "region": "370900", "established_on": "0001-01-01"},
            {"/established_on"},
        ),
        ("people", {"employer": HUGE, "name_zh": None}, {"/employer", "/name_zh"}),
        ("people", {"employer": {"id": 1}, "name_zh": "x" * 61}, {"/employer", "/name_zh"}),
        (
            "memberships",
            {"user": "x", "organization": "y", "role": "king"},
            {"/user", "/organization", "/role"},
        ),
        (
            "memberships/with-login",
            {"username": True, "password": 5, "organization": None, "role": ""},
            {"/username", "/password", "/organization", "/role"},
        ),
        (
            "targets",
            {
                "indicator": "x",
                "level": "moon",
                "year": HUGE,
                "value": "１，２",
                "aggregation": "total",
                "regions": "370900",
                "since": "2026-02-30",
            },
            {"/level", "/year", "/value", "/regions", "/since"},
        ),
        ("targets", {"year": "２０２０", "regions": [HUGE, "none"]}, {"/year", "/regions/0", "/regions/1"}),
        (
            "targets",
            {
                "indicator": "x",
                "level": "city",
                "year": 2026,
                "value": "1",
                "aggregation": "total",
                "since": "2026-01-01",
                "regions": ["370900", "370900"],
            },
            {"/regions/1"},
        ),
        ("regions", {"key": 1, "name_zh": [], "level": {}}, {"/key", "/name_zh", "/name_en", "/level"}),
        ("auth/token", {"username": [], "password": {}, "membership": HUGE}, {"/username", "/password"}),
        ("me/acting", {"membership": HUGE}, {"/membership"}),
    ],
)
def test_bad_bodies_are_refused_with_every_place(
    city: Actor, noun: str, body: Any, expected: set[str]
) -> None:
    answer = calling(city).post(f"{API}/{noun}/", body)
    assert answer.status_code == 400, answer.content
    assert expected <= pointers(answer)
    assert answer["Content-Type"].startswith("application/problem+json")


@pytest.mark.parametrize(
    "query",
    [
        "organizations/?kind=x",
        "organizations/?name=a%00b",
        "people/?employer=1",
        f"targets/?year={HUGE}",
        "targets/?year=２０２０",
        "events/?since=yesterday",
        "events/?since=0001-01-01T00:00:00",
        "events/?until=9999-12-31T23:59:59-12:00",
        "events/?since=0001-01-01T00:00:00%2B14:00",
        "memberships/?role=king",
        "regions/?page_size=0",
        f"regions/?page_size={HUGE}",
        "regions/?cursor=x",
        "regions/?ordering=password",
    ],
)
def test_bad_queries_are_refused(city: Actor, query: str) -> None:
    answer = calling(city).get(f"{API}/{query}")
    assert answer.status_code in (200, 400), answer.content
    if "２" not in query:
        assert answer.status_code == 400


@pytest.mark.parametrize("noun", ["organizations", "people", "memberships", "events", "targets", "regions"])
def test_a_list_asks_the_database_as_often_for_many_rows_as_for_one(
    noun: str, city: Actor, django_assert_max_num_queries: Any
) -> None:
    for _ in range(12):
        clerk = make.actor(Role.ENTERPRISE_ADMIN, make.enterprise())
        calling(clerk).patch(f"{API}/organizations/{clerk.organization.public_id}/", {"phone": "1"})
    client = calling(city)
    with django_assert_max_num_queries(10):
        answer = client.get(f"{API}/{noun}/", {"page_size": 500})
    assert answer.status_code == 200


def test_the_schema_and_its_page_are_served_from_here(city: Actor) -> None:
    schema = calling(city).get(f"{API}/schema/", {"format": "json"})
    assert schema.status_code == 200
    page = calling(city).get(f"{API}/docs/", HTTP_ACCEPT="text/html")
    assert page.status_code == 200
    assert "'unsafe-inline'" in page["Content-Security-Policy"]
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert "//" not in page.content.decode().replace("http://testserver", "").replace("<!--", "")
    assert "'unsafe-inline'" not in calling(city).get("/healthz")["Content-Security-Policy"]
