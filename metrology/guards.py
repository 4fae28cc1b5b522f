"""What is written once stays as it was written: the database itself refuses (rules 4.2).

Triggers stand on every table of an insert-only model. They are installed idempotently after each
migrate and looked for at start-up: on SQLite a table rebuild drops them silently, and
INSERT OR REPLACE slips past them unless PRAGMA recursive_triggers is on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

MESSAGE = "is written once: correct it by a new row"

_POSTGRES_FUNCTION = f"""
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% {MESSAGE}', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def guarded_models() -> list[type[models.Model]]:
    """Every model whose rows are written once."""
    return [model for model in apps.get_models() if getattr(model, "insert_only", False)]


def trigger_names(table: str, vendor: str) -> list[str]:
    """The triggers that must stand on an insert-only table."""
    acts = ("update", "delete", "truncate") if vendor == "postgresql" else ("update", "delete")
    return [f"{table}_no_{act}" for act in acts]


def install(using: str = "default") -> None:
    """Put every trigger in place; doing it twice changes nothing."""
    connection = connections[using]
    tables = _tables(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES_FUNCTION)
        for table in tables:
            for statement in _statements(table, connection):
                cursor.execute(statement)
        if connection.vendor == "postgresql" and settings.DATABASE_APP_ROLE:
            _grant(cursor, connection, settings.DATABASE_APP_ROLE, tables)


def remove(using: str = "default") -> None:
    """Take every trigger away; only test teardown does this."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for table in _tables(connection):
            for name in trigger_names(table, connection.vendor):
                tail = f" ON {connection.ops.quote_name(table)}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {connection.ops.quote_name(name)}{tail}")


@contextmanager
def lifted(using: str = "default") -> Iterator[None]:
    """Without the triggers for a moment, for emptying a test database."""
    remove(using)
    try:
        yield
    finally:
        install(using)


def missing(using: str = "default") -> list[str]:
    """The triggers that should stand and do not."""
    connection = connections[using]
    wanted = [name for table in _tables(connection) for name in trigger_names(table, connection.vendor)]
    source = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(source)
        present = {row[0] for row in cursor.fetchall()}
        gaps = [name for name in wanted if name not in present]
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA recursive_triggers")
            if not cursor.fetchone()[0]:
                gaps.append("PRAGMA recursive_triggers")
    return gaps


def _tables(connection: BaseDatabaseWrapper) -> list[str]:
    existing = set(connection.introspection.table_names())
    return [model._meta.db_table for model in guarded_models() if model._meta.db_table in existing]


def _statements(table: str, connection: BaseDatabaseWrapper) -> list[str]:
    quote = connection.ops.quote_name
    if connection.vendor == "postgresql":
        return [
            f"CREATE OR REPLACE TRIGGER {quote(f'{table}_no_{act}')} BEFORE {act.upper()} ON {quote(table)} "
            f"FOR EACH {'STATEMENT' if act == 'truncate' else 'ROW'} EXECUTE FUNCTION refuse_change()"
            for act in ("update", "delete", "truncate")
        ]
    return [
        f"CREATE TRIGGER IF NOT EXISTS {quote(f'{table}_no_{act}')} BEFORE {act.upper()} ON {quote(table)} "
        f"BEGIN SELECT RAISE(ABORT, '{table} {MESSAGE}'); END"
        for act in ("update", "delete")
    ]


def _grant(cursor: Any, connection: BaseDatabaseWrapper, role: str, insert_only: list[str]) -> None:
    quote = connection.ops.quote_name
    name = quote(role)
    cursor.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
    cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}")
    for table in connection.introspection.table_names():
        rights = "SELECT, INSERT" if table in insert_only else "SELECT, INSERT, UPDATE, DELETE"
        cursor.execute(f"REVOKE ALL ON {quote(table)} FROM {name}")
        cursor.execute(f"GRANT {rights} ON {quote(table)} TO {name}")
