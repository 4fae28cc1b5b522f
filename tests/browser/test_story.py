"""The whole job, played by its users in their browsers: from an entry to the paper that anybody checks."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from certificates.models import Certificate
from certificates.tasks import seal
from instruments.models import Instrument, Job, ServiceOrder
from instruments.record import Record
from metrology.actors import Actor
from metrology.roles import Role
from tests import make
from tests.browser.test_entry import SAVED, cell, sign_in
from tests.certificates import scene

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
SERIAL = "YB2026-0417"


@dataclass
class Cast:
    """Who plays, each with a browser of their own."""

    at: scene.House
    counter: Actor
    open_page: OpenPage

    def enters(self, who: str, where: str = "/", **wishes: Any) -> Page:
        actor = self.counter if who == "counter" else getattr(self.at, who)
        page = self.open_page(forgives=("403 (Forbidden)",), **wishes)  # a wrong password, on purpose
        sign_in(page, actor.user.get_username(), where)
        return page


@pytest.fixture
def cast(transactional_db: None, open_page: OpenPage) -> Cast:
    cache.clear()
    at = scene.house(code="TA")
    version = scene.method_version(at, "jjg539-2016")
    make.category("scale", version.edition.method)
    make.room(make.laboratory(at.institute))
    return Cast(at, make.actor(Role.COUNTER, at.institute), open_page)


def primary(page: Page) -> None:
    page.locator("main form .btn-primary[type=submit]").first.click()


def enters_an_instrument(page: Page) -> Instrument:
    """The clerk writes a scale into the ledger; its parameters follow from the category."""
    page.goto("/instruments/")
    page.locator("main a[href^='/instruments/new/']").first.click()
    with page.expect_response("**/instruments/parameters/**"):
        page.select_option("select[name=category]", "scale")
    for name, text in (("name", "电子计价秤"), ("model", "ACS-6"), ("serial", SERIAL)):
        page.fill(f"input[name={name}]", text)
    for name, text in scene.SCALE.items():
        field = page.locator(f"[name=parameter_{name}]")
        if field.count() and field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(text)
        elif field.count():
            field.fill(text)
    primary(page)
    page.wait_for_url("**/instruments/*-*/")
    found = Instrument.objects.get(serial=SERIAL)
    assert found.parameters["Max"] == "6000"
    return found


def orders_its_verification(page: Page) -> ServiceOrder:
    page.goto("/orders/new/")
    page.fill("[name=codes]", SERIAL)
    page.click("button[value=add]")
    expect(page.locator("input[name=instrument]")).to_have_count(1)
    page.fill("[name=contact]", "李会计")
    page.fill("[name=phone]", "0538-8200000")
    page.click("button[value=send]")
    page.wait_for_url("**/orders/*-*/")
    return ServiceOrder.objects.get(contact="李会计")


def takes_it_in(page: Page, order: ServiceOrder, device: Instrument) -> Job:
    """The counter accepts, scans the label and names who brought it."""
    page.goto(f"/orders/{order.public_id}/accept/")
    primary(page)
    page.goto(f"/orders/{order.public_id}/receive/")
    page.locator("#scan").focus()
    page.keyboard.type(device.label_no)
    page.keyboard.press("Enter")
    expect(page.locator("[name=here]:checked")).to_have_count(1)
    page.fill("#id_counterpart", "王建国")
    page.click("button[value=receive]")
    page.wait_for_url(f"**/orders/{order.public_id}/")
    return Job.objects.get(item__order=order)


def hands_it_out(page: Page, job: Job) -> None:
    page.goto(f"/jobs/{job.public_id}/assign/")
    page.get_by_label("张明远").check()
    page.locator("form.act button.btn-primary").click()
    page.wait_for_url(lambda url: "assign" not in url)


def scans_and_starts(page: Page, device: Instrument) -> None:
    page.keyboard.press("F2")
    page.wait_for_url("**/scan/")
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type(device.label_no)
    page.keyboard.press("Enter")
    expect(page.locator("#found-name")).to_contain_text(device.serial)
    expect(page.locator("#code")).to_have_value(device.label_no)
    page.keyboard.type(device.label_no)
    page.keyboard.press("Enter")
    page.wait_for_url("**/start/")
    page.fill("input[name=temperature]", "20.5")
    page.fill("input[name=humidity]", "45")
    page.locator("#start button.btn-primary").click()
    page.wait_for_url("**/record/")


def types_the_grid(page: Page, job: Job) -> None:
    """Every cell of the plan by the keyboard, as plausible as a good scale reads."""
    job.refresh_from_db()
    for position, plan in enumerate(Record(job).plans, start=1):
        kinds = {column.key: column for column in plan.columns}
        for key in plan.cells():
            text = scene.value(job, plan, key, kinds[key.column], position, False)
            place = f"{key.repeat}/{key.direction.value}"
            page.focus(cell(key.column, plan.point, plan.test, place))
            page.keyboard.type("p" if text == "pass" else text)
            page.keyboard.press("Enter")
    page.wait_for_selector(SAVED, timeout=30_000)


def hands_over(page: Page, job: Job) -> None:
    page.goto(f"/jobs/{job.public_id}/hand-over/")
    primary(page)
    page.wait_for_url(f"**/jobs/{job.public_id}/")


def checks(page: Page, job: Job) -> None:
    page.goto("/review/")
    page.get_by_role("link", name=job.number).click()
    page.locator("form[action$='/check/'] .btn-primary").click()
    page.wait_for_url("**/review/")
    job.refresh_from_db()
    assert job.state == "checked"


def signs(page: Page, job: Job) -> Certificate:
    """With the password once more; a wrong one signs nothing."""
    page.goto("/review/")
    page.get_by_role("link", name=job.number).click()
    page.fill("[name=password]", "a-wrong-password")
    page.locator("form[action$='/approve/'] .btn-primary").click()
    expect(page.locator(".alert-danger, .field-errors").first).to_be_visible()
    assert Job.objects.get(pk=job.pk).state == "checked"
    page.fill("[name=password]", "a-long-password")
    page.locator("form[action$='/approve/'] .btn-primary").click()
    page.wait_for_url("**/review/")
    signed = Certificate.objects.filter(job=job).latest("pk")
    seal(signed.pk)
    return Certificate.objects.select_related("seal").get(pk=signed.pk)


def fetches(page: Page, certificate: Certificate, folder: Path) -> Path:
    page.goto("/certificates/")
    page.get_by_role("link", name=certificate.number).first.click()
    with page.expect_download() as download:
        page.locator(f"main a[href$='{certificate.number}.pdf']").first.click()
    path = folder / f"{certificate.number}.pdf"
    download.value.save_as(path)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == certificate.seal.pdf_sha256
    return path


def altered(path: Path) -> Path:
    """The same paper with one byte of its text changed."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    other = path.with_name("altered.pdf")
    other.write_bytes(bytes(content))
    return other


