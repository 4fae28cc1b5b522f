"""The Chinese catalogue: collect and compile it, or with --check see that it is complete and current.

    .venv/bin/python .ci/messages.py            # collect from the sources, then compile
    .venv/bin/python .ci/messages.py --check    # nothing missing, fuzzy, empty or outdated

Needs gettext; the compiled catalogue is committed, so that running the program does not.
"""

import gettext
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "metrology" / "locale"
PO = LOCALE / "zh_Hans" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
IGNORED = (".venv", "var", "tests", "staticfiles", "node_modules", ".ci")


def collect() -> None:
    (LOCALE / "zh_Hans").mkdir(parents=True, exist_ok=True)
    ignored = [f"--ignore={name}" for name in IGNORED]
    command = [
        "manage.py",
        "makemessages",
        "--locale=zh_Hans",
        "--no-obsolete",
        "--no-location",
        *ignored,
    ]
    subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        check=True,
        stdout=subprocess.DEVNULL,
    )


def compiled(source: Path, target: Path) -> Path:
    subprocess.run(["msgfmt", "--check", "-o", str(target), str(source)], check=True)
    return target


def messages(path: Path) -> dict[object, str]:
    with path.open("rb") as file:
        return dict(vars(gettext.GNUTranslations(file))["_catalog"])


def undated(text: str) -> str:
    return re.sub(r'^"(POT-Creation-Date|PO-Revision-Date|X-Generator):.*$', "", text, flags=re.MULTILINE)


def left_over(option: str) -> int:
    answer = subprocess.run(
        ["msgattrib", option, "--no-obsolete", str(PO)], capture_output=True, text=True, check=True
    )
    return len(re.findall(r"^msgid ", answer.stdout, re.MULTILINE)) - ('msgid ""\n' in answer.stdout)


def faults(folder: Path) -> list[str]:
    before = PO.read_bytes()
    try:
        collect()
        current = undated(PO.read_text(encoding="utf-8"))
    finally:
        PO.write_bytes(before)
    found = []
    if current != undated(before.decode("utf-8")):
        found.append("the catalogue is behind the sources: run .ci/messages.py, translate, commit")
    for option, word in (("--only-fuzzy", "fuzzy"), ("--untranslated", "untranslated")):
        if count := left_over(option):
            found.append(f"{count} {word} messages in {PO.relative_to(ROOT)}")
    if not MO.exists() or messages(compiled(PO, folder / "django.mo")) != messages(MO):
        found.append(f"{MO.relative_to(ROOT)} is not compiled from its .po: run .ci/messages.py")
    return found


def check() -> int:
    if not PO.exists():
        print(f"no catalogue at {PO.relative_to(ROOT)}")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        found = faults(Path(folder))
    for line in found:
        print(line)
    return bool(found)


if __name__ == "__main__":
    if not shutil.which("msgfmt"):
        sys.exit("gettext is missing: type 'apt-get install gettext'.")
    if "--check" in sys.argv:
        sys.exit(check())
    collect()
    compiled(PO, MO)
