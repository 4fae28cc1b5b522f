"""The cast, and a database whose write-once tables can be emptied between tests only."""

from collections.abc import Iterator
from typing import Any
from unittest import mock

import hypothesis
import pytest
from django.db import connections, transaction
from django.test import TransactionTestCase

from metrology import guards
from metrology.actors import Actor
from metrology.models import Organization
from metrology.roles import Role
from tests import make

hypothesis.settings.register_profile("house", deadline=None)  # a busy machine is no wrong answer
hypothesis.settings.load_profile("house")

DOORS = ("api", "views", "pages", "promises", "tenants", "isolation", "bad_input")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks through the API or the pages, so that the rules behind them can run alone."""
    for item in items:
        if item.path.stem.endswith(DOORS) or "client" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.doors)


@pytest.fixture(scope="session", autouse=True)
def _emptying_lifts_the_guards() -> Iterator[None]:
    emptied = TransactionTestCase._fixture_teardown

    def teardown(case: TransactionTestCase) -> None:
        with guards.lifted():
            emptied(case)

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[method-assign]  # the one place rows may vanish
    yield
    TransactionTestCase._fixture_teardown = emptied  # type: ignore[method-assign]  # put back


@pytest.fixture(scope="module")
def lasting(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Rows that the tests of a module share: made once, put back after each test, gone at the end.

    What is made under it must be copied for each test (copy.deepcopy): a test may move its rows.
    """
    with django_db_blocker.unblock():
        shared = connections["default"]
        with transaction.atomic(), mock.patch.object(shared, "close", lambda: None):
            yield
            transaction.set_rollback(True)


@pytest.fixture
def institute(db: None) -> Organization:
    """The city institute in whose house most stories happen."""
    return make.institute(code="TA")


@pytest.fixture
def acme(db: None) -> Organization:
    """The enterprise that owns things."""
    return make.enterprise(name_zh="阿克米商贸（演示）", name_en="Acme (demo)")


@pytest.fixture
def mallory(db: None) -> Actor:
    """A user of another enterprise, who must find nothing of anybody else's."""
    return make.actor(Role.ENTERPRISE_ADMIN, make.enterprise(name_zh="旁人公司（演示）"), name="mallory")


@pytest.fixture
def clerk(acme: Organization) -> Actor:
    """The clerk of acme."""
    return make.actor(Role.ENTERPRISE_ADMIN, acme, name="clerk")


@pytest.fixture
def counter(institute: Organization) -> Actor:
    return make.actor(Role.COUNTER, institute, name="counter")


@pytest.fixture
def manager(institute: Organization) -> Actor:
    return make.actor(Role.MANAGER, institute, name="manager")


@pytest.fixture
def tester(institute: Organization) -> Actor:
    return make.actor(Role.STAFF, institute, name="tester")


@pytest.fixture
def checker(institute: Organization) -> Actor:
    return make.actor(Role.STAFF, institute, name="checker")


@pytest.fixture
def approver(institute: Organization) -> Actor:
    return make.actor(Role.STAFF, institute, name="approver")


@pytest.fixture
def city(db: None) -> Actor:
    """The city's administrator."""
    return make.actor(Role.CITY_ADMIN, make.organization("authority"), name="city")
