"""What the API promises: once only, not stale, not too often, signed in, described, in few queries."""

from __future__ import annotations

import json
import re
import threading
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import IntegrityError, connection, connections
from django.test.utils import CaptureQueriesContext
from openapi_spec_validator import validate
from rest_framework.throttling import SimpleRateThrottle

from instruments.models import Instrument
from metrology import clock
from metrology.actors import Actor
from metrology.api import PAGE_PARAMETERS
from metrology.doors import MOST_ITEMS
from metrology.models import ApiToken, Event, IdempotencyKey, Membership, Organization
from metrology.roles import Role
from tests import make
from tests.calls import API, calling, pointers
from tests.test_isolation import routes

PASSWORD = "a-long-password"
WAIT = 30


@pytest.fixture
def piece(acme: Organization, clerk: Actor) -> dict[str, Any]:
    """The body of an instrument that the clerk may register."""
    return {"category": make.category().code, "name": "电子秤", "serial": "S-1"}


def register(by: Actor, body: dict[str, Any], key: str | None = None, **more: Any) -> Any:
    headers = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
    return calling(by).post(f"{API}/instruments/", body, **headers, **more)


@pytest.mark.django_db
def test_the_same_key_and_body_give_the_same_answer_and_one_object(clerk: Actor, piece: Any) -> None:
    first, again = register(clerk, piece, "k1"), register(clerk, piece, "k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["ETag"] == first["ETag"] == '"1"'
    assert (again["Idempotency-Replayed"], "Idempotency-Replayed" in first) == ("true", False)
    assert Instrument.objects.count() == 1
    assert Event.objects.filter(verb="instrument.registered").count() == 1


@pytest.mark.django_db
def test_the_same_key_for_another_request_is_a_conflict(clerk: Actor, piece: Any) -> None:
    register(clerk, piece, "k1")
    other = register(clerk, piece | {"serial": "S-2"}, "k1")
    assert (other.status_code, other.json()["type"]) == (409, "urn:liangzhun:problem:key_reused")
    elsewhere = calling(clerk).post(f"{API}/equipment/", piece, HTTP_IDEMPOTENCY_KEY="k1")
    assert elsewhere.status_code == 409
    assert Instrument.objects.count() == 1


@pytest.mark.django_db
def test_keys_of_two_users_are_two_keys(clerk: Actor, mallory: Actor, piece: Any) -> None:
    assert register(clerk, piece, "k1").json()["id"] != register(mallory, piece, "k1").json()["id"]


@pytest.mark.django_db
def test_a_key_used_in_one_membership_answers_in_no_other(clerk: Actor, piece: Any) -> None:
    assert clerk.user is not None
    second = Membership.objects.create(
        user=clerk.user,
        organization=make.enterprise(),
        role=Role.ENTERPRISE_ADMIN,
        valid_from=make.LONG_AGO,
    )
    register(clerk, piece, "k1")
    assert register(Actor(clerk.user, second), piece, "k1").status_code == 409
    assert Instrument.objects.count() == 1


@pytest.mark.django_db
def test_a_refusal_leaves_no_key(clerk: Actor, piece: Any) -> None:
    assert register(clerk, {**piece, "category": "none"}, "k1").status_code == 400
    assert not IdempotencyKey.objects.exists()
    assert register(clerk, piece, "k1").status_code == 201


@pytest.mark.django_db
def test_a_key_gives_no_password_away(manager: Actor, institute: Organization) -> None:
    who = make.person(institute)
    body = {
        "username": "newone",
        "password": PASSWORD,
        "organization": str(institute.public_id),
        "role": "staff",
        "person": str(who.public_id),
    }
    path = f"{API}/memberships/with-login/"
    made = calling(manager).post(path, body, HTTP_IDEMPOTENCY_KEY="k1")
    assert made.status_code == 201
    kept = IdempotencyKey.objects.get()
    assert PASSWORD not in kept.body
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.SECRET_KEY", "another")
        other = calling(manager).post(path, body, HTTP_IDEMPOTENCY_KEY="k1")
    assert other.status_code in (401, 409), "the stored hash can be computed by who does not know the key"


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_copies_that_arrive_together_make_one_object(clerk: Actor, piece: Any) -> None:
    together, answers = threading.Barrier(2), []

    def send() -> None:
        client = calling(clerk)
        together.wait(WAIT)
        answers.append(client.post(f"{API}/instruments/", piece, HTTP_IDEMPOTENCY_KEY="k1"))
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert sorted("Idempotency-Replayed" in answer for answer in answers) == [False, True]
    assert Instrument.objects.count() == 1


@pytest.mark.django_db
def test_a_stale_version_is_refused_and_a_present_one_taken(clerk: Actor, piece: Any) -> None:
    made = register(clerk, piece)
    path = f"{API}/instruments/{made.json()['id']}/"
    client = calling(clerk)
    assert client.patch(path, {"location": "a"}, HTTP_IF_MATCH=made["ETag"])["ETag"] == '"2"'
    stale = client.patch(path, {"location": "b"}, HTTP_IF_MATCH=made["ETag"])
    assert (stale.status_code, stale["Content-Type"]) == (412, "application/problem+json")
    assert client.get(path).json()["location"] == "a"
    assert client.post(f"{path}scrap/", {"reason": "x"}, HTTP_IF_MATCH='W/"2"').status_code == 200


@pytest.mark.django_db
def test_who_loses_a_race_is_told_so(clerk: Actor, piece: Any, monkeypatch: Any) -> None:
    made = register(clerk, piece)
    path = f"{API}/instruments/{made.json()['id']}/"

    def overtaken(row: Any, version: int | None) -> None:
        Instrument.objects.filter(pk=row.pk).update(version=row.version + 1)

    monkeypatch.setattr("metrology.api.require_version", overtaken)
    lost = calling(clerk).patch(path, {"location": "b"}, HTTP_IF_MATCH=made["ETag"])
    assert (lost.status_code, lost["Content-Type"]) == (409, "application/problem+json")


@pytest.mark.django_db
@pytest.mark.parametrize("scope", ["anon", "user"])
def test_who_asks_too_often_is_told_when_to_come_back(clerk: Actor, monkeypatch: Any, scope: str) -> None:
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, scope, "2/min")
    cache.clear()
    client = calling(clerk if scope == "user" else None)
    codes = [client.get(f"{API}/me/") for _ in range(3)]
    cache.clear()
    expected = 200 if scope == "user" else 401
    assert codes[0].status_code == expected
    assert codes[2].status_code in ({429} if scope == "user" else {401, 429})
    if codes[2].status_code == 429:
        assert 1 <= int(codes[2]["Retry-After"]) <= 61
        assert codes[2]["Content-Type"] == "application/problem+json"


