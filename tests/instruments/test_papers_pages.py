"""Slips and labels on pages: for both sides of the counter, and for nobody else."""

import csv
import io
from copy import deepcopy

import pytest
from django.urls import reverse
from pypdf import PdfReader

from instruments import labels, slip
from metrology import clock
from metrology.svg import qr_svg
from tests import make
from tests.pages import INLINE, SIGNED_IN, enter, reads

CEILING = 10 + SIGNED_IN
LABELS = "/instruments/labels/"


@pytest.fixture(scope="module")
def made(lasting):
    return make.house()


@pytest.fixture
def house(made, db, settings):
    settings.LANGUAGE_CODE = "en"
    return deepcopy(made)


@pytest.fixture
def printed(monkeypatch):
    """What would be printed, without the press: the label's instruments and their paper."""
    asked = []
    monkeypatch.setattr(labels, "document", lambda found, paper: asked.append((found, paper)) or b"%PDF-")
    return asked


def keys(found):
    return [str(one.public_id) for one in found]


def text_of(content):
    pages = PdfReader(io.BytesIO(content)).pages
    return len(pages), "".join("".join(page.extract_text() for page in pages).split())


@pytest.mark.long
def test_the_slip_says_everything_of_the_order_in_chinese(client, house):
    house.client.credit_code, house.client.address = "91370900MA3ABCDE1X", "岱宗大街 9 号"
    house.client.save()
    found = [
        make.instrument(house.client, category=house.category, measuring_range="(0~30) kg", is_mandatory=True)
        for _ in range(60)
    ]
    order = make.order(
        "submitted", at=house, pieces=found, contact="张三", phone="0538-777", note="小心轻放", is_urgent=True
    )
    enter(client, house.clerk)
    answer = client.get(reverse("order_slip", args=[order.public_id]))
    assert answer["Content-Type"] == "application/pdf" and order.number in answer["Content-Disposition"]
    pages, text = text_of(answer.content)
    assert pages > 1
    for said in (
        "计量器具送检单",
        order.number,
        house.client.name_zh,
        house.institute.name_zh,
        "91370900MA3ABCDE1X",
        "岱宗大街9号",
        "张三",
        "0538-777",
        "小心轻放",
        "加急",
        "免征",
        "共60台（件）",
        "(0~30)kg",
        f"第1页共{pages}页",
        *(one.serial for one in found),
        *(one.label_no for one in found),
    ):
        assert said in text, said


def test_its_qr_code_opens_the_order(house, settings):
    settings.PUBLIC_URL = "https://lz.example.cn"
    order = make.order("submitted", at=house)
    html = slip.page(order)
    assert qr_svg(f"https://lz.example.cn/orders/{order.public_id}/", border=0) in html
    assert "演示" not in html.replace(house.institute.name_zh, "").replace(house.client.name_zh, "")
    house.institute.is_demo = True
    order.institute = house.institute
    assert "watermark" in slip.page(order)


@pytest.mark.long
def test_a_character_without_a_drawing_is_named(client, house):
    (one,) = [make.instrument(house.client, category=house.category, name="秤\U0001f600")]
    order = make.order("submitted", at=house, pieces=[one])
    enter(client, house.clerk)
    answer = client.get(reverse("order_slip", args=[order.public_id]))
    assert answer.status_code == 422 and "U+1F600" in answer.content.decode()


def test_anothers_slip_and_labels_are_not_there(client, house, mallory):
    order = make.order("submitted", at=house)
    enter(client, mallory)
    assert client.get(reverse("order_slip", args=[order.public_id])).status_code == 404
    assert client.get(LABELS, {"order": order.public_id}).status_code == 404
    assert client.get(LABELS, {"order": "x"}).status_code == 404
    foreign = keys([order.items.get().instrument])
    assert client.get(LABELS, {"instrument": foreign}).context["found"] == []
    assert client.post(LABELS, {"instrument": foreign, "do": "print", "layout": "roll"}).status_code == 400


def test_labels_are_shown_as_they_will_be_printed(client, house):
    order = make.order(
        "submitted",
        at=house,
        pieces=[make.instrument(house.client, category=house.category) for _ in range(8)],
    )
    page = reads(client, house.counter, f"{LABELS}?order={order.public_id}")
    one = order.items.order_by("pk").first().instrument
    assert labels.bars_svg(one.label_no) in page and "and 2 more" in page
    answer = client.post(LABELS, {"instrument": keys([one])})
    assert answer.status_code == 200 and not INLINE.search(answer.content.decode())
    assert answer.context["found"] == [one]


def test_the_browser_remembers_how_its_printer_is_off(client, house, printed):
    found = [make.instrument(house.client, category=house.category) for _ in range(2)]
    enter(client, house.counter)
    sent = {
        "instrument": keys(found),
        "do": "print",
        "layout": "sheet",
        "skip": "3",
        "right": "1.5",
        "down": "-2",
    }
    answer = client.post(LABELS, sent)
    assert answer["Content-Type"] == "application/pdf"
    ((instruments, paper),) = printed
    assert instruments == found
    assert (paper.layout, paper.skip, str(paper.right), str(paper.down)) == ("sheet", 3, "1.5", "-2")
    form = client.get(LABELS, {"instrument": keys(found)}).context["form"]
    assert (form["layout"].value(), form["right"].value(), form["down"].value()) == ("sheet", "1.5", "-2")
    assert form["skip"].value() is None, "a used sheet is used once"


@pytest.mark.parametrize(
    "wrong", [{"skip": "36"}, {"skip": "-1"}, {"right": "11"}, {"down": "x"}, {"layout": "poster"}]
)
def test_paper_that_cannot_be_is_refused(client, house, printed, wrong):
    one = make.instrument(house.client, category=house.category)
    enter(client, house.counter)
    answer = client.post(LABELS, {"instrument": keys([one]), "do": "print", "layout": "sheet", **wrong})
    assert answer.status_code == 400 and set(answer.context["form"].errors) == set(wrong)
    assert printed == []


def test_a_label_printers_own_software_gets_a_table_without_formulas(client, house):
    one = make.instrument(house.client, category=house.category, serial="=1+1", due_on=clock.today())
    enter(client, house.counter)
    answer = client.post(LABELS, {"instrument": keys([one]), "do": "csv"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[1][0] == one.label_no and rows[1][3] == "'=1+1"
    assert rows[1][5] == clock.today().isoformat()


def test_more_than_500_labels_are_not_cut_in_silence(client, house):
    enter(client, house.counter)
    answer = client.post(LABELS, {"instrument": ["x"] * 501, "do": "print", "layout": "roll"})
    assert answer.status_code == 400 and "At most 500" in answer.content.decode()


def test_it_costs_the_same_for_3_and_for_30_labels(client, house, django_assert_max_num_queries):
    found = [make.instrument(house.client, category=house.category) for _ in range(30)]
    enter(client, house.counter)
    client.get(LABELS)
    counts = []
    for many in (3, 30):
        with django_assert_max_num_queries(CEILING) as asked:
            client.get(LABELS, {"instrument": keys(found[:many])})
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_page_of_an_instrument_leads_to_an_order_and_a_label(client, house):
    one = make.instrument(house.client, category=house.category)
    page = reverse("instrument", args=[one.public_id])
    query = f"?instrument={one.public_id}"
    for actor, orders, labelled in (
        (house.clerk, True, True),
        (house.counter, True, True),
        (house.tester, False, True),
    ):
        text = reads(client, actor, page)
        assert (f"/orders/new/{query}" in text) is orders and (f"{LABELS}{query}" in text) is labelled
