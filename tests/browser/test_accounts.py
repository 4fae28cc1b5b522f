"""Coming in, as people do it: two steps, an invitation, a request for access; nothing inline is missed."""

import re
from collections.abc import Callable, Iterator

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.core.cache import cache
from playwright.sync_api import Page

from metrology.roles import Role
from tests import make
from tests.browser.test_pages import overflow, sign_in, user_of
from tests.metrology.test_reauthentication import SECRET, code_now
from tests.metrology.test_registrations import credit_code
from tests.world import World

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
PASSWORD = "correct horse battery"
QUIET_PAGES = (
    "/accounts/login/",
    "/accounts/password/reset/",
    "/register/",
    "/register/thanks/",
    "/accounts/signup/",
)
OWN_PAGES = (
    "/settings/",
    "/settings/people/",
    "/settings/people/invite/",
    "/settings/sessions/",
    "/registrations/",
    "/accounts/password/change/",
    "/accounts/logout/",
)


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def test_signing_in_takes_a_second_step_once_it_is_set_up(house: World, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, user_of(house, "manager"))
    page.goto("/settings/")
    page.click("a[href='/accounts/2fa/totp/activate/']")
    page.fill("input[name=password]", "a-long-password")
    page.click("main button[type=submit]")
    assert page.locator(".otp-code img").evaluate("image => image.naturalWidth") > 0
    key = page.locator(".otp-key").inner_text().strip()
    page.fill("input[name=code]", code_now(key))
    page.click("main button[type=submit]")
    codes = page.locator(".otp-codes li").all_inner_texts()
    assert len(codes) == 10
    other = open_page()
    other.goto("/accounts/login/")
    other.fill("input[name=login]", user_of(house, "manager"))
    other.fill("input[name=password]", "a-long-password")
    other.locator("form:has(input[name=password]) button[type=submit]").first.click()
    other.wait_for_url("**/accounts/2fa/authenticate/")
    other.fill("input[name=code]", codes[0])
    other.locator("main button[type=submit]").first.click()
    other.wait_for_url("**/")
    other.goto("/settings/")
    assert other.locator("a[href='/accounts/2fa/']").count() == 1


def test_a_manager_invites_and_the_person_comes_in(house: World, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, user_of(house, "manager"))
    page.goto("/settings/people/invite/")
    page.select_option("select[name=role]", "counter")
    page.fill("input[name=name]", "王小明")
    page.click("main button[type=submit]")
    link = page.input_value("#link").replace(settings.PUBLIC_URL, "")
    guest = open_page(viewport={"width": 390, "height": 780})
    guest.goto(link)
    assert "王小明" in guest.locator("main").inner_text() and overflow(guest) <= 0
    for name, text in (("username", "王小明"), ("password", PASSWORD), ("again", PASSWORD)):
        guest.fill(f"input[name={name}]", text)
    guest.locator("form:has(input[name=again]) button[type=submit]").click()
    guest.wait_for_url("**/accounts/login/")
    guest.fill("input[name=login]", "王小明")
    guest.fill("input[name=password]", PASSWORD)
    guest.locator("form:has(input[name=password]) button[type=submit]").first.click()
    guest.wait_for_url("**/")
    assert "王小明" in guest.locator(".acting").inner_text()
    guest.goto(link)
    assert guest.locator("input[name=again]").count() == 0


def test_an_enterprise_asks_and_is_invited(house: World, open_page: OpenPage) -> None:
    counter = house.cast["counter"]
    assert counter.organization is not None
    guest = open_page()
    guest.goto("/register/")
    code = credit_code(77)
    guest.locator("input[name=code]").press_sequentially(code[:-1] + ("0" if code[-1] != "0" else "1"))
    guest.wait_for_selector(".code-wrong")
    guest.fill("input[name=code]", "")
    guest.locator("input[name=code]").press_sequentially(code.lower())
    guest.wait_for_selector(".code-right")
    guest.fill("input[name=name]", "新来商贸有限公司")
    guest.select_option("select[name=region]", counter.organization.region.key)
    guest.fill("input[name=contact]", "赵六")
    guest.fill("input[name=phone]", "0538-1234567")
    assert guest.locator("#id_website").bounding_box()["x"] < 0  # type: ignore[index]  # it is there, unseen
    guest.locator("form:has(input[name=code]) button[type=submit]").click()
    guest.wait_for_url("**/register/thanks/")
    page = open_page()
    sign_in(page, user_of(house, "counter"))
    page.goto("/registrations/?state=pending")
    page.locator("main tbody tr a").first.click()
    page.locator("a.btn-primary[href$='/approve/']").click()
    page.click("main form button[type=submit]")
    link = page.input_value("#link").replace(settings.PUBLIC_URL, "")
    guest.goto(link)
    for name, text in (("username", "zhaoliu"), ("password", PASSWORD), ("again", PASSWORD)):
        guest.fill(f"input[name={name}]", text)
    guest.locator("form:has(input[name=again]) button[type=submit]").click()
    guest.fill("input[name=login]", "zhaoliu")
    guest.fill("input[name=password]", PASSWORD)
    guest.locator("form:has(input[name=password]) button[type=submit]").first.click()
    guest.wait_for_url("**/")
    assert "新来商贸有限公司" in guest.locator(".acting").inner_text()


def test_a_shared_computer_changes_hands_and_language(house: World, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, user_of(house, "manager"))
    page.get_by_role("button", name="English").click()
    page.wait_for_load_state()
    page.locator("details.menu summary").click()
    page.get_by_role("button", name=re.compile("Switch user|切换用户")).click()
    page.wait_for_url("**/accounts/login/**")
    page.get_by_role("button", name="中文").click()
    page.wait_for_load_state()
    sign_in(page, user_of(house, "manager"))
    assert page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize(("width", "height"), [(1280, 860), (390, 780)])
def test_every_page_fits_the_screen(house: World, open_page: OpenPage, width: int, height: int) -> None:
    page = open_page(viewport={"width": width, "height": height})
    for place in QUIET_PAGES:
        page.goto(place)
        assert page.locator("h1").count() == 1, place
        assert overflow(page) <= 0, place
    sign_in(page, user_of(house, "manager"))
    for place in OWN_PAGES:
        page.goto(place)
        assert page.locator("h1").count() == 1, place
        assert overflow(page) <= 0, place


def test_the_second_step_is_asked_again_before_it_is_turned_off(house: World, open_page: OpenPage) -> None:
    someone = make.actor(Role.STAFF, house.cast["manager"].organization, name="zweite")  # type: ignore[arg-type]  # known
    assert someone.user is not None
    TOTP.activate(someone.user, SECRET)
    page = open_page()
    page.goto("/accounts/login/")
    page.fill("input[name=login]", "zweite")
    page.fill("input[name=password]", "a-long-password")
    page.locator("form:has(input[name=password]) button[type=submit]").first.click()
    page.fill("input[name=code]", code_now(SECRET))
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url("**/")
    page.goto("/accounts/2fa/totp/deactivate/")
    assert "reauthenticate" in page.url and page.locator("input[name=password]").count() == 1
