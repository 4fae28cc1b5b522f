"""Gap-free numbers: a counter row moved inside the transaction that uses the number.

A sequence burns numbers on rollback and a register may show no gap (rules 4.1); the row lock
holds until commit, so a rolled-back transaction gives its number back.
"""

from django.db import transaction
from django.db.models import F

from metrology.models import Counter


def next_number(key: str) -> int:
    """The next number of a series, starting at 1; must run inside the transaction that uses it."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("next_number() needs the transaction that uses the number")
    if not _advanced(key):
        Counter.objects.bulk_create([Counter(key=key, value=0)], ignore_conflicts=True)
        _advanced(key)
    return Counter.objects.values_list("value", flat=True).get(key=key)


def _advanced(key: str) -> bool:
    return Counter.objects.filter(key=key).update(value=F("value") + 1) == 1
