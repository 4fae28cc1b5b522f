"""A headless Chromium that speaks to nobody but the test's own server."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests import world
from tests.browser.chromium import CHROMIUM, QUIET
from tests.world import World


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}: install chromium or name one in CHROMIUM")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright runs a loop in the test's thread
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def house(transactional_db: None) -> World:
    return world.build()


@pytest.fixture
def open_page(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Open pages in a context of their own; whatever the browser complains of fails the test.

    `forgives` names complaints that a test brings about on purpose, such as a cut network.
    """
    complaints: list[str] = []
    contexts = []

    def opened(*, forgives: tuple[str, ...] = (), **wishes: Any) -> Page:
        wishes = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", **wishes}
        context = chromium.new_context(base_url=live_server.url, **wishes)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: note(message, complaints, forgives))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def note(message: ConsoleMessage, complaints: list[str], forgives: tuple[str, ...] = ()) -> None:
    expected = any(words in message.text for words in ("404 (Not Found)", *forgives))
    if message.type in ("error", "warning") and not expected:
        complaints.append(message.text)
