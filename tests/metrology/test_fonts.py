"""The fonts folder: complete, unaltered, and the only fonts that printing can see."""

import os
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from fontTools.ttLib import TTFont

from metrology import fonts

CHINESE_MARKS = "“”‘’—…·"
QUANTITY_SIGNS = "μΩ±−℃²³°×÷≤≥≈√∞‰₂⁻¹kΔφσ½→№"


def cmap(name: str) -> set[int]:
    with TTFont(fonts.FOLDER / name, lazy=True) as font:
        return set(font.getBestCmap())


@pytest.fixture
def own_environment(monkeypatch):
    monkeypatch.setenv("FONTCONFIG_FILE", "elsewhere")
    return monkeypatch


def test_it_ships_exactly_the_fonts_of_the_lock():
    assert fonts.damaged() == []
    assert {path.name for path in fonts.FOLDER.glob("*.ttf")} == set(fonts.entries())
    assert {entry["family"] for entry in fonts.entries().values()} == fonts.FAMILIES


def test_it_names_an_altered_and_an_absent_font(tmp_path, monkeypatch):
    for name in fonts.entries():
        shutil.copy(fonts.FOLDER / name, tmp_path / name)
    monkeypatch.setattr(fonts, "FOLDER", tmp_path)
    (tmp_path / "LiangzhunSans-Bold.ttf").write_bytes(b"not a font")
    (tmp_path / "LiangzhunLatin-Italic.ttf").unlink()

    assert sorted(fonts.damaged()) == ["LiangzhunLatin-Italic.ttf", "LiangzhunSans-Bold.ttf"]


def test_every_package_has_its_licence_text():
    for package in {entry["package"] for entry in fonts.entries().values()}:
        name = package.split("/")[1].split("@")[0]
        assert "SIL Open Font License" in (fonts.FOLDER / f"OFL-{name}.txt").read_text(encoding="utf-8")


def test_it_stays_small_enough_for_a_clone():
    assert sum(path.stat().st_size for path in fonts.FOLDER.iterdir() if path.is_file()) <= 15_000_000


@pytest.mark.parametrize("name", ["LiangzhunSerif-Regular.ttf", "LiangzhunSerif-Bold.ttf"])
def test_the_chinese_face_has_all_of_gb2312_and_name_characters_beyond_it(name):
    rows, cells = range(0xB0, 0xF8), range(0xA1, 0xFF)
    gb2312 = "".join(bytes([row, cell]).decode("gb2312", "ignore") for row in rows for cell in cells)
    assert len(gb2312) == 6763

    assert set(map(ord, gb2312 + "堃喆玥珺祎䶮赟𬭎")) <= cmap(name)


@pytest.mark.parametrize("style", ["Regular", "Bold", "Italic", "BoldItalic"])
def test_the_latin_face_has_digits_of_one_width_and_the_signs_of_quantities(style):
    with TTFont(fonts.FOLDER / f"LiangzhunLatin-{style}.ttf") as font:
        glyphs, widths = font.getBestCmap(), font["hmtx"]
        assert len({widths[glyphs[ord(digit)]][0] for digit in "0123456789"}) == 1
        assert [sign for sign in QUANTITY_SIGNS if ord(sign) not in glyphs] == []


def test_chinese_marks_are_left_to_the_chinese_face_and_given_back_to_english():
    marks = set(map(ord, CHINESE_MARKS))
    assert not marks & cmap("LiangzhunLatin-Regular.ttf")
    assert marks <= cmap("LiangzhunSerif-Regular.ttf") & cmap("LiangzhunLatinMarks-Regular.ttf")


def test_no_font_keeps_tables_that_printing_does_not_use():
    for name in fonts.entries():
        with TTFont(fonts.FOLDER / name, lazy=True) as font:
            assert not {"GPOS", "GSUB", "vmtx", "vhea", "fpgm"} & set(font.keys())


def test_it_points_fontconfig_at_one_folder_and_a_cache_in_the_data_folder(tmp_path, own_environment):
    file = fonts.configure(tmp_path)

    assert os.environ["FONTCONFIG_FILE"] == str(file)
    document = ElementTree.parse(file)
    assert [element.text for element in document.findall("dir")] == [str(fonts.FOLDER)]
    assert document.find("include") is None
    cache = Path(document.findtext("cachedir", ""))
    assert cache.is_dir() and cache.is_relative_to(tmp_path)


def test_it_takes_the_data_folder_from_the_environment(tmp_path, own_environment):
    own_environment.setenv("DATA_DIR", str(tmp_path / "R&D <data>"))

    file = fonts.configure()

    assert file.is_relative_to(tmp_path / "R&D <data>")
    assert ElementTree.parse(file).findtext("cachedir", "").startswith(str(tmp_path / "R&D <data>"))


def test_other_fonts_make_another_cache(tmp_path, own_environment):
    before = ElementTree.parse(fonts.configure(tmp_path)).findtext("cachedir")
    lock = tmp_path / "fonts.lock.json"
    lock.write_text("{}", encoding="utf-8")
    own_environment.setattr(fonts, "LOCK", lock)

    assert ElementTree.parse(fonts.configure(tmp_path)).findtext("cachedir") != before
