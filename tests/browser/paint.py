"""When pages show their largest part, and how long they block: .venv/bin/python -m tests.browser.paint

The network and processor of Lighthouse's mobile profile (1.6 Mbit/s, 150 ms, a processor four times slower),
cold cache, the median of several loads; one JSON line for each figure, as `manage.py bench` prints them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser.chromium import CHROMIUM, QUIET
from tests.browser.installed import Installation, installed
from tests.browser.weigh import KIB, code_of, weigh

PAINT_BUDGET, BLOCKING_BUDGET = 2500, 200
THROTTLED = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
OBSERVE = """
window.__painted = 0; window.__blocked = 0;
new PerformanceObserver(list => list.getEntries().forEach(one => { window.__painted = one.startTime; }))
  .observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver(list => list.getEntries().forEach(one => {
  window.__blocked += Math.max(0, one.duration - 50);
})).observe({ type: "longtask", buffered: true });
"""


def painted(context: BrowserContext, path: str) -> tuple[float, float]:
    """Largest contentful paint and blocking time of one cold load, in milliseconds."""
    page = context.new_page()
    page.add_init_script(OBSERVE)
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    wire.send("Network.emulateNetworkConditions", THROTTLED)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(path, wait_until="networkidle")
    page.wait_for_timeout(500)
    found: list[float] = page.evaluate("[window.__painted, window.__blocked]")
    page.close()
    return found[0], found[1]


def figures(place: Installation, browser: Browser, loads: int) -> Iterator[dict[str, object]]:
    """Two figures and the weight of each page that matters most."""
    asked = [
        ("record entry", "tester", record_of(place, browser)),
        ("dashboard", "city", "/dashboard/"),
        ("home of the laboratory", "manager", "/"),
        ("public check", "", f"/v/{code_of(place.context(browser, 'manager'))}"),
    ]
    for name, role, path in asked:
        phone = {"width": 390, "height": 844}
        context = place.context(browser, role, viewport=phone, device_scale_factor=2)
        weight = weigh(context, role, path)[0].total / KIB
        measured = [painted(context, path) for _ in range(loads)]
        context.close()
        note = f"median of {loads} cold loads"
        yield figure(f"{name}: largest contentful paint", [one[0] for one in measured], PAINT_BUDGET, note)
        yield figure(f"{name}: blocking time", [one[1] for one in measured], BLOCKING_BUDGET, note)
        yield {"name": f"{name}: over the wire", "value": round(weight, 1), "unit": "KiB"}


def figure(name: str, times: list[float], budget: int, note: str) -> dict[str, object]:
    value = round(statistics.median(times))
    return {
        "name": name,
        "value": value,
        "unit": "ms",
        "reference": budget,
        "against": "called good",
        "note": note,
        "ratio": round(value / budget, 2),
    }


def record_of(place: Installation, browser: Browser) -> str:
    """The entry grid of a job that its tester is measuring."""
    context = place.context(browser, "tester")
    page = context.new_page()
    page.goto("/jobs/?state=measuring&mine=open")
    page.locator("main table tbody a[href^='/jobs/']").first.click()
    page.wait_for_load_state()
    address = page.locator("main a[href$='/record/']").first.get_attribute("href") or page.url
    context.close()
    return address


def section(lines: list[dict[str, object]]) -> str:
    """The table for docs/performance.md."""
    rows = [
        f"| {one['name']} | {one['value']} {one['unit']} | "
        + (f"{one['reference']} ms ({one['against']}) | {one['ratio']} |" if "reference" in one else "| |")
        + f" {one.get('note', '')} |"
        for one in lines
    ]
    return "\n".join(
        [
            "## Browser",
            "",
            "Written by `python -m tests.browser.paint --write docs/performance.md`: Chromium as a phone,"
            " 1.6 Mbit/s, 150 ms, processor slowed four times; served as in production.",
            "",
            "| What | Value | Reference | Ratio | Note |",
            "|---|---:|---:|---:|---|",
            *rows,
            "",
        ]
    )


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--scale", choices=("small", "full"), default="small")
    asked.add_argument("--port", type=int, default=20_872)
    asked.add_argument("--loads", type=int, default=5)
    asked.add_argument("--write", type=Path, help="put the table into this document")
    options = asked.parse_args()
    lines = []
    with (
        tempfile.TemporaryDirectory(prefix="liangzhun-paint-") as folder,
        installed(Path(folder), options.port, options.scale) as place,
        sync_playwright() as driver,
    ):
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        for line in figures(place, browser, options.loads):
            lines.append(line)
            print(json.dumps(line, ensure_ascii=False), flush=True)
        browser.close()
    if options.write:
        put(options.write, section(lines))


def put(path: Path, found: str) -> None:
    """Replace the browser's section of the document, or add it at the end."""
    text = path.read_text(encoding="utf-8") if path.exists() else "# Performance\n"
    parts = [part for part in text.split("\n## ") if not part.startswith("Browser\n")]
    path.write_text("\n## ".join(parts).rstrip() + "\n\n" + found, encoding="utf-8")


if __name__ == "__main__":
    main()
