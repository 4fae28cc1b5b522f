"""Every form of every page with what nobody meant: refused in words, nothing written, never a failure.

The forms are read off the pages themselves, so a new page is walked from its first day. The sample and
WALK=all are as in tests/test_bad_input.py.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import QueryDict

from instruments.api.bench import revision_of
from instruments.models import Job
from instruments.record import Record
from tests import hostile, make
from tests.bench import Bench, build, rows
from tests.calls import calling
from tests.forms import MARKUP, Form, forms_in, spoilt, uploads
from tests.test_bad_input import LARGER, chosen, pages
from tests.test_isolation import Route

pytestmark = pytest.mark.django_db

ROLES = ("manager", "counter", "bench", "checker", "approver", "owner", "city", "operator")
SAMPLES = 3
VALUES: tuple[Any, ...] = (*hostile.TEXTS, *hostile.RAWS, hostile.HUGE, -1, True, [], {}, [None], None)
KEEPS_WHAT_IS_RIGHT = "/record/"  # the grid saves the good cells and names the bad ones
TRACE = ("Traceback (most recent", "django.core.exceptions", "OperationalError")
ASKED = (
    *("act", "adjustment", "again", "as_of", "category", "choice", "client", "code", "codes", "cq"),
    *("cursor", "format", "indicator", "instrument", "job", "kind", "mine", "next", "number", "order"),
    *("owner", "page", "q", "region", "repeat", "sha256", "show", "sort", "state", "step", "tab"),
    *("view", "window", "within"),
)


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[Bench]:
    with django_db_blocker.unblock(), transaction.atomic():
        made = build()
        made.clients |= {role: calling(made.cast[role]) for role in ROLES if role not in made.clients}
        for client in made.clients.values():
            client.raise_request_exception = False
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def bench(built: Bench, db: None) -> Iterator[Bench]:
    logging.disable(logging.ERROR)
    yield replace(built, answers=Counter(), faults=[])
    logging.disable(logging.NOTSET)


@dataclass(frozen=True)
class Shown:
    """A page that somebody is shown."""

    route: Route
    role: str
    address: str
    forms: list[Form]


@pytest.fixture(scope="module")
def shown(built: Bench) -> list[Shown]:
    """Every page once or a few times: as whom, at which address, and the forms in it."""
    return [
        Shown(route, role, address, forms_in(text))
        for route in pages()
        for role, address, text in opened(built, route)
    ]


def opened(bench: Bench, route: Route) -> Iterator[tuple[str, str, str]]:
    """The pages of a route in each role and for rows of different states that bring other forms."""
    known: set[tuple[Any, ...]] = set()
    for role in ROLES:
        for address in addresses(bench, route, role):
            cache.clear()
            answer = bench.send(role, "get", address)
            assert answer.status_code < 500, (address, role)
            if answer.status_code != 200 or "text/html" not in answer["Content-Type"]:
                continue
            text = answer.content.decode()
            kind = tuple(sorted((form.action[-20:], *form.names) for form in forms_in(text)))
            if kind not in known and len(known) < SAMPLES:
                known.add(kind)
                yield role, address, text


def addresses(bench: Bench, route: Route, role: str) -> list[str]:
    if not route.arguments:
        return [f"/{route.pattern}"]
    if route.model is None:
        words = {"region": "370900", "token": bench.words["token"], "code": "2" * 20}
        return [route.address({name: words.get(name, hostile.ABSENT) for name in route.arguments})]
    rows: Any = route.model._default_manager.all()
    kinds: dict[Any, Any] = {}
    for row in rows.visible_to(bench.cast[role]).order_by("pk"):
        kinds.setdefault(getattr(row, "state", None), row)
    key = "number" if route.model._meta.model_name == "certificate" else "public_id"
    return [
        route.address({name: str(getattr(row, key)) for name in route.arguments}) for row in kinds.values()
    ]


def post(bench: Bench, role: str, address: str, fields: dict[str, Any], **more: Any) -> Any:
    """A form as a browser sends it; its effects are taken back, and what is refused has written nothing."""
    client = bench.clients[role]
    cookies = client.cookies.copy()
    cache.clear()
    with transaction.atomic():
        before = rows()
        answer = client.post(address, fields, format="multipart", **more)
        is_whole = not address.split("?")[0].endswith(KEEPS_WHAT_IS_RIGHT)
        if 400 <= answer.status_code < 500 and is_whole and rows() != before:
            bench.faults.append(f"POST {address} was refused and wrote")
        if answer.streaming:
            answer.content_read = b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    client.cookies = cookies
    bench.answers[answer.status_code] += 1
    return answer


def wrong(answer: Any) -> str:
    """What is wrong with the answer of a page, or nothing."""
    if answer.status_code >= 500:
        return f"{answer.status_code} {answer.content[:160]!r}"
    if answer.streaming or "text/html" not in answer.get("Content-Type", "") or not answer.content:
        return ""
    text = answer.content.decode()
    if any(trace in text for trace in TRACE):
        return "a traceback"
    if "<img src=x onerror" in text or MARKUP.replace("{{ 7|add:7 }}", "14") in text:
        return "markup came back as markup"
    place = answer.get("Location", "")
    return f"leads away to {place}" if place.startswith(("//", "http")) else ""


def walk(bench: Bench, shown: list[Shown], share: int) -> int:
    """Post every form with spoilt fields; returns how many forms there are."""
    found: set[tuple[str, tuple[str, ...]]] = set()
    for page in shown:
        for form in page.forms:
            if form.method != "post" or form.action.startswith(("/accounts/", "/i18n/", "/settings/switch")):
                continue
            known = (page.route.pattern, tuple(form.names))
            if known in found:
                continue
            found.add(known)
            for what, fields in spoilt(form, bench.foreign):
                told = f"/{page.route.pattern} as {page.role} to {form.action[-24:]}: {what}"
                is_upload = any(hasattr(one, "read") for one in fields.values())
                if not (is_upload or chosen(told, share)):
                    continue
                problem = wrong(post(bench, page.role, form.action or page.address, fields))
                if problem:
                    bench.faults.append(f"{told}: {problem}")
    return len(found)


@pytest.mark.long
def test_forms_refuse_what_nobody_meant_in_words(bench: Bench, shown: list[Shown]) -> None:
    assert walk(bench, shown, share=25) > 40, "too few forms were found on the pages"
    assert bench.faults == []
    assert bench.answers[400] > 60


@pytest.mark.faults
def test_forms_bear_wrong_values_in_every_field(bench: Bench, shown: list[Shown]) -> None:
    walk(bench, shown, share=LARGER)
    assert bench.faults == []


def asked(bench: Bench, shown: list[Shown], share: int) -> None:
    """Every page that somebody is shown, with hostile words under every name that any page reads."""
    for page in shown:
        for name in ASKED:
            for text in (*hostile.QUERIES, "xlsx", "csv", "//evil.example/", MARKUP, hostile.ABSENT):
                told = f"{page.address}?{name}={text[:30]}"
                if not chosen(told, share):
                    continue
                query = f"{name}={text}" if "%" in text and "<" not in text else _query(name, text)
                for tail in ("", "&format=xlsx", "&format=csv"):
                    answer = bench.send(page.role, "get", f"{page.address}?{query}{tail}")
                    if answer.streaming:
                        assert b"".join(answer.streaming_content) is not None
                    problem = wrong(answer)
                    if problem:
                        bench.faults.append(f"{told}{tail}: {problem}")


def _query(name: str, text: str) -> str:
    data = QueryDict(mutable=True)
    data[name] = text
    return data.urlencode()


@pytest.mark.long
def test_pages_that_are_shown_bear_any_query(bench: Bench, shown: list[Shown]) -> None:
    asked(bench, shown, share=200)
    assert bench.answers[200] > 100
    assert bench.faults == []


@pytest.mark.faults
def test_pages_that_are_shown_bear_many_queries(bench: Bench, shown: list[Shown]) -> None:
    asked(bench, shown, share=6 * LARGER)
    assert bench.faults == []


def record_bodies(bench: Bench) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the entry page sends while somebody types: the address, and a body that is taken."""
    job = Job.objects.get(state="measuring")
    actor = bench.cast["bench"]
    common = {
        "typed_by": str(actor.user.public_id),  # type: ignore[union-attr]  # it has one
        "revision": revision_of(Record(job)),
        "adjustment": "as_found",
    }
    cells = make.cells(job)[:2]
    address = f"/jobs/{job.public_id}/record"
    yield f"{address}/cells/", common | {"cells": cells}
    yield f"{address}/draft/", common | {"cells": {f"{next(iter(Record(job).known))}@0": "1"}}
    yield f"{address}/climate/", common | {"temperature": "20.1", "humidity": "50", "pressure": "1013"}


