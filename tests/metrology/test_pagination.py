"""Every row comes exactly once, ties and gaps included, in both directions."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from instruments.models import Instrument
from metrology.errors import Invalid
from metrology.pagination import page_of
from tests import make

DUE = [None, *(date(2026, 1, 1) + timedelta(days=n) for n in range(3))]


def walk(order: str, size: int) -> list[Instrument]:
    cursor, rows = None, []
    while True:
        page = page_of(Instrument.objects.all(), order=order, cursor=cursor, size=size)
        rows += page.rows
        cursor = page.next_cursor
        if cursor is None:
            return rows


class WalkTests(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(
        st.lists(st.sampled_from(DUE), max_size=12),
        st.sampled_from(["due_on", "-due_on", "pk", "-pk", "name", "-name"]),
        st.integers(1, 5),
    )
    def test_it_shows_every_row_once_in_order(self, dates: list[date | None], order: str, size: int) -> None:
        owner = make.enterprise()
        for due_on in dates:
            make.instrument(owner, due_on=due_on)
        rows = walk(order, size)
        assert len({row.pk for row in rows}) == len(rows) == len(dates)
        if order.lstrip("-") == "due_on":
            shown = [row.due_on for row in rows]
            known = [day for day in shown if day is not None]
            assert known == sorted(known, reverse=order.startswith("-"))
            assert shown[: len(known)] == known


@pytest.mark.django_db
@pytest.mark.parametrize("cursor", ["x", "a:b:c", "１", "é" * 300])
def test_it_refuses_a_cursor_it_did_not_make(cursor: str) -> None:
    with pytest.raises(Invalid):
        page_of(Instrument.objects.all(), order="pk", cursor=cursor, size=5)


@pytest.mark.django_db
def test_it_refuses_a_cursor_made_for_another_order() -> None:
    owner = make.enterprise()
    for _ in range(2):
        make.instrument(owner)
    page = page_of(Instrument.objects.all(), order="pk", cursor=None, size=1)
    with pytest.raises(Invalid):
        page_of(Instrument.objects.all(), order="-pk", cursor=page.next_cursor, size=1)
