"""The printed document: the same bytes, nothing of the snapshot missing, nothing said that must not be."""

import io

import pytest
from pypdf import PdfReader

from certificates import actions, render, sheets, snapshot
from metrology import clock
from tests import make
from tests.certificates import scene

CODE = "7KQ2M9XH4TRB3PWD8FZC"
pytestmark = [pytest.mark.long, pytest.mark.usefixtures("press")]


def said_by(house, job, kind=None):
    job.approver, job.approved_on = house.approver.person, clock.today()
    decision = actions.decide(job)
    draft = snapshot.assemble(job, kind=kind or decision.kind, valid_until=decision.valid_until, refers=None)
    number = f"TA-X-{clock.today().year}-000001"
    return snapshot.complete(draft, number=number, code=CODE, issue_no=1, approved_at=clock.now().isoformat())


def pages(content):
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def text_of(content):
    return "".join("".join(pages(content)).split())


def test_it_prints_everything_a_certificate_must_say(house, job):
    said = said_by(house, job)
    content = render.document(said)
    text = text_of(content)
    wanted = [
        "检定证书",
        said["number"],
        said["institute"]["name_zh"],
        said["institute"]["address"],
        said["institute"]["phone"],
        said["institute"]["authorisations"][0]["number"],
        said["client"]["name_zh"],
        said["instrument"]["name"],
        said["instrument"]["model"],
        said["instrument"]["serial"],
        said["instrument"]["maker"],
        "准予作III级使用",
        render.chinese_date(said["dates"]["tested_on"]),
        render.chinese_date(said["dates"]["valid_until"]),
        *(said["people"][act]["name"] for act in ("tester", "checker", "approver")),
        said["people"]["approver"]["registration_no"],
        said["standard"]["name_zh"],
        said["standard"]["exam_certificate"]["number"],
        said["standard"]["public_licence"]["number"],
        said["equipment"][0]["trace"]["number"],
        "20.3",
        said["job"]["number"],
        "JJG539—2016",
        "以下空白",
        said["check_url"],
        "7KQ2",
        "±3",
    ]
    missing = [item for item in wanted if "".join(item.split()) not in text]
    assert missing == []


def test_every_result_is_printed_with_the_true_minus(house, job):
    said = said_by(house, job)
    text = text_of(render.document(said))
    values = [
        value["reported"]
        for section in said["records"][0]["sections"]
        for point in section["points"]
        for value in point["values"]
        if value["reported"] not in ("pass", "fail")
    ]
    assert any(value.startswith("-") for value in values)
    assert [value for value in values if sheets.minus(value) not in text] == []


def test_pages_are_numbered_and_name_the_certificate(house, job):
    said = said_by(house, job)
    printed = pages(render.document(said))
    for position, page in enumerate(printed, start=1):
        assert f"Page {position} of {len(printed)}" in page
        assert said["number"] in page


def test_the_same_snapshot_gives_the_same_bytes_through_the_store(house, job):
    said = said_by(house, job)
    text, _sha = snapshot.freeze(said)
    assert render.document(said) == render.document(snapshot.thaw(text))


def test_a_notice_lists_what_failed_and_has_no_validity(house):
    said = said_by(house, scene.checked_job(house, fails=True))
    text = text_of(render.document(said))
    assert "检定结果通知书" in text and "不合格项目" in text
    assert "称量，6000g：加载修正误差8.2g（限值±3g）" in text
    assert "有效期至ValiduntilX" not in text
    assert render.chinese_date(str(clock.today().year + 1) + "-01-01")[:5] not in text


@pytest.mark.parametrize("wanted", [False, True])
def test_a_calibration_judges_only_when_asked(house, wanted):
    job = scene.checked_job(house, "jjg52-2013", service="calibration", wants_verdict=wanted)
    text = text_of(render.document(said_by(house, job)))
    assert "校准证书" in text and "国际单位制" in text
    assert ("判定规则" in text) is wanted
    assert ("合格" in text) is wanted
    assert "最大允许误差为" not in text


def test_demo_and_preview_are_watermarked(db):
    house = scene.house(is_demo=True, code="DM", client=make.enterprise())
    job = scene.checked_job(house)
    said = said_by(house, job)
    assert all("DEMO" in page for page in pages(render.document(said)))
    preview = pages(render.document(said | {"number": "", "code": ""}))
    assert all("PREVIEW" in page for page in preview)


def test_repeats_run_along_the_row_and_decimals_align():
    cells = [sheets.Cell(text) for text in ("1", "0.25", "−12.5", "—")]
    sheets._align(cells)
    assert [cell.pad for cell in cells] == [5, 0, 2, 0]
    assert cells[0].width == cells[1].width == cells[2].width and cells[3].width == 0


def test_limits_read_as_a_metrologist_writes_them():
    def limit(low, high):
        return sheets.limit_of({"low": low, "high": high})

    assert [limit("-0.5", "0.5"), limit("", "2"), limit("-1", ""), limit("-1", "2"), limit("", "")] == [
        "±0.5",
        "≤ 2",
        "≥ −1",
        "−1 ~ 2",
        "",
    ]


def test_data_before_and_after_adjustment_are_both_printed(house):
    job = scene.checked_job(house, fails=True)
    scene.measure(job, adjustment="as_left")
    scene.evaluate.store(scene.Record(job))
    said = said_by(house, job)
    text = text_of(render.document(said))
    assert said["verdict"] == "pass"
    assert "调整（修理）前" in text and "调整（修理）后" in text and "不合格" in text
