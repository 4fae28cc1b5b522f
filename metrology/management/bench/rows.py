"""Rows by the million: one INSERT … SELECT per noun, the same on both databases.

The columns come from the model, so a column that is not named gets the model's default.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, models

DAY_ONE = "2023-01-01"


def is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def padded(number: str, width: int) -> str:
    """A number with leading zeros."""
    return f"lpad(({number})::text, {width}, '0')" if is_postgresql() else f"printf('%0{width}d', {number})"


def unique(tag: int, number: str) -> str:
    """A public id that nothing else has; in ascending order, so that its index only grows at one end."""
    if is_postgresql():
        return f"('{tag:08x}' || lpad(to_hex({number}), 24, '0'))::uuid"
    return f"printf('{tag:08x}%024x', {number})"


def day(number: str) -> str:
    """The day `number` days after DAY_ONE."""
    if is_postgresql():
        return f"(DATE '{DAY_ONE}' + ({number})::int)"
    return f"date('{DAY_ONE}', '+' || ({number}) || ' days')"


def one_of(choices: tuple[str, ...], number: str) -> str:
    """One of these texts by a number."""
    cases = " ".join(f"WHEN {place} THEN '{text}'" for place, text in enumerate(choices))
    return f"CASE ({number}) % {len(choices)} {cases} END"


def mixed(number: str, salt: int = 0) -> str:
    """A number from 0 to 999,999,999 that looks arbitrary and is the same each time."""
    return f"((({number}) + {salt}) * 48271 * 16807 % 1000000007 % 1000000000)"


def insert(model: type[models.Model], count: int, tag: int, /, **columns: str) -> None:
    """`count` rows of `model`; expressions may use `i`, which runs from 0. The key is `i` + 1 if unnamed."""
    names: list[str] = []
    values: list[str] = []
    parameters: list[Any] = []
    for field in model._meta.concrete_fields:
        if field.attname in columns:
            value = columns.pop(field.attname).replace("%", "%%")
        elif field.primary_key:
            value = "i + 1"
        elif field.attname == "public_id":
            value = unique(tag, "i").replace("%", "%%")
        else:
            value = "%s"
            parameters.append(field.get_db_prep_save(field.get_default(), connection))
        names.append(connection.ops.quote_name(field.column or field.attname))
        values.append(value)
    if columns:
        raise ValueError(f"{model.__name__} has no {', '.join(columns)}")
    run(
        f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({', '.join(names)}) "
        f"SELECT {', '.join(values)} FROM ({_numbers(count)}) numbers",
        parameters,
    )


def _numbers(count: int) -> str:
    if is_postgresql():
        return f"SELECT generate_series(0::bigint, {count - 1}) AS i"
    return (
        "WITH RECURSIVE counted(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM counted "
        f"WHERE i < {count - 1}) SELECT i FROM counted"
    )


def run(sql: str, parameters: Any = None) -> list[Any]:
    """One statement; its rows, if it has any."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def unhindered() -> Iterator[None]:
    """Without what makes writing safe but slow; only for a database that is thrown away."""
    if is_postgresql():
        run("SET session_replication_role = replica")
        run("SET synchronous_commit = off")
        yield
        run("SET session_replication_role = origin")
        for model in _sequenced():
            table = model._meta.db_table
            run(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), "
                f"coalesce((SELECT max(id) FROM {connection.ops.quote_name(table)}), 1))"
            )
        return
    for pragma in ("foreign_keys=OFF", "synchronous=OFF", "journal_mode=OFF", "cache_size=-400000"):
        run(f"PRAGMA {pragma}")
    yield
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536"):
        run(f"PRAGMA {pragma}")


def _sequenced() -> Iterator[type[models.Model]]:
    for model in apps.get_models():
        key = model._meta.pk
        if isinstance(key, models.BigAutoField) and key.column == "id" and model._meta.managed:
            yield model
