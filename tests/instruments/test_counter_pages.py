"""The counter: promised by working days, received by scan, every wrong scan named, handed back to a name."""

from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from instruments.actions import orders
from instruments.models import Custody, Job, OrderItem
from metrology import clock
from metrology.models import WorkingDay
from metrology.roles import Role
from tests import make
from tests.pages import SIGNED_IN, enter, reads

CEILING = 10 + SIGNED_IN


@pytest.fixture(scope="module")
def made(lasting):
    return make.house()


@pytest.fixture
def house(made, db, settings):
    settings.LANGUAGE_CODE = "en"
    return deepcopy(made)


def pieces(house, count, **fields):
    return [make.instrument(house.client, category=house.category, **fields) for _ in range(count)]


@pytest.fixture
def order(house):
    return make.order("accepted", at=house, pieces=pieces(house, 3))


def path(name, order):
    return reverse(f"order_{name}", args=[order.public_id])


def told(order, here=(), **more):
    items = list(order.items.filter(state="requested").order_by("pk"))
    return {
        "do": "receive",
        "item": [str(item.public_id) for item in items],
        "here": [str(item.public_id) for item in here],
        "condition": [""] * len(items),
        "accessories": [""] * len(items),
        "fee": [""] * len(items),
        "counterpart": "王建国",
        **more,
    }


def ticked(answer):
    return [piece.item.instrument for piece in answer.context["pieces"] if piece.here]


# --- Accepting and refusing -----------------------------------------------------------------------


def test_the_promised_day_is_proposed_by_working_days(client, house):
    order = make.order("submitted", at=house)
    enter(client, house.counter)
    with clock.standing_at(date(2026, 11, 23)):
        WorkingDay.objects.create(day=date(2026, 11, 24), is_working=False)
        page = client.get(path("accept", order))
        assert page.context["form"]["promised_on"].value() == date(2026, 12, 22)
        late = client.post(path("accept", order), {"promised_on": "2026-12-23"})
        assert late.status_code == 400 and "2026-12-22" in late.content.decode()
        assert client.post(path("accept", order), {"promised_on": "2026-12-01"}).status_code == 302
    order.refresh_from_db()
    assert (order.state, order.promised_on) == ("accepted", date(2026, 12, 1))


def test_two_at_the_counter_are_told_of_each_other(client, house):
    order = make.order("submitted", at=house)
    enter(client, house.counter)
    version = client.get(path("accept", order)).context["form"]["version"].value()
    orders.decline_order(order, by=house.counter, reason="停业")
    answer = client.post(path("accept", order), {"promised_on": clock.today(), "version": version})
    assert answer.status_code == 412 and "Somebody changed this" in answer.content.decode()


def test_a_refusal_needs_a_reason_that_the_client_reads(client, house):
    order = make.order("submitted", at=house)
    enter(client, house.counter)
    assert client.post(path("decline", order), {"reason": ""}).status_code == 400
    assert client.post(path("decline", order), {"reason": "超出授权范围"}).status_code == 302
    assert "超出授权范围" in reads(client, house.clerk, reverse("order", args=[order.public_id]))


@pytest.mark.parametrize("name", ["accept", "decline", "receive", "collect", "return"])
def test_only_the_desk_of_the_institute_decides(client, house, order, name, mallory):
    enter(client, house.clerk)
    assert client.get(path(name, order)).status_code == 403
    rival = make.actor(Role.COUNTER, make.institute(region=make.county()))
    for actor in (mallory, rival):
        enter(client, actor)
        assert client.get(path(name, order)).status_code == client.post(path(name, order)).status_code == 404


# --- Receiving by scan ----------------------------------------------------------------------------


