"""Writing an order on the page: chosen in many ways, refused beside the piece, nothing typed lost."""

import gzip
import time
import uuid
from copy import deepcopy
from datetime import timedelta

import pytest
from django.urls import reverse

from instruments.actions import ledger
from instruments.models import OrderItem, ServiceOrder
from metrology import clock
from metrology.models import Organization
from metrology.roles import Role
from metrology.search.index import refresh
from tests import make
from tests.pages import INLINE, SIGNED_IN, enter, is_absent, reads

CEILING = 10 + SIGNED_IN
NEW = "/orders/new/"


@pytest.fixture(scope="module")
def made(lasting):
    return make.house()


@pytest.fixture
def house(made, db, settings):
    settings.LANGUAGE_CODE = "en"
    return deepcopy(made)


def pieces(house, count, **fields):
    return [make.instrument(house.client, category=house.category, **fields) for _ in range(count)]


def keys(found):
    return [str(one.public_id) for one in found]


def typed(house, found, do="send", **more):
    return {
        "do": do,
        "institute": str(house.institute.public_id),
        "instrument": keys(found),
        "item_service": [""] * len(found),
        "item_reason": [""] * len(found),
        "service": "verification",
        "reason": "periodic",
        "mode": "delivered",
        "contact": "张三",
        "phone": "0538-123",
        **more,
    }


def lines(answer):
    return [line.instrument for line in answer.context["lines"]]


def test_what_was_chosen_in_the_ledger_stands_in_the_list(client, house):
    found = pieces(house, 3)
    enter(client, house.clerk)
    by_get = client.get(NEW, {"instrument": keys(found)})
    assert lines(by_get) == found and not INLINE.search(by_get.content.decode())
    assert lines(client.post(NEW, {"instrument": keys(found)})) == found
    assert lines(client.get(NEW)) == []
    assert lines(client.get(NEW, {"instrument": ["x", "a\0b", *keys(found[:1])]})) == found[:1]


def test_more_is_added_by_due_date_category_and_code(client, house):
    today = clock.today()
    soon, later = (pieces(house, 1, due_on=today + timedelta(days=days))[0] for days in (20, 80))
    over = pieces(house, 1, due_on=today - timedelta(days=1))[0]
    twins = [make.instrument(house.client, serial="TWIN", model=f"M{n}") for n in range(2)]
    enter(client, house.clerk)

    def added(**asked):
        return lines(client.post(NEW, {"do": "add", **asked}))

    assert added(window="overdue") == [over]
    assert added(window="60") == [over, soon]
    assert added(window="90", category=house.category.code) == [over, soon, later]
    assert set(added(category=house.category.code)) == {soon, later, over}
    assert added(codes=f" {soon.label_no} \n{later.serial}\n") == [soon, later]
    assert added(codes="ＴＷＩＮ", instrument=keys([soon])) == [soon, *twins]
    answer = client.post(NEW, {"do": "add", "codes": f"NOBODY\n{soon.serial}", "contact": "王五"})
    assert "NOBODY" in answer.content.decode() and lines(answer) == [soon]
    assert answer.context["form"]["contact"].value() == "王五"


def test_what_is_left_out_is_gone(client, house):
    found = pieces(house, 3)
    enter(client, house.clerk)
    answer = client.post(NEW, {"do": "add", "instrument": keys(found), "out": keys(found[1:2])})
    assert lines(answer) == [found[0], found[2]]


def test_an_order_is_sent_with_the_choices_of_each_piece(client, house):
    found = pieces(house, 4)
    enter(client, house.clerk)
    answer = client.post(
        NEW,
        typed(
            house,
            found,
            item_service=["", "calibration", "calibration_judged", ""],
            item_reason=["", "", "", "before_installation"],
            is_urgent="on",
        ),
        follow=True,
    )
    order = ServiceOrder.objects.get()
    assert answer.redirect_chain[-1][0] == reverse("order", args=[order.public_id])
    assert order.state == "submitted" and order.is_urgent and order.contact == "张三"
    got = list(order.items.values_list("service", "wants_verdict", "reason", "stage"))
    assert got == [
        ("verification", False, "periodic", "subsequent"),
        ("calibration", False, "periodic", "subsequent"),
        ("calibration", True, "periodic", "subsequent"),
        ("verification", False, "before_installation", "initial"),
    ]


def test_what_cannot_be_ordered_is_said_beside_it_and_nothing_typed_is_lost(client, house):
    found = pieces(house, 3)
    make.order("submitted", at=house, pieces=[found[1]])
    before = ServiceOrder.objects.count()
    enter(client, house.clerk)
    answer = client.post(NEW, typed(house, found, note="小心轻放", item_reason=["", "", "dispute"]))
    assert answer.status_code == 400 and ServiceOrder.objects.count() == before
    assert [bool(line.faults) for line in answer.context["lines"]] == [False, True, False]
    assert answer.context["lines"][2].reason == "dispute"
    page = answer.content.decode()
    assert "小心轻放" in page and "already in the open order" in page


