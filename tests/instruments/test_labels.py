"""Labels: where each stands on its paper, how wide a bar is, and what the codes say."""

import io
import re
from decimal import Decimal
from itertools import groupby

import pytest
import segno
from pypdf import PdfReader

from instruments import labels
from tests import make

NUMBER = "370900260000012345"
CODE_C = {  # ISO/IEC 15417: widths of bars and spaces of some values, start C and stop
    105: "211232",
    37: "132113",
    9: "221213",
    0: "212222",
    "stop": "2331112",
}


def widths(modules):
    return "".join(str(len(list(run))) for _mark, run in groupby(modules))


def test_18_digits_are_pairs_of_code_set_c():
    found = labels.modules(NUMBER)
    assert len(found) == 11 * (1 + 9 + 1) + 13 == 134
    said = widths(found)
    symbols = [said[place : place + 6] for place in range(0, len(said) - 7, 6)]
    assert symbols[0] == CODE_C[105] and said[-7:] == CODE_C["stop"]
    assert symbols[1] == CODE_C[37] and symbols[2] == CODE_C[9] and symbols[3] == CODE_C[0]
    pairs = [int(NUMBER[place : place + 2]) for place in range(0, 18, 2)]
    check = (105 + sum(place * value for place, value in enumerate(pairs, 1))) % 103
    assert widths(labels.modules(f"{check:02d}"))[6:12] == symbols[10]


def test_the_drawing_has_every_module_and_no_other():
    svg = labels.bars_svg(NUMBER)
    drawn = ["0"] * 134
    for place, width in re.findall(r"M(\d+) 0h(\d+)v1", svg):
        for module in range(int(place), int(place) + int(width)):
            drawn[module] = "1"
    assert "".join(drawn) == labels.modules(NUMBER)
    assert 'viewBox="0 0 134 1"' in svg


def test_the_qr_code_says_the_bare_digits_in_21_modules():
    code = segno.make(NUMBER, micro=False, error="q", boost_error=False)
    svg = labels.qr_svg(NUMBER)
    drawn = [[0] * 21 for _ in range(21)]
    for place, row, width in re.findall(r"M(\d+) (\d+)h(\d+)v1", svg):
        for module in range(int(place), int(place) + int(width)):
            drawn[int(row)][module] = 1
    assert [[int(dark) for dark in line] for line in code.matrix] == drawn
    assert code.designator == "1-Q"


def test_every_bar_is_two_dots_of_a_203_dpi_printer_and_every_square_four():
    sheet = labels.style()
    size = {
        name: {key: Decimal(value) for key, value in re.findall(r"(top|left|width|height): ([\d.]+)mm", rule)}
        for name, rule in re.findall(r"\.lz-label > \.lz-(qr|bars) \{(.*?)\}", sheet, re.S)
    }
    assert abs(size["bars"]["width"] - 134 * labels.BAR) < Decimal("0.001")
    assert abs(size["qr"]["width"] - 21 * labels.CELL) < Decimal("0.001")
    assert size["qr"]["width"] == size["qr"]["height"]
    for one in size.values():
        for edge in ("top", "left"):
            dots = one[edge] / labels.DOT
            assert abs(dots - round(dots)) < Decimal("0.001"), "an edge between two dots blurs every bar"
    quiet = 10 * labels.BAR
    assert size["bars"]["left"] > quiet and 50 - size["bars"]["left"] - size["bars"]["width"] > quiet
    assert size["bars"]["height"] >= 5
    assert size["qr"]["left"] + size["qr"]["width"] + 4 * labels.CELL <= 50
    words = re.search(r"\.lz-name,\n\.lz-line \{\s+left: ([\d.]+)mm;\s+width: ([\d.]+)mm", sheet)
    assert words and Decimal(words[1]) + Decimal(words[2]) + 4 * labels.CELL <= size["qr"]["left"]


def test_a_sheet_takes_36_labels_within_its_edges():
    paper = labels.Paper()
    places = [paper.place(position) for position in range(labels.PER_SHEET)]
    assert len(set(places)) == 36
    assert all(left >= 0 and left + 50 <= 210 and top >= 0 and top + 30 <= 297 for left, top in places)
    for left, top in places:
        for other_left, other_top in places:
            same = (left, top) == (other_left, other_top)
            assert same or abs(left - other_left) >= 50 or abs(top - other_top) >= 30


def test_the_offset_moves_every_label_and_a_used_sheet_starts_later():
    plain, moved = labels.Paper(), labels.Paper(right=Decimal("1.5"), down=Decimal("-0.5"))
    for position in (0, 35):
        left, top = plain.place(position)
        assert moved.place(position) == (left + Decimal("1.5"), top - Decimal("0.5"))
    pages = list(labels.Paper(skip=34).pages(5))
    assert pages == [[(0, 34), (1, 35)], [(2, 0), (3, 1), (4, 2)]]
    assert list(labels.Paper(layout="roll", skip=9).pages(2)) == [[(0, 0)], [(1, 0)]]


@pytest.mark.long
@pytest.mark.django_db
def test_one_pdf_holds_all_labels_in_millimetres():
    owner = make.enterprise(name_zh="泰安市岱宗衡器有限公司（演示）")
    found = [make.instrument(owner, due_on=None) for _ in range(40)]
    sheet = PdfReader(io.BytesIO(labels.document(found, labels.Paper())))
    assert [[round(float(edge) * 25.4 / 72) for edge in page.mediabox[2:]] for page in sheet.pages] == [
        [210, 297]
    ] * 2
    text = "".join("".join(page.extract_text() for page in sheet.pages).split())
    for one in found:
        assert one.label_no in text and one.serial in text
    assert "岱宗衡器" in text
    roll = PdfReader(io.BytesIO(labels.document(found[:3], labels.Paper(layout="roll"))))
    assert [[round(float(edge) * 25.4 / 72) for edge in page.mediabox[2:]] for page in roll.pages] == [
        [50, 30]
    ] * 3


@pytest.mark.long
@pytest.mark.django_db
def test_its_bars_are_vectors():
    one = make.instrument(make.enterprise())
    page = PdfReader(io.BytesIO(labels.document([one], labels.Paper(layout="roll")))).pages[0]
    assert len(page.images) == 0
    drawn = page.get_contents().get_data().decode("latin-1")
    assert labels.modules(one.label_no).count("01") < drawn.count(" l\n") + drawn.count(" re\n")
