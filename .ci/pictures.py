"""The README's pictures, taken of a running demonstration: .venv/bin/python .ci/pictures.py [URL]

Needs Chromium (CHROMIUM names it) and pdftoppm; writes docs/images/.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

BASE = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000"
IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"


def sign_in(page: Page, name: str) -> None:
    page.goto("/accounts/login/")
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", f"{name}-demo")
    page.locator("form:has(input[name=password]) button[type=submit]").first.click()
    page.wait_for_url("**/")
    page.goto("/")


def take(page: Page, name: str) -> None:
    page.screenshot(path=IMAGES / f"{name}.png")


def print_certificate(page: Page) -> None:
    """The first page of the newest certificate, as a picture."""
    page.goto("/certificates/")
    page.locator("main table tbody tr a").first.click()
    page.wait_for_load_state()
    number = page.url.rstrip("/").rsplit("/", 1)[-1]
    content = page.request.get(f"{BASE}/certificates/{number}.pdf").body()
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(content)
        file.flush()
        command = ["pdftoppm", "-r", "64", "-f", "1", "-l", "1", "-singlefile", "-png", file.name]
        subprocess.run([*command, str(IMAGES / "certificate")], check=True)


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"],
        )
        chinese = {"base_url": BASE, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
        page = browser.new_context(**chinese, viewport={"width": 1280, "height": 800}).new_page()
        sign_in(page, "manager")
        take(page, "home")
        page.goto("/jobs/")
        page.locator("main table tbody tr a").first.click()
        page.wait_for_load_state()
        take(page, "job")
        print_certificate(page)
        code = page.locator("a[href*='/v/']").last.get_attribute("href") or "/v/"
        phone = browser.new_context(**chinese, viewport={"width": 390, "height": 800}).new_page()
        phone.goto(code)
        take(phone, "check")
        browser.close()


if __name__ == "__main__":
    main()
