"""Pages stay light over the wire, served compressed as in production, with a cold cache."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.installed import Installation, installed
from tests.browser.weigh import every

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder: Path = tmp_path_factory.mktemp("installed")
    with installed(folder, free_port()) as found:
        yield found


def free_port() -> int:
    """Some port of the upper range that nobody listens on."""
    for port in range(20_900, 21_000):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)):
                return port
    raise RuntimeError("no free port")


def test_no_page_is_over_its_budget(chromium: Browser, place: Installation) -> None:
    """120 KiB for a page with everything it loads, 30 KiB for the public check."""
    found = list(every(place, chromium, ("manager", "tester", "enterprise", "city")))
    assert len(found) > 60
    assert [weight.line() for weight in found if weight.total > weight.most] == []
    assert all(weight.parts["Document"] and weight.parts["Stylesheet"] for weight in found)
