"""Bring the front-end files into metrology/static/vendor: by name, version and sha512, never from a CDN.

Run by hand when a version changes; needs npm:

    .venv/bin/python .ci/vendor.py            # verify the packages against vendor.lock.json, copy again
    .venv/bin/python .ci/vendor.py --update   # accept the packages as they are now, rewrite the lock
    .venv/bin/python .ci/vendor.py --check    # offline: do the committed files match the lock?

References to source maps are cut, because hashed static files refuse a name that is not there.
Tabler's script is not taken: menus are <details>, dialogs are <dialog>, under a policy without inline script.
"""

import argparse
import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import TypedDict

TARGET = Path(__file__).resolve().parent.parent / "metrology" / "static" / "vendor"
LOCK = TARGET / "vendor.lock.json"

HTMX = "htmx.org@2.0.11"
TABLER = "@tabler/core@1.6.1"
TABLER_ICONS = "@tabler/icons@3.51.0"
DRIVER = "driver.js@1.8.0"
LICENCES = {HTMX: "0BSD", TABLER: "MIT", TABLER_ICONS: "MIT", DRIVER: "MIT"}
SOURCE_MAP = re.compile(r"\n?(/\*# sourceMappingURL=.*?\*/|//# sourceMappingURL=\S+)\n?")

ICONS = """
    adjustments-horizontal alert-circle alert-triangle arrow-back-up ban bell building building-bank
    building-factory calendar calendar-due certificate chart-bar check checklist chevron-down
    chevron-left chevron-right circle-check circle-x clipboard-check clipboard-list clock dashboard
    download external-link eye file-certificate file-text filter gauge history home id-badge-2 inbox
    info-circle key language link list lock login logout map-pin menu-2 moon package pencil
    player-play plus printer qrcode refresh rubber-stamp ruler-measure scale scan search send
    settings shield-check stack-2 sun sun-moon thermometer tool trash truck-delivery upload user
    user-check users x
"""


class Entry(TypedDict):
    """One package of the lock."""

    licence: str
    integrity: str
    files: dict[str, str]


def wanted() -> dict[str, dict[str, str]]:
    """Path under vendor/ → path in the package, by package."""
    return {
        HTMX: {"htmx/htmx.min.js": "dist/htmx.min.js", "htmx/LICENSE": "LICENSE"},
        TABLER: {"tabler/tabler.min.css": "dist/css/tabler.min.css"},
        DRIVER: {
            "driver/driver.iife.js": "dist/driver.js.iife.js",
            "driver/driver.css": "dist/driver.css",
            "driver/LICENSE": "license",
        },
        TABLER_ICONS: {
            "tabler-icons/LICENSE": "LICENSE",
            **{f"tabler-icons/{name}.svg": f"icons/outline/{name}.svg" for name in ICONS.split()},
        },
    }


def fetch(package: str, folder: Path) -> Path:
    result = subprocess.run(
        ["npm", "pack", "--json", package], cwd=folder, check=True, capture_output=True, text=True
    )
    file_name: str = json.loads(result.stdout)[0]["filename"]
    return folder / file_name.replace("@", "").replace("/", "-")


def integrity(path: Path) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


def cleaned(name: str, text: str) -> str:
    """A script or sheet without its source map; an icon on one line, without what the template tag adds."""
    if not name.endswith(".svg"):
        return SOURCE_MAP.sub("", text).rstrip("\n") + "\n"
    shapes = re.findall(r"<(?:path|circle|rect|line|polyline)\b[^>]*?/>", text, re.DOTALL)
    drawn = [
        re.sub(r"\s+", " ", shape).replace(" />", "/>")
        for shape in shapes
        if 'd="M0 0h24v24H0z"' not in shape
    ]
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">{"".join(drawn)}</svg>\n'


def tabler_licence(sheet: str, mit: str) -> str:
    """Tabler's package carries its copyright in the sheet's banner and no licence file: join the two."""
    owners = re.findall(r"^ \* (Copyright .+)$", sheet, re.MULTILINE)
    return re.sub(r"^Copyright .+$", "\n".join(owners), mit, count=1, flags=re.MULTILINE)


def write(name: str, text: str) -> str:
    path = TARGET / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return digest(path)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def vendor(folder: Path, locked: dict[str, Entry] | None) -> dict[str, Entry]:
    contents: dict[str, dict[str, str]] = {}
    sums: dict[str, str] = {}
    for number, (package, files) in enumerate(wanted().items()):
        archive = fetch(package, folder)
        sums[package] = integrity(archive)
        if locked is not None and (package not in locked or locked[package]["integrity"] != sums[package]):
            raise SystemExit(f"not the locked content: {package} (--update accepts it)")
        place = folder / str(number)
        with tarfile.open(archive) as tar:
            tar.extractall(place, filter="data")
        contents[package] = {
            name: cleaned(name, (place / "package" / source).read_text(encoding="utf-8"))
            for name, source in files.items()
        }
    mit = contents[TABLER_ICONS]["tabler-icons/LICENSE"]
    contents[TABLER]["tabler/LICENSE"] = tabler_licence(contents[TABLER]["tabler/tabler.min.css"], mit)
    shutil.rmtree(TARGET, ignore_errors=True)
    return {
        package: Entry(
            licence=LICENCES[package],
            integrity=sums[package],
            files={name: write(name, text) for name, text in sorted(texts.items())},
        )
        for package, texts in contents.items()
    }


def differences(locked: dict[str, Entry]) -> list[str]:
    """Committed files that are absent, altered or unlisted."""
    listed = {name: known for entry in locked.values() for name, known in entry["files"].items()}
    present = {
        str(path.relative_to(TARGET)): digest(path)
        for path in TARGET.rglob("*")
        if path.is_file() and path != LOCK
    }
    return sorted(name for name in listed | present if listed.get(name) != present.get(name))


def main() -> None:
    parser = argparse.ArgumentParser(description="Bring the front-end files into the project.")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--update", action="store_true", help="accept changed packages and rewrite the lock")
    choice.add_argument("--check", action="store_true", help="only compare the committed files with the lock")
    arguments = parser.parse_args()
    locked = None if arguments.update else json.loads(LOCK.read_text(encoding="utf-8"))
    if arguments.check:
        changed = differences(locked or {})
        raise SystemExit(f"differ from vendor.lock.json: {', '.join(changed)}" if changed else 0)
    with tempfile.TemporaryDirectory() as temporary:
        entries = vendor(Path(temporary), locked)
    LOCK.write_text(json.dumps(entries, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(f"{sum(len(entry['files']) for entry in entries.values())} files\n")


if __name__ == "__main__":
    main()
