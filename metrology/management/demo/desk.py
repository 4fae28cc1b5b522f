"""What lies on the desks today: orders and jobs at every turn, something to do for every account."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Unpack

from instruments.actions import campaigns, orders, records, review
from instruments.actions.jobs import assign
from instruments.models import Instrument, Job, ServiceOrder
from instruments.record import Address, Record
from metrology import clock
from metrology.actors import Actor
from metrology.ledger import verb
from metrology.management.demo.bodies import Cast, Client
from metrology.management.demo.carry import begin_job, measure, receive
from metrology.management.demo.ledger import pieces
from metrology.management.demo.masters import keep_in_order
from metrology.management.demo.names import DEMO, chance
from metrology.management.demo.plan import GAUGE, SCALE, Piece
from metrology.management.demo.readings import NEAR, PASS, cells_of
from metrology.management.demo.standards import trace_others

RECEIVED, ASSIGNED, MEASURING, RETURNED, SUBMITTED, CHECKED = range(6)
FULL_DESK = (
    *[RECEIVED] * 2,
    *[ASSIGNED] * 2,
    *[MEASURING] * 3,
    *[RETURNED] * 2,
    *[SUBMITTED] * 3,
    CHECKED,
)
"""Thirteen jobs at the desk; with the twelve of the campaign there are 25 open ones."""
SMALL_DESK = (RECEIVED, ASSIGNED, MEASURING, RETURNED, SUBMITTED, CHECKED)
FIRST_FREE = {"full": 10, "small": 1}
REMARK = "末次称量示值与前几次相差较大，请复测后再提交（演示）"


@dataclass(frozen=True)
class Backwards:
    """The clock so many hours before the demonstration was built."""

    built: datetime

    def ago(self, hours: float) -> AbstractContextManager[None]:
        return clock.standing_at(self.built - timedelta(hours=hours))

    def time(self, hours: float) -> datetime:
        return self.built - timedelta(hours=hours)


@verb
def fill_desks(cast: Cast) -> None:
    """The last three days: a campaign half done, two orders on the bench, others at every turn."""
    back = Backwards(clock.now())
    with back.ago(80):
        keep_in_order(cast.city)
        trace_others(cast.city)
    scales = pieces(cast.enterprise.pk, SCALE)[FIRST_FREE[cast.scale.name] :]
    gauges = pieces(cast.enterprise.pk, GAUGE)[2:]
    _campaign(cast, back)
    states = FULL_DESK if cast.scale.name == "full" else SMALL_DESK
    gauge_count = len(states) // 4
    taken = [*scales[: len(states) - gauge_count], *gauges[:gauge_count]]
    _bench(cast, back, taken, states)
    _waiting(cast, back, scales[len(states) - gauge_count :])


def _campaign(cast: Cast, back: Backwards) -> None:
    """A market of stalls: half of them read, and half of those checked."""
    markets = [one for one in cast.clients if one.trade == "market" and _is_city(cast, one)]
    client = markets[0] if markets else cast.clients[0]
    city, region = cast.city, client.organization.region
    stock = pieces(client.organization.pk, SCALE)[-cast.scale.campaign_stalls :]
    with back.ago(72):
        campaign = campaigns.plan_campaign(
            cast.institute,
            region=region,
            name=f"集贸市场计价秤集中检定{DEMO}",
            place=client.organization.address,
            planned_on=clock.today(),
            by=city.actors["manager"],
        )
    with back.ago(71):
        order = orders.file_order(
            client.organization,
            institute=cast.institute,
            requests=[orders.ItemRequest(instrument=one) for one in stock],
            by=city.actors["counter"],
            mode=ServiceOrder.Mode.ON_SITE,
            campaign=campaign,
            address=client.organization.address,
            contact="市场办公室",
        )
        orders.submit_order(order, by=city.actors["counter"])
        orders.accept_order(order, by=city.actors["counter"])
    with back.ago(70):
        campaigns.begin_campaign(campaign, by=city.actors["manager"])
        receipts = [orders.Receipt(item=item) for item in order.items.select_related("instrument")]
        jobs = orders.receive_items(order, receipts=receipts, by=city.actors["tester"])
    half = len(jobs) // 2
    for place, job in enumerate(jobs[:half]):
        outcome = NEAR if place == 1 else PASS
        measure(city, job, city.actors["tester"], Piece(place, outcome), place, back.time(69 - 0.6 * place))
    for place, job in enumerate(jobs[: half // 2]):
        with back.ago(64 - 0.2 * place):
            review.check(job, by=city.actors["checker"])


def _is_city(cast: Cast, client: Client) -> bool:
    return cast.house_of(client.organization) is cast.city


def _bench(cast: Cast, back: Backwards, taken: Sequence[Instrument], states: Sequence[int]) -> None:
    """One order at the counter whose pieces are at every turn."""
    city = cast.city
    with back.ago(56):
        order = _filed(cast, taken, contact="徐掌柜")
        orders.accept_order(order, by=city.actors["counter"])
    with back.ago(54):
        jobs = receive(city, order)
    for place, (job, state) in enumerate(zip(jobs, states, strict=True)):
        _moved(cast, back, job, state, 52 - 2 * place)


def _moved(cast: Cast, back: Backwards, job: Job, state: int, hours: float) -> None:
    city, tester = cast.city, cast.city.actors["tester"]
    outcome = NEAR if state == SUBMITTED and int(job.number[-1]) % 2 else PASS
    if state == ASSIGNED:
        with back.ago(hours):
            _assign(city.actors["manager"], job, tester)
    elif state == MEASURING:
        with back.ago(hours):
            begin_job(city, job, tester, 1)
            cells = cells_of(job, PASS, chance("readings", job.number))
            records.commit_readings(job, by=tester, cells=cells[: len(cells) * 3 // 5])
    elif state > MEASURING:
        measure(city, job, tester, Piece(0, outcome), 1, back.time(hours))
        with back.ago(hours - 1):
            if state == RETURNED:
                review.return_(job, by=city.actors["checker"], text=REMARK, cell=_last_cell(job))
            elif state == CHECKED:
                review.check(job, by=city.actors["checker"])


def _assign(manager: Actor, job: Job, tester: Actor) -> None:
    assert tester.person is not None  # every actor of the demonstration is a person
    assign(job, by=manager, assignee=tester.person)


def _last_cell(job: Job) -> str:
    """The cell that the remark speaks of: the indication at the highest load or pressure."""
    record = Record(job)
    places: list[Address] = [
        address for address in record.current if address.test in ("weighing", "indication")
    ]
    return str(places[-1])


def _waiting(cast: Cast, back: Backwards, free: Sequence[Instrument]) -> None:
    """Orders that wait: for the counter, for the pieces; and those that came to nothing."""
    counter, clerk = cast.city.actors["counter"], cast.actors["enterprise"]
    step = 2 if len(free) >= 14 else 1
    lots = [free[place : place + step] for place in range(0, len(free), step)]
    with back.ago(22):
        declined = _filed(cast, lots[0], note="请上门检定")
        orders.decline_order(declined, by=counter, reason="该量程超出现有标准范围，请改送省级机构（演示）")
    with back.ago(20):
        cancelled = _filed(cast, lots[0])
        orders.cancel_order(cancelled, by=clerk, reason="器具改期送检（演示）")
    with back.ago(10):
        accepted = _filed(cast, lots[1], contact="徐掌柜", phone="0000-0000000")
        orders.accept_order(accepted, by=counter)
    with back.ago(5):
        _filed(cast, lots[2], contact="徐掌柜", is_urgent=True)
    for client in [one for one in cast.clients if _is_city(cast, one) and one.trade == "fuel"][:2]:
        with back.ago(4):
            _filed_for(cast, client, pieces(client.organization.pk, GAUGE)[:3])
    with back.ago(2):
        requests = [orders.ItemRequest(instrument=one) for one in lots[3]]
        orders.file_order(cast.enterprise, institute=cast.institute, requests=requests, by=clerk)


def _filed(cast: Cast, instruments: Sequence[Instrument], **wishes: Unpack[orders.Wishes]) -> ServiceOrder:
    clerk = cast.actors["enterprise"]
    requests = [orders.ItemRequest(instrument=one) for one in instruments]
    order = orders.file_order(
        cast.enterprise,
        institute=cast.institute,
        requests=requests,
        by=clerk,
        **wishes,
    )
    return orders.submit_order(order, by=clerk)


def _filed_for(cast: Cast, client: Client, instruments: Sequence[Instrument]) -> ServiceOrder:
    """The counter files for a client that has no login of its own."""
    counter = cast.city.actors["counter"]
    requests = [orders.ItemRequest(instrument=one) for one in instruments]
    order = orders.file_order(client.organization, institute=cast.institute, requests=requests, by=counter)
    return orders.submit_order(order, by=counter)
