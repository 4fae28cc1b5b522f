"""The cells of a job against its plan: what is filled, what is missing, what cannot be read."""

from __future__ import annotations

from collections.abc import Mapping

from metrology.science.errors import ScienceError, gettext_noop
from metrology.science.method_parts import ColumnKind, Direction
from metrology.science.plan import CellKey, ColumnPlan, PointPlan, read_cell
from metrology.science.results import Problem


class Sheet:
    """The filled cells, normalised; an empty cell is missing, never zero."""

    def __init__(self, plans: tuple[PointPlan, ...], cells: Mapping[CellKey, str]) -> None:
        self.plans = plans
        self.texts: dict[CellKey, str] = {}
        self.missing: list[CellKey] = []
        self.problems: list[Problem] = []
        self._unreadable: set[CellKey] = set()
        typed = {CellKey(*key): text for key, text in cells.items() if text.strip()}
        for plan in plans:
            kinds = {column.key: column.kind for column in plan.columns}
            for key in plan.cells():
                if key in typed:
                    self._read(key, kinds[key.column], typed.pop(key))
        for key in sorted(typed):
            template = gettext_noop("The method has no such cell.")
            self.problems.append(_problem(key, ScienceError("unknown_cell", template)))
        for plan in plans:
            self._note_missing(plan)

    def is_active(self, plan: PointPlan) -> bool:
        """Whether the point counts: it must be measured, or somebody has begun to."""
        return plan.mandatory or any(key in self.texts or key in self._unreadable for key in plan.cells())

    def column(self, plan: PointPlan, column: ColumnPlan, direction: Direction) -> list[str] | None:
        """The readings of a column from one direction in order, or None as long as one is missing."""
        keys = _column_cells(plan, column, direction)
        found = [self.texts[key] for key in keys if key in self.texts]
        enough = len(found) >= column.repeats and not self._unreadable.intersection(keys)
        return found if enough else None

    def _read(self, key: CellKey, kind: ColumnKind, text: str) -> None:
        try:
            self.texts[key] = read_cell(kind, text)
        except ScienceError as error:
            self._unreadable.add(key)
            self.problems.append(_problem(key, error))

    def _note_missing(self, plan: PointPlan) -> None:
        if not self.is_active(plan):
            return
        for column in plan.columns:
            for direction in column.directions:
                keys = _column_cells(plan, column, direction)
                empty = [key for key in keys if key not in self.texts and key not in self._unreadable]
                needed = column.repeats - (len(keys) - len(empty))
                self.missing.extend(empty[: max(0, needed)])


def _column_cells(plan: PointPlan, column: ColumnPlan, direction: Direction) -> list[CellKey]:
    repeats = range(1, column.repeats_at_most + 1)
    return [CellKey(plan.test, plan.point, column.key, repeat, direction) for repeat in repeats]


def _problem(key: CellKey, error: ScienceError) -> Problem:
    return Problem(
        test=key.test,
        point=key.point,
        key=key.column,
        error=error.key,
        template=error.template,
        params=error.params,
        cell=key,
    )
