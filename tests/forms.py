"""The forms of a page as a browser would send them, and what nobody meant to type into them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.hostile import ABSENT, LONG

OWN = ("csrfmiddlewaretoken",)
MARKUP = '"><img src=x onerror=alert(1)>{{ 7|add:7 }}{% now "Y" %}'
TEXTS = (
    "",
    "   ",
    "a\0b",
    "\ufffd\u202e",
    MARKUP,
    LONG,
    "x" * 1_000_000,
    "=1+1",
    "１，２",
    "1e400",
    "-1",
    "NaN",
    "9" * 5000,
    "9223372036854775808",
    "0001-01-01",
    "9999-12-31",
    "2026-02-31",
    "[" * 50_000,
    '{"a": 1}',
    "../../etc/passwd",
    "//evil.example/",
    ABSENT,
)


@dataclass
class Form:
    """Where a form goes, how, and its fields with what stands in them."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys([*(name for name, _text in self.fields), *self.files]))

    def data(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, text in self.fields:
            found.setdefault(name, []).append(text)
        return found


class Reader(HTMLParser):
    """Collects forms; an empty text is filled in with a word, so that one spoilt field is the only one."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.open: Form | None = None
        self.named: dict[str, Form] = {}
        self.select = ""
        self.holder = Form("", "")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: text or "" for name, text in attrs}
        name = given.get("name", "")
        if tag == "form":
            action = given.get("hx-post") or given.get("action", "")
            self.open = Form(action, "post" if "hx-post" in given else given.get("method", "get").lower())
            self.forms.append(self.open)
            self.named[given.get("id", "")] = self.open
        form = self.named.get(given["form"]) if given.get("form") else self.open
        if form is None or name in OWN:
            return
        if tag in ("input", "button") and name:
            typed(form, given, name)
        elif tag == "textarea" and name:
            form.fields.append((name, "某"))
        elif tag == "select":
            self.select, self.holder = name, form
        elif (
            tag == "option"
            and self.select
            and given.get("value")
            and ("selected" in given or self.select not in self.holder.data())
        ):
            self.holder.fields = [pair for pair in self.holder.fields if pair[0] != self.select]
            self.holder.fields.append((self.select, given["value"]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        elif tag == "select":
            self.select = ""


def typed(form: Form, given: dict[str, str], name: str) -> None:
    """Take an input in as a browser sends it; an empty one says a plausible word."""
    kind, text = given.get("type", "text"), given.get("value", "")
    if kind == "file":
        form.files.append(name)
    elif kind == "radio":
        if name not in form.data():
            form.fields.append((name, text))
    elif kind in ("hidden", "checkbox", "submit"):
        form.fields.append((name, text or ("on" if kind == "checkbox" else "")))
    else:
        plain = {"number": "1", "email": "a@example.org", "date": "2026-11-22"}
        form.fields.append((name, text or plain.get(kind, "某")))


def forms_in(page: str) -> list[Form]:
    reader = Reader()
    reader.feed(page)
    return reader.forms


def spoilt(form: Form, foreign: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The fields with one gone, twice or wrong: what was done, and the fields."""
    whole: dict[str, Any] = form.data()
    yield "as it stands", whole
    yield "empty", {}
    yield "more", whole | {"state": ["issued"], "institute_id": ["1"], "is_superuser": ["1"]}
    for name in form.names:
        yield f"without {name}", {key: texts for key, texts in whole.items() if key != name}
        yield f"{name} often", whole | {name: [*whole.get(name, [""]), *foreign, "", "x"] * 40}
        for text in (*TEXTS, *foreign):
            yield f"{name}={text[:24]!r}", whole | {name: [text]}
    for name in form.files:
        for called, content, kind in uploads():
            sent = SimpleUploadedFile("x", content, kind)
            sent._name = called  # type: ignore[attr-defined]  # the name as it would come over the wire
            yield f"{name} as {called[:24]!r}", {**whole, name: sent}


def uploads() -> Iterator[tuple[str, bytes, str]]:
    """Files that nobody meant: name, content, kind."""
    yield "空.csv", b"", "text/csv"
    yield "../../../../etc/passwd", b"a,b\n1,2\n", "text/csv"
    yield "x" * 5000 + ".csv", b"a,b\n1,2\n", "text/csv"
    yield '<img src=x onerror=alert(1)>".csv', "名称,出厂编号\n秤,<script>1</script>\n".encode(), "text/csv"
    yield "a\0b.csv", b"a,b\n1,2\n", "text/csv"
    yield "wide.csv", b",".join(b"h%d" % place for place in range(100_000)) + b"\n", "text/csv"
    yield "deep.csv", b"a\n" + b"1\n" * 30_000, "text/csv"
    yield "nul.csv", b"\0" * 5000, "text/csv"
    yield "latin.csv", b"caf\xe9;\xff\xfe\x81", "text/csv"
    yield "half.csv", "名称,出厂编号\n".encode("utf-16")[:-1], "text/csv"
    yield "quoted.csv", b'"' * 200_001, "text/csv"
    yield "drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "image/svg+xml"
    yield "paper.pdf", b"%PDF-1.7\n%%EOF\n", "application/pdf"
    yield "large.csv", b"a,b\n" + b"1,2\n" * 2_000_000, "text/csv"
    yield "old.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "application/vnd.ms-excel"
    yield "broken.xlsx", b"PK\x03\x04" + b"\xff" * 600, "application/zip"
    yield "bomb.xlsx", packed({"xl/worksheets/sheet1.xml": b" " * 90_000_000}), "application/zip"
    yield "many.xlsx", packed({f"xl/{place}.xml": b"" for place in range(3000)}), "application/zip"
    yield "entities.xlsx", workbook(ENTITIES + SHEET), "application/zip"
    yield "linked.xlsx", workbook(SHEET, external=True), "application/zip"
    yield "path.xlsx", packed({"../../../tmp/x": b"1", "[Content_Types].xml": b"<Types/>"}), "application/zip"


ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c SYSTEM "file:///etc/passwd">]>'
)
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
    '<c r="A1" t="inlineStr"><is><t>名称</t></is></c><c r="B1" t="str"><f>[1]S!A1&amp;cmd|x</f><v>x</v></c>'
    "</row></sheetData></worksheet>"
)


def packed(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def workbook(sheet: str, *, external: bool = False) -> bytes:
    """The least that a reader takes for a workbook, with links outside and a macro if asked."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    parts = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1" Type="{kind}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
        f' xmlns:r="{kind}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}"><Relationship Id="r1"'
        f' Type="{kind}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
    }
    if external:
        parts["xl/externalLinks/externalLink1.xml"] = '<externalLink r:id="rId1"/>'
        parts["xl/externalLinks/_rels/externalLink1.xml.rels"] = (
            f'<Relationships xmlns="{package}"><Relationship Id="rId1" TargetMode="External"'
            ' Target="http://169.254.169.254/"/></Relationships>'
        )
        parts["xl/vbaProject.bin"] = "\xd0"
    return packed({name: text.encode() for name, text in parts.items()})
