"""From a client's request to the pieces on the bench and back again (rules 3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from django.utils.translation import gettext as _

from instruments.actions.checks import DESK, cleaned, is_own, reason_given, require_keeper
from instruments.actions.ledger import last_failed_job
from instruments.models import (
    Campaign,
    Custody,
    Instrument,
    Job,
    OrderItem,
    Service,
    ServiceOrder,
    Stage,
)
from instruments.workflow import FINISHED_JOBS, ITEM_MOVES, JOB_MOVES, MAY, OPEN_ORDERS, ORDER_MOVES
from labs.models import Method
from metrology import clock, workdays
from metrology.actors import Actor
from metrology.errors import Conflict, Forbidden, Invalid
from metrology.ledger import record, verb
from metrology.models import Organization
from metrology.numbering import next_number
from metrology.roles import Role
from metrology.states import advance

MOST_ITEMS = 500
PROMISED_WORKING_DAYS = 20
_REPEATABLE = frozenset({OrderItem.Reason.PERIODIC})


@dataclass(frozen=True)
class ItemRequest:
    """What is wanted for one instrument."""

    instrument: Instrument
    service: str = Service.VERIFICATION
    stage: str = Stage.SUBSEQUENT
    reason: str = OrderItem.Reason.PERIODIC
    method: Method | None = None
    wants_verdict: bool = False


@dataclass(frozen=True)
class Receipt:
    """One piece as it comes over the counter."""

    item: OrderItem
    condition: str = ""
    accessories: str = ""
    notional_fee: Decimal = Decimal()


class Wishes(TypedDict, total=False):
    mode: str
    campaign: Campaign | None
    contact: str
    phone: str
    address: str
    wanted_on: date | None
    is_urgent: bool
    note: str


@verb
def file_order(
    client: Organization,
    *,
    institute: Organization,
    requests: Sequence[ItemRequest],
    by: Actor,
    send: bool = False,
    **wishes: Unpack[Wishes],
) -> ServiceOrder:
    """Draft a client's order (委托单) of 1 to 500 pieces, one item each, to the institute it chose.

    With `send` it is submitted in the same step.
    """
    require_keeper(by, client)
    check_requests(client, requests, wishes)
    if institute.kind != Organization.Kind.INSTITUTE or institute.dissolved_on:
        raise Invalid({"/institute": [_("Choose a metrology institute that is at work.")]})
    if not is_own(by, client) and not by.allowed(*DESK, within=institute):
        raise Invalid({"/institute": [_("A counter files orders with its own institute only.")]})
    campaign = wishes.get("campaign")
    if campaign is not None and campaign.institute_id != institute.pk:
        raise Invalid({"/campaign": [_("This campaign belongs to another institute.")]})
    if by.user is None:
        raise Forbidden(_("An order is filed by a person."))
    order = ServiceOrder(
        number="-", client=client, institute=institute, filed_by=by.user, filed_at=clock.now(), **wishes
    )
    cleaned(order)
    year = clock.today().year
    order.number = f"WT-{institute.code}-{year}-{next_number(f'order:{institute.pk}:{year}'):05d}"
    order.save(force_insert=True)
    OrderItem.objects.bulk_create([cleaned(item_of(order, request)) for request in requests])
    noted("order.filed", order, by, items=len(requests))
    return submit_order(order, by=by) if send else order


@verb
def submit_order(order: ServiceOrder, *, by: Actor) -> ServiceOrder:
    """Send a draft to its institute."""
    require_client_side(order, by)
    items = list(order.items.select_related("instrument"))
    busy = _busy(item.instrument_id for item in items)
    faults = {
        f"/items/{position}/instrument": [_in_work(busy[item.instrument_id])]
        for position, item in enumerate(items)
        if item.instrument_id in busy
    }
    if faults:
        raise Invalid(faults)
    advance(order, ServiceOrder.State.SUBMITTED, moves=ORDER_MOVES, submitted_at=clock.now())
    return noted("order.submitted", order, by)


@verb
def accept_order(order: ServiceOrder, *, by: Actor, promised_on: date | None = None) -> ServiceOrder:
    """Take an order on; the work is promised within 20 working days unless an earlier day is named."""
    by.require(*MAY["order.accept"], within=order.institute)
    latest = workdays.after(clock.today(), PROMISED_WORKING_DAYS)
    promised = promised_on or latest
    if not clock.today() <= promised <= latest:
        raise Invalid({"/promised_on": [_("Promise a day from today to %(day)s.") % {"day": latest}]})
    advance(order, ServiceOrder.State.ACCEPTED, moves=ORDER_MOVES, promised_on=promised)
    return noted("order.accepted", order, by, promised_on=promised)


@verb
def decline_order(order: ServiceOrder, *, by: Actor, reason: str) -> ServiceOrder:
    """Refuse an order and tell the client why."""
    by.require(*MAY["order.decline"], within=order.institute)
    text = reason_given(reason)
    advance(order, ServiceOrder.State.DECLINED, moves=ORDER_MOVES, decline_reason=text)
    return noted("order.declined", order, by, reason=text)


@verb
def cancel_order(order: ServiceOrder, *, by: Actor, reason: str) -> ServiceOrder:
    """Withdraw an order of which nothing has been received yet."""
    require_client_side(order, by)
    text = reason_given(reason)
    advance(order, ServiceOrder.State.CANCELLED, moves=ORDER_MOVES)
    for item in order.items.filter(state=OrderItem.State.REQUESTED):
        advance(item, OrderItem.State.CANCELLED, moves=ITEM_MOVES)
    return noted("order.cancelled", order, by, reason=text)


@verb
def receive_items(
    order: ServiceOrder, *, receipts: Sequence[Receipt], by: Actor, counterpart: str = ""
) -> list[Job]:
    """Take pieces in, or begin on site: each received piece becomes a Job.

    At the counter the handing over is noted (Custody); on site nothing changes hands, and a tester
    who begins there takes the job at once.
    """
    on_site = order.mode == ServiceOrder.Mode.ON_SITE
    by.require(*MAY["order.begin_on_site" if on_site else "order.receive"], within=order.institute)
    _check_receipts(order, receipts, counterpart, on_site)
    if order.state == ServiceOrder.State.ACCEPTED:
        advance(order, ServiceOrder.State.IN_PROGRESS, moves=ORDER_MOVES)
    elif order.state != ServiceOrder.State.IN_PROGRESS:
        raise Conflict(_("The order has not been accepted, or is already finished."))
    jobs = [_received(order, receipt, by) for receipt in receipts]
    if not on_site:
        _hand_over([receipt.item for receipt in receipts], Custody.Kind.RECEIVED, counterpart, by)
    noted("order.received", order, by, counterpart=counterpart, jobs=[job.number for job in jobs])
    return jobs


@verb
def return_item(item: OrderItem, *, by: Actor, counterpart: str, reason: str) -> OrderItem:
    """Give a piece back untested (退样); its job, if not yet handed over, is cancelled with it."""
    by.require(*MAY["order.return_item"], within=item.order.institute)
    text, receiver = reason_given(reason), reason_given(counterpart, "/counterpart")
    job = Job.objects.filter(item=item).first()
    if job is not None and job.state != Job.State.CANCELLED:
        advance(job, Job.State.CANCELLED, moves=JOB_MOVES)
    advance(item, OrderItem.State.RETURNED, moves=ITEM_MOVES)
    _hand_over([item], Custody.Kind.RETURNED, receiver, by)
    noted("order.item_returned", item.order, by, item=item.public_id, counterpart=receiver, reason=text)
    complete_if_done(item.order, by=by)
    return item


@verb
def return_items(items: Sequence[OrderItem], *, by: Actor, counterpart: str, reason: str) -> None:
    """Give several pieces back untested, all or none."""
    if not items:
        raise Invalid({"/items": [_("Name at least one item.")]})
    for item in items:
        return_item(item, by=by, counterpart=counterpart, reason=reason)


@verb
def collect(order: ServiceOrder, *, by: Actor, counterpart: str) -> ServiceOrder:
    """Hand the pieces and documents of a completed order to the client (取样 / 取证)."""
    by.require(*MAY["order.collect"], within=order.institute)
    receiver = reason_given(counterpart, "/counterpart")
    advance(order, ServiceOrder.State.COLLECTED, moves=ORDER_MOVES)
    kept = list(order.items.filter(state=OrderItem.State.RECEIVED))
    if order.mode == ServiceOrder.Mode.DELIVERED:
        _hand_over(kept, Custody.Kind.COLLECTED, receiver, by)
    for job in Job.objects.filter(item__in=kept, state=Job.State.ISSUED):
        advance(job, Job.State.COLLECTED, moves=JOB_MOVES)
    return noted("order.collected", order, by, counterpart=receiver)


def complete_if_done(order: ServiceOrder, *, by: Actor) -> None:
    """Complete an order when no piece of it waits any more; the row lock puts two last jobs in order."""
    locked = ServiceOrder.objects.select_for_update().get(pk=order.pk)
    waits = (
        locked.items.filter(state=OrderItem.State.REQUESTED).exists()
        or Job.objects.filter(item__order=locked).exclude(state__in=FINISHED_JOBS).exists()
    )
    if locked.state == ServiceOrder.State.IN_PROGRESS and not waits:
        advance(locked, ServiceOrder.State.COMPLETED, moves=ORDER_MOVES)
        noted("order.completed", locked, by)


def check_requests(client: Organization, requests: Sequence[ItemRequest], wishes: Wishes) -> None:
    """Every piece is the client's own, fit to be tested, named once and waits nowhere else."""
    if not 1 <= len(requests) <= MOST_ITEMS:
        raise Invalid({"/items": [_("An order has 1 to %(most)d instruments.") % {"most": MOST_ITEMS}]})
    busy = _busy(request.instrument.pk for request in requests)
    faults: dict[str, list[Any]] = {}
    wanted_on = wishes.get("wanted_on")
    if wanted_on is not None and wanted_on < clock.today():
        faults["/wanted_on"] = [_("This day is past.")]
    seen: set[int] = set()
    for position, request in enumerate(requests):
        instrument = request.instrument
        reasons = []
        if instrument.owner_id != client.pk:
            reasons.append(_("It is not in this client's ledger."))
        if instrument.state == Instrument.State.SCRAPPED:
            reasons.append(_("It is scrapped."))
        if instrument.pk in seen:
            reasons.append(_("It stands twice in this order."))
        if instrument.pk in busy:
            reasons.append(_in_work(busy[instrument.pk]))
        reasons += _needs_repair(request)
        seen.add(instrument.pk)
        if reasons:
            faults[f"/items/{position}/instrument"] = reasons
    if faults:
        raise Invalid(faults)


