"""Pictures of a running demonstration: .venv/bin/python .ci/pictures.py [URL]

docs/images/ holds the README's, docs/screenshots/ every page in Chinese by day and in English by night.
Needs Chromium (CHROMIUM names it) and pdftoppm; Pillow comes with WeasyPrint.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

DOCS = Path(__file__).resolve().parent.parent / "docs"
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 800}
DAY = {"locale": "zh-CN", "color_scheme": "light"}
NIGHT = {"locale": "en", "color_scheme": "dark"}
TALLEST = 1600
COLOURS = 96

# Every page: its file, who looks, where; after `>` the first link of the page that fits the pattern.
PAGES = (
    ("welcome", "", "/"),
    ("sign-in", "", "/accounts/login/"),
    ("register", "", "/register/"),
    ("check-ask", "", "/v/"),
    ("check-file", "", "/v/file/"),
    ("home-enterprise", "enterprise", "/"),
    ("home-counter", "counter", "/"),
    ("home-tester", "tester", "/"),
    ("home-manager", "manager", "/"),
    ("home-city", "city", "/"),
    ("search", "manager", "/search/?q=dzjjc"),
    ("ledger", "enterprise", "/instruments/"),
    ("instrument", "enterprise", "/instruments/ > /instruments/[0-9a-f-]{36}/$"),
    ("instrument-new", "enterprise", "/instruments/new/?category=scale"),
    ("import", "enterprise", "/instruments/import/"),
    ("due", "enterprise", "/due/"),
    ("orders", "enterprise", "/orders/"),
    ("order", "enterprise", "/orders/ > /orders/[0-9a-f-]{36}/$"),
    ("order-new", "enterprise", "/orders/new/"),
    ("orders-counter", "counter", "/orders/"),
    ("order-accept", "counter", "/orders/?state=submitted > /orders/[0-9a-f-]{36}/$ > /accept/$"),
    ("order-receive", "counter", "/orders/?state=accepted > /orders/[0-9a-f-]{36}/$ > /receive/$"),
    ("labels", "counter", "/instruments/labels/"),
    ("registrations", "counter", "/registrations/"),
    ("scan", "tester", "/scan/"),
    ("jobs", "tester", "/jobs/?mine=open"),
    ("job", "tester", "/jobs/ > /jobs/[0-9a-f-]{36}/$"),
    ("job-start", "tester", "/jobs/?state=assigned > /jobs/[0-9a-f-]{36}/$ > /start/$"),
    ("record", "tester", "/jobs/?state=measuring > /jobs/[0-9a-f-]{36}/$ > /record/$"),
    ("hand-over", "tester", "/jobs/?state=measuring > /jobs/[0-9a-f-]{36}/$ > /record/$ > /hand-over/$"),
    ("assign", "manager", "/jobs/?state=received > /jobs/[0-9a-f-]{36}/$ > /assign/$"),
    ("review", "checker", "/review/"),
    ("review-record", "checker", "/review/ > /review/[0-9a-f-]{36}/$"),
    ("review-sign", "approver", "/review/?act=approve > /review/[0-9a-f-]{36}/$"),
    ("certificates", "manager", "/certificates/"),
    ("certificate", "manager", "/certificates/ > /certificates/[A-Z0-9-]+/$"),
    ("certificate-amend", "manager", "/certificates/?state=issued > /certificates/[A-Z0-9-]+/$ > /amend/$"),
    ("certificate-revoke", "manager", "/certificates/?state=issued > /certificates/[A-Z0-9-]+/$ > /revoke/$"),
    ("check", "manager", "/certificates/?state=issued > /certificates/[A-Z0-9-]+/$ > /v/[0-9A-Z]+$"),
    ("dashboard", "city", "/dashboard/"),
    ("county", "city", "/dashboard/370921/"),
    ("gaps", "city", "/gaps/"),
    ("expiry", "city", "/expiry/"),
    ("standards", "city", "/standards/"),
    ("standard", "city", "/standards/ > /standards/[0-9a-f-]{36}/$"),
    ("institutes", "city", "/labs/"),
    ("institute", "city", "/labs/ > /labs/[0-9a-f-]{36}/$"),
    ("people", "manager", "/people/"),
    ("person", "manager", "/people/ > /people/[0-9a-f-]{36}/$"),
    ("equipment", "manager", "/equipment/"),
    ("equipment-piece", "manager", "/equipment/ > /equipment/[0-9a-f-]{36}/$"),
    ("methods", "manager", "/methods/"),
    ("method", "manager", "/methods/ > /methods/[0-9a-f-]{36}/$"),
    ("method-document", "manager", "/methods/?q=539 > /methods/[0-9a-f-]{36}/$ > /methods/versions/"),
    ("notices", "enterprise", "/notifications/"),
    ("history", "manager", "/events/"),
    ("settings", "manager", "/settings/"),
    ("settings-people", "manager", "/settings/people/"),
    ("settings-invite", "manager", "/settings/people/invite/"),
    ("settings-sessions", "manager", "/settings/sessions/"),
    ("second-step", "manager", "/accounts/2fa/"),
    ("api", "", "/api/v1/docs/"),
)
Enter = Callable[..., Page]


def entering(browser: Browser, base: str) -> Enter:
    """A page of somebody, each signed in once for each way of looking."""
    kept: dict[tuple[Any, ...], Page] = {}

    def enter(name: str, **wishes: Any) -> Page:
        key = (name, *(str(wish) for wish in wishes.values()))
        if key not in kept:
            given = {"base_url": base, "timezone_id": "Asia/Shanghai", "viewport": WIDE, **wishes}
            page = kept[key] = browser.new_context(**given).new_page()
            if name:
                sign_in(page, name)
        return kept[key]

    return enter


def sign_in(page: Page, name: str) -> None:
    page.goto("/accounts/login/")
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", f"{name}-demo")
    page.locator("form:has(input[name=password]) button[type=submit]").first.click()
    page.wait_for_url("**/")


def go(page: Page, way: str) -> bool:
    """Walk to a page; whether every step of the way was there."""
    first, *steps = way.split(" > ")
    page.goto(first, wait_until="networkidle")
    for step in steps:
        found: list[str] = page.locator("main a[href]").evaluate_all(
            "all => all.map(one => { const at = new URL(one.href); return at.pathname; })"
        )
        onward = next((path for path in found if re.search(step, path)), None)
        if onward is None:
            return False
        page.goto(onward, wait_until="networkidle")
    return True


def keep(content: bytes, path: Path) -> None:
    """A picture in a palette, no taller than two screens: a tenth of the bytes."""
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    cut = picture.crop((0, 0, picture.width, min(picture.height, TALLEST)))
    palette = cut.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    palette.save(path, optimize=True)


def take(page: Page, path: Path, *, whole: bool = False) -> None:
    """The page as it stands; a whole one through a taller window, so that what sticks stays in its place."""
    before = page.viewport_size or WIDE
    if whole:
        height = int(page.evaluate("document.documentElement.scrollHeight"))
        page.set_viewport_size({"width": before["width"], "height": max(600, min(height, TALLEST))})
    keep(page.screenshot(), path)
    page.set_viewport_size(before)


def print_certificate(page: Page, images: Path) -> None:
    """The first page of the newest certificate, as paper."""
    go(page, "/certificates/?state=issued > /certificates/[A-Z0-9-]+/$")
    number = page.url.rstrip("/").rsplit("/", 1)[-1]
    content = page.request.get(f"/certificates/{number}.pdf").body()
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(content)
        file.flush()
        command = ["pdftoppm", "-r", "80", "-f", "1", "-l", "1", "-singlefile", "-png", file.name]
        subprocess.run([*command, str(images / "certificate")], check=True)
    keep((images / "certificate.png").read_bytes(), images / "certificate.png")


def readme(enter: Enter, images: Path) -> None:
    """What the README shows."""
    way = {name: path for name, _who, path in PAGES}
    for name, who, place, wishes in (
        ("home", "tester", "/", DAY),
        ("job", "tester", way["record"], DAY),
        ("review", "checker", way["review-record"], NIGHT),
        ("dashboard", "city", "/dashboard/", DAY),
        ("check", "manager", way["check"], {**DAY, "viewport": PHONE}),
    ):
        page = enter(who, **wishes)
        if not go(page, place):
            raise SystemExit(f"{name}: the demonstration shows no {place}")
        take(page, images / f"{name}.png")
    print_certificate(enter("manager", **DAY), images)


def pages(enter: Enter, screenshots: Path) -> None:
    """Every page twice; what the demonstration has nothing of is said."""
    for mark, wishes in (("zh", DAY), ("en-dark", NIGHT)):
        for name, who, way in PAGES:
            page = enter(who, **wishes)
            if go(page, way):
                take(page, screenshots / f"{name}-{mark}.png", whole=True)
            else:
                print(f"{name}-{mark}: nothing there on the way {way}")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("url", nargs="?", default="http://localhost:8000")
    asked.add_argument("--only", choices=("readme", "pages"))
    asked.add_argument("--docs", type=Path, default=DOCS, help="the folder they go to")
    options = asked.parse_args()
    images, screenshots = options.docs / "images", options.docs / "screenshots"
    for folder in (images, screenshots):
        folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"],
        )
        enter = entering(browser, options.url)
        if options.only != "pages":
            readme(enter, images)
        if options.only != "readme":
            pages(enter, screenshots)
        browser.close()
    size = sum(path.stat().st_size for path in screenshots.glob("*.png"))
    print(f"docs/screenshots: {size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
