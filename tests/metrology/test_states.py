"""A move is declared, made once, and refused when somebody was first."""

from collections.abc import Callable

import pytest

from instruments.models import ServiceOrder
from metrology import clock, states
from metrology.actors import Actor
from metrology.errors import Conflict, Stale
from tests import make

pytestmark = pytest.mark.django_db

State = ServiceOrder.State
MOVES = {State.DRAFT: frozenset({State.SUBMITTED}), State.SUBMITTED: frozenset({State.ACCEPTED})}


@pytest.fixture
def filed(clerk: Actor) -> Callable[[], ServiceOrder]:
    def file() -> ServiceOrder:
        return ServiceOrder.objects.create(
            number=f"O{make.number()}",
            client=clerk.organization,
            institute=make.institute(),
            filed_by=clerk.user,
            filed_at=clock.now(),
        )

    return file


def test_it_moves_and_counts_the_version(filed: Callable[[], ServiceOrder]) -> None:
    order = states.advance(filed(), State.SUBMITTED, moves=MOVES, note="早")
    order.refresh_from_db()
    assert (order.state, order.version, order.note) == (State.SUBMITTED, 2, "早")


def test_it_refuses_a_move_that_is_not_in_the_table(filed: Callable[[], ServiceOrder]) -> None:
    with pytest.raises(Conflict):
        states.advance(filed(), State.ACCEPTED, moves=MOVES)


def test_it_lets_only_the_first_of_two_movers_through(filed: Callable[[], ServiceOrder]) -> None:
    order = filed()
    same = ServiceOrder.objects.get(pk=order.pk)
    states.advance(order, State.SUBMITTED, moves=MOVES)
    with pytest.raises(Conflict):
        states.advance(same, State.SUBMITTED, moves=MOVES)


def test_it_refuses_a_version_that_has_passed(filed: Callable[[], ServiceOrder]) -> None:
    order = states.advance(filed(), State.SUBMITTED, moves=MOVES)
    states.require_version(order, 2)
    with pytest.raises(Stale):
        states.require_version(order, 1)