def test_a_scanned_piece_is_ticked_by_any_of_its_codes(client, house, order):
    first, second, third = (item.instrument for item in order.items.order_by("pk"))
    enter(client, house.counter)
    asked = path("receive", order)
    one = client.post(asked, {"do": "scan", "scan": first.label_no, "counterpart": "王"})
    assert ticked(one) == [first] and one.context["heard"].is_good
    assert one.context["form"]["counterpart"].value() == "王"
    here = [str(order.items.get(instrument=first).public_id)]
    two = client.post(asked, {"do": "scan", "scan": f" {second.serial.lower()} ", "here": here})
    assert ticked(two) == [first, second]
    address = f"http://testserver{reverse('instrument', args=[third.public_id])}"
    assert ticked(client.post(asked, {"do": "scan", "scan": address})) == [third]
    wide = first.label_no.translate({ord(str(n)): 0xFF10 + n for n in range(10)})
    assert ticked(client.post(asked, {"do": "scan", "scan": wide})) == [first]
    assert not Job.objects.exists(), "a scan ticks, only the button receives"


def test_every_wrong_scan_says_what_it_is_and_what_to_do(client, house, order):
    (known, elsewhere, twin) = pieces(house, 3)
    other = make.order("accepted", at=house, pieces=[elsewhere])
    stranger = make.instrument(make.enterprise(region=house.institute.region), serial="STRANGE")
    hidden = make.instrument(make.enterprise(region=make.region("370100")), serial="HIDDEN")
    first = order.items.order_by("pk").first()
    orders.receive_items(order, receipts=[orders.Receipt(first)], counterpart="王", by=house.counter)
    enter(client, house.counter)

    def heard(code):
        answer = client.post(path("receive", order), {"do": "scan", "scan": code})
        assert answer.status_code == 200 and ticked(answer) == []
        by_script = client.get(path("hear", order), {"code": code}).json()
        assert by_script["item"] is None and by_script["words"] == answer.context["heard"].words
        return by_script

    assert "Nothing was scanned" in heard("")["words"]
    assert "Nothing was scanned" in heard("a\0b")["words"]
    assert "already received" in heard(first.instrument.serial)["words"]
    assert "not in this order" in heard(known.label_no)["words"]
    assert heard(known.label_no)["url"].startswith("/orders/new/?client=")
    assert other.number in heard(elsewhere.serial)["words"]
    assert heard(elsewhere.serial)["url"] == path("receive", other)
    assert stranger.owner.name in heard("STRANGE")["words"]
    assert "unknown" in heard("HIDDEN")["words"] and hidden.owner.name not in heard("HIDDEN")["words"]
    assert "label number 999999999999999999" in heard("9" * 18)["words"]
    slip = "http://testserver/orders/{}/"
    assert "this very order" in heard(slip.format(order.public_id))["words"]
    assert other.number in heard(slip.format(other.public_id))["words"]
    assert "no order of your institute" in heard(slip.format(twin.public_id))["words"]
    assert "unknown" in heard("x" * 5000)["words"]


def test_a_serial_that_two_pieces_share_is_not_guessed(client, house):
    twins = [make.instrument(house.client, serial="TWIN", model=f"M{n}") for n in range(2)]
    order = make.order("accepted", at=house, pieces=twins)
    enter(client, house.counter)
    answer = client.post(path("receive", order), {"do": "scan", "scan": "TWIN"})
    assert ticked(answer) == [] and "2 pieces" in answer.context["heard"].words
    assert ticked(client.post(path("receive", order), {"do": "scan", "scan": twins[1].label_no})) == twins[1:]


def test_what_is_ticked_is_received_with_words_of_its_own_or_the_usual_ones(client, house, order):
    first, second, third = order.items.order_by("pk")
    enter(client, house.counter)
    answer = client.post(
        path("receive", order),
        told(
            order,
            [first, second],
            condition=["外壳有划痕", "", ""],
            condition_usual="完好",
            accessories_usual="电源适配器",
            fee=["", "12.50", ""],
            fee_usual="30",
        ),
        follow=True,
    )
    assert "2 pieces received. 1 piece is still to come." in answer.content.decode()
    assert list(
        order.items.order_by("pk").values_list("state", "condition", "accessories", "notional_fee")
    ) == [
        ("received", "外壳有划痕", "电源适配器", Decimal("30.00")),
        ("received", "完好", "电源适配器", Decimal("12.50")),
        ("requested", "", "", Decimal("0.00")),
    ]
    assert set(Custody.objects.values_list("kind", "counterpart", "person")) == {
        ("received", "王建国", house.counter.person.pk)
    }
    order.refresh_from_db()
    client.post(path("receive", order), told(order, [third]))
    assert Job.objects.filter(item__order=order).count() == 3
    page = reads(client, house.counter, reverse("order", args=[order.public_id]))
    assert "外壳有划痕" in page and "王建国" in page and "Receive instruments" not in page


