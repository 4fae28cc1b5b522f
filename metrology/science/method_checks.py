"""What must hold inside a method document beyond its form: keys, references, every name in every formula."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from metrology.science import mpe
from metrology.science.conformity import RULES, Verdict
from metrology.science.documents import Errors, at
from metrology.science.errors import NumeralError, gettext_noop
from metrology.science.expressions import RESERVED, Condition, Expression
from metrology.science.method_parts import (
    SCHEMA_VERSION,
    Column,
    ColumnKind,
    Direction,
    FormulaMpe,
    MethodDocument,
    NamedPoint,
    Output,
    Parameter,
    ParameterKind,
    Rounding,
    Section,
    Service,
    Stage,
    TableMpe,
)
from metrology.science.numerals import normalise

MAX_REPEATS = 100
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_BRACES = re.compile(r"\{([^{}]*)\}")
_BUILT_IN = frozenset({"nominal", "mpe", "stage_factor"})


@dataclass(frozen=True)
class Scope:
    """The names a formula may use: those with one value, and those with several."""

    scalars: frozenset[str]
    sequences: frozenset[str] = frozenset()

    def plus(self, scalars: Iterable[str] = (), sequences: Iterable[str] = ()) -> Scope:
        return Scope(self.scalars | frozenset(scalars), self.sequences | frozenset(sequences))


def is_numeric(parameter: Parameter) -> bool:
    """Whether formulas may use the parameter: a decimal, or a choice among numbers such as class 1.6."""
    if parameter.kind is ParameterKind.DECIMAL:
        return True
    try:
        return all(Decimal(choice).is_finite() for choice in parameter.choices)
    except InvalidOperation:
        return False


def column_names(column: Column) -> Scope:
    """The names under which a column's readings appear in formulas."""
    if column.kind is ColumnKind.CHECK:
        return Scope(frozenset())
    single = column.repeats == 1 and column.repeats_at_most in (None, 1)
    if column.directions == (Direction.NONE,):
        return Scope(frozenset({column.key})) if single else Scope(frozenset(), frozenset({column.key}))
    parts = frozenset(f"{column.key}_{direction.value}" for direction in column.directions)
    if single:
        return Scope(parts, frozenset({column.key}))
    return Scope(frozenset(), parts | {column.key})


def check(method: MethodDocument, errors: Errors) -> None:
    """Note everything in the document that contradicts itself."""
    _check_head(method, errors)
    _check_parameters(method, errors)
    _keys(method.tests, errors, "/tests")
    if not method.tests:
        errors.note("/tests", "empty", gettext_noop("At least one entry is needed."))
    for index, section in enumerate(method.tests):
        _SectionCheck(method, index, errors).run(section)
    if method.service is Service.VERIFICATION and not any(_judges(section) for section in method.tests):
        errors.note(
            "/tests", "nothing_judged", gettext_noop("A verification must judge at least one result.")
        )


def _judges(section: Section) -> bool:
    checks = any(column.kind is ColumnKind.CHECK for column in section.columns)
    return checks or any(output.judged for output in (*section.outputs, *section.summaries))


def _check_head(method: MethodDocument, errors: Errors) -> None:
    if method.schema_version != SCHEMA_VERSION:
        errors.note(
            "/schema_version", "schema_version", gettext_noop("This version of the format is unknown.")
        )
    for name in ("code", "edition"):
        if not getattr(method, name).strip():
            errors.note(f"/{name}", "empty", gettext_noop("This entry must not be empty."))
    _check_period(method, errors)
    _check_conditions(method, errors)
    for stage, factor in method.stage_factors.items():
        if stage not in set(Stage) or factor <= 0:
            errors.note(
                at("/stage_factors", stage), "stage", gettext_noop("Unknown stage, or not above zero.")
            )
    for verdict, text in method.conclusions.items():
        pointer = at("/conclusions", verdict)
        if verdict not in set(Verdict):
            errors.note(pointer, "verdict", gettext_noop("This verdict is unknown."))
        _braces(method, text.zh, errors, at(pointer, "zh"))
        _braces(method, text.en, errors, at(pointer, "en"))


