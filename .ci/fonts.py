"""Make the print fonts of metrology/fonts from their published packages (CERTIFICATES: fonts and speed).

Run by hand when a source package changes; needs npm, pip and fontTools, about two minutes:

    .venv/bin/python .ci/fonts.py            # verify the packages against fonts.lock.json, rebuild
    .venv/bin/python .ci/fonts.py --update   # accept the packages as they are now, rewrite the lock

What is kept: the 8105 characters of 通用规范汉字表, GB 2312, and the symbols of GBK. The Latin face carries
no Chinese punctuation, so that “”‘’—…· in Chinese text come from the Chinese face; the face of marks gives
them back to English text. Outlines are not changed. The results bear their own family names.
"""

import argparse
import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont

TARGET = Path(__file__).resolve().parent.parent / "metrology" / "fonts"
LOCK = TARGET / "fonts.lock.json"

SERIF = "@expo-google-fonts/noto-serif-sc@0.4.3"
SANS = "@expo-google-fonts/noto-sans-sc@0.4.3"
LATIN = "@expo-google-fonts/tinos@0.4.2"
CHARACTER_LIST = "pypinyin-dict==0.9.0"
CHARACTER_MODULE = "pypinyin_dict/pinyin_data/ktghz2013.py"

CHINESE_MARKS = frozenset(map(ord, "“”‘’—…·"))
SPACES = frozenset(map(ord, " \u00a0\u2009\u202f"))
LATIN_BLOCKS = ((0x20, 0x52F), (0x1E00, 0x1FFF), (0x2000, 0x2BFF), (0xFB00, 0xFB04))
IDEOGRAPHS = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
PRIVATE = (0xE000, 0xF8FF)
SYMBOL_BLOCKS = (
    (0x20, 0x7E),
    (0xA0, 0xFF),
    (0x2100, 0x27BF),
    (0x3000, 0x303F),
    (0x3380, 0x33DF),
    (0xFF00, 0xFF60),
)
LATIN_SYMBOLS = ((0xA0, 0xBF), (0xD7, 0xD7), (0xF7, 0xF7), (0x2000, 0x22FF))
DROPPED_TABLES = ["GPOS", "GSUB", "GDEF", "BASE", "vhea", "vmtx", "STAT", "gasp", "prep", "fpgm", "cvt "]
COPYRIGHT_NAMES = (0, 13, 14)


@dataclass(frozen=True)
class Face:
    """One font file to write: which file of which package, under which family and style."""

    package: str
    source: str
    family: str
    style: str

    @property
    def file_name(self) -> str:
        return f"{self.family}-{self.style}.ttf".replace(" ", "")


FACES = (
    Face(SERIF, "400Regular/NotoSerifSC_400Regular.ttf", "Liangzhun Serif", "Regular"),
    Face(SERIF, "700Bold/NotoSerifSC_700Bold.ttf", "Liangzhun Serif", "Bold"),
    Face(SANS, "400Regular/NotoSansSC_400Regular.ttf", "Liangzhun Sans", "Regular"),
    Face(SANS, "700Bold/NotoSansSC_700Bold.ttf", "Liangzhun Sans", "Bold"),
    *(
        Face(LATIN, source, family, style)
        for family in ("Liangzhun Latin", "Liangzhun Latin Marks")
        for source, style in (
            ("400Regular/Tinos_400Regular.ttf", "Regular"),
            ("400Regular_Italic/Tinos_400Regular_Italic.ttf", "Italic"),
            ("700Bold/Tinos_700Bold.ttf", "Bold"),
            ("700Bold_Italic/Tinos_700Bold_Italic.ttf", "Bold Italic"),
        )
    ),
)


def within(code: int, blocks: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in blocks)


def encodable(codec: str, leads: range, trails: range) -> set[int]:
    """Every character that a two-byte Chinese character set defines, asked of Python's own codec."""
    found = set()
    for lead in leads:
        for trail in trails:
            text = bytes([lead, trail]).decode(codec, errors="ignore")
            if len(text) == 1:
                found.add(ord(text))
    return found


def standard_characters(wheel: Path) -> set[int]:
    """The 8105 characters of 通用规范汉字表 (2013), as listed by the dictionary package."""
    with zipfile.ZipFile(wheel) as archive:
        source = archive.read(CHARACTER_MODULE).decode()
    characters = {int(code, 16) for code in re.findall(r"0[xX]([0-9A-Fa-f]+):", source)}
    if len(characters) != 8105:
        raise SystemExit(f"{CHARACTER_LIST} lists {len(characters)} characters, not 8105")
    return characters


