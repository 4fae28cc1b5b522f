"""Formulas as data: a whitelist walk over the parsed text builds closures; nothing is executed as Python.

The text is refused before parsing if it is long or holds a character arithmetic does not need; numbers are
taken from the text as decimals; what computes them is a backend, so one compiled formula serves all of them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias, TypeVar

from metrology.science.backends import DECIMAL, Backend
from metrology.science.errors import ExpressionError, gettext_noop

T = TypeVar("T")
Node: TypeAlias = Callable[[Backend[Any], Mapping[str, Any]], Any]

FUNCTIONS = frozenset(
    {"sqrt", "exp", "ln", "log", "log10", "abs", "sin", "cos", "tan", "asin", "acos", "atan"}
)
REDUCERS = frozenset({"mean", "s", "range", "min", "max", "worst", "sum", "count"})
CONSTANTS = frozenset({"pi"})
RESERVED = FUNCTIONS | REDUCERS | CONSTANTS

MAX_LENGTH = 2000
MAX_PARENTHESES = 40
MAX_NODES = 400
MAX_DEPTH = 40
MAX_EXPONENT = 10
MAX_LITERAL = 40

_ALLOWED = re.compile(r"[A-Za-z0-9_ .,+\-*/()]*")
_ALLOWED_CONDITION = re.compile(r"[A-Za-z0-9_ .,+\-*/()<>=!]*")
_LITERAL = re.compile(r"[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?", re.ASCII)
_SIGN_RUN = re.compile(r"(?:[+-] *){4}")


@dataclass(frozen=True)
class Expression:
    """A formula that passed the whitelist; `scalars` and `sequences` are the names it needs."""

    source: str
    scalars: frozenset[str] = field(compare=False)
    sequences: frozenset[str] = field(compare=False)
    node: Node = field(compare=False, repr=False)

    @property
    def names(self) -> frozenset[str]:
        return self.scalars | self.sequences

    def evaluate(self, names: Mapping[str, T | Sequence[T]], backend: Backend[T]) -> T:
        """The value on any backend."""
        missing = sorted(self.names - names.keys())
        if missing:
            raise _unknown(missing[0])
        return self.node(backend, names)  # type: ignore[no-any-return]  # the backend decides the type

    def decimal(self, names: Mapping[str, Decimal | Sequence[Decimal]]) -> Decimal:
        """The value in decimal arithmetic."""
        return self.evaluate(names, DECIMAL)


@dataclass(frozen=True)
class Condition:
    """A comparison of formulas, such as `500*e <= Max`."""

    source: str
    terms: tuple[Expression, ...] = field(compare=False)
    signs: tuple[str, ...] = field(compare=False)

    @property
    def names(self) -> frozenset[str]:
        return frozenset().union(*(term.names for term in self.terms))

    def holds(self, names: Mapping[str, Decimal | Sequence[Decimal]]) -> bool:
        values = [term.decimal(names) for term in self.terms]
        pairs = zip(values, self.signs, values[1:], strict=False)
        return all(_COMPARISONS[sign](left, right) for left, sign, right in pairs)


def compile_expression(source: str) -> Expression:
    """A formula ready to compute, or ExpressionError with the reason."""
    tree = _parsed(source, _ALLOWED)
    return _compiled(source, tree)


def compile_condition(source: str) -> Condition:
    """A comparison ready to ask, or ExpressionError with the reason."""
    tree = _parsed(source, _ALLOWED_CONDITION)
    if not isinstance(tree, ast.Compare):
        raise ExpressionError(
            "not_a_condition", gettext_noop("A condition compares two formulas, like 500*e <= Max.")
        )
    signs = tuple(_SIGNS.get(type(sign), "") for sign in tree.ops)
    if "" in signs:
        raise _forbidden("comparison")
    return Condition(source, tuple(_compiled(source, term) for term in (tree.left, *tree.comparators)), signs)


def evaluate(source: str, names: Mapping[str, Decimal | Sequence[Decimal]]) -> Decimal:
    """Compile and compute once, in decimal arithmetic."""
    return compile_expression(source).decimal(names)


_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_COMPARISONS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
}


def _parsed(source: str, allowed: re.Pattern[str]) -> ast.expr:
    """The syntax tree of a text that is short, plain and not deeply nested."""
    if len(source) > MAX_LENGTH:
        raise ExpressionError(
            "too_long",
            gettext_noop("The formula is longer than %(limit)s characters."),
            limit=str(MAX_LENGTH),
        )
    if not source.strip():
        raise ExpressionError("empty", gettext_noop("The formula is empty."))
    if not allowed.fullmatch(source):
        raise ExpressionError(
            "character", gettext_noop("The formula holds a character that arithmetic does not need.")
        )
    if _nesting(source) > MAX_PARENTHESES or _SIGN_RUN.search(source):
        raise _too_complex()
    try:
        return ast.parse(source.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError("syntax", gettext_noop("The formula cannot be read as arithmetic.")) from error


def _compiled(source: str, tree: ast.expr) -> Expression:
    walker = _Walker(source.strip())
    node = walker.walk(tree, 0)
    return Expression(source, frozenset(walker.scalars), frozenset(walker.sequences), node)


class _Walker:
    """Builds one closure per allowed node and refuses every other kind of node."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.count = 0
        self.scalars: set[str] = set()
        self.sequences: set[str] = set()

    def walk(self, node: ast.expr, depth: int) -> Node:
        self.count += 1
        if self.count > MAX_NODES or depth > MAX_DEPTH:
            raise _too_complex()
        if isinstance(node, ast.BinOp):
            return self._power(node, depth) if isinstance(node.op, ast.Pow) else self._chain(node, depth)
        if isinstance(node, ast.UnaryOp):
            return self._sign(node, depth)
        if isinstance(node, ast.Constant):
            literal = self._literal(node)
            return lambda backend, names: backend.number(literal)
        if isinstance(node, ast.Name):
            return self._name(node.id)
        if isinstance(node, ast.Call):
            return self._call(node, depth)
        raise _forbidden(type(node).__name__)

    def _chain(self, node: ast.BinOp, depth: int) -> Node:
        """a+b-c+… and a*b/c*… as one flat loop, so that a long sum is not a deep one."""
        steps: list[tuple[str, Node]] = []
        first: ast.expr = node
        while isinstance(first, ast.BinOp) and not isinstance(first.op, ast.Pow):
            method = _OPERATORS.get(type(first.op))
            if method is None:
                raise _forbidden(type(first.op).__name__)
            steps.append((method, self.walk(first.right, depth + 1)))
            first = first.left
        head, tail = self.walk(first, depth + 1), tuple(reversed(steps))

        def total(backend: Backend[Any], names: Mapping[str, Any]) -> Any:
            value = head(backend, names)
            for method, step in tail:
                value = getattr(backend, method)(value, step(backend, names))
            return value

        return total

    def _power(self, node: ast.BinOp, depth: int) -> Node:
        exponent = self._exponent(node.right)
        base = self.walk(node.left, depth + 1)
        return lambda backend, names: backend.power(base(backend, names), exponent)

    def _exponent(self, node: ast.expr) -> Decimal:
        sign = 1
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            sign = -1 if isinstance(node.op, ast.USub) else 1
            node = node.operand
        exponent = Decimal(self._literal(node)) if isinstance(node, ast.Constant) else None
        if exponent is None or exponent > MAX_EXPONENT:
            raise ExpressionError(
                "exponent",
                gettext_noop("An exponent must be a written number of at most %(limit)s."),
                limit=str(MAX_EXPONENT),
            )
        return sign * exponent

    def _sign(self, node: ast.UnaryOp, depth: int) -> Node:
        operand = self.walk(node.operand, depth + 1)
        if isinstance(node.op, ast.USub):
            return lambda backend, names: backend.negate(operand(backend, names))
        if isinstance(node.op, ast.UAdd):
            return operand
        raise _forbidden(type(node.op).__name__)

    def _literal(self, node: ast.Constant) -> str:
        """The number exactly as written, so that 0.1 is one tenth and not the nearest binary fraction."""
        text = ast.get_source_segment(self.source, node) or ""
        if len(text) > MAX_LITERAL or not _LITERAL.fullmatch(text):
            raise ExpressionError("literal", gettext_noop("Write numbers in a formula like 12.50 or 1e-6."))
        return text

    def _name(self, name: str) -> Node:
        if name in CONSTANTS:
            return lambda backend, names: backend.constant(name)
        if name in RESERVED:
            raise ExpressionError(
                "function_as_value", gettext_noop("%(name)s is a function and needs parentheses."), name=name
            )
        self.scalars.add(name)

        def value(backend: Backend[Any], names: Mapping[str, Any]) -> Any:
            found = names[name]
            if isinstance(found, Sequence):
                raise ExpressionError(
                    "several_values",
                    gettext_noop("%(name)s has several values; say which, for example mean(%(name)s)."),
                    name=name,
                )
            return found

        return value

    def _call(self, node: ast.Call, depth: int) -> Node:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in FUNCTIONS | REDUCERS:
            raise ExpressionError("unknown_function", gettext_noop("The formula calls an unknown function."))
        if node.keywords or not node.args or any(isinstance(arg, ast.Starred) for arg in node.args):
            raise _forbidden("arguments")
        if name in REDUCERS:
            return self._reduce(name, node.args, depth)
        if len(node.args) != 1:
            raise ExpressionError(
                "one_argument", gettext_noop("The function %(name)s takes exactly one argument."), name=name
            )
        argument = self.walk(node.args[0], depth + 1)
        return lambda backend, names: backend.call(name, argument(backend, names))

    def _reduce(self, reducer: str, arguments: Sequence[ast.expr], depth: int) -> Node:
        parts = tuple(self._reduced(argument, depth + 1) for argument in arguments)

        def reduced(backend: Backend[Any], names: Mapping[str, Any]) -> Any:
            values: list[Any] = []
            for part in parts:
                found = part(backend, names)
                values.extend(found) if isinstance(found, Sequence) else values.append(found)
            return backend.reduce(reducer, values)

        return reduced

    def _reduced(self, node: ast.expr, depth: int) -> Node:
        """An argument of mean, max, …: a bare name may stand for many readings."""
        if isinstance(node, ast.Name) and node.id not in RESERVED:
            self.count += 1
            name = node.id
            self.sequences.add(name)
            return lambda backend, names: names[name]
        return self.walk(node, depth)


_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
}


def _nesting(source: str) -> int:
    depth = deepest = 0
    for char in source:
        depth += (char == "(") - (char == ")")
        deepest = max(deepest, depth)
    return deepest


def _unknown(name: str) -> ExpressionError:
    return ExpressionError(
        "unknown_name", gettext_noop("The formula uses an unknown name: %(name)s."), name=name
    )


def _too_complex() -> ExpressionError:
    return ExpressionError(
        "too_complex", gettext_noop("The formula is nested too deeply or has too many parts.")
    )


def _forbidden(what: str) -> ExpressionError:
    return ExpressionError(
        "forbidden", gettext_noop("A formula may only hold arithmetic; %(what)s is not allowed."), what=what
    )
