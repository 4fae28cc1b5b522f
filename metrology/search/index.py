"""Keeping the entries true: refreshed in the transaction that changes a row, compared again at night."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.models import Max, Model

from metrology.models import SearchEntry
from metrology.search import tables
from metrology.search.sources import ROW, Source, following, in_order, of_model

log = logging.getLogger(__name__)

CHUNK = 2000
SHARES = 28
COLUMNS = ("key", "title", "subtitle", "words", "codes", "initials", "spelled")


def refresh(model: type[Model], keys: Iterable[int]) -> int:
    """Rewrite the entries of these rows, and of those that repeat their words; how many changed.

    Set-based: three statements for each CHUNK of rows. A row that is gone loses its entry. Verbs
    need not call it for what they `record`; those that write many rows at once do.
    """
    label = model._meta.label_lower
    repeating = following(label)
    changed = 0
    for source in of_model(label):
        for chunk in _chunks(sorted(set(keys))):
            rewritten = _rewrite(source, chunk)
            changed += len(rewritten)
            if rewritten:
                for follower, lookup in repeating:
                    rows = follower.rows.filter(**{f"{lookup}__in": [entry & ROW for entry in rewritten]})
                    changed += refresh(follower.model, rows.order_by().values_list("pk", flat=True))
    return changed


def refresh_subjects(subjects: Iterable[Model]) -> None:
    """Rewrite the entries of what a verb has acted on, at its end."""
    touched: dict[type[Model], set[int]] = defaultdict(set)
    for subject in subjects:
        if of_model(subject._meta.label_lower):
            touched[type(subject)].add(subject.pk)
    for model in sorted(touched, key=lambda found: found._meta.label_lower):
        refresh(model, touched[model])


def _chunks(keys: Sequence[int]) -> Iterator[list[int]]:
    rest = iter(keys)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def _rewrite(source: Source, keys: Sequence[int]) -> list[int]:
    """Make the entries of these rows true; the keys of those that were not."""
    wanted = {
        entry.pk: entry for entry in map(source.entry, source.rows.filter(pk__in=keys).values(*source.fields))
    }
    present = SearchEntry.objects.in_bulk([source.first | key for key in keys])
    stale = [
        pk for pk, entry in sorted(wanted.items()) if pk not in present or not _equal(present[pk], entry)
    ]
    _write([wanted[pk] for pk in stale])
    gone = sorted(present.keys() - wanted.keys())
    if gone:
        SearchEntry.objects.filter(pk__in=gone).delete()
    return stale + gone


def _equal(one: SearchEntry, other: SearchEntry) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in COLUMNS)


def _write(entries: list[SearchEntry]) -> None:
    if entries:
        SearchEntry.objects.bulk_create(
            entries, update_conflicts=True, unique_fields=["id"], update_fields=list(COLUMNS), batch_size=500
        )


def rebuild() -> dict[int, int]:
    """Every entry made anew, and the grams from them; how many there are by source."""
    counts: dict[int, int] = {}
    with transaction.atomic(), tables.filled_afterwards():
        SearchEntry.objects.all().delete()
        for source in in_order():
            counts[source.number] = 0
            rows = source.rows.order_by("pk").values(*source.fields).iterator(chunk_size=CHUNK)
            while entries := [source.columns(row) for row in islice(rows, CHUNK)]:
                tables.write(entries)
                counts[source.number] += len(entries)
    return counts


def begin(using: str = "default") -> None:
    """The first entries of an installation that already has rows; nothing once there are any."""
    if using != DEFAULT_DB_ALIAS or SearchEntry._meta.db_table not in connection.introspection.table_names():
        return
    if not SearchEntry.objects.exists() and any(source.rows.exists() for source in in_order()):
        rebuild()


def reconcile(slot: datetime) -> int:
    """Find what was written past the verbs: rows without entry, entries without row, and words that differ.

    The first two are looked for everywhere; words in one share of SHARES each day.
    """
    share = slot.toordinal() % SHARES
    mended = sum(_missing(source) + _orphaned(source) + _share(source, share) for source in in_order())
    if mended:
        log.warning("search: %d entries were mended", mended)
    return mended


def _missing(source: Source) -> int:
    mended = 0
    for chunk in _windows(source):
        rows = source.rows.filter(pk__gte=chunk.start, pk__lt=chunk.stop)
        keys = set(rows.order_by().values_list("pk", flat=True))
        mended += len(_rewrite(source, sorted(keys - _indexed(source, chunk))))
    return mended


def _orphaned(source: Source) -> int:
    orphans: set[int] = set()
    for chunk in _windows(source):
        rows = source.rows.filter(pk__gte=chunk.start, pk__lt=chunk.stop)
        orphans |= _indexed(source, chunk) - set(rows.order_by().values_list("pk", flat=True))
    return sum(len(_rewrite(source, part)) for part in _chunks(sorted(orphans)))


def _share(source: Source, share: int) -> int:
    chunks = (chunk for number, chunk in enumerate(_windows(source)) if number % SHARES == share)
    mended = 0
    for chunk in chunks:
        rows = source.rows.filter(pk__gte=chunk.start, pk__lt=chunk.stop)
        mended += len(_rewrite(source, list(rows.order_by().values_list("pk", flat=True))))
    return mended


def _indexed(source: Source, chunk: range) -> set[int]:
    entries = SearchEntry.objects.filter(
        pk__gte=source.first | chunk.start, pk__lt=(source.first | chunk.start) + len(chunk)
    )
    return {entry & ROW for entry in entries.values_list("pk", flat=True)}


def _windows(source: Source) -> Iterator[range]:
    """Ranges of keys that cover the rows and the entries of a source."""
    rows = source.rows.aggregate(last=Max("pk"))["last"] or 0
    entries = SearchEntry.objects.filter(pk__gte=source.first, pk__lte=source.last)
    last = max(rows, (entries.aggregate(last=Max("pk"))["last"] or 0) & ROW)
    return (range(start, start + CHUNK) for start in range(0, last + 1, CHUNK))
