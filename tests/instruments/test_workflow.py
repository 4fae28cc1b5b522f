"""No path leads around the gate: by the table, and by whatever order the verbs are tried in."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from instruments import gate
from instruments.actions import jobs, orders, records, review
from instruments.models import Instrument, Job, OrderItem, ServiceOrder
from instruments.workflow import INSTRUMENT_MOVES, ITEM_MOVES, JOB_MOVES, ORDER_MOVES
from labs.models import TraceCertificate
from metrology.errors import DomainError
from metrology.models import Event
from tests import make

State = Job.State
TABLES = [
    (Instrument.State, INSTRUMENT_MOVES),
    (ServiceOrder.State, ORDER_MOVES),
    (OrderItem.State, ITEM_MOVES),
    (State, JOB_MOVES),
]


@pytest.mark.parametrize(("states", "moves"), TABLES, ids=lambda one: getattr(one, "__qualname__", ""))
def test_every_state_has_its_row_and_every_move_leads_to_a_state(states, moves):
    assert set(moves) == set(states)
    assert set().union(*moves.values()) <= set(states)


@pytest.mark.parametrize(("states", "moves"), TABLES, ids=lambda one: getattr(one, "__qualname__", ""))
def test_every_state_can_be_reached(states, moves):
    assert reachable(moves, next(iter(states))) == set(states)


@pytest.mark.parametrize(
    ("goal", "gates"),
    [
        (State.APPROVED, State.CHECKED),
        (State.APPROVED, State.SUBMITTED),
        (State.ISSUED, State.APPROVED),
        (State.COLLECTED, State.ISSUED),
    ],
)
def test_without_the_step_before_the_goal_is_out_of_reach(goal, gates):
    assert goal not in reachable(JOB_MOVES, State.RECEIVED, without=gates)


def reachable(moves, start, without=None):
    found, ahead = set(), [start]
    while ahead:
        state = ahead.pop()
        if state not in found and state != without:
            found.add(state)
            ahead.extend(moves[state])
    return found


READING = {"test": "weighing", "point": "1000", "column": "P", "value": "1000.2"}
PEOPLE = ("tester", "checker", "approver", "manager", "counter", "clerk")
ACTS = {
    "assign": lambda job, by, at: jobs.assign(job, by=by, assignee=by.person),
    "start": lambda job, by, at: jobs.start(job, by=by),
    "read": lambda job, by, at: records.commit_readings(job, by=by, cells=[READING]),
    "fill": lambda job, by, at: records.commit_readings(job, by=by, cells=make.cells(job)),
    "submit": lambda job, by, at: review.submit(job, by=by),
    "check": lambda job, by, at: review.check(job, by=by),
    "return": lambda job, by, at: review.return_(job, by=by, text="?"),
    "approve": lambda job, by, at: jobs.begin_issue(job, approver=by.person, by=by),
    "approve_for": lambda job, by, at: jobs.begin_issue(job, approver=at.approver.person, by=by),
    "finish": lambda job, by, at: jobs.finish_issue(job, by=by),
    "take_back": lambda job, by, at: jobs.take_back(job, by=by, reason="x"),
    "reopen": lambda job, by, at: jobs.reopen(job, by=by, reason="x"),
    "cancel": lambda job, by, at: jobs.cancel_job(job, by=by, reason="x"),
    "give_back": lambda job, by, at: orders.return_item(job.item, by=by, counterpart="x", reason="x"),
    "expire": lambda job, by, at: TraceCertificate.objects.update(valid_to=make.LONG_AGO),
}
ONWARD = {
    State.ASSIGNED: ("start", "tester"),
    State.MEASURING: ("submit", "tester"),
    State.SUBMITTED: ("check", "checker"),
    State.CHECKED: ("approve", "approver"),
    State.APPROVED: ("finish", "approver"),
    State.ISSUED: ("reopen", "manager"),
}
onward = st.just(("onward", ""))
anything = st.tuples(st.sampled_from(sorted(ACTS)), st.sampled_from(PEOPLE))
steps = st.lists(st.one_of(onward, anything, onward), min_size=3, max_size=10)


@pytest.mark.django_db
def test_no_order_of_acts_leads_around_the_gate():
    house = make.house()
    started = make.job("submitted", at=house)
    openings: list = []
    seen = set()

    def watched(job, **asked):
        found = gate.examine(job, **asked)
        openings.append((job.pk, job.revision, asked.get("approver"), gate.is_open(found)))
        return found

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(steps)
    @example([("onward", "")] * 5 + [("return", "checker")])
    def walk(taken):
        openings.clear()
        with transaction.atomic():
            for act, who in taken:
                tried(act, who, started.pk, house)
                job = Job.objects.get(pk=started.pk)
                seen.add(job.state)
                holds(job, openings)
            transaction.set_rollback(True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "gate", Watched(watched))
        walk()
    assert {State.MEASURING, State.CHECKED, State.APPROVED, State.ISSUED} <= seen


class Watched:
    """The gate with somebody at the door who notes who went through."""

    is_open = staticmethod(gate.is_open)

    def __init__(self, examine):
        self.examine = examine


def tried(act, who, pk, house):
    job = Job.objects.get(pk=pk)
    if act == "onward":
        act, who = ONWARD.get(job.state, ("cancel", "manager"))
    try:
        ACTS[act](job, getattr(house, who), house)
    except DomainError:
        return


def holds(job, openings):
    """What must be true of a job in any state after any acts."""
    if job.state not in (State.APPROVED, State.ISSUED, State.COLLECTED):
        assert job.approver is None
        return
    assert job.checker is not None and job.approver is not None
    assert job.tester_id not in (job.checker_id, job.approver_id)
    assert (job.pk, job.revision, job.approver, True) in openings
    acts = list(Event.objects.filter(subject_id=job.public_id).order_by("seq").values_list("verb", flat=True))
    last = max(i for i, act in enumerate(acts) if act in ("job.submitted", "job.reopened", "job.returned"))
    assert "job.checked" in acts[last:] and "job.approved" in acts[last:]
