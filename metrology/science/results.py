"""What an evaluation says: frozen, all numbers as text, with room for the uncertainty of every value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from metrology.science.conformity import Verdict
from metrology.science.plan import CellKey


@dataclass(frozen=True, kw_only=True)
class Contribution:
    """One line of an uncertainty budget: |c·u| in the unit of the result, and its share of the variance."""

    symbol: str
    value: str
    share: str


@dataclass(frozen=True, kw_only=True)
class OutputResult:
    """One result at one point (of a whole test where `point` is empty); None means not yet or not at all."""

    test: str
    point: str
    key: str
    zh: str
    en: str
    nominal: str
    unit: str
    value: str | None
    reported: str | None
    mpe: str | None = None
    low: str | None = None
    high: str | None = None
    rule: str = ""
    verdict: Verdict | None = None
    u: str | None = None
    nu: str | None = None
    k: str | None = None
    U: str | None = None
    contributions: tuple[Contribution, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why something could not be computed, and where; `key` is the column, the output or mpe."""

    test: str
    point: str
    key: str
    error: str
    template: str
    params: Mapping[str, str] = field(default_factory=dict)
    cell: CellKey | None = None

    @property
    def message(self) -> str:
        return self.template % self.params if self.params else self.template


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Everything computed from one set of readings; no verdict while anything is missing or wrong."""

    method: str
    stage: str
    verdict: Verdict | None
    outputs: tuple[OutputResult, ...]
    missing: tuple[CellKey, ...]
    problems: tuple[Problem, ...]
    engine: str
    input_hash: str

    @property
    def complete(self) -> bool:
        return not self.missing and not self.problems

    @property
    def failures(self) -> tuple[OutputResult, ...]:
        return tuple(output for output in self.outputs if output.verdict is Verdict.FAIL)
