"""The counter with a scanner that types faster than anybody, and an order written with the keyboard."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from instruments.actions import orders
from instruments.models import Instrument, Job, OrderItem, ServiceOrder
from metrology.models import Organization
from tests import make
from tests.browser.test_pages import overflow, sign_in, user_of
from tests.world import World

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]


def pieces(house: World, count: int) -> list[Instrument]:
    owner = house.cast["owner"].organization
    assert owner is not None
    return [make.instrument(owner) for _ in range(count)]


def accepted(house: World, found: list[Instrument]) -> ServiceOrder:
    owner, counter = house.cast["owner"], house.cast["counter"]
    institute: Organization | None = counter.organization
    assert owner.organization is not None and institute is not None
    requests = [orders.ItemRequest(instrument=one) for one in found]
    order = orders.file_order(owner.organization, institute=institute, requests=requests, send=True, by=owner)
    return orders.accept_order(order, by=counter)


def scanned(page: Page, *codes: str) -> None:
    """What a keyboard wedge sends: every character at once, then Enter, then the next."""
    for code in codes:
        page.keyboard.type(code)
        page.keyboard.press("Enter")


def test_pieces_are_ticked_as_fast_as_the_scanner_types(house: World, open_page: OpenPage) -> None:
    found = pieces(house, 5)
    order = accepted(house, found)
    page = open_page()
    sign_in(page, user_of(house, "counter"))
    page.goto(reverse("order_receive", args=[order.public_id]))
    first, second, third, fourth, _last = found
    scanned(page, first.label_no, second.serial, "NO-SUCH-PLATE", third.label_no, fourth.label_no)
    page.wait_for_function("document.querySelector('[data-ticked]').textContent === '4'")
    assert fourth.serial in page.locator("[data-heard]").inner_text()
    scanned(page, "NO-SUCH-PLATE")
    page.wait_for_selector("[data-heard].state-bad")
    assert "NO-SUCH-PLATE" in page.locator("[data-heard]").inner_text()
    page.fill("#id_counterpart", "王建国")
    page.press("#id_counterpart", "Enter")
    assert page.url.endswith("/receive/") and not Job.objects.filter(item__order=order).exists()
    assert page.evaluate("document.activeElement.id") == "scan", "Enter goes back to the scanner"
    page.locator(".chips button").first.click()
    page.click("button[value=receive]")
    page.wait_for_url(f"**/orders/{order.public_id}/")
    states = order.items.order_by("pk").values_list("state", "condition")
    usual = states[0][1]
    assert usual and list(states) == [("received", usual)] * 4 + [("requested", "")]


def test_it_works_without_a_script_too(house: World, open_page: OpenPage) -> None:
    found = pieces(house, 2)
    order = accepted(house, found)
    page = open_page(java_script_enabled=False)
    sign_in(page, user_of(house, "counter"))
    page.goto(reverse("order_receive", args=[order.public_id]))
    page.fill("#id_counterpart", "王建国")
    page.press("#id_counterpart", "Enter")
    assert page.input_value("#id_counterpart") == "王建国"
    for one in found:
        page.fill("#scan", one.label_no)
        page.press("#scan", "Enter")
    assert page.locator("[name=here]:checked").count() == 2
    page.click("button[value=receive]")
    assert OrderItem.objects.filter(order=order, state="received").count() == 2


@pytest.mark.parametrize("width", [1280, 390])
def test_an_order_is_written_and_sent(house: World, open_page: OpenPage, width: int) -> None:
    found = pieces(house, 3)
    page = open_page(viewport={"width": width, "height": 800})
    sign_in(page, user_of(house, "owner"))
    page.goto(reverse("order_new"))
    page.fill("#id_codes", "\n".join(one.serial for one in found))
    page.click("button[value=add]")
    assert page.locator("input[name=instrument]").count() == 3
    assert overflow(page) <= 0
    page.locator("input[name=out]").first.check()
    assert page.locator("[data-count]").inner_text() == "2"
    page.fill("[name=contact]", "张三")
    page.press("[name=contact]", "Enter")
    page.wait_for_load_state()
    assert page.input_value("[name=contact]") == "张三", "Enter sends no order"
    assert page.locator("input[name=instrument]").count() == 2
    page.fill("[name=phone]", "0538-1")
    page.click("button[value=send]")
    page.wait_for_url("**/orders/*-*/")
    assert ServiceOrder.objects.get(contact="张三").items.count() == 2
    assert overflow(page) <= 0
