"""Lists and search at the size of a city, beside plain SQL and LIKE on the same rows."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from functools import partial

from django.db import connection

from instruments.models import Instrument
from metrology.management.bench.figures import Figure, computing, entered, milliseconds, once, p50, p95, page
from metrology.management.bench.rows import run
from metrology.management.demo import Cast
from metrology.models import SearchEntry
from metrology.pagination import PAGE_SIZE, page_of
from metrology.search import query
from metrology.search.sources import Source, of_model
from metrology.search.words import fold

DEEP = 20_000
TERMS = 500
PLAIN = """
SELECT i.id, i.label_no, i.name, i.model, i.serial, o.name_zh, i.state, i.due_on
FROM instruments_instrument i JOIN metrology_organization o ON o.id = i.owner_id
WHERE i.id < %s ORDER BY i.id DESC LIMIT 51
"""


def pages(cast: Cast) -> Iterator[Figure]:
    """Page 1 and page 20,000 of the ledger of a whole city, by keyset."""
    rows = Instrument.objects.select_related("owner", "category").visible_to(cast.actors["city"])
    number = min(DEEP, Instrument.objects.count() // PAGE_SIZE)
    offset = (number - 1) * PAGE_SIZE - 1
    last = run("SELECT id FROM instruments_instrument ORDER BY id DESC LIMIT 1 OFFSET %s", [offset])[0][0]
    newest = run("SELECT max(id) + 1 FROM instruments_instrument")[0][0]
    cursor = page_of(rows.filter(pk__in=[last, last - 1]), order="-pk", cursor=None, size=1).next_cursor
    first = p50(milliseconds(lambda: page_of(rows, order="-pk", cursor=None, size=PAGE_SIZE)))
    deep = p50(milliseconds(lambda: page_of(rows, order="-pk", cursor=cursor, size=PAGE_SIZE)))
    plain_first = p50(milliseconds(lambda: run(PLAIN, [newest])))
    plain_deep = p50(milliseconds(lambda: run(PLAIN, [last])))
    yield Figure("list, page 1", first, "ms", plain_first, "the same page in plain SQL")
    yield Figure(f"list, page {number}", deep, "ms", plain_deep, "the same page in plain SQL")
    yield Figure(f"list, page {number} by page 1", deep, "ms", first, "page 1")
    client = entered(cast.actors["city"])
    whole = p50(milliseconds(page(client, "/instruments/")))
    whole_deep = p50(milliseconds(page(client, f"/instruments/?cursor={cursor}")))
    yield Figure("list page, whole HTML, page 1", whole, "ms")
    yield Figure(f"list page, whole HTML, page {number}", whole_deep, "ms", whole, "page 1")


def found(cast: Cast, seed: int = 1) -> Iterator[Figure]:
    """Random terms: what is found against what LIKE finds, and how long either takes."""
    source = of_model("instruments.instrument")[0]
    terms = random_terms(source, TERMS, random.Random(seed))  # noqa: S311  a benchmark, not a secret
    actor, missing = cast.actors["city"], 0
    like: list[float] = []
    for term in terms:
        ours = _newest(query.search(term, actor, kinds=[source.number], shown=query.MOST))
        begun = time.perf_counter()
        theirs = oracle(source, term)
        like.append((time.perf_counter() - begun) * 1000)
        missing += ours != theirs
    recall = 100 * (1 - missing / len(terms))
    note = f"{len(terms)} random terms of 2 to 8 characters, the newest {query.MOST} in order"
    yield Figure("search, recall against LIKE", recall, "%", 100.0, "LIKE", note)
    for name, who in (("city", actor), ("enterprise", cast.actors["enterprise"])):
        searches = [partial(query.search, term, who) for term in terms]
        times = [once(one) for one in searches]
        busy = [computing(one) for one in searches]
        for word, of in (("p50", p50), ("p95", p95)):
            note = f"{of(busy):.3g} ms of this process computing"
            yield Figure(f"search as {name}, {word}", of(times), "ms", of(like), "LIKE over one kind", note)
    client = entered(actor)
    times = [once(page(client, f"/search/?q={term}&kind={source.number}")) for term in terms[:50]]
    yield Figure("search page, whole HTML, p50", p50(times), "ms")


def _newest(answer: query.Answer) -> list[int]:
    return [hit.entry.pk for group in answer.groups for hit in group.hits]


def random_terms(source: Source, count: int, rng: random.Random) -> list[str]:
    """Parts of what stands in random entries, and as many initials of their names as come up."""
    first, last = run(
        f"SELECT min(id), max(id) FROM {SearchEntry._meta.db_table} WHERE id BETWEEN %s AND %s",
        [source.first, source.last],
    )[0]
    found: list[str] = []
    while len(found) < count:
        entry = SearchEntry.objects.filter(pk__gte=rng.randint(first, last)).order_by("pk")[0]
        kept = entry.initials if len(found) % 5 == 0 else entry.words
        part = rng.choice(kept.split() or [""])
        size = rng.randint(2, 8)
        start = 0 if kept is entry.initials else rng.randint(0, max(0, len(part) - size))
        term = part[start : start + size]
        if len(term) >= 2 and fold(term) == term:
            found.append(term)
    return found


def oracle(source: Source, term: str) -> list[int]:
    """The newest entries that LIKE finds, or whose pinyin begins with the term or has it in its initials."""
    ways, values = ["words LIKE %s ESCAPE '!'"], [f"%{_escaped(term)}%"]
    if term.isascii() and term.isalpha():
        ways += ["spelled LIKE %s", "initials LIKE %s"]
        values += [f"%\n{term}%", f"%{term}%" if len(term) > 2 else f"%\n{term}%"]
    sql = (
        f"SELECT id FROM {SearchEntry._meta.db_table} WHERE id BETWEEN %s AND %s AND ({' OR '.join(ways)})"
        f" ORDER BY id DESC LIMIT {query.MOST}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [source.first, source.last, *values])
        return [row[0] for row in cursor.fetchall()]


def _escaped(term: str) -> str:
    return term.replace("!", "!!").replace("%", "!%").replace("_", "!_")
