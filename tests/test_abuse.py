"""What an attacker tries at every page alike: forged posts, framing, caches, markup, addresses elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models, transaction
from django.test import Client

from certificates import archive
from instruments.models import ImportRow
from metrology import exports, guards
from metrology.accounts import policy
from metrology.actors import Actor
from tests import world
from tests.instruments import tables
from tests.test_isolation import Route, ask, own_values, routes, signed_in, text_of
from tests.world import World

MARKUP = "<img src=x onerror=1>{{7|add:7}}'\""
KEPT_AS_IT_IS = frozenset(
    {
        "document",
        "facts",
        "actor",
        "snapshot",
        "path",
        "text",
        "normalised",
        "chain",
        "password",
        "limit",
        "reference_s",
        "repeatability_s",
        "parameters",
    }
)
APPS = ("metrology.", "labs.", "instruments.", "certificates.")
PLATE = ("serial", "asset_no", "phone", "postcode")
ELSEWHERE = ("//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)")
WITHIN = re.compile(r"(/(?!/)|\?|$)")


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield world.build()
        transaction.set_rollback(True)


@pytest.fixture
def at(house: World, db: None, settings: Any) -> World:
    settings.LANGUAGE_CODE = "en"
    return deepcopy(house)


def pages(house: World) -> Iterator[tuple[Route, str]]:
    for route in routes():
        if not route.pattern.startswith("api/"):
            yield route, route.address(own_values(route, house))


@pytest.mark.long
def test_no_post_is_taken_from_another_site(at: World) -> None:
    """Every page and every call that a sign-in may post to asks for the token of the form."""
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed_in(at.cast["manager"]).cookies
    taken = []
    for route in routes():
        answer = ask(client, "POST", route.address(own_values(route, at)))
        if answer.status_code not in (403, 405) and "auth/token" not in route.pattern:
            taken.append((route.pattern, answer.status_code))
    assert taken == []


@pytest.mark.long
def test_no_page_is_framed_guessed_kept_or_told_elsewhere(at: World) -> None:
    client, wrong = signed_in(at.cast["manager"]), []
    for route, address in pages(at):
        answer = ask(client, "GET", address)
        is_preview = route.pattern.endswith("preview.pdf")
        expected = {
            "X-Frame-Options": "SAMEORIGIN" if is_preview else "DENY",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
        }
        told = {name: answer.get(name) for name in expected}
        policy_said = answer.get("Content-Security-Policy", "")
        if told != expected or "script-src 'self';" not in f"{policy_said};":
            wrong.append((route.pattern, answer.status_code, told))
        if "no-store" not in answer.get("Cache-Control", ""):
            wrong.append((route.pattern, answer.status_code, answer.get("Cache-Control")))
    assert wrong == []


def test_the_welcome_page_may_be_kept_and_a_signed_in_home_may_not(at: World) -> None:
    assert "no-store" not in Client().get("/").get("Cache-Control", "")
    assert "no-store" in signed_in(at.cast["owner"]).get("/")["Cache-Control"]
    assert "no-store" in signed_in(at.cast["owner"]).get("/api/v1/instruments/")["Cache-Control"]


@pytest.mark.long
def test_no_text_that_people_write_becomes_markup(at: World) -> None:
    """Markup in every free text of every noun comes back as text on every page, to each role."""
    found, seen = [], 0
    with transaction.atomic():
        with guards.lifted():
            assert len(write_everywhere()) > 100
        for role in ("owner", "counter", "manager", "city"):
            client = signed_in(at.cast[role])
            for route, address in pages(at):
                answer = ask(client, "GET", address)
                if "text/html" not in answer.get("Content-Type", ""):
                    continue
                text = text_of(answer)
                seen += "&lt;img src=x" in text
                if "<img src=x" in text or "14&#x27;" in text:
                    found.append((route.pattern, role))
        transaction.set_rollback(True)
    assert seen > 100, "the markup is hardly shown anywhere: the test tries nothing"
    assert found == []


def write_everywhere() -> list[str]:
    """Put markup into every free text of the apps' tables that has room and need not be unique."""
    written = []
    for model in apps.get_models():
        names = [field.name for field in model._meta.get_fields() if is_free(model, field)]
        if model.__module__.startswith(APPS) and names:
            model._default_manager.update(**dict.fromkeys(names, MARKUP))
            written += [f"{model._meta.label}.{name}" for name in names]
    return written