@pytest.mark.long
def test_the_calls_of_the_entry_page_bear_any_body(bench: Bench) -> None:
    tried = 0
    for address, body in record_bodies(bench):
        taken = bench.send("bench", "post", address, hostile.written(body))
        assert taken.status_code == 200, (address, taken.content)
        sent = [{**body, name: value} for name in body for value in VALUES]
        sent += [{key: value for key, value in body.items() if key != name} for name in body]
        places = list(hostile.inner_places(body))
        sent += [hostile.spoil(body, place, value) for place in places for value in hostile.INNER[::3]]
        raws = [(hostile.written(one), "application/json") for one in sent]
        raws += [(raw, kind) for raw, kind, _refused in hostile.BODIES]
        for raw, kind in raws:
            answer = bench.send("bench", "post", address, raw, content_type=kind)
            bench.judge(answer, f"{address[-9:]} {raw[:120]!r}")
            tried += 1
    assert tried > 150
    assert bench.faults == []


@pytest.mark.long
def test_a_file_through_the_api_is_a_table_or_is_refused_in_words(bench: Bench) -> None:
    for name, content, kind in uploads():
        sent = SimpleUploadedFile("x", content, kind)
        sent._name = name  # type: ignore[attr-defined]  # the name as it would come over the wire
        answer = post(bench, "owner", "/api/v1/instrument-imports/", {"file": sent})
        bench.judge(answer, name[:40])
    assert bench.faults == []
    assert bench.answers[400] > 10 and bench.answers[201] > 0
