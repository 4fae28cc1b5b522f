"""The history holds, and says where it does not."""

import pytest
from django.db import connection

from metrology import guards, ledger
from metrology.actors import SYSTEM
from metrology.ledger import record, verb
from metrology.models import Event, Organization
from tests import make

pytestmark = pytest.mark.django_db


@verb
def rename(organization: Organization, *, fail: bool = False) -> None:
    record("organization.renamed", organization, by=SYSTEM, organization=organization, to="新名")
    if fail:
        raise ValueError


@verb
def rename_and_survive(organization: Organization) -> None:
    record("organization.outer", organization, by=SYSTEM, organization=organization)
    with pytest.raises(ValueError):
        rename(organization, fail=True)


def test_it_links_each_event_to_the_one_before() -> None:
    body = make.enterprise()
    rename(body)
    rename(body)
    first, second = Event.objects.filter(organization=body).order_by("seq")
    assert (first.seq, second.seq) == (1, 2)
    assert first.prev_hash == ledger.GENESIS
    assert second.prev_hash == first.hash
    assert ledger.verify() == []


def test_it_refuses_to_record_outside_a_verb() -> None:
    body = make.enterprise()
    with pytest.raises(RuntimeError):
        record("loose", body, by=SYSTEM, organization=body)


def test_it_forgets_the_event_of_a_verb_that_failed_inside_another() -> None:
    body = make.enterprise()
    rename_and_survive(body)
    assert list(Event.objects.values_list("verb", flat=True)) == ["organization.outer"]
    assert ledger.verify() == []


def test_it_leaves_nothing_of_a_failed_verb() -> None:
    body = make.enterprise()
    with pytest.raises(ValueError):
        rename(body, fail=True)
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE metrology_event SET facts = '{}' WHERE seq = 2", "content does not match its hash"),
        ("UPDATE metrology_event SET verb = 'x' WHERE seq = 1", "content does not match its hash"),
        ("DELETE FROM metrology_event WHERE seq = 2", "expected event 2"),
        ("DELETE FROM metrology_event WHERE seq = 3", "the head names another last event"),
        ("DELETE FROM metrology_chainhead", "the chain has no head"),
        (
            "UPDATE metrology_event SET prev_hash = hash WHERE seq = 2",
            "does not continue the event before it",
        ),
    ],
)
def test_it_finds_a_change_made_behind_its_back(statement: str, fault: str) -> None:
    body = make.enterprise()
    for _ in range(3):
        rename(body)
    with guards.lifted(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert fault in {found.reason for found in ledger.verify()}
