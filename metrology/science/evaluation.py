"""Readings and a method in, frozen results out: the same input gives the same output on every machine.

A missing cell is listed and never counted as zero; what cannot be computed is named as a problem.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from metrology.science.backends import fifty_digits
from metrology.science.bench import CHECK_RULE, Bench
from metrology.science.conformity import Verdict, overall
from metrology.science.errors import gettext_noop
from metrology.science.method import MethodDocument, Stage, TableMpe, Text, as_document
from metrology.science.mpe import Tables
from metrology.science.numerals import plain
from metrology.science.plan import (
    CellKey,
    ColumnPlan,
    ParameterError,
    PointPlan,
    check_parameters,
    fill,
    points_for,
    read_cell,
)
from metrology.science.results import Contribution, Evaluation, OutputResult, Problem
from metrology.science.sheet import Sheet

__all__ = [
    "ENGINE_VERSION",
    "CellKey",
    "ColumnPlan",
    "Contribution",
    "Evaluation",
    "OutputResult",
    "ParameterError",
    "PointPlan",
    "Problem",
    "check_parameters",
    "conclusion",
    "evaluate",
    "points_for",
    "read_cell",
]

ENGINE_VERSION = "1.0"


def evaluate(
    method: MethodDocument,
    *,
    parameters: Mapping[str, str],
    stage: Stage | str,
    cells: Mapping[CellKey, str],
    tables: Tables,
) -> Evaluation:
    """All results, limits and verdicts of one job; ParameterError if the instrument is not described."""
    texts = check_parameters(method, parameters)
    sheet = Sheet(points_for(method, texts), cells)
    bench = Bench(method, texts, Stage(stage), tables, sheet)
    with fifty_digits():
        outputs = tuple(result for section in method.tests for result in bench.run(section))
    missing = tuple(sheet.missing)
    problems = (*sheet.problems, *bench.problems)
    if not missing and not problems:
        problems = tuple(_unexplained(outputs))
    verdict = None
    if not missing and not problems:
        verdict = overall(result.verdict for result in outputs if result.verdict is not None)
    return Evaluation(
        method=f"{method.code}-{method.edition}",
        stage=Stage(stage).value,
        verdict=verdict,
        outputs=outputs,
        missing=missing,
        problems=problems,
        engine=ENGINE_VERSION,
        input_hash=_digest(method, texts, Stage(stage), sheet, tables),
    )


def conclusion(method: MethodDocument, parameters: Mapping[str, str], verdict: Verdict) -> Text | None:
    """The sentence of the certificate for a verdict, such as 准予作 1.6 级使用, if it has one."""
    wording = method.conclusions.get(verdict.value)
    if wording is None:
        return None
    texts = check_parameters(method, parameters)
    return Text(zh=fill(wording.zh, texts), en=fill(wording.en, texts))


def _unexplained(outputs: tuple[OutputResult, ...]) -> Iterator[Problem]:
    """Results that stayed empty although every cell is filled: a name they need was never given a value."""
    for result in outputs:
        if (result.value is None and result.rule != CHECK_RULE) or (result.rule and result.verdict is None):
            yield Problem(
                test=result.test,
                point=result.point,
                key=result.key,
                error="not_computable",
                template=gettext_noop("A value this result depends on does not exist for this instrument."),
            )


def _digest(
    method: MethodDocument, parameters: Mapping[str, str], stage: Stage, sheet: Sheet, tables: Tables
) -> str:
    """SHA-256 over the canonical JSON of everything that entered."""
    named = {section.mpe.table for section in method.tests if isinstance(section.mpe, TableMpe)}
    entered = {
        "engine": ENGINE_VERSION,
        "method": as_document(method),
        "parameters": dict(parameters),
        "stage": stage.value,
        "cells": [[*key, text] for key, text in sorted(sheet.texts.items())],
        "tables": {name: _canonical(tables.get(name)) for name in named},
    }
    canonical = json.dumps(entered, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def _canonical(value: Any) -> Any:
    """A table with its numbers as plain text, however the JSON was read."""
    if isinstance(value, Mapping):
        return {str(key): _canonical(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return plain(Decimal(str(value)))
    return value
