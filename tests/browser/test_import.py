"""The clerk's own table, brought and mended in the browser: seventeen errors, then 500 entries, once."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils.translation import override
from playwright.sync_api import Page

from instruments import seed
from instruments.actions import imports
from instruments.imports import outbox
from instruments.models import Category, ImportBatch, Instrument
from metrology.management.demo import import_file
from tests.browser.test_pages import overflow, sign_in, user_of
from tests.world import World

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
MENDED = {
    17: ("name", "一般压力表"),
    43: ("category", "非自动衡器"),
    71: ("serial", "12345678901234567"),
    98: ("serial", "T46082"),
    160: ("serial", "T160"),
    215: ("quantity", "1"),
    243: ("quantity", "1"),
    271: ("purpose", "贸易结算"),
    300: ("location", "三层"),
    328: ("maker", "量天衡器制造厂（演示）"),
    356: ("delivery", "送检"),
    384: ("serial", "T384"),
    412: ("measuring_range", "(0.04~6) kg"),
    440: ("region", ""),
    471: ("serial", "12345678901234568"),
}


@pytest.fixture
def table(house: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The planted file; a worker that answers at once; one entry of the ledger that the file repeats."""
    monkeypatch.setattr(outbox, "send", work)
    with override("zh-hans"):
        seed.load()
    present = Instrument.objects.get(pk=house.rows["instruments.Instrument"].pk)
    titles = {category.code: category.name_zh for category in Category.objects.all()}
    kinds = {"一般压力表": titles["pressure-gauge"], "血压计": titles["blood-pressure"]}
    known = import_file.Entry(present.name, titles["scale"], present.model, present.serial)
    target = io.BytesIO()
    assert len(import_file.write(target, known, kinds)) == 17
    path = tmp_path / "台账.xlsx"
    path.write_bytes(target.getvalue())
    return path


def work(state: str, batch_id: int) -> bool:
    {"checking": imports.check_waiting, "entering": imports.enter_rows}[state](batch_id)
    return True


def cell(page: Page, line: int, name: str) -> str:
    return f"#line-{line} input[name={name}]"


def mend(page: Page, line: int, name: str, text: str) -> None:
    """Type into a cell and press Enter; the row is saved by itself and is right then."""
    with page.expect_response("**/rows/**") as answer:
        page.fill(cell(page, line, name), text)
        page.keyboard.press("Enter")
    assert answer.value.status == 200
    page.wait_for_selector(f"#line-{line} .said-ready, #line-{line} .said-notice")


def test_a_planted_file_is_mended_and_entered(house: World, open_page: OpenPage, table: Path) -> None:
    page = open_page(viewport={"width": 1280, "height": 860})
    before = Instrument.objects.count()
    sign_in(page, user_of(house, "owner"))
    page.goto("/instruments/import/")
    page.set_input_files("input[type=file]", table)
    page.locator("form.act button.btn-primary").click()
    page.wait_for_selector(".import-table")
    assert page.locator(".import-table tbody tr").count() == 16
    for line, (name, text) in MENDED.items():
        mend(page, line, name, text)
    page.locator("#line-127 button[name=take]").click()
    page.wait_for_selector("#line-127 .said-ready, .empty, .import-table")
    page.wait_for_load_state()
    page.locator(".import-end button.btn-primary").click()
    page.wait_for_load_state()
    batch = ImportBatch.objects.latest("pk")
    assert batch.state == "done"
    assert Instrument.objects.count() == before + 499
    assert Instrument.objects.filter(serial="12345678901234567").exists()


def test_enter_goes_down_and_never_sends_the_page(house: World, open_page: OpenPage, table: Path) -> None:
    page = open_page(viewport={"width": 1280, "height": 860})
    sign_in(page, user_of(house, "owner"))
    page.goto("/instruments/import/")
    page.set_input_files("input[type=file]", table)
    page.locator("form.act button.btn-primary").click()
    page.wait_for_selector(".import-table")
    address = page.url
    page.focus(cell(page, 17, "maker"))
    page.keyboard.press("Enter")
    focused = page.evaluate("document.activeElement.closest('tr').id + ' ' + document.activeElement.name")
    assert (focused, page.url) == ("line-43 maker", address)
    assert overflow(page) <= 0
