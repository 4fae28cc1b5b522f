"""The entry grid under real fingers: keys, paste, a cut network, a lost sign-in, two who write one cell."""

import os
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from instruments.actions import jobs, review
from instruments.models import Job, Reading
from instruments.record import Record
from metrology.actors import Actor
from tests import make

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
SCALE = {"unit": "g", "accuracy_class": "III", "Max": "6000", "Min": "40", "e": "2", "d": "2"}
KEPT = "Object.keys(localStorage).filter(key => key.startsWith('liangzhun.entry')).length"
SAVED = '#sync[data-state="saved"]'


@pytest.fixture
def bench(transactional_db: None) -> make.House:
    return make.house("jjg539-2016", parameters=SCALE)


@pytest.fixture
def job(bench: make.House) -> Job:
    return make.job("measuring", at=bench)


def cell(
    column: str, point: str = "40", test: str = "weighing", place: str = "1/up", at: str = "as_found"
) -> str:
    repeat, direction = place.split("/")
    return f'[id="{test}/{point}/{column}/{repeat}/{direction}/as_found"]'


UP, DOWN = cell("I"), cell("I", place="1/down")


def sign_in(page: Page, name: str, where: str = "/") -> None:
    page.goto(f"/accounts/login/?next={where}")
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", "a-long-password")
    page.locator("form:has(input[name=password]) button[type=submit]").first.click()
    page.wait_for_url(f"**{where}")


def name_of(actor: Actor) -> str:
    assert actor.user is not None
    return actor.user.get_username()


def record_of(job: Job) -> str:
    return f"/jobs/{job.public_id}/record/"


@pytest.fixture
def grid(bench: make.House, job: Job, open_page: OpenPage) -> Iterator[Page]:
    page = open_page()
    sign_in(page, name_of(bench.tester), record_of(job))
    yield page
    page.wait_for_load_state("networkidle")


@pytest.fixture
def troubled(bench: make.House, job: Job, open_page: OpenPage) -> Iterator[Page]:
    """The grid with a browser that may complain of the line we cut."""
    page = open_page(forgives=("ERR_INTERNET_DISCONNECTED", "401 (Unauthorized)", "403 (Forbidden)"))
    sign_in(page, name_of(bench.tester), record_of(job))
    yield page
    page.wait_for_load_state("networkidle")


def texts(job: Job) -> dict[str, str]:
    """What the server holds, by the short address of each cell."""
    return {
        "/".join(str(address).split("/")[:5]): reading.text
        for address, reading in Record(job).current.items()
    }


def test_digits_go_down_with_enter_and_right_with_tab_and_save_themselves(grid: Page, job: Job) -> None:
    grid.click(UP)
    grid.keyboard.type("４０．０")
    expect(grid.locator(UP)).to_have_value("40.0")
    grid.keyboard.press("Enter")
    expect(grid.locator(cell("I", "1000"))).to_be_focused()
    grid.keyboard.type("1000")
    grid.keyboard.press("Tab")
    expect(grid.locator(cell("I", "1000", place="1/down"))).to_be_focused()
    grid.wait_for_selector(SAVED)
    assert texts(job) == {"weighing/40/I/1/up": "40.0", "weighing/1000/I/1/up": "1000"}
    assert Reading.objects.get(text="40.0").typed == "40.0"
    assert grid.url.endswith("/record/")


def test_arrows_leave_a_cell_only_at_the_end_of_its_text(grid: Page) -> None:
    grid.click(UP)
    grid.keyboard.type("12")
    grid.keyboard.press("ArrowLeft")
    expect(grid.locator(UP)).to_be_focused()
    grid.keyboard.press("ArrowRight")
    grid.keyboard.press("ArrowRight")
    expect(grid.locator(DOWN)).to_be_focused()
    grid.keyboard.press("ArrowDown")
    expect(grid.locator(cell("I", "1000", place="1/down"))).to_be_focused()
    grid.keyboard.press("End")
    expect(grid.locator(cell("dL", "1000", place="1/down"))).to_be_focused()
    grid.keyboard.press("Home")
    expect(grid.locator(cell("I", "1000"))).to_be_focused()
    grid.keyboard.press("ArrowUp")
    expect(grid.locator(UP)).to_be_focused()
    expect(grid.locator(UP)).to_have_value("12")


def test_checks_take_p_and_f_and_ctrl_enter_finds_the_next_gap(grid: Page, job: Job) -> None:
    check = cell("look", "whole", "appearance", "1/none")
    grid.focus(check)
    grid.keyboard.press("f")
    expect(grid.locator(check)).to_have_value("fail")
    grid.keyboard.press("p")
    expect(grid.locator(check)).to_have_value("pass")
    grid.keyboard.press("Control+Enter")
    expect(grid.locator(cell("I", "near_zero", "zero", "1/none"))).to_be_focused()
    grid.wait_for_selector(SAVED)
    assert texts(job) == {"appearance/whole/look/1/none": "pass"}