def bearer(text: str) -> Any:
    client = calling()
    client.credentials(HTTP_AUTHORIZATION=f"Token {text}")
    return client


def token(**body: Any) -> Any:
    return calling().post(f"{API}/auth/token/", {"username": "clerk", "password": PASSWORD, **body})


@pytest.mark.django_db
def test_a_wrong_password_is_a_problem(clerk: Actor) -> None:
    answer = token(password="wrong")
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    assert not ApiToken.objects.exists()


@pytest.mark.django_db
def test_an_expired_token_opens_nothing(clerk: Actor) -> None:
    text = token().json()["token"]
    assert bearer(text).get(f"{API}/me/").status_code == 200
    ApiToken.objects.update(expiry=clock.now() - timedelta(seconds=1))
    assert bearer(text).get(f"{API}/me/").status_code == 401


@pytest.mark.django_db
def test_an_inactive_user_comes_in_by_no_door(clerk: Actor) -> None:
    assert clerk.user is not None
    text, session = token().json()["token"], calling(clerk)
    clerk.user.is_active = False
    clerk.user.save()
    assert bearer(text).get(f"{API}/me/").status_code == 401
    assert session.get(f"{API}/me/").status_code == 401
    assert token().status_code == 403


@pytest.mark.django_db
def test_an_ended_membership_gives_nothing(clerk: Actor, piece: Any) -> None:
    assert clerk.membership is not None
    text = token().json()["token"]
    register(clerk, piece, "k1")
    clerk.membership.valid_to = clock.today() - timedelta(days=1)
    clerk.membership.save()
    for client in (bearer(text), calling(clerk)):
        assert client.get(f"{API}/instruments/").json()["results"] == []
        assert client.get(f"{API}/organizations/").json()["results"] == []
        assert client.post(f"{API}/instruments/", piece).status_code in (400, 403)
        again = client.post(f"{API}/instruments/", piece, HTTP_IDEMPOTENCY_KEY="k1")
        assert again.status_code == 409, "what was answered to the membership is not repeated to nobody"