def _needs_repair(request: ItemRequest) -> list[str]:
    """What failed is tested again only after repair (rules 8.4)."""
    if request.instrument.state != Instrument.State.OUT_OF_SERVICE or request.reason not in _REPEATABLE:
        return []
    failed = last_failed_job(request.instrument)
    if failed is None:
        return []
    return [
        _("It failed on %(day)s. After repair, ask for it again with the reason “after repair”.")
        % {"day": failed.tested_on}
    ]


def _busy(instruments: Iterable[int]) -> dict[int, str]:
    """Instruments that stand in an open order and wait for it, with that order's number."""
    rows = OrderItem.objects.filter(
        instrument__in=list(instruments),
        order__state__in=OPEN_ORDERS,
        state__in=(OrderItem.State.REQUESTED, OrderItem.State.RECEIVED),
    ).exclude(job__state__in=FINISHED_JOBS)
    return dict(rows.values_list("instrument", "order__number"))


def _in_work(number: str) -> str:
    return _("It is already in the open order %(number)s.") % {"number": number}


def item_of(order: ServiceOrder, request: ItemRequest) -> OrderItem:
    return OrderItem(
        order=order,
        instrument=request.instrument,
        method=request.method,
        service=request.service,
        stage=request.stage,
        reason=request.reason,
        wants_verdict=request.wants_verdict,
        fee_waived=request.instrument.is_mandatory and request.service == Service.VERIFICATION,
    )


