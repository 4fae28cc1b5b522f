"""Orders: numbered without gap, taken in piece by piece, finished with the last one."""

from datetime import date, timedelta

import pytest

from instruments.actions import ledger, orders
from instruments.models import Custody, Job
from metrology import clock
from metrology.errors import Conflict, Forbidden, Invalid
from metrology.models import WorkingDay
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return make.house()


def pieces(house, count):
    return [
        make.instrument(house.client, category=house.category, parameters=house.parameters)
        for _ in range(count)
    ]


def test_its_numbers_follow_one_another_in_their_institute_and_year(house):
    numbers = [make.order(at=house).number for _ in range(2)]
    year = clock.today().year
    assert numbers == [f"WT-{house.institute.code}-{year}-0000{n}" for n in (1, 2)]


def test_a_refused_order_takes_no_number(house):
    with pytest.raises(Invalid):
        make.order(at=house, pieces=[make.instrument(make.enterprise())])
    assert make.order(at=house).number.endswith("-00001")


@pytest.mark.parametrize("count", [0, 501])
def test_it_has_1_to_500_pieces(house, count):
    one = make.instrument(house.client)
    with pytest.raises(Invalid) as refused:
        orders.file_order(
            house.client,
            institute=house.institute,
            requests=[orders.ItemRequest(one)] * count,
            by=house.clerk,
        )
    assert list(refused.value.fields) == ["/items"]


def test_it_names_every_piece_that_cannot_be_ordered(house):
    one, scrapped = pieces(house, 2)
    ledger.scrap(scrapped, by=house.clerk, reason="损坏")
    strange = make.instrument(make.enterprise())
    with pytest.raises(Invalid) as refused:
        make.order(at=house, pieces=[one, one, scrapped, strange])
    assert set(refused.value.fields) == {f"/items/{n}/instrument" for n in (1, 2, 3)}


def test_a_piece_waits_in_one_open_order_only(house):
    (one,) = pieces(house, 1)
    draft = make.order(at=house, pieces=[one])
    make.order("submitted", at=house, pieces=[one])
    with pytest.raises(Invalid):
        make.order(at=house, pieces=[one])
    with pytest.raises(Invalid):
        orders.submit_order(draft, by=house.clerk)


def test_a_past_day_is_not_wished_for(house):
    with pytest.raises(Invalid) as refused:
        make.order(at=house, wanted_on=clock.today() - timedelta(days=1))
    assert list(refused.value.fields) == ["/wanted_on"]


def test_it_is_promised_within_twenty_working_days(house):
    with clock.standing_at(date(2026, 11, 23)):
        WorkingDay.objects.create(day=date(2026, 11, 24), is_working=False)
        WorkingDay.objects.create(day=date(2026, 11, 28), is_working=True)
        order = make.order("accepted", at=house)
        assert order.promised_on == date(2026, 12, 21)
        later = make.order("submitted", at=house)
        with pytest.raises(Invalid):
            orders.accept_order(later, by=house.counter, promised_on=date(2026, 12, 22))


def test_the_counter_files_for_an_enterprise_of_its_region_only(house):
    county = make.institute(region=make.county())
    desk = make.actor("counter", county)
    with pytest.raises(Forbidden):
        orders.file_order(
            house.client,
            institute=county,
            requests=[orders.ItemRequest(piece) for piece in pieces(house, 1)],
            by=desk,
        )
    filed = orders.file_order(
        house.client,
        institute=house.institute,
        requests=[orders.ItemRequest(piece) for piece in pieces(house, 1)],
        by=house.counter,
    )
    assert orders.submit_order(filed, by=house.counter).state == "submitted"


def test_the_client_does_not_accept_its_own_order(house):
    with pytest.raises(Forbidden):
        orders.accept_order(make.order("submitted", at=house), by=house.clerk)


def test_a_mandatory_verification_is_free(house):
    mandatory = ledger.register_instrument(
        house.client, by=house.clerk, category=make.category(), name="秤", serial="1", purpose="trade"
    )
    assert make.order(at=house, pieces=[mandatory]).items.get().fee_waived
    assert not make.order(at=house, pieces=[mandatory], service="calibration").items.get().fee_waived


def test_it_is_received_piece_by_piece_with_a_custody_record(house):
    order = make.order("accepted", at=house, pieces=pieces(house, 3))
    first, second, third = order.items.all()
    orders.receive_items(
        order, receipts=[orders.Receipt(first, "完好")], counterpart="王建国", by=house.counter
    )
    assert order.state == "in_progress"
    orders.receive_items(
        order,
        receipts=[orders.Receipt(second), orders.Receipt(third)],
        counterpart="王建国",
        by=house.counter,
    )
    year, code = clock.today().year, house.institute.code
    assert list(Job.objects.order_by("pk").values_list("number", flat=True)) == [
        f"RW-{code}-{year}-00000{n}" for n in (1, 2, 3)
    ]
    assert Custody.objects.filter(kind="received", counterpart="王建国").count() == 3
    with pytest.raises(Conflict):
        orders.receive_items(order, receipts=[orders.Receipt(first)], counterpart="王", by=house.counter)


def test_nothing_is_received_before_it_is_accepted(house):
    order = make.order("submitted", at=house)
    with pytest.raises(Conflict):
        orders.receive_items(
            order, receipts=[orders.Receipt(order.items.get())], counterpart="王", by=house.counter
        )


def test_a_piece_given_back_untested_cancels_its_job_and_completes_the_order(house):
    order = make.order("in_progress", at=house)
    item = order.items.get()
    orders.return_item(item, by=house.counter, counterpart="王建国", reason="超出范围")
    order.refresh_from_db()
    assert (item.state, item.job.state, order.state) == ("returned", "cancelled", "completed")


def test_a_measured_piece_is_not_given_back_untested(house):
    job = make.job("submitted", at=house)
    with pytest.raises(Conflict):
        orders.return_item(job.item, by=house.counter, counterpart="王", reason="x")


def test_it_is_collected_when_everything_is_done(house):
    job = make.job("approved", at=house)
    with pytest.raises(Conflict):
        orders.collect(job.item.order, by=house.counter, counterpart="王建国")
    order = make.job("issued", at=house).item.order
    order.refresh_from_db()
    orders.collect(order, by=house.counter, counterpart="王建国")
    assert order.items.get().job.state == "collected"
    assert order.items.get().custody.filter(kind="collected").exists()


def test_a_cancelled_order_cancels_its_items(house):
    order = make.order("accepted", at=house)
    orders.cancel_order(order, by=house.clerk, reason="不需要了")
    assert (order.state, order.items.get().state) == ("cancelled", "cancelled")


def test_a_declined_order_says_why(house):
    order = make.order("submitted", at=house)
    with pytest.raises(Invalid):
        orders.decline_order(order, by=house.counter, reason="  ")
    assert orders.decline_order(order, by=house.counter, reason="无此项目").decline_reason == "无此项目"


def test_what_failed_comes_again_only_after_repair(house):
    failed = make.job("issued", at=house, fails=True)
    ledger.put_out_of_service(failed.instrument, by=house.manager, reason="检定不合格")
    with pytest.raises(Invalid):
        make.order(at=house, pieces=[failed.instrument])
    assert make.order(at=house, pieces=[failed.instrument], reason="after_repair").state == "draft"