def chinese_characters(wheel: Path) -> set[int]:
    """Standard characters, GB 2312, the symbols of GBK and the blocks of units and marks around them."""
    gb2312 = encodable("gb2312", range(0xA1, 0xF8), range(0xA1, 0xFF))
    gbk = encodable("gbk", range(0x81, 0xFF), range(0x40, 0xFF))
    symbols = {code for code in gbk if not within(code, IDEOGRAPHS) and not within(code, (PRIVATE,))}
    blocks = {code for first, last in SYMBOL_BLOCKS for code in range(first, last + 1)}
    return standard_characters(wheel) | gb2312 | symbols | blocks


def wanted(face: Face, font: TTFont, chinese: set[int]) -> set[int]:
    available: set[int] = set(font.getBestCmap())
    if face.family == "Liangzhun Latin Marks":
        return available & (CHINESE_MARKS | SPACES)
    if face.family == "Liangzhun Latin":
        return {code for code in available if within(code, LATIN_BLOCKS)} - CHINESE_MARKS
    if face.family == "Liangzhun Sans":
        leave_to_latin = {code for code in available if within(code, LATIN_SYMBOLS)} - CHINESE_MARKS
        return (available & chinese) - (leave_to_latin & full_width(font))
    return available & chinese


def full_width(font: TTFont) -> set[int]:
    em, widths = font["head"].unitsPerEm, font["hmtx"]
    return {code for code, glyph in font.getBestCmap().items() if widths[glyph][0] == em}


def cut(font: TTFont, characters: set[int]) -> None:
    options = subset.Options()
    options.drop_tables += DROPPED_TABLES
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.glyph_names = False
    options.name_IDs = list(COPYRIGHT_NAMES)
    options.name_languages = ["*"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters)
    cutter.subset(font)


def rename(font: TTFont, face: Face) -> None:
    names = font["name"]
    texts = {
        1: face.family,
        2: face.style,
        3: f"{face.family} {face.style}; subset",
        4: f"{face.family} {face.style}",
        6: f"{face.family}-{face.style}".replace(" ", ""),
    }
    for identifier, text in texts.items():
        names.setName(text, identifier, 3, 1, 0x409)


def build(face: Face, folder: Path, chinese: set[int]) -> dict[str, Any]:
    with TTFont(folder / face.source, recalcTimestamp=False) as font:
        cut(font, wanted(face, font, chinese))
        rename(font, face)
        output = TARGET / face.file_name
        font.save(output)
        count = len(font.getBestCmap())
    data = output.read_bytes()
    return {
        "family": face.family,
        "style": face.style,
        "package": face.package,
        "source": face.source,
        "characters": count,
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def integrity(path: Path) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


def fetch_npm(package: str, folder: Path) -> Path:
    result = subprocess.run(
        ["npm", "pack", "--json", package], cwd=folder, check=True, capture_output=True, text=True
    )
    file_name: str = json.loads(result.stdout)[0]["filename"]
    return folder / file_name.replace("@", "").replace("/", "-")


def fetch_wheel(requirement: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder), requirement]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def unpack(archive: Path, folder: Path) -> Path:
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / "package"


def check(packages: dict[str, dict[str, str]]) -> None:
    """Refuse a package whose content is not the one that the lock names."""
    locked = json.loads(LOCK.read_text(encoding="utf-8"))["packages"]
    changed = [name for name, entry in packages.items() if locked.get(name) != entry]
    if changed:
        raise SystemExit(f"not the locked content: {', '.join(changed)} (--update accepts it)")


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the print fonts from their published packages.")
    parser.add_argument("--update", action="store_true", help="accept changed packages and rewrite the lock")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        wheel = fetch_wheel(CHARACTER_LIST, folder)
        archives = {package: fetch_npm(package, folder) for package in (SERIF, SANS, LATIN)}
        packages = {
            name: {"licence": licence, "integrity": integrity(path)}
            for name, path, licence in (
                (CHARACTER_LIST, wheel, "MIT; only the list of characters is used"),
                *((package, path, "OFL-1.1") for package, path in archives.items()),
            )
        }
        if not arguments.update:
            check(packages)
        chinese = chinese_characters(wheel)
        outputs: dict[str, dict[str, Any]] = {}
        for number, (package, archive) in enumerate(archives.items()):
            unpacked = unpack(archive, folder / str(number))
            licence = TARGET / f"OFL-{package.split('/')[1].split('@')[0]}.txt"
            licence.write_bytes((unpacked / "LICENSE_FONT").read_bytes())
            for face in FACES:
                if face.package == package:
                    outputs[face.file_name] = build(face, unpacked, chinese)
    lock = {"packages": packages, "fonts": outputs}
    LOCK.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    total = sum(entry["bytes"] for entry in outputs.values())
    sys.stdout.write(f"{len(outputs)} fonts, {total / 1e6:.1f} MB\n")


if __name__ == "__main__":
    main()
