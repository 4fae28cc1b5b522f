"""Tables that people bring, as a file or pasted: read into rows of text, every trap of a spreadsheet named.

Nothing is guessed back: a cell that the spreadsheet has changed before it came here carries a Trap, and
whoever knows the column says what to do about it. What is too large or not a table is refused whole.
"""

from __future__ import annotations

import csv
import io
import lzma
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, NoReturn

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from metrology.errors import Invalid
from metrology.parsing import is_storable

MOST_BYTES = 5_000_000
MOST_UNPACKED = 80_000_000
MOST_PARTS = 2_000
MOST_ROWS = 5_000
MOST_COLUMNS = 60
MOST_TEXT = 2_000
LOWEST_ROW, LAST_COLUMN = 20_000, 256
HEADING_WITHIN = 20
EXACT_DIGITS = 10**15
FIRST_DAY_NUMBER, LAST_DAY_NUMBER = 36_526, 54_789  # 2000-01-01 to 2050-01-01 as spreadsheets count days

BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)
ZIP = b"PK\x03\x04"
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
DELIMITERS = ("\t", ",", ";", "，", "；")
TEXT_NAMES = (".csv", ".txt", ".tsv")
CELL = re.compile(rb"<(?:[\w.-]+:)?c\s[^<>]*>")
PLACE = re.compile(rb"""\sr\s*=\s*["']([^"']*)["']""")
ADDRESS = re.compile(rb"([A-Za-z]{1,3})([0-9]{1,7})")
SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?[eE]\+[0-9]{1,3}", re.ASCII)
FORMULA_ERROR = re.compile(r"#(DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|GETTING_DATA|SPILL!|CALC!)")
INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]")
ESCAPED = re.compile(r"'[=+\-@\t\r\n＝＋－＠]")
IN_BRACKETS = re.compile(r"\((必填|选填|可选|required|optional)\)")
NO_MATTER = re.compile(r"[\s*:：_\-]+")


@dataclass(frozen=True)
class Trap:
    """What a spreadsheet did to a cell before it came here: a code and what goes into its sentence."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One line of the table under its number in the file."""

    line: int
    cells: list[str]
    traps: dict[int, Trap]

    @property
    def is_blank(self) -> bool:
        return not any(self.cells)


@dataclass(frozen=True)
class Table:
    """One sheet: its headings, or letters where the first line is data already, and the rows below."""

    sheet: str
    sheets: list[str]
    headings: list[str]
    rows: list[Row]
    headed: bool


