"""What each database adds to the table of entries, so that grams are found: put in place after every migrate.

SQLite: an FTS5 table of our grams without a copy of them (`content=''`, `detail=none`), kept by
triggers. PostgreSQL: a GIN index on a function that cuts the same grams. No extension is needed,
and both keep themselves whatever writes the entries.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from metrology.models import SearchEntry
from metrology.search.words import EDITION, grams

TABLE = SearchEntry._meta.db_table
GRAMS = "metrology_searchgrams"
INDEX = f"search_grams_{EDITION}"
FUNCTION = f"search_tokens_{EDITION}"
WINDOW = 14  # PostgreSQL looks through the newest 2**14 rows of a kind first, and so on

# Our grams hold signs that FTS5 would take for gaps; beyond ASCII it takes every character as it is.
_SHIFTED = {code: 0xE000 + code for code in range(33, 127) if not chr(code).isalnum()}

_POSTGRESQL = rf"""
CREATE OR REPLACE FUNCTION search_grams(id bigint, words text, codes text, initials text, spelled text)
RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_agg(DISTINCT gram) FROM (
    SELECT ' ' || (id >> {WINDOW}) AS gram
    UNION ALL
    SELECT substr(part, i, size)
    FROM regexp_split_to_table(words, '\s+') part, (VALUES (2), (3), (5)) sizes(size),
         generate_series(1, length(part) - size + 1) i
    WHERE size = 2 OR octet_length(substr(part, i, size)) = size
    UNION ALL
    SELECT '=' || replace(code, ' ', '') FROM string_to_table(codes, E'\n') code WHERE code <> ''
    UNION ALL
    SELECT '~' || substr(part, i, 3)
    FROM regexp_split_to_table(initials, '\s+') part, generate_series(1, length(part) - 2) i
    UNION ALL
    SELECT '^' || left(part, size)
    FROM regexp_split_to_table(initials || spelled, '\s+') part, (VALUES (2), (3), (5)) sizes(size)
    WHERE length(part) >= size
  ) found
$$
"""
EXPRESSION = "search_grams(id, words, codes, initials, spelled)"
_GIN = (
    f"CREATE INDEX IF NOT EXISTS {INDEX} ON {TABLE} USING gin ({EXPRESSION})"
    " WITH (gin_pending_list_limit = 512)"
)
_FTS = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {GRAMS} USING fts5"
    "(grams, content='', detail=none, columnsize=0, tokenize='ascii')"
)


def shifted(gram: str) -> str:
    """A gram as one token of FTS5."""
    return gram.translate(_SHIFTED)


def tokens(words: str, codes: str, initials: str, spelled: str) -> str:
    """The grams of an entry as the text of its FTS5 row."""
    return shifted(" ".join(grams(words, codes, initials, spelled)))


def prepare(*, connection: BaseDatabaseWrapper, **_ignored: Any) -> None:
    """Give SQLite the function that its triggers call; called for each new connection.

    PostgreSQL is told not to compile statements: many short parts cost more to compile than to run.
    """
    if connection.vendor == "sqlite":
        connection.connection.create_function(FUNCTION, 4, tokens, deterministic=True)
    else:
        with connection.cursor() as cursor:
            cursor.execute("SET jit = off")


def install(using: str = "default") -> None:
    """Put tables, triggers and index in place and fill them; doing it twice changes nothing."""
    connection = connections[using]
    if TABLE not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRESQL)
            for outdated in _indexes(cursor) - {INDEX}:
                cursor.execute(f"DROP INDEX {outdated}")
            cursor.execute(_GIN)
            return
        cursor.execute(
            "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND sql LIKE %s", [f"%{FUNCTION}(%"]
        )
        if cursor.fetchone()[0] == len(_triggers()):
            return
        remove(using)
        for statement in (_FTS, *_triggers()):
            cursor.execute(statement)
        _fill(cursor)


def remove(using: str = "default") -> None:
    """Take them away; the table of entries stays."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for name in _indexes(cursor):
                cursor.execute(f"DROP INDEX {name}")
            return
        for act in ("insert", "update", "delete"):
            cursor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_{act}")
        cursor.execute(f"DROP TABLE IF EXISTS {GRAMS}")


@contextmanager
def filled_afterwards(using: str = "default") -> Iterator[None]:
    """Without the index while every entry is written anew, then made at once; only the owner may."""
    if _owned(using):
        remove(using)
        yield
        install(using)
    else:
        yield


def _owned(using: str) -> bool:
    if connections[using].vendor != "postgresql":
        return True
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT tableowner = current_user FROM pg_tables WHERE tablename = %s", [TABLE])
        return bool(cursor.fetchone()[0])


def write(entries: Sequence[tuple[int | str, ...]]) -> None:
    """New entries by the thousand, given as their columns."""
    names = [field.attname for field in SearchEntry._meta.concrete_fields]
    places = ", ".join(["%s"] * len(names))
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.executemany(f"INSERT INTO {TABLE} ({', '.join(names)}) VALUES ({places})", entries)


def _indexes(cursor: Any) -> set[str]:
    """The indexes of our grams on PostgreSQL, those of earlier editions too."""
    cursor.execute(
        "SELECT indexname FROM pg_indexes WHERE tablename = %s AND indexname LIKE 'search_grams%%'", [TABLE]
    )
    return {name for (name,) in cursor.fetchall()}


def _triggers() -> list[str]:
    put = (
        f"INSERT INTO {GRAMS}(rowid, grams) "
        f"VALUES (new.id, {FUNCTION}(new.words, new.codes, new.initials, new.spelled));"
    )
    take = (
        f"INSERT INTO {GRAMS}({GRAMS}, rowid, grams) "
        f"VALUES ('delete', old.id, {FUNCTION}(old.words, old.codes, old.initials, old.spelled));"
    )
    return [
        f"CREATE TRIGGER IF NOT EXISTS {TABLE}_insert AFTER INSERT ON {TABLE} BEGIN {put} END",
        f"CREATE TRIGGER IF NOT EXISTS {TABLE}_delete AFTER DELETE ON {TABLE} BEGIN {take} END",
        f"CREATE TRIGGER IF NOT EXISTS {TABLE}_update AFTER UPDATE OF words, codes, initials, spelled"
        f" ON {TABLE} BEGIN {take} {put} END",
    ]


def _fill(cursor: Any) -> None:
    cursor.execute(
        f"INSERT INTO {GRAMS}(rowid, grams) "
        f"SELECT id, {FUNCTION}(words, codes, initials, spelled) FROM {TABLE} ORDER BY id"
    )
