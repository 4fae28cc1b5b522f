"""The due board: windows with their counts, chosen pieces to an order, everybody within their own scope."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.urls import reverse

from metrology import clock
from metrology.roles import Role
from tests import make
from tests.pages import SIGNED_IN, enter, reads

CEILING = 10 + SIGNED_IN
BOARD = "/due/"


@pytest.fixture(scope="module")
def made(lasting):
    return make.house()


@pytest.fixture
def house(made, db, settings):
    settings.LANGUAGE_CODE = "en"
    return deepcopy(made)


def due_in(house, days, **fields):
    day = clock.today() + timedelta(days=days)
    return make.instrument(house.client, category=house.category, due_on=day, **fields)


def shown(client, tab, **more):
    answer = client.get(BOARD, {"tab": tab, **more})
    return [pick.line.cells[3].text for pick in answer.context.get("picked_rows", [])]


def test_each_window_shows_what_it_counts(client, house):
    days = {-1: "overdue", 0: "30", 30: "30", 31: "60", 60: "60", 61: "90", 90: "90", 91: None}
    made = {day: due_in(house, day).serial for day in days}
    due_in(house, -5, state="out_of_service")
    make.instrument(house.client, category=house.category)
    enter(client, house.clerk)
    answer = client.get(BOARD)
    assert [tab["count"] for tab in answer.context["tabs"]] == [1, 2, 4, 6]
    assert [tab["current"] for tab in answer.context["tabs"]] == [False, True, False, False]
    for tab, wanted in (("overdue", [-1]), ("30", [0, 30]), ("60", [0, 30, 31, 60]), ("x", [0, 30])):
        assert shown(client, tab) == [made[day] for day in wanted], tab
    assert len(shown(client, "90")) == 6


def test_it_is_narrowed_and_the_counts_with_it(client, house):
    one, other = due_in(house, 3, serial="ONE"), due_in(house, 3, serial="OTHER")
    enter(client, house.clerk)
    assert shown(client, "30", q="ONE") == ["ONE"]
    answer = client.get(BOARD, {"tab": "30", "category": house.category.code})
    assert answer.context["tabs"][1]["count"] == 2
    assert all("category=" in tab["url"] for tab in answer.context["tabs"])
    assert client.get(BOARD, {"category": "no-such"}).status_code == 400
    assert {one.serial, other.serial} == set(shown(client, "30"))


def test_each_side_sees_its_own_and_only_those_who_file_choose(client, house, mallory):
    mine = due_in(house, 5)
    make.instrument(make.enterprise(region=make.region("370100")), due_on=clock.today())
    for actor, chooses in (
        (house.clerk, True),
        (house.counter, True),
        (house.tester, False),
        (make.actor(Role.CITY_ADMIN, make.organization("authority")), False),
        (make.actor(Role.AUDITOR, house.client), False),
    ):
        page = reads(client, actor, BOARD)
        assert mine.serial in page, actor
        assert ('name="instrument"' in page) is chooses, actor
    for stranger in (
        mallory,
        make.actor(Role.COUNTY_ADMIN, make.organization("authority", region=make.county())),
    ):
        enter(client, stranger)
        assert [tab["count"] for tab in client.get(BOARD).context["tabs"]] == [0, 0, 0, 0]


def test_what_is_chosen_comes_into_a_new_order(client, house):
    found = [due_in(house, days) for days in (1, 2)]
    page = reads(client, house.clerk, BOARD)
    assert f'action="{reverse("order_new")}"' in page
    answer = client.post(reverse("order_new"), {"instrument": [str(one.public_id) for one in found]})
    assert [line.instrument for line in answer.context["lines"]] == found


def test_what_waits_in_an_order_already_leads_there(client, house):
    one = due_in(house, 2)
    order = make.order("submitted", at=house, pieces=[one])
    page = reads(client, house.clerk, BOARD)
    assert order.number in page and reverse("order", args=[order.public_id]) in page


def test_the_home_page_leads_to_the_window_it_counted(client, house):
    due_in(house, -2)
    due_in(house, 10)
    enter(client, house.clerk)
    cards = [card for card in client.get("/").context["cards"] if card.url.startswith(BOARD)]
    assert len(cards) == 2
    for card in cards:
        assert len(client.get(card.url).context["rows"]) == card.count == 1


def test_it_is_exported_as_it_is_shown(client, house):
    one, late = due_in(house, 2), due_in(house, 80)
    enter(client, house.clerk)
    answer = client.get(BOARD, {"tab": "30", "format": "csv"})
    text = b"".join(answer.streaming_content).decode()
    assert one.serial in text and late.serial not in text


def test_it_costs_the_same_for_3_and_for_30_rows(client, house, django_assert_max_num_queries):
    enter(client, house.clerk)
    counts = []
    for more in (3, 27):
        for _ in range(more):
            due_in(house, 4)
        client.get(BOARD)
        with django_assert_max_num_queries(CEILING) as asked:
            client.get(BOARD)
        counts.append(len(asked))
    assert counts[0] == counts[1]