def test_a_field_that_is_wrong_keeps_the_pieces(client, house):
    found = pieces(house, 2)
    enter(client, house.clerk)
    for wrong, name in (
        ({"contact": ""}, "contact"),
        ({"mode": "on_site", "address": ""}, "address"),
        ({"wanted_on": "2020-01-01"}, "wanted_on"),
        ({"wanted_on": "soon"}, "wanted_on"),
        ({"institute": "nobody"}, "institute"),
        ({"service": "gift"}, "service"),
    ):
        answer = client.post(NEW, typed(house, found, **wrong))
        assert answer.status_code == 400 and name in answer.context["form"].errors, name
        assert lines(answer) == found
    answer = client.post(NEW, typed(house, []))
    assert answer.status_code == 400 and "1 to 500" in answer.content.decode()


def test_a_scrapped_or_foreign_piece_does_not_come_in(client, house):
    (scrapped,) = pieces(house, 1)
    ledger.scrap(scrapped, by=house.clerk, reason="坏")
    foreign = make.instrument(make.enterprise())
    enter(client, house.clerk)
    answer = client.post(NEW, {"do": "add", "instrument": keys([foreign]), "codes": foreign.serial})
    assert lines(answer) == []
    answer = client.post(NEW, typed(house, [scrapped]))
    assert answer.status_code == 400 and "It is scrapped." in answer.content.decode()


def test_a_draft_is_kept_changed_and_sent(client, house):
    found = pieces(house, 3)
    enter(client, house.clerk)
    client.post(NEW, typed(house, found[:2], do="save", item_service=["calibration_judged", ""]))
    order = ServiceOrder.objects.get()
    assert order.state == "draft"
    path = reverse("order_edit", args=[order.public_id])
    page = client.get(path)
    assert lines(page) == found[:2] and page.context["form"]["version"].value() == 1
    sent = typed(house, found[1:], do="save", version="1", item_service=["", "calibration"])
    assert client.post(path, sent).status_code == 302
    assert set(order.items.values_list("instrument", "service")) == {
        (found[1].pk, "verification"),
        (found[2].pk, "calibration"),
    }
    late = client.post(path, typed(house, found, version="1", note="冲突"))
    assert late.status_code == 412 and "Somebody changed this" in late.content.decode()
    assert "冲突" in late.content.decode() and lines(late) == found
    assert client.post(path, typed(house, found, version="2")).status_code == 302
    order.refresh_from_db()
    assert order.state == "submitted" and order.items.count() == 3
    assert client.get(path).status_code == 409


def test_a_draft_is_sent_from_its_page_or_says_which_piece_hinders(client, house):
    one, other = pieces(house, 2)
    draft = make.order(at=house, pieces=[other, one])
    make.order("submitted", at=house, pieces=[one])
    path = reverse("order_submit", args=[draft.public_id])
    enter(client, house.clerk)
    refused = client.post(path, {"version": draft.version})
    assert refused.status_code == 400 and one.serial in refused.content.decode()
    free = make.order(at=house, pieces=[other])
    assert client.post(reverse("order_submit", args=[free.public_id])).status_code == 302
    free.refresh_from_db()
    assert free.state == "submitted"


def test_the_client_withdraws_with_a_reason(client, house):
    order = make.order("submitted", at=house)
    path = reverse("order_cancel", args=[order.public_id])
    enter(client, house.clerk)
    assert client.post(path, {"reason": " "}).status_code == 400
    assert client.post(path, {"reason": "设备停产"}).status_code == 302
    order.refresh_from_db()
    assert order.state == "cancelled"
    assert client.post(path, {"reason": "again"}).status_code == 409


def test_the_counter_looks_for_the_client_and_files_for_it(client, house):
    far = make.enterprise(region=make.region("370100"), name_zh="远方公司")
    refresh(Organization, [far.pk, house.client.pk])
    (one,) = pieces(house, 1)
    enter(client, house.counter)
    page = client.get(NEW, {"instrument": ["x"]})
    assert "lines" not in page.context and house.client in page.context["found"]
    for text, finds in ((house.client.name_zh[:3], True), ("不存在的", False), ("远方", False)):
        assert (house.client in client.get(NEW, {"cq": text}).context["found"]) is finds, text
    assert far not in client.get(NEW, {"cq": "远方"}).context["found"]
    chosen = client.get(NEW, {"client": str(house.client.public_id), "instrument": keys([one])})
    assert chosen.context["client"] == house.client and lines(chosen) == [one]
    assert lines(client.get(NEW, {"instrument": keys([one])})) == [one], (
        "the owner of the choice is the client"
    )
    sent = typed(house, [one], client=str(house.client.public_id))
    assert client.post(NEW, sent).status_code == 302
    order = ServiceOrder.objects.get()
    assert order.client == house.client and order.filed_by == house.counter.user
    for key in (str(far.public_id), "nonsense", str(house.institute.public_id)):
        assert client.get(NEW, {"client": key}).status_code == 404


