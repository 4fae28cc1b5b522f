"""A scan at the bench: what is on label, paper or plate leads to its instrument, or is told why not."""

from copy import deepcopy

import pytest
from django.urls import reverse
from django.utils import translation

from instruments.scan import MOST_CHOICES, look_up
from metrology.roles import Role
from tests import make
from tests.pages import enter, reads


@pytest.fixture(scope="module")
def made(lasting):
    house = make.house()
    return house, make.job("assigned", at=house)


@pytest.fixture
def copies(made, db):
    return deepcopy(made)


@pytest.fixture
def house(copies):
    return copies[0]


@pytest.fixture
def job(copies):
    return copies[1]


def codes(job):
    instrument = job.instrument
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in instrument.label_no)
    grouped = " ".join(instrument.label_no[at : at + 6] for at in (0, 6, 12))
    return {
        "label": instrument.label_no,
        "full-width": wide,
        "spaced": f"  {instrument.label_no}\t",
        "grouped": grouped,
        "serial": instrument.serial.lower(),
        "job": job.number.lower(),
        "order": job.item.order.number,
        "address of the scan": f"https://liangzhun.example/scan/?code={instrument.label_no}",
        "address of the instrument": f"https://liangzhun.example/instruments/{instrument.public_id}/",
        "address of the job": f"https://liangzhun.example/jobs/{job.public_id}/record/",
        "address on the slip": f"https://liangzhun.example/orders/{job.item.order.public_id}/",
    }


@pytest.mark.parametrize(
    "kind",
    [
        "label",
        "full-width",
        "spaced",
        "grouped",
        "serial",
        "job",
        "order",
        "address of the scan",
        "address of the instrument",
        "address of the job",
        "address on the slip",
    ],
)
def test_every_code_leads_to_the_instrument(house, job, kind):
    assert look_up(codes(job)[kind], house.tester).instrument == job.instrument


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("999999000000999999", "label number"),
        ("12345678901234567", "17"),
        ("NO-SUCH-THING", "NO-SUCH-THING"),
        ("https://example.org/instruments/not-an-id-not-an-id-not-an-id-not-an/", "unknown"),
        ("http://[broken", "unknown"),
        ("x" * 400, "no code"),
        ("a\0b", "no code"),
        ("x?code=", "unknown"),
    ],
)
def test_a_wrong_scan_is_told_what_is_wrong(house, code, words):
    with translation.override("en"):
        found = look_up(code, house.tester)
    assert (found.instrument, found.choices) == (None, [])
    assert words in found.words


def test_an_empty_scan_says_nothing(house):
    assert look_up("   ", house.tester) == look_up("", house.tester)
    assert look_up("", house.tester).words == ""


def test_several_are_offered_as_a_choice(house, job, client):
    twin = make.instrument(house.client, serial=job.instrument.serial, model="ACS-15")
    found = look_up(job.instrument.serial, house.tester)
    assert set(found.choices) == {job.instrument, twin} and found.words
    enter(client, house.tester)
    page = client.get(reverse("scan"), {"code": job.instrument.serial}).content.decode()
    assert f"?choice={twin.public_id}" in page
    chosen = client.get(reverse("scan"), {"choice": twin.public_id})
    assert chosen.context["found"].instrument == twin


def test_no_more_are_offered_than_a_person_reads(house):
    for number in range(MOST_CHOICES + 2):
        make.instrument(house.client, serial="ALIKE", model=f"M{number}")
    assert len(look_up("ALIKE", house.tester).choices) == MOST_CHOICES


def test_anothers_instrument_is_as_unknown_as_one_that_is_not_there(job, mallory):
    for code in codes(job).values():
        found = look_up(code, mallory)
        assert (found.instrument, found.choices) == (None, [])
    far = make.actor(Role.STAFF, make.institute(region=make.county("370923")))
    assert look_up(job.instrument.label_no, far).instrument is None
    assert look_up(job.number, far).instrument is None


def test_the_card_says_what_is_next_and_the_same_scan_again_goes_there(
    client, house, job, django_assert_max_num_queries
):
    code = job.instrument.label_no
    page = reads(client, house.tester, f"{reverse('scan')}?code={code}")
    start = reverse("job_start", args=[job.public_id])
    assert start in page and job.number in page and house.method.code in page
    with django_assert_max_num_queries(10):
        client.get(reverse("scan"), {"code": code})
    again = client.get(reverse("scan"), {"code": code, "again": code})
    assert (again.status_code, again["Location"]) == (302, start)


def test_somebody_else_is_offered_no_act_that_is_not_theirs(client, house, job):
    page = reads(client, house.checker, f"{reverse('scan')}?code={job.instrument.label_no}")
    assert job.number in page and reverse("job_start", args=[job.public_id]) not in page


def test_a_stranger_signs_in_first(client, db):
    assert client.get(reverse("scan")).status_code == 302


def test_the_field_is_there_before_and_after_a_wrong_scan(client, house):
    for query in ({}, {"code": "nothing of ours"}):
        enter(client, house.tester)
        page = client.get(reverse("scan"), query).content.decode()
        assert 'id="code"' in page and "autofocus" in page


def test_a_delivery_slip_opens_its_order_at_the_counter_alone(client, house, job):
    order = job.item.order
    for code in (order.number, order.number.lower(), f"https://x.example/orders/{order.public_id}/"):
        enter(client, make.actor(Role.COUNTER, house.institute))
        assert client.get("/scan/", {"code": code}).url == reverse("order", args=[order.public_id])
        enter(client, house.tester)
        assert client.get("/scan/", {"code": code}).context["found"].instrument == job.instrument


def test_anothers_slip_opens_nothing(client, job):
    enter(client, make.actor(Role.COUNTER, make.institute()))
    assert client.get("/scan/", {"code": job.item.order.number}).status_code == 200
