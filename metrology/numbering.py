"""Gap-free numbers: a counter row moved inside the transaction that uses the number.

A sequence burns numbers on rollback and a register may show no gap (rules 4.1); the row lock
holds until commit, so a rolled-back transaction gives its number back.
"""

from django.db import transaction
from django.db.models import F

from metrology.models import Counter


def next_number(key: str) -> int:
    """The next number of a series, starting at 1; must run inside the transaction that uses it."""
    return next_numbers(key, 1)[0]


def next_numbers(key: str, count: int) -> range:
    """The next `count` numbers of a series at once, on the same terms."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("next_number() needs the transaction that uses the number")
    if not _advanced(key, count):
        Counter.objects.bulk_create([Counter(key=key, value=0)], ignore_conflicts=True)
        _advanced(key, count)
    last = Counter.objects.values_list("value", flat=True).get(key=key)
    return range(last - count + 1, last + 1)


def _advanced(key: str, count: int) -> bool:
    return Counter.objects.filter(key=key).update(value=F("value") + count) == 1
