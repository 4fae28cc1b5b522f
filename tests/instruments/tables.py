"""Small spreadsheets for tests: the columns of the national form, one sound row, and any trap on demand."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import xlsxwriter

from instruments.imports.fields import FORM_FIELDS
from instruments.models import Category
from tests import make

HEADINGS = [field.heading for field in FORM_FIELDS]
PLACES = {field.key: place for place, field in enumerate(FORM_FIELDS)}


def categories() -> None:
    """The kinds that the rows name."""
    make.category("scale")
    Category.objects.get_or_create(
        code="pressure-gauge",
        defaults={"name_zh": "压力表", "name_en": "Pressure gauge", "catalogue_no": 16, "uses": ["safety"]},
    )


def row(number: int, **said: Any) -> list[Any]:
    """A sound row; what is said replaces a cell."""
    values = {
        "name": "电子计价秤",
        "category": "非自动衡器",
        "kind": "计价秤",
        "model": "ACS-15",
        "measuring_range": "(0.1~15)kg",
        "accuracy_class": "III",
        "serial": f"B{number:05d}",
        "maker": "演示衡器厂",
        "origin": "山东",
        "location": f"{number}号摊位",
        "quantity": "1",
        "purpose": "贸易结算",
        "delivery": "送检",
        **said,
    }
    return [values[field.key] for field in FORM_FIELDS]


def rows(count: int, first: int = 1) -> list[list[Any]]:
    return [row(number) for number in range(first, first + count)]


def workbook(
    lines: Sequence[Sequence[Any]],
    *,
    headings: Sequence[str] = tuple(HEADINGS),
    above: int = 0,
    merged: Sequence[tuple[int, int, int, str]] = (),
    sheets: Sequence[str] = ("台账",),
) -> bytes:
    """An .xlsx: texts as texts, numbers and dates as the spreadsheet would keep them.

    `merged` joins cells of a column: first and last line of the file, the column, and what stands there.
    """
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for title in sheets:
            sheet = book.add_worksheet(title)
            sheet.write_row(above, 0, headings)
            for place, line in enumerate(lines, start=above + 1):
                for column, value in enumerate(line):
                    if isinstance(value, str):
                        sheet.write_string(place, column, value)
                    elif isinstance(value, datetime):
                        sheet.write_datetime(place, column, value, day)
                    elif value is not None:
                        sheet.write_number(place, column, value)
            for first, last, column, text in merged:
                sheet.merge_range(first - 1, column, last - 1, column, text)
    return target.getvalue()


def delimited(lines: Sequence[Sequence[Any]], mark: str = ",", headings: Sequence[str] = ()) -> str:
    return "\n".join(mark.join(str(cell) for cell in line) for line in [headings or HEADINGS, *lines])
