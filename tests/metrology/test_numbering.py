"""Numbers have no gap and no double, whatever is rolled back."""

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from metrology.models import Counter
from metrology.numbering import next_number


class Rollback(Exception):
    """What a transaction may die of."""


class RollbackTests(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.booleans(), max_size=20))
    def test_it_gives_a_rolled_back_number_again(self, commits: list[bool]) -> None:
        given_out = []
        for commit in commits:
            try:
                with transaction.atomic():
                    number = next_number("T-2026")
                    if not commit:
                        raise Rollback
                    given_out.append(number)
            except Rollback:
                pass
        assert given_out == list(range(1, sum(commits) + 1))


@pytest.mark.django_db
def test_it_counts_each_series_alone() -> None:
    with transaction.atomic():
        assert [next_number("a"), next_number("a"), next_number("b")] == [1, 2, 1]
    assert dict(Counter.objects.values_list("key", "value")) == {"a": 2, "b": 1}


@pytest.mark.django_db(transaction=True)
def test_it_refuses_to_count_outside_a_transaction() -> None:
    with pytest.raises(RuntimeError):
        next_number("a")
