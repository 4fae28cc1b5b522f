"""What a person may do next with a job at the bench; the verbs judge again."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from instruments.models import Job
from instruments.workflow import JOB_MOVES, MAY
from metrology.acting import Deed
from metrology.actors import Actor

State = Job.State


def bench_deeds(job: Job, actor: Actor) -> Iterator[Deed]:
    """Buttons from the shelf to the hand-over, the next act first."""
    person = actor.person.pk if actor.person else None
    page = {name: reverse(f"job_{name}", args=[job.public_id]) for name in ACTS}
    at_bench = actor.allowed(*MAY["job.measure"], within=job.institute)
    if at_bench and person is not None:
        if job.state == State.ASSIGNED and job.assignee_id == person:
            yield Deed(_("Begin to measure"), page["start"], "player-play", primary=True)
        if job.state == State.MEASURING and job.tester_id == person:
            yield Deed(_("Go on measuring"), page["record"], "pencil", primary=True)
            yield Deed(_("Look over and hand over"), page["hand_over"], "send")
    if actor.allowed(*MAY["job.assign"], within=job.institute):
        moves = JOB_MOVES[job.state]
        if State.ASSIGNED in moves:
            fresh = job.state == State.RECEIVED
            label = _("Assign") if fresh else _("Assign to somebody else")
            yield Deed(label, page["assign"], "user", primary=fresh)
        if State.SUBCONTRACTED in moves:
            yield Deed(_("Subcontract"), page["subcontract"], "external-link")
        if State.CANCELLED in moves:
            yield Deed(_("Cancel the job"), page["cancel"], "ban")


ACTS = ("start", "record", "hand_over", "assign", "subcontract", "cancel")


def next_act(job: Job, actor: Actor) -> Deed | None:
    """The one act that is this person's to do now, if there is one."""
    return next((deed for deed in bench_deeds(job, actor) if deed.primary), None)
