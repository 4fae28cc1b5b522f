"""The grid of one instrument: the points a method asks for, with every cell that must or may be filled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from metrology.science import rounding
from metrology.science.backends import fifty_digits
from metrology.science.documents import DocumentError, Errors, at
from metrology.science.errors import ExpressionError, NumeralError, ScienceError, gettext_noop
from metrology.science.expressions import Expression
from metrology.science.method_checks import is_numeric
from metrology.science.method_parts import (
    ColumnKind,
    Direction,
    MethodDocument,
    NamedPoint,
    Parameter,
    ParameterKind,
    Section,
    SpacedPoints,
)
from metrology.science.numerals import fold_width, normalise, plain

MAX_POINTS = 200
_NOMINAL_DIGITS = 15
_CHECK_WORDS = {"pass": "pass", "fail": "fail", "合格": "pass", "不合格": "fail"}


class CellKey(NamedTuple):
    """The address of one reading; repeats count from 1."""

    test: str
    point: str
    column: str
    repeat: int = 1
    direction: Direction = Direction.NONE


@dataclass(frozen=True)
class ColumnPlan:
    """A column as it is shown for this instrument, its unit filled in."""

    key: str
    zh: str
    en: str
    unit: str
    kind: ColumnKind
    directions: tuple[Direction, ...]
    repeats: int
    repeats_at_most: int


@dataclass(frozen=True)
class PointPlan:
    """One row of the grid; `nominal` is empty where there is only something to look at."""

    test: str
    point: str
    nominal: str
    unit: str
    mandatory: bool
    label_zh: str
    label_en: str
    columns: tuple[ColumnPlan, ...]

    def cells(self) -> Iterator[CellKey]:
        """Every cell of the row, by column, repeat and direction."""
        for column in self.columns:
            for repeat in range(1, column.repeats_at_most + 1):
                for direction in column.directions:
                    yield CellKey(self.test, self.point, column.key, repeat, direction)


class ParameterError(ScienceError):
    """The instrument lacks what the method must know; `errors` says what, each under /parameters."""

    def __init__(self, errors: tuple[DocumentError, ...]) -> None:
        self.errors = errors
        super().__init__(
            "parameters", gettext_noop("Parameters missing or wrong: %(count)s."), count=str(len(errors))
        )


def check_parameters(method: MethodDocument, parameters: Mapping[str, str]) -> dict[str, str]:
    """Every parameter of the method as normalised text, or ParameterError with all that is wrong."""
    errors, found = Errors(), {}
    known = {parameter.key for parameter in method.parameters}
    for key in sorted(parameters.keys() - known):
        errors.note(at("/parameters", key), "unknown_key", gettext_noop("The method has no such parameter."))
    for parameter in method.parameters:
        try:
            found[parameter.key] = _parameter(parameter, parameters.get(parameter.key, ""))
        except ScienceError as error:
            errors.refuse(at("/parameters", parameter.key), error)
    if errors:
        raise ParameterError(tuple(errors))
    return found


def numbers(method: MethodDocument, parameters: Mapping[str, str]) -> dict[str, Decimal]:
    """The checked parameters that formulas may use."""
    return {p.key: Decimal(parameters[p.key]) for p in method.parameters if is_numeric(p)}


def fill(text: str, parameters: Mapping[str, str]) -> str:
    """A unit or a conclusion with the parameters it names in braces."""
    for key, value in parameters.items():
        text = text.replace("{" + key + "}", value)
    return text


def read_cell(kind: ColumnKind, typed: str) -> str:
    """The text a cell keeps: a numeral as typed, or pass / fail for a check; NumeralError if neither."""
    if kind is ColumnKind.DECIMAL:
        return normalise(typed).text
    word = fold_width(typed).strip().lower()
    if word not in _CHECK_WORDS:
        raise NumeralError("not_a_check", gettext_noop("Say whether the check was passed: pass or fail."))
    return _CHECK_WORDS[word]


def points_for(method: MethodDocument, parameters: Mapping[str, str]) -> tuple[PointPlan, ...]:
    """The grid for an instrument with these parameters, in the order of the method."""
    texts = check_parameters(method, parameters)
    values = numbers(method, texts)
    plans: list[PointPlan] = []
    for section in method.tests:
        columns = tuple(_column_plans(section, texts))
        with fifty_digits():
            points = _points(section, texts, values)
        for point, nominal, source in points:
            plans.append(
                PointPlan(
                    test=section.key,
                    point=point,
                    nominal=nominal,
                    unit=fill(section.unit, texts),
                    mandatory=section.mandatory and source.mandatory,
                    label_zh=source.zh if isinstance(source, NamedPoint) else "",
                    label_en=source.en if isinstance(source, NamedPoint) else "",
                    columns=columns,
                )
            )
    if len(plans) > MAX_POINTS:
        raise _parameters_refused(
            "too_many_points", gettext_noop("These parameters lead to too many points.")
        )
    return tuple(plans)


def _parameter(parameter: Parameter, given: str) -> str:
    text = given.strip() or parameter.default
    if not text:
        raise NumeralError("missing", gettext_noop("This entry is required."))
    if parameter.kind is ParameterKind.CHOICE:
        return _chosen(parameter, fold_width(text).strip())
    numeral = normalise(text)
    if parameter.positive and numeral.value <= 0:
        raise NumeralError("not_positive", gettext_noop("The value must be greater than zero."))
    if parameter.whole and numeral.value != numeral.value.to_integral_value():
        raise NumeralError("not_whole", gettext_noop("The value must be a whole number."))
    return numeral.text


def _chosen(parameter: Parameter, text: str) -> str:
    """The choice as the method writes it; among numbers 1.60 is 1.6."""
    if text in parameter.choices:
        return text
    if is_numeric(parameter):
        value = normalise(text).value
        for choice in parameter.choices:
            if Decimal(choice) == value:
                return choice
    raise NumeralError(
        "unknown_choice",
        gettext_noop("One of these is expected: %(known)s."),
        known=", ".join(parameter.choices),
    )


def _column_plans(section: Section, texts: Mapping[str, str]) -> Iterator[ColumnPlan]:
    for column in section.columns:
        yield ColumnPlan(
            key=column.key,
            zh=column.zh,
            en=column.en,
            unit=fill(column.unit, texts),
            kind=column.kind,
            directions=column.directions,
            repeats=column.repeats,
            repeats_at_most=column.repeats if column.repeats_at_most is None else column.repeats_at_most,
        )


Placed = tuple[str, str, NamedPoint | SpacedPoints]


def _points(section: Section, texts: Mapping[str, str], values: Mapping[str, Decimal]) -> list[Placed]:
    """Keyed points as written; the others ascending by value, equal ones merged (mandatory wins)."""
    keyed: list[Placed] = []
    by_value: dict[Decimal, Placed] = {}
    try:
        for source in section.points:
            for key, nominal in _nominals(source, texts, values):
                if key:
                    keyed.append((key, nominal, source))
                    continue
                value = Decimal(nominal)
                if value not in by_value or not by_value[value][2].mandatory:
                    by_value[value] = (nominal, nominal, source)
    except ExpressionError as error:
        raise _parameters_refused(error.key, error.template, **error.params) from error
    return keyed + [by_value[value] for value in sorted(by_value)]


def _nominals(
    source: NamedPoint | SpacedPoints, texts: Mapping[str, str], values: Mapping[str, Decimal]
) -> Iterator[tuple[str, str]]:
    """The (key, nominal text) pairs one entry of the document stands for; none if it does not apply."""
    if isinstance(source, SpacedPoints):
        yield from (("", nominal) for nominal in _spaced(source, values))
        return
    if any(texts[name] not in allowed for name, allowed in source.only.items()):
        return
    if source.when is not None and not source.when.holds(values):
        return
    if source.nominal is None:
        yield source.key, ""
        return
    if not source.nominal.names and source.step is None:
        yield source.key, _written(source.nominal)
        return
    value = source.nominal.decimal(values)
    nominal = rounding.to_step(value, source.step.decimal(values)) if source.step else _short(value)
    yield source.key, plain(Decimal(nominal))


def _written(nominal: Expression) -> str:
    """A nominal value written as a number keeps its digits: 1.50 stays 1.50."""
    try:
        return normalise(nominal.source).text
    except NumeralError:
        return _short(nominal.decimal({}))


def _spaced(source: SpacedPoints, values: Mapping[str, Decimal]) -> Iterator[str]:
    first, last = source.first.decimal(values), source.last.decimal(values)
    count = source.count.decimal(values)
    if count != count.to_integral_value() or not 1 <= count <= MAX_POINTS:
        raise ExpressionError("count", gettext_noop("The number of points must be whole and sensible."))
    for index in range(int(count)):
        share = Decimal(index) / max(Decimal(1), count - 1)
        yield _short(first + (last - first) * share)


def _short(value: Decimal) -> str:
    """A computed nominal value, free of the tail that a division leaves."""
    return plain(Decimal(rounding.to_significant(value, _NOMINAL_DIGITS)))


def _parameters_refused(key: str, template: str, **params: str) -> ParameterError:
    return ParameterError((DocumentError("/parameters", key, template, params),))
