"""Labels for instruments: 50 × 30 mm, with the 18 digits as Code 128 and as QR, on A4 sheets or a roll.

All lengths are millimetres. A module of the bars is two dots of a 203-dpi printer, a module of the QR
code four, so that a thermal printer draws every bar to the dot.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from itertools import groupby

import segno
from barcode.codex import Code128  # type: ignore[import-untyped]  # ships no types
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from instruments.models import Instrument
from instruments.slip import printed
from metrology import clock
from metrology.pages import Column

WIDTH, HEIGHT = Decimal(50), Decimal(30)
DOT = Decimal("25.4") / 203
BAR, CELL = 2 * DOT, 4 * DOT
SHEET, ROLL = "sheet", "roll"
LAYOUTS = (
    (SHEET, _("A4 sheet, 4 × 9 labels of 50 × 30 mm")),
    (ROLL, _("Label roll, one label of 50 × 30 mm")),
)
ACROSS, DOWN = 4, 9
PER_SHEET = ACROSS * DOWN
A4 = (Decimal(210), Decimal(297))
TEMPLATE = "pdf/labels.html"
STYLE = "metrology/static/liangzhun/label.css"
MOST_OFFSET = 10


@dataclass(frozen=True)
class Paper:
    """What the labels are printed on; `skip` places of a used sheet stay empty, the offset moves all."""

    layout: str = SHEET
    skip: int = 0
    right: Decimal = Decimal(0)
    down: Decimal = Decimal(0)

    def place(self, position: int) -> tuple[Decimal, Decimal]:
        """Left and top edge of the label at a place of its page, from the page's corner."""
        if self.layout == ROLL:
            return self.right, self.down
        row, column = divmod(position, ACROSS)
        left, top = (A4[0] - ACROSS * WIDTH) / 2, (A4[1] - DOWN * HEIGHT) / 2
        return left + column * WIDTH + self.right, top + row * HEIGHT + self.down

    @property
    def style(self) -> str:
        """The page's size and a class for every place on it."""
        wide, high = (WIDTH, HEIGHT) if self.layout == ROLL else A4
        places = 1 if self.layout == ROLL else PER_SHEET
        rules = [
            f"@page {{size: {wide}mm {high}mm; margin: 0}}",
            "body {margin: 0}",
            f".page {{position: relative; overflow: hidden; width: {wide}mm; height: {high}mm}}",
            ".page + .page {break-before: page}",
            ".place {position: absolute}",
        ]
        for position in range(places):
            left, top = self.place(position)
            rules.append(f".at-{position} {{left: {left}mm; top: {top}mm}}")
        return "\n".join(rules)

    def pages(self, count: int) -> Iterator[list[tuple[int, int]]]:
        """Per page the labels on it, as their number and their place."""
        size = 1 if self.layout == ROLL else PER_SHEET
        skip = 0 if self.layout == ROLL else self.skip
        places = [(number, divmod(number + skip, size)) for number in range(count)]
        for _page, found in groupby(places, key=lambda entry: entry[1][0]):
            yield [(number, place) for number, (_sheet, place) in found]


def document(instruments: Sequence[Instrument], paper: Paper) -> bytes:
    """All labels in one PDF with vector bars."""
    with override("zh-hans"):
        pages = [
            [{"one": instruments[number], "place": place} for number, place in found]
            for found in paper.pages(len(instruments))
        ]
        html = render_to_string(TEMPLATE, {"pages": [[drawn(entry) for entry in page] for page in pages]})
    return printed(html, title="计量器具标签", author="", stylesheets=(style(), paper.style), at=clock.now())


def drawn(entry: dict[str, object]) -> dict[str, object]:
    """A label with its two codes drawn."""
    one = entry["one"]
    assert isinstance(one, Instrument)
    return entry | {"bars": bars_svg(one.label_no), "qr": qr_svg(one.label_no)}


def modules(text: str) -> str:
    """Code 128 as ones and zeros; digits in pairs (code set C), 134 modules for 18 digits."""
    built: str = Code128(text).build()[0]
    return built


@lru_cache(maxsize=1024)
def bars_svg(text: str) -> SafeString:
    """The bars as one path, a module being one unit wide."""
    found = modules(text)
    path, place = [], 0
    for mark, run in groupby(found):
        width = len(list(run))
        if mark == "1":
            path.append(f"M{place} 0h{width}v1h-{width}z")
        place += width
    return SafeString(
        f'<svg class="bars" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {len(found)} 1" '
        f'preserveAspectRatio="none" aria-hidden="true"><path d="{"".join(path)}"/></svg>'
    )


@lru_cache(maxsize=1024)
def qr_svg(text: str) -> SafeString:
    """The digits as QR version 1, error correction Q: 21 modules, rows of squares as one path."""
    path = []
    for row, line in enumerate(segno.make(text, micro=False, error="q", boost_error=False).matrix):
        place = 0
        for dark, run in groupby(line):
            width = len(list(run))
            if dark:
                path.append(f"M{place} {row}h{width}v1h-{width}z")
            place += width
    return SafeString(
        f'<svg class="square" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {place} {place}" '
        f'aria-hidden="true"><path d="{"".join(path)}"/></svg>'
    )


@cache
def style() -> str:
    return (settings.BASE_DIR / STYLE).read_text(encoding="utf-8")


COLUMNS = (
    Column(_("Label no."), "label_no"),
    Column(_("Name"), "name"),
    Column(_("Model"), "model"),
    Column(_("Serial no."), "serial"),
    Column(_("Owner"), "owner.name"),
    Column(_("Due on"), "due_on"),
)
"""What a label printer's own software is fed with."""