def require_client_side(order: ServiceOrder, by: Actor) -> None:
    if not is_own(by, order.client) and not by.allowed(*DESK, within=order.institute):
        raise Forbidden(_("Only the client, or the institute's counter on its behalf, may do this."))


def _check_receipts(
    order: ServiceOrder, receipts: Sequence[Receipt], counterpart: str, on_site: bool
) -> None:
    faults: dict[str, list[Any]] = {}
    if not receipts:
        faults["/items"] = [_("Name at least one item.")]
    if not on_site and not counterpart.strip():
        faults["/counterpart"] = [_("Write down who hands the instruments over.")]
    for position, receipt in enumerate(receipts):
        if receipt.item.order_id != order.pk:
            faults[f"/items/{position}/item"] = [_("It is not in this order.")]
    if len({receipt.item.pk for receipt in receipts}) != len(receipts):
        faults["/items"] = [_("An item stands twice.")]
    if faults:
        raise Invalid(faults)


def _received(order: ServiceOrder, receipt: Receipt, by: Actor) -> Job:
    item, now = receipt.item, clock.now()
    item.condition, item.accessories = receipt.condition, receipt.accessories
    item.notional_fee = receipt.notional_fee
    cleaned(item)
    advance(
        item,
        OrderItem.State.RECEIVED,
        moves=ITEM_MOVES,
        condition=item.condition,
        accessories=item.accessories,
        notional_fee=item.notional_fee,
        received_at=now,
    )
    year = clock.today().year
    after_repair = item.reason == OrderItem.Reason.AFTER_REPAIR
    job: Job = Job.objects.create(
        number=f"RW-{order.institute.code}-{year}-{next_number(f'job:{order.institute_id}:{year}'):06d}",
        item=item,
        institute=order.institute,
        instrument=item.instrument,
        service=item.service,
        stage=item.stage,
        method=item.method,
        place=Job.Place.ON_SITE if order.mode == ServiceOrder.Mode.ON_SITE else Job.Place.LABORATORY,
        site_address=order.address if order.mode == ServiceOrder.Mode.ON_SITE else "",
        repeats_job=last_failed_job(item.instrument) if after_repair else None,
        promised_on=order.promised_on,
        received_at=now,
    )
    if by.allowed(Role.STAFF) and not by.is_system and by.person is not None:
        advance(job, Job.State.ASSIGNED, moves=JOB_MOVES, assignee=by.person)
    return job


def _hand_over(items: Iterable[OrderItem], kind: str, counterpart: str, by: Actor) -> None:
    now = clock.now()
    Custody.objects.bulk_create(
        cleaned(Custody(item=item, kind=kind, counterpart=counterpart.strip(), person=by.person, at=now))
        for item in items
    )


def noted(name: str, order: ServiceOrder, by: Actor, **facts: Any) -> ServiceOrder:
    record(
        name,
        order,
        by=by,
        organization=order.institute,
        region=order.client.region,
        order=order.number,
        **facts,
    )
    return order
