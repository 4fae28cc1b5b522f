"""Asking: the newest rows of each kind that have every word and that the actor may see.

Candidates come from the grams, newest first; those an actor may not see fall out by `visible_to`
before anything is shown or counted. An actor who sees little (an enterprise) is asked the other way
round: the few rows that are visible, then the words. However many kinds there are, it is a handful
of statements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BigIntegerField, QuerySet, Value
from django.db.models.expressions import RawSQL

from metrology.actors import Actor
from metrology.models import SearchEntry
from metrology.search import tables
from metrology.search.sources import ROW, SHIFT, Source, in_order, of_model
from metrology.search.words import LINE, Query, parse, whole

SHOWN = 5
MOST = 50
CANDIDATES = 120
CODES = 20
FEW = 2000

Found = dict[int, list[int]]
Part = tuple[str, list[Any]]


@dataclass(frozen=True)
class Hit:
    """One thing found, as it is shown."""

    source: Source
    entry: SearchEntry

    @property
    def url(self) -> str:
        return self.source.page(self.entry.key)


@dataclass(frozen=True)
class Group:
    """The newest hits of one kind; `more` says that there are others the actor may see."""

    source: Source
    hits: list[Hit]
    more: bool


@dataclass(frozen=True)
class Answer:
    """What was found: by kind, and the one thing whose code was typed in full."""

    query: Query
    groups: list[Group] = field(default_factory=list)
    exact: Hit | None = None


def search(asked: str, actor: Actor, *, kinds: Sequence[int] | None = None, shown: int = SHOWN) -> Answer:
    """The newest `shown` hits of every kind (or of these) that the actor may see."""
    query = parse(asked)
    if query.is_too_short or actor.is_stranger:
        return Answer(query)
    chosen = [source for source in in_order() if kinds is None or source.number in kinds]
    found, exact = _find(query, actor, chosen, shown + 1)
    wanted = {key for keys in found.values() for key in keys} | set(exact)
    entries = SearchEntry.objects.in_bulk(wanted)
    groups = [
        Group(source, [Hit(source, entries[key]) for key in keys[:shown]], len(keys) > shown)
        for source in chosen
        if (keys := [key for key in found.get(source.number, []) if key in entries])
    ]
    return Answer(query, groups, _only(exact, entries, {source.number: source for source in chosen}))


def _only(exact: list[int], entries: Mapping[int, SearchEntry], chosen: Mapping[int, Source]) -> Hit | None:
    if len(exact) != 1 or exact[0] not in entries:
        return None
    return Hit(chosen[exact[0] >> SHIFT], entries[exact[0]])


def _find(query: Query, actor: Actor, chosen: Sequence[Source], want: int) -> tuple[Found, list[int]]:
    """The keys of what is found by source, and of those whose code was typed in full."""
    many = max(CANDIDATES, want)
    newest, exact = _candidates(query, chosen, many)
    seen = _seen(actor, chosen, [*exact, *(key for keys in newest.values() for key in keys)])
    found = {number: [key for key in keys if key in seen][:want] for number, keys in newest.items()}
    rest = [
        source
        for source in chosen
        if len(newest.get(source.number, [])) >= many and len(found[source.number]) < want
    ]
    if rest:
        found |= _among_few(query, actor, rest, want)
    return found, [key for key in dict.fromkeys(exact) if key in seen]


def _among_few(query: Query, actor: Actor, rest: Sequence[Source], want: int) -> Found:
    """Where the newest candidates are other people's: the few visible rows, or else all that is visible."""
    visible = _union(_rows(source, source.visible_to(actor)[: FEW + 1]) for source in rest)
    keys: Found = defaultdict(list)
    for number, row in visible:
        keys[number].append((number << SHIFT) | row)
    few = [source for source in rest if len(keys[source.number]) <= FEW]
    found: Found = defaultdict(list)
    if few:
        every = [key for source in few for key in keys[source.number]]
        condition, parameters = _has(query)
        entries = SearchEntry.objects.filter(pk__in=every).order_by("-pk")
        matching = entries.extra(where=[condition], params=parameters)
        for key in matching.values_list("pk", flat=True):
            found[key >> SHIFT].append(key)
    many = [source for source in rest if source not in few]
    matched = _union(
        _rows(source, matching_rows(source, source.visible_to(actor), query).order_by("-pk")[:want])
        for source in many
    )
    for number, row in matched:
        found[number].append((number << SHIFT) | row)
    return {source.number: sorted(found[source.number], reverse=True)[:want] for source in rest}


def narrowed(rows: QuerySet[Any], asked: str) -> QuerySet[Any] | None:
    """The rows of a list that have every word; None for a noun without index and a single character."""
    query = parse(asked)
    found = of_model(rows.model._meta.label_lower)
    if query.is_too_short or len(found) != 1:
        return None
    matching: QuerySet[Any] = matching_rows(found[0], rows, query)
    return matching


def matching_rows(source: Source, rows: Any, query: Query) -> Any:
    """Those of `rows` that have every word."""
    condition, parameters = _has(query)
    matched, grams = _matched(query, source)
    sql = f"SELECT id - %s FROM {tables.TABLE} WHERE {matched} AND {condition}"
    return rows.filter(pk__in=RawSQL(sql, [source.first, *grams, *parameters]))


# --- The statements -------------------------------------------------------------------------------


def _candidates(query: Query, chosen: Sequence[Source], many: int) -> tuple[Found, list[int]]:
    """The newest `many` entries of each source with every word, and those whose code is the whole query."""
    parts = [_newest(query, source, many) for source in chosen]
    parts.append(_whole(query))
    newest: Found = defaultdict(list)
    exact: list[int] = []
    numbers = {source.number for source in chosen}
    for ranked, key in _rows_of(parts):
        if ranked:
            exact += [key] if key >> SHIFT in numbers else []
        else:
            newest[key >> SHIFT].append(key)
    return {number: sorted(keys, reverse=True) for number, keys in newest.items()}, exact