def _check_conditions(method: MethodDocument, errors: Errors) -> None:
    """The room and the standards on the bench."""
    _keys(method.environment, errors, "/environment")
    for index, limit in enumerate(method.environment):
        if limit.min is not None and limit.max is not None and limit.min > limit.max:
            errors.note(
                f"/environment/{index}/max", "limits_crossed", gettext_noop("The limits are crossed.")
            )
    for index, standard in enumerate(method.standards):
        if standard.ratio is not None and standard.ratio <= 0:
            errors.note(
                f"/standards/{index}/ratio", "out_of_range", gettext_noop("The number is out of range.")
            )


def _check_period(method: MethodDocument, errors: Errors) -> None:
    if method.period_months is None:
        return
    if method.service is Service.CALIBRATION:
        template = gettext_noop("A calibration has no legal period; the owner decides.")
        errors.note("/period_months", "no_period", template)
    elif not 1 <= method.period_months <= 1200:
        errors.note("/period_months", "out_of_range", gettext_noop("The number is out of range."))


def _check_parameters(method: MethodDocument, errors: Errors) -> None:
    _keys(method.parameters, errors, "/parameters")
    for index, parameter in enumerate(method.parameters):
        pointer = at("/parameters", index)
        if parameter.key in _BUILT_IN | RESERVED:
            errors.note(at(pointer, "key"), "reserved", gettext_noop("This name is reserved."))
        if (parameter.kind is ParameterKind.CHOICE) is not bool(parameter.choices):
            errors.note(
                at(pointer, "choices"), "choices", gettext_noop("A choice, and only a choice, lists choices.")
            )
        _braces(method, parameter.unit, errors, at(pointer, "unit"))
        if parameter.default:
            _check_default(parameter, errors, at(pointer, "default"))
        elif not parameter.required:
            errors.note(
                at(pointer, "default"), "missing", gettext_noop("What may be left out needs a default.")
            )


def _check_default(parameter: Parameter, errors: Errors, pointer: str) -> None:
    if parameter.kind is ParameterKind.CHOICE:
        if parameter.default not in parameter.choices:
            errors.note(pointer, "unknown_choice", gettext_noop("The default is not among the choices."))
        return
    try:
        normalise(parameter.default)
    except NumeralError as error:
        errors.refuse(pointer, error)