@pytest.mark.parametrize(("locale", "lang"), [("zh-CN", "zh-Hans"), ("en", "en")])
def test_an_enterprise_enters_and_orders_in_its_language(cast: Cast, locale: str, lang: str) -> None:
    page = cast.enters("clerk", locale=locale)
    assert page.locator("html").get_attribute("lang") == lang
    device = enters_an_instrument(page)
    order = orders_its_verification(page)
    assert (order.state, order.items.get().instrument) == ("submitted", device)
    words = page.locator("main").inner_text()
    assert order.number in words and ("已提交" in words if lang == "zh-Hans" else "Submitted" in words)


def test_the_job_is_played_from_the_entry_to_the_public_check(cast: Cast, tmp_path: Path) -> None:
    clerk = cast.enters("clerk")
    device = enters_an_instrument(clerk)
    order = orders_its_verification(clerk)
    job = takes_it_in(cast.enters("counter"), order, device)
    manager = cast.enters("manager")
    hands_it_out(manager, job)
    tester = cast.enters("tester")
    scans_and_starts(tester, device)
    types_the_grid(tester, job)
    hands_over(tester, job)
    checker, approver = cast.enters("checker"), cast.enters("approver")
    checks(checker, job)
    first = signs(approver, job)
    paper = fetches(clerk, first, tmp_path)

    anybody = cast.open_page(viewport={"width": 390, "height": 780})
    anybody.goto(f"/v/{first.code}")
    expect(anybody.locator("h1")).to_contain_text("有效")
    anybody.set_input_files("#file", paper)
    expect(anybody.locator("[data-file-answer].verdict-good")).to_be_visible()
    anybody.set_input_files("#file", altered(paper))
    expect(anybody.locator("[data-file-answer].verdict-bad")).to_be_visible()

    manager.goto(f"/certificates/{first.number}/amend/")
    manager.fill("[name=reason]", "证书上的型号写错了")
    primary(manager)
    manager.wait_for_url(lambda url: not url.endswith("/amend/"))
    checks(checker, job)
    second = signs(approver, job)
    assert second.number != first.number
    anybody.goto(f"/v/{first.code}")
    expect(anybody.locator("h1")).to_contain_text("已替代")
    expect(anybody.locator("main")).to_contain_text(second.number)
    anybody.goto(f"/v/{second.code}")
    expect(anybody.locator("h1")).to_contain_text("有效")


def test_a_file_alone_is_known_by_its_bytes(cast: Cast, tmp_path: Path) -> None:
    """Chosen at /v/ it is hashed in the browser: the file itself is never sent."""
    job = scene.checked_job(cast.at)
    certificate = signs(cast.enters("approver"), job)
    paper = fetches(cast.enters("clerk"), certificate, tmp_path)
    anybody = cast.open_page()
    sent: list[str] = []
    anybody.on("request", lambda request: sent.append(request.method))
    for path, answer in ((paper, ".verdict-good"), (altered(paper), ".verdict-bad")):
        anybody.goto("/v/")
        anybody.set_input_files("#file", path)
        anybody.wait_for_url("**/v/file/?sha256=*")
        expect(anybody.locator(answer)).to_be_visible()
    assert set(sent) == {"GET"}
