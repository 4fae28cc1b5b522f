"""A house that may issue, and a store of its own for every test."""

from collections.abc import Iterator
from copy import deepcopy

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


@pytest.fixture(scope="module")
def made(lasting):
    """A house and a job in it, made once for the module."""
    house = scene.house()
    return house, scene.checked_job(house)


@pytest.fixture
def copies(made, db):
    return deepcopy(made)


@pytest.fixture
def house(copies):
    return copies[0]


@pytest.fixture
def job(copies):
    return copies[1]
