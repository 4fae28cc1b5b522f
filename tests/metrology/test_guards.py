"""What is written once cannot be edited, deleted, replaced, emptied or rebuilt away unnoticed."""

from collections.abc import Callable

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, migrations, models, transaction
from django.db.migrations.state import ModelState, ProjectState

from metrology import guards
from metrology.models import Event
from tests import make
from tests.metrology.test_ledger import rename

pytestmark = pytest.mark.django_db

ON_SQLITE = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="a way in that only SQLite has")
ON_POSTGRESQL = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="a way in that only PostgreSQL has"
)


@pytest.fixture
def event() -> Event:
    body = make.enterprise()
    rename(body)
    return Event.objects.get(organization=body)


def refused(act: Callable[[], object]) -> bool:
    try:
        with transaction.atomic():
            act()
    except DatabaseError as error:
        return guards.MESSAGE in str(error)
    return False


def run(statement: str) -> Callable[[], object]:
    def act() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    return act


def test_it_guards_every_noun_that_is_written_once() -> None:
    names = {model._meta.label for model in guards.guarded_models()}
    assert {
        "metrology.Event",
        "labs.MethodVersion",
        "instruments.Reading",
        "instruments.Result",
        "certificates.Certificate",
        "certificates.CertificateFile",
        "certificates.CertificateStatus",
        "certificates.Seal",
        "certificates.LogEntry",
        "certificates.SignedTreeHead",
    } <= names
    assert guards.missing() == []


def test_it_refuses_an_edit(event: Event) -> None:
    assert refused(lambda: Event.objects.filter(pk=event.pk).update(verb="x"))
    assert refused(event.save)


def test_it_refuses_a_delete(event: Event) -> None:
    assert refused(lambda: Event.objects.filter(pk=event.pk).delete())
    assert refused(run("DELETE FROM metrology_event"))
    assert Event.objects.filter(pk=event.pk).exists()


@ON_SQLITE
def test_it_refuses_insert_or_replace(event: Event) -> None:
    columns = ", ".join(field.column for field in Event._meta.concrete_fields)
    values = columns.replace("verb", "'x'")
    assert refused(
        run(f"INSERT OR REPLACE INTO metrology_event ({columns}) SELECT {values} FROM metrology_event")
    )
    event.refresh_from_db()
    assert event.verb != "x"


@ON_SQLITE
def test_it_notices_that_replace_could_slip_past(event: Event) -> None:
    run("PRAGMA recursive_triggers = OFF")()
    try:
        assert "PRAGMA recursive_triggers" in guards.missing()
    finally:
        run("PRAGMA recursive_triggers = ON")()


@ON_POSTGRESQL
def test_it_refuses_truncate(event: Event) -> None:
    run("SET CONSTRAINTS ALL IMMEDIATE")()
    assert refused(run("TRUNCATE metrology_event CASCADE"))
    assert Event.objects.filter(pk=event.pk).exists()


@ON_POSTGRESQL
def test_it_refuses_an_upsert(event: Event) -> None:
    columns = ", ".join(f'"{field.column}"' for field in Event._meta.concrete_fields)
    upsert = (
        f"INSERT INTO metrology_event ({columns}) SELECT {columns} FROM metrology_event "
        "ON CONFLICT (id) DO UPDATE SET verb = 'x'"
    )
    assert refused(run(upsert))


@pytest.mark.django_db(transaction=True)
def test_it_notices_a_table_rebuilt_by_a_migration_and_migrate_puts_the_guard_back() -> None:
    state = ProjectState.from_apps(apps)
    rebuilt = state.clone()
    alteration = migrations.AlterField("event", "verb", models.CharField(max_length=61))
    alteration.state_forwards("metrology", rebuilt)
    assert isinstance(rebuilt.models["metrology", "event"], ModelState)
    with connection.schema_editor() as editor:
        alteration.database_forwards("metrology", editor, state, rebuilt)
    if connection.vendor == "sqlite":
        assert "metrology_event_no_update" in guards.missing()
    call_command("migrate", verbosity=0)
    assert guards.missing() == []


def test_it_notices_a_dropped_trigger() -> None:
    guards.remove()
    try:
        assert "metrology_event_no_delete" in guards.missing()
    finally:
        guards.install()
    guards.install()
    assert guards.missing() == []
