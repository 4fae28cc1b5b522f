"""Killing the worker at any moment ends as if it had never been killed; without the sweep it does not."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.faults

ROOT = Path(__file__).resolve().parents[2]


def under_fire(*arguments: str) -> tuple[int, dict[str, Any]]:
    run = subprocess.run(
        [sys.executable, "-m", "tests.faults.kill", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert run.stdout, run.stderr
    return run.returncode, json.loads(run.stdout.splitlines()[-1])


def test_it_issues_every_certificate_once_under_fire() -> None:
    code, report = under_fire("--approvals=40", "--kills=5")
    assert (code, report["states"], report["kills"]) == (0, {"issued": 40}, 5), report


def test_it_would_notice_certificates_left_behind() -> None:
    code, report = under_fire("--approvals=3", "--kills=0", "--suppress=100", "--no-sweep", "--patience=5")
    assert (code, report["healthy"], report["states"]) == (1, False, {"sealing": 3})
