"""Every route as every role: a route that is not in the table fails, and foreign answers as absent.

`tests/routes.json` is the table: per method and route the answer each role gets to an empty request
for an object of one house. Re-record it with UPDATE_ROUTES=1 and read the difference before it is
committed: 401 and 302 = sign in first, 403 = not your role, 404 = not yours, 400/409/412/415/422 =
the door was open and the content refused.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from certificates.models import Certificate
from metrology.authentication import SESSION_KEY
from tests import world
from tests.world import ROLES, World

TABLE = Path(__file__).with_name("routes.json")
LEFT_TO_DJANGO = ("admin/", "accounts/", "i18n/")
PUBLIC = re.compile(
    r"^(GET|POST) /(v/.*|healthz|readyz|metrics|register/.*|invitations/.*"
    r"|api/v1/(schema/|docs/.*|auth/token/))?$"
)
PAGE_METHODS = ("GET", "POST")
STRANGERS = ("mallory", "rival", "county", "operator")


@dataclass(frozen=True)
class Route:
    """A route pattern with its view."""

    pattern: str
    view: Any

    @property
    def arguments(self) -> list[str]:
        return re.findall(r"<(?:\w+:)?(\w+)>", self.pattern)

    @property
    def methods(self) -> tuple[str, ...]:
        actions = getattr(self.view, "actions", None)
        if not actions:
            return PAGE_METHODS
        return tuple(sorted(method.upper() for method in actions if method != "head"))

    @property
    def model(self) -> type[Model] | None:
        owner = getattr(self.view, "cls", None) or getattr(self.view, "view_class", None)
        noun = getattr(getattr(owner, "rows", None), "model", None)
        return noun or getattr(owner, "noun", None)

    def address(self, values: dict[str, str]) -> str:
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], f"/{self.pattern}")


def routes() -> list[Route]:
    found = [
        route
        for route in walk(get_resolver().url_patterns, "")
        if not route.pattern.startswith(LEFT_TO_DJANGO)
    ]
    return sorted(found, key=lambda route: route.pattern)


def walk(patterns: list[Any], prefix: str) -> Iterator[Route]:
    for one in patterns:
        text = prefix + plain(str(one.pattern))
        if isinstance(one, URLResolver):
            yield from walk(one.url_patterns, text)
        elif isinstance(one, URLPattern):
            yield Route(text, one.callback)


def plain(pattern: str) -> str:
    """A regular expression of the router as a route with <names>."""
    return (
        re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", pattern.lstrip("^"))
        .replace("\\.", ".")
        .rstrip("$")
        .removesuffix("\\Z")
    )


@pytest.fixture
def house(db: None, settings: Any) -> World:
    settings.LANGUAGE_CODE = "en"
    return world.build()


def signed_in(actor: Any) -> Client:
    client = Client(raise_request_exception=True)
    if actor.user is not None:
        client.force_login(actor.user)
        session = client.session
        session[SESSION_KEY] = str(actor.membership.public_id)
        session.save()
    return client


def own_values(route: Route, house: World) -> dict[str, str]:
    """What stands for each <argument>: the house's own row of the route's noun."""
    values = {}
    for name in route.arguments:
        if name in ("number", "code"):
            values[name] = str(getattr(house.rows["certificates.Certificate"], name))
        elif name in house.words:
            values[name] = house.words[name]
        elif name == "sub_id" or route.model is None:
            values[name] = str(uuid4())
        else:
            row: Any = house.row(route.model)
            values[name] = str(getattr(row, "number" if isinstance(row, Certificate) else "public_id"))
    return values


def absent_values(route: Route) -> dict[str, str]:
    named = {"number": "TA-V-1999-000001", "code": "2" * 20, "region": "379999", "token": "2" * 43}
    if route.model is Certificate:
        named["key"] = named["number"]
    return {name: named.get(name, str(uuid4())) for name in route.arguments}


def ask(client: Client, method: str, address: str) -> Any:
    """An empty request whose effects are taken back, in the database and in the cookies."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        answer = client.generic(method, address, "{}", content_type="application/json")
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer


def answers(house: World) -> dict[str, dict[str, int]]:
    clients = {name: signed_in(house.cast[name]) for name in ROLES}
    found: dict[str, dict[str, int]] = {}
    for route in routes():
        address = route.address(own_values(route, house))
        for method in route.methods:
            found[f"{method} /{route.pattern}"] = {
                name: ask(client, method, address).status_code for name, client in clients.items()
            }
    return found


