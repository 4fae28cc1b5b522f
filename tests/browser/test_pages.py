"""What a person sees: signing in, going round, switching language and colours, checking a paper."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from certificates.models import Certificate
from tests.world import World

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
PLACES = (
    "/",
    "/jobs/",
    "/orders/",
    "/instruments/",
    "/certificates/",
    "/standards/",
    "/labs/",
    "/people/",
    "/equipment/",
    "/methods/",
    "/events/",
    "/settings/",
)


def sign_in(page: Page, name: str) -> None:
    page.goto("/accounts/login/")
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", "a-long-password")
    page.locator("form:has(input[name=password]) button[type=submit]").first.click()
    page.wait_for_url("**/")


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def user_of(house: World, role: str) -> str:
    user = house.cast[role].user
    assert user is not None
    return user.get_username()


@pytest.mark.parametrize(("width", "height"), [(1280, 860), (390, 780)])
def test_a_manager_goes_round_the_house(house: World, open_page: OpenPage, width: int, height: int) -> None:
    page = open_page(viewport={"width": width, "height": height})
    sign_in(page, user_of(house, "manager"))
    for place in PLACES:
        answer = page.goto(place)
        assert answer is not None and answer.status == 200, place
        assert page.locator("h1").count() == 1, place
        assert overflow(page) <= 0, f"{place} is wider than the screen"
        row = page.locator("main table tbody tr a").first
        if row.count():
            row.click()
            page.wait_for_load_state()
            assert overflow(page) <= 0, f"{page.url} is wider than the screen"


def test_the_language_and_the_colours_follow_the_reader(house: World, open_page: OpenPage) -> None:
    page = open_page(color_scheme="dark")
    page.goto("/")
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    page.get_by_role("button", name="English").click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == "en"


def test_a_paper_is_checked_without_login_or_javascript(house: World, open_page: OpenPage) -> None:
    certificate = Certificate.objects.get()
    page = open_page(java_script_enabled=False, viewport={"width": 390, "height": 780})
    page.goto(f"/v/{certificate.code}")
    assert "有效" in page.locator("main").inner_text()
    assert certificate.number in page.locator("main").inner_text()
    assert overflow_without_script(page)
    page.goto("/v/22222222222222222222")
    assert "未找到" in page.locator("main").inner_text()


def overflow_without_script(page: Page) -> bool:
    box = page.locator("main").bounding_box()
    return box is not None and box["width"] <= 390


def test_a_stranger_is_asked_to_sign_in(house: World, open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/jobs/")
    assert "/accounts/login/" in page.url
