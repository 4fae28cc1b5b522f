"""What the repository may hold: short files and functions, nothing heavy, no machine or index address."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE, LONGEST_FUNCTION = 400, 50
HEAVIEST = 5_000_000
WRITTEN_BY_HAND = {".py", ".js", ".html", ".css", ".sh"}
GIVEN = re.compile(r"(^|/)(vendor|migrations)/|\.min\.")
THIS = Path(__file__).relative_to(ROOT).as_posix()

INDEX = re.compile(
    r"(index[-]url|[\"]resolved[\"]:|\b(pypi|pythonhosted|npmjs|yarnpkg)[.](org|com)\b"
    r"|\b(pypi|mirrors?)[.][a-z0-9-]+[.](cn|com|edu|org)\b)",
    re.IGNORECASE,
)
HERE = [re.escape(f"{folder}/") for folder in (ROOT, Path.home()) if len(folder.parts) > 2]
MACHINE = re.compile("|".join([*HERE, r"/Users/\w+/", r"/home/\w+/", r"/root/"]))


def tracked() -> list[Path]:
    answer = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in answer.stdout.split("\0") if name and (ROOT / name).is_file()]


def too_long(path: Path, name: str, text: str) -> Iterator[str]:
    if path.suffix not in WRITTEN_BY_HAND or GIVEN.search(name):
        return
    lines = text.count("\n") + (not text.endswith("\n"))
    if lines > LONGEST_FILE:
        yield f"{name}: {lines} lines, at most {LONGEST_FILE}"
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    yield f"{name}:{node.lineno}: {node.name} has {length} lines, at most {LONGEST_FUNCTION}"


def addresses(name: str, text: str) -> Iterator[str]:
    if name == THIS or GIVEN.search(name) or name.endswith(".svg"):
        return
    for number, line in enumerate(text.splitlines(), 1):
        if INDEX.search(line):
            yield f"{name}:{number}: address of a package index: {line.strip()[:80]}"
        if MACHINE.search(line):
            yield f"{name}:{number}: path of one machine: {line.strip()[:80]}"


def faults() -> Iterator[str]:
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        size = os.path.getsize(path)
        if size > HEAVIEST:
            yield f"{name}: {size} bytes, at most {HEAVIEST}"
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        yield from too_long(path, name, text)
        yield from addresses(name, text)


if __name__ == "__main__":
    found = list(faults())
    for line in found:
        print(line)
    sys.exit(bool(found))
