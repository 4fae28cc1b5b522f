"""The way of a piece over the bench: scan it, start, look over, hand over; and the manager who hands out."""

import os
import statistics
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from instruments.actions import records
from instruments.models import Job
from tests import make
from tests.browser.test_entry import SAVED, SCALE, UP, cell, name_of, record_of, sign_in

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]


@pytest.fixture
def bench(transactional_db: None) -> make.House:
    return make.house("jjg539-2016", parameters=SCALE)


def is_sound(page: Page, name: str) -> None:
    """Nothing wider than the screen, nothing axe calls serious; a picture where one is asked for."""
    page.wait_for_load_state("networkidle")
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, name
    found = Axe().run(page).response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert [(one["id"], one["nodes"][0]["html"]) for one in serious] == [], name
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/{name}.png", full_page=True)


def test_a_wedge_scans_starts_and_goes_on(bench: make.House, open_page: OpenPage) -> None:
    job = make.job("assigned", at=bench)
    page = open_page()
    sign_in(page, name_of(bench.tester))
    page.keyboard.press("F2")
    page.wait_for_url("**/scan/")
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type("999999123")
    page.keyboard.press("Enter")
    expect(page.locator("#scan-words")).to_be_visible()
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type(job.instrument.label_no, delay=0)
    page.keyboard.press("Enter")
    expect(page.locator("#found-name")).to_contain_text(job.instrument.serial)
    expect(page.locator("#code")).to_have_value(job.instrument.label_no)
    page.keyboard.type(job.instrument.label_no, delay=0)
    page.keyboard.press("Enter")
    page.wait_for_url("**/start/")
    page.fill("input[name=temperature]", "20.5")
    page.fill("input[name=humidity]", "45")
    page.locator("#start button.btn-primary").click()
    page.wait_for_url("**/record/")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(("language", "scheme"), [("zh-CN", "light"), ("en", "dark")])
def test_every_page_of_the_bench_is_sound(
    bench: make.House, open_page: OpenPage, width: int, language: str, scheme: str
) -> None:
    waiting, measured = make.job("assigned", at=bench), make.job("measuring", at=bench)
    spare = make.job("received", at=bench)
    cells = make.cells(measured)
    cells[3]["value"] = "400"
    records.commit_readings(measured, by=bench.tester, cells=cells[:-2])
    page = open_page(viewport={"width": width, "height": 860}, color_scheme=scheme, locale=language)
    sign_in(page, name_of(bench.tester))
    mark = f"{width}-{language}-{scheme}"
    for name, address in (
        ("scan", f"/scan/?code={waiting.instrument.label_no}"),
        ("scan-unknown", "/scan/?code=12345678901234567"),
        ("worklist", "/jobs/?mine=open"),
        ("start", f"/jobs/{waiting.public_id}/start/"),
        ("record", record_of(measured)),
        ("hand-over", f"/jobs/{measured.public_id}/hand-over/"),
    ):
        page.goto(address)
        is_sound(page, f"{name}-{mark}")
    manager = open_page(viewport={"width": width, "height": 860}, color_scheme=scheme, locale=language)
    sign_in(manager, name_of(bench.manager))
    for name, address in (
        ("worklist-manager", "/jobs/?mine=nobody"),
        ("assign", f"/jobs/{spare.public_id}/assign/"),
        ("cancel", f"/jobs/{spare.public_id}/cancel/"),
        ("job", f"/jobs/{spare.public_id}/"),
    ):
        manager.goto(address)
        is_sound(manager, f"{name}-{mark}")


def test_an_odd_cell_leads_back_to_itself_and_a_whole_record_is_handed_over(
    bench: make.House, open_page: OpenPage
) -> None:
    job = make.job("measuring", at=bench)
    cells = make.cells(job)
    records.commit_readings(job, by=bench.tester, cells=[one for one in cells if one["value"] != "40"])
    page = open_page()
    sign_in(page, name_of(bench.tester), f"/jobs/{job.public_id}/hand-over/")
    page.locator(f'a[href$="#{UP[5:-2]}"]').click()
    expect(page.locator(UP)).to_be_focused()
    for _ in range(4):
        page.keyboard.type("40")
        page.keyboard.press("Tab")
    for column in ("I1", "I2"):
        page.fill(cell(column, "40", "discrimination", "1/none"), "40")
        page.keyboard.press("Enter")
    page.wait_for_selector(SAVED)
    page.goto(f"/jobs/{job.public_id}/hand-over/")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(f"**/jobs/{job.public_id}/")
    assert Job.objects.get(pk=job.pk).state == "submitted"


def test_a_manager_ticks_jobs_and_hands_them_out(bench: make.House, open_page: OpenPage) -> None:
    jobs = [make.job("received", at=bench) for _ in range(3)]
    page = open_page()
    sign_in(page, name_of(bench.manager), "/jobs/?mine=nobody")
    for box in page.locator("input.tick").all():
        box.check()
    page.locator(".card-footer button").click()
    page.wait_for_url("**/jobs/assign/?**")
    page.locator("input[name=assignee]").first.check()
    page.locator("form.act button.btn-primary").click()
    page.wait_for_url("**/jobs/?mine=nobody")
    assert {Job.objects.get(pk=one.pk).state for one in jobs} == {"assigned"}


def test_a_value_is_saved_well_within_a_second(bench: make.House, open_page: OpenPage) -> None:
    job = make.job("measuring", at=bench)
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    sign_in(page, name_of(bench.tester))
    asked.clear()
    page.goto(record_of(job))
    page.wait_for_load_state("networkidle")
    loaded = list(asked)
    took: list[float] = []
    for point in ("40", "1000", "3000", "4000", "6000"):
        page.focus(cell("I", point))
        page.keyboard.type(point)
        asked.clear()
        took.append(
            page.evaluate(
                """() => new Promise(resolve => {
                  const from = performance.now();
                  const banner = document.getElementById('sync');
                  new MutationObserver((_, watch) => {
                    if (banner.dataset.state !== 'saved') { return; }
                    watch.disconnect();
                    resolve(performance.now() - from);
                  }).observe(banner, { attributes: true });
                  document.activeElement.dispatchEvent(
                    new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
                })"""
            )
        )
        assert len(asked) <= 2, "one request per cell that was left, and perhaps a draft"
    assert len(loaded) <= 25
    assert statistics.median(took) < 1000
