"""Reference tables and method documents as the science tests use them."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from metrology.science.evaluation import CellKey
from metrology.science.method import Direction, MethodDocument, parse
from metrology.science.mpe import Tables, load_tables

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (ROOT / "metrology" / "seed" / "methods", ROOT / "tests" / "data" / "methods")


@pytest.fixture(scope="session")
def tables() -> Tables:
    return load_tables(ROOT / "metrology" / "seed" / "mpe_tables.json")


@pytest.fixture(scope="session")
def document() -> Callable[[str], dict]:
    def load(name: str) -> dict:
        path = next(folder / f"{name}.json" for folder in FOLDERS if (folder / f"{name}.json").exists())
        return json.loads(path.read_text(encoding="utf-8"))

    return load


@pytest.fixture(scope="session")
def method(document: Callable[[str], dict]) -> Callable[[str], MethodDocument]:
    return lambda name: parse(document(name))


@pytest.fixture
def repeats() -> Callable[..., dict[CellKey, str]]:
    """Cells of one column at one point from readings written with spaces between them."""

    def build(test: str, point: str, column: str, readings: str) -> dict[CellKey, str]:
        return {
            CellKey(test, point, column, number, Direction.NONE): text
            for number, text in enumerate(readings.split(), start=1)
        }

    return build


def pytest_make_parametrize_id(val: object) -> str | None:
    return str(val) if isinstance(val, Decimal) else None
