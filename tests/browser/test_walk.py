"""Every page in a real browser: found, named, quiet, no wider than a phone, and sound to axe.

The pages come from the resolver. A new route is walked as the manager of a laboratory; what somebody else
must open, or only in a certain state, stands in `walkers.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from django.core.management import call_command
from django.urls import get_resolver
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from metrology import guards
from tests.browser import staged, walkers
from tests.browser.conftest import note
from tests.browser.staged import Stage
from tests.test_isolation import Route, plain, signed_in, walk

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

WIDE, NARROW = {"width": 1280, "height": 860}, {"width": 390, "height": 780}
NO_PAGE = re.compile(
    r"api/|admin/|i18n/|healthz|readyz|metrics$|.*\.(pdf|json|xlsx|csv|ics)$|certificates/zip/"
    r"|instruments/import/template/|jobs/<uuid:id>/record/(cells|climate|draft)/|accounts/oidc/"
    r"|accounts/2fa/recovery-codes/download/|orders/<uuid:key>/receive/code/|notifications/bell/"
)
LEADS_ON = {
    "accounts/2fa/authenticate/",
    "accounts/3rdparty/signup/",
    "accounts/login/code/confirm/",
    "accounts/password/set/",
    "accounts/sessions/",
    "accounts/social/connections/",
    "accounts/social/login/cancelled/",
    "accounts/social/login/error/",
    "accounts/social/signup/",
    "instruments/import/<uuid:key>/progress/",
    "instruments/parameters/",
    "invitations/<token>/join/",
    "notifications/<uuid:key>/",
    "notifications/read/",
    "review/<uuid:key>/next/",
    "review/<uuid:key>/previous/",
    "settings/acting/",
    "settings/switch-user/",
    "v/<slug:code>/",
}
REFUSED = {"accounts/3rdparty/login/error/": 401}
PAGES = sorted(
    (one for one in walk(get_resolver().url_patterns, "") if not NO_PAGE.match(one.pattern)),
    key=lambda route: route.pattern,
)
SHOWN = [route for route in PAGES if route.pattern not in LEADS_ON]
AT_NIGHT = {
    "",
    "accounts/login/",
    "certificates/",
    "certificates/<slug:key>/",
    "dashboard/",
    "expiry/",
    "instruments/import/<uuid:key>/",
    "jobs/",
    "jobs/<uuid:key>/record/",
    "orders/<uuid:key>/",
    "orders/<uuid:key>/receive/",
    "review/",
    "review/<uuid:key>/",
    "scan/",
    "v/",
    "v/<slug:code>",
}
Enter = Callable[..., Page]


@pytest.fixture(scope="module")
def stage(chromium: Browser, django_db_setup: None, django_db_blocker: Any) -> Iterator[Stage]:
    """Built once, for the walk only looks. The browser comes first: Django's connections mind its loop."""
    with django_db_blocker.unblock():
        cache.clear()
        yield staged.build()
        with guards.lifted():
            call_command("flush", verbosity=0, interactive=False)
        cache.clear()


@pytest.fixture(scope="module")
def server(stage: Stage) -> Iterator[str]:
    running = LiveServer("localhost")
    yield running.url
    running.stop()


@pytest.fixture(scope="module")
def contexts(chromium: Browser, stage: Stage, server: str) -> Iterator[Callable[..., BrowserContext]]:
    """One context for each role and wish; everybody has come in before the first page is opened."""
    cookies = {role: walkers.session_of(stage, role) for role in walkers.ROLES}
    kept: dict[tuple[str, ...], BrowserContext] = {}

    def context(role: str, **wishes: str) -> BrowserContext:
        key = (role, *wishes.values())
        if key not in kept:
            usual = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
            kept[key] = chromium.new_context(base_url=server, **usual | wishes)  # type: ignore[arg-type]  # words all
            if cookies[role]:
                kept[key].add_cookies([{"name": "sessionid", "value": cookies[role], "url": server}])
        return kept[key]

    yield context
    for one in kept.values():
        one.close()


@pytest.fixture
def enter(contexts: Callable[..., BrowserContext]) -> Iterator[Enter]:
    """A page of a role, in the role's one context; whatever the browser complains of fails the test."""
    complaints: list[str] = []
    pages: list[Page] = []

    def opened(role: str, **wishes: str) -> Page:
        page = contexts(role, **wishes).new_page()
        page.on("console", lambda message: note(message, complaints, ("401 (Unauthorized)",)))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.close()
    assert complaints == []


def is_sound(page: Page, language: str) -> None:
    """One heading, a title, the language of the reader, nothing wider than the screen, nothing serious."""
    expect(page.locator(".htmx-request")).to_have_count(0)
    assert page.title().strip(" ·")
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator("h1").count() == 1
    found = Axe().run(page).response["violations"]
    said = [(one["impact"], one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in found]
    assert [one for one in said if one[0] in ("serious", "critical")] == []


def walk_name(url: str) -> str:
    """The route that an address belongs to, written as the walk writes it."""
    return plain(get_resolver().resolve("/" + url.split("/", 3)[3].partition("?")[0]).route)


def width_over(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("route", SHOWN, ids=lambda route: f"/{route.pattern}")
def test_every_page_is_sound(route: Route, stage: Stage, enter: Enter) -> None:
    role, address = walkers.place(route, stage)
    page = enter(role)
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]  # a dictionary of the two
    answer = page.goto(address)
    assert answer is not None and answer.status == REFUSED.get(route.pattern, 200)
    assert walk_name(page.url) == route.pattern
    is_sound(page, "zh-Hans")
    assert width_over(page) <= 0
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]  # as above
    assert width_over(page) <= 0


@pytest.mark.parametrize(
    "route", [one for one in SHOWN if one.pattern in AT_NIGHT], ids=lambda route: f"/{route.pattern}"
)
def test_it_is_as_sound_at_night_in_english_on_a_phone(route: Route, stage: Stage, enter: Enter) -> None:
    role, address = walkers.place(route, stage)
    page = enter(role, locale="en", color_scheme="dark")
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]  # a dictionary of the two
    page.goto(address)
    assert page.locator("html").get_attribute("data-bs-theme") in ("dark", None)
    is_sound(page, "en")
    assert width_over(page) <= 0


def test_what_shows_nothing_leads_on_or_only_takes(stage: Stage) -> None:
    """These have no page of their own; none of them fails."""
    known = {route.pattern: route for route in PAGES}
    assert known.keys() >= LEADS_ON
    for pattern in sorted(LEADS_ON):
        role, address = walkers.place(known[pattern], stage)
        answer = signed_in(stage.actor(role)).get(address)
        assert answer.status_code in (301, 302, 405), (pattern, answer.status_code)
