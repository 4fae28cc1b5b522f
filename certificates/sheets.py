"""Tables of a printed document from the records of a snapshot: aligned decimals, limits, verdicts."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

Record = dict[str, Any]

DIGIT, POINT = 2, 1
WIDEST_NUMBER = 60
WIDEST = 9
REPEATS_PER_ROW = 10
NUMBER = re.compile(r"^([+−±]?\d*)(?:\.(\d+))?$")
ARROWS = {"none": "", "up": " ↑", "down": " ↓"}
VERDICTS = {
    "pass": ("合格", "Pass"),
    "fail": ("不合格", "Fail"),
    "undetermined": ("无法判定", "Undetermined"),
    "conditional_pass": ("有条件合格", "Conditional pass"),
    "conditional_fail": ("有条件不合格", "Conditional fail"),
}
LOOKS = {"pass": ("正常", "Normal"), "fail": ("异常", "Abnormal")}
ADJUSTMENTS = {
    "as_found": ("调整（修理）前", "As found, before adjustment or repair"),
    "as_left": ("调整（修理）后", "As left, after adjustment or repair"),
}
WORST = ("fail", "conditional_fail", "undetermined", "conditional_pass", "pass")


@dataclass
class Cell:
    """One entry; `pad` and `width` (in quarters of an em) bring the decimal points of a column together."""

    text: str
    en: str = ""
    tone: str = ""
    pad: int = 0
    width: int = 0


@dataclass(frozen=True)
class Column:
    """A heading in both languages, with its unit."""

    zh: str
    en: str
    unit: str = ""
    kind: str = "number"


@dataclass
class Sheet:
    """One table."""

    columns: list[Column]
    rows: list[list[Cell]]
    caption_zh: str = ""
    caption_en: str = ""


@dataclass
class Part:
    """One test: its tables, and the results over all its points."""

    zh: str
    en: str
    clause: str
    sheets: list[Sheet] = field(default_factory=list)
    whole: list[Record] = field(default_factory=list)


def parts_of(record: Record, *, judged: bool, calibration: bool) -> list[Part]:
    """The tests of one record as tables, in the order of the method."""
    return [_part(section, judged, calibration) for section in record["sections"]]


def failures(record: Record) -> list[Record]:
    """Every result that was judged a failure, for the notice."""
    found = []
    for section in record["sections"]:
        for point in [*section["points"], None]:
            values = section["whole"] if point is None else point["values"]
            found += [
                {
                    "zh": section["zh"],
                    "en": section["en"],
                    "point": "" if point is None else _place(point),
                    "result_zh": value["zh"],
                    "result_en": value["en"],
                    "value": VERDICTS["fail"][0] if value["reported"] in WORST else shown(value),
                    "limit": f"{limit_of(value)} {value['unit']}".strip(),
                }
                for value in values
                if value["verdict"] == "fail"
            ]
    return found


def minus(text: str) -> str:
    """A number with the true minus sign."""
    return f"−{text[1:]}" if text.startswith("-") else text


def limit_of(value: Record) -> str:
    """The limits of a result as a metrologist writes them."""
    low, high = value["low"], value["high"]
    if low and high:
        return f"±{high}" if low == f"-{high}" else f"{minus(low)} ~ {minus(high)}"
    if high:
        return f"≤ {minus(high)}"
    return f"≥ {minus(low)}" if low else ""


def shown(value: Record) -> str:
    """A result with its unit."""
    return f"{minus(value['reported'])} {value['unit']}".strip()


def _part(section: Record, judged: bool, calibration: bool) -> Part:
    part = Part(section["zh"], section["en"], section["clause"])
    if not section["points"]:
        pass
    elif all(column["check"] for column in section["columns"]):
        part.sheets.append(_checks(section, judged))
    else:
        part.sheets += _tables(section, judged, calibration)
    for value in section["whole"]:
        zh, en = VERDICTS.get(value["verdict"], ("", "")) if judged else ("", "")
        part.whole.append(
            {
                "zh": value["zh"],
                "en": value["en"],
                "value": shown(value),
                "limit": f"{limit_of(value)} {value['unit']}".strip() if judged and limit_of(value) else "",
                "verdict_zh": zh,
                "verdict_en": en,
                "tone": value["verdict"],
            }
        )
    return part


def _checks(section: Record, judged: bool) -> Sheet:
    """What was looked at, and whether it was in order."""
    names = {column["key"]: column for column in section["columns"]}
    rows = []
    for point in section["points"]:
        for reading in point["readings"]:
            column = names.get(reading["column"], {"zh": reading["column"], "en": ""})
            item = Cell(column["zh"], column["en"], tone="item")
            if len(section["points"]) > 1:
                item.text = f"{point['zh']} · {column['zh']}"
            rows.append([item, _verdict(reading["text"]) if judged else _look(reading["text"])])
    columns = [Column("检查项目", "Item", kind="item"), Column("结果", "Result", kind="verdict")]
    return Sheet(columns, rows)


def _tables(section: Record, judged: bool, calibration: bool) -> list[Sheet]:
    """Readings and results side by side where they fit, else one table after the other."""
    heads, places = _places(section)
    readings = _reading_columns(section)
    results = _result_columns(section, judged, calibration)
    repeated = any(reading["repeat"] > 1 for point in section["points"] for reading in point["readings"])
    together = not repeated and len(heads) + len(readings) + len(results) <= WIDEST
    if together:
        return [_sheet([*heads, *readings, *results], _rows(section, places, readings, results))]
    first = _repeats(section, heads, places) if repeated else None
    if first is None:
        first = _sheet([*heads, *readings], _rows(section, places, readings, []))
    first.caption_zh, first.caption_en = "读数", "Readings"
    if not results:
        return [first]
    second = _sheet([*heads, *results], _rows(section, places, [], results))
    second.caption_zh, second.caption_en = "结果", "Results"
    return [first, second]


@dataclass(frozen=True)
class _Reading(Column):
    key: str = ""
    direction: str = "none"


@dataclass(frozen=True)
class _Result(Column):
    key: str = ""
    what: str = "reported"


def _places(section: Record) -> tuple[list[Column], list[list[Cell]]]:
    """The columns that say where a row was measured: a name, a nominal value, or both."""
    named = any(point["zh"] for point in section["points"])
    valued = any(point["nominal"] for point in section["points"])
    heads = [Column("位置", "Position", kind="label")] if named or not valued else []
    if valued:
        heads.append(Column("标称值", "Nominal", section["unit"]))
    rows = []
    for point in section["points"]:
        cells = [Cell(point["zh"] or point["key"], point["en"])] if named or not valued else []
        if valued:
            cells.append(Cell(minus(point["nominal"]) or "—"))
        rows.append(cells)
    return heads, rows


def _place(point: Record) -> str:
    nominal = f"{minus(point['nominal'])} {point['unit']}".strip() if point["nominal"] else ""
    return " · ".join(text for text in (point["zh"], nominal) if text)


def _reading_columns(section: Record) -> list[_Reading]:
    present = {
        (reading["column"], reading["direction"])
        for point in section["points"]
        for reading in point["readings"]
    }
    return [
        _Reading(
            column["zh"] + ARROWS[direction],
            column["en"],
            column["unit"],
            "verdict" if column["check"] else "number",
            column["key"],
            direction,
        )
        for column in section["columns"]
        for direction in ARROWS
        if (column["key"], direction) in present
    ]


def _result_columns(section: Record, judged: bool, calibration: bool) -> list[_Result]:
    checks = {column["key"] for column in section["columns"] if column["check"]}
    every = [value for point in section["points"] for value in point["values"] if value["key"] not in checks]
    keys = list(dict.fromkeys(value["key"] for value in every))
    first = {key: next(value for value in every if value["key"] == key) for key in keys}
    columns: list[_Result] = []
    alike = len({tuple(limit_of(value) for value in every if value["key"] == key) for key in keys}) == 1
    for key in keys:
        value = first[key]
        mine = [entry for entry in every if entry["key"] == key]
        columns.append(_Result(value["zh"], value["en"], value["unit"], "number", key))
        if calibration or any(entry["U"] for entry in mine):
            columns.append(_Result("U", "", value["unit"], "symbol", key, "U"))
            columns.append(_Result("k", "", "", "symbol", key, "k"))
        limited = judged and any(limit_of(entry) for entry in mine)
        if limited and (not alike or key == keys[-1]):
            zh, en = ("最大允许误差", "MPE") if alike else ("限值", "Limit")
            columns.append(_Result(zh, en, value["unit"], "number", key, "limit"))
    if judged and any(value["verdict"] for value in every):
        columns.append(_Result("结论", "Verdict", "", "verdict", "", "verdict"))
    return columns


def _rows(
    section: Record, places: list[list[Cell]], readings: Sequence[_Reading], results: Sequence[_Result]
) -> list[list[Cell]]:
    rows = []
    for point, place in zip(section["points"], places, strict=True):
        texts = {(entry["column"], entry["direction"]): entry["text"] for entry in point["readings"]}
        row = [Cell(cell.text, cell.en) for cell in place]
        for column in readings:
            text = texts.get((column.key, column.direction), "")
            row.append(_verdict(text) if column.kind == "verdict" else Cell(minus(text) or "—"))
        row += [_result(point["values"], column) for column in results]
        rows.append(row)
    return rows


def _result(values: Iterable[Record], column: _Result) -> Cell:
    if column.what == "verdict":
        return _verdict(next((word for word in WORST if any(v["verdict"] == word for v in values)), ""))
    value = next((entry for entry in values if entry["key"] == column.key), None)
    if value is None:
        return Cell("—")
    if column.what == "limit":
        return Cell(limit_of(value) or "—")
    text = minus(value[column.what]) or "—"
    return Cell(text, tone="fail" if column.what == "reported" and value["verdict"] == "fail" else "")


def _verdict(word: str) -> Cell:
    zh, en = VERDICTS.get(word, ("—", ""))
    return Cell(zh, en, tone=word)


def _look(word: str) -> Cell:
    """What was seen, where nothing is judged."""
    return Cell(*LOOKS.get(word, ("—", "")))


def _repeats(section: Record, heads: list[Column], places: list[list[Cell]]) -> Sheet:
    """Repeated readings run along the row, at most REPEATS_PER_ROW of them."""
    columns = {column["key"]: column for column in section["columns"]}
    several = len(_reading_columns(section)) > 1
    rows: list[list[Cell]] = []
    widest = 0
    for point, place in zip(section["points"], places, strict=True):
        ordered = sorted(point["readings"], key=lambda r: (r["column"], r["direction"], r["repeat"]))
        for (key, direction), group in groupby(ordered, key=lambda r: (r["column"], r["direction"])):
            texts = [minus(reading["text"]) or "—" for reading in group]
            for start in range(0, len(texts), REPEATS_PER_ROW):
                chunk = texts[start : start + REPEATS_PER_ROW]
                widest = max(widest, len(chunk))
                row = [Cell("" if start else cell.text, "" if start else cell.en) for cell in place]
                if several:
                    row.append(Cell(columns[key]["zh"] + ARROWS[direction]))
                rows.append(row + [Cell(text) for text in chunk])
    lead = len(heads) + several
    for row in rows:
        row += [Cell("")] * (lead + widest - len(row))
    middle = [Column("读数项", "Reading", kind="label")] if several else []
    unit = next((column["unit"] for column in section["columns"] if column["unit"]), "")
    numbered = [Column(str(n), "", unit if n == 1 else "") for n in range(1, widest + 1)]
    return _sheet([*heads, *middle, *numbered], rows)


def _sheet(columns: Sequence[Column], rows: list[list[Cell]]) -> Sheet:
    for index, column in enumerate(columns):
        if column.kind in ("number", "symbol"):
            _align([row[index] for row in rows])
    return Sheet(list(columns), rows)


def _align(cells: Sequence[Cell]) -> None:
    """Give every number of a column the room its longest fraction takes; digits are half an em wide."""
    parsed = [(cell, match) for cell in cells if (match := NUMBER.match(cell.text)) and cell.text]
    if not parsed:
        return
    most = max(len(match[2] or "") for _cell, match in parsed)
    whole = max(len(match[1]) for _cell, match in parsed)
    room = whole * DIGIT + (POINT + most * DIGIT if most else 0) + POINT
    for cell, match in parsed:
        digits = len(match[2] or "")
        cell.pad = (most - digits) * DIGIT + (POINT if most and not digits else 0)
        cell.width = min(room, WIDEST_NUMBER)
