"""Printing: identical bytes, only the project's fonts, nothing silently missing, nothing fetched."""

import io
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest

from metrology import fonts, pdf, svg

ROOT = Path(__file__).resolve().parent.parent.parent
ISSUED = datetime(2026, 3, 5, 1, 2, 3, tzinfo=UTC)
METADATA = pdf.Metadata(title="检定证书 LZ-1", created=ISSUED, modified=ISSUED, author="某市计量所（演示）")
PAGE = """<html lang="zh-Hans"><body><h1>检定证书</h1><p lang="en">“Verification” certificate — it’s…</p>
<p>示值误差 −0.02 μm，电阻 10 kΩ，面积 2 m²，流量 3 m³/h，温度（20 ± 2）℃，“堃、喆”……</p></body></html>"""


def render(html=PAGE, **options):
    return pdf.render(html, metadata=METADATA, **options)


def families(content):
    found = set()
    with pikepdf.open(io.BytesIO(content)) as document:
        for page in document.pages:
            for font in page.Resources.Font.values():
                found.add(str(font.BaseFont).split("+")[1])
    return found


@pytest.mark.long
def test_it_prints_the_same_bytes_every_time_and_in_another_process():
    program = (
        "import sys; sys.path.insert(0, 'tests/metrology'); import test_pdf; "
        "sys.stdout.buffer.write(test_pdf.render())"
    )
    first = render()

    assert first.startswith(b"%PDF-")
    assert render() == first
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7", "TZ": "America/New_York"}
    other = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True)
    assert other.stdout == first, other.stderr.decode()


def test_a_child_forked_after_a_render_prints_the_same():
    first = render()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, b"1" if render() == first else b"0")
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as answer:
        assert answer.read() == b"1"


def test_the_dates_and_the_title_are_the_callers():
    with pikepdf.open(io.BytesIO(render("<title>other</title><p>量准"))) as document:
        assert str(document.docinfo["/Title"]) == METADATA.title
        assert str(document.docinfo["/Author"]) == METADATA.author
        assert str(document.docinfo["/CreationDate"]).startswith("D:20260305010203")
        assert str(document.docinfo["/ModDate"]).startswith("D:20260305010203")
        assert str(document.Root.Lang) == "zh-Hans"


def test_a_date_without_a_zone_is_refused():
    naive = pdf.Metadata(title="x", created=datetime(2026, 1, 1), modified=ISSUED)
    with pytest.raises(ValueError, match="time zone"):
        pdf.render(PAGE, metadata=naive)


def test_it_uses_only_the_projects_faces_whatever_the_page_asks_for():
    page = f'<div style="font-family: DejaVu Sans, Noto Sans CJK JP, Arial, monospace">{PAGE}</div>'

    used = families(render(page))

    assert used
    assert all(name.startswith("Liangzhun") for name in used)


def test_chinese_quotation_marks_come_from_the_chinese_face():
    assert families(render('<p lang="zh-Hans">“”……——</p>')) == {"Liangzhun-Serif"}
    assert families(render('<p lang="en">“it’s…”</p>')) >= {"Liangzhun-Latin-Marks"}


@pytest.mark.parametrize("sign", "μµΩΩ±−℃²³°×·≤≥‰₂⁻①（）〇")
def test_the_signs_of_quantities_print(sign):
    assert pdf.unprintable(sign) == []
    assert render(f"<p>{sign}</p>")


def test_an_unprintable_character_is_refused_by_name_and_never_printed_as_a_box():
    with pytest.raises(pdf.MissingGlyph) as refusal:
        render("<p>张㐂明，𠮷田</p>")

    assert refusal.value.characters == ["㐂", "𠮷"]
    assert "㐂 (U+3402)" in str(refusal.value)


def test_a_missing_glyph_in_a_page_margin_is_noticed_too():
    with pytest.raises(pdf.MissingGlyph):
        render("<p>量准</p>", stylesheets=["@page { @top-center { content: '㐂' } }"])


def test_data_entry_hears_of_the_same_characters_once_each_and_in_order():
    assert pdf.unprintable("张㐂明𠮷㐂") == ["㐂", "𠮷"]
    assert pdf.unprintable("堃喆䶮𬭎 No. 1\r\n") == []
    assert pdf.unprintable("e\u0301") == []
    assert pdf.unprintable("a\x00b\ud800") == ["\x00", "\ud800"]


def test_a_font_from_elsewhere_is_refused(monkeypatch):
    monkeypatch.setattr(fonts, "FAMILIES", fonts.FAMILIES - {fonts.SERIF})
    with pytest.raises(pdf.ForeignFont, match=fonts.SERIF):
        render()


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/a.png",
        "https://example.org/a.png",
        "file:///etc/passwd",
        "/etc/passwd",
        "../settings.py",
        "liangzhun/../../settings.py",
        "file://server/share/a.png",
        "ftp://example.org/a.png",
        "liangzhun/absent.svg",
    ],
)
def test_it_opens_nothing_but_data_and_the_projects_own_files(address):
    with pytest.raises(pdf.RefusedResource):
        render(f'<p>量准</p><img src="{address}">')
    with pytest.raises(pdf.RefusedResource):
        render("<p>量准</p>", stylesheets=[f'p {{ background: url("{address}") }}'])


def test_it_opens_a_static_file_and_data():
    assert len(render('<img src="liangzhun/logo.svg">')) > len(render("<img>"))
    assert len(render(f'<img src="{svg.qr_data_uri("a")}">')) > len(render("<img>"))


def test_it_carries_a_file_inside():
    enclosure = pdf.Enclosure("a.xml", b"<a>1</a>", "record")
    content = render(enclosures=[enclosure], variant="pdf/a-3a")

    assert render(enclosures=[enclosure], variant="pdf/a-3a") == content
    with pikepdf.open(io.BytesIO(content)) as document:
        assert document.attachments["a.xml"].get_file().read_bytes() == b"<a>1</a>"
        assert len(document.Root.AF) == 1


def test_the_environment_is_fit_to_print():
    assert pdf.check_environment() == []


def test_a_damaged_font_is_reported_with_its_cure(monkeypatch):
    monkeypatch.setattr(fonts, "damaged", lambda: ["LiangzhunSans-Bold.ttf"])
    [sentence] = pdf.check_environment()
    assert "LiangzhunSans-Bold.ttf" in sentence and "restore" in sentence


def test_a_machine_without_pango_is_told_what_to_install(monkeypatch):
    def fail():
        raise OSError("cannot load library 'libpango-1.0-0'\nmore")

    monkeypatch.setattr(pdf, "press", fail)
    [sentence] = pdf.check_environment()
    assert "libpango-1.0-0" in sentence and "apt-get install" in sentence


def test_a_machine_without_the_subsetter_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr("metrology.press.harfbuzz_subset", None)
    [sentence] = pdf.check_environment()
    assert "libharfbuzz-subset0" in sentence


def test_a_failing_sample_is_reported(monkeypatch):
    monkeypatch.setattr(pdf, "SAMPLE", "<p>㐂")
    [sentence] = pdf.check_environment()
    assert "U+3402" in sentence


def test_loading_the_module_does_not_load_weasyprint():
    program = "import sys, metrology.pdf; sys.exit('weasyprint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT).returncode == 0


def test_a_qr_code_is_a_drawing_without_size_that_says_what_it_is():
    drawing = svg.qr_svg("https://example.org/v/abc", label="查验")
    assert drawing.startswith("<svg") and "viewBox" in drawing and "<title>查验</title>" in drawing
    assert "width=" not in drawing.split(">")[0] and "style=" not in drawing
    assert svg.qr_svg("a") != svg.qr_svg("b")
