"""The computing of one job: for each test the names of each point, then its results, limits and verdicts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TypeVar

from metrology.science import rounding
from metrology.science.conformity import Verdict, judge, overall
from metrology.science.errors import ScienceError
from metrology.science.expressions import Expression
from metrology.science.method_parts import (
    ColumnKind,
    Direction,
    FormulaMpe,
    MethodDocument,
    Output,
    Rounding,
    Section,
    Stage,
    TableMpe,
)
from metrology.science.mpe import Tables, permissible_error
from metrology.science.numerals import plain
from metrology.science.plan import ColumnPlan, PointPlan, fill, numbers
from metrology.science.results import OutputResult, Problem
from metrology.science.sheet import Sheet

R = TypeVar("R")
Names = dict[str, Decimal | Sequence[Decimal]]

CHECK_RULE = "check"
_STORED = Context(prec=28, rounding=ROUND_HALF_EVEN)


class Bench:
    """Runs the tests of a method in order; later ones may use what earlier ones found."""

    def __init__(
        self, method: MethodDocument, texts: Mapping[str, str], stage: Stage, tables: Tables, sheet: Sheet
    ) -> None:
        self.texts = texts
        self.tables = tables
        self.sheet = sheet
        self.stage_factor = method.stage_factor(stage)
        self.shared: Names = {**numbers(method, texts), "stage_factor": self.stage_factor}
        self.found: dict[tuple[str, str, str], Decimal] = {}
        self.problems: list[Problem] = []

    def run(self, section: Section) -> list[OutputResult]:
        """The results of one test, point by point, then those of the whole test."""
        plans = [plan for plan in self.sheet.plans if plan.test == section.key and self.sheet.is_active(plan)]
        rows = [_Row(self, section, plan) for plan in plans]
        for output in section.outputs:
            for row in rows:
                row.add(output)
        return [result for row in rows for result in row.results] + self._summaries(section, rows)

    def attempt(self, where: tuple[str, str, str], compute: Callable[[], R]) -> R | None:
        """The computed thing, or None with the reason noted."""
        try:
            return compute()
        except ScienceError as error:
            test, point, key = where
            self.problems.append(
                Problem(
                    test=test,
                    point=point,
                    key=key,
                    error=error.key,
                    template=error.template,
                    params=error.params,
                )
            )
            return None

    def _summaries(self, section: Section, rows: list[_Row]) -> list[OutputResult]:
        """Results over all points of a test, from those names that every point has."""
        if not rows:
            return []
        whole = _Row(self, section, None)
        for key in (*(output.key for output in section.outputs), "mpe"):
            values = [value for row in rows if isinstance(value := row.names.get(key), Decimal)]
            if len(values) == len(rows):
                whole.names[key] = values
        for summary in section.summaries:
            whole.add(summary)
        return whole.results


class _Row:
    """One point of one test (or the whole test): the names known there, and the results so far."""

    def __init__(self, bench: Bench, section: Section, plan: PointPlan | None) -> None:
        self.bench = bench
        self.section = section
        self.plan = plan
        self.point = plan.point if plan else ""
        self.names: Names = dict(bench.shared)
        self.results: list[OutputResult] = []
        if plan is not None:
            self._lay(plan)

    def add(self, output: Output) -> None:
        """Compute, round and judge one output, and lend its unrounded value to those that follow."""
        self._carry()
        value = self._computed(output, output.expression)
        low, high = self._computed(output, output.low), self._computed(output, output.high)
        reported = None
        if value is not None:
            self.names[output.key] = value
            self.bench.found[(self.section.key, self.point, output.key)] = value
            reported = self._attempt(output.key, lambda: _rounded(value, output.rounding, self.names))
        limit = self.names.get("mpe")
        self.results.append(
            OutputResult(
                test=self.section.key,
                point=self.point,
                key=output.key,
                zh=output.zh,
                en=output.en,
                nominal=self.plan.nominal if self.plan else "",
                unit=fill(output.unit, self.bench.texts),
                value=_text(value),
                reported=reported,
                mpe=_text(limit) if isinstance(limit, Decimal) else None,
                low=_text(low),
                high=_text(high),
                rule=output.rule if output.judged else "",
                verdict=self._judged(output, value, reported, low, high),
            )
        )

    def _lay(self, plan: PointPlan) -> None:
        """The nominal value, the complete columns, the limit, and the checks done by looking."""
        if plan.nominal:
            self.names["nominal"] = Decimal(plan.nominal)
        for column in plan.columns:
            if column.kind is ColumnKind.CHECK:
                self.results.append(self._checked(plan, column))
            else:
                self._column(plan, column)
        mpe = self.section.mpe
        if mpe is not None:
            size = self._attempt("mpe", lambda: self._mpe(mpe))
            if size is not None:
                self.names["mpe"] = size

    def _column(self, plan: PointPlan, column: ColumnPlan) -> None:
        parts: list[Decimal] = []
        names: Names = {}
        for direction in column.directions:
            texts = self.bench.sheet.column(plan, column, direction)
            if texts is None:
                return
            values = [Decimal(text) for text in texts]
            name = column.key if direction is Direction.NONE else f"{column.key}_{direction.value}"
            names[name] = values[0] if column.repeats_at_most == 1 else values
            parts.extend(values)
        self.names.update({column.key: parts, **names})

    def _checked(self, plan: PointPlan, column: ColumnPlan) -> OutputResult:
        parts = [self.bench.sheet.column(plan, column, direction) for direction in column.directions]
        words = [word for part in parts if part is not None for word in part]
        verdict = None if None in parts else overall(Verdict(word) for word in words)
        return OutputResult(
            test=plan.test,
            point=plan.point,
            key=column.key,
            zh=column.zh,
            en=column.en,
            nominal="",
            unit="",
            value=None,
            reported=verdict.value if verdict else None,
            rule=CHECK_RULE,
            verdict=verdict,
        )

    def _mpe(self, limit: TableMpe | FormulaMpe) -> Decimal | None:
        """|MPE| at this point for this stage, or None while a reading it depends on is missing."""
        formulas = {"": limit.expression} if isinstance(limit, FormulaMpe) else limit.arguments
        values: dict[str, Decimal] = {}
        for key, formula in formulas.items():
            if not formula.names <= self.names.keys():
                return None
            values[key] = formula.decimal(self.names)
        if isinstance(limit, FormulaMpe):
            size = values[""]
        else:
            accuracy_class = self.bench.texts[limit.accuracy_class]
            size = permissible_error(self.bench.tables, limit.table, accuracy_class, values)
        factor = self.bench.stage_factor if limit.staged else Decimal(1)
        return _STORED.abs(_STORED.multiply(size, factor))

    def _carry(self) -> None:
        for carry in self.section.carries:
            value = self.bench.found.get((carry.test, carry.point, carry.output))
            if value is not None:
                self.names[carry.key] = value

    def _computed(self, output: Output, formula: Expression | None) -> Decimal | None:
        """A formula's value to the digits that are stored; None while a name it needs has no value."""
        if formula is None or not formula.names <= self.names.keys():
            return None
        return self._attempt(output.key, lambda: _STORED.plus(formula.decimal(self.names)))

    def _judged(
        self,
        output: Output,
        value: Decimal | None,
        reported: str | None,
        low: Decimal | None,
        high: Decimal | None,
    ) -> Verdict | None:
        """The verdict, once the value and every limit asked for are there."""
        unlimited = (output.low is not None and low is None) or (output.high is not None and high is None)
        if not output.judged or unlimited or value is None or reported is None:
            return None
        first = output.rounding is not None and output.rounding.before_judging
        judged = Decimal(reported) if first else value
        return self._attempt(output.key, lambda: judge(output.rule, judged, low=low, high=high))

    def _attempt(self, key: str, compute: Callable[[], R]) -> R | None:
        return self.bench.attempt((self.section.key, self.point, key), compute)


def _rounded(value: Decimal, rule: Rounding | None, names: Names) -> str:
    if rule is None:
        return plain(value)
    if rule.step is not None:
        return rounding.to_step(value, rule.step.decimal(names))
    if rule.decimals is not None:
        return rounding.to_decimals(value, rule.decimals)
    return rounding.to_significant(value, rule.significant or 1)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)