def test_a_wrong_number_stays_as_typed_with_the_reason_beside_it(grid: Page, job: Job) -> None:
    grid.click(UP)
    grid.keyboard.type("1,2.3")
    grid.keyboard.press("Enter")
    grid.keyboard.type("1000")
    grid.keyboard.press("Enter")
    grid.wait_for_selector('#sync[data-state="stuck"]')
    expect(grid.locator(UP)).to_have_value("1,2.3")
    expect(grid.locator(f"td:has({UP}) .cell-note")).to_contain_text("小数点")
    assert texts(job) == {"weighing/1000/I/1/up": "1000"}
    grid.reload()
    expect(grid.locator(UP)).to_have_value("1,2.3")
    grid.fill(UP, "40")
    grid.keyboard.press("Enter")
    grid.wait_for_selector(SAVED)
    assert texts(job)["weighing/40/I/1/up"] == "40"


def put(page: Page, where: str, text: str) -> None:
    """Paste a text as a spreadsheet hands it over."""
    page.focus(where)
    page.evaluate(
        """text => {
          const data = new DataTransfer();
          data.setData('text/plain', text);
          document.activeElement.dispatchEvent(
            new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        text,
    )


def test_a_block_from_a_spreadsheet_lands_in_its_cells(grid: Page, job: Job) -> None:
    block = "40\t42\t1.0\t1.2\r\n１０００\t1,0\t0.8\t1.0\t9\t9\r\n3000\t\t1.0\t1.0\r\n"
    put(grid, UP, block)
    expect(grid.locator("#told")).to_contain_text("11")
    expect(grid.locator(cell("I", "1000"))).to_have_value("1000")
    expect(grid.locator(cell("I", "1000", place="1/down"))).to_have_value("1,0")
    grid.wait_for_selector('#sync[data-state="stuck"]')
    kept = texts(job)
    assert kept["weighing/40/dL/1/down"] == "1.2" and kept["weighing/3000/dL/1/down"] == "1.0"
    assert "weighing/1000/I/1/down" not in kept and "weighing/3000/I/1/down" not in kept
    assert len(kept) == 10


def test_results_come_from_the_server_while_the_cursor_stays(grid: Page) -> None:
    put(grid, cell("I", "near_zero", "zero", "1/none"), "20\t1.0")
    put(grid, UP, "40\t40\t1.0\t1.0")
    grid.click(cell("I", "1000"))
    grid.keyboard.type("10")
    result = grid.locator('[data-result="weighing/40/Ec_up"]')
    expect(result).to_have_attribute("data-state", "passed")
    expect(result).to_contain_text("±1")
    expect(grid.locator(cell("I", "1000"))).to_be_focused()
    grid.keyboard.type("00")
    expect(grid.locator(cell("I", "1000"))).to_have_value("1000")
    expect(grid.locator("#progress-text")).to_contain_text("6")


def test_a_cut_network_and_a_reload_lose_nothing(troubled: Page, job: Job) -> None:
    troubled.context.set_offline(True)
    troubled.click(UP)
    troubled.keyboard.type("40.0")
    troubled.keyboard.press("Enter")
    troubled.keyboard.type("1000.2")
    troubled.keyboard.press("Enter")
    troubled.keyboard.type("3")
    troubled.wait_for_selector('#sync[data-state="offline"]')
    expect(troubled.locator("#sync")).to_contain_text("3")
    assert texts(job) == {}
    troubled.context.set_offline(False)
    troubled.reload()
    expect(troubled.locator(UP)).to_have_value("40.0")
    expect(troubled.locator(cell("I", "3000"))).to_have_value("3")
    troubled.wait_for_selector(SAVED)
    assert texts(job) == {
        "weighing/40/I/1/up": "40.0",
        "weighing/1000/I/1/up": "1000.2",
        "weighing/3000/I/1/up": "3",
    }
    assert (
        troubled.evaluate("Object.keys(localStorage).filter(key => key.startsWith('liangzhun.entry')).length")
        == 0
    )


def test_it_goes_up_by_itself_when_the_network_is_back(troubled: Page, job: Job) -> None:
    troubled.context.set_offline(True)
    troubled.click(UP)
    troubled.keyboard.type("40.0")
    troubled.keyboard.press("Enter")
    troubled.wait_for_selector('#sync[data-state="offline"]')
    troubled.context.set_offline(False)
    troubled.wait_for_selector(SAVED, timeout=10_000)
    assert texts(job) == {"weighing/40/I/1/up": "40.0"}


def test_two_windows_on_one_cell_see_both_values_and_choose(
    grid: Page, bench: make.House, job: Job, open_page: OpenPage
) -> None:
    other = open_page()
    sign_in(other, name_of(bench.tester), record_of(job))
    for page, text in ((grid, "40.0"), (other, "41.0")):
        page.click(UP)
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        page.wait_for_selector("#sync:not([data-state=saving])")
    clash = other.locator(f"td:has({UP}) .clash")
    expect(clash).to_contain_text("40.0")
    expect(clash).to_contain_text("41.0")
    assert texts(job) == {"weighing/40/I/1/up": "40.0"}
    clash.locator("[data-keep]").click()
    other.wait_for_selector(SAVED)
    assert texts(job) == {"weighing/40/I/1/up": "41.0"}


def test_a_lost_sign_in_keeps_what_was_typed_and_goes_on_after_it(
    troubled: Page, bench: make.House, job: Job
) -> None:
    troubled.context.clear_cookies(name="sessionid")
    troubled.click(UP)
    troubled.keyboard.type("40.0")
    troubled.keyboard.press("Enter")
    troubled.wait_for_selector('#sync[data-state="expired"]')
    with troubled.context.expect_page() as opened:
        troubled.click("#sign-in")
    sign_in(opened.value, name_of(bench.tester))
    troubled.wait_for_selector(SAVED, timeout=15_000)
    assert texts(job) == {"weighing/40/I/1/up": "40.0"}


def test_nobody_else_on_the_same_computer_sends_or_sees_it(
    troubled: Page, bench: make.House, job: Job
) -> None:
    troubled.context.clear_cookies(name="sessionid")
    troubled.click(UP)
    troubled.keyboard.type("40.0")
    troubled.keyboard.press("Enter")
    troubled.wait_for_selector('#sync[data-state="expired"]')
    with troubled.context.expect_page() as opened:
        troubled.click("#sign-in")
    sign_in(opened.value, name_of(bench.checker))
    troubled.wait_for_selector('#sync[data-state="refused"]', timeout=15_000)
    assert texts(job) == {}
    expect(troubled.locator(UP)).to_have_value("40.0")


def test_signing_out_asks_nothing_even_with_drafts(grid: Page, job: Job) -> None:
    asked: list[str] = []
    grid.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    grid.click(UP)
    grid.keyboard.type("x")
    grid.keyboard.press("Enter")
    grid.wait_for_selector('#sync[data-state="stuck"]')
    grid.locator("details.menu:has(form) summary").last.click()
    grid.locator("details.menu form[action*=logout] button").click()
    grid.wait_for_url("**/")
    assert asked == []


def test_a_returned_record_shows_remarks_and_what_was_replaced(
    bench: make.House, open_page: OpenPage
) -> None:
    job = make.job("submitted", at=bench)
    at = "weighing/40/I/1/up/as_found"
    review.return_(job, by=bench.checker, text="再读一次", cell=at)
    page = open_page()
    sign_in(page, name_of(bench.tester), record_of(job))
    expect(page.locator(f"td:has({UP}) .cell-remark")).to_contain_text("再读一次")
    page.fill(UP, "40.2")
    page.keyboard.press("Enter")
    page.wait_for_selector(SAVED)
    page.reload()
    expect(page.locator(f"td:has({UP}) del")).to_have_text("40")


def test_all_checks_pass_at_one_stroke_and_help_stands_behind_a_question_mark(grid: Page, job: Job) -> None:
    grid.click("[data-all-passed]")
    grid.wait_for_selector(SAVED)
    assert texts(job) == {"appearance/whole/look/1/none": "pass"}
    grid.focus(UP)
    grid.keyboard.press("?")
    expect(grid.locator("dialog#keys")).to_be_visible()
    expect(grid.locator(UP)).to_have_value("")
    grid.keyboard.press("Escape")
    expect(grid.locator("dialog#keys")).to_be_hidden()


@pytest.mark.parametrize(("width", "height"), [(1280, 860), (820, 1180), (390, 780)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_grid_fits_the_screen_and_has_no_serious_finding(
    bench: make.House, job: Job, open_page: OpenPage, width: int, height: int, scheme: str
) -> None:
    page = open_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    sign_in(page, name_of(bench.tester), record_of(job))
    put(page, UP, "40\tx\t1.0\t9.0")
    page.wait_for_selector('#sync[data-state="stuck"]')
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
    page.wait_for_load_state("networkidle")
    folder = os.environ.get("SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/entry-{width}-{scheme}.png", full_page=True)


def test_a_start_leads_into_the_grid(bench: make.House, open_page: OpenPage) -> None:
    job = make.job("received", at=bench)
    jobs.assign(job, by=bench.manager, assignee=bench.tester.person)
    page = open_page()
    sign_in(page, name_of(bench.tester), f"/jobs/{job.public_id}/start/")
    page.fill("input[name=temperature]", "２０．５")
    page.fill("input[name=humidity]", "45")
    page.locator("#start button.btn-primary").click()
    page.wait_for_url("**/record/")
    expect(page.locator('[id="climate/temperature"]')).to_have_value("20.5")
    expect(page.locator(cell("look", "whole", "appearance", "1/none"))).to_be_focused()
