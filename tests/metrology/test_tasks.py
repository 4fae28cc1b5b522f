"""The worker's routine: slots run once each, missed ones are made up, nothing half-written stays."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from metrology import clock, routine, tasks
from metrology.models import Heartbeat, IdempotencyKey, ScheduleSlot
from tests import make

DAILY = "metrology.tasks.daily"
MORNING = datetime(2026, 3, 2, 9, 34, tzinfo=clock.LOCAL)


@pytest.fixture
def sent(monkeypatch):
    """The slots of the messages that would go to the queue."""
    slots = []
    monkeypatch.setattr(
        tasks.current_app,
        "send_task",
        lambda task, kwargs: slots.append(datetime.fromisoformat(kwargs["slot"])),
    )
    return slots


def claim_at(moment):
    with clock.standing_at(moment):
        tasks.claim(DAILY, "day", 6)


def test_it_begins_with_the_latest_slot_alone():
    with clock.standing_at(MORNING):
        assert routine.slots("day", 6, None) == [MORNING.replace(hour=6, minute=0)]
        assert routine.slots("hour", 0, None) == [MORNING.replace(minute=0)]


def test_it_waits_for_the_hour():
    with clock.standing_at(MORNING.replace(hour=5)):
        assert routine.slots("day", 6, None) == [MORNING.replace(day=1, hour=6, minute=0)]


def test_it_makes_up_a_week_in_order():
    with clock.standing_at(MORNING):
        made_up = routine.slots("day", 6, MORNING.replace(hour=6, minute=0) - timedelta(days=7))
    assert [slot.day for slot in made_up] == [24, 25, 26, 27, 28, 1, 2]


def test_it_makes_up_no_more_than_a_month():
    with clock.standing_at(MORNING):
        assert len(routine.slots("hour", 0, MORNING - timedelta(days=400))) == routine.MOST_MISSED


@pytest.mark.django_db
def test_it_sends_each_slot_once_however_many_beats_tick(sent):
    for _ in range(3):
        claim_at(MORNING)
    claim_at(MORNING - timedelta(hours=2))
    assert sent == [MORNING.replace(hour=6, minute=0)]
    claim_at(MORNING + timedelta(days=1))
    assert len(sent) == len(set(sent)) == 2


@pytest.mark.django_db
def test_it_sends_an_unfinished_slot_again_but_not_at_every_tick(sent):
    claim_at(MORNING.replace(hour=6, minute=0))
    for seconds in range(10, 1200, 10):
        claim_at(MORNING.replace(hour=6, minute=0) + timedelta(seconds=seconds))
    assert len(sent) == 2, "once when claimed and once after ten minutes"
    ScheduleSlot.objects.update(done_at=MORNING)
    claim_at(MORNING.replace(hour=6, minute=20))
    assert len(sent) == 2


@pytest.mark.django_db
def test_it_does_a_slot_once_and_keeps_it_open_when_a_part_fails(monkeypatch, caplog):
    calls = []
    slot = MORNING.replace(hour=6, minute=0)
    ScheduleSlot.objects.create(task=DAILY, slot=slot)

    def fail(moment):
        raise RuntimeError("no mail server")

    monkeypatch.setattr(routine, "dailies", {"broken": fail, "sound": calls.append})
    tasks.daily(slot.isoformat())
    assert calls == [slot], "a part that fails holds up no other"
    assert "broken failed" in caplog.text
    assert ScheduleSlot.objects.get().done_at is None
    monkeypatch.setattr(routine, "dailies", {"sound": calls.append})
    tasks.daily(slot.isoformat())
    tasks.daily(slot.isoformat())
    assert calls == [slot, slot]
    assert ScheduleSlot.objects.get().done_at


@pytest.mark.django_db
def test_it_shows_that_it_lives():
    with clock.standing_at(MORNING):
        tasks.heartbeat()
        tasks.heartbeat()
    assert Heartbeat.objects.get(name="worker").at == MORNING


@pytest.mark.django_db
def test_it_removes_what_a_killed_process_left(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    old, young, whole = (tmp_path / name for name in ("old.tmp", "young.tmp", "whole.pdf"))
    for path in (old, young, whole):
        path.write_text("x")
    past = datetime.now(UTC).timestamp() - 7200
    os.utime(old, (past, past))
    os.utime(whole, (past, past))
    tasks.remove_leftovers()
    assert not old.exists() and young.exists() and whole.exists()


@pytest.mark.django_db
def test_it_forgets_repeatable_answers_after_a_day():
    user = make.user()
    for hours in (23, 25):
        IdempotencyKey.objects.create(
            user=user,
            key=str(hours),
            request_hash="",
            status=201,
            body="",
            created_at=clock.now() - timedelta(hours=hours),
        )
    tasks.remove_past_rows()
    assert IdempotencyKey.objects.get().key == "23"
