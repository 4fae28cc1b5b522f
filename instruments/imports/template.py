"""The empty table to fill in: the form's columns as text, drop-downs, and one sample row."""

from __future__ import annotations

import io

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import override

from instruments.imports.fields import FIELDS, FORM_FIELDS
from instruments.models import Category, Delivery, Purpose
from metrology.importing import MOST_ROWS

SCHEMA = "liangzhun-instruments-1"
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LISTS = "_lists"
SAMPLE = {
    "name": "（示例）电子计价秤",
    "category": "非自动衡器",
    "kind": "数字指示秤",
    "model": "ACS-15",
    "measuring_range": "(0.1~15)kg",
    "accuracy_class": "III",
    "serial": "20260001",
    "maker": "某某衡器有限公司",
    "origin": "山东",
    "location": "1号摊位",
    "quantity": "1",
    "purpose": "贸易结算",
    "delivery": "送检",
}
"""A row that is exactly this one is passed over when the table comes back."""
OPTIONAL = tuple(field for field in FIELDS if field.key in ("asset_no", "own_interval_months"))


def file_name() -> str:
    return f"{_('Ledger template')}.xlsx"


def workbook() -> bytes:
    """The template as .xlsx; it is in Chinese whatever the reader's language, as the form is."""
    columns = (*FORM_FIELDS, *OPTIONAL)
    target = io.BytesIO()
    with override("zh-hans"), xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        text = book.add_format({"num_format": "@"})
        head = book.add_format({"num_format": "@", "bold": True, "bg_color": "#E1EEFA", "border": 1})
        must = book.add_format({"num_format": "@", "bold": True, "bg_color": "#FDF0D5", "border": 1})
        grey = book.add_format({"num_format": "@", "font_color": "#777777", "italic": True})
        sheet, lists = book.add_worksheet("台账"), book.add_worksheet(LISTS)
        lists.hide()
        lists.write_string(0, 0, SCHEMA)
        sheet.set_column(0, len(columns) - 1, 16, text)
        sheet.freeze_panes(1, 0)
        words = {
            "category": [category.name_zh for category in Category.objects.all()],
            "purpose": [str(label) for label in Purpose.labels],
            "delivery": [str(label) for label in Delivery.labels],
        }
        for place, field in enumerate(columns):
            sheet.write_string(0, place, field.heading, must if field.required else head)
            sheet.write_string(1, place, SAMPLE.get(field.key, ""), grey)
            known = words.get(field.key)
            if known:
                _drop_down(sheet, lists, place, known)
    return target.getvalue()


def _drop_down(
    sheet: xlsxwriter.worksheet.Worksheet, lists: xlsxwriter.worksheet.Worksheet, place: int, known: list[str]
) -> None:
    """Offer the words of a hidden column; another word is warned of, not refused."""
    for line, word in enumerate(known, start=1):
        lists.write_string(line, place, word)
    column = xlsxwriter.utility.xl_col_to_name(place, col_abs=True)
    sheet.data_validation(
        1,
        place,
        MOST_ROWS,
        place,
        {
            "validate": "list",
            "source": f"={LISTS}!{column}$2:{column}${len(known) + 1}",
            "error_type": "warning",
        },
    )
