"""What a record comes to while it is written: each result with its limit and verdict, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from instruments import evaluate
from instruments.actions.checks import sentence
from instruments.record import Address, Record
from instruments.views.words import VERDICTS
from metrology.science.evaluation import Evaluation, OutputResult
from metrology.science.numerals import plain


@dataclass(frozen=True)
class Live:
    """The evaluation of one state of adjustment, computed once."""

    record: Record
    adjustment: str
    evaluation: Evaluation

    @classmethod
    def of(cls, record: Record, adjustment: str) -> Live:
        return cls(record, adjustment, evaluate.preview(record, adjustment))

    @property
    def missing(self) -> list[str]:
        """The addresses of the cells that are still needed."""
        return [str(Address.of(key, self.adjustment)) for key in self.evaluation.missing]

    @property
    def filled(self) -> int:
        return sum(address.adjustment == self.adjustment for address in self.record.current)

    @property
    def climate_missing(self) -> list[str]:
        """The climate values the method asks for and the record lacks."""
        limits = self.record.method.environment
        return [
            limit.key for limit in limits if limit.required and not getattr(self.record.job, limit.key, "x")
        ]

    def as_dict(self) -> dict[str, Any]:
        """Everything the page swaps in, already in the reader's words."""
        verdict = self.evaluation.verdict
        word, state = VERDICTS[verdict] if verdict else ("", "")
        return {
            "values": {place(output): shown(output) for output in self.evaluation.outputs},
            "problems": self.problems(),
            "missing": self.missing,
            "climate": self.climate_missing,
            "filled": self.filled,
            "verdict": str(word),
            "state": state,
        }

    def problems(self) -> dict[str, str]:
        """What cannot be computed, by the place of the result or the cell."""
        found: dict[str, str] = {}
        for problem in self.evaluation.problems:
            at = f"{problem.test}/{problem.point}/{problem.key}"
            if problem.cell is not None:
                at = str(Address.of(problem.cell, self.adjustment))
            found[at] = sentence(problem)
        return found


def place(output: OutputResult) -> str:
    return f"{output.test}/{output.point}/{output.key}"


def shown(output: OutputResult) -> dict[str, str]:
    """A result as it stands in its cell: value, limit, verdict as word and state."""
    word, state = VERDICTS[output.verdict] if output.verdict else ("", "")
    value = output.reported or ""
    if output.rule == "check" and output.verdict:
        value = str(word)
    return {"value": value, "limit": limits(output.low, output.high), "word": str(word), "state": state}


def limits(low: str | None, high: str | None) -> str:
    """Limits as people write them: ±2, ≤ 2, ≥ 1, or 1 … 2."""
    if low and high:
        if Decimal(low) == -Decimal(high):
            return f"±{plain(Decimal(high))}"
        return f"{plain(Decimal(low))} … {plain(Decimal(high))}"
    if high:
        return f"≤ {plain(Decimal(high))}"
    return f"≥ {plain(Decimal(low))}" if low else ""
