"""A house that may issue, and a store of its own for every test."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from tests.certificates import scene


@pytest.fixture(autouse=True)
def _store(settings, tmp_path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def house(db):
    return scene.house()


@pytest.fixture
def job(house):
    return scene.checked_job(house)