def _whole(query: Query) -> Part:
    """Those with a code that is the whole query, of every source."""
    condition = f"{_contains('codes')} ORDER BY id DESC LIMIT {CODES}"
    given = [whole(query.text), f"{LINE}{query.text}{LINE}"]
    if connection.vendor == "postgresql":
        matched = f"{tables.EXPRESSION} @> ARRAY[%s]::text[]"
        return f"SELECT 1, id FROM {tables.TABLE} WHERE {matched} AND {condition}", list(given)
    matched = f"id IN (SELECT rowid FROM {tables.GRAMS} WHERE {tables.GRAMS} MATCH %s)"
    given[0] = f'"{tables.shifted(given[0])}"'
    return f"SELECT 1, id FROM {tables.TABLE} WHERE {matched} AND {condition}", list(given)


def _newest(query: Query, source: Source, many: int) -> Part:
    condition, parameters = _has(query)
    if connection.vendor == "postgresql":
        inner, grams = _gin(query, "' ' || w")
        windows = f"SELECT id >> {tables.WINDOW} FROM {tables.TABLE} WHERE id BETWEEN %s AND %s ORDER BY id"
        sql = (
            f"SELECT 0, found.id"
            f" FROM generate_series(({windows} DESC LIMIT 1), ({windows} LIMIT 1), -1) w,"
            f" LATERAL (SELECT e.id FROM {tables.TABLE} e WHERE {inner} AND {condition}"
            f" ORDER BY e.id + 0 DESC LIMIT {many}) found LIMIT {many}"
        )
        return sql, [source.first, source.last, source.first, source.last, *grams, *parameters]
    sql = (
        f"SELECT 0, e.id FROM {tables.GRAMS} g CROSS JOIN {tables.TABLE} e ON e.id = g.rowid"
        f" WHERE g.{tables.GRAMS} MATCH %s AND g.rowid BETWEEN %s AND %s AND {condition}"
        f" ORDER BY g.rowid DESC LIMIT {many}"
    )
    return sql, [_match(query), source.first, source.last, *parameters]


def _matched(query: Query, source: Source) -> Part:
    """The condition on entries of a source that their grams can answer."""
    if connection.vendor == "postgresql":
        sql, grams = _gin(query, None)
        return f"id BETWEEN %s AND %s AND {sql}", [source.first, source.last, *grams]
    sql = (
        f"id IN (SELECT rowid FROM {tables.GRAMS} WHERE {tables.GRAMS} MATCH %s AND rowid BETWEEN %s AND %s)"
    )
    return sql, [_match(query), source.first, source.last]


def _match(query: Query) -> str:
    """The query in the words of FTS5."""

    def way(grams: list[str]) -> str:
        return " AND ".join(f'"{tables.shifted(gram)}"' for gram in grams)

    return " AND ".join(f"({' OR '.join(f'({way(one)})' for one in word.ways())})" for word in query.words)


def _gin(query: Query, window: str | None) -> Part:
    """The query in the words of the GIN index, within one window of keys if one is named."""
    inside = f"ARRAY[{window}] || " if window else ""
    conditions: list[str] = []
    parameters: list[Any] = []
    for word in query.words:
        ways = word.ways()
        one = f"{tables.EXPRESSION} @> ({inside}%s::text[])"
        conditions.append(f"({' OR '.join([one] * len(ways))})")
        parameters += ways
    return " AND ".join(conditions), parameters


def _contains(column: str) -> str:
    return f"strpos({column}, %s) > 0" if connection.vendor == "postgresql" else f"instr({column}, %s) > 0"


def _has(query: Query) -> Part:
    """The condition that says exactly whether an entry has every word."""
    conditions: list[str] = []
    parameters: list[Any] = []
    for word in query.words:
        ways = [("words", word.text)]
        if word.is_spelled:
            ways += [("initials", word.initials), ("spelled", LINE + word.text)]
        conditions.append(f"({' OR '.join(_contains(column) for column, _text in ways)})")
        parameters += [text for _column, text in ways]
    return " AND ".join(conditions), parameters


def _seen(actor: Actor, chosen: Sequence[Source], keys: Iterable[int]) -> set[int]:
    """Those of the keys whose rows the actor may see."""
    rows: dict[int, set[int]] = defaultdict(set)
    for key in keys:
        rows[key >> SHIFT].add(key & ROW)
    visible = _union(
        _rows(source, source.visible_to(actor).filter(pk__in=sorted(rows[source.number])))
        for source in chosen
        if rows[source.number]
    )
    return {(number << SHIFT) | row for number, row in visible}


def _rows(source: Source, rows: QuerySet[Any]) -> Part | None:
    """The numbers of the source and of these rows as a statement; None if there can be no row."""
    if not rows.query.is_sliced:
        rows = rows.order_by()
    keys = rows.annotate(found_in=Value(source.number, BigIntegerField())).values_list("found_in", "pk")
    try:
        sql, parameters = keys.query.sql_with_params()
    except EmptyResultSet:
        return None
    return sql, list(parameters)


def _union(parts: Iterable[Part | None]) -> list[tuple[int, int]]:
    return _rows_of([part for part in parts if part is not None])


def _rows_of(parts: Sequence[Part]) -> list[tuple[int, int]]:
    """Every row of these statements, in one."""
    if not parts:
        return []
    sql = " UNION ALL ".join(f"SELECT * FROM ({sql}) part{n}" for n, (sql, _values) in enumerate(parts))
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for _sql, values in parts for value in values])
        found: list[tuple[int, int]] = cursor.fetchall()
    return found