@pytest.mark.long
def test_it_answers_every_role_on_every_route_as_the_table_says(house: World) -> None:
    found = answers(house)
    if os.environ.get("UPDATE_ROUTES"):
        TABLE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    known = json.loads(TABLE.read_text(encoding="utf-8"))
    assert sorted(found) == sorted(known), "routes and table differ: decide who may use the new route"
    assert {key: value for key, value in found.items() if value != known[key]} == {}


def test_it_knows_every_route() -> None:
    known = set(json.loads(TABLE.read_text(encoding="utf-8")))
    found = {f"{method} /{route.pattern}" for route in routes() for method in route.methods}
    assert found == known, "routes and table differ: decide who may use the new route, then UPDATE_ROUTES=1"


def test_it_lets_a_stranger_only_through_the_public_doors() -> None:
    known: dict[str, dict[str, int]] = json.loads(TABLE.read_text(encoding="utf-8"))
    open_doors = [
        key for key, by_role in known.items() if by_role["stranger"] not in (301, 302, 401, 403, 404, 405)
    ]
    assert [key for key in open_doors if not PUBLIC.match(key)] == []


def test_it_never_fails() -> None:
    known: dict[str, dict[str, int]] = json.loads(TABLE.read_text(encoding="utf-8"))
    failing = [key for key, by_role in known.items() if any(code >= 500 for code in by_role.values())]
    assert failing == ["GET /readyz"], "only readiness may say 503: no worker runs here"


@pytest.mark.long
@pytest.mark.parametrize("role", STRANGERS)
def test_it_answers_for_a_foreign_object_as_for_an_absent_one(house: World, role: str) -> None:
    client = signed_in(house.cast[role])
    seen = 0
    for route in routes():
        if not route.arguments or route.model is None or is_visible(route, house, role):
            continue
        own, absent = own_values(route, house), absent_values(route)
        for method in route.methods:
            foreign = ask(client, method, route.address(own))
            missing = ask(client, method, route.address(absent))
            assert said(foreign, own) == said(missing, absent), f"{method} /{route.pattern}"
            assert foreign.status_code in (400, 404, 405), f"{method} /{route.pattern}"
            seen += 1
    assert seen > 40


def is_visible(route: Route, house: World, role: str) -> bool:
    assert route.model is not None
    rows: Any = route.model._default_manager
    return bool(rows.all().visible_to(house.cast[role]).filter(pk=house.row(route.model).pk).exists())


def said(answer: Any, values: dict[str, str]) -> tuple[int, str]:
    """Status and body, without what the caller sent and what is random in every page."""
    body = text_of(answer)
    for value in values.values():
        body = body.replace(value, "…")
    return answer.status_code, re.sub(r'(csrfmiddlewaretoken" value|hx-headers)="?[^"]*"?', "", body)


@pytest.mark.long
@pytest.mark.parametrize("role", STRANGERS)
def test_it_lists_and_counts_nothing_of_another_house(house: World, role: str) -> None:
    """Whatever noun a list is of: no id of a row that the reader may not see, and no name of its client."""
    client, hidden = signed_in(house.cast[role]), hidden_ids(house, role)
    assert len(hidden) > 12
    is_client_hidden = "metrology.Organization" in hidden
    client_name = house.cast["owner"].organization.name_zh
    for route in routes():
        if route.arguments or "GET" not in route.methods:
            continue
        answer = ask(client, "GET", f"/{route.pattern}")
        body = text_of(answer)
        found = [label for label, key in hidden.items() if key in body]
        assert found == [], route.pattern
        assert not is_client_hidden or client_name not in body, route.pattern


def hidden_ids(house: World, role: str) -> dict[str, str]:
    """The public ids of the house's rows that a role may not see, by their noun."""
    found = {}
    for label, row in house.rows.items():
        rows: Any = type(row)._default_manager
        key = getattr(row, "public_id", None)
        if key is None or not hasattr(rows.all(), "visible_to"):
            continue
        if not rows.all().visible_to(house.cast[role]).filter(pk=row.pk).exists():
            found[label] = str(key)
    return found


def text_of(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(content.decode("utf-8", "replace"))