class _SectionCheck:
    """Walks one test in the order in which its names come into being."""

    def __init__(self, method: MethodDocument, index: int, errors: Errors) -> None:
        self.method = method
        self.index = index
        self.errors = errors
        self.pointer = at("/tests", index)
        self.parameters = Scope(frozenset(p.key for p in method.parameters if is_numeric(p)))

    def run(self, section: Section) -> None:
        _braces(self.method, section.unit, self.errors, at(self.pointer, "unit"))
        self._points(section)
        self._columns(section)
        self._unique_names(section)
        scope = self.parameters.plus({"nominal", "stage_factor"})
        for column in section.columns:
            names = column_names(column)
            scope = scope.plus(names.scalars, names.sequences)
        if section.mpe is not None:
            self._mpe(section.mpe, scope)
            scope = scope.plus({"mpe"})
        self._outputs(section, scope)
        self._summaries(section)

    def _points(self, section: Section) -> None:
        pointer = at(self.pointer, "points")
        if not section.points:
            self.errors.note(pointer, "empty", gettext_noop("At least one entry is needed."))
        _keys(section.points, self.errors, pointer)
        for index, point in enumerate(section.points):
            here = at(pointer, index)
            if isinstance(point, NamedPoint):
                self._named_point(point, here)
                looked_at = point.key and all(c.kind is ColumnKind.CHECK for c in section.columns)
                if point.nominal is None and not looked_at:
                    self.errors.note(at(here, "nominal"), "missing", gettext_noop("This entry is required."))
            else:
                for name in ("first", "last", "count"):
                    self._formula(getattr(point, name), self.parameters, at(here, name))

    def _named_point(self, point: NamedPoint, pointer: str) -> None:
        self._formula(point.nominal, self.parameters, at(pointer, "nominal"))
        self._formula(point.step, self.parameters, at(pointer, "step"))
        self._formula(point.when, self.parameters, at(pointer, "when"))
        choices = {p.key: set(p.choices) for p in self.method.parameters}
        for name, allowed in point.only.items():
            if not set(allowed) <= choices.get(name, set()):
                self.errors.note(
                    at(at(pointer, "only"), name),
                    "unknown_choice",
                    gettext_noop("No such choice of that parameter."),
                )

    def _columns(self, section: Section) -> None:
        pointer = at(self.pointer, "columns")
        if not section.columns:
            self.errors.note(pointer, "empty", gettext_noop("At least one entry is needed."))
        for index, column in enumerate(section.columns):
            here = at(pointer, index)
            _braces(self.method, column.unit, self.errors, at(here, "unit"))
            most = column.repeats if column.repeats_at_most is None else column.repeats_at_most
            if not 1 <= column.repeats <= most <= MAX_REPEATS:
                self.errors.note(
                    at(here, "repeats"), "repeats", gettext_noop("The number of repeats is out of range.")
                )
            given = column.directions
            if not given or len(set(given)) < len(given) or (Direction.NONE in given and len(given) > 1):
                self.errors.note(
                    at(here, "directions"),
                    "directions",
                    gettext_noop("Either none, or up and down, each once."),
                )

    def _unique_names(self, section: Section) -> None:
        """No two things of a test share a name, because formulas call them by it."""
        taken = {p.key for p in self.method.parameters} | _BUILT_IN
        for index, column in enumerate(section.columns):
            names = column_names(column)
            found = names.scalars | names.sequences or {column.key}
            self._take(taken, found, column.key, at(at(self.pointer, "columns"), index))
        for kind in ("carries", "outputs", "summaries"):
            for index, part in enumerate(getattr(section, kind)):
                self._take(taken, {part.key}, part.key, at(at(self.pointer, kind), index))

    def _take(self, taken: set[str], names: Iterable[str], key: str, pointer: str) -> None:
        _key(key, self.errors, at(pointer, "key"))
        if key in RESERVED:
            self.errors.note(at(pointer, "key"), "reserved", gettext_noop("This name is reserved."))
        if taken & set(names):
            self.errors.note(at(pointer, "key"), "taken", gettext_noop("This name is already used here."))
        taken.update(names)

    def _mpe(self, limit: TableMpe | FormulaMpe, scope: Scope) -> None:
        pointer = at(self.pointer, "mpe")
        if isinstance(limit, FormulaMpe):
            self._formula(limit.expression, scope, at(pointer, "expression"))
            return
        for name, expression in limit.arguments.items():
            self._formula(expression, scope, at(at(pointer, "arguments"), name))
        kind = mpe.KINDS.get(limit.table)
        if kind is None:
            self.errors.note(at(pointer, "table"), "unknown_table", gettext_noop("There is no such table."))
        elif kind.arguments != limit.arguments.keys():
            self.errors.note(
                at(pointer, "arguments"),
                "arguments",
                gettext_noop("This table asks for exactly: %(names)s."),
                names=", ".join(sorted(kind.arguments)),
            )
        if limit.accuracy_class not in {p.key for p in self.method.parameters if p.choices}:
            self.errors.note(
                at(pointer, "accuracy_class"),
                "unknown_name",
                gettext_noop("No such choice among the parameters."),
            )

    def _outputs(self, section: Section, scope: Scope) -> None:
        earlier = {(s.key, o.key) for s in self.method.tests[: self.index] for o in s.outputs}
        for index, output in enumerate(section.outputs):
            done = earlier | {(section.key, o.key) for o in section.outputs[:index]}
            carried = {c.key for c in section.carries if (c.test, c.output) in done}
            here = at(at(self.pointer, "outputs"), index)
            self._output(output, scope.plus(carried), here)
            scope = scope.plus({output.key})
        outputs = earlier | {(section.key, output.key) for output in section.outputs}
        for index, carry in enumerate(section.carries):
            if (carry.test, carry.output) not in outputs:
                self.errors.note(
                    at(at(self.pointer, "carries"), index),
                    "unknown_output",
                    gettext_noop("No such result in this test or one before it."),
                )

    def _summaries(self, section: Section) -> None:
        columns = {output.key for output in section.outputs} | ({"mpe"} if section.mpe else set())
        scope = self.parameters.plus({"stage_factor"}, columns)
        for index, summary in enumerate(section.summaries):
            self._output(summary, scope, at(at(self.pointer, "summaries"), index))
            scope = scope.plus({summary.key})

    def _output(self, output: Output, scope: Scope, pointer: str) -> None:
        _braces(self.method, output.unit, self.errors, at(pointer, "unit"))
        self._formula(output.expression, scope, at(pointer, "expression"))
        for name in ("low", "high"):
            self._formula(getattr(output, name), scope, at(pointer, name))
        if output.rule not in RULES:
            self.errors.note(at(pointer, "rule"), "unknown_rule", gettext_noop("This rule is unknown."))
        if output.rounding is not None:
            self._rounding(output.rounding, scope, at(pointer, "rounding"))

    def _rounding(self, rounding: Rounding, scope: Scope, pointer: str) -> None:
        self._formula(rounding.step, scope, at(pointer, "step"))
        places, digits = rounding.decimals, rounding.significant
        given = [rounding.step is not None, places is not None, digits is not None]
        sensible = (places is None or 0 <= places <= 20) and (digits is None or 1 <= digits <= 20)
        if given.count(True) != 1 or not sensible:
            self.errors.note(
                pointer, "rounding", gettext_noop("Give one of step, decimals or significant, in range.")
            )

    def _formula(self, formula: Expression | Condition | None, scope: Scope, pointer: str) -> None:
        """Every name in the formula exists here, and has one value where one is needed."""
        if formula is None:
            return
        terms = formula.terms if isinstance(formula, Condition) else (formula,)
        scalars = frozenset().union(*(term.scalars for term in terms))
        for name in sorted(scalars & scope.sequences):
            template = gettext_noop("%(name)s has several values; say which, for example mean(%(name)s).")
            self.errors.note(pointer, "several_values", template, name=name)
        for name in sorted(formula.names - scope.scalars - scope.sequences):
            template = gettext_noop("The formula uses an unknown name: %(name)s.")
            self.errors.note(pointer, "unknown_name", template, name=name)


def _keys(parts: Iterable[object], errors: Errors, pointer: str) -> None:
    """Keys are plain identifiers, each used once; a part without a key has nothing to check."""
    seen: set[str] = set()
    for index, part in enumerate(parts):
        key = getattr(part, "key", None)
        if key is None or (key == "" and isinstance(part, NamedPoint)):
            continue
        here = at(at(pointer, index), "key")
        _key(key, errors, here)
        if key in seen:
            errors.note(here, "taken", gettext_noop("This name is already used here."))
        seen.add(key)


def _key(key: str, errors: Errors, pointer: str) -> None:
    if not _KEY.fullmatch(key):
        errors.note(pointer, "key", gettext_noop("A key is made of Latin letters, digits and underscores."))


def _braces(method: MethodDocument, text: str, errors: Errors, pointer: str) -> None:
    known = {parameter.key for parameter in method.parameters}
    for name in _BRACES.findall(text):
        if name not in known:
            template = gettext_noop("There is no parameter named %(name)s.")
            errors.note(pointer, "unknown_name", template, name=name)
