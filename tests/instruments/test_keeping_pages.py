"""Keeping the ledger on screen: fields follow the category, refusals stand at their field."""

import pytest
from django.urls import reverse

from instruments.actions import ledger
from instruments.models import Instrument
from metrology.actors import SYSTEM
from metrology.roles import Role
from tests import make
from tests.pages import SIGNED_IN, enter, is_absent, reads

pytestmark = pytest.mark.django_db

NEW = "/instruments/new/"


@pytest.fixture
def house(db):
    return make.house("jjg52-2013", parameters={})


def typed(house, **said):
    return {
        "category": house.category.code,
        "name": "压力表",
        "serial": "G1",
        "purpose": "safety",
        "parameter_unit": "MPa",
        "parameter_upper": "１.6",
        **said,
    }


def path_of(name, row):
    return reverse(f"instrument_{name}", args=[row.public_id])


def labels(page):
    return {str(action.label) for action in page.context["actions"]}


def test_it_enters_what_was_typed_with_its_parameters(client, house):
    enter(client, house.clerk)
    answer = client.post(NEW, typed(house))
    made = Instrument.objects.get()
    assert answer["Location"] == reverse("instrument", args=[made.public_id])
    assert (made.owner, made.region) == (house.client, house.client.region)
    assert made.parameters == {"unit": "MPa", "upper": "1.6"}
    assert len(made.label_no) == 18


def test_the_fields_are_those_of_the_methods_document(client, house):
    enter(client, house.clerk)
    fragment = client.get(
        reverse("instrument_parameters"), {"category": house.category.code}, headers={"HX-Request": "true"}
    ).content.decode()
    for key in ("unit", "accuracy_class", "upper", "intervals", "division"):
        assert f'name="parameter_{key}"' in fragment
    assert '<option value="2.5">' in fragment and "<html" not in fragment
    assert "parameter_" not in reads(client, house.clerk, NEW)


def test_the_fields_come_without_script_too(client, house):
    enter(client, house.clerk)
    page = client.get(reverse("instrument_parameters"), {"category": house.category.code}, follow=True)
    assert 'name="parameter_upper"' in page.content.decode()
    shown = client.post(NEW, typed(house, show="yes", name="半"))
    assert 'name="parameter_upper"' in shown.content.decode() and 'value="半"' in shown.content.decode()
    assert not Instrument.objects.exists()


@pytest.mark.parametrize("code", ["", "nothing", "x" * 300, "\0"])
def test_an_unknown_category_asks_for_nothing(client, house, code):
    enter(client, house.clerk)
    answer = client.get(reverse("instrument_parameters"), {"category": code}, headers={"HX-Request": "true"})
    assert (answer.status_code, b"parameter_" in answer.content) == (200, False)


def test_every_refusal_stands_at_its_field_and_nothing_is_lost(client, house):
    enter(client, house.clerk)
    said = typed(house, name="表\U0001f600", parameter_upper="1,2.3", location="二楼")
    answer = client.post(NEW, said)
    form = answer.context["form"]
    assert answer.status_code == 400
    assert "U+1F600" in str(form.errors["name"]) or form.errors["parameter_upper"]
    assert set(form.errors) <= {"name", "parameter_upper"} and 'value="二楼"' in answer.content.decode()
    twice = [client.post(NEW, typed(house)).status_code for _ in range(2)]
    assert twice == [302, 400]


def test_a_character_no_certificate_prints_is_named(client, house):
    enter(client, house.clerk)
    answer = client.post(NEW, typed(house, maker="厂\U0001f600"))
    assert "U+1F600" in str(answer.context["form"].errors["maker"])


def test_a_counter_enters_for_a_client_it_has_chosen(client, house):
    enter(client, house.counter)
    assert house.client.name_zh in client.get(NEW).content.decode()
    client.post(f"{NEW}?client={house.client.public_id}", typed(house))
    assert Instrument.objects.get().owner == house.client


def test_a_counter_enters_nothing_for_a_stranger(client, house):
    enter(client, house.counter)
    far = make.enterprise(region=make.region("380000"))
    for query in (f"?client={far.public_id}", "?client=x"):
        assert client.post(NEW + query, typed(house)).status_code == 404


