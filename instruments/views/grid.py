"""The entry grid of a record: every cell of the plan with what stands in it, what was typed, what was said.

Rows are points, columns are what is read there, in each repeat and direction; results follow in the row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from django.utils.translation import get_language

from instruments.live import Live
from instruments.models import Adjustment, Direction, Reading, Remark
from instruments.record import Address, Record
from instruments.views.record import ARROWS
from metrology.science.evaluation import ColumnPlan, PointPlan
from metrology.science.method import ColumnKind, Output, Section


@dataclass(frozen=True)
class Heading:
    """A column of cells or results."""

    id: str
    text: str
    unit: str = ""


@dataclass(frozen=True)
class Slot:
    """One cell: `saved` is what the server has, `text` what is shown, `fault` why it was not taken."""

    name: str
    heading: str
    is_check: bool
    is_optional: bool
    saved: str
    seen: int
    text: str
    fault: str = ""
    struck: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def is_draft(self) -> bool:
        return self.text != self.saved


@dataclass(frozen=True)
class Value:
    """One result beside its row."""

    name: str
    heading: str
    value: str = ""
    limit: str = ""
    word: str = ""
    state: str = ""


@dataclass(frozen=True)
class Row:
    id: str
    label: str
    unit: str
    is_optional: bool
    slots: tuple[Slot, ...]
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Sheet:
    """One test of the method."""

    key: str
    heading: str
    clause: str
    columns: tuple[Heading, ...]
    results: tuple[Heading, ...]
    rows: tuple[Row, ...]
    summaries: tuple[tuple[str, Value], ...]

    @property
    def has_checks(self) -> bool:
        return any(slot.is_check for row in self.rows for slot in row.slots)


@dataclass(frozen=True)
class Grid:
    """Lays a record out; `typed` are texts not yet saved and `faults` why some were refused."""

    record: Record
    adjustment: str
    live: Live
    typed: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    remarks: Mapping[str, list[Remark]] = field(default_factory=dict)

    def sheets(self) -> Iterator[Sheet]:
        shown = self.live.as_dict()["values"]
        for key, found in groupby(self.record.plans, key=lambda plan: plan.test):
            yield self._sheet(self.record.method.section(key), list(found), shown)

    def _sheet(self, section: Section, plans: list[PointPlan], shown: Mapping[str, dict[str, str]]) -> Sheet:
        columns = tuple(_headings(section.key, plans[0].columns))
        results = tuple(
            Heading(f"h:{section.key}/{output.key}", said(output.zh, output.en)) for output in section.outputs
        )
        return Sheet(
            key=section.key,
            heading=said(section.zh, section.en),
            clause=section.clause,
            columns=columns,
            results=results,
            rows=tuple(self._row(plan, section, columns, shown) for plan in plans),
            summaries=tuple(_summaries(section, shown)),
        )

    def _row(
        self,
        plan: PointPlan,
        section: Section,
        columns: tuple[Heading, ...],
        shown: Mapping[str, dict[str, str]],
    ) -> Row:
        label = said(plan.label_zh, plan.label_en) or plan.nominal or plan.point
        addresses = [Address.of(key, self.adjustment) for key in plan.cells()]
        return Row(
            id=f"r:{plan.test}/{plan.point}",
            label=f"{label} {plan.nominal}" if plan.nominal and label != plan.nominal else label,
            unit=plan.unit if plan.nominal else "",
            is_optional=not plan.mandatory,
            slots=tuple(
                self._slot(plan, address, heading.id)
                for address, heading in zip(addresses, columns, strict=True)
            ),
            values=tuple(
                Value(
                    name := f"{plan.test}/{plan.point}/{output.key}",
                    f"h:{section.key}/{output.key}",
                    **shown.get(name, {}),
                )
                for output in section.outputs
            ),
        )

    def _slot(self, plan: PointPlan, address: Address, heading: str) -> Slot:
        name = str(address)
        revisions = self.record.history.get(address, [])
        saved = revisions[-1].text if revisions else ""
        column = next(column for column in plan.columns if column.key == address.column)
        return Slot(
            name=name,
            heading=heading,
            is_check=column.kind is ColumnKind.CHECK,
            is_optional=not plan.mandatory or address.repeat > column.repeats,
            saved=saved,
            seen=revisions[-1].revision if revisions else 0,
            text=self.typed.get(name, saved),
            fault=self.faults.get(name, ""),
            struck=struck(revisions),
            remarks=tuple(self.remarks.get(name, ())),
        )


def struck(revisions: list[Reading]) -> tuple[str, ...]:
    """The values that stood at a hand-over and were replaced after it (rules 4.7)."""
    return tuple(
        row.text
        for row, after in pairwise(revisions)
        if row.text and after.record_revision > row.record_revision
    )


def said(zh: str, en: str) -> str:
    """The words of the method in the reader's language."""
    return zh if (get_language() or "").startswith("zh") else en or zh


def as_left_begun(record: Record) -> bool:
    return any(address.adjustment == Adjustment.AS_LEFT for address in record.current)


def _headings(test: str, columns: tuple[ColumnPlan, ...]) -> Iterator[Heading]:
    for column in columns:
        for repeat in range(1, column.repeats_at_most + 1):
            for direction in column.directions:
                parts = (
                    said(column.zh, column.en),
                    f"#{repeat}" if column.repeats_at_most > 1 else "",
                    ARROWS.get(Direction(direction.value), ""),
                )
                yield Heading(
                    f"h:{test}/{column.key}/{repeat}/{direction.value}",
                    " ".join(part for part in parts if part),
                    column.unit,
                )


def _summaries(section: Section, shown: Mapping[str, dict[str, str]]) -> Iterator[tuple[str, Value]]:
    for output in section.summaries:
        name = f"{section.key}//{output.key}"
        yield _label(output), Value(name, "", **shown.get(name, {}))


def _label(output: Output) -> str:
    return said(output.zh, output.en)
