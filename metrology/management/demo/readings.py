"""Plausible readings for every cell of a plan: well within, near the limit, or beyond it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_FLOOR, Decimal
from random import Random
from typing import Any

from instruments.models import Job
from instruments.record import Record
from metrology.science.evaluation import PointPlan
from metrology.science.method import ColumnKind

PASS, NEAR, FAIL = "pass", "near", "fail"
SCALE_ERRORS = {PASS: Decimal("0.3"), NEAR: Decimal("1.4"), FAIL: Decimal("2.2")}
"""The error at the highest load in verification intervals; the limit there is 1.5."""
GAUGE_ERRORS = {PASS: Decimal(0), NEAR: Decimal("0.014"), FAIL: Decimal("0.04")}
"""The error at the upper limit as a share of it, read to a fifth of a division; class 1.6."""

Cell = dict[str, Any]


def cells_of(job: Job, outcome: str, rng: Random) -> list[Cell]:
    """One reading per cell of the job's plan."""
    plans = Record(job).plans
    fill = scale_cells if "Max" in job.parameters else gauge_cells
    return [
        {
            "test": plan.test,
            "point": plan.point,
            "column": key.column,
            "repeat": key.repeat,
            "direction": key.direction.value,
            "value": text,
        }
        for plan in plans
        for key, text in fill(job.parameters, plan, outcome, rng)
    ]


def _checks(plan: PointPlan) -> set[str]:
    return {column.key for column in plan.columns if column.kind is ColumnKind.CHECK}


def scale_cells(
    given: dict[str, str], plan: PointPlan, outcome: str, rng: Random
) -> Iterator[tuple[Any, str]]:
    """A scale read by the changeover method: the error shows in the indication and the small weights."""
    e, top = Decimal(given["e"]), Decimal(given["Max"])
    nominal = Decimal(plan.nominal or "0")
    tenth = e / 10
    strays = nominal == top and plan.test == "weighing"
    error = SCALE_ERRORS[outcome] * e if strays else tenth * rng.choice((-1, 0, 0, 1))
    steps = (error / e + Decimal("0.5")).to_integral_value(ROUND_FLOOR)
    indication = nominal + steps * e
    small = indication - nominal + e / 2 - error
    for key in plan.cells():
        if key.column in _checks(plan):
            yield key, "pass"
        elif key.column == "dL":
            yield key, _plain(small)
        elif key.column == "I2":
            yield key, _plain(nominal + e)
        elif key.column == "P":
            yield key, _plain(nominal + tenth * rng.choice((0, 0, 1, 2)))
        elif key.column == "I1":
            yield key, _plain(nominal)
        else:
            yield key, _plain(indication)


def gauge_cells(
    given: dict[str, str], plan: PointPlan, outcome: str, rng: Random
) -> Iterator[tuple[Any, str]]:
    """A gauge read to a fifth of its division, before and after tapping."""
    fifth, upper = Decimal(given["division"]) / 5, Decimal(given["upper"])
    nominal = Decimal(plan.nominal or "0")
    strays = (GAUGE_ERRORS[outcome] * upper / fifth).to_integral_value() if nominal == upper else 0
    off = rng.choice((0, 0, 0, 1)) if not strays and nominal else 0
    for key in plan.cells():
        if key.column in _checks(plan):
            yield key, "pass"
        elif not nominal:
            yield key, _plain(nominal)
        else:
            yield key, _plain(nominal + fifth * (strays or off))


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}" if value else "0"
