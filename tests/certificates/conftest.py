"""A house that may issue, and a store of its own for every test."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from certificates import render, snapshot
from tests.certificates import scene


@pytest.fixture(autouse=True)
def _store(settings, tmp_path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def press():
    """Ask for this to print for real."""


@pytest.fixture(autouse=True)
def _no_press(request, monkeypatch):
    """Printing takes half a second, and most tests only want some bytes that follow from the snapshot."""
    if "press" not in request.fixturenames:
        monkeypatch.setattr(render, "document", lambda said: b"%PDF-" + snapshot.freeze(said)[0].encode())


@pytest.fixture
def house(db):
    return scene.house()


@pytest.fixture
def job(house):
    return scene.checked_job(house)
