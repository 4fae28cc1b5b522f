"""Drafts: changed until they are sent, keeping their number, their items and their history."""

import json
from copy import deepcopy
from datetime import timedelta

import pytest

from instruments.actions import drafts, orders
from metrology import clock
from metrology.errors import Conflict, Forbidden, Invalid
from metrology.models import Event
from tests import make


@pytest.fixture(scope="module")
def made(lasting):
    return make.house()


@pytest.fixture
def house(made, db):
    return deepcopy(made)


def pieces(house, count):
    return [make.instrument(house.client, category=house.category) for _ in range(count)]


def requests_for(found, **item):
    return [orders.ItemRequest(instrument=one, **item) for one in found]


def test_a_draft_becomes_what_it_is_amended_to(house):
    first, second, third = pieces(house, 3)
    order = make.order(at=house, pieces=[first, second], contact="张三")
    number, kept = order.number, order.items.get(instrument=second).public_id
    drafts.amend_order(
        order,
        requests=requests_for([second, third], service="calibration", wants_verdict=True),
        contact="李四",
        by=house.clerk,
    )
    order.refresh_from_db()
    assert (order.number, order.contact, order.version) == (number, "李四", 2)
    found = {item.instrument_id: item for item in order.items.all()}
    assert set(found) == {second.pk, third.pk}
    assert found[second.pk].public_id == kept and found[second.pk].version == 2
    assert all(item.service == "calibration" and item.wants_verdict for item in found.values())
    event = Event.objects.get(verb="order.amended", subject_id=str(order.public_id))
    assert json.loads(event.facts) | {"order": number} == {
        "order": number,
        "items": 2,
        "added": 1,
        "removed": 1,
        "altered": 1,
    }


def test_nothing_changes_when_nothing_differs(house):
    found = pieces(house, 2)
    order = make.order(at=house, pieces=found)
    drafts.amend_order(order, requests=requests_for(found), by=house.clerk)
    assert set(order.items.values_list("version", flat=True)) == {1}


def test_it_is_sent_in_the_same_step_or_not_at_all(house):
    one, scrapped = pieces(house, 2)
    order = make.order(at=house, pieces=[one])
    scrapped.state = "scrapped"
    with pytest.raises(Invalid) as refused:
        drafts.amend_order(order, requests=requests_for([one, scrapped]), send=True, by=house.clerk)
    assert list(refused.value.fields) == ["/items/1/instrument"]
    order.refresh_from_db()
    assert order.state == "draft" and order.version == 1
    drafts.amend_order(order, requests=requests_for([one]), send=True, by=house.clerk)
    order.refresh_from_db()
    assert order.state == "submitted" and order.submitted_at
    sent = orders.file_order(
        house.client,
        institute=house.institute,
        requests=requests_for(pieces(house, 1)),
        send=True,
        by=house.counter,
    )
    assert sent.state == "submitted"


def test_what_is_sent_is_no_draft_any_more(house):
    order = make.order("submitted", at=house)
    with pytest.raises(Conflict):
        drafts.amend_order(order, requests=requests_for(pieces(house, 1)), by=house.clerk)


def test_nobody_else_amends_it(house):
    order = make.order(at=house)
    for actor in (house.tester, make.actor("enterprise_admin", make.enterprise())):
        with pytest.raises(Forbidden):
            drafts.amend_order(order, requests=requests_for(pieces(house, 1)), by=actor)


def test_two_people_do_not_overwrite_each_other(house):
    found = pieces(house, 2)
    order = make.order(at=house, pieces=found[:1])
    late = deepcopy(order)
    drafts.amend_order(order, requests=requests_for(found), by=house.clerk)
    with pytest.raises(Conflict):
        drafts.amend_order(late, requests=requests_for(found[:1]), by=house.clerk)
    assert order.items.count() == 2


def test_its_wishes_are_checked_like_those_of_a_new_order(house):
    order = make.order(at=house)
    with pytest.raises(Invalid) as refused:
        drafts.amend_order(
            order,
            requests=[],
            wanted_on=clock.today() - timedelta(days=1),
            by=house.clerk,
        )
    assert list(refused.value.fields) == ["/items"]
    with pytest.raises(Invalid) as refused:
        drafts.amend_order(
            order,
            requests=requests_for([order.items.get().instrument]),
            wanted_on=clock.today() - timedelta(days=1),
            by=house.clerk,
        )
    assert list(refused.value.fields) == ["/wanted_on"]


def test_several_pieces_are_returned_together_or_not_at_all(house):
    order = make.order("in_progress", at=house, pieces=pieces(house, 3))
    first, second, third = order.items.all()
    with pytest.raises(Invalid):
        orders.return_items([], by=house.counter, counterpart="王", reason="退")
    orders.return_items([first, second], by=house.counter, counterpart="王", reason="客户要求")
    with pytest.raises(Conflict):
        orders.return_items([third, first], by=house.counter, counterpart="王", reason="再退")
    states = set(order.items.values_list("pk", "state"))
    assert states == {(first.pk, "returned"), (second.pk, "returned"), (third.pk, "received")}
