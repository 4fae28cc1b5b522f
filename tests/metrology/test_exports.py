"""Tables as files: every row of the view, nothing else's, and never a formula."""

import csv
import io
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from instruments.models import Instrument
from metrology import clock, exports
from metrology.pages import Cell, Column, Line
from metrology.search import index
from tests import make
from tests.pages import enter

COLUMNS = (Column("A", "a"), Column("B", "b"))
FORMULAS = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1")


def body(answer):
    return b"".join(answer.streaming_content)


def lines_of(answer):
    return list(csv.reader(io.StringIO(body(answer).decode("utf-8-sig"))))


def sheet_of(answer):
    book = CalamineWorkbook.from_filelike(io.BytesIO(body(answer)))
    return book.get_sheet_by_index(0).to_python()


def respond(wanted, *texts):
    return exports.respond(wanted, "表", COLUMNS, [Line([Cell(text), Cell("x")]) for text in texts])


@pytest.mark.parametrize("text", FORMULAS)
def test_csv_carries_no_formula(text):
    assert lines_of(respond("csv", text))[1][0] == f"'{text}"


@pytest.mark.parametrize("text", ["-0.15", "+3", "10.00", "370900260000012345", "a=b"])
def test_csv_leaves_numbers_and_words_as_they_are(text):
    assert lines_of(respond("csv", text))[1][0] == text


def test_csv_opens_in_excel_as_utf8():
    assert body(respond("csv", "砝码")).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("text", [*FORMULAS[:4], "10.00", "370900260000012345", "https://example.org"])
def test_xlsx_writes_strings_as_strings(text):
    answer = respond("xlsx", text)
    raw = body(answer)
    assert CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_index(0).to_python()[1][0] == text
    sheet = zipfile.ZipFile(io.BytesIO(raw)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and "<hyperlink" not in sheet


def test_a_count_is_a_number_and_a_label_is_not():
    rows = [Line([Cell(12, numeric=True), Cell(370900260000012345, numeric=True)])]
    assert sheet_of(exports.respond("xlsx", "t", COLUMNS, rows))[1] == [12.0, "370900260000012345"]


def test_what_no_sheet_can_hold_is_left_out():
    assert sheet_of(respond("xlsx", "a\x00b\x07c" + "x" * 40_000))[1][0].startswith("abcx")


def test_a_file_that_is_cut_says_so(monkeypatch):
    monkeypatch.setattr(exports, "MOST_ROWS", 3)
    found = lines_of(respond("csv", *"abcd"))
    assert len(found) == 5 and "3" in found[-1][0]
    assert len(lines_of(respond("csv", *"abc"))) == 4


def test_the_name_says_what_and_when():
    said = respond("csv", "a")["Content-Disposition"]
    assert said == f"attachment; filename*=utf-8''%E8%A1%A8-{clock.today()}.csv"


def test_a_list_is_exported_as_it_is_filtered(client, clerk, acme):
    index.refresh(Instrument, [make.instrument(acme, serial=serial).pk for serial in ("QQ1", "QQ2", "B1")])
    enter(client, clerk)
    found = lines_of(client.get("/instruments/?q=QQ&format=csv"))
    shown = client.get("/instruments/?q=QQ").context
    assert len(found) - 1 == len(shown["rows"]) == 2
    assert found[0] == [str(column.label) for column in shown["columns"]]


def test_a_list_holds_nothing_of_another_house(client, clerk, mallory, acme):
    make.instrument(acme, serial="SECRET")
    enter(client, mallory)
    assert b"SECRET" not in body(client.get("/instruments/?format=csv"))


def test_every_row_comes_once_in_few_queries(client, clerk, acme, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(exports, "CHUNK", 10)
    for n in range(25):
        make.instrument(acme, serial=f"S{n:03d}")
    assert Instrument.objects.count() == 25
    enter(client, clerk)
    with django_assert_num_queries(3 + 3):
        found = lines_of(client.get("/instruments/?format=csv"))
    assert len(found) == 26 and len({tuple(line) for line in found}) == 26


def test_a_filter_that_is_not_understood_exports_nothing(client, clerk):
    enter(client, clerk)
    answer = client.get("/instruments/?due=x&format=csv")
    assert answer.status_code == 400 and not answer.streaming


@pytest.mark.parametrize("wanted", ["pdf", "", "CSV"])
def test_an_unknown_format_is_the_page(client, clerk, wanted):
    enter(client, clerk)
    assert not client.get(f"/instruments/?format={wanted}").streaming


@pytest.mark.parametrize("wanted", ["csv", "xlsx"])
@pytest.mark.parametrize(
    "path",
    ["/standards/", "/labs/", "/equipment/", "/people/", "/methods/", "/orders/", "/jobs/", "/events/"],
)
def test_every_list_can_be_exported(client, manager, path, wanted):
    make.standard(manager.organization, make.method())
    make.metrologist(make.person(manager.organization), "test")
    enter(client, manager)
    answer = client.get(f"{path}?format={wanted}")
    assert answer.status_code == 200 and answer.streaming and len(body(answer)) > 20