def is_free(model: type[models.Model], field: Any) -> bool:
    """Whether people write this as they like: no key, no choice, no number that is reckoned with."""
    if not isinstance(field, models.CharField | models.TextField) or isinstance(field, models.SlugField):
        return False
    bound = {name for rule in model._meta.constraints for name in getattr(rule, "fields", ())}
    is_machine = field.name in {*bound, *KEPT_AS_IT_IS} or field.name.endswith(("sha256", "hash"))
    has_room = (field.max_length or 200) >= len(MARKUP)
    if not has_room or field.unique or field.choices or is_machine:
        return False
    held = model._default_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True)
    return field.name in PLATE or not any(exports.NUMERAL.fullmatch(text or "") for text in held)


@pytest.mark.parametrize("where", ELSEWHERE)
def test_no_address_leads_to_another_site(at: World, where: str) -> None:
    """After signing in, changing hands or the language, and from the scan field, one stays in this house."""
    manager = at.cast["manager"]
    assert manager.user is not None
    manager.user.set_password("a-long-password")
    manager.user.save()
    signed, stranger = signed_in(manager), Client()
    given = {"login": manager.user.username, "password": "a-long-password", "next": where}
    answers = [
        stranger.post("/accounts/login/", given),
        stranger.get("/accounts/login/", {"next": where}),
        signed.post("/i18n/setlang/", {"language": "en", "next": where}),
        signed.get("/scan/", {"code": where, "again": where}),
        signed.get("/search/", {"q": where}),
        signed.post("/settings/acting/", {"membership": str(manager.membership.public_id), "next": where}),  # type: ignore[union-attr]  # it has one
        signed.post("/settings/switch-user/", {"next": where}),
    ]
    assert answers[0].status_code == 302, "the sign-in itself works"
    for answer in answers:
        place = answer.get("Location", "")
        assert WITHIN.match(place) and "evil" not in place.partition("?")[0], place
        if answer.status_code == 200:
            text = answer.content.decode()
            assert f'href="{where}' not in text and f'action="{where}' not in text


def test_a_sign_in_never_keeps_the_session_of_before(at: World) -> None:
    manager = at.cast["manager"]
    assert manager.user is not None
    manager.user.set_password("a-long-password")
    manager.user.save()
    client = Client()
    session = client.session
    session["planted"] = "x"
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted
    answer = client.post("/accounts/login/", {"login": manager.user.username, "password": "a-long-password"})
    assert answer.status_code == 302
    assert client.cookies["sessionid"].value != planted
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"


def test_access_is_given_to_nobody_before_the_own_second_step(at: World, settings: Any) -> None:
    """Inviting and blocking are no part of one's own account."""
    settings.REQUIRE_MFA_FOR = frozenset({"manager"})
    settings.REQUIRE_MFA_AFTER_DAYS = -1
    manager: Actor = at.cast["manager"]
    assert policy.set_up_by(manager) is not None
    client = signed_in(manager)
    for path in ("/settings/people/", "/settings/people/invite/", "/registrations/"):
        for answer in (client.get(path), client.post(path)):
            assert answer.get("Location") == "/accounts/2fa/totp/activate/", path
    for path in ("/settings/", "/settings/sessions/"):
        assert client.get(path).status_code == 200


def test_an_index_of_files_carries_no_formula_behind_what_cannot_be_printed() -> None:
    lines = archive.index([["\x0b=1+1", "\x00@x", "-1", "plain"]]).decode("utf-8-sig")
    assert lines.strip() == "'=1+1,'@x,-1,plain"


def test_what_stands_in_merged_cells_is_told_as_text(at: World) -> None:
    """The sentence beside a field quotes the file that somebody brought."""
    tables.categories()
    maker = tables.PLACES["maker"]
    content = tables.workbook(tables.rows(3), merged=[(3, 4, maker, MARKUP)])
    client = signed_in(at.cast["owner"])
    made = client.post("/instruments/import/", {"file": SimpleUploadedFile("台账.xlsx", content)})
    assert made.status_code == 302
    row = ImportRow.objects.get(batch__name="台账.xlsx", line=4, batch__total=3)
    assert row.problems, "the trap is seen"
    page = client.get(f"/instruments/import/rows/{row.public_id}/").content.decode()
    assert "&lt;img src=x" in page and "<img src=x" not in page


def test_a_version_is_passed_over_where_a_noun_has_none(at: World) -> None:
    """The hidden field can be sent to every act, also to those on nouns that are never edited."""
    membership = at.rows["metrology.Membership"]
    client = signed_in(at.cast["manager"])
    path = f"/settings/people/{membership.public_id}/end/"  # type: ignore[attr-defined]  # it is scoped
    for version in ("-1", "7", "9" * 400):
        answer = client.post(path, {"on": "2099-12-31", "version": version})
        assert answer.status_code in (302, 400), version