def lists() -> list[str]:
    """Every list of the API, from the addresses themselves."""
    found = [
        f"/{route.pattern}"
        for route in routes()
        if route.pattern.startswith("api/v1/") and not route.arguments and "list" in actions_of(route.view)
    ]
    assert len(found) > 18
    return found


def actions_of(view: Any) -> set[str]:
    return set((getattr(view, "actions", None) or {}).values())


def grown(at: make.House, often: int) -> None:
    """More rows of every noun in the house."""
    for _ in range(often):
        make.job("measuring", at=at)
        lab = make.laboratory(at.institute)
        place = make.room(lab)
        place.environment_records.create(
            observed_at=clock.now(), temperature="20", humidity="50", person=at.tester.person
        )
        fresh = make.standard(at.institute, make.method("JJG 1"))
        fresh.examinations.create(kind="renewal", opened_on=clock.today())
        make.authorisation(at.institute, at.method)
        make.metrologist(make.person(at.institute), "test", methods=(at.method,))
        make.actor(Role.STAFF, at.institute)
        make.enterprise(region=at.institute.region)
        make.category(f"g-{make.number()}", at.method)
        make.edition(make.method(f"JJG {make.number() + 5000}"), "2020")
        make.county(f"3709{make.number() % 90 + 10}")


@pytest.mark.long
@pytest.mark.django_db
def test_a_list_asks_as_often_for_thirty_rows_as_for_three(institute: Organization) -> None:
    at = make.house(institute=institute)
    grown(at, 3)
    cast = (at.manager, make.actor(Role.CITY_ADMIN, make.organization("authority")))
    few = {(address, who): asked(address, who) for address in lists() for who in cast}
    grown(at, 27)
    for (address, who), (rows, queries) in few.items():
        now_rows, now_queries = asked(address, who)
        assert now_queries <= 10, f"{address}: {now_queries} queries"
        assert now_queries == queries or rows == 0, (
            f"{address}: {queries} for {rows}, {now_queries} for {now_rows}"
        )


def asked(address: str, who: Actor) -> tuple[int, int]:
    client = calling(who)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        answer = client.get(address, {"page_size": 500})
    assert answer.status_code == 200, address
    return len(answer.json()["results"]), len(seen)


@pytest.mark.django_db
def test_too_long_a_list_is_refused_before_its_members_are_looked_up(
    city: Actor, institute: Organization, django_assert_max_num_queries: Any
) -> None:
    make.method()
    body = {
        "institute": str(institute.public_id),
        "number": "1",
        "issuer": "x",
        "valid_from": "2026-01-01",
        "valid_to": "2027-01-01",
        "methods": ["JJG 539"],
        "regions": ["370900"] * (MOST_ITEMS + 1),
    }
    client = calling(city)
    with django_assert_max_num_queries(10):
        answer = client.post(f"{API}/authorisations/", body)
    assert (answer.status_code, pointers(answer)) == (400, {"/regions"})


