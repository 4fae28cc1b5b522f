"""What each page weighs over the wire, cache cold: .venv/bin/python -m tests.browser.weigh [--scale full]

Serves a demonstration as a production would (installed.py), opens every line of everybody's menu and the
first row behind it, and prints one JSON line for each page.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.chromium import CHROMIUM, QUIET
from tests.browser.installed import ACCOUNTS, Installation, installed

KIB = 1024
MOST, MOST_PUBLIC = 120 * KIB, 30 * KIB
OPEN_PAGES = ("/", "/accounts/login/", "/register/", "/v/", "/v/file/")
MORE = {
    "tester": ("/scan/",),
    "enterprise": ("/orders/new/", "/instruments/new/", "/instruments/import/"),
    "counter": ("/instruments/labels/",),
    "city": ("/dashboard/370921/",),
}


@dataclass
class Weight:
    """One page as one role, in bytes as they came over the wire, headers included."""

    role: str
    path: str
    parts: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.parts.values())

    @property
    def most(self) -> int:
        return MOST_PUBLIC if self.path.startswith("/v/") else MOST

    def line(self) -> str:
        kinds = {kind: round(size / KIB, 1) for kind, size in sorted(self.parts.items())}
        return json.dumps(
            {"name": f"weight of {self.path}", "role": self.role, "value": round(self.total / KIB, 1)}
            | {"unit": "KiB", "most": self.most // KIB, "parts": kinds},
            ensure_ascii=False,
        )


def weigh(context: BrowserContext, role: str, path: str) -> tuple[Weight, list[str]]:
    """The weight of a page, and the addresses of its menu and of its first row."""
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    found, kinds = Weight(role, path), {}
    wire.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))

    def add(event: dict[str, object]) -> None:
        kind = str(kinds.get(event["requestId"], "Other"))
        found.parts[kind] = found.parts.get(kind, 0) + int(float(str(event["encodedDataLength"])))

    wire.on("Network.loadingFinished", add)
    answer = page.goto(path, wait_until="networkidle")
    if answer is None or answer.status != 200:
        raise RuntimeError(f"{path} as {role or 'anybody'} answered {answer and answer.status}")
    onward = links(page)
    page.close()
    return found, onward


def links(page: Page) -> list[str]:
    menu = "a => new URL(a.href).pathname"
    lines: list[str] = page.locator("nav a[href^='/']").evaluate_all(f"all => all.map({menu})")
    rows: list[str] = page.locator("main table tbody tr a[href^='/']").evaluate_all(f"all => all.map({menu})")
    return [path for path in (*lines, *rows[:1]) if not path.endswith((".pdf", ".xlsx", ".json"))]


def walk(context: BrowserContext, role: str) -> Iterator[Weight]:
    waiting = ["/", *MORE.get(role, ())]
    seen: set[str] = set()
    while waiting:
        path = waiting.pop(0)
        kind = urlsplit(path).path.strip("/").split("/")
        mark = "/".join(kind) if len(kind) < 2 or path in MORE.get(role, ()) else kind[0] + "/…"
        if mark in seen:
            continue
        seen.add(mark)
        weight, onward = weigh(context, role, path)
        yield weight
        if role:
            waiting += onward


def every(place: Installation, browser: Browser, roles: Sequence[str] = ACCOUNTS) -> Iterator[Weight]:
    """The open pages, a real check among them, then everybody's menu."""
    for path in (*OPEN_PAGES, f"/v/{code_of(place.context(browser, 'manager'))}"):
        context = place.context(browser)
        yield weigh(context, "", path)[0]
        context.close()
    for role in roles:
        context = place.context(browser, role)
        yield from walk(context, role)
        context.close()


def code_of(context: BrowserContext) -> str:
    """The code of some issued certificate."""
    page = context.new_page()
    page.goto("/certificates/?state=issued")
    page.locator("main table tbody tr a[href^='/certificates/']").first.click()
    page.wait_for_load_state()
    address = page.locator("main a[href*='/v/']").first.get_attribute("href") or ""
    context.close()
    return address.rstrip("/").rsplit("/", 1)[-1]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--scale", choices=("small", "full"), default="small")
    asked.add_argument("--port", type=int, default=20_871)
    asked.add_argument("--roles", nargs="*", choices=ACCOUNTS, default=ACCOUNTS)
    options = asked.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="liangzhun-weigh-") as folder,
        installed(Path(folder), options.port, options.scale) as place,
        sync_playwright() as driver,
    ):
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        for weight in every(place, browser, options.roles):
            print(weight.line(), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
