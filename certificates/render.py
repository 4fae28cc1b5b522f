"""From a snapshot to a bilingual A4 document: the same snapshot gives the same bytes."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from certificates import sheets
from metrology import pdf
from metrology.svg import qr_svg

Snapshot = dict[str, Any]

TEMPLATE = "pdf/certificate.html"
STYLES = [Path("templates") / "pdf" / name for name in ("certificate.css", "pages.css")]


@dataclass(frozen=True)
class Words:
    """What a kind of document calls itself and its parts."""

    title_zh: str
    title_en: str
    act_zh: str
    by_zh: str
    by_en: str
    date_en: str
    method_en: str


KINDS = {
    "verification": Words(
        "检定证书",
        "Verification Certificate",
        "检定",
        "检定员",
        "Verified by",
        "Date of verification",
        "Verification regulation",
    ),
    "rejection": Words(
        "检定结果通知书",
        "Notice of Verification Result",
        "检定",
        "检定员",
        "Verified by",
        "Date of verification",
        "Verification regulation",
    ),
    "calibration": Words(
        "校准证书",
        "Calibration Certificate",
        "校准",
        "校准员",
        "Calibrated by",
        "Date of calibration",
        "Calibration method",
    ),
    "test": Words("检测报告", "Test Report", "检测", "检测员", "Tested by", "Date of test", "Test method"),
}
RULES = {
    "jjg_simple": (
        "简单接受：测量不确定度由规程控制，测得值在限值以内即判合格。",
        "Simple acceptance: the regulation controls the uncertainty; a value within its limits passes.",
    ),
    "jjf1094": (
        "JJF 1094—2002：U ≤ MPEV/3 时简单接受，否则按 U 收紧或放宽限值判定。",
        "JJF 1094-2002: simple acceptance while U ≤ MPEV/3, otherwise limits tightened and widened by U.",
    ),
}
ROLES = {
    "master": ("主标准器", "Master standard"),
    "ancillary": ("主要配套设备", "Ancillary equipment"),
    "auxiliary": ("辅助设备", "Auxiliary equipment"),
}


def document(snapshot: Snapshot) -> bytes:
    """The printed certificate; MissingGlyph when a character has no drawing in the project's fonts."""
    approved = datetime.fromisoformat(snapshot["approved_at"])
    title = f"{KINDS[snapshot['kind']].title_zh} {snapshot['number']}".strip()
    return pdf.render(
        page(snapshot),
        metadata=pdf.Metadata(
            title=title,
            created=approved,
            modified=approved,
            author=snapshot["institute"]["name_zh"],
            description=f"{KINDS[snapshot['kind']].title_en} {snapshot['number']}".strip(),
        ),
        stylesheets=(style(),),
    )


def page(snapshot: Snapshot) -> str:
    """The document as HTML."""
    words = KINDS[snapshot["kind"]]
    calibration = snapshot["kind"] == "calibration"
    records = [
        {
            "heading": sheets.ADJUSTMENTS[record["adjustment"]] if len(snapshot["records"]) > 1 else None,
            "parts": sheets.parts_of(record, judged=snapshot["judged"], calibration=calibration),
        }
        for record in snapshot["records"]
    ]
    return render_to_string(
        TEMPLATE,
        {
            "s": snapshot,
            "words": words,
            "spaced_title": "\u2002".join(words.title_zh) if len(words.title_zh) < 6 else words.title_zh,
            "records": records,
            "failures": sheets.failures(snapshot["records"][-1]) if snapshot["kind"] == "rejection" else [],
            "dates": {name: chinese_date(day) for name, day in snapshot["dates"].items()},
            "qr": qr_svg(snapshot["check_url"], border=0) if snapshot["code"] else "",
            "code_groups": grouped(snapshot["code"]),
            "equipment": [
                entry | {"role_zh": ROLES[entry["role"]][0], "role_en": ROLES[entry["role"]][1]}
                for entry in snapshot["equipment"]
            ],
            "rules": rules_of(snapshot) if calibration and snapshot["judged"] else [],
            "is_preview": not snapshot["number"],
            "licence": next(
                (row for row in snapshot["institute"]["authorisations"] if row["kind"] == "statutory"), None
            ),
        },
    )


def rules_of(snapshot: Snapshot) -> list[tuple[str, str]]:
    """The decision rules behind the verdict, in words."""
    return [RULES[name] for name in snapshot["rule"].split(",") if name in RULES]


def chinese_date(day: str) -> str:
    """2026-03-05 as 2026年03月05日; nothing stays nothing."""
    if not day:
        return ""
    parsed = date.fromisoformat(day)
    return f"{parsed.year}年{parsed.month:02d}月{parsed.day:02d}日"


def grouped(code: str) -> list[str]:
    """A code in groups of four, for reading it aloud."""
    return [code[start : start + 4] for start in range(0, len(code), 4)]


@cache
def style() -> str:
    """The style sheet, with a class for every width and padding that brings decimal points together."""
    steps = range(sheets.WIDEST_NUMBER + 1)
    room = "".join(f".w{n} {{width: {n / 4}em}} .p{n} {{padding-right: {n / 4}em}}" for n in steps)
    return "\n".join((settings.BASE_DIR / path).read_text(encoding="utf-8") for path in STYLES) + room