def read(
    content: bytes, name: str, *, known: Iterable[str] = (), sheet: str = "", headed: bool | None = None
) -> Table:
    """The table in a file; `known` headings find the heading line, `headed` says whether there is one."""
    if len(content) > MOST_BYTES:
        _refuse(_("The file is larger than %(most)d MB. Split it.") % {"most": MOST_BYTES // 1_000_000})
    if content.startswith(OLD_OFFICE):
        _refuse(_("This is an old .xls file or one with a password. Save it as .xlsx without password."))
    if content.startswith(ZIP):
        title, titles, rows = _read_workbook(content, sheet)
    elif name.lower().endswith(TEXT_NAMES) or b"\0" not in content[:4096]:
        title, titles, rows = "", [], _read_text(decoded(content))
    else:
        _refuse(_("This is neither an .xlsx nor a .csv file."))
    return _framed(title, titles, rows, {plain_heading(text) for text in known}, headed)


def decoded(content: bytes) -> str:
    """Text in UTF-8, with or without a byte-order mark, in UTF-16 with one, or in GB 18030."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    _refuse(_("The characters of this file cannot be read. Save it as CSV UTF-8 or as .xlsx."))


def plain_heading(text: str) -> str:
    """A heading without what makes no difference: width, case, spaces, asterisks, “(必填)”."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return NO_MATTER.sub("", IN_BRACKETS.sub("", folded))


def matched(headings: Sequence[str], names: Mapping[str, Iterable[str]]) -> list[str]:
    """For each heading the field it names, or nothing; a field is given to the first heading that asks."""
    by_heading = {plain_heading(name): key for key, known in names.items() for name in known}
    taken: set[str] = set()
    found = []
    for heading in headings:
        key = by_heading.get(plain_heading(heading), "")
        found.append("" if key in taken else key)
        taken.add(key)
    return found


def tidy(text: str) -> str:
    """One line of text as people mean it: no line breaks, no invisible marks, no space around it."""
    return " ".join(INVISIBLE.sub("", text).replace("\u3000", " ").split())


def _refuse(reason: str) -> NoReturn:
    raise Invalid({"/file": [reason]})


def _framed(title: str, titles: list[str], rows: list[Row], known: set[str], headed: bool | None) -> Table:
    filled = [row for row in rows if not row.is_blank]
    if not filled:
        _refuse(_("There is nothing in this table."))
    hits = [sum(plain_heading(cell) in known for cell in row.cells) for row in filled[:HEADING_WITHIN]]
    best = max(range(len(hits)), key=lambda place: (hits[place], -place))
    if headed is None:
        headed = hits[best] > 0 or bool(titles)
    if not headed:
        best = -1
    width = max(len(row.cells) for row in filled)
    if width > MOST_COLUMNS:
        _refuse(_("The table has more than %(most)d columns.") % {"most": MOST_COLUMNS})
    data = filled[best + 1 :]
    if len(data) > MOST_ROWS:
        _refuse(_("The table has more than %(most)d rows. Split it.") % {"most": MOST_ROWS})
    named = (filled[best].cells if headed else []) + [""] * width
    used = [
        place
        for place in range(width)
        if named[place] or any(row.cells[place : place + 1] not in ([], [""]) for row in data)
    ]
    headings = [(named[place] or letter(place))[:120] for place in used]
    return Table(title, titles, headings, [_kept(row, used) for row in data], headed)


def _kept(row: Row, used: Sequence[int]) -> Row:
    """The row without the columns in which nothing stands."""
    cells = [row.cells[place] if place < len(row.cells) else "" for place in used]
    traps = {new: row.traps[old] for new, old in enumerate(used) if old in row.traps}
    return Row(row.line, cells, traps)


def letter(place: int) -> str:
    """The name a spreadsheet gives a column: A, B … Z, AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _read_text(text: str) -> list[Row]:
    """Rows of delimited text; the mark that splits the first lines best is the delimiter."""
    text = text.replace("\0", "\ufffd")
    sample = [line for line in text.splitlines() if line.strip()][:HEADING_WITHIN]
    delimiter = max(DELIMITERS, key=lambda mark: sum(line.count(mark) for line in sample))
    rows: list[Row] = []
    try:
        for line, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            if line > MOST_ROWS + HEADING_WITHIN:
                _refuse(_("The table has more than %(most)d rows. Split it.") % {"most": MOST_ROWS})
            rows.append(_row(line, [cell[1:] if ESCAPED.match(cell) else cell for cell in cells]))
    except csv.Error:
        _refuse(_("This text is not a table. Copy the cells again, or save the sheet as .xlsx."))
    return rows


def _row(line: int, cells: Sequence[Any], traps: dict[int, Trap] | None = None) -> Row:
    found = dict(traps or {})
    texts = []
    for place, cell in enumerate(cells):
        text, trap = _cell(cell)
        texts.append(text)
        if trap is not None:
            found[place] = trap
    while texts and not texts[-1]:
        texts.pop()
    return Row(line, texts, found)


def _cell(cell: Any) -> tuple[str, Trap | None]:
    """What a cell says as text, and what was done to it before."""
    if isinstance(cell, str):
        return _text(cell)
    if isinstance(cell, bool):
        return str(cell).upper(), None
    if isinstance(cell, int | float):
        return _number(float(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        cell = cell.date()
    if isinstance(cell, date | time | timedelta):
        return str(cell), Trap("day")
    return "", None


def _text(cell: str) -> tuple[str, Trap | None]:
    if not is_storable(cell):
        cell = "".join(character if is_storable(character) else "\ufffd" for character in cell)
    text = tidy(cell)
    if FORMULA_ERROR.fullmatch(text):
        return text, Trap("formula_error")
    if SCIENTIFIC.fullmatch(text):
        return text, Trap("digits_lost")
    if len(text) > MOST_TEXT:
        return text[:MOST_TEXT], Trap("cut", {"most": MOST_TEXT})
    return text, None


def _number(value: float) -> tuple[str, Trap | None]:
    """A number without a needless point; beyond 15 digits a spreadsheet has already lost some."""
    if abs(value) >= EXACT_DIGITS:
        return f"{value:.6E}", Trap("digits_lost")
    text = str(int(value)) if value.is_integer() else repr(value)
    if value.is_integer() and FIRST_DAY_NUMBER <= value < LAST_DAY_NUMBER:
        return text, Trap("day_number", {"day": str(date(1899, 12, 30) + timedelta(days=int(value)))})
    return text, None


def _read_workbook(content: bytes, wanted: str) -> tuple[str, list[str], list[Row]]:
    _guard(content)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            titles = [
                sheet.name
                for sheet in book.sheets_metadata
                if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
            ]
            if not titles:
                _refuse(_("There is nothing in this table."))
            if wanted and wanted not in titles:
                raise Invalid({"/sheet": [_("There is no such sheet.")]})
            title = wanted or titles[0]
            return title, titles, _sheet_rows(book.get_sheet_by_name(title))
    except CalamineError as error:
        raise Invalid({"/file": [_unreadable()]}) from error
    except Invalid:
        raise
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how the reader's own failure arrives
            raise
        raise Invalid({"/file": [_unreadable()]}) from error


def _unreadable() -> str:
    return _("This workbook cannot be read. Open it in a spreadsheet program and save it again as .xlsx.")


def _sheet_rows(sheet: CalamineSheet) -> list[Row]:
    cells = sheet.to_python(skip_empty_area=False, nrows=MOST_ROWS + HEADING_WITHIN + 1)
    merged: dict[int, dict[int, Trap]] = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        for place in range(left, min(right, MOST_COLUMNS) + 1):
            said = _cell(cells[top][left])[0] if top < len(cells) and left < len(cells[top]) else ""
            for line in range(top, min(bottom + 1, len(cells))):
                if said and (line, place) != (top, left) and not (line == top and place != left):
                    merged.setdefault(line, {})[place] = Trap("merged", {"line": top + 1, "value": said[:80]})
    return [_row(line + 1, row, merged.get(line)) for line, row in enumerate(cells)]


def _guard(content: bytes) -> None:
    """Refuse a workbook that unpacks to more than it may, or spreads cells over an endless sheet."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if any(part.flag_bits & 1 for part in parts):
                _refuse(
                    _("This is an old .xls file or one with a password. Save it as .xlsx without password.")
                )
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                _refuse(_("This workbook unpacks to more than may be read. Save only the one sheet."))
            if "[Content_Types].xml" not in names or names & {"xl/workbook.bin", "content.xml", "mimetype"}:
                _refuse(_("This is neither an .xlsx nor a .csv file."))
            for part in parts:
                if not part.filename.lower().endswith((".png", ".jpg", ".jpeg", ".emf", ".bin")):
                    with archive.open(part) as stream:
                        _guard_cells(stream.read(MOST_UNPACKED))
    except BROKEN as error:
        raise Invalid({"/file": [_unreadable()]}) from error


def _guard_cells(xml: bytes) -> None:
    if xml.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in xml[:64]:
        _refuse(_unreadable())
    for tag in CELL.findall(xml):
        place = PLACE.search(tag)
        if place is None or tag.endswith(b"/>"):
            continue
        address = ADDRESS.fullmatch(place[1])
        if address is None:
            _refuse(_unreadable())
        if int(address[2]) > LOWEST_ROW or _column(address[1]) > LAST_COLUMN:
            _refuse(
                _("A cell stands at %(place)s, far off the table. Delete what lies around the table.")
                % {"place": place[1].decode("ascii", "replace")}
            )


def _column(letters: bytes) -> int:
    number = 0
    for character in letters.upper():
        number = number * 26 + character - ord("A") + 1
    return number