@pytest.mark.long
def test_the_schema_is_valid_openapi_and_made_without_warning(capsys: Any) -> None:
    out = StringIO()
    call_command("spectacular", "--format", "openapi-json", "--fail-on-warn", stdout=out, skip_checks=True)
    schema = json.loads(out.getvalue())
    validate(schema)
    assert schema["openapi"].startswith("3.1")
    assert "Warning" not in capsys.readouterr().err


def test_the_schema_says_what_each_verb_takes() -> None:
    out = StringIO()
    call_command("spectacular", "--format", "openapi-json", stdout=out, skip_checks=True)
    schema = json.loads(out.getvalue())
    takes = {
        path: way["post"].get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        for path, way in schema["paths"].items()
        if "post" in way
    }
    assert takes[f"{API}/jobs/{{id}}/assign/"] == {"$ref": "#/components/schemas/AssignBodyRequest"}
    assert takes[f"{API}/certificates/{{number}}/revoke/"] == {"$ref": "#/components/schemas/RevokeRequest"}
    assert takes[f"{API}/jobs/{{id}}/check/"] is None
    names = {one["name"] for one in schema["paths"][f"{API}/orders/"]["get"]["parameters"]}
    assert names >= {one.name for one in PAGE_PARAMETERS}


@pytest.mark.django_db
def test_the_docs_page_loads_nothing_from_elsewhere(city: Actor) -> None:
    client = calling(city)
    page = client.get(f"{API}/docs/", HTTP_ACCEPT="text/html").content.decode()
    script = client.get(f"{API}/docs/?script=", HTTP_ACCEPT="text/html").content.decode()
    assets = re.findall(r"""(?:src|href)=["']([^"']+)""", page)
    assert assets
    for address in assets:
        assert address.startswith(("/", "http://testserver/")), address
        if "/static/" in address:
            found = client.get(address)
            assert found.status_code == 200, address
    assert not re.findall(r"""["'](?:https?:)?//(?!testserver)[^"']*""", script)


@pytest.mark.django_db
def test_an_address_that_nothing_answers_is_a_problem_to_programs_and_a_page_to_people(clerk: Actor) -> None:
    for address in (f"{API}/nonsense/", f"{API}/certificates/%E9%87%8F/", f"{API}/orders/%ff/a/b/"):
        answer = calling(clerk).get(address)
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
        assert answer.json() == calling(clerk).get(f"{API}/orders/{make.LONG_AGO}/").json()
    page = calling(clerk).get("/nonsense/")
    assert page.status_code == 404 and page["Content-Type"].startswith("text/html")


@pytest.mark.django_db
def test_a_verb_that_takes_nothing_refuses_what_is_sent(clerk: Actor) -> None:
    at = make.house(client=clerk.organization, clerk=clerk)
    path = f"{API}/orders/{make.order(at=at).public_id}/submit/"
    client = calling(clerk)
    sent = client.post(path, {"promised_on": "2026-01-01"})
    assert (sent.status_code, pointers(sent)) == (400, {"/promised_on"})
    assert client.post(path, [1]).status_code == 400
    assert client.generic("POST", path, "{", content_type="application/json").status_code == 400
    assert client.generic("POST", path, "").status_code == 200


@pytest.mark.django_db
def test_what_only_the_database_refuses_is_a_conflict_and_leaves_nothing(
    clerk: Actor, piece: Any, monkeypatch: Any
) -> None:
    def overtaken(*_: Any, **__: Any) -> None:
        raise IntegrityError("UNIQUE constraint failed")

    monkeypatch.setattr("instruments.actions.ledger.record", overtaken)
    answer = register(clerk, piece, "k1")
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    assert "UNIQUE" not in answer.content.decode()
    assert not Instrument.objects.exists() and not IdempotencyKey.objects.exists()
