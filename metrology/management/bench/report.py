"""docs/performance.md from the lines of a run."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import django
from django.db import connection

from metrology import clock
from metrology.management.bench.city import Size

HEADING = """# Performance

Written by `manage.py bench --write`: one section for each database, each figure beside a reference that was
measured in the same run on the same rows. Ratios travel between machines; milliseconds do not, and no test
asserts them.

| To see it | |
|---|---|
| ten thousand instruments, minutes | `python3 manage.py bench --data-dir /tmp/bench` |
| a city of a million | `python3 manage.py bench --scale city --data-dir /tmp/bench` |
| on PostgreSQL | the same with `DATABASE_URL` of an empty database instead of `--data-dir` |
"""


def section(lines: Sequence[str], size: Size) -> str:
    """The table of one run."""
    rows = [json.loads(line) for line in lines]
    said = [
        f"## {_database()}",
        "",
        f"{clock.today()}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"Django {django.__version__}: {size.instruments:,} instruments of {size.enterprises:,} enterprises, "
        f"{size.jobs:,} jobs and certificates, {size.readings:,} readings, {size.standards:,} standards.",
        "",
        "| What | Value | Reference | Ratio | Note |",
        "|---|---:|---:|---:|---|",
        *(_row(row) for row in rows),
        "",
    ]
    return "\n".join(said)


def _row(row: dict[str, Any]) -> str:
    reference = f"{row['reference']:g} {row['unit']} ({row['against']})" if "reference" in row else ""
    ratio = f"{row['ratio']:g}" if "ratio" in row else ""
    return (
        f"| {row['name']} | {row['value']:g} {row['unit']} | {reference} | {ratio} | {row.get('note', '')} |"
    )


def _database() -> str:
    if connection.vendor == "postgresql":
        version = str(connection.cursor().connection.info.server_version)
        return f"PostgreSQL {version[:-4]}.{int(version[-4:])}"
    return f"SQLite {sqlite3.sqlite_version}"


def write(path: Path, found: str) -> None:
    """Put a section into the document, in the place of that database's earlier one."""
    text = path.read_text(encoding="utf-8") if path.exists() else HEADING
    name = found.splitlines()[0].split()[1]
    parts = text.split("\n## ")
    kept = [part for part in parts[1:] if not part.startswith(name)]
    sections = sorted([*(f"## {part.strip()}\n" for part in kept), found])
    path.write_text("\n".join([HEADING, *sections]), encoding="utf-8")
