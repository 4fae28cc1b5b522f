"""The Chinese catalogue: whole, true to its placeholders, compiled, and spoken at the doors."""

import ast
import gettext
import re
from pathlib import Path

import pytest
from django.utils.translation import override

from tests import make
from tests.calls import API, calling

FOLDER = Path(__file__).resolve().parent.parent.parent / "metrology" / "locale" / "zh_Hans" / "LC_MESSAGES"
PART = re.compile(r'^(msgctxt|msgid_plural|msgid|msgstr(?:\[0\])?) ?((?:".*"\n?)+)', re.MULTILINE)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def entries() -> list[dict[str, str]]:
    """Every message of the catalogue, its parts under their keywords; the header is left out."""
    text = (FOLDER / "django.po").read_text(encoding="utf-8")
    blocks = [
        {key: "".join(map(ast.literal_eval, lines.splitlines())) for key, lines in PART.findall(block + "\n")}
        for block in text.split("\n\n")
    ]
    return [block for block in blocks if block.get("msgid")]


def said(entry: dict[str, str]) -> str:
    return entry.get("msgstr", "") or entry.get("msgstr[0]", "")


def test_it_leaves_no_message_fuzzy_or_empty() -> None:
    assert "fuzzy" not in (FOLDER / "django.po").read_text(encoding="utf-8")
    assert len(entries()) > 1000
    assert [entry["msgid"] for entry in entries() if not said(entry).strip()] == []


def test_it_keeps_every_placeholder() -> None:
    def names(text: str) -> set[str]:
        return set(PLACEHOLDER.findall(text))

    assert [entry["msgid"] for entry in entries() if names(entry["msgid"]) != names(said(entry))] == []


def test_it_leaves_no_stray_percent_sign() -> None:
    """A sentence that is filled in with % must hold no other % than its placeholders."""
    filled = [entry for entry in entries() if PLACEHOLDER.search(entry["msgid"])]
    assert [
        entry["msgid"] for entry in filled if "%" in PLACEHOLDER.sub("", said(entry)).replace("%%", "")
    ] == []


def test_it_is_compiled() -> None:
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for entry in entries():
        if "msgctxt" in entry:
            assert compiled.pgettext(entry["msgctxt"], entry["msgid"]) == said(entry)
        elif "msgid_plural" in entry:
            assert compiled.ngettext(entry["msgid"], entry["msgid_plural"], 2) == said(entry)
        else:
            assert compiled.gettext(entry["msgid"]) == said(entry)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("zh-hans", "小数点请用“.”，且不要使用千位分隔符。"),
        ("en", "Write the decimal mark as a point, and no separators between thousands."),
    ],
)
@pytest.mark.django_db
def test_a_refused_reading_answers_in_the_readers_language(language: str, sentence: str) -> None:
    house = make.house()
    job = make.job("measuring", at=house)
    cell = {"test": "weighing", "point": "1000", "column": "P", "value": "１，２"}
    with override(language):
        answer = calling(house.tester).post(
            f"{API}/jobs/{job.public_id}/readings/",
            {"cells": [cell]},
            format="json",
            HTTP_ACCEPT_LANGUAGE=language,
            HTTP_IDEMPOTENCY_KEY="messages",
        )
    assert [error["detail"] for error in answer.json()["errors"]] == [sentence]
