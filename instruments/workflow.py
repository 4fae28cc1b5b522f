"""The moves of instruments, orders, items and jobs, and who may make them (rules 3)."""

from instruments.models import Campaign, ImportBatch, Instrument, Job, OrderItem, ServiceOrder
from metrology.roles import Role
from metrology.states import Moves

_B = ImportBatch.State
_I, _O, _P, _J = Instrument.State, ServiceOrder.State, OrderItem.State, Job.State

INSTRUMENT_MOVES: Moves = {
    _I.IN_USE: frozenset({_I.OUT_OF_SERVICE, _I.SCRAPPED}),
    _I.OUT_OF_SERVICE: frozenset({_I.IN_USE, _I.SCRAPPED}),
    _I.SCRAPPED: frozenset(),
}

ORDER_MOVES: Moves = {
    _O.DRAFT: frozenset({_O.SUBMITTED, _O.CANCELLED}),
    _O.SUBMITTED: frozenset({_O.ACCEPTED, _O.DECLINED, _O.CANCELLED}),
    _O.ACCEPTED: frozenset({_O.IN_PROGRESS, _O.CANCELLED}),
    _O.IN_PROGRESS: frozenset({_O.COMPLETED}),
    _O.COMPLETED: frozenset({_O.COLLECTED}),
    _O.DECLINED: frozenset(),
    _O.COLLECTED: frozenset(),
    _O.CANCELLED: frozenset(),
}

ITEM_MOVES: Moves = {
    _P.REQUESTED: frozenset({_P.RECEIVED, _P.CANCELLED}),
    _P.RECEIVED: frozenset({_P.RETURNED}),
    _P.RETURNED: frozenset(),
    _P.CANCELLED: frozenset(),
}

JOB_MOVES: Moves = {
    _J.RECEIVED: frozenset({_J.ASSIGNED, _J.CANCELLED, _J.SUBCONTRACTED}),
    _J.ASSIGNED: frozenset({_J.ASSIGNED, _J.MEASURING, _J.CANCELLED, _J.SUBCONTRACTED}),
    _J.MEASURING: frozenset({_J.SUBMITTED, _J.ASSIGNED, _J.CANCELLED}),
    _J.SUBMITTED: frozenset({_J.CHECKED, _J.MEASURING}),
    _J.CHECKED: frozenset({_J.APPROVED, _J.MEASURING}),
    _J.APPROVED: frozenset({_J.ISSUED, _J.CHECKED}),
    _J.ISSUED: frozenset({_J.COLLECTED, _J.SUBMITTED}),
    _J.COLLECTED: frozenset({_J.SUBMITTED}),
    _J.CANCELLED: frozenset(),
    _J.SUBCONTRACTED: frozenset(),
}

CAMPAIGN_MOVES: Moves = {
    Campaign.State.PLANNED: frozenset({Campaign.State.RUNNING, Campaign.State.CLOSED}),
    Campaign.State.RUNNING: frozenset({Campaign.State.CLOSED}),
    Campaign.State.CLOSED: frozenset(),
}

IMPORT_MOVES: Moves = {
    _B.MAPPING: frozenset({_B.MAPPING, _B.CHECKING}),
    _B.CHECKING: frozenset({_B.REVIEW}),
    _B.REVIEW: frozenset({_B.MAPPING, _B.CHECKING, _B.ENTERING}),
    _B.ENTERING: frozenset({_B.REVIEW, _B.DONE}),
    _B.DONE: frozenset(),
}

OPEN_ORDERS = frozenset({_O.SUBMITTED, _O.ACCEPTED, _O.IN_PROGRESS})
FINISHED_JOBS = frozenset({_J.ISSUED, _J.COLLECTED, _J.CANCELLED, _J.SUBCONTRACTED})
BEFORE_HAND_OVER = frozenset({_J.RECEIVED, _J.ASSIGNED, _J.MEASURING})

_DESK = (Role.COUNTER, Role.MANAGER)
_BENCH = (Role.STAFF, Role.MANAGER)

MAY: dict[str, tuple[Role, ...]] = {
    "order.accept": _DESK,
    "order.decline": _DESK,
    "order.receive": _DESK,
    "order.begin_on_site": (*_DESK, Role.STAFF),
    "order.return_item": _DESK,
    "order.collect": _DESK,
    "job.assign": (Role.MANAGER,),
    "job.cancel": (Role.MANAGER,),
    "job.subcontract": (Role.MANAGER,),
    "job.start": _BENCH,
    "job.measure": _BENCH,
    "job.submit": _BENCH,
    "job.check": _BENCH,
    "job.return": _BENCH,
    "job.approve": _BENCH,
    "job.reopen": (Role.MANAGER,),
}
"""Roles by act, always within the job's or order's own institute. An order's client files, submits and
cancels it itself, or its institute's desk does so on its behalf."""
