"""Every way to write, and every list and page, with what nobody meant: never a 500, always a reason.

A run takes a sample that a checksum chooses, the same every time: a small one among the long tests, a
larger one behind the marker `faults`, and with WALK=all every operation with every value in every place
(17 000 requests, four minutes).
"""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from zlib import crc32

import pytest
from django.db import transaction

from tests import hostile
from tests.bench import Bench, body_of, build, door, fault
from tests.hostile import Operation
from tests.test_isolation import LEFT_TO_DJANGO, Route, routes

pytestmark = pytest.mark.django_db

LARGER = 1 if os.environ.get("WALK") == "all" else 8
API = "/api/v1/"


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[Bench]:
    """The world with one row in every state, for all tests of this file: each request takes itself back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def bench(built: Bench, db: None) -> Iterator[Bench]:
    """The world with nothing tried yet; thousands of expected refusals are not worth a warning each."""
    logging.disable(logging.WARNING)
    yield replace(built, answers=Counter(), faults=[])
    logging.disable(logging.NOTSET)


def chosen(told: str, share: int) -> bool:
    """Whether the sample has this case: one of `share`, by checksum."""
    return crc32(told.encode()) % share == 0


def spoilt(
    bench: Bench, operation: Operation, body: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any], str | None]]:
    """Every body with one property gone or wrong: what was done, the body, and the place to be named."""
    for name in body:
        schema = hostile.resolved(operation.properties[name], operation.schemas)
        without = {key: value for key, value in body.items() if key != name}
        yield f"without {name}", without, f"/{name}" if name in operation.required else None
        for value, refused in hostile.spoilt_values(schema, bench.foreign):
            shown = "foreign" if value in bench.foreign else str(value)[:40]
            yield f"{name}={shown!r}", {**body, name: value}, f"/{name}" if refused else None
        if isinstance(body[name], list):
            yield f"{name} twice", {**body, name: body[name] * 2}, None
    inner = list(hostile.inner_places(body))
    for at in inner[:: 1 + len(inner) // 60]:
        for value in hostile.INNER:
            place = f"/{'/'.join(map(str, at))}" if value == "a\0b" else None
            yield f"{at}={str(value)[:40]!r}", hostile.spoil(body, at, value), place
    yield "extra", {**body, "no_such": 1}, None if "logout" in operation.path else "/no_such"


def walk(bench: Bench, share: int) -> int:
    """Every writing operation with spoilt bodies; returns how many succeed when nothing is spoilt."""
    succeeded = 0
    for operation in hostile.operations(bench.schema, "post", "patch", "put"):
        body = body_of(bench, operation)
        role, address, code = door(bench, operation, body)
        succeeded += code < 300
        for what, sent, place in spoilt(bench, operation, body):
            told = f"{operation.name} {what}"
            if chosen(told, share):
                bench.judge(bench.send(role, operation.method, address, hostile.written(sent)), told, place)
        for number, (raw, kind, refused) in enumerate(hostile.BODIES):
            told = f"{operation.name} body {number}"
            if chosen(told, share):
                answer = bench.send(role, operation.method, address, raw, content_type=kind)
                bench.judge(answer, told)
                if refused and answer.status_code < 400 and "logout" not in operation.path:
                    bench.faults.append(f"{told}: {answer.status_code}")
        for headers in hostile.HEADERS:
            told = f"{operation.name} {headers}"
            if chosen(told, share):
                raw = hostile.written(body)
                bench.judge(bench.send(role, operation.method, address, raw, **headers), told)
    return succeeded


@pytest.mark.long
def test_it_refuses_what_nobody_meant_with_a_reason(bench: Bench) -> None:
    succeeded = walk(bench, share=70)
    assert succeeded >= 40, "too few plausible bodies get through: the walk spoils what is refused anyway"
    assert bench.answers[400] > 100
    assert bench.faults == []


@pytest.mark.faults
def test_it_refuses_wrong_values_in_every_place(bench: Bench) -> None:
    walk(bench, share=LARGER)
    assert bench.faults == []


@pytest.mark.long
def test_it_names_every_wrong_field_at_once(bench: Bench) -> None:
    for operation in hostile.operations(bench.schema, "post", "patch"):
        body = body_of(bench, operation)
        wrong = {
            name: hostile.WRONG[kind][0]
            for name, one in operation.properties.items()
            if (kind := str(hostile.resolved(one, operation.schemas).get("type", ""))) in hostile.WRONG
        }
        if len(wrong) < 2 or operation.path.endswith("/approve/"):
            continue
        role, address, _code = door(bench, operation, body)
        answer = bench.send(role, operation.method, address, hostile.written({**body, **wrong, "no_such": 1}))
        assert answer.status_code == 400, operation.name
        named = {one["pointer"].split("/")[1] for one in answer.json()["errors"]}
        assert named >= {*wrong, "no_such"}, operation.name


@pytest.mark.long
def test_a_body_of_ten_megabytes_is_too_large(bench: Bench) -> None:
    raw = hostile.written({"name_zh": "长" * 10_000_000})
    for address in (f"{API}organizations/", f"{API}instruments/", f"{API}auth/token/"):
        answer = bench.send("manager", "post", address, raw)
        assert (answer.status_code, fault(answer)) == (413, "")


def listed(bench: Bench, share: int) -> None:
    """Every list of the API with hostile pages, orders and filters."""
    for operation in hostile.operations(bench.schema, "get"):
        address = operation.path
        if "{" in address:
            continue
        for query in operation.queries:
            for text in hostile.QUERIES:
                told = f"{address}?{query['name']}={text[:30]}"
                if not chosen(told, share):
                    continue
                answer = bench.send("city", "get", f"{address}?{query['name']}={text}")
                place = f"/{query['name']}"
                bench.judge(answer, told, place if must_refuse(query, text) else None)


def must_refuse(query: dict[str, Any], text: str) -> bool:
    """Whether this text can be no value of this parameter."""
    if text == "":
        return False
    exact = "enum" in query or query.get("type") == "boolean" or query.get("format") == "uuid"
    return exact or "%00" in text


def paged(bench: Bench, share: int) -> None:
    """Every page with hostile queries and path segments: found, refused or absent, but never a failure."""
    for route in pages():
        values = {name: hostile.ABSENT for name in route.arguments}
        for text in hostile.QUERIES:
            for name in asked_by(route):
                told = f"/{route.pattern}?{name}={text[:30]}"
                if chosen(told, share):
                    answer = bench.send("city", "get", f"{route.address(values)}?{name}={text}")
                    if answer.status_code >= 500:
                        bench.faults.append(f"{told}: {answer.status_code}")
        for name in route.arguments:
            for text in hostile.SEGMENTS:
                if not chosen(f"{route.pattern} {name} {text}", share):
                    continue
                answer = bench.send("city", "get", route.address(values | {name: text}))
                if answer.status_code not in (301, 302, 400, 404, 405, 429):
                    bench.faults.append(f"/{route.pattern} {name}={text[:30]}: {answer.status_code}")


def pages() -> list[Route]:
    return [
        route
        for route in routes()
        if not route.pattern.startswith(("api/", "readyz", *LEFT_TO_DJANGO)) and "GET" in route.methods
    ]


def asked_by(route: Route) -> list[str]:
    """The names a page reads from its query."""
    filters = getattr(getattr(route.view, "view_class", None), "filterset_class", None)
    return ["cursor", "page", *(filters.base_filters if filters else ())]


@pytest.mark.long
def test_doors_bear_any_header(bench: Bench) -> None:
    for headers in hostile.HEADERS:
        for address in ("/", "/instruments/", "/accounts/login/", f"{API}me/", f"{API}orders/"):
            answer = bench.send("city", "get", address, **headers)
            if answer.status_code >= 500:
                bench.faults.append(f"{address} {headers}: {answer.status_code}")
    assert bench.faults == []


@pytest.mark.long
def test_lists_and_pages_bear_any_query(bench: Bench) -> None:
    listed(bench, share=12)
    paged(bench, share=12)
    assert bench.faults == []


@pytest.mark.faults
def test_lists_and_pages_bear_many_queries(bench: Bench) -> None:
    listed(bench, share=LARGER)
    paged(bench, share=LARGER)
    assert bench.faults == []
