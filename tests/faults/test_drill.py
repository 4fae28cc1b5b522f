"""A backup taken while everybody works comes back as of its moment, and a damaged one is refused."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.faults

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    run = subprocess.run(
        [sys.executable, "-m", "tests.faults.drill"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return found


def test_it_backs_up_while_a_writer_commits(report: dict[str, Any]) -> None:
    assert report["backups"] == [0, 0]
    assert report["parts"] > 1
    assert report["went_on"]


def test_it_shares_unchanged_files_with_the_backup_before(report: dict[str, Any]) -> None:
    assert report["shared"] >= 1


def test_it_restores_exactly_the_moment_of_the_backup(report: dict[str, Any]) -> None:
    assert report["restored"] == [0, True, ""]
    assert report["as_promised"]
    assert report["is_a_beginning"]


def test_it_touches_nothing_when_the_backup_was_altered(report: dict[str, Any]) -> None:
    assert report["damaged_refused"] == [1, True, True]


def test_it_overwrites_a_register_only_when_told(report: dict[str, Any]) -> None:
    assert (report["again_refused"], report["replaced"]) == (1, 0)