def test_what_is_wrong_keeps_everything_typed(client, house, order):
    second = order.items.order_by("pk")[1]
    enter(client, house.counter)

    def refused(**more):
        sent = told(order, [second], condition=["甲", "乙", "丙"], **more)
        answer = client.post(path("receive", order), sent)
        assert answer.status_code == 400
        assert ticked(answer) == [second.instrument]
        assert [piece.condition for piece in answer.context["pieces"]] == ["甲", "乙", "丙"]
        return answer

    assert "counterpart" in refused(counterpart="").context["form"].errors
    for fee in ("1,2.3.4", "12.345", "-1", "NaN", "9" * 12, "abc"):
        wrong = refused(fee=["", fee, ""])
        assert [bool(piece.faults) for piece in wrong.context["pieces"]] == [False, True, False], fee
    assert "fee_usual" in refused(fee_usual="x").context["form"].errors
    nothing = client.post(path("receive", order), told(order))
    assert nothing.status_code == 400 and "at least one" in nothing.content.decode()
    assert not Job.objects.exists()


def test_a_piece_received_meanwhile_is_not_received_twice(client, house, order):
    first = order.items.order_by("pk").first()
    enter(client, house.counter)
    version = client.get(path("receive", order)).context["form"]["version"].value()
    sent = told(order, [first], version=version)
    orders.receive_items(order, receipts=[orders.Receipt(first)], counterpart="王", by=house.manager)
    assert client.post(path("receive", order), sent).status_code == 412
    assert Job.objects.count() == 1


def test_on_site_nothing_changes_hands(client, house):
    order = make.order("accepted", at=house, mode="on_site", address="市场路 1 号")
    enter(client, house.tester)
    page = client.get(path("receive", order))
    assert "Begin on site" in page.content.decode() and 'name="counterpart"' not in page.content.decode()
    assert (
        client.post(path("receive", order), told(order, order.items.all(), counterpart="")).status_code == 302
    )
    assert Job.objects.get().assignee == house.tester.person and not Custody.objects.exists()


def test_an_order_that_waits_for_nothing_receives_nothing(client, house):
    order = make.order("submitted", at=house)
    enter(client, house.counter)
    assert client.get(path("receive", order)).status_code == 409


def test_receiving_costs_the_same_for_3_and_for_30_pieces(client, house, django_assert_max_num_queries):
    few = make.order("accepted", at=house, pieces=pieces(house, 3))
    many = make.order("accepted", at=house, pieces=pieces(house, 30))
    enter(client, house.counter)
    client.get(path("receive", few))
    counts = []
    for order in (few, many):
        for name in ("receive", "collect", "return"):
            with django_assert_max_num_queries(CEILING) as asked:
                client.get(path(name, order))
            counts.append((name, len(asked)))
        with django_assert_max_num_queries(CEILING) as asked:
            client.get(reverse("order", args=[order.public_id]))
        counts.append(("order", len(asked)))
    assert counts[:4] == counts[4:]


# --- Giving back ----------------------------------------------------------------------------------


