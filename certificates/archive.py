"""Several certificates as one ZIP: each PDF as it was sealed, and an index for a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from certificates import files
from certificates.models import Certificate
from certificates.pages import state_cell
from metrology import clock
from metrology.errors import Invalid
from metrology.exports import BOM, harmless
from metrology.pages import ActingView

MOST = 500
INDEX = "index.csv"
UNNAMED = re.compile(r"[^\w.()-]+")
LONGEST_NAME = 80


class Archive(ActingView):
    """The chosen certificates, as far as the actor may see them and they are sealed."""

    def post(self, request: HttpRequest) -> HttpResponseBase:
        numbers = list(dict.fromkeys(request.POST.getlist("number")))
        if not 1 <= len(numbers) <= MOST:
            raise Invalid(
                {"/number": [_("Choose 1 to %(most)d certificates.") % {"most": MOST}]},
                _("Choose 1 to %(most)d certificates.") % {"most": MOST},
            )
        rows = (
            Certificate.objects.visible_to(self.actor)
            .filter(number__in=[number for number in numbers if number.isprintable()])
            .select_related("head", "seal", "instrument", "client", "institute")
            .defer("snapshot")
            .order_by("pk")
        )
        found = list(rows)
        if not any(hasattr(row, "seal") for row in found):
            words = _("None of these certificates is sealed yet. Try again in a minute.")
            raise Invalid({"/number": [words]}, words)
        inside = [Inside(row, file_name(row), line_of(row)) for row in found]
        damaged = _("No file: it is not sealed, or the stored file is damaged.")
        answer = StreamingHttpResponse(packed(inside, headings(), damaged), content_type="application/zip")
        name = f"certificates-{clock.today().isoformat()}.zip"
        answer["Content-Disposition"] = content_disposition_header(True, name)
        answer["Cache-Control"] = "private, no-store"
        return answer


@dataclass(frozen=True)
class Inside:
    """One certificate of the archive: what its PDF is called and its line in the index."""

    certificate: Certificate
    name: str
    line: list[str]


def packed(found: Sequence[Inside], headings: Sequence[str], damaged: str) -> Iterator[bytes]:
    """The ZIP piece by piece: one certificate is in memory at a time."""
    pipe = _Pipe()
    lines: list[Sequence[str]] = [headings]
    with ZipFile(pipe, "w", ZIP_STORED) as archive:
        for one in found:
            content = content_of(one.certificate)
            if content is not None:
                archive.writestr(entry(one.name), content)
            lines.append([*one.line, damaged if content is None else one.name])
            yield pipe.taken()
        archive.writestr(entry(INDEX), index(lines))
        yield pipe.taken()
    yield pipe.taken()


def content_of(row: Certificate) -> bytes | None:
    """The sealed bytes; a damaged file is named in the index and breaks nothing else."""
    if not hasattr(row, "seal"):
        return None
    try:
        return files.read(row.seal.pdf_sha256)
    except files.DamagedFile:
        return None


def file_name(row: Certificate) -> str:
    """`number_serial.pdf`, without what a file system would not take."""
    serial = UNNAMED.sub("-", row.instrument.serial).strip("-.")[:LONGEST_NAME]
    return f"{row.number}_{serial}.pdf" if serial else f"{row.number}.pdf"


def entry(name: str) -> ZipInfo:
    return ZipInfo(name, date_time=clock.now().astimezone(clock.LOCAL).timetuple()[:6])


def headings() -> list[str]:
    return [
        _("Certificate no."),
        _("Kind"),
        _("Instrument"),
        _("Model"),
        _("Serial no."),
        _("Label no."),
        _("Client"),
        _("Institute"),
        _("Tested on"),
        _("Valid until"),
        _("State"),
        "SHA-256",
        _("File"),
    ]


def line_of(row: Certificate) -> list[str]:
    values = (
        row.number,
        row.get_kind_display(),
        row.instrument.name,
        row.instrument.model,
        row.instrument.serial,
        row.instrument.label_no,
        row.client.name,
        row.institute.name,
        row.tested_on,
        row.valid_until or "",
        state_cell(row).text,
        row.seal.pdf_sha256 if hasattr(row, "seal") else "",
    )
    return [str(value) for value in values]


def index(lines: Iterable[Sequence[str]]) -> bytes:
    """The list of what is inside, as CSV that carries no formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    for line in lines:
        writer.writerow([harmless(value) for value in line])
    return f"{BOM}{text.getvalue()}".encode()


class _Pipe(io.RawIOBase):
    """What the archive writes, taken out piece by piece; it cannot be sought in, as a network cannot."""

    def __init__(self) -> None:
        self.waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.waiting += data
        return len(data)

    def taken(self) -> bytes:
        found = bytes(self.waiting)
        self.waiting.clear()
        return found
