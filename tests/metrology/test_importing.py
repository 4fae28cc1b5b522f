"""Reading tables that people bring: what a spreadsheet has changed is named, what is no table is refused."""

import io
import zipfile
from datetime import datetime

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from metrology import exports, importing
from metrology.errors import Invalid

KNOWN = ("器具名称", "出厂编号")


def workbook(*lines, merged=None, hidden=False):
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("表")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for place, line in enumerate(lines):
            for column, value in enumerate(line):
                if isinstance(value, datetime):
                    sheet.write_datetime(place, column, value, day)
                elif isinstance(value, str):
                    sheet.write_string(place, column, value)
                else:
                    sheet.write(place, column, value)
        if merged:
            sheet.merge_range(*merged)
        if hidden:
            book.add_worksheet("藏").hide()
    return target.getvalue()


def trap_of(value):
    table = importing.read(workbook(KNOWN, ("秤", value)), "x.xlsx", known=KNOWN)
    text = [*table.rows[0].cells, ""][1]
    trap = table.rows[0].traps.get(1)
    return text, trap.code if trap else ""


@pytest.mark.parametrize(
    ("value", "text", "code"),
    [
        ("00012", "00012", ""),
        (12, "12", ""),
        (1.5, "1.5", ""),
        (123456789012345, "123456789012345", ""),
        (12345678901234567, "1.234568E+16", "digits_lost"),
        ("1.23E+16", "1.23E+16", "digits_lost"),
        (46082, "46082", "day_number"),
        (datetime(2026, 3, 1), "2026-03-01", "day"),
        ("#N/A", "#N/A", "formula_error"),
        ("二 楼\n东\u200b侧", "二 楼 东侧", ""),
        ("=1+1", "=1+1", ""),
        (True, "TRUE", ""),
        ("x" * 3000, "x" * 2000, "cut"),
    ],
)
def test_a_cell_is_text_and_says_what_was_done_to_it(value, text, code):
    assert trap_of(value) == (text, code)


def test_merged_cells_say_where_their_value_stands():
    content = workbook(KNOWN, ("秤", "1"), ("", "2"), ("", "3"), merged=(1, 0, 3, 0, "秤"))
    rows = importing.read(content, "x.xlsx", known=KNOWN).rows
    assert [row.traps.get(0) for row in rows] == [
        None,
        importing.Trap("merged", {"line": 2, "value": "秤"}),
        importing.Trap("merged", {"line": 2, "value": "秤"}),
    ]


def test_hidden_sheets_are_not_offered():
    assert importing.read(workbook(KNOWN, ("a", "b"), hidden=True), "x.xlsx").sheets == ["表"]


@pytest.mark.parametrize("mark", ["\t", ",", ";"])
def test_the_mark_between_cells_is_found(mark):
    text = f"器具名称{mark}出厂编号\n秤{mark}1\n"
    table = importing.read(text.encode(), "x.csv", known=KNOWN)
    assert (table.headings, table.rows[0].cells, table.headed) == (list(KNOWN), ["秤", "1"], True)


def test_without_headings_the_columns_have_letters():
    table = importing.read("秤\t1\n表\t2".encode(), "pasted.txt", known=KNOWN)
    assert (table.headings, len(table.rows), table.headed) == (["A", "B"], 2, False)


@pytest.mark.parametrize(
    "heading", ["器具名称", " 器具名称＊", "器具名称（必填）", "器具 名称：", "Instrument Name"]
)
def test_a_heading_is_known_in_any_dress(heading):
    names = {"name": ["器具名称", "instrument name"]}
    assert importing.matched([heading, heading], names) == ["name", ""]


def test_what_an_export_made_harmless_comes_back_as_it_was():
    for text in ("=1+1", "-5 ℃", "@x", "+a", "plain", "'quoted"):
        line = exports.harmless(text)
        table = importing.read(f"器具名称\t出厂编号\n{line}\t1".encode(), "x.tsv", known=KNOWN)
        assert table.rows[0].cells[0] == text


def repacked(content, replace):
    """The workbook with some of its parts replaced."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, replace.get(name, old.read(name)))
        for name in replace.keys() - set(old.namelist()):
            new.writestr(name, replace[name])
    return target.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
FAR = b'<worksheet><sheetData><row r="1"><c %s t="str"><v>x</v></c></row></sheetData></worksheet>'


@pytest.mark.parametrize(
    "parts",
    [
        {"xl/media/zeros.txt": b"0" * (importing.MOST_UNPACKED + 1)},
        {SHEET: FAR % b'r="XFD1048576"'},
        {SHEET: FAR % b"r = 'XFD9'"},
        {SHEET: FAR % b'r="&#88;FD9"'},
        {SHEET: FAR % b'r="A99999999"'},
        {SHEET: b"\xff\xfe" + "<worksheet/>".encode("utf-16-le")},
        {SHEET: b"<worksheet><sheetData>"},
        {SHEET: b"no markup"},
        {"xl/workbook.xml": b""},
        {"xl/workbook.bin": b"x"},
        {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"},
    ],
    ids=lambda parts: next(iter(parts)),
)
def test_a_workbook_that_would_burst_or_breaks_is_refused(parts):
    with pytest.raises(Invalid) as refused:
        importing.read(repacked(workbook(KNOWN, ("a", "b")), parts), "x.xlsx", known=KNOWN)
    assert set(refused.value.fields) == {"/file"}


def test_too_many_rows_or_columns_are_refused():
    for text in ("a\tb\n" * (importing.MOST_ROWS + 2), "\t".join(["x"] * (importing.MOST_COLUMNS + 1))):
        with pytest.raises(Invalid):
            importing.read(text.encode(), "x.txt", headed=False)


@given(st.binary(max_size=300), st.sampled_from(["x.csv", "x.xlsx", "x"]))
def test_any_bytes_are_read_or_refused(content, name):
    try:
        table = importing.read(content, name, known=KNOWN)
    except Invalid:
        return
    assert all(len(row.cells) == len(table.headings) for row in table.rows)