def test_untested_pieces_go_back_with_name_and_reason(client, house):
    order = make.order("in_progress", at=house, pieces=pieces(house, 3))
    first, second, third = order.items.order_by("pk")
    Job.objects.filter(item=third).update(state="submitted")
    enter(client, house.counter)
    page = client.get(path("return", order))
    assert third.instrument.serial not in page.content.decode()
    wrong = client.post(
        path("return", order), {"items": [str(third.public_id)], "counterpart": "王", "reason": "退"}
    )
    assert wrong.status_code == 400
    keys = [str(first.public_id), str(second.public_id)]
    empty = client.post(path("return", order), {"items": keys, "counterpart": "", "reason": "客户撤回"})
    assert empty.status_code == 400 and "客户撤回" in empty.content.decode()
    sent = {"items": keys, "counterpart": "李四", "reason": "客户撤回"}
    assert client.post(path("return", order), sent).status_code == 302
    assert set(OrderItem.objects.filter(pk__in=(first.pk, second.pk)).values_list("state")) == {("returned",)}
    assert Custody.objects.filter(kind="returned", counterpart="李四").count() == 2


def test_a_finished_order_is_handed_back_to_a_name(client, house):
    job = make.job("issued", at=house)
    order = job.item.order
    order.refresh_from_db()
    assert order.state == "completed"
    enter(client, house.counter)
    page = client.get(path("collect", order))
    assert job.instrument.serial in page.content.decode()
    assert client.post(path("collect", order), {"counterpart": " "}).status_code == 400
    assert client.post(path("collect", order), {"counterpart": "李四"}).status_code == 302
    order.refresh_from_db()
    assert order.state == "collected"
    assert "李四" in reads(client, house.clerk, reverse("order", args=[order.public_id]))


# --- The order's page -----------------------------------------------------------------------------


def test_the_way_of_an_order_counts_its_pieces(client, house):
    order = make.order("accepted", at=house, pieces=pieces(house, 2))
    first = order.items.order_by("pk").first()
    orders.receive_items(order, receipts=[orders.Receipt(first)], counterpart="王", by=house.counter)
    Job.objects.update(state="checked")
    enter(client, house.clerk)
    page = client.get(reverse("order", args=[order.public_id]))
    steps = page.context["sections"][0].context["steps"]
    assert [step["number"] for step in steps] == ["", "1/2", "1/2", "1/2", "0/2", ""]
    assert [step["current"] for step in steps] == [False, True, False, False, False, False]


def test_the_client_sees_the_way_instead_of_a_history_that_is_not_its_own(client, house, order):
    shown = reverse("order", args=[order.public_id])
    assert f"?subject={order.public_id}" not in reads(client, house.clerk, shown)
    assert f"?subject={order.public_id}" in reads(client, house.counter, shown)


def test_buttons_stand_only_where_the_act_is_possible(client, house):
    def offered(actor, order):
        page = reads(client, actor, reverse("order", args=[order.public_id]))
        names = ("submit", "edit", "cancel", "accept", "decline", "receive", "return", "collect", "slip")
        return {name for name in names if path(name, order) in page}

    draft, sent = make.order(at=house), make.order("submitted", at=house)
    under_way = make.order("in_progress", at=house)
    assert offered(house.clerk, draft) == {"submit", "edit", "cancel"}
    assert offered(house.clerk, sent) == {"cancel", "slip"}
    assert offered(house.counter, sent) == {"cancel", "accept", "decline", "slip"}
    assert offered(house.tester, sent) == {"slip"}
    assert offered(house.counter, under_way) == {"return", "slip"}
    assert offered(house.clerk, under_way) == {"slip"}


def test_waived_fees_are_summed_and_named(client, house):
    order = make.order("accepted", at=house, pieces=pieces(house, 2, is_mandatory=True))
    receipts = [orders.Receipt(item, notional_fee=Decimal("25.50")) for item in order.items.all()]
    orders.receive_items(order, receipts=receipts, counterpart="王", by=house.counter)
    page = reads(client, house.clerk, reverse("order", args=[order.public_id]))
    assert "51.00" in page and "waived" in page


def test_home_counts_what_is_expected_today(client, house):
    today = clock.today()
    make.order("accepted", at=house, wanted_on=today)
    make.order("accepted", at=house, wanted_on=today + timedelta(days=1))
    enter(client, house.counter)
    card = next(card for card in client.get("/").context["cards"] if "expected" in card.url)
    assert card.count == len(client.get(card.url).context["rows"]) == 1
