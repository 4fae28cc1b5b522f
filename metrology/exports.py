"""Any table of the house as a file for a spreadsheet: CSV with a byte-order mark, or XLSX.

No formula can be carried: CSV puts an apostrophe before a text that a spreadsheet would reckon, XLSX
writes strings as strings. Label numbers and values stay text, digit by digit.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

import xlsxwriter
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from metrology import clock

PARAMETER = "format"
FORMATS = {"csv": "CSV", "xlsx": "Excel"}
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST_ROWS = 100_000
CHUNK = 500
LONGEST_CELL = 32_767
MOST_EXACT = 10**15
BOM = "\ufeff"
RECKONED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMERAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
UNNAMED = re.compile(r"[\\/:*?\"<>|\s\x00-\x1f]+")


def asked(request: HttpRequest) -> str:
    """The format in the query string, or nothing if a page is wanted."""
    wanted = request.GET.get(PARAMETER, "")
    return wanted if wanted in FORMATS else ""


def links(request: HttpRequest) -> list[dict[str, str]]:
    """The addresses of the very view that is shown, as files."""
    query = request.GET.copy()
    for name in ("cursor", PARAMETER):
        query.pop(name, None)
    found = []
    for name, label in FORMATS.items():
        query[PARAMETER] = name
        found.append({"label": label, "url": f"?{query.urlencode()}"})
    return found


def respond(wanted: str, title: Any, columns: Sequence[Any], rows: Iterable[Any]) -> HttpResponseBase:
    """The lines of a table as a download; what goes beyond MOST_ROWS is left out with a clear notice."""
    language = get_language() or "zh-hans"
    headings = [str(column.label) for column in columns]
    lines = chain([headings], _bounded(rows))
    if wanted == "csv":
        answer: Any = StreamingHttpResponse(_csv(lines, language), content_type=TYPES[wanted])
    else:
        answer = FileResponse(_xlsx(lines), content_type=TYPES[wanted])
    name = f"{UNNAMED.sub('-', str(title)).strip('-') or 'export'}-{clock.today().isoformat()}.{wanted}"
    answer["Content-Disposition"] = content_disposition_header(True, name)
    found: HttpResponseBase = answer
    return found


def _bounded(rows: Iterable[Any]) -> Iterator[list[Any]]:
    source = iter(rows)
    for row in islice(source, MOST_ROWS):
        yield [content(cell) for cell in row.cells]
    if next(source, None) is not None:
        yield [
            _("This file ends after %(count)d rows and more were found. Narrow the filter.")
            % {"count": MOST_ROWS}
        ]


def content(cell: Any) -> Any:
    """What a cell says: a whole number as one, all else as text, its note behind it."""
    if cell.text is None:
        text: Any = ""
    elif _is_count(cell.text) and cell.numeric and not cell.note:
        return cell.text
    else:
        text = str(cell.text)
    return " · ".join(part for part in (text, str(cell.note or "")) if part)


def _is_count(value: Any) -> bool:
    """A whole number that a spreadsheet keeps exactly."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < MOST_EXACT


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula, without the characters that spreadsheets drop.

    A plain number is no formula and stays as it is.
    """
    text = UNPRINTABLE.sub("", text)
    if text.startswith(RECKONED) and not NUMERAL.fullmatch(text):
        return f"'{text}"
    return text


class _Echo:
    def write(self, line: str) -> str:
        return line


def _csv(lines: Iterable[Sequence[Any]], language: str) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield BOM
    with override(language):  # the lines are made while they are sent, after the request's language is gone
        for line in lines:
            yield writer.writerow([harmless(str(value)) for value in line])


def _xlsx(lines: Iterable[Sequence[Any]]) -> Any:
    target = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet()
        plain = book.add_format({"num_format": "@"})
        bold = book.add_format({"num_format": "@", "bold": True})
        sheet.freeze_panes(1, 0)
        for place, line in enumerate(lines):
            for column, value in enumerate(line):
                if isinstance(value, int):
                    sheet.write_number(place, column, value)
                    continue
                text = UNPRINTABLE.sub("", str(value))[:LONGEST_CELL]
                sheet.write_string(place, column, text, bold if place == 0 else plain)
            if place == 0:
                sheet.set_column(0, max(len(line) - 1, 0), 18)
    target.seek(0)
    return target
