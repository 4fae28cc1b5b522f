"""The WeasyPrint half of `metrology.pdf`: one font configuration and parsed style sheets per process.

Import it only through `metrology.pdf.press()`, after the fonts are configured.
"""

import mimetypes
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from weasyprint import CSS, HTML, Attachment, Document
from weasyprint.text.ffi import harfbuzz, harfbuzz_subset
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from metrology import fonts
from metrology.pdf import STATIC, Enclosure, Metadata, Outcome, RefusedResource

BASE_STYLE = STATIC / "liangzhun" / "print.css"
READABLE = (STATIC, fonts.FOLDER)
NO_SUBSETTER = (
    "The library harfbuzz-subset (4.1 or newer) cannot be loaded, and without it one document takes "
    "many seconds: on Debian or Ubuntu run `apt-get install libharfbuzz-subset0`."
)


class ProjectFetcher(URLFetcher):  # type: ignore[misc]  # weasyprint ships no types
    """Opens data: and the project's own static files and fonts; anything else stops the rendering."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols={"data"})

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
        parts = urlsplit(url)
        if parts.scheme == "data":
            return super().fetch(url, headers)
        path = Path(url2pathname(parts.path)).resolve()
        if parts.scheme != "file" or parts.netloc or not any(path.is_relative_to(root) for root in READABLE):
            raise FatalURLFetchingError(f"refused to open {url}")
        if not path.is_file():
            raise FatalURLFetchingError(f"there is no file {path.name} in the project's static files")
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})


class Press:
    """Prints one document at a time; Pango's font map is not made for several threads."""

    def __init__(self) -> None:
        self.fetcher = ProjectFetcher()
        self.font_config = FontConfiguration()
        self.lock = Lock()
        self.style = lru_cache(maxsize=64)(self.parse)

    def parse(self, text: str) -> Any:
        return CSS(
            string=text,
            base_url=f"{STATIC.as_uri()}/",
            font_config=self.font_config,
            url_fetcher=self.fetcher,
        )

    def run(
        self,
        html: str,
        *,
        metadata: Metadata,
        stylesheets: Sequence[str],
        enclosures: Sequence[Enclosure],
        base_url: str,
        variant: str | None,
    ) -> Outcome:
        with self.lock:
            try:
                texts = [BASE_STYLE.read_text(encoding="utf-8"), *stylesheets]
                page = HTML(string=html, base_url=base_url, url_fetcher=self.fetcher)
                document = page.render(
                    font_config=self.font_config,
                    stylesheets=[self.style(text) for text in texts],
                    pdf_variant=variant,
                )
                describe(document, metadata, enclosures)
                content = document.write_pdf(pdf_variant=variant, finisher=list_each_attachment_once)
            except FatalURLFetchingError as error:
                raise RefusedResource(str(error)) from error
        return Outcome(
            content=content,
            families=frozenset(font.family for font in document.fonts.values()),
            missing=frozenset(chr(code) for font in document.fonts.values() for code in font.missing),
        )

    def faults(self) -> list[str]:
        usable = harfbuzz_subset is not None and harfbuzz.hb_version_atleast(4, 1, 0)
        return [] if usable else [NO_SUBSETTER]


def describe(document: Document, metadata: Metadata, enclosures: Sequence[Enclosure]) -> None:
    """Replace what the HTML head says by what the caller says."""
    own = document.metadata
    own.title = metadata.title
    own.authors = [metadata.author] if metadata.author else []
    own.description = metadata.description or None
    own.lang = metadata.language
    own.generator = "Liangzhun"
    own.created = stamp(metadata.created)
    own.modified = stamp(metadata.modified)
    own.attachments = [
        Attachment(
            string=enclosure.content,
            name=enclosure.name,
            description=enclosure.description,
            relationship=enclosure.relationship,
            created=metadata.created.astimezone(UTC),
            modified=metadata.modified.astimezone(UTC),
        )
        for enclosure in enclosures
    ]


def stamp(moment: datetime) -> str:
    """ISO 8601 with offset; a naive moment is a mistake of the caller."""
    if moment.tzinfo is None:
        raise ValueError("a document's dates need a time zone")
    return moment.isoformat(timespec="seconds")


def list_each_attachment_once(document: Document, pdf: Any) -> None:
    """WeasyPrint 70 names every attachment twice in /AF (its issue 2917)."""
    listed = pdf.catalog.get("AF")
    if listed:
        listed[:] = list(dict.fromkeys(listed))