def test_the_counter_finds_clients_by_pinyin_and_credit_code(client, house):
    named = make.enterprise(
        region=house.institute.region, name_zh="岱宗衡器厂", credit_code="91370900MA3ABCDE1X"
    )
    refresh(Organization, [named.pk])
    enter(client, house.counter)
    for text in ("岱宗", "dzhqc", "91370900MA3"):
        assert client.get(NEW, {"cq": text}).context["found"] == [named], text


def test_pieces_of_two_owners_make_no_order(client, house):
    (one,) = pieces(house, 1)
    other = make.instrument(make.enterprise(region=house.institute.region))
    enter(client, house.counter)
    page = client.get(NEW, {"instrument": keys([one, other])})
    assert "lines" not in page.context and "one client" in page.content.decode()
    page = client.get(NEW, {"instrument": keys([one, other]), "client": str(house.client.public_id)})
    assert lines(page) == [one]


@pytest.mark.parametrize("name", ["tester", "city", "auditor"])
def test_who_files_no_orders_is_told_so(client, house, name):
    actor = {
        "tester": house.tester,
        "city": make.actor(Role.CITY_ADMIN, make.organization("authority")),
        "auditor": make.actor(Role.AUDITOR, house.client),
    }[name]
    enter(client, actor)
    assert client.get(NEW).status_code == 403
    assert client.post(NEW, typed(house, pieces(house, 1))).status_code == 403


def test_a_stranger_signs_in_and_finds_what_was_typed(client, house):
    found = pieces(house, 2)
    assert client.get(NEW).status_code == 302
    sent = typed(house, found, note="还在吗", typed_by=str(house.clerk.user.public_id))
    assert client.post(NEW, sent).status_code == 302
    enter(client, house.clerk)
    page = client.get(NEW)
    assert lines(page) == found and "还在吗" in page.content.decode()


def test_anothers_draft_is_one_that_never_was(client, house, mallory):
    order = make.order(at=house)
    for name in ("order_edit", "order_submit", "order_cancel"):
        path = reverse(name, args=[order.public_id])
        enter(client, mallory)
        assert client.get(path).status_code == client.post(path).status_code == 404
    assert is_absent(client, mallory, reverse("order", args=[order.public_id]))


def test_it_costs_the_same_for_3_and_for_30_pieces(client, house, django_assert_max_num_queries):
    found = pieces(house, 30)
    enter(client, house.clerk)
    client.get(NEW)
    counts = []
    for many in (3, 30):
        with django_assert_max_num_queries(CEILING) as asked:
            assert len(lines(client.get(NEW, {"instrument": keys(found[:many])}))) == many
        counts.append(len(asked))
    order = make.order(at=house, pieces=found)
    with django_assert_max_num_queries(CEILING) as asked:
        client.get(reverse("order_edit", args=[order.public_id]))
    assert counts[0] == counts[1]


def test_500_pieces_stay_quick_and_light(client, house, django_assert_max_num_queries):
    found = pieces(house, 500)
    enter(client, house.clerk)
    client.get(NEW)
    started = time.process_time()
    with django_assert_max_num_queries(CEILING):
        answer = client.post(NEW, {"instrument": keys(found)})
    assert time.process_time() - started < 3
    assert len(lines(answer)) == 500
    assert len(gzip.compress(answer.content)) < 100 * 1024
    assert client.post(NEW, typed(house, found, do="save")).status_code == 302
    assert OrderItem.objects.count() == 500


def test_the_501st_piece_is_not_taken_in(client, house):
    found = pieces(house, 3, due_on=clock.today())
    many = pieces(house, 499, due_on=None)
    enter(client, house.clerk)
    answer = client.post(NEW, {"do": "add", "instrument": keys(many), "window": "30"})
    assert len(lines(answer)) == 500
    assert "2 more would fit the choice" in answer.content.decode()
    assert "at most 500" in answer.content.decode() and found[0] in lines(answer)


def test_who_names_more_than_500_is_told_how_many_were_left(client, house):
    found = pieces(house, 1)
    enter(client, house.clerk)
    names = [*keys(found), *(str(uuid.uuid4()) for _ in range(501))]
    page = client.post(NEW, {"instrument": names}).content.decode()
    assert "2 more would fit the choice" in page


def test_the_list_offers_a_new_order_to_those_who_may_file(client, house):
    for actor, offered in ((house.clerk, True), (house.counter, True), (house.tester, False)):
        assert (f'href="{NEW}"' in reads(client, actor, "/orders/")) is offered
