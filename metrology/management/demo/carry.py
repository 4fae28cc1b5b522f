"""One visit from its order to its collection, by the real verbs, each act at its hour of the demo clock.

Everything up to the approval is one transaction, so that a killed process leaves a visit untouched or
waiting to be sealed; sealing and collecting bear repetition.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from certificates import outbox
from certificates.actions import amend, approve, revoke, seal
from certificates.models import Certificate, CertificateHead
from instruments.actions import jobs, orders, records, review
from instruments.models import Instrument, Job, OrderItem, ServiceOrder
from metrology import clock
from metrology.actors import Actor
from metrology.ledger import verb
from metrology.management.demo.bodies import Cast, House
from metrology.management.demo.ledger import pieces as pieces_of
from metrology.management.demo.masters import keep_in_order
from metrology.management.demo.names import chance
from metrology.management.demo.plan import Piece, Visit
from metrology.management.demo.readings import PASS, cells_of
from metrology.management.demo.scale import moment

LEASE = timedelta(minutes=10)
AFTER_REPAIR = 3
TURNS = ("tester", "second")


def carry(cast: Cast, visit: Visit) -> None:
    """The whole way of a visit, with what follows from it: repair, amendment, revocation.

    What a former run has done is found by its day and not done again.
    """
    day, house = visit.day(cast.calendar, cast.scale), _house(cast, visit)
    order = _order(cast, visit, visit.pieces, OrderItem.Reason.PERIODIC, 0)
    _seal(order, day + timedelta(days=1))
    if visit.is_fetched:
        _hand_back(house, order, moment(day + timedelta(days=2), 8, 40))
    if visit.failed:
        repaired = tuple(Piece(piece.place, PASS) for piece in visit.failed)
        again = _order(cast, visit, repaired, OrderItem.Reason.AFTER_REPAIR, AFTER_REPAIR)
        _seal(again, day + timedelta(days=AFTER_REPAIR + 1))
        _hand_back(house, again, moment(day + timedelta(days=AFTER_REPAIR + 1), 16))
    for piece in visit.pieces:
        if piece.twist:
            _twist(house, order, piece, day + timedelta(days=3))


def _order(cast: Cast, visit: Visit, pieces: tuple[Piece, ...], reason: str, later: int) -> ServiceOrder:
    """The order of a visit, tested and approved: as it stands already, or made now."""
    begun = moment(visit.day(cast.calendar, cast.scale) + timedelta(days=later), 0)
    known: ServiceOrder | None = ServiceOrder.objects.filter(
        client=cast.clients[visit.client].organization,
        filed_at__gte=begun,
        filed_at__lt=begun + timedelta(days=1),
    ).first()
    if known is not None:
        return known
    with outbox.held():
        return _until_approved(cast, visit, _chosen(cast, visit, pieces), reason, later)


@verb
def _until_approved(
    cast: Cast, visit: Visit, chosen: list[tuple[Piece, Instrument]], reason: str, later: int
) -> ServiceOrder:
    """Ordered, received and tested on the day, checked and approved the day after."""
    house, day = _house(cast, visit), visit.day(cast.calendar, cast.scale) + timedelta(days=later)
    lease = clock.now() + LEASE
    with clock.standing_at(moment(day, 8)):
        keep_in_order(house)
    order = _ordered(cast, house, visit, [instrument for _piece, instrument in chosen], reason, day)
    tester = house.actors[TURNS[visit.week % 2 if "second" in house.actors else 0]]
    made = list(
        Job.objects.filter(item__order=order).select_related("institute", "instrument").order_by("pk")
    )
    for place, (job, (piece, _instrument)) in enumerate(zip(made, chosen, strict=True)):
        measure(house, job, tester, piece, visit.week, moment(day, 10, 40 * place))
    for place, job in enumerate(made):
        with clock.standing_at(moment(day + timedelta(days=1), 9, 10 * place)):
            review.check(job, by=house.actors["checker"])
    for place, job in enumerate(made):
        sign(house, job, moment(day + timedelta(days=1), 11, 10 * place), lease)
    return order


def _ordered(
    cast: Cast, house: House, visit: Visit, instruments: list[Instrument], reason: str, day: date
) -> ServiceOrder:
    client = cast.clients[visit.client].organization
    clerk = cast.actors["enterprise"] if client == cast.enterprise else house.actors["counter"]
    with clock.standing_at(moment(day, 8, 20)):
        requests = [orders.ItemRequest(instrument=one, reason=reason) for one in instruments]
        order = orders.file_order(client, institute=house.institute, requests=requests, by=clerk)
        orders.submit_order(order, by=clerk)
    with clock.standing_at(moment(day, 9)):
        orders.accept_order(order, by=house.actors["counter"])
        receive(house, order)
    return order


def receive(house: House, order: ServiceOrder) -> list[Job]:
    """Take every piece of an order in over the counter."""
    receipts = [orders.Receipt(item=item) for item in order.items.select_related("instrument")]
    return orders.receive_items(order, receipts=receipts, counterpart="送检人甲", by=house.actors["counter"])


def measure(house: House, job: Job, tester: Actor, piece: Piece, seed: int, begun: datetime) -> None:
    """Assigned, started, read and handed over within half an hour."""
    with clock.standing_at(begun):
        begin_job(house, job, tester, seed)
    with clock.standing_at(begun + timedelta(minutes=25)):
        cells = cells_of(job, piece.outcome, chance("readings", job.number, seed))
        records.commit_readings(job, by=tester, cells=cells)
    with clock.standing_at(begun + timedelta(minutes=30)):
        review.submit(job, by=tester)


def begin_job(house: House, job: Job, tester: Actor, seed: int) -> None:
    rng = chance("climate", job.number, seed)
    if job.state == Job.State.RECEIVED:
        assert tester.person is not None  # every actor of the demonstration is a person
        jobs.assign(job, by=house.actors["manager"], assignee=tester.person)
    jobs.start(job, by=tester)
    temperature, humidity = f"20.{rng.randrange(10)}", str(rng.randrange(42, 58))
    jobs.set_environment(job, by=tester, temperature=temperature, humidity=humidity)


def sign(house: House, job: Job, at: datetime, lease: datetime) -> None:
    """Approve; the lease keeps the sweep away from what this process is about to seal itself."""
    with clock.standing_at(at):
        certificate = approve(job, by=house.actors["approver"])
    CertificateHead.objects.filter(pk=certificate.pk).update(sent_at=lease)


def _seal(order: ServiceOrder, day: date) -> None:
    """Seal in the order of the numbers, so that the log follows them."""
    waiting = Certificate.objects.filter(
        job__item__order=order, head__state=CertificateHead.State.SEALING
    ).order_by("pk")
    for place, pk in enumerate(waiting.values_list("pk", flat=True)):
        with clock.standing_at(moment(day, 14, 3 * place)):
            seal(pk)


def _hand_back(house: House, order: ServiceOrder, at: datetime) -> None:
    order.refresh_from_db()
    if order.state == ServiceOrder.State.COMPLETED:
        with clock.standing_at(at):
            orders.collect(order, counterpart="送检人甲", by=house.actors["counter"])


def _twist(house: House, order: ServiceOrder, piece: Piece, day: date) -> None:
    """A certificate that is replaced because it named the model wrongly, or withdrawn."""
    certificate = Certificate.objects.filter(job__item__order=order).order_by("pk")[0]
    if piece.twist == "revoke":
        with clock.standing_at(moment(day, 15)):
            revoke(
                certificate,
                by=house.actors["manager"],
                second=house.person("approver"),
                reason="复核发现所用砝码当日受潮，结果不可靠（演示）",
            )
        return
    lease = clock.now() + LEASE
    with outbox.held(), clock.standing_at(moment(day, 9)):
        job = amend(
            certificate, by=house.actors["manager"], reason="证书上器具型号有误，更正后重新签发（演示）"
        )
    with outbox.held(), clock.standing_at(moment(day, 10)):
        review.check(job, by=house.actors["checker"])
    with outbox.held():
        sign(house, job, moment(day, 11), lease)
    _seal(order, day)


def _chosen(cast: Cast, visit: Visit, wanted: Iterable[Piece]) -> list[tuple[Piece, Instrument]]:
    """The pieces of a visit with the instruments that stand at their places."""
    stock = pieces_of(cast.clients[visit.client].organization.pk, visit.category)
    return [(piece, stock[piece.place]) for piece in wanted]


def _house(cast: Cast, visit: Visit) -> House:
    return cast.house_of(cast.clients[visit.client].organization)