def test_who_keeps_no_ledger_is_refused(client, house, city):
    for actor in (house.tester, city):
        enter(client, actor)
        assert client.get(NEW).status_code == 403


def test_an_entry_is_corrected_and_keeps_what_was_not_asked(client, house):
    row = make.instrument(house.client, category=house.category, parameters={"upper": "1", "odd": "7"})
    page = reads(client, house.clerk, path_of("change", row))
    assert f'value="{row.serial}"' in page and 'name="parameter_upper" value="1"' in page
    sent = typed(house, serial=row.serial, name="新名", version=row.version)
    assert client.post(path_of("change", row), sent).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.parameters) == ("新名", {"odd": "7", "unit": "MPa", "upper": "1.6"})
    assert client.post(path_of("change", row), sent).status_code == 412


def test_out_of_service_and_back_and_scrapped(client, house):
    row = make.instrument(house.client, category=house.category)
    enter(client, house.clerk)
    for name, state in (("stop", "out_of_service"), ("return", "in_use"), ("scrap", "scrapped")):
        assert client.post(path_of(name, row), {"reason": " "}).status_code == 400
        assert client.post(path_of(name, row), {"reason": "理由"}).status_code == 302
        assert Instrument.objects.get().state == state
    assert client.post(path_of("return", row), {"reason": "理由"}).status_code == 409


def test_its_owner_is_told_why_a_failed_one_stays_out(client):
    house = make.house()
    row = make.job("issued", at=house, fails=True).instrument
    ledger.put_out_of_service(row, by=SYSTEM, reason="检定不合格")
    enter(client, house.clerk)
    answer = client.post(path_of("return", row), {"reason": "修好了"})
    assert answer.status_code == 403 and answer.context["form"].non_field_errors()


def test_it_offers_what_is_possible_now_and_to_whom(client, house):
    row = make.instrument(house.client, category=house.category)
    page = reverse("instrument", args=[row.public_id])
    client.cookies["django_language"] = "en"
    enter(client, house.clerk)
    assert {"Take out of service", "Scrap", "Correct the entry"} <= labels(client.get(page))
    ledger.scrap(row, by=house.clerk, reason="报废")
    assert not {"Scrap", "Correct the entry", "Return to use"} & labels(client.get(page))
    enter(client, make.actor(Role.CITY_ADMIN, make.organization("authority")))
    assert "Scrap" not in labels(client.get(page))


def test_anothers_entry_is_an_absent_one(client, house, mallory):
    row = make.instrument(house.client, category=house.category)
    for name in ("change", "stop", "return", "scrap"):
        enter(client, mallory)
        path = path_of(name, row)
        assert client.get(path).status_code == client.post(path, {"reason": "x"}).status_code == 404
    assert is_absent(client, mallory, reverse("instrument", args=[row.public_id]))


def test_the_ledger_has_the_columns_of_the_form_and_leads_to_an_order(client, house):
    row = make.instrument(house.client, category=house.category, maker="衡器厂", delivery="on_site")
    client.cookies["django_language"] = "en"
    page = reads(client, house.clerk, "/instruments/")
    for text in ("Catalogue item", "Way of delivery", "衡器厂", f'value="{row.public_id}"', "On site"):
        assert text in page
    assert f'action="{reverse("order_new")}"' in page


@pytest.mark.parametrize("count", [3, 30])
def test_the_ledger_costs_at_most_ten_queries(client, house, count, django_assert_max_num_queries):
    for _ in range(count):
        make.instrument(house.client, category=house.category)
    enter(client, house.clerk)
    with django_assert_max_num_queries(10 + SIGNED_IN):
        assert len(client.get("/instruments/").context["rows"]) == count


def test_the_ledger_is_narrowed_by_category_and_purpose(client, house):
    make.instrument(house.client, category=house.category, purpose="safety")
    make.instrument(house.client, category=make.category("other"), purpose="trade")
    enter(client, house.clerk)
    for query in ({"category": house.category.code}, {"purpose": "safety"}):
        assert len(client.get("/instruments/", query).context["rows"]) == 1
    assert client.get("/instruments/", {"category": "nothing"}).status_code == 400
