"""A table of 500 instruments as a clerk would send it, with seventeen errors planted in known cells.

The columns are those of the national form (e-CQS). Row numbers are those of the spreadsheet: the heading is
row 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

import xlsxwriter

from metrology.management.demo import names

COLUMNS = (
    "器具名称",
    "项别",
    "种别",
    "型号规格",
    "测量范围",
    "准确度等级",
    "出厂编号",
    "生产厂家",
    "产地",
    "安装/使用地点",
    "数量",
    "用途",
    "送检方式",
    "行政区划",
)
ROWS = 500
FIRST_ROW = 2
SHEET = "台账"
FILE_NAME = "liangzhun-demo-import.xlsx"
KINDS = (
    ("电子计价秤", "非自动衡器", "", "ACS-30", "(0.2~30) kg", "III", "贸易结算"),
    ("一般压力表", "压力仪表", "", "Y-100", "(0~1.6) MPa", "1.6", "安全防护"),
    ("冷水水表", "水表", "", "LXS-20", "Q3 = 4 m³/h", "2", "贸易结算"),
    ("血压计", "血压计(表)", "", "XJ-11D", "(0~40) kPa", "", "医疗卫生"),
)
AREAS = ("一层生鲜区", "二层食品区", "锅炉房", "配电间", "仓库东侧", "医务室")
SEVENTEEN_DIGITS = 12345678901234567


@dataclass(frozen=True)
class Planted:
    """One planted error: its row and heading in the spreadsheet, and its kind."""

    row: int
    column: str
    kind: str


@dataclass(frozen=True)
class Entry:
    """An entry of the ledger that the table repeats, so that a duplicate is met."""

    name: str
    category: str
    model: str
    serial: str


Cells = dict[str, Any]
ERRORS: Mapping[int, tuple[str, str, Any]] = {
    17: ("器具名称", "missing", ""),
    43: ("项别", "category_unknown", "星际衡器"),
    71: ("出厂编号", "digits_lost", SEVENTEEN_DIGITS),
    98: ("出厂编号", "day_number", 46082),
    127: ("器具名称", "merged", None),
    160: ("出厂编号", "twice", None),
    188: ("出厂编号", "differs", None),
    215: ("数量", "quantity", "3"),
    243: ("数量", "comma", "1,5"),
    271: ("用途", "purpose_unknown", "观赏"),
    300: ("安装/使用地点", "too_long", "演示路一号东侧第三排货架旁" * 20),
    328: ("生产厂家", "unprintable", "量天衡器\U0001f4cf制造厂（演示）"),
    356: ("送检方式", "delivery_unknown", "快递寄送"),
    384: ("出厂编号", "missing", ""),
    412: ("测量范围", "comma", "(0,04~6) kg"),
    440: ("行政区划", "region_unknown", "火星高新区"),
    471: ("出厂编号", "digits_lost", "1.2345678901234567E+16"),
}
"""Row, heading, kind and what is typed there; None: the cell takes after another row."""
TWICE_OF = 32


def rows(known: Entry | None, categories: Mapping[str, str]) -> tuple[list[Cells], list[Planted]]:
    """The table's rows with the errors in them, and the list of the errors; equal each time.

    `known` is repeated in the row of the kind `differs`; `categories` names the 项 of each kind of
    instrument as the catalogue of this register does.
    """
    table = [_row(number, categories) for number in range(FIRST_ROW, FIRST_ROW + ROWS)]
    planted = []
    for row, (column, kind, typed) in ERRORS.items():
        cells = table[row - FIRST_ROW]
        if kind == "twice":
            before = table[TWICE_OF - FIRST_ROW]
            cells.update({name: before[name] for name in ("器具名称", "项别", "型号规格", "出厂编号")})
        elif kind == "differs" and known is not None:
            cells.update(器具名称=known.name, 项别=known.category)
            cells.update(型号规格=known.model, 出厂编号=known.serial)
        elif kind == "merged":
            cells["器具名称"] = ""
        elif typed is not None:
            cells[column] = typed
        planted.append(Planted(row, column, kind))
    return table, planted


def write(target: IO[bytes], known: Entry | None, categories: Mapping[str, str]) -> list[Planted]:
    """Write the workbook and answer where the errors are."""
    table, planted = rows(known, categories)
    workbook = xlsxwriter.Workbook(target, {"in_memory": True})
    heading, text = (
        workbook.add_format({"bold": True, "num_format": "@"}),
        workbook.add_format({"num_format": "@"}),
    )
    plain = workbook.add_format()
    sheet = workbook.add_worksheet(SHEET)
    sheet.set_column(0, len(COLUMNS) - 1, 16)
    sheet.freeze_panes(1, 0)
    for place, name in enumerate(COLUMNS):
        sheet.write_string(0, place, name, heading)
    merged = {error.row for error in planted if error.kind == "merged"}
    for number, cells in enumerate(table, start=FIRST_ROW):
        for place, name in enumerate(COLUMNS):
            value = cells[name]
            if isinstance(value, int):
                sheet.write_number(number - 1, place, value, plain)
            elif not (number in merged and name == "器具名称"):
                sheet.write_string(number - 1, place, value, text)
    for row in merged:
        sheet.merge_range(row - 2, 0, row - 1, 0, table[row - 1 - FIRST_ROW]["器具名称"], text)
    workbook.close()
    return planted


def _row(number: int, categories: Mapping[str, str]) -> Cells:
    rng = names.chance("import", number)
    name, item, kind, model, measuring_range, accuracy, purpose = KINDS[rng.randrange(len(KINDS))]
    maker = rng.randrange(len(names.MAKERS))
    return {
        "器具名称": name,
        "项别": categories.get(name, item),
        "种别": kind,
        "型号规格": model,
        "测量范围": measuring_range,
        "准确度等级": accuracy,
        "出厂编号": f"IM{names.serial(maker, 2024, 100_000 + number)}",
        "生产厂家": names.MAKERS[maker],
        "产地": "演示市",
        "安装/使用地点": f"{AREAS[rng.randrange(len(AREAS))]} {number} 号",
        "数量": "1",
        "用途": purpose,
        "送检方式": ("送检", "现场检定")[rng.randrange(2)],
        "行政区划": "",
    }
